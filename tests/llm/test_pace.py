"""No window gets more than its share, and what is not used goes back."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from codeiod.llm.demand import Demand, Rates
from codeiod.llm.pace import SLACK_SECONDS, USED_SHARE, Bucket, Pace

ONE = Demand()


@given(
    gaps=st.lists(st.floats(0, 5), min_size=1, max_size=60),
    rate=st.floats(1, 600),
)
@settings(deadline=None)
def test_no_window_gets_more_than_its_share(gaps: list[float], rate: float) -> None:
    """However requests come, n of them take at least the time of n - 1, less the slack."""
    pace, now, sent = Pace(Rates(requests=rate)), 100.0, []
    for gap in gaps:
        now = max(now + gap, pace.moment())
        pace.take(now, ONE)
        sent.append(now)
    for i, first in enumerate(sent):
        for n, last in enumerate(sent[i:]):
            assert last - first >= (n - 1) * 60 / rate - SLACK_SECONDS - 1e-6


@pytest.mark.parametrize("rate", [1, 10, 60, 600, 3000, 60_000])
def test_no_minute_holds_more_than_the_limit(rate: float) -> None:
    """Also the minute right after a pause, at a demand without end."""
    pace, now, sent = Pace(Rates(requests=rate)), 1000.0, []
    while now <= 1120:
        pace.take(now, ONE)
        sent.append(now)
        now = max(now, pace.moment())
    first = [moment for moment in sent if moment < 1060]
    second = [moment for moment in sent if 1060 <= moment < 1120]
    assert len(first) <= rate
    assert 0.98 * rate - 1 <= len(second) <= rate


def test_input_and_output_are_limited_apart() -> None:
    """The tightest of all limits decides."""
    pace = Pace(Rates(tokens=1e9, input_tokens=6000 / USED_SHARE, output_tokens=600 / USED_SHARE))
    pace.take(0, Demand((0, 0), 100, 100))
    assert pace.moment() == pytest.approx(10 - SLACK_SECONDS)
    pace.correct(Demand((0, 0), 100, 100), 3000, 20)
    assert pace.moment() == pytest.approx(30 - SLACK_SECONDS)


def test_what_failed_gives_its_share_back() -> None:
    """As if it had never left."""
    pace = Pace(Rates(requests=60, tokens=1000))
    pace.take(0, ONE)
    before = pace.moment()
    pace.take(0, Demand((0, 0), 500, 100))
    pace.give_back(Demand((0, 0), 500, 100))
    assert pace.moment() == pytest.approx(before)


def test_another_limit_counts_from_now_on() -> None:
    """What is owed stays owed in amounts, not in time."""
    bucket = Bucket(60 / USED_SHARE)
    bucket.take(0, 10)
    assert bucket.free_at == pytest.approx(10 - SLACK_SECONDS)
    bucket.set_limit(5, 120 / USED_SHARE)
    assert bucket.free_at == pytest.approx(5 + (5 - SLACK_SECONDS) / 2)
    bucket.set_limit(5, 0)
    assert not bucket.limited


def test_the_limits_in_force_are_told() -> None:
    """Set, announced or learned: what binds is told, to the last digit of what was set."""
    pace = Pace(Rates(requests=120, tokens=6000))
    assert pace.rates.requests == pytest.approx(120)
    assert (pace.rates.tokens, pace.rates.input_tokens) == (pytest.approx(6000), 0)
    pace.hear(0.0, {"x-ratelimit-limit-requests": "60"}, Demand())
    assert pace.rates.requests == pytest.approx(60)
