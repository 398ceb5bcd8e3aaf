"""The course of a run in time, and what an item came to: what a forecast is made of.

May import ``pending``. Sums alone, so that it costs the same after a million items as after ten.
"""

from __future__ import annotations

from collections import deque
from dataclasses import asdict, dataclass, field
from typing import Any

from codeiod.journal.pending import Paid

RECENT_SECONDS = 3600
STEP_SECONDS = 30
"""How far apart the points of the last hour stand."""


@dataclass(slots=True)
class Spread:
    """A sum over items, and how much they differ."""

    total: float = 0.0
    squares: float = 0.0

    def add(self, value: float) -> None:
        """Count one item's value; items without any need not be told."""
        self.total += value
        self.squares += value * value

    def mean(self, count: int) -> float:
        """Return the mean over so many items."""
        return self.total / count if count else 0.0

    def mean_square(self, count: int) -> float:
        """Return the mean of the squares over so many items."""
        return self.squares / count if count else 0.0


@dataclass(slots=True)
class Costs:
    """What the items that are done came to."""

    items: int = 0
    calls: Spread = field(default_factory=Spread)
    input: Spread = field(default_factory=Spread)
    output: Spread = field(default_factory=Spread)
    money: dict[str, Spread] = field(default_factory=dict)
    """By currency."""

    def add(self, paid: Paid) -> None:
        """Count an item."""
        self.items += 1
        self.calls.add(paid.calls)
        self.input.add(paid.input_tokens)
        self.output.add(paid.output_tokens)
        for currency, amount in paid.money.items():
            self.money.setdefault(currency, Spread()).add(amount)

    @staticmethod
    def load(body: dict[str, Any]) -> Costs:
        """Read it back; ``body`` is used up."""
        for name in ("calls", "input", "output"):
            body[name] = Spread(**body[name])
        body["money"] = {currency: Spread(**one) for currency, one in body["money"].items()}
        return Costs(**body)


@dataclass(slots=True)
class Course:
    """How many items were done, and in how much time that a daemon was at work."""

    finished: Costs = field(default_factory=Costs)
    rejected: Costs = field(default_factory=Costs)
    entries: int = 0
    """How many entries the sources of the last run held, 0 where that was not counted."""
    _before: int = 0
    """The seconds of the daemons before this one."""
    _started: int = 0
    _last: int = 0
    _recent: deque[tuple[int, int]] = field(default_factory=deque)
    """Active seconds and items done, over the last hour."""

    def start(self, at: int) -> None:
        """Note when a daemon started."""
        self._before = self.seconds
        self._started = self._last = at

    def at_work(self, at: int) -> None:
        """Note that a daemon was at work at a time."""
        self._last = max(self._last, at)

    def done(self, paid: Paid, at: int, *, finished: bool) -> None:
        """Note that an item is done."""
        self.at_work(at)
        (self.finished if finished else self.rejected).add(paid)
        seconds = self.seconds
        if not self._recent or self._recent[-1][0] <= seconds - STEP_SECONDS:
            self._recent.append((seconds, self.items))
            while self._recent[0][0] < seconds - RECENT_SECONDS:
                self._recent.popleft()

    def dump(self) -> dict[str, Any]:
        """Return all of it in what JSON can carry, as a copy."""
        return asdict(self) | {"_recent": list(self._recent)}

    @staticmethod
    def load(body: dict[str, Any]) -> Course:
        """Read it back; ``body`` is used up."""
        body["finished"] = Costs.load(body["finished"])
        body["rejected"] = Costs.load(body["rejected"])
        body["_recent"] = deque((seconds, items) for seconds, items in body["_recent"])
        return Course(**body)

    @property
    def items(self) -> int:
        """How many were done; one that was taken up again counts each time."""
        return self.finished.items + self.rejected.items

    @property
    def seconds(self) -> int:
        """How long daemons were at work, all together."""
        return self._before + max(0, self._last - self._started)

    @property
    def items_per_second(self) -> float:
        """Over all of that time; 0 where nothing is known."""
        return self.items / self.seconds if self.seconds else 0.0

    @property
    def recent_items_per_second(self) -> float:
        """Over the last hour of it."""
        if not self._recent:
            return 0.0
        seconds, items = self._recent[0]
        passed = self.seconds - seconds
        return (self.items - items) / passed if passed >= STEP_SECONDS else 0.0
