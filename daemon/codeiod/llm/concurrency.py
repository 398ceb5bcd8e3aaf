"""How many requests an endpoint shall work on at once: as many as pay, found by trying.

May import ``llm.latency``. Pure: it is fed with times. A server that batches or queues answers no
faster beyond its capacity, only later. So the limit is moved a step at a time, and what counts is
by how much latency followed: where a tenth more in flight makes answers a tenth slower, nothing
was won; where they are as fast as before, all was. In between the bound is Kleinrock's: half.
"""

from __future__ import annotations

import math
from enum import Enum, auto
from typing import Protocol

from codeiod.llm.latency import Latency, Round

FEWEST_ANSWERS = 24
"""Answers lie far apart: a round of fewer tells nothing."""
FEWEST_FIRST_ANSWERS = 6
ANSWERS_PER_PLACE = 3
STEPS_UP = (1.25, 1.5, 2.0)
"""How far a trial goes: the more trials in a row paid, the farther; but the second one down is
small, for it is most often one too many, and what it costs is goodput."""
STEPS_DOWN = (0.8, 0.9, 0.8, 0.7, 0.5)
HEADROOM = 1.15
"""How far above the knee it holds: a place too many costs a little latency, one too few goodput."""
PAYS = 0.5
"""Up to this elasticity of latency more in flight pays."""
FIRST_PAYS = 0.6
"""The same while doubling, when a round has not settled."""
RELIEVES = 0.8
"""From this elasticity on fewer in flight cost nothing; the gap keeps it from going to and fro."""
MOST_PATIENCE = 4
"""Rounds between two trials where nothing ever changes."""
DRIFT = 0.25
"""A change of the latency at the same limit that calls for a trial at once."""
BACK_OFF = 0.8
FAULTY_SHARE = 1 / 5
"""A round with more 5xx and timeouts than this says nothing: growth pauses."""
BOUND_SHARE = 0.9
"""A round in which the limit was used less than this was bound by something else."""


class Concurrency(Protocol):
    """How many may be in flight."""

    limit: int

    def bound(self, now: float, most: int) -> None:
        """Have no more than that in flight from now on."""

    def note_answer(self, now: float, left_at: float, tokens: int, in_flight: int) -> None:
        """Take in an answer of so many tokens; ``in_flight`` counts it still."""

    def note_fault(self) -> None:
        """Take in a 5xx or a timeout."""

    def note_refusal(self, now: float, left_at: float) -> None:
        """Take in a 429."""


class FixedConcurrency:
    """What the operator says."""

    def __init__(self, limit: int) -> None:
        self.limit = limit

    def bound(self, now: float, most: int) -> None:
        """Take it as the limit."""
        self.limit = most

    def note_answer(self, now: float, left_at: float, tokens: int, in_flight: int) -> None:
        """Stay."""

    def note_fault(self) -> None:
        """Stay."""

    def note_refusal(self, now: float, left_at: float) -> None:
        """Stay."""


class _Phase(Enum):
    DOUBLING = auto()
    HOLDING = auto()
    UP = auto()
    DOWN = auto()


class AdaptiveConcurrency:
    """Doubles while that pays, then holds and tries now and then whether more or fewer do better.

    What it knows it has from *rounds*: the answers to requests that left after the limit was set.
    """

    def __init__(self, start: int, least: int, most: int) -> None:
        """Take where to start, and the bounds."""
        self.limit = min(max(start, least), most)
        self._least, self._most = least, most
        self._latency = Latency()
        self._phase = _Phase.DOUBLING
        self._round = Round(-math.inf)
        self._base: Round | None = None
        """What a trial is compared with: the last round at the limit from which it was made."""
        self._base_limit = self.limit
        self._steady: dict[int, Round] = {}
        """The last round of holding, by its limit: also from before a trial."""
        self._next_trial = _Phase.DOWN
        self._patience = 1
        self._held = 0
        self._paid_in_a_row = 0
        self._backed_off_at = -math.inf

    def bound(self, now: float, most: int) -> None:
        """Take another bound; where the present one held it back, more is tried next."""
        held_back = self.limit == self._most < most
        self._least, self._most = min(self._least, most), most
        if held_back and self._phase is _Phase.HOLDING:
            self._next_trial, self._patience = _Phase.UP, 1
        if self.limit > most:
            self._hold(now, most)

    def note_answer(self, now: float, left_at: float, tokens: int, in_flight: int) -> None:
        """Take in an answer of so many tokens; ``in_flight`` counts it still."""
        seconds = now - left_at
        self._latency.learn(tokens, seconds)
        if left_at >= self._round.since:
            self._round.add(tokens, seconds, in_flight)
            if self._round.answers >= self._wanted():
                self._end_round(now)

    def note_fault(self) -> None:
        """Take in a 5xx or a timeout: too many of them, and a round says nothing."""
        self._round.faults += 1

    def note_refusal(self, now: float, left_at: float) -> None:
        """Take in a 429; of those that left before the last was known all are one burst."""
        if left_at > self._backed_off_at:
            self._backed_off_at = now
            self._hold(now, int(self.limit * BACK_OFF))

    def _wanted(self) -> int:
        if self._phase is _Phase.DOUBLING:
            return max(FEWEST_FIRST_ANSWERS, self.limit)
        return max(FEWEST_ANSWERS, ANSWERS_PER_PLACE * self.limit)

    def _end_round(self, now: float) -> None:
        done = self._round
        if done.faulty_share > FAULTY_SHARE or done.in_flight < BOUND_SHARE * self.limit:
            self._hold_or_start_again(now)
        elif self._phase is _Phase.DOUBLING:
            self._end_doubling(now, done)
        elif self._phase is _Phase.HOLDING:
            self._end_holding(now, done)
        elif self._phase is _Phase.UP:
            self._end_up(now, done, self._elasticity(done))
        else:
            self._end_down(now, done, self._elasticity(done))

    def _hold_or_start_again(self, now: float) -> None:
        """Make nothing of a round; a trial ends where it began."""
        if self._phase in (_Phase.UP, _Phase.DOWN):
            self._hold(now, self._base_limit)
        else:
            self._round = Round(now)

    def _end_doubling(self, now: float, done: Round) -> None:
        if self._base is not None and self._elasticity(done) >= FIRST_PAYS:
            self._hold(now, self._knee(self._base, done))
        elif self.limit == self._most:
            self._hold(now, self._most)
        else:
            self._base, self._base_limit = done, self.limit
            self._move(now, 2 * self.limit, settling=False)

    def _end_holding(self, now: float, done: Round) -> None:
        self._base = done
        before = self._steady.get(self.limit)
        self._steady = {self.limit: done}
        change = self._latency.of(done) / self._latency.of(before) if before else 1.0
        if abs(math.log(change)) > DRIFT:
            self._next_trial = _Phase.DOWN if change > 1 else _Phase.UP
            self._patience, self._held = 1, 0  # this round saw the change come
        else:
            self._held += 1
        if self._held >= self._patience:
            self._try(now)
        else:
            self._round = Round(now)

    def _try(self, now: float) -> None:
        self._base_limit = self.limit
        up = self._next_trial is _Phase.UP
        steps = STEPS_UP if up else STEPS_DOWN
        limit = self.limit * steps[min(self._paid_in_a_row, len(steps) - 1)]
        limit = max(self.limit + 1, int(limit)) if up else min(self.limit - 1, math.ceil(limit))
        self._phase = self._next_trial
        self._move(now, limit)
        if self.limit == self._base_limit:  # at a bound
            self._turn(now, self._base_limit)

    def _end_up(self, now: float, done: Round, elasticity: float) -> None:
        if elasticity < PAYS:
            self._go_on(now, done)
        else:
            assert self._base is not None
            self._turn(now, self._knee(self._base, done))

    def _end_down(self, now: float, done: Round, elasticity: float) -> None:
        if elasticity > RELIEVES:
            self._go_on(now, done)
        else:
            assert self._base is not None
            self._turn(now, self._knee(done, self._base))

    def _go_on(self, now: float, done: Round) -> None:
        """Try once more the same way, from where it paid."""
        self._base = done
        self._paid_in_a_row += 1
        self._patience = 1
        self._try(now)

    def _turn(self, now: float, limit: int) -> None:
        """Go back from a trial that did not pay; the next one goes the other way."""
        self._next_trial = _Phase.DOWN if self._phase is _Phase.UP else _Phase.UP
        if not self._paid_in_a_row:
            self._patience = min(2 * self._patience, MOST_PATIENCE)
        self._hold(now, limit)

    def _hold(self, now: float, limit: int) -> None:
        self._phase, self._base = _Phase.HOLDING, None
        self._held = self._paid_in_a_row = 0
        self._move(now, limit)

    def _move(self, now: float, limit: int, *, settling: bool = True) -> None:
        """Set the limit; what leaves once the change has come through makes the next round."""
        self.limit = min(max(limit, self._least), self._most)
        settling_seconds = self._round.mean_seconds if settling else 0.0
        self._round = Round(now + settling_seconds)

    def _knee(self, fewer: Round, more: Round) -> int:
        """Return where between two rounds the queue began, and a little more."""
        slower = self._latency.of(more) / self._latency.of(fewer)
        knee = math.ceil(HEADROOM * more.in_flight / max(slower, 1.0))
        least, most = sorted((self._base_limit, self.limit))
        return min(max(least, knee), most)

    def _elasticity(self, done: Round) -> float:
        """Return by what share latency followed the requests in flight, from the base to here."""
        assert self._base is not None
        more = math.log(done.in_flight / self._base.in_flight)
        if not more:
            return 0.0
        return math.log(self._latency.of(done) / self._latency.of(self._base)) / more
