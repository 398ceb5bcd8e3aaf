"""What a machine keeps of its files: what is written, what is durable, and what power loss leaves.

Imports the standard library only. A file's bytes are durable once it was synced, its name once its
folder was. Whatever is not can be lost, kept, torn or reordered, names and bytes independently: it
is as unkind as POSIX allows. A sync that failed leaves its bytes readable and never durable.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import Enum
from pathlib import Path
from threading import RLock
from typing import NamedTuple

KEPT = 0.5
"""How likely each piece survives where pieces are reordered."""


class Loss(Enum):
    """What a loss of power leaves of what was not synced."""

    DROPPED = "dropped"
    """Nothing."""
    TORN = "torn"
    """All up to some moment; the write of that moment is cut at a sector's boundary."""
    REORDERED = "reordered"
    """Any of the names and of the sectors."""


class Write(NamedTuple):
    """Bytes put at an offset."""

    offset: int
    data: bytes


class Cut(NamedTuple):
    """A file made shorter, or longer by zeros."""

    length: int


@dataclass(slots=True)
class File:
    """A file, whatever its name."""

    data: bytearray = field(default_factory=bytearray)
    durable: bytearray = field(default_factory=bytearray)
    pending: list[Write | Cut] = field(default_factory=list)
    """What was done to it since its last sync, in order."""

    def do(self, change: Write | Cut) -> None:
        """Change it, not durably."""
        _apply(self.data, change)
        self.pending.append(change)

    def sync(self) -> None:
        """Make what was done durable."""
        for change in self.pending:
            _apply(self.durable, change)
        self.pending.clear()

    def lose(self) -> None:
        """Fail to sync, as Linux does: what was done stays readable, and no later sync knows it."""
        self.pending.clear()


@dataclass(frozen=True, slots=True)
class Rename:
    """A change of names: a file gets a name, loses one, or changes it, at once."""

    home: Path
    """The folder whose sync makes it durable."""
    old: Path | None = None
    new: Path | None = None
    file: File | None = None
    """None: the name is a folder's."""


class Storage:
    """The files of a machine. What happens to them happens to one at a time: hold ``turn``."""

    def __init__(self, root: Path) -> None:
        self.turn = RLock()
        self.folders = {root, *root.parents}
        self.names: dict[Path, File] = {}
        self.locks: set[Path] = set()
        self._durable_folders = set(self.folders)
        self._durable_names: dict[Path, File] = {}
        self._pending: list[Rename] = []

    def make_folder(self, folder: Path) -> None:
        """Make a folder."""
        self._do(Rename(folder.parent, new=folder))

    def link(self, path: Path) -> File:
        """Make an empty file."""
        file = File()
        self._do(Rename(path.parent, new=path, file=file))
        return file

    def rename(self, old: Path, new: Path) -> None:
        """Give a file another name, over the file that has it."""
        self._do(Rename(new.parent, old, new, self.names[old]))

    def unlink(self, path: Path) -> None:
        """Take a file's name."""
        self._do(Rename(path.parent, old=path, file=self.names[path]))

    def sync_folder(self, folder: Path) -> None:
        """Make the names in a folder durable."""
        for change in self._pending:
            if change.home == folder:
                _rename(self._durable_names, self._durable_folders, change)
        self._pending = [change for change in self._pending if change.home != folder]

    def size_bytes(self) -> int:
        """Return what all files take."""
        return sum(len(file.data) for file in self.names.values())

    def lose_power(self, loss: Loss, sector: int, draw: random.Random) -> None:
        """Keep what was durable, and of the rest what the loss leaves."""
        names, folders = self._durable_names, self._durable_folders
        for change in _kept_names(self._pending, loss, draw):
            _rename(names, folders, change)
        self.folders = {folder for folder in folders if _reached(folder, folders)}
        self.names = {path: file for path, file in names.items() if path.parent in self.folders}
        files = {id(file): file for file in self.names.values()}.values()
        for file in files:
            _lose(file, loss, sector, draw)
        self._settle()

    def kill(self) -> None:
        """Let go of the locks; the machine goes on, and all that was written with it."""
        self.locks.clear()

    def copy(self) -> Storage:
        """Copy the machine as a reader sees it now, all of it durable."""
        other = Storage(Path("/"))
        with self.turn:
            other.folders = set(self.folders)
            other.names = {path: File(bytearray(f.data)) for path, f in self.names.items()}
        other._settle()
        for file in other.names.values():
            file.durable[:] = file.data
        return other

    def _settle(self) -> None:
        self._pending.clear()
        self.locks.clear()
        self._durable_folders = set(self.folders)
        self._durable_names = dict(self.names)

    def _do(self, change: Rename) -> None:
        _rename(self.names, self.folders, change)
        self._pending.append(change)


def _apply(data: bytearray, change: Write | Cut) -> None:
    if isinstance(change, Cut):
        data.extend(bytes(max(0, change.length - len(data))))
        del data[change.length :]
        return
    data.extend(bytes(max(0, change.offset - len(data))))
    data[change.offset : change.offset + len(change.data)] = change.data


def _rename(names: dict[Path, File], folders: set[Path], change: Rename) -> None:
    if change.file is None:
        if change.new is not None:
            folders.add(change.new)
        return
    if change.old is not None and names.get(change.old) is change.file:
        del names[change.old]
    if change.new is not None:
        names[change.new] = change.file


def _reached(folder: Path, folders: set[Path]) -> bool:
    return folders.issuperset(folder.parents)


def _kept_names(pending: list[Rename], loss: Loss, draw: random.Random) -> list[Rename]:
    match loss:
        case Loss.DROPPED:
            return []
        case Loss.TORN:
            return pending[: draw.randint(0, len(pending))]
        case Loss.REORDERED:
            return [change for change in pending if draw.random() < KEPT]


def _lose(file: File, loss: Loss, sector: int, draw: random.Random) -> None:
    whole = len(file.data)
    for change in _kept_changes(file.pending, loss, sector, draw):
        _apply(file.durable, change)
    if (
        loss is Loss.REORDERED and draw.random() < KEPT
    ):  # its length was kept: zeros where a sector was not
        _apply(file.durable, Cut(max(whole, len(file.durable))))
    file.data[:] = file.durable
    file.pending.clear()


def _kept_changes(
    pending: list[Write | Cut], loss: Loss, sector: int, draw: random.Random
) -> list[Write | Cut]:
    match loss:
        case Loss.DROPPED:
            return []
        case Loss.TORN:
            count = draw.randint(0, len(pending))
            torn = pending[count : count + 1]
            sectors = [piece for change in torn for piece in _sectors(change, sector)]
            return pending[:count] + sectors[: draw.randint(0, len(sectors))]
        case Loss.REORDERED:
            sectors = [piece for change in pending for piece in _sectors(change, sector)]
            return [piece for piece in sectors if draw.random() < KEPT]


def _sectors(change: Write | Cut, sector: int) -> Iterator[Write | Cut]:
    """Part a write at the boundaries of sectors."""
    if isinstance(change, Cut):
        yield change
        return
    start, end = change.offset, change.offset + len(change.data)
    while start < end:
        stop = min(end, (start // sector + 1) * sector)
        yield Write(start, change.data[start - change.offset : stop - change.offset])
        start = stop
