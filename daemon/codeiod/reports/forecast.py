"""What the rest of a run will take and cost, from what its items came to so far.

May import ``journal``. Items that are done are the sample; what is pending, and what the sources
hold beyond, is to come. Ranges hold nine times in ten where the rest is like what was done.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from itertools import islice

from codeiod.journal.course import Costs, Course, Spread
from codeiod.journal.pending import Paid, Pending
from codeiod.journal.state import State

NINE_IN_TEN = 1.645
"""How many standard deviations to each side hold nine values in ten."""
LOOKED_AT = 20_000
"""Pending items that are looked at, the oldest first: those behind them have hardly begun."""


@dataclass(frozen=True, slots=True)
class Range:
    """What is likely, and between what it lies."""

    low: float = 0.0
    likely: float = 0.0
    high: float = 0.0

    @staticmethod
    def around(likely: float, error: float) -> Range:
        """Make a range of a value and how far it may be off to each side; never below 0."""
        return Range(max(0.0, likely - error), max(0.0, likely), max(0.0, likely + error))

    def rounded(self, digits: int = 0) -> Range:
        """Round to so many digits after the point."""
        return Range(round(self.low, digits), round(self.likely, digits), round(self.high, digits))


@dataclass(frozen=True, slots=True)
class Forecast:
    """The rest of a run; all zero where nothing is known yet."""

    done_items: int = 0
    """How many items it is made of."""
    items: int = 0
    """How many are to come, as far as is known."""
    calls: Range = Range()
    input_tokens: Range = Range()
    output_tokens: Range = Range()
    money: Mapping[str, Range] = field(default_factory=dict)
    """By currency."""
    seconds: Range = Range()
    """Of work, at the pace so far; 0 where that is not known."""


@dataclass(frozen=True, slots=True)
class _Rest:
    """How many items are to come, how many have told what one takes, and how many get through."""

    items: int
    done: int
    finishing: float
    """The share that finishes."""

    def of(
        self, finished: Spread, rejected: Spread, counts: tuple[int, int], spent: float
    ) -> Range:
        """Forecast a sum over the rest, of which the pending items have spent some already.

        :param counts: of the items that finished, and that were rejected.
        """
        parts = ((self.finishing, finished, counts[0]), (1 - self.finishing, rejected, counts[1]))
        mean = sum(share * spread.mean(n) for share, spread, n in parts)
        square = sum(share * spread.mean_square(n) for share, spread, n in parts)
        variance = max(0.0, square - mean * mean)
        if self.done == 1:  # one value does not differ from others
            variance = mean * mean
        error = math.sqrt(variance * self.items * (1 + self.items / self.done))
        # A few items tell less of their own spread than many do.
        error *= NINE_IN_TEN * (1 + 2 / self.done)
        return Range.around(mean * self.items - spent, error)

    def seconds(self, course: Course) -> Range:
        """Forecast the time by the pace of all that time, and by that of its last hour."""
        paces = [pace for pace in (course.recent_items_per_second, course.items_per_second) if pace]
        if not paces:
            return Range()
        off = min(0.9, NINE_IN_TEN / math.sqrt(self.done))
        times = [self.items / pace for pace in paces]
        return Range(min(times) * (1 - off), times[0], max(times) * (1 + off))


def forecast_of(state: State) -> Forecast:
    """Forecast what is to come."""
    course, pending = state.course, list(islice(state.pending.values(), LOOKED_AT))
    items, done = len(state.pending) + _new_items(state), course.items
    # Rejections come early in an item's life: those on their way to samples must count as well.
    on_their_way = sum(_predicts(item) for item in pending)
    if not items or not done or (on_their_way and not course.finished.items):
        return Forecast(0 if items else done, items)
    finishing = (course.finished.items + on_their_way) / (done + on_their_way)
    rest = _Rest(items, done, finishing)
    counts = course.finished.items, course.rejected.items

    def of(measure: Callable[[Costs], Spread], spent: Callable[[Paid], float]) -> Range:
        spreads = measure(course.finished), measure(course.rejected)
        return rest.of(*spreads, counts, sum(spent(item.paid) for item in pending))

    currencies = sorted(course.finished.money.keys() | course.rejected.money.keys())
    return Forecast(
        done,
        items,
        of(lambda costs: costs.calls, lambda paid: paid.calls).rounded(),
        of(lambda costs: costs.input, lambda paid: paid.input_tokens).rounded(),
        of(lambda costs: costs.output, lambda paid: paid.output_tokens).rounded(),
        {currency: of(*_in(currency)).rounded(4) for currency in currencies},
        rest.seconds(course).rounded(),
    )


def _in(currency: str) -> tuple[Callable[[Costs], Spread], Callable[[Paid], float]]:
    """Return how to measure money in one currency."""
    return (
        lambda costs: costs.money.get(currency, Spread()),
        lambda paid: paid.money.get(currency, 0.0),
    )


def _predicts(item: Pending) -> bool:
    return any(key.startswith(("out/", "in/")) for key in item.steps)


def _new_items(state: State) -> int:
    """Return how many items the sources hold beyond those admitted, duplicates left out."""
    new = max(0, state.course.entries - state.entries)
    return round(new * state.items / state.entries) if state.entries else new
