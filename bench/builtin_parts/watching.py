"""What a run costs while it goes: its own CPU time, that of all it starts, and how far it is.

Imports the standard library only. A run's samples are counted by the lines that it has written.
"""

from __future__ import annotations

import os
import subprocess
import time
from dataclasses import dataclass, replace
from pathlib import Path

LOOK_SECONDS = 0.1
_TICKS = os.sysconf("SC_CLK_TCK")
_OWN, _WITH_CHILDREN = slice(11, 13), slice(11, 15)
"""Of the fields of /proc/PID/stat, from the one behind the name on."""


@dataclass(frozen=True, slots=True)
class Reading:
    """How a run stands at one moment; what has been waited for counts as started by it."""

    seconds: float
    own_cpu_seconds: float
    started_cpu_seconds: float
    instances: int

    def __sub__(self, other: Reading) -> Reading:
        return Reading(
            self.seconds - other.seconds,
            self.own_cpu_seconds - other.own_cpu_seconds,
            self.started_cpu_seconds - other.started_cpu_seconds,
            self.instances - other.instances,
        )

    @property
    def per_second(self) -> float:
        return self.instances / self.seconds if self.seconds else 0.0

    @property
    def own_ms(self) -> float:
        """CPU of the run's own process for each instance."""
        return 1000 * self.own_cpu_seconds / max(1, self.instances)

    @property
    def started_ms(self) -> float:
        """CPU of all that it has started, for each instance."""
        return 1000 * self.started_cpu_seconds / max(1, self.instances)


@dataclass(frozen=True, slots=True)
class Watched:
    """A run that has ended, at the moments that count."""

    status: int
    first: Reading
    """When its first samples were there."""
    last: Reading


def watch(process: subprocess.Popen[bytes], samples: Path) -> Watched:
    """Look at a run until it ends; it must be a child of this process.

    :param samples: the folder that its samples go to.
    """
    began = time.monotonic()
    started = _Started(process.pid)
    first = latest = Reading(0.0, 0.0, 0.0, 0)
    while True:
        ended, status, _ = os.wait4(process.pid, os.WNOHANG)
        if ended:
            break
        own = _cpu_seconds(process.pid, _OWN) or latest.own_cpu_seconds
        instances = _lines(samples) if not first.instances else 0
        latest = Reading(time.monotonic() - began, own, started.cpu_seconds(), instances)
        first = first if first.instances else latest
        time.sleep(LOOK_SECONDS)  # a run tells nobody how far it is: there is nothing to wait for
    process.returncode = os.waitstatus_to_exitcode(status)
    last = replace(latest, seconds=time.monotonic() - began, instances=_lines(samples))
    return Watched(process.returncode, first, last)


class _Started:
    """The CPU time of a sandbox: of the keepers that a run has started, and of their zygotes.

    What a zygote forks counts when the zygote has waited for it. No one waits for a zygote that is
    killed with its keeper: the last that was seen of it is kept.
    """

    def __init__(self, pid: int) -> None:
        self._pid = pid
        self._seen: dict[int, float] = {}

    def cpu_seconds(self) -> float:
        """Return what all have used by now."""
        for keeper in _children(self._pid):
            self._look(keeper, _OWN)
            for zygote in _children(keeper):
                self._look(zygote, _WITH_CHILDREN)
        return sum(self._seen.values())

    def _look(self, pid: int, fields: slice) -> None:
        self._seen[pid] = _cpu_seconds(pid, fields) or self._seen.get(pid, 0.0)


def _lines(folder: Path) -> int:
    return sum(path.read_bytes().count(b"\n") for path in folder.glob("part-*.jsonl"))


def _cpu_seconds(pid: int, fields: slice) -> float:
    """Return what a process has used; 0.0 where it has ended."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return 0.0
    return sum(map(int, stat.rpartition(")")[2].split()[fields])) / _TICKS


def _children(pid: int) -> list[int]:
    """Return what a process has forked in any of its threads."""
    found: list[int] = []
    for path in Path(f"/proc/{pid}/task").glob("*/children"):
        try:
            found += map(int, path.read_text().split())
        except OSError:  # the thread has just ended
            continue
    return found
