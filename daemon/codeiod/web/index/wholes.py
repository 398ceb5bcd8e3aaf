"""Answer for one sample or one item, whole, with the texts of their lines.

May import the modules of this package but ``front``, items and ``journal.records``. The lines go
out as they stand: no number in them passes through a parser.
"""

from __future__ import annotations

import json
from collections.abc import Iterator

import orjson

from codeiod.journal.records import FINISHED, Stream
from codeiod.web.index.asks import ItemAsk, SampleAsk
from codeiod.web.index.items import ItemLists
from codeiod.web.index.lines import Line, Lines
from codeiod.web.index.samples import SampleLists
from codeiod.web.index.search import Cursor
from codeiod.web.index.tables import Tables, split

_DECODER = json.JSONDecoder()


class NotThere(LookupError):
    """There is nothing of that name."""


class Wholes:
    """Single samples and items."""

    def __init__(self, tables: Tables, lines: Lines) -> None:
        self._tables = tables
        self._lines = lines
        self._samples = SampleLists(tables)
        self._items = ItemLists(tables, lines)

    def sample(self, ask: SampleAsk) -> bytes:
        """Return a sample with its program and its neighbours, as JSON.

        :raises NotThere: there is none of that id.
        """
        found = self._tables.database.execute(
            "SELECT row, item, part, offset, length FROM sample WHERE key = ? AND tail = ?"
            " ORDER BY row DESC LIMIT 1",
            split(ask.id),
        ).fetchone()
        if found is None:
            raise NotThere(f"no sample has the id {ask.id}")
        row, item, *place = found
        before, after = self._samples.neighbours(ask.among, Cursor(self._item_row(item), row))
        return b'{"sample":%s,"program":%s,"previous":%s,"next":%s}' % (
            self._lines.text(Line(Stream.SAMPLES, *place)),
            self._program(item),
            orjson.dumps(before),
            orjson.dumps(after),
        )

    def item(self, ask: ItemAsk) -> bytes:
        """Return an item that is done with its program, pairs and samples, as JSON.

        :raises NotThere: there is none of that id.
        """
        key, tail = split(ask.id)
        found = self._tables.database.execute(
            "SELECT row, class, part, offset, length FROM item WHERE key = ? AND tail = ?",
            (key, tail),
        ).fetchone()
        if found is None:
            raise NotThere(f"no item that is done has the id {ask.id}")
        row, kind, *place = found
        item = orjson.loads(orjson.dumps(self._items.row(row)))
        program = b"{}"
        pairs: list[dict[str, str]] = []
        if self._tables.items.kinds[kind].status == FINISHED:
            program = self._lines.text(Line(Stream.PROGRAMS, *place))
            fields = orjson.loads(program)
            item["meta"] = fields.get("meta", "{}")
            pairs = list(pairs_of(fields.get("ios", "[]")))
        else:
            item["detail"] = self._lines.read(Line(Stream.REJECTS, *place)).get("detail", "")
        return b'{"item":%s,"program":%s,"pairs":%s,"samples":%s,"events":[]}' % (
            orjson.dumps(item),
            program,
            orjson.dumps(pairs),
            orjson.dumps(self._samples.of_item(key)),
        )

    def _item_row(self, key: int) -> int:
        found = self._tables.database.execute("SELECT row FROM item WHERE key = ?", (key,))
        return (found.fetchone() or (0,))[0]

    def _program(self, key: int) -> bytes:
        """Return the line of an item's program."""
        found = self._tables.database.execute(
            "SELECT part, offset, length, class FROM item WHERE key = ?", (key,)
        ).fetchone()
        if found is None or self._tables.items.kinds[found[3]].status != FINISHED:
            return b"{}"
        return self._lines.text(Line(Stream.PROGRAMS, *found[:3]))


def pairs_of(ios: str) -> Iterator[dict[str, str]]:
    """Yield each pair of a program's ``ios`` with both sides as the JSON text that they are.

    :raises ValueError: it is not what a program's line holds.
    """
    marks = ('{"input": ', ', "output": ')
    at = 1
    while ios.startswith(marks[0], at):
        start = at + len(marks[0])
        _, end = _DECODER.raw_decode(ios, start)
        wanted = end + len(marks[1])
        _, at = _DECODER.raw_decode(ios, wanted)
        yield {"input": ios[start:end], "output": ios[wanted:at]}
        at += len("}, ")
