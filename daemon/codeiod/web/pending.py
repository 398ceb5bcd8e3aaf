"""List the items that are not done, from the live state: the index knows only what is committed.

May import ``index``, items and ``journal``.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from itertools import islice
from pathlib import Path
from typing import NamedTuple

from anyio import to_thread

from codeiod.items import Origin, Stage
from codeiod.journal.codec import BadRecord, decode
from codeiod.journal.disk import OsDisk
from codeiod.journal.folder import JOURNAL
from codeiod.journal.frame import BadLine, unframe
from codeiod.journal.pending import Pending
from codeiod.journal.records import Admit
from codeiod.journal.sealed import BadSeal
from codeiod.journal.segments import Segments
from codeiod.journal.state import Position, State
from codeiod.web.index.asks import ItemRow, ItemsAsk, ItemsPage
from codeiod.web.index.search import Cursor

MOST_PENDING = 1000
"""As many can be leafed through: to come to one takes a walk over all before it."""
PENDING = "pending"


class _Found(NamedTuple):
    """What the state knows of an item."""

    item_id: str
    admitted: Position
    stage: Stage
    cost: float


class PendingItems:
    """The items on their way, in the order of admission."""

    def __init__(self, directory: Path) -> None:
        self._segments = Segments(OsDisk(), directory / JOURNAL)

    async def page(self, state: State, ask: ItemsAsk) -> ItemsPage:
        """Return a page; what is searched is a part of the path."""
        total = len(state.pending)
        if ask.reason:
            return ItemsPage((), "", 0, 0)
        start = min(Cursor.read(ask.after).row, MOST_PENDING) if ask.after else 0
        found = [
            _Found(item_id, item.admitted, stage_of(item), sum(item.paid.money.values()))
            for item_id, item in islice(state.pending.items(), start, MOST_PENDING)
        ]
        if ask.stage or ask.q:
            fit = [one for one in found if ask.stage in ("", one.stage)]
            rows = await to_thread.run_sync(self._rows, fit)
            rows = [row for row in rows if ask.q.lower() in row.path.lower()]
            return ItemsPage(tuple(rows[: ask.limit]), "", -1, 0)
        rows = await to_thread.run_sync(self._rows, found[: ask.limit])
        stop = start + ask.limit
        more = len(found) > ask.limit
        return ItemsPage(tuple(rows), Cursor(0, stop).write() if more else "", total, 0)

    async def item(self, state: State, item_id: str) -> ItemRow | None:
        """Return one item; None where it is not on its way."""
        item = state.pending.get(item_id)
        if item is None:
            return None
        found = _Found(item_id, item.admitted, stage_of(item), sum(item.paid.money.values()))
        return (await to_thread.run_sync(self._rows, [found]))[0]

    def _rows(self, found: Sequence[_Found]) -> list[ItemRow]:
        rows = []
        for item_id, position, stage, cost in found:
            origin = self._origin(position)
            path, source = (origin.path, origin.source) if origin else ("", "")
            rows.append(ItemRow(item_id, path, source, PENDING, stage, cost=cost))
        return rows

    def _origin(self, position: Position) -> Origin | None:
        """Read where an item comes from; None where its record is not on the disk yet."""
        with suppress(BadLine, BadRecord, BadSeal, OSError):
            frame = unframe(self._segments.read(position)[:-1])
            record = decode(frame.kind, frame.body)
            if isinstance(record, Admit):
                return record.origin
        return None


def stage_of(item: Pending) -> Stage:
    """Tell at which stage an item is."""
    keys = [key for key, made in item.steps.items() if made.position is not None]
    if any(key.startswith(("in/", "out/")) and key.endswith("/2") for key in item.steps):
        return Stage.REVISE
    if "sample" in keys:
        return Stage.PREDICT
    if any(key.startswith("unify/") for key in keys):
        return Stage.SAMPLE
    return Stage.UNIFY
