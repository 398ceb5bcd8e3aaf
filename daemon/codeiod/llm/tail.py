"""When a request counts as late, and how many of the late ones may be sent once more.

May import the standard library alone. Pure.
"""

from __future__ import annotations

from collections import deque
from math import ceil, inf

KEPT = 256
"""Answers whose times are remembered."""
FEWEST = 50
"""Answers before any is called late."""
PER_LATE = 2.0
"""Hedges for each answer that is late by the percentile's own meaning: where a server stands
still all requests are late, and sending all of them twice would be no help."""
MOST_SAVED = 8.0
"""Hedges that may go out at once after a long time without."""


class Tail:
    """The times of one stage's answers."""

    def __init__(self, percentile: float) -> None:
        """Take the percentile beyond which an answer is late."""
        self._percentile = percentile
        self._seconds: deque[float] = deque(maxlen=KEPT)
        self._allowed = 0.0

    def note(self, seconds: float) -> None:
        """Take in how long an answer took."""
        self._seconds.append(seconds)
        self._allowed = min(MOST_SAVED, self._allowed + PER_LATE * (1 - self._percentile / 100))

    @property
    def late_after_seconds(self) -> float:
        """How long a request takes before it is late; infinite while that is not known."""
        count = len(self._seconds)
        if count < FEWEST:
            return inf
        return sorted(self._seconds)[ceil(count * self._percentile / 100) - 1]

    def allow(self) -> bool:
        """Count a hedge, if it may go out."""
        if self._allowed < 1:
            return False
        self._allowed -= 1
        return True
