"""The charts tell what was, for an hour finely and for two weeks coarsely, in bounded memory."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from codeiod.reports.affairs import BudgetAffairs, EndpointAffairs, Percentiles
from codeiod.reports.status import ItemCounts
from codeiod.web.series import COARSE_POINTS, FINE_POINTS, MOST_NAMES, Point, Ring, Series

NAMES = st.sampled_from("abc")


@given(
    st.integers(1, 7),
    st.lists(st.dictionaries(NAMES, st.floats(0, 9)), max_size=30),
    st.integers(0, 30),
)
def test_a_ring_holds_the_last_points(
    size: int, values: list[dict[str, float]], start: int
) -> None:
    """As many as fit, from a moment on; what a point lacks is nothing."""
    ring = Ring(size)
    for at, one in enumerate(values):
        ring.add(Point(at, one))
    charts = ring.since(start)
    kept = [at for at in range(len(values))[-size:] if at >= start]
    assert charts.at == kept
    for name, column in charts.series.items():
        assert column == [values[at].get(name) for at in kept]


def test_names_are_bounded() -> None:
    """Names without end do not fill the memory."""
    ring = Ring(2)
    ring.add(Point(1, {str(number): 1.0 for number in range(10 * MOST_NAMES)}))
    assert len(ring.since(0).series) == MOST_NAMES


@pytest.fixture
def clock() -> list[float]:
    """Stand at a moment."""
    return [1_000_000.0]


def test_counts_become_rates_and_the_rest_stays(daemon: Any, clock: list[float]) -> None:
    """What grows is told a minute; what is spent, in flight and how long it takes, as it is."""
    told: list[Point] = []
    series = Series(daemon, told.append, lambda: clock[0])
    affairs = daemon.affairs()
    done = affairs.report.items.finished
    series.take(affairs)
    for number in range(1, 10):
        clock[0] += 10
        report = replace(affairs.report, items=ItemCounts(done + 5 * number, 0, 0))
        endpoint = EndpointAffairs("e", "", "m", in_flight=3, limit=8, latency=Percentiles(1, 2, 3))
        budget = BudgetAffairs(spent_money=float(number))
        now = replace(affairs, report=report, endpoints=(endpoint,), budget=budget, in_flight=3)
        series.take(now)
    charts = series.last(60)
    assert charts.at[-1] - charts.at[0] == 90
    assert charts.series["items"] == [0, *[pytest.approx(30)] * 9]
    assert charts.series["spent"] == [0, *range(1, 10)]
    assert charts.series["latency_p95/e"] == [None, *[2] * 9]
    assert charts.series["limit"] == [0, *[8] * 9]
    assert told[-1].values["in_flight/e"] == 3


def test_longer_times_are_told_by_means(daemon: Any, clock: list[float]) -> None:
    """Beyond an hour a point stands for ten minutes, and memory does not grow with the weeks."""
    series = Series(daemon, lambda _: None, lambda: clock[0])
    affairs = daemon.affairs()
    for number in range(60 * (COARSE_POINTS + 3)):
        clock[0] += 10
        series.take(replace(affairs, in_flight=number % 60))
    fine, coarse = series.last(60), series.last(14 * 24 * 60)
    assert len(fine.at) == FINE_POINTS
    assert len(coarse.at) == COARSE_POINTS
    assert set(coarse.series["in_flight"]) == {29.5}
