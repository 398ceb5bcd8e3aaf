"""The durable steps of one item: what was done once is read back, never done or paid again.

May import items, ``journal``, ``records`` and ``state``.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Any, TypeVar

import anyio

from codeiod.items import Answer, GaveUp
from codeiod.journal.journal import Journal
from codeiod.journal.records import Failed, Intent, Step, unix_seconds
from codeiod.journal.state import Made

T = TypeVar("T")


class Changed(Exception):
    """What a journalled step was computed from has changed: its value can't be used."""


class InFlight:
    """Paid requests that left and have neither failed nor become durable."""

    def __init__(self) -> None:
        self.count = 0
        self._idle = anyio.Event()
        self._idle.set()

    def begin(self) -> None:
        """Count a request that leaves."""
        if self.count == 0:
            self._idle = anyio.Event()
        self.count += 1

    def end(self) -> None:
        """Count one that has landed, failed or been given up."""
        self.count -= 1
        if self.count == 0:
            self._idle.set()

    async def idle(self) -> None:
        """Wait until none is in flight."""
        await self._idle.wait()


class Ledger:
    """What a teacher writes down while it works for one key."""

    def __init__(self, steps: Steps, key: str, of: str) -> None:
        self._steps = steps
        self._key = key
        self._of = of
        self._open: set[int] = set()
        made = steps.made(key)
        self.attempt = made.attempts
        """The last attempt made, over all restarts."""
        self._answered = 0
        self.truncated = made.truncated
        """Truncated answers so far, over all restarts."""

    async def intent(self, request: str, tokens: int, cost: float, currency: str) -> int:
        """Note that a request (its digest) is about to leave; return its attempt number.

        It may leave when this returns: then not even a kill can lose the note, and the disk has
        room for the answer.
        """
        steps = self._steps
        await steps.journal.room.there()
        attempt = self.attempt = self.attempt + 1
        self._answered = 0
        self._open.add(attempt)
        steps.in_flight.begin()  # before the wait: who waits for all to land waits for this one
        await steps.journal.append_written(
            Intent(
                steps.item_id,
                steps.epoch,
                self._key,
                attempt,
                request,
                tokens,
                cost,
                currency,
                unix_seconds(),
            )
        )
        return attempt

    def failed(self, attempt: int, why: str, *, paid: bool) -> None:
        """Note that an attempt ended without an answer; ``paid``: it may have been charged."""
        steps = self._steps
        self.landed(attempt)
        steps.journal.append(
            Failed(steps.item_id, steps.epoch, self._key, attempt, why, paid, unix_seconds())
        )

    def answered(self, attempt: int) -> None:
        """Note that it is this attempt, not the last one, that was answered."""
        self._answered = attempt

    @property
    def ended(self) -> int:
        """The attempt that a result is of."""
        return self._answered or self.attempt

    async def truncated_answer(self, attempt: int, answer: Answer) -> None:
        """Keep an answer that was cut off: paid for, never used."""
        steps = self._steps
        self.truncated += 1
        try:
            await steps.journal.append_durable(
                Step(
                    steps.item_id,
                    steps.epoch,
                    self._key,
                    attempt,
                    self._of,
                    answer,
                    answer.usage,
                    answer.cost,
                    answer.currency,
                    truncated=True,
                    at=unix_seconds(),
                )
            )
        finally:
            self.landed(attempt)

    def landed(self, attempt: int) -> None:
        """Count an attempt as no longer in flight."""
        if attempt in self._open:
            self._open.remove(attempt)
            self._steps.in_flight.end()

    def close(self) -> None:
        """Count what is still open as no longer in flight: no one waits for it any more."""
        for attempt in tuple(self._open):
            self.landed(attempt)


class Steps:
    """The steps of one item as one epoch."""

    def __init__(
        self, journal: Journal, item_id: str, epoch: int, in_flight: InFlight | None = None
    ) -> None:
        self.journal = journal
        self.item_id = item_id
        self.epoch = epoch
        self.in_flight = in_flight or InFlight()

    async def run(
        self,
        key: str,
        work: Callable[[], Awaitable[T]],
        *,
        of: str,
        load: Callable[[Mapping[str, Any]], T],
    ) -> T:
        """Return the journalled result of a key, or compute it and journal it, without waiting.

        :param of: the digest of what the result is computed from.
        :param load: reads a result (a frozen dataclass) back from its fields.
        :raises Changed: there is a result of something else.
        """
        found = await self._find(key, of)
        if found is not None:
            return load(found.value)
        value = await work()
        self.journal.append(Step(self.item_id, self.epoch, key, 0, of, value))
        return value

    async def pay(
        self, key: str, work: Callable[[Ledger], Awaitable[Answer | GaveUp]], *, of: str
    ) -> Answer | GaveUp:
        """Return the journalled answer of a key, or ask for it; it is durable on return.

        :raises Changed: there is an answer, whole or truncated, to something else.
        """
        found = await self._find(key, of)
        if found is not None:
            return (GaveUp if found.gave_up else Answer).load(found.value)
        await self.journal.room.there()
        ledger = Ledger(self, key, of)
        try:
            result = await work(ledger)
            await self.journal.append_durable(self._result(key, ledger.ended, of, result))
        finally:
            ledger.close()
        return result

    def made(self, key: str) -> Made:
        """Return what the journal knows of a key."""
        return self.journal.state.pending[self.item_id].made(key)

    def made_under(self, key: str, recipe: str) -> str:
        """Return the recipe that a key's result was kept of; else the item's, which is given."""
        return self.journal.state.pending[self.item_id].made_under.get(key, recipe)

    async def _find(self, key: str, of: str) -> Step | None:
        made = self.made(key)
        if made.of and made.of != of:
            if self.journal.state.pending[self.item_id].renews(key):
                made.forget()
                return None
            raise Changed(f"{key} was computed from something else before")
        if made.position is None:
            return None
        record = await self.journal.read(made.position)
        if not isinstance(record, Step):
            raise TypeError(f"not a step record: {record.KIND}")
        return record

    def _result(self, key: str, attempt: int, of: str, result: Answer | GaveUp) -> Step:
        if isinstance(result, GaveUp):
            return Step(self.item_id, self.epoch, key, attempt, of, result, gave_up=True)
        if result.truncated:
            raise ValueError("a truncated answer is not a result")
        return Step(
            self.item_id,
            self.epoch,
            key,
            attempt,
            of,
            result,
            result.usage,
            result.cost,
            result.currency,
            at=unix_seconds(),
        )
