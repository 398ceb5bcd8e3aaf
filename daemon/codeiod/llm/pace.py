"""A smooth pace below limits of requests and tokens a minute: when the next request may leave.

May import its neighbours ``demand``, ``learned_rate`` and ``ratelimit_headers``. Pure: it is fed
with times. Waiting for its moments is for others.
"""

from __future__ import annotations

from collections.abc import Mapping
from math import inf

from codeiod.llm.demand import Demand, Rates, Subject
from codeiod.llm.learned_rate import LearnedRate
from codeiod.llm.ratelimit_headers import Told, told_limits

SLACK_SECONDS = 0.25
"""How far a pace may catch up after a moment without demand or a late timer."""
USED_SHARE = 0.994
"""How much of a limit is used: requests that leave evenly do not arrive so, and with the slack no
window of a minute holds more than the limit."""


class Bucket:
    """One limit as a moment: what is taken moves it on by its share of a minute."""

    __slots__ = ("_seconds_each", "free_at")

    def __init__(self, per_minute: float = 0.0) -> None:
        """Take the limit; 0 is none."""
        self._seconds_each = _seconds_each(per_minute)
        self.free_at = -inf
        """The time from which more may be taken."""

    @property
    def limited(self) -> bool:
        """Whether there is a limit."""
        return self._seconds_each > 0

    @property
    def per_minute(self) -> float:
        """The limit; 0: none."""
        return 60.0 / (USED_SHARE * self._seconds_each) if self._seconds_each else 0.0

    def take(self, now: float, amount: float) -> None:
        """Take an amount that leaves now."""
        if self._seconds_each:
            self.free_at = max(now - SLACK_SECONDS, self.free_at) + self._seconds_each * amount

    def correct(self, amount: float) -> None:
        """Charge what was not taken, or (below 0) give back what was not used."""
        self.free_at += self._seconds_each * amount

    def delay(self, now: float, lacking: float) -> None:
        """Wait at least until a lacking amount has come in."""
        self.free_at = max(self.free_at, now + self._seconds_each * lacking)

    def set_limit(self, now: float, per_minute: float) -> None:
        """Take another limit from now on; what was taken beyond the present stays taken."""
        before, after = self._seconds_each, _seconds_each(per_minute)
        if after == before:
            return
        ahead = self.free_at - now
        if ahead > 0:
            self.free_at = now + ahead / before * after if before else now
        self._seconds_each = after


def _seconds_each(per_minute: float) -> float:
    return 60.0 / (USED_SHARE * per_minute) if per_minute else 0.0


class Pace:
    """All the limits of an endpoint together: set, announced by its headers, known by refusals."""

    def __init__(self, rates: Rates | None = None) -> None:
        """Take the limits that the operator sets."""
        self._limits = dict(zip(Subject, rates or Rates(), strict=True))
        self._told: dict[Subject, float] = {}
        self._buckets = {subject: Bucket(limit) for subject, limit in self._limits.items()}
        self._requests = self._buckets[Subject.REQUESTS]
        self._tokens = self._buckets[Subject.TOKENS]
        self._input = self._buckets[Subject.INPUT_TOKENS]
        self._output = self._buckets[Subject.OUTPUT_TOKENS]
        self._limited = any(self._limits.values())
        self._learned = LearnedRate()
        self._held_until = -inf

    def set_rates(self, now: float, rates: Rates) -> None:
        """Take other limits of the operator's; those that were announced or learned stay."""
        self._limits = dict(zip(Subject, rates, strict=True))
        for subject in Subject:
            self._set_limit(now, subject)

    @property
    def known(self) -> bool:
        """Whether any limit is known, however."""
        return self._limited

    @property
    def rates(self) -> Rates:
        """The limits in force, however they are known."""
        return Rates(*(self._buckets[subject].per_minute for subject in Subject))

    def moment(self) -> float:
        """Return the time from which the next request may leave."""
        if not self._limited:
            return self._held_until
        return max(
            self._requests.free_at,
            self._tokens.free_at,
            self._input.free_at,
            self._output.free_at,
            self._held_until,
        )

    def take(self, now: float, demand: Demand) -> None:
        """Reserve the shares of a request that leaves now."""
        self._learned.note_sent(now)
        if self._limited:
            if self._learned.active:
                self._limit_requests(now)
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

    def hear(self, now: float, headers: Mapping[str, str], demand: Demand) -> None:
        """Take in what the headers of an answer, or of a refusal, tell."""
        told = told_limits(headers)
        for subject, one in told.items():
            if self._told.get(subject) != one.per_minute:
                self._told[subject] = one.per_minute
                self._learned.forget()
                self._set_limit(now, subject)
        if told:
            self._wait_for_remaining(now, told, demand)

    def note_refusal(self, now: float, left_at: float, retry_after: float | None) -> None:
        """Take in a refusal for the rate's sake (429)."""
        told = any(self._limits.values()) or bool(self._told)
        pause = self._learned.note_refusal(now, left_at, retry_after, told=told)
        self._held_until = max(self._held_until, now + pause)
        if self._learned.active:
            self._limit_requests(now)

    def _limit_requests(self, now: float) -> None:
        self._set_limit(now, Subject.REQUESTS)

    def _set_limit(self, now: float, subject: Subject) -> None:
        limits = [self._limits[subject], self._told.get(subject, 0.0)]
        if subject is Subject.REQUESTS and self._learned.active:
            limits.append(60 * self._learned.rate(now))
        lowest = min((limit for limit in limits if limit), default=0.0)
        self._buckets[subject].set_limit(now, 0.0 if lowest == inf else lowest)
        self._limited = any(bucket.limited for bucket in self._buckets.values())

    def _wait_for_remaining(self, now: float, told: Mapping[Subject, Told], demand: Demand) -> None:
        """Where less is left than a request takes, others use the same limit: wait for it."""
        amounts = {
            Subject.REQUESTS: 1,
            Subject.TOKENS: demand.input_tokens + demand.output_tokens,
            Subject.INPUT_TOKENS: demand.input_tokens,
            Subject.OUTPUT_TOKENS: demand.output_tokens,
        }
        for subject, one in told.items():
            lacking = amounts[subject] - one.remaining
            if lacking > 0:
                self._buckets[subject].delay(now, lacking)
