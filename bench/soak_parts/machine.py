"""What this process and those below it hold of the machine: memory, CPU, descriptors, names.

Imports the standard library only. Reads ``/proc``; what belongs to other users can't be read
without their rights, and counts as nothing.
"""

from __future__ import annotations

import ctypes
import os
import resource
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

_PAGE_BYTES = os.sysconf("SC_PAGE_SIZE")
_TICKS = os.sysconf("SC_CLK_TCK")
_PR_SET_CHILD_SUBREAPER = 36
SLOTS = "codeiod-slot-*"  # others may make groups of theirs meanwhile
_SYSV = ("shm", "msg", "sem")


@dataclass(frozen=True, slots=True)
class Process:
    """One process; `ended` where it only waits to be reaped."""

    pid: int
    parent: int
    ended: bool
    cpu_seconds: float
    rss_bytes: int

    @property
    def descriptors(self) -> int:
        return _entries(Path(f"/proc/{self.pid}/fd"))

    @property
    def mounts(self) -> int:
        with suppress(OSError):
            return len(Path(f"/proc/{self.pid}/mountinfo").read_text().splitlines())
        return 0


@dataclass(frozen=True, slots=True)
class Holding:
    """What is held at one moment: of which nothing may grow."""

    processes: int
    daemon_bytes: int
    largest_bytes: int
    """Of a zygote, or a keeper."""
    daemon_descriptors: int
    descriptors: int
    mounts: int
    scratch: int
    """Folders of zygotes that have no namespaces."""
    names: frozenset[str]
    """Shared memory, System V objects and cgroups."""


@contextmanager
def own_folder() -> Iterator[None]:
    """Have a folder of our own for all that is made in the folder for temporary files."""
    with tempfile.TemporaryDirectory(prefix="codeiod-soak-") as folder:
        Path(folder).chmod(0o755)  # programs may run as another user
        tempfile.tempdir = folder
        yield
    tempfile.tempdir = None


def tree() -> list[Process]:
    """List this process, first, and all that are below it."""
    known: dict[int, list[Process]] = {}
    for process in _all():
        known.setdefault(process.parent, []).append(process)
    found = [_process(Path("/proc/self/stat").read_text())]
    for process in found:
        found.extend(known.get(process.pid, []))
    return found


def inherit_orphans() -> None:
    """Let processes below whose parents end become ours, so that their CPU time is not lost."""
    ctypes.CDLL(None).prctl(_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)


def cpu_seconds() -> float:
    """Return the CPU time of this process, and of all that ran or run below it."""
    _reap()
    below = sum(process.cpu_seconds for process in tree()[1:])
    usages = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return below + sum(used.ru_utime + used.ru_stime for used in usages)


def holding() -> Holding:
    """Take stock; to be called while no program runs."""
    _reap()
    own, *below = tree()
    return Holding(
        processes=len(below),
        daemon_bytes=own.rss_bytes,
        largest_bytes=max((process.rss_bytes for process in below), default=0),
        daemon_descriptors=own.descriptors,
        descriptors=sum(process.descriptors for process in below),
        mounts=sum(process.mounts for process in below),
        scratch=_entries(Path(tempfile.gettempdir())),
        names=frozenset(_names()),
    )


def _reap() -> None:
    """Take leave of what has ended, the orphans among it."""
    with suppress(ChildProcessError):
        while os.waitpid(-1, os.WNOHANG)[0]:
            pass


def _names() -> Iterator[str]:
    yield from map(str, Path("/dev/shm").iterdir())
    for kind in _SYSV:
        with suppress(OSError):
            lines = Path(f"/proc/sysvipc/{kind}").read_text().splitlines()
            yield from (f"{kind} {line.split()[1]}" for line in lines[1:])
    for root, line in _own_cgroups():
        yield from map(str, Path(root + line).rglob(SLOTS))


def _own_cgroups() -> Iterator[tuple[str, str]]:
    """Give where the hierarchy of cgroups is mounted, and the group of this process in it."""
    for line in Path("/proc/self/cgroup").read_text().splitlines():
        number, controllers, path = line.split(":", 2)
        for root in ("/sys/fs/cgroup", "/sys/fs/cgroup/unified") if number == "0" else ():
            yield root, path
        if controllers:
            yield f"/sys/fs/cgroup/{controllers}", path


def _all() -> Iterator[Process]:
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):  # it has just ended
            yield _process(stat.read_text())


def _process(stat: str) -> Process:
    pid, _, rest = stat.partition(" (")
    fields = rest.rpartition(")")[2].split()
    ticks = sum(map(int, fields[11:15]))  # its own and its reaped children's, user and system
    rss_bytes = int(fields[21]) * _PAGE_BYTES
    return Process(int(pid), int(fields[1]), fields[0] == "Z", ticks / _TICKS, rss_bytes)


def _entries(folder: Path) -> int:
    with suppress(OSError):
        return sum(1 for _ in folder.iterdir())
    return 0
