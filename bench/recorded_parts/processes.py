"""The processes that a daemon has started, and which of them outlive it.

Imports the standard library only. Reads ``/proc``: those in namespaces and sessions of their own
are seen too.
"""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

PATIENCE_SECONDS = 10.0
PROBE_SECONDS = 0.05


class Process(NamedTuple):
    """A process; its start tells it from a later one of the same number."""

    pid: int
    started: int


def descendants(pid: int) -> set[Process]:
    """List what a process has started, and what that has started."""
    children: dict[int, list[Process]] = defaultdict(list)
    for process, parent in _alive():
        children[parent].append(process)
    found: set[Process] = set()
    level = children[pid]
    while level:
        found |= set(level)
        level = [child for process in level for child in children[process.pid]]
    return found


def outliving(processes: Iterable[Process]) -> int:
    """Wait until processes have ended; return how many have not in due time."""
    left = set(processes)
    deadline = time.monotonic() + PATIENCE_SECONDS
    while left and time.monotonic() < deadline:
        left &= {process for process, _ in _alive()}
        time.sleep(PROBE_SECONDS)  # others' children: there is no event to wait for
    return len(left)


def _alive() -> Iterator[tuple[Process, int]]:
    """Give all processes with their parents' numbers, without those that only wait to be reaped."""
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = stat.read_text().rpartition(")")[2].split()
        except OSError:  # it has just ended
            continue
        if fields[0] != "Z":
            yield Process(int(stat.parent.name), int(fields[19])), int(fields[1])
