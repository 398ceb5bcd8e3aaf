"""The openai teacher pays for each attempt once, loses no answer, and gives up only for good."""

from __future__ import annotations

import random
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from typing import Any

import anyio
import pytest
from blockbuster import BlockBuster, blockbuster_ctx

from codeiod.config import EndpointSettings, Settings
from codeiod.errors import EndpointRefused, EndpointsGone, SettingsError
from codeiod.items import Answer, GaveUp, Item, Message, Origin, Program, Reason, Task, Usage
from codeiod.llm import (
    ChatRequest,
    Completion,
    FaultKind,
    Refused,
    RefusedKind,
    TransportFault,
)
from codeiod.teachers.asks import Ask, PredictAsk, Sampling, UnifyAsk
from codeiod.teachers.openai import OpenAITeacher

pytestmark = pytest.mark.looptime

ANSWER = Completion("fine", "hm", "m-1", "stop", Usage(100, 0, 10))
DOWN = TransportFault(FaultKind.STATUS, "503 down")
CUT = TransportFault(FaultKind.RESET, "cut", maybe_paid=True)
CLOSED_PORT = TransportFault(FaultKind.UNREACHABLE, "no connection: Connection refused")
BAD_KEY = Refused(RefusedKind.KEY, "401 bad key")
TOO_LONG = Refused(RefusedKind.CONTEXT_LENGTH, "400 too long")
PRICE = {"currency": "EUR", "input": 1.0, "cached_input": 0.1, "output": 10.0}

Reply = Completion | TransportFault | Refused
Behaviour = Callable[[ChatRequest, int], Reply]


@pytest.fixture(autouse=True)
def blockbuster() -> Iterator[BlockBuster]:
    with blockbuster_ctx("codeiod") as guard:
        yield guard


class FakeEndpoint:
    """Answers after a second, as a function of the request and its number from 1 says."""

    def __init__(self, behaviour: Behaviour, seconds: float = 1.0) -> None:
        self.behaviour = behaviour
        self.seconds = seconds
        self.requests: list[ChatRequest] = []
        self.moments: list[float] = []
        self.in_flight: list[int] = []
        self.now = 0
        self.closed = False

    async def complete(self, request: ChatRequest) -> Completion:
        self.requests.append(request)
        self.moments.append(anyio.current_time())
        number = len(self.requests)
        self.now += 1
        self.in_flight.append(self.now)
        try:
            await anyio.sleep(self.seconds)
        finally:
            self.now -= 1
        reply = self.behaviour(request, number)
        if isinstance(reply, Completion):
            return reply
        raise reply

    async def close(self) -> None:
        self.closed = True


class MemoryLedger:
    """Keeps in order what was written down for one key."""

    def __init__(self, truncated: int = 0) -> None:
        self.truncated = truncated
        self.attempts = 0
        self.lines: list[tuple[Any, ...]] = []

    async def intent(self, request: str, tokens: int, cost: float, currency: str) -> int:
        self.attempts += 1
        self.lines.append(("intent", request, tokens, cost, currency))
        return self.attempts

    def failed(self, attempt: int, why: str, *, paid: bool) -> None:
        assert attempt == self.attempts
        self.lines.append(("failed", why, paid))

    async def truncated_answer(self, attempt: int, answer: Answer) -> None:
        assert attempt == self.attempts
        self.truncated += 1
        self.lines.append(("truncated", answer.text))


@asynccontextmanager
async def teacher_of(*endpoints: FakeEndpoint, **values: Any) -> AsyncIterator[OpenAITeacher]:
    """Open a teacher over endpoints named ``0``, ``1``...; values go to each endpoint's table."""
    tables = [
        {"name": str(n), "base_url": f"http://h{n}.test/v1", "model": "m", **values}
        for n in range(len(endpoints))
    ]

    def connect(settings: EndpointSettings, _: str) -> FakeEndpoint:
        return endpoints[int(settings.name)]

    settings = Settings.model_validate({"endpoint": tables})
    async with OpenAITeacher(settings, connect=connect) as teacher:
        yield teacher


def ask(text: str = "question", max_tokens: int | None = None, item_id: str = "i") -> Ask:
    item = Item(item_id, 0, "r", Origin("s", "p"), "x", {})
    return UnifyAsk(item, (Message("user", text),), Sampling(max_tokens=max_tokens))


async def watched(teacher: OpenAITeacher, *ledgers: MemoryLedger) -> None:
    """Ask once for each ledger, with the watch beside, as a run does."""
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(teacher.watch)
        for ledger in ledgers:
            tasks.start_soon(teacher.answer, ask(), ledger)


def script(*replies: Reply) -> Behaviour:
    """Reply in this order; the last for ever."""
    return lambda _, number: replies[min(number, len(replies)) - 1]


def cut_off(used: int) -> Completion:
    return Completion("fi", "", "m-1", "length", Usage(100, 0, used))


async def test_an_answer_is_announced_and_priced() -> None:
    """One intent with the estimate, then the answer with what it cost."""
    reply = Completion("fine", "hm", "", "stop", Usage(1_000_000, 500_000, 100_000))
    endpoint, ledger = FakeEndpoint(script(reply)), MemoryLedger()
    async with teacher_of(endpoint, price=PRICE) as teacher:
        answer = await teacher.answer(ask("x" * 400), ledger)
    expected_cost = 0.5 + 0.05 + 1.0
    assert answer == Answer("fine", "hm", "m", "stop", reply.usage, expected_cost, "EUR")
    (intent,) = ledger.lines
    assert intent[2:] == (1100, pytest.approx((100 + 10 * 1000) / 1e6), "EUR")
    assert endpoint.closed


async def test_a_fault_is_written_down_and_tried_again() -> None:
    """Each attempt has its intent right before it and its end right after it."""
    ledger = MemoryLedger()
    async with teacher_of(FakeEndpoint(script(DOWN, CUT, ANSWER))) as teacher:
        answer = await teacher.answer(ask(), ledger)
    assert isinstance(answer, Answer)
    assert answer.model == "m-1"
    assert [line[0] for line in ledger.lines] == ["intent", "failed", "intent", "failed", "intent"]
    assert [line[1:] for line in ledger.lines if line[0] == "failed"] == [
        ("0: 503 down", False),
        ("0: cut", True),
    ]


async def test_no_place_is_held_while_waiting_for_a_retry() -> None:
    """With one place, a request that waits a minute for its retry leaves it to the others."""
    slow_down = TransportFault(FaultKind.RATE, "429", retry_after=60)
    endpoint = FakeEndpoint(script(slow_down, ANSWER))
    async with (
        teacher_of(endpoint, max_in_flight=1) as teacher,
        anyio.create_task_group() as tasks,
    ):
        tasks.start_soon(teacher.answer, ask("first"), MemoryLedger())
        await anyio.sleep(2)
        assert teacher.in_flight == 0
        await teacher.answer(ask("second"), MemoryLedger())
        assert anyio.current_time() < 6
    assert endpoint.moments[2] >= 1 + 60
    assert endpoint.moments[2] <= 1 + 66.1


async def test_an_outage_of_any_length_costs_no_item() -> None:
    """An hour without one answer: all that was asked is answered in the end."""
    up_again = 3600.0
    endpoint = FakeEndpoint(
        lambda _, number: ANSWER if number <= 10 or anyio.current_time() > up_again else DOWN
    )
    results = []

    async def work(teacher: OpenAITeacher, n: int) -> None:
        texts = [f"{n} {part}" for part in range(3)]
        results.extend([await teacher.answer(ask(text), MemoryLedger()) for text in texts])

    async with teacher_of(endpoint) as teacher, anyio.create_task_group() as tasks:
        for n in range(20):
            tasks.start_soon(work, teacher, n)
    assert len(results) == 60
    assert all(isinstance(result, Answer) for result in results)
    assert anyio.current_time() < up_again + 200


async def test_a_poison_request_ends_while_others_are_answered() -> None:
    """After eight failures among answers it is given up, with the last fault as the detail."""
    endpoint = FakeEndpoint(lambda request, _: DOWN if is_poison(request) else ANSWER)
    ledger = MemoryLedger()
    done = anyio.Event()

    async def others(teacher: OpenAITeacher) -> None:
        while not done.is_set():
            assert isinstance(await teacher.answer(ask(), MemoryLedger()), Answer)

    async with teacher_of(endpoint) as teacher, anyio.create_task_group() as tasks:
        tasks.start_soon(others, teacher)
        await anyio.sleep(5)
        result = await teacher.answer(ask("poison"), ledger)
        done.set()
    assert isinstance(result, GaveUp)
    assert result.reason is Reason.TEACHER_FAILED
    assert "503 down" in result.detail
    assert ledger.attempts == 8


def is_poison(request: ChatRequest) -> bool:
    return "poison" in request.messages[0].content


@pytest.mark.parametrize(
    ("fault", "reason"),
    [
        (TOO_LONG, Reason.CONTEXT_LENGTH),
        (Refused(RefusedKind.CONTENT_FILTER, "no", maybe_paid=True), Reason.CONTENT_FILTER),
    ],
)
async def test_what_can_never_be_answered_is_given_up_at_once(
    fault: Refused, reason: Reason
) -> None:
    """One attempt, written down as failed."""
    ledger = MemoryLedger()
    async with teacher_of(FakeEndpoint(script(fault))) as teacher:
        assert await teacher.answer(ask(), ledger) == GaveUp(reason, str(fault))
    assert [line[0] for line in ledger.lines] == ["intent", "failed"]


async def test_another_4xx_after_an_answer_is_given_up_at_once() -> None:
    """The endpoint works, so the request is to blame."""
    odd = Refused(RefusedKind.OTHER, "422 odd")
    async with teacher_of(FakeEndpoint(script(ANSWER, odd))) as teacher:
        await teacher.answer(ask(), MemoryLedger())
        result = await teacher.answer(ask(), MemoryLedger())
    assert result == GaveUp(Reason.TEACHER_FAILED, "422 odd")


@pytest.mark.parametrize(
    ("max_tokens", "used", "sent"),
    [
        (100, 100, [100, 200, 400, 800]),
        (100, 150, [100, 300, 600, 1200]),
        (None, 300, [None, 4096, 8192, 16384]),
        (None, 9000, [None, 18000, 36000, 72000]),
    ],
)
async def test_a_truncated_answer_is_asked_again_with_twice_the_room(
    max_tokens: int | None, used: int, sent: list[int | None]
) -> None:
    """Each is journalled; after three more tries the request is given up as truncated."""
    endpoint, ledger = FakeEndpoint(script(cut_off(used))), MemoryLedger()
    async with teacher_of(endpoint) as teacher:
        result = await teacher.answer(ask(max_tokens=max_tokens), ledger)
    assert isinstance(result, GaveUp)
    assert result.reason is Reason.TRUNCATED
    assert [request.max_tokens for request in endpoint.requests] == sent
    assert [line[0] for line in ledger.lines] == ["intent", "truncated"] * 4


async def test_room_found_ends_the_asking() -> None:
    """The whole answer is the result; the truncated one stays in the ledger alone."""
    ledger = MemoryLedger()
    async with teacher_of(FakeEndpoint(script(cut_off(10), DOWN, ANSWER))) as teacher:
        result = await teacher.answer(ask(max_tokens=10), ledger)
    assert isinstance(result, Answer)
    assert result.text == "fine"
    assert [line[0] for line in ledger.lines] == [
        *("intent", "truncated"),
        *("intent", "failed"),
        "intent",
    ]


@pytest.mark.parametrize(
    ("before", "max_tokens", "sent"),
    [(1, 100, [200, 400, 800]), (3, 100, [800]), (2, None, [8192, 16384]), (4, 100, [])],
)
async def test_truncated_answers_count_over_a_restart(
    before: int, max_tokens: int | None, sent: list[int]
) -> None:
    """What was paid before the restart is neither asked again nor forgotten."""
    endpoint = FakeEndpoint(script(cut_off(1)))
    async with teacher_of(endpoint) as teacher:
        result = await teacher.answer(ask(max_tokens=max_tokens), MemoryLedger(before))
    assert isinstance(result, GaveUp)
    assert result.reason is Reason.TRUNCATED
    assert [request.max_tokens for request in endpoint.requests] == sent


async def test_more_room_than_the_model_has_is_truncated_not_too_long() -> None:
    """It is our raised limit that is refused, not the item."""
    endpoint = FakeEndpoint(script(cut_off(10), TOO_LONG))
    async with teacher_of(endpoint) as teacher:
        result = await teacher.answer(ask(), MemoryLedger())
    assert isinstance(result, GaveUp)
    assert result.reason is Reason.TRUNCATED


async def test_sixty_four_places_stay_full() -> None:
    """With work enough, and admission by ``room``, the endpoint always works at its limit."""
    endpoint = FakeEndpoint(script(ANSWER))
    async with (
        teacher_of(endpoint, max_in_flight=64, concurrency="fixed") as teacher,
        anyio.create_task_group() as tasks,
    ):
        for n in range(640):
            await teacher.room()
            tasks.start_soon(teacher.answer, ask(str(n)), MemoryLedger())
            await anyio.lowlevel.checkpoint()
    assert max(endpoint.in_flight) == 64
    assert anyio.current_time() == pytest.approx(10, abs=0.1)


async def test_a_cancelled_call_stays_announced() -> None:
    """What was in flight at the end is neither failed nor answered: perhaps paid."""
    ledger = MemoryLedger()
    async with teacher_of(FakeEndpoint(script(ANSWER), seconds=100)) as teacher:
        with anyio.move_on_after(5):
            await teacher.answer(ask(), ledger)
        assert teacher.in_flight == 0
    assert [line[0] for line in ledger.lines] == ["intent"]


async def test_a_closed_intake_lets_calls_land_and_starts_none() -> None:
    """In flight lands; in line, waiting for a retry, or new: none is sent."""
    endpoint = FakeEndpoint(lambda request, _: DOWN if is_poison(request) else ANSWER)
    landed = []

    async def work(teacher: OpenAITeacher, text: str) -> None:
        landed.append(await teacher.answer(ask(text), MemoryLedger()))

    async with (
        teacher_of(endpoint, max_in_flight=2) as teacher,
        anyio.create_task_group() as tasks,
    ):
        for text in ("poison", "lands", "in line"):
            tasks.start_soon(work, teacher, text)
        await anyio.sleep(0.5)
        teacher.close_intake()
        tasks.start_soon(work, teacher, "new")
        await anyio.sleep(500)
        assert len(landed) == 1
        assert len(endpoint.requests) == 2
        tasks.cancel_scope.cancel()


async def test_a_retry_goes_to_the_other_endpoint() -> None:
    """One dead endpoint costs a wait, no item, and soon draws no requests any more."""
    dead, alive = FakeEndpoint(script(CLOSED_PORT), seconds=0), FakeEndpoint(script(ANSWER))
    async with teacher_of(dead, alive) as teacher, anyio.create_task_group() as tasks:
        tasks.start_soon(teacher.watch)
        for _ in range(50):
            assert isinstance(await teacher.answer(ask(), MemoryLedger()), Answer)
        tasks.cancel_scope.cancel()
    assert len(dead.requests) <= 1 + anyio.current_time() / 2


async def test_a_failure_goes_on_at_the_other_endpoint_at_once() -> None:
    """Without the wait that a retry at the same one has."""
    dead, alive = FakeEndpoint(script(DOWN)), FakeEndpoint(script(ANSWER))
    async with teacher_of(dead, alive) as teacher:
        for n in range(20):
            start = anyio.current_time()
            await teacher.answer(ask(item_id=str(n)), MemoryLedger())
            assert anyio.current_time() - start <= 2.01
    assert 1 <= len(dead.requests) < 20


@pytest.mark.parametrize("fault", [CUT, CLOSED_PORT, DOWN])
async def test_an_endpoint_that_dies_and_comes_back_costs_no_item(fault: Reply) -> None:
    """What was in flight goes on at the other; soon after its return both are full again."""
    steady = FakeEndpoint(script(ANSWER), seconds=0.25)
    dying = FakeEndpoint(
        lambda _, __: fault if 10 <= anyio.current_time() < 30 else ANSWER, seconds=0.25
    )
    answered: list[float] = []

    async def work(teacher: OpenAITeacher, worker: int) -> None:
        for n in range(10_000):
            if anyio.current_time() > 50:
                return
            result = await teacher.answer(ask(item_id=f"{worker} {n}"), MemoryLedger())
            assert isinstance(result, Answer)
            answered.append(anyio.current_time())

    async with (
        teacher_of(steady, dying, max_in_flight=16, concurrency="fixed") as teacher,
        anyio.create_task_group() as tasks,
    ):
        for worker in range(64):
            tasks.start_soon(work, teacher, worker)

    def rate(first: float, last: float) -> float:
        return sum(first <= moment < last for moment in answered) / (last - first)

    assert rate(1, 10) == pytest.approx(2 * 16 / 0.25, rel=0.05)
    assert rate(11, 30) >= 0.95 * 16 / 0.25
    assert rate(33, 50) == pytest.approx(2 * 16 / 0.25, rel=0.05)
    assert sum(10 <= moment < 30 for moment in dying.moments) <= 2 * 16 + 20


@pytest.mark.parametrize("kind", [RefusedKind.KEY, RefusedKind.MODEL_OR_ROUTE, RefusedKind.QUOTA])
async def test_an_endpoint_that_only_the_operator_can_mend_is_taken_out(
    kind: RefusedKind, capsys: pytest.CaptureFixture[str]
) -> None:
    """With one message; the others do the work, and no item is dropped."""
    broken = FakeEndpoint(script(ANSWER, Refused(kind, "refused")), seconds=0.25)
    well = FakeEndpoint(script(ANSWER), seconds=0.25)
    async with (
        teacher_of(broken, well, max_in_flight=4) as teacher,
        anyio.create_task_group() as tasks,
    ):
        tasks.start_soon(teacher.watch)
        async with anyio.create_task_group() as asking:

            async def work(worker: int) -> None:
                for n in range(50):
                    result = await teacher.answer(ask(item_id=f"{worker} {n}"), MemoryLedger())
                    assert isinstance(result, Answer)

            for worker in range(16):
                asking.start_soon(work, worker)
        tasks.cancel_scope.cancel()
    assert len(broken.requests) <= 1 + 4 + anyio.current_time() / 60
    assert capsys.readouterr().out.count("endpoint.trouble") == 1


@pytest.mark.parametrize(
    ("fault", "seconds", "duration"),
    [
        (BAD_KEY, 0, 0.0),
        (CLOSED_PORT, 10, 0.0),
        (CLOSED_PORT, 10, 9.0),
        (Refused(RefusedKind.OTHER, "400 odd"), 10, 0.1),
    ],
)
async def test_endpoints_that_refuse_are_known_within_fifteen_seconds(
    fault: Reply, seconds: float, duration: float
) -> None:
    """Counted from the first request, however slowly each attempt fails."""
    await anyio.sleep(1000)
    endpoint = FakeEndpoint(script(fault), seconds=duration)
    async with teacher_of(endpoint) as teacher:
        with pytest.raises(ExceptionGroup) as caught:
            await watched(teacher, *(MemoryLedger() for _ in range(5)))
    assert caught.group_contains(EndpointRefused, match=str(fault))
    assert anyio.current_time() == pytest.approx(1000 + seconds, abs=0.2)


async def test_a_server_that_comes_up_late_is_found_in_time() -> None:
    """Nine seconds of refused connections do not end the run, for the tries come close."""
    endpoint = FakeEndpoint(
        lambda _, __: ANSWER if anyio.current_time() > 7 else CLOSED_PORT, seconds=0
    )
    async with teacher_of(endpoint) as teacher, anyio.create_task_group() as tasks:
        tasks.start_soon(teacher.watch)
        assert isinstance(await teacher.answer(ask(), MemoryLedger()), Answer)
        assert anyio.current_time() < 10
        tasks.cancel_scope.cancel()


@pytest.mark.parametrize("fault", [CLOSED_PORT, DOWN, BAD_KEY])
async def test_endpoints_that_are_gone_end_the_run_after_ten_minutes(fault: Reply) -> None:
    """With one request wanted all the time, and nothing given up meanwhile."""
    endpoint = FakeEndpoint(script(ANSWER, fault))
    ledger = MemoryLedger()
    async with teacher_of(endpoint) as teacher:
        await teacher.answer(ask(), MemoryLedger())
        with pytest.raises(ExceptionGroup) as caught:
            await watched(teacher, ledger)
    assert caught.group_contains(EndpointsGone, match="run again")
    assert anyio.current_time() == pytest.approx(601, abs=1)
    assert ledger.attempts >= 10


async def test_a_patient_watch_waits_for_the_operator() -> None:
    """Under ``serve`` a wrong key is logged, and mended without a restart."""
    endpoint = FakeEndpoint(lambda _, __: ANSWER if anyio.current_time() > 4000 else BAD_KEY)
    told: list[str] = []
    async with teacher_of(endpoint) as teacher, anyio.create_task_group() as tasks:
        tasks.start_soon(lambda: teacher.watch(told.append))
        assert isinstance(await teacher.answer(ask(), MemoryLedger()), Answer)
        await anyio.wait_all_tasks_blocked()
        tasks.cancel_scope.cancel()
    assert ["refuses the key" in told[0], told[1:]] == [True, [""]]
    assert anyio.current_time() < 4000 + 62
    assert len(endpoint.requests) < 100


async def test_a_stage_has_its_own_endpoint() -> None:
    """Unify asks one model, predict another."""
    first, second = FakeEndpoint(script(ANSWER)), FakeEndpoint(script(ANSWER))
    tables = [{"name": n, "base_url": f"http://{n}.test", "model": n} for n in ("a", "b")]
    settings = Settings.model_validate(
        {"endpoint": tables, "unify": {"endpoint": "a"}, "predict": {"endpoint": "b"}}
    )
    fakes = {"a": first, "b": second}
    program = Program("i", "def f(): ...", "r", "g", "p")
    predict = PredictAsk(
        program, Task.OUTPUT_PREDICTION, "{}", (Message("user", "q"),), Sampling(0.7, 0.9, 50)
    )
    async with OpenAITeacher(settings, connect=lambda e, _: fakes[e.name]) as teacher:
        await teacher.answer(ask(), MemoryLedger())
        await teacher.answer(predict, MemoryLedger())
    assert len(first.requests) == 1
    assert second.requests == [ChatRequest(predict.messages, 0.7, 0.9, 50)]


async def test_a_missing_key_is_told_before_anything_is_sent(tmp_path: Any) -> None:
    """The variable is named; a key that is there reaches the client, none is made up."""
    table = {"base_url": "http://h.test", "model": "m", "api_key_env": "OUR_KEY"}
    settings = Settings.model_validate({"endpoint": [table]})
    with pytest.raises(SettingsError, match="OUR_KEY"):
        async with OpenAITeacher(settings, environ={}):
            pass
    keys = []

    def connect(_: EndpointSettings, key: str) -> FakeEndpoint:
        keys.append(key)
        return FakeEndpoint(script(ANSWER))

    async with OpenAITeacher(settings, connect=connect, environ={"OUR_KEY": "k"}):
        pass
    assert keys == ["k"]


async def test_faults_of_every_kind_lose_nothing_and_repeat_nothing() -> None:
    """With every third attempt failing in one way or another, each question has one answer."""
    draw = random.Random(7)
    faults: list[Reply] = [
        *(TransportFault(kind, kind.value) for kind in FaultKind),
        cut_off(10),
    ]

    def behave(request: ChatRequest, _: int) -> Reply:
        return draw.choice(faults) if draw.random() < 0.33 else ANSWER

    endpoint = FakeEndpoint(behave)
    ledgers = [MemoryLedger() for _ in range(400)]
    results: list[Answer | GaveUp] = []

    async def work(teacher: OpenAITeacher, n: int) -> None:
        results.append(await teacher.answer(ask(str(n)), ledgers[n]))

    async with (
        teacher_of(endpoint, max_in_flight=16) as teacher,
        anyio.create_task_group() as tasks,
    ):
        for n in range(400):
            tasks.start_soon(work, teacher, n)
    assert [isinstance(result, Answer) for result in results] == [True] * 400
    assert sum(ledger.attempts for ledger in ledgers) == len(endpoint.requests)
    for ledger in ledgers:
        ends = sum(line[0] != "intent" for line in ledger.lines)
        assert ledger.attempts == ends + 1
    assert max(endpoint.in_flight) == 16
