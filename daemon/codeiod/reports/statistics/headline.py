"""The figures of a run that are worth a look first, and worth comparing with another run's.

May import its neighbours.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from codeiod.reports.statistics.counts import Outcome
from codeiod.reports.statistics.gather import Statistics


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure of a run."""

    name: str
    value: float
    unit: str = ""
    """``%``, a currency, ``characters``; ``""``: a count."""

    @property
    def told(self) -> str:
        """Write it for a person."""
        match self.unit:
            case "":
                return f"{self.value:,.0f}"
            case "%":
                return f"{self.value:.1f}%"
            case "characters":
                return f"{self.value:,.0f} characters"
            case _:
                return f"{self.value:,.4f} {self.unit}"

    def difference(self, other: Figure) -> str:
        """Write how much more the other one is; shares differ in points."""
        change = other.value - self.value
        if self.unit == "%":
            return f"{change:+.1f} points"
        if not self.value:
            return "" if not change else "new"
        return f"{100 * change / self.value:+.1f}%"


def figures(statistics: Statistics) -> list[Figure]:
    """Return the figures of a run, always the same ones in the same order, but for currencies."""
    total, report = statistics.counted.total, statistics.report
    found = [
        Figure("files", report.entries),
        Figure("duplicates", report.duplicates),
        Figure("programs", total.programs),
        Figure("files that became programs", share(total.programs, total.files), "%"),
        Figure("pairs", total.pairs),
    ]
    for task, outcome in total.tasks.items():
        found += _of(task.replace("_", " "), outcome)
    found += _lengths(statistics)
    found += _prices(statistics)
    return found


def share(part: float, whole: float) -> float:
    """Return a share in per cent; 0 of nothing."""
    return 100 * part / whole if whole else 0.0


def _of(name: str, outcome: Outcome) -> Iterator[Figure]:
    yield Figure(f"{name}: instances", outcome.instances)
    yield Figure(f"{name}: right at turn 1", share(outcome.right_1, outcome.instances), "%")
    in_the_end = outcome.right_1 + outcome.right_2
    yield Figure(f"{name}: right in the end", share(in_the_end, outcome.instances), "%")


def _lengths(statistics: Statistics) -> Iterator[Figure]:
    for name in ("prompt", "turn_1", "turn_2"):
        spread = statistics.counted.lengths[name].spread()
        yield Figure(f"{name.replace('_', ' ')}, mean length", spread.mean, "characters")


def _prices(statistics: Statistics) -> Iterator[Figure]:
    report = statistics.report
    yield Figure("teacher calls answered", report.calls.answered)
    yield Figure("input tokens", report.tokens.input)
    yield Figure("output tokens", report.tokens.output)
    right = sum(o.right_1 + o.right_2 for o in statistics.counted.total.tasks.values())
    for currency, amount in sorted(report.money.items()):
        if currency:
            yield Figure("spent", amount, currency)
            price = 1000 * amount / right if right else 0.0
            yield Figure("for a thousand right samples", price, currency)
