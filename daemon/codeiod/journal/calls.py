"""The paid requests of a run: how they ended and what they cost.

May import items and ``records``.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple

from codeiod.items import Usage
from codeiod.journal.records import Failed, Intent, Step


class Attempt(NamedTuple):
    """Names one paid request."""

    item: str
    epoch: int
    key: str
    attempt: int


@dataclass(slots=True)
class Calls:
    """The paid requests so far."""

    answered: int = 0
    failed: int = 0
    truncated: int = 0
    lost: int = 0
    """In flight when a daemon died: perhaps paid, never read."""
    usage: Usage = field(default_factory=Usage)
    money: dict[str, float] = field(default_factory=dict)
    """Paid for answers, by currency."""
    perhaps: dict[str, float] = field(default_factory=dict)
    """Estimated cost of what was lost, or failed and may have been charged."""
    open: dict[Attempt, Intent] = field(default_factory=dict)
    """Requests that left and have not come back."""

    def intend(self, record: Intent) -> None:
        """Count a request that leaves."""
        self.open[_attempt(record)] = record

    def fail(self, record: Failed) -> None:
        """Count a request that ended without an answer."""
        self.failed += 1
        intent = self.open.pop(_attempt(record), None)
        if record.paid and intent is not None:
            _add(self.perhaps, intent)

    def pay(self, record: Step) -> None:
        """Count an answer, whole or truncated."""
        self.open.pop(_attempt(record), None)
        self.truncated += record.truncated
        self.answered += not record.truncated
        self.usage += record.usage or Usage()
        _add(self.money, record)

    def lose_open(self) -> None:
        """Count what is in flight as lost: the daemon that sent it is gone."""
        self.lost += len(self.open)
        for intent in self.open.values():
            _add(self.perhaps, intent)
        self.open.clear()


def _attempt(record: Intent | Failed | Step) -> Attempt:
    return Attempt(record.item, record.epoch, record.key, record.attempt)


def _add(money: dict[str, float], record: Intent | Step) -> None:
    if record.cost:
        money[record.currency] = money.get(record.currency, 0.0) + record.cost
