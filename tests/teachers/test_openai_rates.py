"""The teacher against endpoints that limit rates, in virtual time: how much is reached, refused."""

from __future__ import annotations

import random
from collections import deque
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from typing import Any

import anyio
import pytest
from blockbuster import BlockBuster, blockbuster_ctx

from codeiod.config import Settings
from codeiod.items import Answer, Message, Program, Task, Usage
from codeiod.llm import ChatRequest, Completion, FaultKind, TransportFault
from codeiod.teachers.asks import PredictAsk, Sampling
from codeiod.teachers.openai import OpenAITeacher

pytestmark = pytest.mark.looptime

REQUESTS = 3000
TOKENS = 1_800_000
BURST_SECONDS = 1.0
LATENCY_SECONDS = 0.5
ASKERS = 400
PROGRAM = Program("0" * 32, "", "", "", "")


@pytest.fixture(autouse=True)
def blockbuster() -> Iterator[BlockBuster]:
    with blockbuster_ctx("codeiod") as guard:
        yield guard


class Bucket:
    """A provider's limit: it fills evenly, and holds a second's worth."""

    def __init__(self, per_minute: float) -> None:
        self.per_minute = per_minute
        self.most = max(1.0, per_minute * BURST_SECONDS / 60)
        self.level = self.most
        self.at = anyio.current_time()

    def holds(self, amount: float) -> bool:
        now = anyio.current_time()
        self.level = min(self.most, self.level + (now - self.at) * self.per_minute / 60)
        self.at = now
        return not self.per_minute or self.level >= min(amount, self.most)

    def take(self, amount: float) -> None:
        if self.per_minute:
            self.level -= amount


class Window:
    """Another provider's limit: so many in any minute."""

    def __init__(self, per_minute: float) -> None:
        self.per_minute = per_minute
        self.taken: deque[float] = deque()

    def holds(self, amount: float) -> bool:
        while self.taken and self.taken[0] <= anyio.current_time() - 60:
            self.taken.popleft()
        return len(self.taken) + amount <= self.per_minute

    def take(self, amount: float) -> None:
        self.taken.append(anyio.current_time())


class LimitingServer:
    """Refuses what is beyond its limits; counts what it did by the second."""

    def __init__(self, requests: float = 0, tokens: float = 0, *, announce: bool = False) -> None:
        self.announce = announce
        self.answered: list[tuple[float, int]] = []
        self.refused: list[float] = []
        self.draw = random.Random(3)
        self.set(requests, tokens)

    def set(self, requests: float = 0, tokens: float = 0) -> None:
        self.requests: Bucket | Window = Bucket(requests)
        self.tokens = Bucket(tokens)

    async def complete(self, request: ChatRequest) -> Completion:
        output = self.draw.randint(50, 1500)
        amount = request.characters // 4 + output
        await anyio.sleep(self.draw.uniform(0, 0.005))
        if not (self.requests.holds(1) and self.tokens.holds(amount)):
            self.refused.append(anyio.current_time())
            await anyio.sleep(0.002)
            fault = TransportFault(FaultKind.RATE, "429")
            fault.headers = self.headers()
            raise fault
        self.requests.take(1)
        self.tokens.take(amount)
        await anyio.sleep(LATENCY_SECONDS)
        self.answered.append((anyio.current_time(), amount))
        usage = Usage(request.characters // 4, 0, output)
        return Completion("fine", "", "m", "stop", usage, ratelimit=self.headers())

    def headers(self) -> dict[str, str]:
        if not self.announce or isinstance(self.requests, Window):
            return {}
        self.requests.holds(0)
        return {
            "x-ratelimit-limit-requests": f"{self.requests.per_minute:.0f}",
            "x-ratelimit-remaining-requests": f"{int(self.requests.level)}",
            "x-ratelimit-reset-requests": "800ms",
        }

    def rate(self, first: float, last: float) -> float:
        """Return answers a minute between two moments."""
        count = sum(first <= moment < last for moment, _ in self.answered)
        return count * 60 / (last - first)

    def token_rate(self, first: float, last: float) -> float:
        tokens = sum(amount for moment, amount in self.answered if first <= moment < last)
        return tokens * 60 / (last - first)

    def refused_share(self, first: float, last: float) -> float:
        refused = sum(first <= moment < last for moment in self.refused)
        asked = refused + self.rate(first, last) * (last - first) / 60
        return refused / asked

    async def close(self) -> None:
        pass


class NoLedger:
    truncated = 0

    async def intent(self, request: str, tokens: int, cost: float, currency: str) -> int:
        return 1

    def failed(self, attempt: int, why: str, *, paid: bool) -> None:
        pass

    async def truncated_answer(self, attempt: int, answer: Answer) -> None:
        pass


@asynccontextmanager
async def load(server: LimitingServer, *, even: bool = True, **values: Any) -> AsyncIterator[None]:
    """Ask without end for the length of a block."""
    table = {"base_url": "http://h.test/v1", "model": "m", "max_in_flight": ASKERS, **values}
    settings = Settings.model_validate({"endpoint": [table]})
    draw = random.Random(5)

    async def ask() -> None:
        while True:
            text = "x" * (6000 if even else draw.randrange(400, 12_000))
            messages = (Message("user", text),)
            question = PredictAsk(PROGRAM, Task.OUTPUT_PREDICTION, "1", messages, Sampling())
            assert isinstance(await teacher.answer(question, NoLedger()), Answer)

    async with (
        OpenAITeacher(settings, connect=lambda *_: server) as teacher,
        anyio.create_task_group() as group,
    ):
        for _ in range(ASKERS):
            group.start_soon(ask)
        yield
        group.cancel_scope.cancel()


async def test_a_limit_of_requests_that_is_set_is_reached_and_kept() -> None:
    """At least 98% of 3,000 a minute, and at most one in 200 is refused."""
    server = LimitingServer(REQUESTS)
    async with load(server, requests_per_minute=REQUESTS):
        await anyio.sleep(65)
    assert server.rate(5, 65) >= 0.98 * REQUESTS
    assert server.refused_share(0, 65) <= 0.005


async def test_a_window_of_a_minute_is_filled_and_kept() -> None:
    """The same where the provider counts the last sixty seconds."""
    server = LimitingServer()
    server.requests = Window(REQUESTS)
    async with load(server, requests_per_minute=REQUESTS):
        await anyio.sleep(125)
    assert server.rate(5, 125) >= 0.98 * REQUESTS
    assert server.refused_share(0, 125) <= 0.005


async def test_a_limit_of_tokens_that_is_set_is_reached_and_kept() -> None:
    """At least 97% with sizes that vary by a factor of thirty, and at most one in 100 refused."""
    server = LimitingServer(tokens=TOKENS)
    async with load(server, even=False, tokens_per_minute=TOKENS):
        await anyio.sleep(65)
    assert server.token_rate(5, 65) >= 0.97 * TOKENS
    assert server.refused_share(0, 65) <= 0.01


async def test_a_limit_that_is_announced_is_followed() -> None:
    """Cut by half and raised again: ten seconds later 95% of the new one is reached."""
    server = LimitingServer(REQUESTS, announce=True)
    async with load(server):
        await anyio.sleep(10)
        server.set(REQUESTS / 2)
        await anyio.sleep(30)
        server.set(REQUESTS)
        await anyio.sleep(30)
    assert server.rate(20, 40) >= 0.95 * REQUESTS / 2
    assert server.refused_share(10, 40) <= 0.02
    assert server.rate(50, 70) >= 0.95 * REQUESTS
    assert server.refused_share(40, 70) <= 0.02


@pytest.mark.parametrize("told", [0, REQUESTS])
async def test_a_limit_known_by_refusals_alone_is_found(told: float) -> None:
    """Also where the settings say otherwise: thirty seconds later 90% is reached, 2% refused."""
    server = LimitingServer(REQUESTS)
    async with load(server, requests_per_minute=told):
        await anyio.sleep(30)
        server.set(REQUESTS / 2)
        await anyio.sleep(50)
        server.set(REQUESTS)
        await anyio.sleep(50)
    assert server.rate(60, 80) >= 0.90 * REQUESTS / 2
    assert server.refused_share(30, 80) <= 0.02
    assert server.rate(110, 130) >= 0.90 * REQUESTS
    assert server.refused_share(80, 130) <= 0.02
