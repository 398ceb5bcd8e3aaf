"""A limit that no one tells is found by its refusals, touched seldom, and left when it rises."""

from __future__ import annotations

import pytest

from codeiod.llm.learned_rate import LearnedRate


class Provider:
    """A bucket that refuses, and a caller who sends as fast as the learned rate allows."""

    def __init__(self, limit: float, burst: float, demand: float) -> None:
        self.limit, self.burst, self.demand = limit, burst, demand
        self.learned = LearnedRate()
        self.level = burst
        self.now = 0.0
        self.sent: list[tuple[float, bool]] = []
        self.refused_at: list[float] = []

    def run(self, seconds: float, *, told: bool = False, delay: float = 0.005) -> None:
        """Send evenly for a time; a refusal is known after a delay."""
        end = self.now + seconds
        while self.now < end:
            leaves = self.now + 1 / min(self.learned.rate(self.now), self.demand)
            while self.refused_at and self.refused_at[0] + delay <= leaves:
                left = self.refused_at.pop(0)
                pause = self.learned.note_refusal(left + delay, left, None, told=told)
                leaves = max(leaves, left + delay + pause)
            self.level = min(self.burst, self.level + (leaves - self.now) * self.limit)
            self.now = leaves
            self.learned.note_sent(self.now)
            fits = self.level >= 1
            self.level -= fits
            self.sent.append((self.now, fits))
            if not fits:
                self.refused_at.append(self.now)

    def through(self, first: float, last: float) -> float:
        return sum(first <= at < last and fits for at, fits in self.sent) / (last - first)

    def refused(self, first: float, last: float) -> float:
        asked = [fits for at, fits in self.sent if first <= at < last]
        return asked.count(False) / len(asked)


@pytest.mark.parametrize("burst_seconds", [0.1, 1.0, 30.0])
@pytest.mark.parametrize("limit", [10.0, 50.0, 400.0])
def test_the_limit_is_reached_and_seldom_touched(limit: float, burst_seconds: float) -> None:
    """With any burst, from a demand ten times too high."""
    provider = Provider(limit, max(1, burst_seconds * limit), demand=10 * limit)
    provider.run(30 + burst_seconds)
    start = provider.now
    provider.run(60)
    assert provider.through(start, provider.now) >= 0.90 * limit
    assert provider.refused(start, provider.now) <= 0.02


@pytest.mark.parametrize("told", [True, False])
@pytest.mark.parametrize("seconds", [3, 60])
def test_a_time_in_which_nothing_gets_through_tells_nothing_of_the_rate(
    told: bool, seconds: float
) -> None:
    """A quota that is used up until the window ends: few requests are spent on finding its end."""
    provider = Provider(50, 25, demand=60)
    provider.run(30, told=told)
    provider.limit, provider.level, start = 0.0, 0.0, provider.now
    provider.run(seconds, told=told)
    assert sum(at >= start for at, _ in provider.sent) <= 12 + seconds / 4
    provider.limit, start = 50.0, provider.now
    provider.run(40, told=told)
    assert provider.through(start + 15, start + 40) >= 0.9 * 50
    assert provider.refused(start, start + 40) <= 0.02


@pytest.mark.parametrize("told", [True, False])
def test_a_limit_that_is_cut_and_raised_is_followed(told: bool) -> None:
    """Thirty seconds later 90% of the new one is reached, with at most 2% refused."""
    provider = Provider(50, 25, demand=50 if told else 200)
    provider.run(30, told=told)
    for limit in (25, 50):
        provider.limit = limit
        start = provider.now
        provider.run(60, told=told)
        assert provider.through(start + 30, start + 60) >= 0.9 * limit
        assert provider.refused(start, start + 60) <= 0.02


def test_a_burst_of_refusals_counts_once() -> None:
    """What left before the first of them was known says nothing new."""
    learned = LearnedRate()
    for n in range(100):
        learned.note_sent(n / 100)
    learned.note_refusal(1.0, 0.9, None, told=False)
    rate = learned.rate(1.0)
    for n in range(20):
        assert learned.note_refusal(1.001, 0.9 + n / 200, None, told=False) == 0.0
    assert learned.rate(1.0) == rate
    learned.note_refusal(1.2, 1.1, None, told=False)
    assert learned.rate(1.2) < 0.8 * rate


def test_a_limit_that_was_told_is_believed_for_a_while() -> None:
    """One refusal by chance costs a short pause; several in a row show that it is not true."""
    learned = LearnedRate()
    for n in range(100):
        learned.note_sent(n / 100)
    assert 0 < learned.note_refusal(1.0, 0.99, None, told=True) < 0.1
    assert not learned.active
    learned.note_refusal(1.5, 1.4, None, told=True)
    learned.note_refusal(1.7, 1.6, None, told=True)
    assert learned.active


def test_a_server_that_says_how_long_is_obeyed_when_it_says_so_twice() -> None:
    """Once may be one request's bad luck, and its own retry waits anyway."""
    learned = LearnedRate()
    for n in range(100):
        learned.note_sent(n / 100)
    assert learned.note_refusal(1.0, 0.99, 30.0, told=False) < 1
    assert learned.note_refusal(1.5, 1.4, 30.0, told=False) == 30.0


def test_what_was_long_ago_is_forgotten() -> None:
    """Without a refusal the rate grows until nothing is known."""
    learned = LearnedRate()
    learned.note_sent(0.0)
    learned.note_refusal(1.0, 0.5, None, told=False)
    assert learned.active
    assert learned.rate(10_000) == float("inf")
    assert not learned.active
