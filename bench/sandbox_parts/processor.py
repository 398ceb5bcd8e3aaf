"""CPU time of this process and of whole trees of others. Imports the standard library only.

Works for every user, on every kernel: no cgroup, no perf. The CPU clock of a living process has
nanoseconds; what its children used that it has waited for stands in /proc in ticks of 10 ms, so
what is measured between two readings should be seconds. Children of ours that have ended and were
waited for are counted by the kernel in microseconds; bubblewrap leaves some of its own behind,
which are adopted for that.
"""

from __future__ import annotations

import ctypes
import os
import resource
import time
from collections.abc import Iterable
from pathlib import Path

_PR_SET_CHILD_SUBREAPER = 36
_TICKS_PER_SECOND = os.sysconf("SC_CLK_TCK")
_CHILDREN_USER_FIELD = 13  # of those behind the name, which may hold spaces; the next is system


def adopt_orphans() -> None:
    """Become the parent of all processes below this one whose parents end before them."""
    if ctypes.CDLL(None).prctl(_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) != 0:
        raise OSError("orphans can't be waited for: their time would be missing")


def wait_for_orphans(group: int) -> None:
    """Wait for all that is left of a process group, so that its time is counted."""
    try:
        while True:
            os.waitpid(-group, 0)
    except ChildProcessError:
        return


def of_this_process() -> float:
    """Return the seconds that all threads of this process have used."""
    return time.process_time()


def of_ended_children() -> float:
    """Return the seconds of the children that were waited for, and of theirs."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def of_living(pids: Iterable[int]) -> float:
    """Return the seconds of these processes, and of the children that they have waited for."""
    return sum(_own_seconds(pid) + _children_seconds(pid) for pid in pids)


def below(pid: int) -> frozenset[int]:
    """Return all processes below one."""
    found: frozenset[int] = frozenset()
    for task in Path(f"/proc/{pid}/task").iterdir():
        for child in map(int, (task / "children").read_text().split()):
            found |= {child} | below(child)
    return found


def _own_seconds(pid: int) -> float:
    return time.clock_gettime((~pid << 3) | 2)  # the kernel's name for the CPU clock of a process


def _children_seconds(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    ticks = fields[_CHILDREN_USER_FIELD : _CHILDREN_USER_FIELD + 2]
    return sum(map(int, ticks)) / _TICKS_PER_SECOND
