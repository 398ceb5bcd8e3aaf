"""A segment is found wherever it stands, also while a daemon moves it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from threading import Event

import pytest

from codeiod.journal.disk import OsDisk
from codeiod.journal.folder import ARCHIVE, JOURNAL, compressed_name, segment_name
from codeiod.journal.keeper import Keeper, Keeping
from codeiod.journal.pending import Position
from codeiod.journal.records import Record
from codeiod.journal.replay import Replay
from codeiod.journal.sealing import seal, take_away
from codeiod.journal.segments import Segments

MakeJournal = Callable[..., None]


class MovingDisk(OsDisk):
    """A disk where another process moves the first segment just before it is opened."""

    def __init__(self, folder: Path) -> None:
        self.moves: list[Callable[[], None]] = [
            lambda: seal(OsDisk(), folder, 1),
            lambda: take_away(OsDisk(), folder, [1], archive=True),
        ]

    def open_read(self, path: Path) -> int:
        if path.name in (segment_name(1), compressed_name(1)) and self.moves:
            self.moves.pop(0)()
        return super().open_read(path)


@pytest.fixture
def folder(tmp_path: Path, make_journal: MakeJournal) -> Path:
    make_journal(tmp_path, 700)
    return tmp_path / JOURNAL


def records(disk: OsDisk, folder: Path) -> list[Record]:
    found: list[Record] = []
    Replay(disk, folder, lambda record, _: found.append(record)).run()
    return found


def test_read_while_it_is_moved(folder: Path) -> None:
    """A record is read though its segment is compressed and archived between look and read."""
    line = (folder / segment_name(1)).read_bytes().splitlines(keepends=True)[1]
    first = (folder / segment_name(1)).read_bytes().index(line)
    moving = MovingDisk(folder)
    assert Segments(moving, folder).read(Position(1, first, len(line))) == line
    assert not moving.moves
    assert (folder / ARCHIVE / compressed_name(1)).exists()
    with pytest.raises(FileNotFoundError):
        Segments(OsDisk(), folder).read(Position(99, 0, 1))


def test_replay_while_it_is_moved(folder: Path) -> None:
    """A reader of the whole log goes on where it was when a segment goes under its hands."""
    written = records(OsDisk(), folder)
    moving = MovingDisk(folder)
    assert records(moving, folder) == written
    assert not moving.moves


def test_paths(folder: Path) -> None:
    """What is told of a segment names the file that holds it, or the one that should."""
    segments = Segments(OsDisk(), folder)
    assert segments.path(1) == folder / segment_name(1)
    seal(OsDisk(), folder, 1)
    assert segments.path(1) == folder / compressed_name(1)
    take_away(OsDisk(), folder, [1], archive=True)
    assert segments.path(1) == folder / ARCHIVE / compressed_name(1)
    assert segments.path(99) == folder / segment_name(99)


def test_a_keeper_that_is_stopped(folder: Path) -> None:
    """One that is stopped in the middle of a segment leaves it plain, and begins no other."""
    halted, going_on = Event(), Event()

    class Halting(OsDisk):
        def create(self, path: Path) -> int:
            halted.set()
            assert going_on.wait(20)
            return super().create(path)

    before = OsDisk().names(folder)
    keeper = Keeper(Halting(), folder, Keeping())
    keeper.start(3, set())
    assert halted.wait(20)
    keeper.stop(0)  # it is told to end, and this does not wait for it
    going_on.set()
    keeper.stop(20)
    assert OsDisk().names(folder) == before
