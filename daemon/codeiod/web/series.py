"""How the work went over the last hour and the last two weeks, kept in memory: for the charts.

May import ``reports.affairs``, ``daemon`` and anyio. What counts up is kept as a rate a minute,
everything else as it was. A name that comes later was nothing before; what had no value is nothing.
"""

from __future__ import annotations

import math
import time
from array import array
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

import anyio

from codeiod.reports.affairs import Affairs, EndpointAffairs
from codeiod.web.daemon import Daemon

FINE_SECONDS = 10
FINE_POINTS = 360
COARSE_SECONDS = 600
COARSE_POINTS = 2016
MOST_NAMES = 200
"""With more endpoints than that takes, the last ones have no charts."""
LAST = frozenset({"spent"})
"""Of these the last value stands for a longer time; of all others the mean."""

Values = Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Point:
    """The values at one moment, as Unix seconds."""

    at: int
    values: Values


@dataclass(frozen=True, slots=True)
class Charts:
    """The points of some time: their moments, and for each name as many values."""

    at: list[int]
    series: dict[str, list[float | None]]


class Ring:
    """The last points, at even distances."""

    def __init__(self, points: int) -> None:
        self._points = points
        self._taken = 0
        self._at = array("q", [0]) * points
        self._columns: dict[str, array[float]] = {}

    def add(self, point: Point) -> None:
        """Take a point; the oldest one goes."""
        here = self._taken % self._points
        self._at[here] = point.at
        for name in point.values:
            if name not in self._columns and len(self._columns) < MOST_NAMES:
                self._columns[name] = array("d", [math.nan]) * self._points
        for name, column in self._columns.items():
            column[here] = point.values.get(name, math.nan)
        self._taken += 1

    def since(self, start: float) -> Charts:
        """Return the points from a moment on, the oldest first."""
        first = max(0, self._taken - self._points)
        order = [n % self._points for n in range(first, self._taken)]
        order = [n for n in order if self._at[n] >= start]
        return Charts(
            [self._at[n] for n in order],
            {
                name: [None if math.isnan(column[n]) else column[n] for n in order]
                for name, column in self._columns.items()
            },
        )


class Series:
    """Takes a point every ten seconds."""

    def __init__(
        self,
        daemon: Daemon,
        told: Callable[[Point], None],
        clock: Callable[[], float] = time.time,
    ) -> None:
        """Begin with nothing.

        :param told: called with each point.
        """
        self._daemon = daemon
        self._told = told
        self._clock = clock
        self._fine = Ring(FINE_POINTS)
        self._coarse = Ring(COARSE_POINTS)
        self._together: list[Point] = []
        """Those that the next coarse point is made of."""
        self._counted: dict[str, float] = {}
        self._counted_at = 0.0

    async def run(self) -> None:
        """Take points for ever."""
        self._rates(self._daemon.affairs(), self._clock())
        while True:
            await anyio.sleep(FINE_SECONDS - self._clock() % FINE_SECONDS)
            self.take(self._daemon.affairs())

    def take(self, affairs: Affairs) -> None:
        """Take a point of how things stand."""
        now = self._clock()
        point = Point(round(now), {**self._rates(affairs, now), **dict(_gauges(affairs))})
        self._fine.add(point)
        self._together.append(point)
        if len(self._together) >= COARSE_SECONDS // FINE_SECONDS:
            self._coarse.add(_mean(self._together))
            self._together.clear()
        self._told(point)

    def last(self, minutes: int) -> Charts:
        """Return the points of the last minutes; beyond an hour they are ten minutes apart."""
        fine = minutes * 60 <= FINE_SECONDS * FINE_POINTS
        return (self._fine if fine else self._coarse).since(self._clock() - minutes * 60)

    def _rates(self, affairs: Affairs, now: float) -> dict[str, float]:
        """Return by how much a minute the counts have grown since the last time."""
        counted = _counts(affairs)
        minutes = max(now - self._counted_at, 1.0) / 60
        rates = {
            name: max(0.0, value - self._counted.get(name, value)) / minutes
            for name, value in counted.items()
        }
        self._counted, self._counted_at = counted, now
        return rates


def _counts(affairs: Affairs) -> dict[str, float]:
    report = affairs.report
    return {
        "items": report.items.finished,
        "rejected": report.items.rejected,
        "samples": sum(task.total for task in report.samples.values()),
        "answers": report.calls.answered,
        "failures": report.calls.failed,
    }


def _gauges(affairs: Affairs) -> Iterator[tuple[str, float]]:
    yield "in_flight", affairs.in_flight
    yield "limit", sum(endpoint.limit for endpoint in affairs.endpoints)
    yield "spent", affairs.budget.spent_money
    for endpoint in affairs.endpoints:
        yield from _of_endpoint(endpoint)


def _of_endpoint(endpoint: EndpointAffairs) -> Iterator[tuple[str, float]]:
    yield f"in_flight/{endpoint.name}", endpoint.in_flight
    yield f"limit/{endpoint.name}", endpoint.limit
    if endpoint.latency.p50:  # none where nothing has been answered yet
        yield f"latency_p50/{endpoint.name}", endpoint.latency.p50
        yield f"latency_p95/{endpoint.name}", endpoint.latency.p95


def _mean(points: list[Point]) -> Point:
    """Put points together into one at the time of the last."""
    names = dict.fromkeys(name for point in points for name in point.values)
    values = {}
    for name in names:
        found = [point.values[name] for point in points if name in point.values]
        values[name] = found[-1] if name in LAST else sum(found) / len(found)
    return Point(points[-1].at, values)
