"""What a journal adds up to: a pure fold over its records.

May import items and the modules of this package that read and write nothing.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from codeiod.items import Origin, Reason
from codeiod.journal.facts import Cursor as Cursor  # parts of the state, offered beside it
from codeiod.journal.facts import Facts
from codeiod.journal.pending import Impossible as Impossible  # as below
from codeiod.journal.pending import Made as Made
from codeiod.journal.pending import Paid
from codeiod.journal.pending import Pending as Pending
from codeiod.journal.pending import Position as Position
from codeiod.journal.places import stamp_of as stamp_of  # offered here beside State.seen
from codeiod.journal.records import (
    FINISHED,
    Admit,
    Change,
    Close,
    Commit,
    CursorAt,
    Cut,
    Done,
    Duplicate,
    Expected,
    Failed,
    Intent,
    Lost,
    Open,
    RecipeSet,
    Record,
    Reopen,
    Retired,
    Rewriting,
    Step,
    Swap,
)
from codeiod.journal.swaps import parts_of

FAULT_RETRIES = 1
"""How often an item that ended in a fault of ours is taken up again."""


class State(Facts):
    """The fold. Changed by ``apply`` alone."""

    def apply(self, record: Record, position: Position) -> None:
        """Take one record into account.

        :raises Impossible: it contradicts the records before it; the state is as it was.
        """
        _FOLDS[type(record)](self, record, position)

    def _open(self, record: Open, _: Position) -> None:
        if self.journal and record.journal != self.journal:
            raise Impossible(f"a segment of another journal ({record.journal})")
        self.journal = record.journal
        if record.start:
            self.swaps.announced.clear()
            self.calls.start(record.time)
            self.course.start(self.calls.clock)

    def _recipe_set(self, record: RecipeSet, _: Position) -> None:
        self.recipes[record.recipe] = record.body
        self.recipe = record.recipe
        self._replaced.pop(record.recipe, None)
        if record.replaces:
            self._replaced[record.replaces] = record.recipe

    def _admit(self, record: Admit, position: Position) -> None:
        if self.known(record.item):
            raise Impossible(f"item {record.item} is admitted twice")
        self._enter(record.item, record.origin)
        self.pending[record.item] = Pending(record.epoch, position)
        self.items += 1

    def _duplicate(self, record: Duplicate, _: Position) -> None:
        if not self.known(record.item):
            raise Impossible(f"duplicate of {record.item}, which was never admitted")
        self._enter(record.item, record.origin)
        self.duplicates += 1

    def _enter(self, item_id: str, origin: Origin) -> None:
        if not self.places.add(item_id, origin):
            raise Impossible(f"item {item_id} is met twice at {origin.path}")

    def _cursor_at(self, record: CursorAt, _: Position) -> None:
        self.cursors[record.source, record.path] = Cursor(record.position, record.stamp)

    def _intent(self, record: Intent, _: Position) -> None:
        made = self.require_pending(record.item, record.epoch).made(record.key)
        made.attempts = max(made.attempts, record.attempt)
        self.calls.intend(record)

    def _failed(self, record: Failed, _: Position) -> None:
        self.calls.fail(record)

    def _step(self, record: Step, position: Position) -> None:
        self.require_pending(record.item, record.epoch).take(record, position)
        if record.answered:
            self.calls.pay(record)
            self.course.at_work(record.at)

    def _commit(self, record: Commit, _: Position) -> None:
        for done in record.items:
            self.require_pending(done.item, done.epoch)
        if len({done.item for done in record.items}) < len(record.items):
            raise Impossible("an item is done twice in one commit")
        for done in record.items:
            self._end(done, record.at)
        for stream, end in record.ends.items():
            self.ends.setdefault(stream, {})[end.part] = end
        self.tally += record.tally

    def _end(self, done: Done, at: int) -> None:
        item = self.pending.pop(done.item)
        self._done.add(bytes.fromhex(done.item))
        self.course.done(item.paid, at, finished=done.outcome == FINISHED)
        if done.outcome == FINISHED:
            self.finished += 1
            return
        self.rejected[done.outcome] += 1
        if done.outcome in self.retry:
            self.retriable[done.item] = done.outcome, item
        if done.outcome == Reason.FAULT and done.epoch < FAULT_RETRIES:
            self.faulted[done.item] = item

    def end_unseen(self, done: Done) -> None:
        """Take note of the end of an item that is not pending: for a repair alone."""
        self._done.add(bytes.fromhex(done.item))
        if done.outcome == FINISHED:
            self.finished += 1
        else:
            self.rejected[done.outcome] += 1

    def _rewriting(self, record: Rewriting, _: Position) -> None:
        for stream, parts in record.parts.items():
            if any(part < self.next_part(stream) for part in parts):
                raise Impossible(f"a part of the {stream} is written anew in its own place")
        self.swaps.drafts = parts_of(record.parts)

    def _swap(self, record: Swap, _: Position) -> None:
        self._require_swap(record)
        for was, count in self.swaps.outcomes().items():
            if was == FINISHED:
                self.finished -= count
            else:
                self.rejected[was] -= count
        for item_id, announced in self.swaps.announced.items():
            self._take_up(item_id, announced.item)
        for stream, ends in record.ends.items():
            self.ends.setdefault(stream, {}).update({end.part: end for end in ends})
        for stream, parts in record.drops.items():
            self.swaps.dropped.setdefault(stream, set()).update(parts)
            for part in parts:
                del self.ends[stream][part]
        self.swaps.announced, self.swaps.drafts = {}, {}
        self.tally += record.tally

    def _require_swap(self, record: Swap) -> None:
        """Refuse a swap that does not fit what was announced."""
        swaps = self.swaps
        if record.items != len(swaps.announced):
            raise Impossible(f"{record.items} items are taken up, {len(swaps.announced)} announced")
        if any(count > self._done_as(was) for was, count in swaps.outcomes().items()):
            raise Impossible("more items are taken up than are done")
        for stream, ends in record.ends.items():
            if not {end.part for end in ends} <= swaps.drafts.get(stream, set()):
                raise Impossible(f"a part of the {stream} comes from nowhere")
        for stream, parts in record.drops.items():
            if not set(parts) <= self.ends.get(stream, {}).keys():
                raise Impossible(f"a part of the {stream} goes that is not there")

    def _cut(self, record: Cut, _: Position) -> None:
        self.cuts[record.kept] = record

    def _lost(self, _: Lost, __: Position) -> None:
        raise Impossible("damage was repaired here, and no sound snapshot stands in for it")

    def _retired(self, record: Retired, position: Position) -> None:
        if not all(0 < number < position.segment for number in record.segments):
            raise Impossible("a segment is retired that is not sealed")
        self.retired.update(record.segments)

    def _expected(self, record: Expected, _: Position) -> None:
        self.course.entries = record.entries

    def _reopen(self, record: Reopen, _: Position) -> None:
        if record.announced:
            self._require_done(record)
            self.swaps.announce(record)
            return
        if record.was:
            self._require_done(record)
            self.rejected[record.was] -= 1
            self._take_up(record.item, Pending.of(record))
            return
        item = self.faulted.get(record.item)
        if item is None or record.epoch != item.epoch + 1:
            raise Impossible(f"item {record.item} can't be re-opened as {record.epoch}")
        del self.faulted[record.item]
        self.rejected[Reason.FAULT] -= 1
        self.retriable.pop(record.item, None)
        item.epoch = record.epoch
        if record.since:
            item.steps.clear()
        self.reopened[record.item] = record.epoch
        item.paid = Paid()
        self.pending[record.item] = item

    def _require_done(self, record: Reopen) -> None:
        """Refuse to take up an item that can't have come to what its record tells."""
        if record.item in self.pending or not self.known(record.item):
            raise Impossible(f"item {record.item} can't be re-opened: it is not done")
        finished = record.was == FINISHED and not record.announced  # its lines would stand twice
        if finished or not self._done_as(record.was):
            raise Impossible(f"item {record.item} can't have been rejected as {record.was}")

    def _done_as(self, outcome: str) -> int:
        return self.finished if outcome == FINISHED else self.rejected[outcome]

    def _take_up(self, item_id: str, item: Pending) -> None:
        """Take up an item as its record tells: the state may have forgotten it."""
        self.faulted.pop(item_id, None)
        self.retriable.pop(item_id, None)
        self.pending[item_id] = item
        self.reopened[item_id] = item.epoch

    def require_pending(self, item_id: str, epoch: int) -> Pending:
        """Return a pending item.

        :raises Impossible: it is not pending as that epoch.
        """
        item = self.pending.get(item_id)
        if item is None or item.epoch != epoch:
            raise Impossible(f"item {item_id} is not pending as {epoch}")
        return item


_FOLDS: dict[type[Any], Callable[[State, Any, Position], None]] = {
    Open: State._open,  # noqa: SLF001 -- the table of the class's own cases
    Close: lambda *_: None,  # it is there for its ``synced`` alone
    RecipeSet: State._recipe_set,  # noqa: SLF001 -- as above
    Admit: State._admit,  # noqa: SLF001 -- as above
    Duplicate: State._duplicate,  # noqa: SLF001 -- as above
    CursorAt: State._cursor_at,  # noqa: SLF001 -- as above
    Intent: State._intent,  # noqa: SLF001 -- as above
    Failed: State._failed,  # noqa: SLF001 -- as above
    Step: State._step,  # noqa: SLF001 -- as above
    Commit: State._commit,  # noqa: SLF001 -- as above
    Rewriting: State._rewriting,  # noqa: SLF001 -- as above
    Swap: State._swap,  # noqa: SLF001 -- as above
    Cut: State._cut,  # noqa: SLF001 -- as above
    Lost: State._lost,  # noqa: SLF001 -- as above
    Retired: State._retired,  # noqa: SLF001 -- as above
    Expected: State._expected,  # noqa: SLF001 -- as above
    Change: lambda *_: None,  # it is there for people
    Reopen: State._reopen,  # noqa: SLF001 -- as above
}
