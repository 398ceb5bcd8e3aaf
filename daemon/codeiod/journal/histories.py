"""What was made of every item, kept in DIR/cache/history.sqlite3: an index from items to offsets.

May import errors, items and the modules of this package below ``journal``. The state forgets items
that are done; this finds their steps again, and what those cost. It is made from the segments
alone, read on from where it ended, and made anew where it does not fit them. Blocking.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing, suppress
from pathlib import Path
from typing import Any, NamedTuple

from codeiod.errors import Damaged
from codeiod.journal.codec import BadRecord, decode
from codeiod.journal.disk import Disk
from codeiod.journal.folder import JOURNAL, repaired
from codeiod.journal.frame import BadLine, unframe
from codeiod.journal.history import History
from codeiod.journal.pending import Impossible, Pending, Position
from codeiod.journal.records import (
    Admit,
    Commit,
    Intent,
    Open,
    Record,
    Reopen,
    Step,
    Swap,
)
from codeiod.journal.sealed import BadSeal
from codeiod.journal.segments import MOVES, Segments, lines_of

CACHE = "cache"
INDEX = "history.sqlite3"
LAYOUT = 1
"""An index of another one is made anew."""
KEPT_IN_MEMORY = 4096
"""Items whose histories are written at once."""
_SCHEMA = """
CREATE TABLE item (id TEXT PRIMARY KEY, outcome TEXT, body BLOB) WITHOUT ROWID;
CREATE TABLE upto (segment INTEGER, offset INTEGER, length INTEGER, line BLOB);
"""


class Gone(Damaged):
    """Segments that the histories stand in are not there any more."""


class Mark(NamedTuple):
    """The last line that an index knows, and where it stands."""

    position: Position
    line: bytes


class Histories:
    """The index of a directory; it belongs to who holds the directory's lock."""

    def __init__(self, directory: Path, disk: Disk, cache: Path | None = None) -> None:
        """Read nothing yet.

        :param cache: the folder of the index, which is on a real disk whatever ``disk`` is.
        """
        self._segments = Segments(disk, directory / JOURNAL)
        self._repaired = repaired(disk, directory / JOURNAL)
        cache = cache or directory / CACHE
        cache.mkdir(exist_ok=True)
        self._path = cache / INDEX
        self._known: dict[str, History] = {}
        """Those that are not written yet."""
        self._announced: dict[str, Reopen] = {}

    def update(self) -> None:
        """Read what the journal holds since the last time.

        :raises Gone: a segment has gone.
        :raises Damaged: a line is no sound one.
        """
        numbers = self._segments.numbers()
        last = max(numbers, default=0)
        if missing := set(range(1, last + 1)) - set(numbers):
            raise Gone(f"{self._segments.path(min(missing))} is not there any more")
        with closing(self._opened()) as index, index:
            mark = _mark(index)
            position = mark.position if mark else Position(1, 0, 0)
            self._read(index, position, last)

    def __iter__(self) -> Iterator[tuple[str, History]]:
        """Yield the items that are done, by their ids."""
        # Each step of the caller may be in a thread of its own, never two at once.
        with closing(sqlite3.connect(self._path, check_same_thread=False)) as index:
            done = index.execute("SELECT id, outcome, body FROM item WHERE outcome != ''")
            for item_id, outcome, body in done:
                yield item_id, History.load(outcome, body)

    def _opened(self) -> sqlite3.Connection:
        """Open the index; make it anew where it is another's, or of lines that are not there."""
        with suppress(sqlite3.DatabaseError):
            index = sqlite3.connect(self._path)
            if _layout(index) == LAYOUT and self._fits(_mark(index)):
                return index
            index.close()
        self._path.unlink(missing_ok=True)
        index = sqlite3.connect(self._path)
        index.executescript(f"{_SCHEMA} PRAGMA user_version = {LAYOUT};")
        return index

    def _fits(self, mark: Mark | None) -> bool:
        """Tell whether the last line that the index knows is in its place."""
        if mark is None:
            return True
        try:
            return self._segments.read(mark.position) == mark.line
        except (BadSeal, OSError):
            return False

    def _read(self, index: sqlite3.Connection, start: Position, last: int) -> None:
        segment, offset, length = start
        offset += length
        mark: Mark | None = None
        while segment <= last:
            for line in self._lines(segment, offset):
                try:
                    found = unframe(line[:-1])
                    record = decode(found.kind, found.body)
                except (BadLine, BadRecord) as error:
                    if segment == last:
                        break  # a tail that is being written
                    path = self._segments.path(segment)
                    raise Damaged(f"{path} is damaged at byte {offset}: {error}") from error
                position = Position(segment, offset, len(line))
                self._take(index, record, position)
                mark = Mark(position, line)
                offset += len(line)
            segment, offset = segment + 1, 0
        self._write(index)
        if mark is not None:
            index.execute("DELETE FROM upto")
            index.execute("INSERT INTO upto VALUES (?, ?, ?, ?)", (*mark.position, mark.line))

    def _lines(self, segment: int, offset: int) -> Iterator[bytes]:
        """Yield the lines of a segment, whatever becomes of its file meanwhile."""
        for _ in range(MOVES):
            with suppress(FileNotFoundError):
                for line in lines_of(self._segments.find_best(segment).text(offset)):
                    yield line
                    offset += len(line)
                return
        raise Gone(f"{self._segments.path(segment)} is not there any more")

    def _take(self, index: sqlite3.Connection, record: Record, position: Position) -> None:
        try:
            self._fold(index, record, position)
        except (Impossible, KeyError) as error:
            if self._repaired:
                return  # of an item whose beginning was lost: it stays as it is
            path = self._segments.path(position.segment)
            raise Damaged(f"{path} is damaged at byte {position.offset}: {error}") from error

    def _fold(self, index: sqlite3.Connection, record: Record, position: Position) -> None:
        match record:
            case Admit(item=item_id):
                self._known[item_id] = History(Pending(record.epoch, position), record.recipe)
            case Intent(item=item_id, key=key):
                made = self._of(index, item_id).item.made(key)
                made.attempts = max(made.attempts, record.attempt)
            case Step(item=item_id):
                self._of(index, item_id).take(record, position)
            case Commit(items=items):
                for done in items:
                    self._of(index, done.item).outcome = done.outcome
                if len(self._known) >= KEPT_IN_MEMORY:
                    self._write(index)
            case Open() | Reopen() | Swap():
                self._take_up(index, record)

    def _take_up(self, index: sqlite3.Connection, record: Open | Reopen | Swap) -> None:
        match record:
            case Open(start=True):
                self._announced.clear()
            case Reopen(item=item_id, announced=True):
                self._announced[item_id] = record
            case Reopen(item=item_id):
                self._of(index, item_id).reopen(record)
            case Swap():
                for item_id, reopening in self._announced.items():
                    self._of(index, item_id).reopen(reopening)
                self._announced.clear()

    def _of(self, index: sqlite3.Connection, item_id: str) -> History:
        found = self._known.get(item_id)
        if found is None:
            row = index.execute("SELECT outcome, body FROM item WHERE id = ?", (item_id,))
            found = self._known[item_id] = _loaded(row.fetchone())
        return found

    def _write(self, index: sqlite3.Connection) -> None:
        rows = ((item_id, one.outcome, one.dump()) for item_id, one in self._known.items())
        index.executemany("INSERT OR REPLACE INTO item VALUES (?, ?, ?)", rows)
        self._known.clear()


def _loaded(row: tuple[str, bytes] | None) -> History:
    if row is None:
        raise Impossible("an item that was never admitted")
    return History.load(*row)


def _layout(index: sqlite3.Connection) -> int:
    (layout,) = index.execute("PRAGMA user_version").fetchone()
    return int(layout)


def _mark(index: sqlite3.Connection) -> Mark | None:
    row: Any = index.execute("SELECT segment, offset, length, line FROM upto").fetchone()
    return Mark(Position(*row[:3]), row[3]) if row else None
