"""What the state holds of an item that is not done: positions, not contents.

May import items and ``records``.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from codeiod.items import Reason, Usage
from codeiod.journal.records import Kept, Reopen

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
    anew: bool = False
    """Re-opened as ``changed``: a step of something else is made again in its place."""
    paid: Paid = field(default_factory=Paid)

    def made(self, key: str) -> Made:
        """Return what has been made of a key so far, to be changed in place."""
        return self.steps.setdefault(key, Made())

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
        steps = {
            key: Kept(made.attempts, made.truncated, made.of, made.position)
            for key, made in self.steps.items()
        }
        return Reopen(item_id, self.epoch + 1, since, reason, self.admitted, steps)

    def dump(self) -> list[Any]:
        """Return all of it in what JSON can carry, as a copy.

        It is flat, as thousands of items are copied on the event loop in one go, and every tuple
        inside would be one more for the collector to look after.
        """
        paid = self.paid
        flat: list[Any] = [self.epoch, *self.admitted, self.anew]
        flat += paid.calls, paid.input_tokens, paid.output_tokens, [*paid.money.items()]
        for key, made in self.steps.items():
            flat += key, made.attempts, made.truncated, made.of, made.position, made.gave_up
        return flat

    @staticmethod
    def load(body: Sequence[Any]) -> Pending:
        """Read it back."""
        epoch, *admitted, anew, calls, input_tokens, output_tokens, money = body[:9]
        fields = zip(*[iter(body[9:])] * 6, strict=True)
        steps = {
            key: Made(n, cut, of, _position(at), gave_up) for key, n, cut, of, at, gave_up in fields
        }
        paid = Paid(calls, input_tokens, output_tokens, dict(money))
        return Pending(epoch, Position(*admitted), steps, anew, paid)

    @staticmethod
    def of(record: Reopen) -> Pending:
        """Take an item up as its record says."""
        steps = {
            key: Made(attempts, truncated, of, _position(position))
            for key, (attempts, truncated, of, position) in record.steps.items()
        }
        anew = record.was == Reason.CHANGED
        return Pending(record.epoch, Position(*record.admitted), steps, anew)


def _position(found: Sequence[int] | None) -> Position | None:
    return Position(*found) if found else None
