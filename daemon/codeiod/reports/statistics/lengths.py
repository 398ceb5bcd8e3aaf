"""How long things are: exact means and percentiles, in memory that hangs on the range alone.

May import the standard library alone.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Spread:
    """How values are spread; all 0 where there are none."""

    count: int = 0
    mean: float = 0.0
    least: int = 0
    p5: int = 0
    median: int = 0
    p95: int = 0
    most: int = 0


@dataclass(slots=True)
class Lengths:
    """Counts values: as many numbers are kept as there are different ones."""

    _times: Counter[int] = field(default_factory=Counter)

    def add(self, value: int) -> None:
        """Count one more."""
        self._times[value] += 1

    def spread(self) -> Spread:
        """Return how they are spread; a percentile is the least value that so many reach."""
        count = self._times.total()
        if not count:
            return Spread()
        values = sorted(self._times)
        total = sum(value * times for value, times in self._times.items())
        p5, median, p95 = (self._percentile(values, count, share) for share in (5, 50, 95))
        return Spread(count, total / count, values[0], p5, median, p95, values[-1])

    def _percentile(self, values: list[int], count: int, share: int) -> int:
        passed = 0
        for value in values:
            passed += self._times[value]
            if 100 * passed >= share * count:
                return value
        raise AssertionError("all values together are all of them")
