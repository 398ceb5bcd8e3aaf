"""A smooth pace below limits of requests and tokens a minute: when the next request may leave.

May import ``llm.demand``. Pure: it is fed with times. Waiting for its moments is for others.
"""

from __future__ import annotations

from math import inf

from codeiod.llm.demand import Demand, Rates

SLACK_SECONDS = 0.25
"""How far a pace may catch up after a moment without demand or a late timer."""
USED_SHARE = 0.994
"""How much of a limit is used: requests that leave evenly do not arrive so, and with the slack no
window of a minute holds more than the limit."""


class Bucket:
    """One limit as a moment: what is taken moves it on by its share of a minute."""

    __slots__ = ("_free_at", "_seconds_each")

    def __init__(self, per_minute: float = 0.0) -> None:
        """Take the limit; 0 is none."""
        self._seconds_each = _seconds_each(per_minute)
        self._free_at = -inf

    @property
    def moment(self) -> float:
        """The time from which more may be taken."""
        return self._free_at

    @property
    def limited(self) -> bool:
        """Whether there is a limit."""
        return self._seconds_each > 0

    def take(self, now: float, amount: float) -> None:
        """Take an amount that leaves now."""
        if self._seconds_each:
            earliest = now - SLACK_SECONDS
            start = max(earliest, self._free_at)
            self._free_at = start + self._seconds_each * amount

    def correct(self, amount: float) -> None:
        """Charge what was not taken, or (below 0) give back what was not used."""
        self._free_at += self._seconds_each * amount

    def set_limit(self, now: float, per_minute: float) -> None:
        """Take another limit from now on; what was taken beyond the present stays taken."""
        before, after = self._seconds_each, _seconds_each(per_minute)
        if after == before:
            return
        ahead = self._free_at - now
        if ahead > 0 and before:
            self._free_at = now + ahead / before * after
        self._seconds_each = after


def _seconds_each(per_minute: float) -> float:
    return 60.0 / (USED_SHARE * per_minute) if per_minute else 0.0


class Pace:
    """All the limits of an endpoint together."""

    def __init__(self, rates: Rates | None = None) -> None:
        """Take the limits that the operator sets."""
        self._set = rates or Rates()
        self._requests = Bucket(self._set.requests)
        self._tokens = Bucket(self._set.tokens)
        self._input = Bucket(self._set.input_tokens)
        self._output = Bucket(self._set.output_tokens)
        self._buckets = (self._requests, self._tokens, self._input, self._output)
        self._limited = any(bucket.limited for bucket in self._buckets)

    def moment(self) -> float:
        """Return the time from which the next request may leave."""
        if not self._limited:
            return -inf
        return max(
            self._requests.moment, self._tokens.moment, self._input.moment, self._output.moment
        )

    def take(self, now: float, demand: Demand) -> None:
        """Reserve the shares of a request that leaves now."""
        if self._limited:
            self._requests.take(now, 1)
            self._tokens.take(now, demand.input_tokens + demand.output_tokens)
            self._input.take(now, demand.input_tokens)
            self._output.take(now, demand.output_tokens)

    def correct(self, demand: Demand, input_tokens: int, output_tokens: int) -> None:
        """Put the tokens that were used in the place of those reserved."""
        if self._limited:
            more_input = input_tokens - demand.input_tokens
            more_output = output_tokens - demand.output_tokens
            self._tokens.correct(more_input + more_output)
            self._input.correct(more_input)
            self._output.correct(more_output)

    def give_back(self, demand: Demand) -> None:
        """Return the shares of a request that was not worked on."""
        if self._limited:
            self._requests.correct(-1)
            self.correct(demand, 0, 0)
