"""Find rows by filters: by class, by words, by the beginning of an id, by item.

May import ``asks`` and ``tables``. All lists go from the newest to the oldest. By class any page is
found at once. A search for words goes through the items that have them, and is bounded in time: a
page may be short and still not be the last.
"""

from __future__ import annotations

import re
import sqlite3
import time
import unicodedata
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from heapq import nlargest, nsmallest
from itertools import chain
from typing import NamedTuple

from codeiod.web.index.tables import Tables, keys_of, split

SEARCH_SECONDS = 0.15
"""How long a search for words goes on for one page."""
PREFIX_CHARACTERS = 3
"""The last word is taken for a beginning from this length on."""
MOST_BY_ID = 1000
NEWEST = 1 << 62

_ID = re.compile(r"[0-9a-f]{8,32}")
_WORD = re.compile(r"[^\W_]+")


class BadCursor(ValueError):
    """The cursor is none of ours."""


class Cursor(NamedTuple):
    """The place in a list after which to go on: an item's row, where one is gone by, and a row."""

    item: int
    row: int

    @staticmethod
    def read(text: str) -> Cursor:
        """Read one that ``write`` wrote; ``""`` is the beginning.

        :raises BadCursor: it did not.
        """
        if not text:
            return Cursor(NEWEST, NEWEST)
        try:
            item, row = urlsafe_b64decode(text.encode() + b"==").decode().split(".")
            return Cursor(min(int(item), NEWEST), min(int(row), NEWEST))
        except ValueError as error:
            raise BadCursor("after is no cursor of this list") from error

    def write(self) -> str:
        """Write it as text that means nothing to others."""
        return urlsafe_b64encode(f"{self.item}.{self.row}".encode()).decode().rstrip("=")


@dataclass(frozen=True, slots=True)
class Found:
    """Rows of a page, in order, and where to go on; None: nothing follows."""

    rows: Sequence[int]
    next: Cursor | None

    def total(self, after: str) -> int:
        """Return how many there are where one page holds them all, else -1: not known."""
        return len(self.rows) if not after and self.next is None else -1


class Search:
    """Rows of one table that fit some classes."""

    def __init__(self, tables: Tables, table: str, classes: set[int]) -> None:
        self._database = tables.database
        self._table = table
        self._classes = classes

    def find(self, q: str, after: Cursor, limit: int, *, back: bool = False) -> Found:
        """Find rows that fit what is searched, if anything is."""
        if _ID.fullmatch(q):
            found = self.by_id(q, after, limit, back=back)
            if found.rows or after != Cursor(NEWEST, NEWEST):
                return found
        if q:
            return self.by_words(q, after, limit, back=back)
        return self.by_class(after, limit, back=back)

    def by_class(self, after: Cursor, limit: int, *, back: bool = False) -> Found:
        """Find rows whatever they hold; ``back``: those before a place, the nearest first."""
        order = "> ? ORDER BY row" if back else "< ? ORDER BY row DESC"
        query = f"SELECT row FROM {self._table} WHERE class = ? AND row {order} LIMIT ?"
        found = chain.from_iterable(
            self._database.execute(query, (number, after.row, limit + 1))
            for number in self._classes
        )
        take = nsmallest if back else nlargest
        rows = take(limit + 1, (row for (row,) in found))
        return Found(rows[:limit], Cursor(0, rows[limit - 1]) if len(rows) > limit else None)

    def by_words(self, q: str, after: Cursor, limit: int, *, back: bool = False) -> Found:
        """Find rows of items that have all words."""
        until = time.monotonic() + SEARCH_SECONDS
        rows: list[int] = []
        place = after
        with suppress(sqlite3.OperationalError):  # a word that is none to the index
            for item in self._items_with(q, after.item, back=back):
                for row in self._rows_of(item, back=back):
                    if item == after.item and not (row > after.row if back else row < after.row):
                        continue
                    if len(rows) == limit:
                        return Found(rows, place)
                    rows.append(row)
                    place = Cursor(item, row)
                if time.monotonic() > until:
                    return Found(rows, Cursor(item, NEWEST if back else 0))
        return Found(rows, None)

    def by_id(self, beginning: str, after: Cursor, limit: int, *, back: bool = False) -> Found:
        """Find rows whose id, or item's, begins so."""
        keys = ("key", "item") if self._table == "sample" else ("key",)
        rows: set[int] = set()
        for key in keys:
            query = f"SELECT row, class FROM {self._table} WHERE {key} BETWEEN ? AND ? LIMIT ?"
            found = self._database.execute(query, (*keys_of(beginning), MOST_BY_ID))
            rows.update(row for row, kind in found if kind in self._classes)
        return _page(rows, after, limit, back=back)

    def by_item(self, name: str, after: Cursor, limit: int, *, back: bool = False) -> Found:
        """Find the samples of an item."""
        rows = set(self._rows_of_key(split(name)[0]))
        return _page(rows, after, limit, back=back)

    def _items_with(self, q: str, item: int, *, back: bool) -> Iterator[int]:
        order = ">= ? ORDER BY rowid" if back else "<= ? ORDER BY rowid DESC"
        query = f"SELECT rowid FROM words WHERE words MATCH ? AND rowid {order}"
        return (row for (row,) in self._database.execute(query, (_match(q), item)))

    def _rows_of(self, item: int, *, back: bool) -> list[int]:
        """Return the rows of an item that fit, in the order that is asked for."""
        found = self._database.execute("SELECT key, class FROM item WHERE row = ?", (item,))
        if (known := found.fetchone()) is None:
            return []  # it has come to something else since, or is gone
        if self._table == "item":
            return [item] if known[1] in self._classes else []
        return sorted(self._rows_of_key(known[0]), reverse=not back)

    def _rows_of_key(self, key: int) -> Iterator[int]:
        found = self._database.execute("SELECT row, class FROM sample WHERE item = ?", (key,))
        return (row for row, kind in found if kind in self._classes)


def _match(q: str) -> str:
    """Return words as a query of the index; it holds each apart."""
    words = _WORD.findall(unicodedata.normalize("NFC", q))
    if not words:
        return '""'
    quoted = [f'"{word}"' for word in words]
    if len(words[-1]) >= PREFIX_CHARACTERS:
        quoted[-1] += "*"
    return " ".join(quoted)


def _page(rows: set[int], after: Cursor, limit: int, *, back: bool) -> Found:
    if back:
        fit = sorted(row for row in rows if row > after.row)
    else:
        fit = sorted((row for row in rows if row < after.row), reverse=True)
    return Found(fit[:limit], Cursor(0, fit[limit - 1]) if len(fit) > limit else None)
