"""The disk as one process sees it: it counts its calls, and one of them goes wrong.

Imports ``storage`` and the seam that it stands for. A process that is dead changes nothing more,
whatever its threads still try.
"""

from __future__ import annotations

import errno
import os
from collections.abc import Callable, Collection
from dataclasses import dataclass
from enum import StrEnum
from itertools import count
from pathlib import Path
from typing import TypeVar

from codeiod.journal.disk import read_at
from torture_parts.storage import Cut, File, Storage, Write

T = TypeVar("T")

FIRST_DESCRIPTOR = 1_000_000
"""Beyond those of the system, so that none is taken for one."""
PLENTY_BYTES = 1 << 40


class Call(StrEnum):
    """The kinds of calls."""

    MAKE_FOLDER = "make_folder"
    CREATE = "create"
    OPEN_APPEND = "open_append"
    OPEN_READ = "open_read"
    READ = "read"
    WRITE = "write"
    REWRITE = "rewrite"
    SYNC = "sync"
    SYNC_FOLDER = "sync_folder"
    TRUNCATE = "truncate"
    ALLOCATE = "allocate"
    REPLACE = "replace"
    REMOVE = "remove"
    LOCK = "lock"
    NAMES = "names"


READING = frozenset({Call.OPEN_READ, Call.READ, Call.NAMES})
CHANGING = frozenset(Call) - READING
GROWING = frozenset(
    {Call.MAKE_FOLDER, Call.CREATE, Call.WRITE, Call.ALLOCATE, Call.REPLACE, Call.LOCK}
)
"""What needs room, so that it can fail for want of it."""


class Dead(OSError):
    """The process is gone."""


@dataclass(frozen=True, slots=True)
class Crash:
    """The process dies in a call, which was done up to this part."""

    done: float = 0.0
    """0: not at all; below 1, a write is torn there, another call done; 1: all but one byte."""


@dataclass(frozen=True, slots=True)
class Fail:
    """A call fails."""

    number: int
    """The errno."""
    for_good: bool = False
    """Whether all later calls of these kinds fail too, on any file."""


@dataclass(frozen=True, slots=True)
class Trouble:
    """What goes wrong, and at which call of some kinds."""

    at: int = 0
    """From 1; 0: never."""
    what: Crash | Fail = Crash()
    kinds: Collection[Call] = CHANGING


class SimDisk:
    """A file system in memory, with trouble at one call.

    :param room_bytes: what all files may take; the write that goes beyond is cut short, as on a
        disk that fills.
    """

    def __init__(
        self, storage: Storage, trouble: Trouble = Trouble(), room_bytes: int | None = None
    ) -> None:
        self.storage = storage
        self.trouble = trouble
        self.room_bytes = room_bytes
        self.calls = 0
        """Those of the kinds that are in for trouble."""
        self.struck: str = ""
        """The call that went wrong, and its file."""
        self.dead = False
        self._numbers = count(FIRST_DESCRIPTOR)
        self._open: dict[int, tuple[Path, File | None]] = {}

    def die(self) -> None:
        """Kill the process, between two calls."""
        with self.storage.turn:
            self.dead = True
            self.storage.kill()

    def make_folder(self, folder: Path) -> None:
        def act() -> None:
            if folder not in self.storage.folders:
                self._require_folder(folder.parent)
                self._require_room(1)
                self.storage.make_folder(folder)

        self._call(Call.MAKE_FOLDER, folder, act)

    def names(self, folder: Path) -> list[str]:
        def act() -> list[str]:
            paths = (*self.storage.names, *self.storage.folders)
            return sorted(path.name for path in paths if path.parent == folder != path)

        return self._call(Call.NAMES, folder, act)

    def size(self, path: Path) -> int | None:
        with self.storage.turn:
            self._require_alive()
            if path in self.storage.folders:
                return 0
            file = self.storage.names.get(path)
            return None if file is None else len(file.data)

    def free(self, folder: Path) -> int:
        with self.storage.turn:
            self._require_alive()
            self._require_folder(folder)
            taken = self.storage.size_bytes()
            return PLENTY_BYTES if self.room_bytes is None else max(0, self.room_bytes - taken)

    def create(self, path: Path) -> int:
        def act() -> int:
            self._require_folder(path.parent)
            if path in self.storage.names:
                raise _error(errno.EEXIST)
            self._require_room(1)
            return self._opened(path, self.storage.link(path))

        return self._call(Call.CREATE, path, act)

    def open_append(self, path: Path) -> int:
        return self._call(Call.OPEN_APPEND, path, lambda: self._opened(path, self._file(path)))

    def open_read(self, path: Path) -> int:
        return self._call(Call.OPEN_READ, path, lambda: self._opened(path, self._file(path)))

    def close(self, descriptor: int) -> None:
        with self.storage.turn:
            self._require_alive()
            path, file = self._open.pop(descriptor)
            if file is None:
                self.storage.locks.discard(path)

    def read(self, descriptor: int, offset: int, length: int) -> bytes:
        path, file = self._of(descriptor)
        return self._call(
            Call.READ, path, lambda: bytes(memoryview(file.data)[offset : offset + length])
        )

    def write(self, descriptor: int, data: bytes | memoryview) -> int:
        path, file = self._of(descriptor)

        def act(length: int = len(data)) -> int:
            taken = length and self._require_room(length)
            if taken:
                file.do(Write(len(file.data), bytes(data[:taken])))
            return taken

        return self._call(Call.WRITE, path, act, lambda part: act(_torn(len(data), part)))

    def rewrite(self, path: Path, offset: int, data: bytes) -> None:
        file = self._file(path)

        def act(length: int = len(data)) -> None:
            file.do(Write(offset, bytes(data[:length])))

        self._call(Call.REWRITE, path, act, lambda part: act(_torn(len(data), part)))

    def sync(self, descriptor: int) -> None:
        path, file = self._of(descriptor)
        self._call(Call.SYNC, path, file.sync, failed=file.lose)

    def sync_folder(self, folder: Path) -> None:
        self._call(Call.SYNC_FOLDER, folder, lambda: self.storage.sync_folder(folder))

    def truncate(self, descriptor: int, length: int) -> None:
        path, file = self._of(descriptor)
        self._call(Call.TRUNCATE, path, lambda: file.do(Cut(length)))

    def allocate(self, descriptor: int, length: int) -> None:
        path, file = self._of(descriptor)

        def act() -> None:
            missing = length - len(file.data)
            if missing > 0:
                if self._require_room(missing) < missing:
                    raise _error(errno.ENOSPC)
                file.do(Cut(length))

        self._call(Call.ALLOCATE, path, act)

    def replace(self, source: Path, target: Path) -> None:
        def act() -> None:
            self._file(source)
            self._require_folder(target.parent)
            self.storage.rename(source, target)

        self._call(Call.REPLACE, target, act)

    def remove(self, path: Path) -> None:
        def act() -> None:
            self._file(path)
            self.storage.unlink(path)

        self._call(Call.REMOVE, path, act)

    def lock(self, path: Path) -> int | None:
        def act() -> int | None:
            if path in self.storage.locks:
                return None
            if path not in self.storage.names:
                self.storage.link(path)
            self.storage.locks.add(path)
            return self._opened(path, None)

        return self._call(Call.LOCK, path, act)

    def locked(self, path: Path) -> bool:
        with self.storage.turn:
            self._require_alive()
            return path in self.storage.locks

    def note(self, descriptor: int, text: str) -> None:
        with self.storage.turn:
            self._require_alive()
            file = self.storage.names[self._open[descriptor][0]]
            file.do(Cut(0))
            file.do(Write(0, text.encode()))

    def _call(
        self,
        kind: Call,
        path: Path,
        act: Callable[[], T],
        torn: Callable[[float], object] | None = None,
        failed: Callable[[], None] | None = None,
    ) -> T:
        with self.storage.turn:
            self._require_alive()
            if not self._strikes(kind):
                return act()
            self.struck = self.struck or f"{kind} {path.name}"
            what = self.trouble.what
            if isinstance(what, Fail):
                if failed is not None and what.number == errno.EIO:
                    failed()
                raise _error(what.number)
            if what.done and torn is not None:
                torn(what.done)
            elif what.done:
                act()
            self.die()
            raise Dead(0, "killed")

    def _strikes(self, kind: Call) -> bool:
        trouble = self.trouble
        if kind not in trouble.kinds:
            return False
        self.calls += 1
        lasting = isinstance(trouble.what, Fail) and trouble.what.for_good
        return self.calls == trouble.at or (lasting and 0 < trouble.at < self.calls)

    def _require_alive(self) -> None:
        if self.dead:
            raise Dead(0, "killed")

    def _require_folder(self, folder: Path) -> None:
        if folder not in self.storage.folders:
            raise _error(errno.ENOENT)

    def _require_room(self, wanted: int) -> int:
        """Return how many bytes of those wanted there is room for."""
        if self.room_bytes is None:
            return wanted
        room = self.room_bytes - self.storage.size_bytes()
        if room <= 0:
            raise _error(errno.ENOSPC)
        return min(room, wanted)

    def _file(self, path: Path) -> File:
        file = self.storage.names.get(path)
        if file is None:
            raise _error(errno.ENOENT)
        return file

    def _opened(self, path: Path, file: File | None) -> int:
        number = next(self._numbers)
        self._open[number] = (path, file)
        return number

    def _of(self, descriptor: int) -> tuple[Path, File]:
        self._require_alive()
        path, file = self._open[descriptor]
        return path, file or self._file(path)


def read_whole(disk: SimDisk, path: Path) -> bytes:
    """Read all of a file."""
    return read_at(disk, path, 0, disk.size(path) or 0)


def _torn(length: int, part: float) -> int:
    return length - 1 if part >= 1 else int(length * part)


def _error(number: int) -> OSError:
    return OSError(number, os.strerror(number))  # of the subclass that the number names
