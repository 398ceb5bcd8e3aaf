"""A late request is sent once more; the first answer counts, and the other is accounted for."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import anyio
import pytest

from codeiod.config import Settings
from codeiod.items import Answer, GaveUp, Item, Message, Origin, Reason, Usage
from codeiod.journal import Journal, Steps
from codeiod.journal.records import Admit
from codeiod.llm import ChatRequest, Completion, FaultKind, Refused, RefusedKind, TransportFault
from codeiod.llm.tail import FEWEST
from codeiod.teachers.asks import Sampling, UnifyAsk
from codeiod.teachers.openai import OpenAITeacher

ANSWER = Completion("fine", "", "m", "stop", Usage(100, 0, 10))
DOWN = TransportFault(FaultKind.STATUS, "503 down")
FILTERED = Refused(RefusedKind.CONTENT_FILTER, "400 filtered")
ITEM = "0" * 32
LATE_SECONDS = 0.02
"""In the tests with a real journal, whose thread knows no virtual time."""


class Server:
    """Answers request n from 1 after as long, and with what, as the test says."""

    def __init__(self, seconds: Callable[[int], float], replies: dict[int, Any]) -> None:
        self.seconds, self.replies = seconds, replies
        self.asked = self.cancelled = 0

    async def complete(self, request: ChatRequest) -> Completion:
        self.asked += 1
        number = self.asked
        try:
            await anyio.sleep(self.seconds(number))
        except anyio.get_cancelled_exc_class():
            self.cancelled += 1
            raise
        reply = self.replies.get(number, ANSWER)
        if isinstance(reply, Completion):
            return reply
        raise reply

    async def close(self) -> None:
        pass


class ListLedger:
    """Keeps what is written down, by attempt."""

    def __init__(self) -> None:
        self.truncated = 0
        self.attempts = 0
        self.winner = 0
        self.failures: list[tuple[int, str, bool]] = []

    async def intent(self, request: str, tokens: int, cost: float, currency: str) -> int:
        self.attempts += 1
        return self.attempts

    def failed(self, attempt: int, why: str, *, paid: bool) -> None:
        self.failures.append((attempt, why, paid))

    def answered(self, attempt: int) -> None:
        self.winner = attempt

    async def truncated_answer(self, attempt: int, answer: Answer) -> None:
        self.truncated += 1


@asynccontextmanager
async def warm(*servers: Server, percentile: float = 90) -> AsyncIterator[OpenAITeacher]:
    """Open a teacher that hedges, and knows how long answers take."""
    tables = [
        {"name": str(n), "base_url": "http://h.test", "model": "m", "concurrency": "fixed"}
        for n in range(len(servers))
    ]
    settings = Settings.model_validate(
        {"endpoint": tables, "unify": {"hedge_percentile": percentile}}
    )
    async with OpenAITeacher(settings, connect=lambda e, _: servers[int(e.name)]) as teacher:
        for _ in range(FEWEST):
            await teacher.answer(ask(), ListLedger())
        yield teacher


def ask() -> UnifyAsk:
    item = Item(ITEM, 0, "r", Origin("s", "p"), "x", {})
    return UnifyAsk(item, (Message("user", "question"),), Sampling())


def slow_at(slow: dict[int, float]) -> Callable[[int], float]:
    """Be slow at these requests after the warm-up, else answer within a second."""
    return lambda number: slow.get(number - FEWEST, 1.0)


@pytest.mark.looptime
async def test_a_late_request_is_sent_once_more() -> None:
    """The hedge wins; the first is cancelled, and counts as perhaps paid."""
    server, ledger = Server(slow_at({1: 60}), {}), ListLedger()
    async with warm(server) as teacher:
        start = anyio.current_time()
        assert isinstance(await teacher.answer(ask(), ledger), Answer)
        assert anyio.current_time() - start == pytest.approx(2, abs=0.01)
        assert teacher.in_flight == 0
    assert (ledger.attempts, ledger.winner, server.cancelled) == (2, 2, 1)
    ((attempt, why, paid),) = ledger.failures
    assert (attempt, paid) == (1, True)
    assert "another attempt" in why


@pytest.mark.looptime
async def test_the_first_may_win_all_the_same() -> None:
    """Then it is its attempt that the answer is of."""
    server, ledger = Server(slow_at({1: 1.5, 2: 60}), {}), ListLedger()
    async with warm(server) as teacher:
        assert isinstance(await teacher.answer(ask(), ledger), Answer)
    assert (ledger.attempts, ledger.winner, server.cancelled) == (2, 1, 1)
    assert [attempt for attempt, _, _ in ledger.failures] == [2]


@pytest.mark.looptime
async def test_who_is_in_time_is_sent_once() -> None:
    """No more than the percentile says is late."""
    server, ledger = Server(slow_at({}), {}), ListLedger()
    async with warm(server) as teacher:
        await teacher.answer(ask(), ledger)
    assert (ledger.attempts, ledger.failures) == (1, [])


@pytest.mark.looptime
async def test_a_hedge_prefers_the_other_endpoint() -> None:
    """Whatever keeps the first may be the endpoint itself."""
    servers = [Server(lambda _: 1.0, {}) for _ in range(2)]
    async with warm(*servers) as teacher:
        preferred, other = sorted(servers, key=lambda server: -server.asked)
        assert other.asked == 0
        preferred.seconds = lambda _: 60.0
        await teacher.answer(ask(), ListLedger())
    assert other.asked == 1


@pytest.mark.looptime
@pytest.mark.parametrize("failing", [1, 2])
async def test_one_failure_of_two_leaves_the_other(failing: int) -> None:
    """It is the failing one that is written down as failed."""
    seconds = {1: 3.0, 2: 1.0 if failing == 2 else 3.0}
    server = Server(slow_at(seconds), {FEWEST + failing: DOWN})
    ledger = ListLedger()
    async with warm(server) as teacher:
        assert isinstance(await teacher.answer(ask(), ledger), Answer)
    assert ledger.attempts == 2
    assert ledger.winner == 3 - failing
    assert ledger.failures == [(failing, "0: 503 down", False)]


@pytest.mark.looptime
async def test_two_failures_are_one_try() -> None:
    """Then the request is retried as always."""
    server = Server(slow_at({1: 3.0, 2: 3.0}), {FEWEST + 1: DOWN, FEWEST + 2: DOWN})
    ledger = ListLedger()
    async with warm(server) as teacher:
        assert isinstance(await teacher.answer(ask(), ledger), Answer)
    assert ledger.attempts == 3
    assert [attempt for attempt, _, _ in ledger.failures] == [1, 2]


@pytest.mark.looptime
async def test_a_refusal_for_good_is_the_result() -> None:
    """Where no attempt was answered."""
    server = Server(slow_at({}), {FEWEST + 1: FILTERED})
    async with warm(server) as teacher:
        result = await teacher.answer(ask(), ListLedger())
    assert isinstance(result, GaveUp)
    assert result.reason is Reason.CONTENT_FILTER


@pytest.mark.looptime
async def test_a_cancelled_race_stays_announced() -> None:
    """What was in flight at the end is perhaps paid: that is for the next start to count."""
    server, ledger = Server(slow_at({1: 60, 2: 60}), {}), ListLedger()
    async with warm(server) as teacher:
        with anyio.move_on_after(10):
            await teacher.answer(ask(), ledger)
        assert teacher.in_flight == 0
    assert (ledger.attempts, ledger.failures) == (2, [])


@pytest.mark.parametrize("winner", [1, 2])
async def test_the_journal_counts_both(tmp_path: Path, winner: int) -> None:
    """One answer of the winner's attempt, one failure that was perhaps paid, none in flight."""
    loser = FEWEST + 3 - winner
    seconds = {loser: 60.0, FEWEST + winner: LATE_SECONDS * 10}
    server = Server(lambda number: seconds.get(number, LATE_SECONDS), {})
    async with Journal.open(tmp_path / "out") as journal, warm(server) as teacher:
        journal.append(Admit(ITEM, "r", Origin("s", "p"), {}, "x", ""))
        steps = Steps(journal, ITEM, 0)
        result = await steps.pay("unify/1", lambda ledger: teacher.answer(ask(), ledger), of="of")
        assert isinstance(result, Answer)
        calls = journal.state.calls
        assert (calls.answered, calls.failed, len(calls.open)) == (1, 1, 0)
        assert steps.in_flight.count == 0
        again = await steps.pay("unify/1", never, of="of")
        assert again == result


async def never(_: object) -> Answer:
    raise AssertionError("it is paid for")
