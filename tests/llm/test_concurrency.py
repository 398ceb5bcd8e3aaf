"""Adaptive concurrency finds as many in flight as pay, whatever answers wait for."""

from __future__ import annotations

import heapq
import math
import random
from collections import deque
from collections.abc import Callable

import pytest

from codeiod.llm.concurrency import AdaptiveConcurrency, Concurrency, FixedConcurrency
from codeiod.llm.latency import Latency, Round

Seconds = Callable[[int, int], float]
TURNAROUND_SECONDS = 0.002


class QueueingServer:
    """Works on so many at once, the others queue; its client never lacks a request."""

    def __init__(
        self,
        concurrency: Concurrency,
        seconds: Seconds,
        capacity: float = math.inf,
        *,
        seed: int = 1,
        noise: float = 0.1,
        faults: float = 0.0,
    ) -> None:
        self.concurrency, self.seconds, self.capacity = concurrency, seconds, capacity
        self.draw, self.noise, self.faults = random.Random(seed), noise, faults
        self.now = 0.0
        self.in_flight = self.working = self.number = 0
        self.queue: deque[tuple[float, int]] = deque()
        self.ends: list[tuple[float, int, float, int]] = []
        self.answers: list[tuple[float, float]] = []

    def run(self, until: float) -> None:
        self._fill()
        while self.ends[0][0] < until:
            self.now, _, left_at, tokens = heapq.heappop(self.ends)
            self.working -= 1
            if self.draw.random() < self.faults:
                self.concurrency.note_fault()
            else:
                self.concurrency.note_answer(self.now, left_at, tokens, self.in_flight)
                self.answers.append((self.now, self.now - left_at))
            self.in_flight -= 1
            self._fill()
        self.now = until

    def _fill(self) -> None:
        while self.in_flight < self.concurrency.limit:
            self.in_flight += 1
            self.queue.append((self.now, self.draw.randint(50, 1500)))
        while self.queue and self.working < self.capacity:
            left_at, tokens = self.queue.popleft()
            self.working += 1
            self.number += 1
            seconds = self.seconds(tokens, self.working) * math.exp(self.draw.gauss(0, self.noise))
            end = max(self.now, left_at + TURNAROUND_SECONDS) + seconds
            heapq.heappush(self.ends, (end, self.number, left_at, tokens))

    def goodput(self, first: float, last: float) -> float:
        return sum(first <= at < last for at, _ in self.answers) / (last - first)

    def latency(self, first: float, last: float) -> float:
        taken = [seconds for at, seconds in self.answers if first <= at < last]
        return sum(taken) / len(taken)


def by_tokens(tokens: int, _: int) -> float:
    return 0.4 + 0.0004 * tokens


def by_tokens_alone(tokens: int, _: int) -> float:
    return 0.001 * tokens


def always_the_same(_: int, __: int) -> float:
    return 0.5


def by_load(_: int, working: int) -> float:
    """A server that batches: each more in the batch makes all a little slower."""
    return 0.5 * (1 + working / 100)


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("seconds", [by_tokens, by_tokens_alone, always_the_same])
def test_the_knee_of_a_server_that_queues_is_found(seconds: Seconds, seed: int) -> None:
    """Within 30 s from 4: goodput of the best fixed, at most half as slow again as unloaded."""
    found = QueueingServer(AdaptiveConcurrency(4, 1, 256), seconds, 32, seed=seed)
    found.run(90)
    fixed = QueueingServer(FixedConcurrency(40), seconds, 32, seed=seed)
    fixed.run(90)
    unloaded = QueueingServer(FixedConcurrency(1), seconds, 32, seed=seed)
    unloaded.run(300)
    assert found.goodput(30, 90) >= 0.95 * fixed.goodput(30, 90)
    assert found.latency(30, 90) <= 1.5 * unloaded.latency(0, 300)


def test_a_server_without_a_knee_is_used_up_to_the_bound() -> None:
    """It grows as long as that pays."""
    concurrency = AdaptiveConcurrency(4, 1, 64)
    QueueingServer(concurrency, by_tokens).run(30)
    assert concurrency.limit >= 50


def test_a_server_that_batches_is_used_as_long_as_more_pays_half() -> None:
    """Its throughput rises far beyond the latency of an empty server: three in ten are not it."""
    server = QueueingServer(AdaptiveConcurrency(4, 1, 1000), by_load)
    server.run(120)
    assert server.goodput(60, 120) >= 90
    assert server.latency(60, 120) <= 2.0


def test_another_capacity_is_noticed() -> None:
    """Cut to a third and then doubled: the limit follows, down and up."""
    concurrency = AdaptiveConcurrency(8, 1, 256)
    server = QueueingServer(concurrency, by_tokens, 32, seed=2)
    server.run(60)
    server.capacity = 12
    server.run(180)
    assert server.latency(150, 180) <= 1.6 * by_tokens(775, 0)
    server.capacity = 64
    server.run(240)
    assert server.goodput(220, 240) >= 0.9 * 64 / by_tokens(775, 0)


def test_some_faults_slow_growth_and_do_not_stop_it() -> None:
    """One answer in ten is a 5xx."""
    server = QueueingServer(AdaptiveConcurrency(4, 1, 256), by_tokens, 32, faults=0.1)
    server.run(90)
    assert server.goodput(60, 90) >= 0.9 * 0.9 * 32 / by_tokens(775, 0)


def test_many_faults_stop_growth() -> None:
    """A server that breaks is not asked for more."""
    concurrency = AdaptiveConcurrency(4, 1, 256)
    QueueingServer(concurrency, by_tokens, 32, faults=0.5).run(60)
    assert concurrency.limit <= 16


def test_a_burst_of_refusals_backs_off_once() -> None:
    """Those that left before the first refusal was known say nothing new."""
    concurrency = AdaptiveConcurrency(50, 1, 100)
    for left_at in (1.0, 1.1, 1.2):
        concurrency.note_refusal(2.0, left_at)
    assert concurrency.limit == 40
    concurrency.note_refusal(3.0, 2.5)
    assert concurrency.limit == 32


def test_the_bounds_hold() -> None:
    """Whatever comes, and wherever it starts."""
    assert AdaptiveConcurrency(50, 1, 10).limit == 10
    concurrency = AdaptiveConcurrency(1, 5, 10)
    assert concurrency.limit == 5
    for n in range(20):
        concurrency.note_refusal(n + 1.0, n + 0.5)
    assert concurrency.limit == 5


def test_what_is_not_used_does_not_grow() -> None:
    """Where demand or a rate is the bound, no more places come of quick answers."""
    concurrency = AdaptiveConcurrency(8, 1, 100)
    for n in range(1000):
        concurrency.note_answer(n + 1.0, n, 100, 3)
    assert concurrency.limit == 8


def test_lengths_explain_latency() -> None:
    """Rounds of unlike answers of one server are alike; one of a slower server is not."""
    latency, short, long, slow = Latency(), Round(0), Round(0), Round(0)
    for n in range(100):
        latency.learn(10 + n, 1 + 0.1 * (10 + n))
    short.add(20, 3.0, 1)
    long.add(1000, 101.0, 1)
    slow.add(20, 6.0, 1)
    assert latency.of(short) == pytest.approx(1)
    assert latency.of(long) == pytest.approx(1)
    assert latency.of(slow) == pytest.approx(2)
