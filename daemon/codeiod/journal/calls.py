"""The paid requests of a run: how they ended, what they cost, and on which day.

May import items and ``records``.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any, NamedTuple

from codeiod.items import Stage, Usage
from codeiod.journal.records import Failed, Intent, Step

SECONDS_PER_DAY = 86_400
NO_USAGE = Usage()


class Attempt(NamedTuple):
    """Names one paid request."""

    item: str
    epoch: int
    key: str
    attempt: int


@dataclass(slots=True)
class Bill:
    """What paid requests came to: those that were answered, and those that perhaps were."""

    money: dict[str, float] = field(default_factory=dict)
    """By currency."""
    tokens: int = 0
    """Of input and output."""

    def add(self, cost: float, currency: str, tokens: int) -> None:
        """Count one more."""
        if cost:
            self.money[currency] = self.money.get(currency, 0.0) + cost
        self.tokens += tokens


@dataclass(slots=True)
class StageCalls:
    """The answers of one stage, whole or truncated."""

    calls: int = 0
    usage: Usage = field(default_factory=Usage)
    money: dict[str, float] = field(default_factory=dict)


@dataclass(slots=True)
class Calls:
    """The paid requests so far."""

    answered: int = 0
    failed: int = 0
    truncated: int = 0
    lost: int = 0
    """In flight when a daemon died: perhaps paid, never read."""
    perhaps: Bill = field(default_factory=Bill)
    """Estimates of what was lost, or failed and may have been charged."""
    by_day: dict[int, Bill] = field(default_factory=dict)
    """Paid and perhaps paid, by the day (UTC, since 1970) on which a request ended or was lost."""
    by_stage: dict[Stage, StageCalls] = field(default_factory=dict)
    open: dict[Attempt, Intent] = field(default_factory=dict)
    """Requests that left and have not come back."""
    clock: int = 0
    """The time of the last record that tells one: that of records of older versions."""

    def start(self, time: str) -> None:
        """Note when a daemon started: what the one before had in flight is lost."""
        self.lost += len(self.open)
        for intent in self.open.values():
            self._perhaps(intent, intent.at)
        self.open.clear()
        self.clock = _seconds(time) or self.clock

    def intend(self, record: Intent) -> None:
        """Count a request that leaves."""
        self.open[_attempt(record)] = record

    def fail(self, record: Failed) -> None:
        """Count a request that ended without an answer."""
        self.failed += 1
        intent = self.open.pop(_attempt(record), None)
        if record.paid and intent is not None:
            self._perhaps(intent, record.at)

    def pay(self, record: Step) -> None:
        """Count an answer, whole or truncated."""
        self.open.pop(_attempt(record), None)
        self.truncated += record.truncated
        self.answered += not record.truncated
        usage = record.usage or NO_USAGE
        self._on_day(record.at).add(record.cost, record.currency, usage.tokens)
        stage = self._of_stage(record.key)
        stage.calls += 1
        stage.usage += usage
        if record.cost:
            stage.money[record.currency] = stage.money.get(record.currency, 0.0) + record.cost

    @property
    def usage(self) -> Usage:
        """Return the tokens of all answers."""
        return sum((stage.usage for stage in self.by_stage.values()), NO_USAGE)

    @property
    def money(self) -> dict[str, float]:
        """Return what was paid for answers, by currency."""
        total = Bill()
        for stage in self.by_stage.values():
            for currency, amount in stage.money.items():
                total.add(amount, currency, 0)
        return total.money

    @property
    def perhaps_open(self) -> Bill:
        """Return ``perhaps`` as it is if what is in flight was lost."""
        total = Bill(dict(self.perhaps.money), self.perhaps.tokens)
        for intent in self.open.values():
            total.add(intent.cost, intent.currency, intent.tokens)
        return total

    def dump(self) -> dict[str, Any]:
        """Return all of it in what JSON can carry, as a copy."""
        return asdict(self) | {"open": [asdict(intent) for intent in self.open.values()]}

    @staticmethod
    def load(body: dict[str, Any]) -> Calls:
        """Read it back; ``body`` is used up."""
        body["perhaps"] = Bill(**body["perhaps"])
        body["by_day"] = {int(day): Bill(**bill) for day, bill in body["by_day"].items()}
        body["by_stage"] = {
            Stage(stage): StageCalls(one["calls"], Usage(**one["usage"]), one["money"])
            for stage, one in body["by_stage"].items()
        }
        intents = [Intent(**intent) for intent in body["open"]]
        body["open"] = {_attempt(intent): intent for intent in intents}
        return Calls(**body)

    def _perhaps(self, intent: Intent, at: int) -> None:
        self.perhaps.add(intent.cost, intent.currency, intent.tokens)
        self._on_day(at).add(intent.cost, intent.currency, intent.tokens)

    def _on_day(self, at: int) -> Bill:
        self.clock = max(self.clock, at)
        day = (at or self.clock) // SECONDS_PER_DAY
        spent = self.by_day.get(day)
        if spent is None:
            spent = self.by_day[day] = Bill()
        return spent

    def _of_stage(self, key: str) -> StageCalls:
        stage = stage_of(key)
        found = self.by_stage.get(stage)
        if found is None:
            found = self.by_stage[stage] = StageCalls()
        return found


def stage_of(key: str) -> Stage:
    """Return the stage that pays for a key: ``unify/T``, or ``out/P/S/T`` by its turn."""
    if key.startswith("unify/"):
        return Stage.UNIFY
    return Stage.PREDICT if key.endswith("/1") else Stage.REVISE


def _attempt(record: Intent | Failed | Step) -> Attempt:
    return Attempt(record.item, record.epoch, record.key, record.attempt)


def _seconds(time: str) -> int:
    """Read an ISO time; 0 where it is none."""
    try:
        return int(datetime.fromisoformat(time).timestamp())
    except ValueError:
        return 0
