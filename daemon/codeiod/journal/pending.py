"""What the state holds of an item that is not done: positions, not contents.

May import items and ``records``.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from codeiod.items import Reason, Usage
from codeiod.journal.records import Kept, Reopen, Step

ADMIT_REASONS = frozenset(
    {
        Reason.UNREADABLE,
        Reason.NOT_UTF8,
        Reason.EMPTY,
        Reason.BINARY,
        Reason.OVERSIZED,
        Reason.MALFORMED_LINE,
    }
)
"""Why an entry could not be taken in: there is nothing to take up again."""
SAMPLE_REASONS = frozenset(
    {
        Reason.LOAD_ERROR,
        Reason.ERROR,
        Reason.TIMEOUT,
        Reason.TOO_BIG,
        Reason.TOO_DEEP,
        Reason.NOT_JSON,
        Reason.NONDETERMINISTIC,
        Reason.TRIVIAL,
        Reason.TOO_FEW_PAIRS,
    }
)
"""Why a program gave no pairs: its draws are made anew."""


EVERY = "every"
TURN_2 = "/2"
"""The end of the keys of second turns."""
VERDICTS = "verify"
"""Where a re-opened item begins whose answers are checked again."""


class Impossible(ValueError):
    """The record contradicts those before it."""


class Position(NamedTuple):
    """Where a record stands: the segment, the offset of its line, the line's length."""

    segment: int
    offset: int
    length: int


@dataclass(slots=True)
class Made:
    """What has been made of one key of an item."""

    attempts: int = 0
    truncated: int = 0
    of: str = ""
    """The digest that its answers or its result were computed from; ``""``: none yet."""
    position: Position | None = None
    """Of the result, once there is one."""
    gave_up: bool = False
    """The result is a ``GaveUp``."""

    def forget(self) -> None:
        """Drop what was made; the numbers of attempts go on."""
        self.truncated, self.of, self.position, self.gave_up = 0, "", None, False


@dataclass(slots=True)
class Paid:
    """What was paid for an item in its present epoch."""

    calls: int = 0
    input_tokens: int = 0
    output_tokens: int = 0
    money: dict[str, float] = field(default_factory=dict)

    def add(self, usage: Usage | None, cost: float, currency: str) -> None:
        """Count one more answer."""
        self.calls += 1
        if usage is not None:
            self.input_tokens += usage.input
            self.output_tokens += usage.output
        if cost:
            self.money[currency] = self.money.get(currency, 0.0) + cost


@dataclass(slots=True)
class Pending:
    """An admitted item that is not done, as positions."""

    epoch: int
    admitted: Position
    steps: dict[str, Made] = field(default_factory=dict)
    anew: str = ""
    """Whether a step of something else is made again in its place: ``EVERY`` one, or a ``TURN_2``
    alone; ``""``: none, it sets the item aside."""
    paid: Paid = field(default_factory=Paid)
    recipe: str = ""
    """What it was re-opened under; ``""``: that of its admission."""
    made_under: dict[str, str] = field(default_factory=dict)
    """The recipe of steps that were kept when it took another one, by their keys."""

    def made(self, key: str) -> Made:
        """Return what has been made of a key so far, to be changed in place."""
        return self.steps.setdefault(key, Made())

    def renews(self, key: str) -> bool:
        """Tell whether a step is made again where it would be computed from something else."""
        return self.anew == EVERY or (self.anew == TURN_2 and key.endswith(TURN_2))

    def take(self, record: Step, position: Position) -> None:
        """Take a result, or a truncated answer, into account.

        :raises Impossible: there is a result.
        """
        made = self.made(record.key)
        if made.of != record.of and self.renews(record.key):
            made.forget()
        if made.position is not None and not record.truncated:
            raise Impossible(f"step {record.key} of {record.item} has two results")
        made.of = record.of
        if record.truncated:
            made.truncated += 1
        else:
            made.position, made.gave_up = position, record.gave_up
        if record.answered:
            self.paid.add(record.usage, record.cost, record.currency)

    def since(self, reason: str) -> str:
        """Forget what an item has to make anew that was rejected so; return its first step.

        What gave up is asked again, whatever the reason; ``""``: nothing was forgotten.
        """
        forgotten = [key for key, made in self.steps.items() if made.gave_up]
        if reason in SAMPLE_REASONS:
            forgotten.append("sample")
        if reason == Reason.UNPARSABLE:  # the turn before the last may have become readable
            forgotten += sorted(key for key in self.steps if key.startswith("unify/"))[-1:]
        for key in forgotten:
            self.made(key).forget()
        return forgotten[0] if forgotten else ""

    def reopened(self, item_id: str, reason: str) -> Reopen:
        """Return the record that takes the item up again; it has forgotten what is made anew."""
        since = self.since(reason)
        return Reopen(
            item_id,
            self.epoch + 1,
            since,
            reason,
            self.admitted,
            self.kept(),
            recipe=self.recipe,
        )

    def kept(self) -> dict[str, Kept]:
        """Return what has been made of it, as a record of its re-opening holds it."""
        under = self.made_under
        return {
            key: Kept(
                made.attempts,
                made.truncated,
                made.of,
                made.position,
                under.get(key, ""),
                made.gave_up,
            )
            for key, made in self.steps.items()
        }

    def dump(self) -> list[Any]:
        """Return all of it in what JSON can carry, as a copy.

        It is flat, as thousands of items are copied on the event loop in one go, and every tuple
        inside would be one more for the collector to look after.
        """
        paid = self.paid
        flat: list[Any] = [self.epoch, *self.admitted, self.anew, self.recipe]
        flat.append([*self.made_under.items()])
        flat += paid.calls, paid.input_tokens, paid.output_tokens, [*paid.money.items()]
        for key, made in self.steps.items():
            flat += key, made.attempts, made.truncated, made.of, made.position, made.gave_up
        return flat

    @staticmethod
    def load(body: Sequence[Any]) -> Pending:
        """Read it back."""
        epoch, *admitted, anew, recipe, under, calls, inputs, outputs, money = body[:11]
        fields = zip(*[iter(body[11:])] * 6, strict=True)
        steps = {
            key: Made(n, cut, of, _position(at), gave_up) for key, n, cut, of, at, gave_up in fields
        }
        paid = Paid(calls, inputs, outputs, dict(money))
        return Pending(epoch, Position(*admitted), steps, anew, paid, recipe, dict(under))

    @staticmethod
    def of(record: Reopen) -> Pending:
        """Take an item up as its record says."""
        steps = {
            key: Made(one.attempts, one.truncated, one.of, _position(one.position), one.gave_up)
            for key, one in record.steps.items()
        }
        under = {key: kept.recipe for key, kept in record.steps.items() if kept.recipe}
        anew = EVERY if record.was == Reason.CHANGED else TURN_2 if record.since == VERDICTS else ""
        return Pending(
            record.epoch,
            Position(*record.admitted),
            steps,
            anew,
            recipe=record.recipe,
            made_under=under,
        )


def _position(found: Sequence[int] | None) -> Position | None:
    return Position(*found) if found else None
