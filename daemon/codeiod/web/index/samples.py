"""Answer for lists of samples.

May import ``asks``, ``search``, ``tables`` and items.
"""

from __future__ import annotations

from collections.abc import Sequence

from codeiod.items import Status
from codeiod.web.index.asks import SampleRow, SamplesAsk, SamplesPage
from codeiod.web.index.search import Cursor, Found, Search
from codeiod.web.index.tables import SampleClass, Tables, joined


class SampleLists:
    """Lists of samples."""

    def __init__(self, tables: Tables) -> None:
        self._tables = tables

    def page(self, ask: SamplesAsk, behind: int) -> SamplesPage:
        """Return a page."""
        chosen = self._chosen(ask)
        found = self._find(ask, chosen, Cursor.read(ask.after), ask.limit)
        searched = ask.q or ask.item
        total = found.total(ask.after) if searched else self._tables.samples.total(chosen)
        return SamplesPage(
            self.rows(found.rows), found.next.write() if found.next else "", total, behind
        )

    def neighbours(self, ask: SamplesAsk, place: Cursor) -> tuple[str, str]:
        """Return the ids of the samples before and after a place in a list; ``""``: there is none.

        :param place: the row of the sample's item, and its own.
        """
        chosen = self._chosen(ask)
        before = self._find(ask, chosen, place, 1, back=True)
        after = self._find(ask, chosen, place, 1)
        ids = [self.rows(found.rows) for found in (before, after)]
        return (ids[0][0].id if ids[0] else "", ids[1][0].id if ids[1] else "")

    def rows(self, rows: Sequence[int]) -> tuple[SampleRow, ...]:
        """Return what a list shows of rows, in their order."""
        marks = ", ".join("?" * len(rows))
        found = {
            row: self._row(*rest)
            for row, *rest in self._tables.database.execute(
                "SELECT s.row, s.key, s.tail, i.key, i.tail, s.class, s.pair, s.sample, i.path,"
                " s.cost, s.at FROM sample s LEFT JOIN item i ON i.key = s.item"
                f" WHERE s.row IN ({marks})",
                tuple(rows),
            )
        }
        return tuple(found[row] for row in rows if row in found)

    def of_item(self, key: int) -> tuple[SampleRow, ...]:
        """Return the samples of an item, in the order in which they were written."""
        query = "SELECT row FROM sample WHERE item = ? AND key IS NOT NULL ORDER BY row"
        return self.rows([row for (row,) in self._tables.database.execute(query, (key,))])

    def _row(
        self,
        key: int | None,
        tail: int | None,
        item_key: int | None,
        item_tail: int | None,
        kind: int,
        pair: int,
        sample: int,
        path: str | None,
        cost: float,
        at: int,
    ) -> SampleRow:
        task, status_1, status_2, model, reason = self._tables.samples.kinds[kind]
        return SampleRow(
            id=_id(key, tail),
            item_id=_id(item_key, item_tail),
            task=task,
            pair=pair,
            sample=sample,
            status_1=status_1,
            status_2=status_2,
            model_1=model,
            path=path or "",
            cost=cost,
            at=float(at),
            reason=reason,
        )

    def _chosen(self, ask: SamplesAsk) -> set[int]:
        return self._tables.samples.chosen(lambda key: fits(ask, key))

    def _find(
        self, ask: SamplesAsk, chosen: set[int], place: Cursor, limit: int, *, back: bool = False
    ) -> Found:
        search = Search(self._tables, "sample", chosen)
        if ask.item:
            return search.by_item(ask.item, place, limit, back=back)
        return search.find(ask.q, place, limit, back=back)


def fits(ask: SamplesAsk, key: SampleClass) -> bool:
    """Tell whether samples of a class fit the filters, but for what is searched."""
    if ask.reason != key.reason or not _same((ask.task, ask.model), (key.task, key.model)):
        return False
    status = (last_status(key), key.status_1, key.status_2)[ask.turn]
    if ask.turn and not status:
        return False
    match ask.status:
        case "":
            return True
        case "right":
            return status == Status.SUCCESS
        case "wrong":
            return status not in ("", Status.SUCCESS)
        case wanted:
            return status == wanted


def last_status(key: SampleClass) -> str:
    """Return the status of the last turn."""
    return key.status_2 or key.status_1


def _same(wanted: Sequence[str], told: Sequence[str]) -> bool:
    return all(want in ("", tell) for want, tell in zip(wanted, told, strict=True))


def _id(key: int | None, tail: int | None) -> str:
    return "" if key is None or tail is None else joined(key, tail)
