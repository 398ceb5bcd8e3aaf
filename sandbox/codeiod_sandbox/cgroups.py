"""Cgroup v2 where a part of it is ours: a group for each zygote, that bounds memory and processes.

Imports the standard library alone; blocks, so it is called in threads. A service manager delegates
a group to us (systemd: Delegate=memory pids); nothing outside of it is touched, and no process but
our own is moved. A group that is divided may hold no processes itself: we live in one below it.
"""

import itertools
import os
import re
import select
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

from codeiod_sandbox.guest.rlimits import PROCESSES
from codeiod_sandbox.killers import Killer, counters

NEEDED = frozenset(("memory", "pids"))
OWN_GROUP = "daemon"
EMPTY_SECONDS = 5.0
_SLOT = "codeiod-slot-{pid}-{number}"
_A_SLOT = re.compile(r"codeiod-slot-(\d+)-\d+")
_TASKS = PROCESSES + 16  # a child's threads, and what keeps it
_MARKS = ("user.delegate", "trusted.delegate")
_MARGIN_BYTES = 128 << 20  # page tables, pipes, the private tmp, what else the kernel counts
_numbers = itertools.count(1)


class NotDelegatedError(Exception):
    """No cgroup is ours to divide."""


@dataclass(slots=True)
class Slot:
    """The group that one zygote lives in, and all that it forks."""

    folder: Path
    _seen: dict[str, int] = field(default_factory=dict)

    def bound_memory(self, program_bytes: int) -> None:
        """Bound what is in it now, a child's copy of that, and so much of the child's own."""
        now = int((self.folder / "memory.current").read_text())
        write(self.folder / "memory.max", str(2 * now + program_bytes + _MARGIN_BYTES))

    def killer(self) -> Killer:
        """Say who may have killed in it, since this was last asked."""
        seen, self._seen = self._seen, counters(self.folder / "memory.events")
        more = {name for name, count in self._seen.items() if count > seen.get(name, 0)}
        if "oom_kill" not in more:
            return Killer.SOMEBODY
        return Killer.ITS_OWN_LIMIT if "oom" in more else Killer.KERNEL

    def remove(self) -> None:
        """Kill what is left in it, wait a bounded time until it is empty, and remove it."""
        with suppress(OSError):  # before Linux 5.14 its zygote's end is all there is
            write(self.folder / "cgroup.kill", "1")
        with suppress(OSError):  # what can't be removed now is swept later
            _wait_until_empty(self.folder / "cgroup.events")
            self.folder.rmdir()


@dataclass(frozen=True, slots=True)
class Grounds:
    """The group that is ours to divide."""

    folder: Path

    def make_slot(self) -> Slot:
        """Make a group for one zygote. :raises OSError: where the kernel refuses."""
        for number in _numbers:
            folder = self.folder / _SLOT.format(pid=os.getpid(), number=number)
            with suppress(FileExistsError):  # left by a daemon that had the same number
                folder.mkdir()
                break
        slot = Slot(folder)
        try:
            write(folder / "pids.max", str(_TASKS))
            with suppress(FileNotFoundError):  # a kernel without swap
                write(folder / "memory.swap.max", "0")
        except OSError:
            slot.remove()
            raise
        return slot


def stake_out(proc: Path = Path("/proc/self")) -> Grounds:
    """Find the group that is ours to divide, make it ready, and remove what was left in it.

    May move this process, with all of its threads, into a group of its own below.

    :raises NotDelegatedError: where there is none; says why.
    """
    try:
        mount, own = own_group((proc / "cgroup").read_text(), (proc / "mountinfo").read_text())
        grounds = _claim(mount, own)
    except OSError as error:
        raise NotDelegatedError(f"{error.filename}: {error.strerror}") from error
    _sweep(grounds)
    return Grounds(grounds)


def own_group(groups: str, mounts: str) -> tuple[Path, Path]:
    """Return where cgroup v2 is mounted and this process's group in it, from the kernel's lists."""
    path = next((line[3:] for line in groups.splitlines() if line.startswith("0::")), None)
    if path is None:
        raise NotDelegatedError("this kernel has no cgroup v2")
    for root, mount in _mounts(mounts):
        if ".." not in path.split("/") and Path(path).is_relative_to(root):
            return Path(mount), Path(mount, Path(path).relative_to(root))
    raise NotDelegatedError("cgroup v2 is not mounted where this process could see its group")


def _mounts(mounts: str) -> Iterator[tuple[str, str]]:
    for line in mounts.splitlines():
        place, _, kind = line.partition(" - ")
        if kind.split(" ", 1)[0] == "cgroup2":
            _, _, _, root, mount, *_ = place.split(" ")
            yield _plain(root), _plain(mount)


def _plain(word: str) -> str:
    """Read the kernel's octal escapes."""
    return re.sub(r"\\([0-7]{3})", lambda match: chr(int(match[1], 8)), word)


def _claim(mount: Path, own: Path) -> Path:
    if not _words(mount / "cgroup.controllers") >= NEEDED:
        raise NotDelegatedError("cgroup v2 has no memory and pids here: they are used as v1")
    if own != mount and _is_delegated(own.parent, mount) and not _members(own.parent):
        grounds = own.parent
    elif _is_delegated(own, mount):
        grounds = own
        _check_controllers(grounds)
        _move_aside(own)
    else:
        raise NotDelegatedError("the group of this process is not delegated to it")
    _check_controllers(grounds)
    if not _words(grounds / "cgroup.subtree_control") >= NEEDED:
        write(grounds / "cgroup.subtree_control", "+memory +pids")
    return grounds


def _check_controllers(grounds: Path) -> None:
    missing = NEEDED - _words(grounds / "cgroup.controllers")
    if missing:
        raise NotDelegatedError(f"its group was delegated without {' and '.join(sorted(missing))}")


def _is_delegated(group: Path, mount: Path) -> bool:
    """Tell whether a group is marked as delegated, or plainly was given to our ordinary user."""
    if not (group / "cgroup.events").exists():
        return False  # the root of all
    for mark in _MARKS:
        with suppress(OSError):
            if os.getxattr(group, mark) == b"1":
                return True
    given = _is_writable(group) and (group == mount or not _is_writable(group.parent))
    return given and os.geteuid() != 0


def _is_writable(group: Path) -> bool:
    files = (group, group / "cgroup.procs", group / "cgroup.subtree_control")
    return all(os.access(file, os.W_OK) for file in files)


def _move_aside(own: Path) -> None:
    """Leave a group for one below it, as only a group without processes can be divided."""
    others = _members(own) - {os.getpid()}
    if others:
        raise NotDelegatedError(f"its group holds other processes: {sorted(others)[:5]}")
    (own / OWN_GROUP).mkdir(exist_ok=True)
    write(own / OWN_GROUP / "cgroup.procs", str(os.getpid()))


def _sweep(grounds: Path) -> None:
    """Remove the slots of daemons that are no more; those that are in use resist."""
    for folder in grounds.iterdir():
        named = _A_SLOT.fullmatch(folder.name)
        if named and not Path("/proc", named[1]).exists():
            with suppress(OSError):
                folder.rmdir()


def _members(group: Path) -> set[int]:
    return {int(pid) for pid in _words(group / "cgroup.procs")}


def _words(path: Path) -> set[str]:
    return set(path.read_text().split())


def write(path: Path, text: str) -> None:
    """Tell the kernel something; a file object would lose the error of a late write."""
    with _opened(path, os.O_WRONLY) as descriptor:
        try:
            os.write(descriptor, text.encode())
        except OSError as error:
            raise OSError(error.errno, error.strerror, str(path)) from error


@contextmanager
def _opened(path: Path, how: int) -> Iterator[int]:
    descriptor = os.open(path, how | os.O_CLOEXEC)
    try:
        yield descriptor
    finally:
        os.close(descriptor)


def _wait_until_empty(events: Path) -> None:
    give_up = time.monotonic() + EMPTY_SECONDS
    with _opened(events, os.O_RDONLY) as descriptor:
        change = select.poll()
        change.register(descriptor, select.POLLPRI)
        while b"populated 1" in os.pread(descriptor, 200, 0):
            left = give_up - time.monotonic()
            if left <= 0:
                return
            change.poll(left * 1000)
