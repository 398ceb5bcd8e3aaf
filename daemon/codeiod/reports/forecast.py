"""What the rest of a run will take and cost, from what its items came to so far.

May import ``journal``. Items that are done are the sample; what is pending, and what the sources
hold beyond, is to come. Ranges hold nine times in ten where the rest is like what was done.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field

from codeiod.journal.course import Course, Spread
from codeiod.journal.state import State

NINE_IN_TEN = 1.645
"""How many standard deviations to each side hold nine values in ten."""


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
    """How many items are to come, and how many have told what one takes."""

    items: int
    done: int

    def of(self, spread: Spread, spent: float) -> Range:
        """Forecast a sum over the rest, of which the pending items have spent some already."""
        deviation = spread.deviation(self.done)
        error = math.sqrt(self.items * deviation**2 + (self.items * deviation) ** 2 / self.done)
        # A few items tell less of their own spread than many do.
        error *= NINE_IN_TEN * (1 + 2 / self.done)
        return Range.around(spread.mean(self.done) * self.items - spent, error)

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
    course, pending = state.course, state.pending
    rest = _Rest(len(pending) + _new_items(state), course.costs.items)
    if not rest.done or not rest.items:
        return Forecast(rest.done, rest.items)
    costs = course.costs
    paid = [item.paid for item in pending.values()]
    return Forecast(
        rest.done,
        rest.items,
        rest.of(costs.calls, sum(one.calls for one in paid)).rounded(),
        rest.of(costs.input, sum(one.input_tokens for one in paid)).rounded(),
        rest.of(costs.output, sum(one.output_tokens for one in paid)).rounded(),
        {
            currency: rest.of(spread, sum(one.money.get(currency, 0.0) for one in paid)).rounded(4)
            for currency, spread in sorted(costs.money.items())
        },
        rest.seconds(course).rounded(),
    )


def _new_items(state: State) -> int:
    """Return how many items the sources hold beyond those admitted, duplicates left out."""
    new = max(0, state.course.entries - state.entries)
    return round(new * state.items / state.entries) if state.entries else new
