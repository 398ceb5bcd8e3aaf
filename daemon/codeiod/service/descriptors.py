"""Room for many connections at once: a process's limit of open descriptors.

May import structlog.
"""

from __future__ import annotations

import resource

import structlog

BESIDE_CALLS = 512
"""What journal, shards, sandbox and sources may hold beside the teacher's connections."""

log = structlog.get_logger()


def make_room_for(calls: int) -> None:
    """Raise the soft limit to the hard one, and warn where that is too low for so many calls."""
    wanted = calls + BESIDE_CALLS
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    unlimited = hard == resource.RLIM_INFINITY
    if soft != resource.RLIM_INFINITY and (unlimited or soft < hard):
        resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, wanted) if unlimited else hard, hard))
    if not unlimited and hard < wanted:
        log.warning("descriptors.few", hard_limit=hard, wanted=wanted, advice="raise LimitNOFILE")
