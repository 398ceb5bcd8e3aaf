"""Whether the memory that this process's group may use is enough for what the settings allow.

May import structlog. Where it is not, the kernel kills programs that kept within their own limit,
and what becomes of them depends on what else runs.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import structlog

DAEMON_BYTES = 1 << 30
BESIDE_PROGRAM_BYTES = 256 << 20
"""What a worker takes beside the memory that its program may ask for."""

log = structlog.get_logger()


def warn_of_tight_memory(
    workers: int,
    program_bytes: int,
    membership: Path = Path("/proc/self/cgroup"),
    groups: Path = Path("/sys/fs/cgroup"),
) -> None:
    """Warn where a group's limit is below what daemon and programs may come to use."""
    wanted = DAEMON_BYTES + workers * (program_bytes + BESIDE_PROGRAM_BYTES)
    limit = min(_limits(membership, groups), default=wanted)
    if limit < wanted:
        log.warning(
            "memory.tight",
            limit_bytes=limit,
            wanted_bytes=wanted,
            advice="raise MemoryMax, or lower sandbox.workers or sandbox.memory_bytes",
        )


def _limits(membership: Path, groups: Path) -> Iterator[int]:
    """Yield the limits of our group and of those above it; cgroup v2 alone."""
    for group in _above(membership):
        try:
            text = (groups / group / "memory.max").read_text().strip()
        except OSError:  # the root has none, and neither has v1
            continue
        if text.isdigit():
            yield int(text)


def _above(membership: Path) -> Iterator[Path]:
    try:
        lines = membership.read_text().splitlines()
    except OSError:
        return
    for line in lines:
        if line.startswith("0::/"):
            group = Path(line.removeprefix("0::/"))
            yield from (group, *group.parents)
