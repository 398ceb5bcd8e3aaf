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
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from heapq import nlargest, nsmallest
from itertools import chain, islice
from typing import NamedTuple

from codeiod.web.index.tables import Tables, keys_of, split

SEARCH_SECONDS = 0.15
"""What a search for words may take of the processor for one page."""
WALKED_ROWS = 2000
"""So many rows are looked at one by one for those that fit, where one in twenty or more does."""
PREFIX_CHARACTERS = 3
"""The last word is taken for a beginning from this length on."""
MOST_BY_ID = 1000
NEWEST = 1 << 62

CURSOR = re.compile(r"[0-9a-z]{1,12}-[0-9a-z]{1,12}")
"""The form of a cursor; any text of it is one."""
_ID = re.compile(r"[0-9a-f]{8,32}")
_DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"
_WORD = re.compile(r"[^\W_]+")


class Cursor(NamedTuple):
    """The place in a list after which to go on: an item's row, where one is gone by, and a row."""

    item: int
    row: int

    @staticmethod
    def read(text: str) -> Cursor:
        """Read what ``write`` wrote, or anything of that form; ``""`` is the beginning."""
        if not text:
            return Cursor(NEWEST, NEWEST)
        item, _, row = text.partition("-")
        return Cursor(min(int(item, 36), NEWEST), min(int(row, 36), NEWEST))

    def write(self) -> str:
        """Write it as text that means nothing to others."""
        return f"{_base_36(self.item)}-{_base_36(self.row)}"


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
        counted = tables.samples if table == "sample" else tables.items
        self._common = 20 * counted.total(classes) >= counted.total(set(counted.counts))

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
        rows = self._walked(after, limit + 1, back=back) if self._common else []
        if len(rows) <= limit:
            order = "> ? ORDER BY row" if back else "< ? ORDER BY row DESC"
            query = f"SELECT row FROM {self._table} WHERE class = ? AND row {order} LIMIT ?"
            found = chain.from_iterable(
                self._database.execute(query, (number, after.row, limit + 1))
                for number in self._classes
            )
            take = nsmallest if back else nlargest
            rows = take(limit + 1, (row for (row,) in found))
        return Found(rows[:limit], Cursor(0, rows[limit - 1]) if len(rows) > limit else None)

    def _walked(self, after: Cursor, wanted: int, *, back: bool) -> list[int]:
        """Find rows that fit among those that stand next; not as many as wanted, if few do."""
        order = "> ? ORDER BY row" if back else "< ? ORDER BY row DESC"
        query = f"SELECT row, class FROM {self._table} WHERE row {order} LIMIT {WALKED_ROWS}"
        found = self._database.execute(query, (after.row,))
        return list(islice((row for row, kind in found if kind in self._classes), wanted))

    def by_words(self, q: str, after: Cursor, limit: int, *, back: bool = False) -> Found:
        """Find rows of items that have all words."""
        rows: list[int] = []
        place = after
        until = 0.0
        with suppress(sqlite3.OperationalError):  # a word that is none to the index
            for item in self._items_with(q, after.item, back=back):
                until = until or time.thread_time() + SEARCH_SECONDS
                for row in self._rows_of(item, back=back):
                    if item == after.item and not (row > after.row if back else row < after.row):
                        continue
                    if len(rows) == limit:
                        return Found(rows, place)
                    rows.append(row)
                    place = Cursor(item, row)
                if time.thread_time() > until:
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
        return (row for (row,) in self._database.execute(query, (self._match(q), item)))

    def _match(self, q: str) -> str:
        """Return words as a query of the index.

        The last one is a beginning where no item has it as a word: to look for beginnings takes a
        walk over all that begin so.
        """
        words = [f'"{word}"' for word in _WORD.findall(unicodedata.normalize("NFC", q))]
        if not words:
            return '""'
        whole = " ".join(words)
        if len(words[-1]) - 2 < PREFIX_CHARACTERS:
            return whole
        query = "SELECT 1 FROM words WHERE words MATCH ? LIMIT 1"
        known = self._database.execute(query, (words[-1],)).fetchone()
        return whole if known else f"{whole}*"

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


def _base_36(number: int) -> str:
    digits = ""
    while number or not digits:
        number, digit = divmod(number, 36)
        digits = _DIGITS[digit] + digits
    return digits


def _page(rows: set[int], after: Cursor, limit: int, *, back: bool) -> Found:
    if back:
        fit = sorted(row for row in rows if row > after.row)
    else:
        fit = sorted((row for row in rows if row < after.row), reverse=True)
    return Found(fit[:limit], Cursor(0, fit[limit - 1]) if len(fit) > limit else None)
