"""Child processes of the page: they know no secret, and give way to the work.

May import structlog. What they need of the environment is named; the daemon's may hold keys.
"""

from __future__ import annotations

import os
import resource
import sys

import structlog

NICENESS = 10
NEEDED = ("PATH", "LANG", "LC_ALL", "LD_LIBRARY_PATH", "PYTHONPATH", "PYTHONHOME", "TMPDIR")


def environment() -> dict[str, str]:
    """Return what such a process is given of ours."""
    return {name: os.environ[name] for name in NEEDED if name in os.environ}


def settle_down(memory_bytes: int) -> None:
    """Be nice, bounded in memory, and silent but for the standard error: called in the child."""
    os.nice(NICENESS)
    resource.setrlimit(resource.RLIMIT_AS, (memory_bytes, memory_bytes))
    structlog.configure(logger_factory=structlog.PrintLoggerFactory(sys.stderr))
