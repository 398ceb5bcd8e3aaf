"""The tables of the index, and what of them is held in memory.

May import ``journal.records``. Rows say where a line stands (part, offset, length) and never copy
its text, but for the path. What a filter asks of a row is its *class*: there are few of these, each
with the number of its rows, so that any filter is a choice of classes and any total a sum.
"""

from __future__ import annotations

import sqlite3
import struct
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Generic, NamedTuple, TypeVar

from codeiod.journal.records import Stream

LAYOUT = 1
"""An index of another one is made anew."""
CACHE_BYTES = 24 << 20
"""Of the tables, in the child's memory."""
CHECKPOINT_PAGES = 8192
"""As much is written to the log of the index before it is synced: seldom, beside the journal."""

_TWO = struct.Struct(">qq")

_SCHEMA = f"""
CREATE TABLE about (journal TEXT);
CREATE TABLE part (
    stream TEXT, part INTEGER, length INTEGER, crc INTEGER, first INTEGER, last INTEGER,
    PRIMARY KEY (stream, part)
) WITHOUT ROWID;
CREATE TABLE sample_class (
    id INTEGER PRIMARY KEY, task TEXT, status_1 TEXT, status_2 TEXT, model TEXT, reason TEXT,
    n INTEGER
);
CREATE TABLE item_class (id INTEGER PRIMARY KEY, status TEXT, stage TEXT, reason TEXT, n INTEGER);
CREATE TABLE item (
    row INTEGER PRIMARY KEY, key INTEGER, tail INTEGER, class INTEGER, epoch INTEGER, path TEXT,
    source TEXT, part INTEGER, offset INTEGER, length INTEGER
);
CREATE TABLE sample (
    row INTEGER PRIMARY KEY, key INTEGER, tail INTEGER, item INTEGER, class INTEGER, pair INTEGER,
    sample INTEGER, cost REAL, at INTEGER, part INTEGER, offset INTEGER, length INTEGER
);
CREATE INDEX item_key ON item (key);
CREATE INDEX item_class_row ON item (class);
CREATE INDEX sample_key ON sample (key) WHERE key IS NOT NULL;
CREATE INDEX sample_item ON sample (item);
CREATE INDEX sample_class_row ON sample (class);
CREATE VIRTUAL TABLE words USING fts5 (
    text, content = '', columnsize = 0, detail = none, tokenize = 'unicode61 remove_diacritics 2'
);
PRAGMA user_version = {LAYOUT};
"""
_PRAGMAS = f"""
PRAGMA journal_mode = WAL;
PRAGMA synchronous = NORMAL;
PRAGMA cache_size = -{CACHE_BYTES >> 10};
PRAGMA temp_store = MEMORY;
PRAGMA wal_autocheckpoint = {CHECKPOINT_PAGES};
PRAGMA journal_size_limit = {16 << 20};
"""


class SampleClass(NamedTuple):
    """What a filter asks of a sample."""

    task: str
    status_1: str
    status_2: str
    model: str
    reason: str


class ItemClass(NamedTuple):
    """What a filter asks of an item."""

    status: str
    stage: str
    reason: str


class Part(NamedTuple):
    """How far a part is read: its bytes, their checksum, the first and the last row of it."""

    length: int = 0
    crc: int = 0
    first: int = 0
    last: int = 0


Key = TypeVar("Key", bound=tuple[str, ...])


class Classes(Generic[Key]):
    """The classes of one table, each with the number of its rows."""

    def __init__(self, database: sqlite3.Connection, table: str, kind: Callable[..., Key]) -> None:
        self._database = database
        self._table = table
        self.ids: dict[Key, int] = {}
        self.kinds: dict[int, Key] = {}
        self.counts: dict[int, int] = {}
        self._changed: set[int] = set()
        for number, *key, rows in database.execute(f"SELECT * FROM {table}"):
            self._add(kind(*key), number, rows)

    def count(self, key: Key, by: int = 1) -> int:
        """Count a row of a class and return the class's number."""
        number = self.ids.get(key)
        if number is None:
            number = self._add(key, len(self.ids) + 1, 0)
        self.recount(number, by)
        return number

    def recount(self, number: int, by: int) -> None:
        """Change the number of rows of a class."""
        self.counts[number] += by
        self._changed.add(number)

    def chosen(self, fits: Callable[[Key], bool]) -> set[int]:
        """Return the classes that a filter fits and that have rows."""
        return {n for n, key in self.kinds.items() if self.counts[n] > 0 and fits(key)}

    def total(self, chosen: set[int]) -> int:
        """Return how many rows classes have."""
        return sum(self.counts[number] for number in chosen)

    def __iter__(self) -> Iterator[tuple[Key, int]]:
        """Yield each class that has rows, with their number."""
        return ((key, self.counts[at]) for key, at in self.ids.items() if self.counts[at] > 0)

    def write(self) -> None:
        """Bring the table up to what is counted."""
        for number in self._changed:
            row = (number, *self.kinds[number], self.counts[number])
            marks = ", ".join("?" * len(row))
            self._database.execute(f"INSERT OR REPLACE INTO {self._table} VALUES ({marks})", row)
        self._changed.clear()

    def _add(self, key: Key, number: int, rows: int) -> int:
        self.ids[key], self.kinds[number], self.counts[number] = number, key, rows
        return number


class Tables:
    """An open index; not for several threads."""

    def __init__(self, path: Path) -> None:
        """Open it; what is broken or of another layout is made anew."""
        self.database = _open(path)
        self._load()

    def _load(self) -> None:
        self.samples = Classes(self.database, "sample_class", SampleClass)
        self.items = Classes(self.database, "item_class", ItemClass)
        self.parts = {
            (Stream(stream), part): Part(*rest)
            for stream, part, *rest in self.database.execute("SELECT * FROM part")
        }

    @property
    def journal(self) -> str:
        """The journal whose dataset it holds; ``""``: none yet."""
        row = self.database.execute("SELECT journal FROM about").fetchone()
        return row[0] if row else ""

    def belong(self, journal: str) -> None:
        """Note whose dataset it holds."""
        self.database.execute("DELETE FROM about")
        self.database.execute("INSERT INTO about VALUES (?)", (journal,))

    def set_part(self, stream: Stream, number: int, part: Part) -> None:
        """Note how far a part is read."""
        self.parts[stream, number] = part
        row = (stream.value, number, *part)
        self.database.execute("INSERT OR REPLACE INTO part VALUES (?, ?, ?, ?, ?, ?)", row)

    def forget_part(self, stream: Stream, number: int) -> None:
        """Forget a part none of whose rows is left."""
        del self.parts[stream, number]
        row = (stream.value, number)
        self.database.execute("DELETE FROM part WHERE stream = ? AND part = ?", row)

    def last_row(self) -> int:
        """Return the highest row that was ever given."""
        queries = ("SELECT max(row) FROM item", "SELECT max(row) FROM sample")
        found = (self.database.execute(query).fetchone()[0] or 0 for query in queries)
        return max(*found, *(part.last for part in self.parts.values()), 0)

    def commit(self) -> None:
        """Make all changes one step."""
        self.samples.write()
        self.items.write()
        self.database.commit()

    def roll_back(self) -> None:
        """Be as the last commit left it."""
        self.database.rollback()
        self._load()

    def close(self) -> None:
        """Close it."""
        self.database.close()


def remove(path: Path) -> None:
    """Remove an index: it is made anew."""
    for name in (path.name, f"{path.name}-wal", f"{path.name}-shm"):
        path.with_name(name).unlink(missing_ok=True)


def split(name: str) -> tuple[int, int]:
    """Return an id in hex as two numbers."""
    key, tail = _TWO.unpack(bytes.fromhex(name))
    return key, tail


def joined(key: int, tail: int) -> str:
    """Return the id that two numbers stand for."""
    return _TWO.pack(key, tail).hex()


def keys_of(beginning: str) -> tuple[int, int]:
    """Return the lowest and the highest key of the ids that begin so."""
    return split(f"{beginning:0<32}")[0], split(f"{beginning:f<32}")[0]


def _open(path: Path) -> sqlite3.Connection:
    with suppress(sqlite3.DatabaseError):
        database = _connected(path)
        if database.execute("PRAGMA user_version").fetchone()[0] == LAYOUT:
            return database
        database.close()
    remove(path)
    database = _connected(path)
    database.executescript(_SCHEMA)
    return database


def _connected(path: Path) -> sqlite3.Connection:
    database = sqlite3.connect(path)
    try:
        database.executescript(_PRAGMAS)
    except sqlite3.DatabaseError:
        database.close()
        raise
    return database
