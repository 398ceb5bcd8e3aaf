"""What is late is known by a stage's own answers, and only so many are sent twice."""

from __future__ import annotations

from math import inf

from codeiod.llm.tail import FEWEST, MOST_SAVED, Tail


def test_late_is_beyond_the_percentile() -> None:
    """Once there are answers enough to tell."""
    tail = Tail(95)
    for n in range(FEWEST - 1):
        tail.note(n)
        assert tail.late_after_seconds == inf
    for n in range(FEWEST - 1, 100):
        tail.note(n)
    assert tail.late_after_seconds == 94


def test_old_answers_are_forgotten() -> None:
    """A server that became slower is not hedged for ever."""
    tail = Tail(90)
    for seconds in (1.0, 5.0):
        for _ in range(300):
            tail.note(seconds)
    assert tail.late_after_seconds == 5


def test_few_may_be_sent_twice() -> None:
    """Twice the share that is late by the percentile's meaning, however many are."""
    tail = Tail(95)
    for _ in range(1000):
        tail.note(1.0)
    assert [tail.allow() for _ in range(20)].count(True) == MOST_SAVED
    hedged = 0
    for _ in range(1000):
        tail.note(1.0)
        hedged += tail.allow()
    assert 90 <= hedged <= 100
