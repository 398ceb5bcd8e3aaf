"""Turn the lines of the dataset into rows of the index, and take rows away.

May import ``tables``, items, ``journal.records`` and ``dataset``.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from datetime import datetime
from typing import Any

import orjson

from codeiod.journal.records import FINISHED, Stream
from codeiod.web.index.tables import (
    ItemClass,
    SampleClass,
    Tables,
    split,
)

REJECTED = "rejected"
PROBLEM_CHARACTERS = 4000
"""As much of a problem statement is searched."""
DETAIL_CHARACTERS = 500

_ITEM = "INSERT INTO item VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
_SAMPLE = "INSERT INTO sample VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
_WORDS = "INSERT INTO words (rowid, text) VALUES (?, ?)"

Place = tuple[int, int, int]
"""Part, offset and length of a line."""


class Rows:
    """Add rows for lines, and take them away."""

    def __init__(self, tables: Tables) -> None:
        self._tables = tables
        self.last = tables.last_row()
        """The highest row that was ever given; it goes up in all tables together."""
        self._samples: list[tuple[Any, ...]] = []

    def take(self, stream: Stream, number: int, offset: int, data: bytes) -> None:
        """Add the rows of some lines of a part."""
        for place, line in _lines(number, offset, data):
            match stream:
                case Stream.PROGRAMS:
                    self._program(line, place)
                case Stream.REJECTS if line["task"]:
                    self._rejected_sample(line, place)
                case Stream.REJECTS:
                    self._reject(line, place)
                case Stream.SAMPLES:
                    self._sample(line, place)
        self._tables.database.executemany(_SAMPLE, self._samples)
        self._samples.clear()

    def drop(self, stream: Stream, number: int, first: int, last: int) -> None:
        """Take away the rows of a part among some; what was searched in them is found no more."""
        database = self._tables.database
        finished, rejected = self._classes_of_streams()
        for table, classes, theirs in (
            ("item", self._tables.items, finished),
            ("sample", self._tables.samples, rejected),
        ):
            found = database.execute(
                f"SELECT row, class FROM {table} WHERE row BETWEEN ? AND ? AND part = ?",
                (first, last, number),
            ).fetchall()
            ours = [(row, kind) for row, kind in found if theirs[kind] is stream]
            for _, kind in ours:
                classes.recount(kind, -1)
            rows = [(row,) for row, _ in ours]
            database.executemany(f"DELETE FROM {table} WHERE row = ?", rows)

    def _classes_of_streams(self) -> tuple[dict[int, Stream], dict[int, Stream]]:
        """Return which stream the rows of each class come from."""
        items = {
            n: Stream.PROGRAMS if key.status == FINISHED else Stream.REJECTS
            for n, key in self._tables.items.kinds.items()
        }
        samples = {
            n: Stream.REJECTS if key.reason else Stream.SAMPLES
            for n, key in self._tables.samples.kinds.items()
        }
        return items, samples

    def _program(self, line: dict[str, Any], place: Place) -> None:
        name = line["item_id"]
        self._forget(name)
        text = f"{line['path']} {line['problem_description'][:PROBLEM_CHARACTERS]}"
        kind = ItemClass(FINISHED, "", "")
        self._add_item(name, kind, -1, line["path"], line["source"], text, place)

    def _reject(self, line: dict[str, Any], place: Place) -> None:
        name, epoch = line["item_id"], line["epoch"]
        if (known := self._epoch(name)) is not None:
            if known == -1 or known > epoch:
                return  # it is finished by now, or was rejected again: this is history
            self._forget(name)
        text = f"{line['path']} {line['detail'][:DETAIL_CHARACTERS]}"
        kind = ItemClass(REJECTED, line["stage"], line["reason"])
        self._add_item(name, kind, epoch, line["path"], line["source"], text, place)

    def _add_item(
        self,
        name: str,
        kind: ItemClass,
        epoch: int,
        path: str,
        source: str,
        text: str,
        place: Place,
    ) -> None:
        self.last += 1
        number = self._tables.items.count(kind)
        row = (self.last, *split(name), number, epoch, path, source, *place)
        self._tables.database.execute(_ITEM, row)
        self._tables.database.execute(_WORDS, (self.last, text))

    def _sample(self, line: dict[str, Any], place: Place) -> None:
        kind = SampleClass(line["task"], line["status_1"], line["status_2"], line["model_1"], "")
        at = int(datetime.fromisoformat(line["finished_at"]).timestamp())
        self._add_sample(split(line["id"]), line, kind, line["cost"], at, place)

    def _rejected_sample(self, line: dict[str, Any], place: Place) -> None:
        kind = SampleClass(line["task"], "", "", "", line["reason"])
        self._add_sample((None, None), line, kind, 0.0, 0, place)

    def _add_sample(
        self,
        name: tuple[int | None, int | None],
        line: dict[str, Any],
        kind: SampleClass,
        cost: float,
        at: int,
        place: Place,
    ) -> None:
        self.last += 1
        number = self._tables.samples.count(kind)
        item = split(line["item_id"])[0]
        pair, sample = line["pair"], line["sample"]
        self._samples.append((self.last, *name, item, number, pair, sample, cost, at, *place))

    def _epoch(self, name: str) -> int | None:
        """Return the epoch of an item's row, -1 where it is finished; None: there is none."""
        found = self._tables.database.execute(
            "SELECT epoch FROM item WHERE key = ? AND tail = ?", split(name)
        ).fetchone()
        return found[0] if found else None

    def _forget(self, name: str) -> None:
        """Take away the row of an item that has come to something else."""
        database = self._tables.database
        for row, kind in database.execute(
            "SELECT row, class FROM item WHERE key = ? AND tail = ?", split(name)
        ).fetchall():
            self._tables.items.recount(kind, -1)
            database.execute("DELETE FROM item WHERE row = ?", (row,))


def _lines(number: int, offset: int, data: bytes) -> Iterator[tuple[Place, dict[str, Any]]]:
    """Yield the lines with their places; one that is damaged is none."""
    for text in data.split(b"\n")[:-1]:
        with suppress(orjson.JSONDecodeError):  # the part's checksum tells of it
            yield (number, offset, len(text)), orjson.loads(text)
        offset += len(text) + 1
