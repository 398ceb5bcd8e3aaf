"""How many requests a second an endpoint lets through that does not say: known by its refusals.

May import the standard library alone. Pure: it is fed with times. After a refusal the rate is cut,
goes back to just below where it was refused, stays near it for a while, and then grows ever faster
(the curve is that of TCP's CUBIC): a limit that stands is touched now and then, one that was
raised is found within seconds.
"""

from __future__ import annotations

import math

CUTS = (0.9, 0.75, 0.6, 0.5)
"""What is left of the rate after a refusal, the next one right after it, and so on."""
AGAIN_SECONDS = 2.0
"""A refusal within this time from the last cut says that the cut was too small."""
PLATEAU_SECONDS = 6.0
"""How long it takes to come back to where it was refused..."""
PLATEAU_REQUESTS = 120
"""...but at least the time of so many requests: each touch costs one of them..."""
LONGEST_PLATEAU_SECONDS = 30.0
"""...and not for ever."""
LEAST_GAP = 0.1
"""How far below the refused rate the curve counts as having begun, at least: its later speed."""
FORGOTTEN = 4.0
"""Beyond so many times the refused rate nothing is known any more."""
MEMORY_SECONDS = 2.0
PAUSE_REQUESTS = 1
"""How many requests' time passes after a refusal before the next one leaves."""
LONGEST_PAUSE_SECONDS = 5.0
"""Without a Retry-After. From where the cuts end on, each pause is twice as long as the one before:
who refuses whatever comes lets nothing through for a while, and that tells nothing of a rate."""
STRIKES_OF_A_LIE = 2
"""So many refusals in a row show that a limit that was set or announced is not the true one."""


class LearnedRate:
    """The rate that gets through."""

    def __init__(self) -> None:
        self._started = -math.inf
        self._last = -math.inf
        self._through = 0.0
        self._refused_at = -math.inf
        self._first_left_at = math.inf
        """When the first request left after the last refusal: if not even that gets through..."""
        self._strikes = 0
        self._pause = 0.0
        self._first_refused_rate = math.inf
        """Requests a second when the present row of refusals began."""
        self._cut_at = -math.inf
        self._cut_to = math.inf
        self._ceiling = math.inf
        """Requests a second at which it was refused last."""

    @property
    def active(self) -> bool:
        """Whether anything is known."""
        return self._ceiling < math.inf

    def rate(self, now: float) -> float:
        """Return requests a second; infinite where nothing is known."""
        if not self.active:
            return math.inf
        plateau = max(PLATEAU_SECONDS, PLATEAU_REQUESTS / self._ceiling)
        plateau = min(plateau, LONGEST_PLATEAU_SECONDS)
        part = (now - self._cut_at - plateau) / plateau
        gap = self._ceiling - self._cut_to
        if part > 0:
            gap = max(gap, LEAST_GAP * self._ceiling)
        rate = self._ceiling + gap * part**3
        if rate > FORGOTTEN * self._ceiling:
            self.forget()
            return math.inf
        return rate

    def forget(self) -> None:
        """Know nothing again."""
        self._ceiling = self._cut_to = math.inf

    def note_sent(self, now: float) -> None:
        """Take in that a request leaves."""
        if self._started == -math.inf:
            self._started = self._last = now
        self._through = self._through * math.exp((self._last - now) / MEMORY_SECONDS) + 1
        self._last = now
        self._first_left_at = min(self._first_left_at, now)

    def note_refusal(
        self, now: float, left_at: float, retry_after: float | None, *, told: bool
    ) -> float:
        """Take in a refusal; return how long no request shall leave.

        :param left_at: when the refused request left; of those that left before the last refusal
            was known all are one burst, which counts once.
        :param told: whether the limit was set or announced: then it is believed for a while.
        """
        self._through = max(0.0, self._through - 1)
        if left_at <= self._refused_at:
            return 0.0
        if now - self._refused_at <= max(AGAIN_SECONDS, 2 * self._pause):
            self._strikes += 1
        else:
            self._strikes = 0
            self._first_refused_rate = self.rate(now) if self.active else self._rate_through(now)
        shut = self._strikes >= len(CUTS) and left_at <= self._first_left_at
        self._refused_at, self._first_left_at = now, math.inf
        if self.active or not told or self._strikes >= STRIKES_OF_A_LIE:
            self._cut(now, shut=shut)
        if shut:
            self._pause *= 2
        else:
            rate = min(self._first_refused_rate, self._cut_to)
            self._pause = PAUSE_REQUESTS * (1 + self._strikes) / rate
        self._pause = min(self._pause, LONGEST_PAUSE_SECONDS)
        return max(self._pause, retry_after) if retry_after and self._strikes else self._pause

    def _cut(self, now: float, *, shut: bool) -> None:
        """Cut the rate; where nothing gets through, all cuts were of no use: come back then."""
        if shut:
            self._ceiling = max(self._ceiling, self._first_refused_rate)
        else:
            self._ceiling = min(self.rate(now), self._first_refused_rate)
            self._cut_to = self._ceiling * CUTS[min(self._strikes, len(CUTS) - 1)]
        self._cut_at = now

    def _rate_through(self, now: float) -> float:
        """Return the requests a second that left and were not refused, lately; never 0."""
        memory = MEMORY_SECONDS * -math.expm1((self._started - now) / MEMORY_SECONDS)
        through = self._through * math.exp((self._last - now) / MEMORY_SECONDS)
        return max(through, 1.0) / max(memory, 0.1)
