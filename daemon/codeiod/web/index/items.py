"""Answer for lists of items that are done.

May import ``asks``, ``search``, ``lines``, ``tables``, items and ``journal.records``.
"""

from __future__ import annotations

from collections import Counter

from codeiod.items import Status
from codeiod.journal.records import FINISHED, Stream
from codeiod.web.index.asks import ItemRow, ItemsAsk, ItemsPage
from codeiod.web.index.lines import Line, Lines
from codeiod.web.index.search import Cursor, Search
from codeiod.web.index.tables import ItemClass, Tables, joined

DETAIL_CHARACTERS = 300
"""As much of why it was rejected is shown in a list."""


class ItemLists:
    """Lists of items that are done."""

    def __init__(self, tables: Tables, lines: Lines) -> None:
        self._tables = tables
        self._lines = lines

    def page(self, ask: ItemsAsk, behind: int) -> ItemsPage:
        """Return a page."""
        chosen = self._tables.items.chosen(lambda key: _fits(ask, key))
        search = Search(self._tables, "item", chosen)
        found = search.find(ask.q, Cursor.read(ask.after), ask.limit)
        total = found.total(ask.after) if ask.q else self._tables.items.total(chosen)
        rows = tuple(self.row(row) for row in found.rows)
        return ItemsPage(rows, found.next.write() if found.next else "", total, behind)

    def row(self, row: int) -> ItemRow:
        """Return what a list shows of an item."""
        key, tail, kind, path, source, *place = self._tables.database.execute(
            "SELECT key, tail, class, path, source, part, offset, length FROM item WHERE row = ?",
            (row,),
        ).fetchone()
        status, stage, reason = self._tables.items.kinds[kind]
        detail = ""
        if status != FINISHED:
            detail = self._lines.read(Line(Stream.REJECTS, *place)).get("detail", "")
        counts, cost, at = self._made_of(key)
        return ItemRow(
            item_id=joined(key, tail),
            path=path,
            source=source,
            status=status,
            stage=stage,
            reason=reason,
            detail=detail[:DETAIL_CHARACTERS],
            samples=counts["all"],
            right_1=counts["right_1"],
            right_2=counts["right_2"],
            cost=cost,
            at=at,
        )

    def _made_of(self, key: int) -> tuple[Counter[str], float, float]:
        counts: Counter[str] = Counter()
        total, latest = 0.0, 0
        for kind, n, cost, at in self._tables.database.execute(
            "SELECT class, count(*), sum(cost), max(at) FROM sample WHERE item = ? GROUP BY class",
            (key,),
        ):
            known = self._tables.samples.kinds[kind]
            if not known.reason:
                counts["all"] += n
                counts["right_1"] += n * (known.status_1 == Status.SUCCESS)
                counts["right_2"] += n * (known.status_2 == Status.SUCCESS)
            total, latest = total + cost, max(latest, at)
        return counts, total, float(latest)


def _fits(ask: ItemsAsk, key: ItemClass) -> bool:
    wanted = (ask.status, ask.stage, ask.reason)
    return all(want in ("", told) for want, told in zip(wanted, key, strict=True))
