"""A run ends when its endpoints can't answer, as soon as that is known and not sooner."""

from __future__ import annotations

import anyio
import pytest

from codeiod.errors import EndpointRefused, EndpointsGone
from codeiod.llm.faults import FaultKind, Refused, RefusedKind, TransportFault
from codeiod.llm.health import LIMPS_AFTER, PROBE_SECONDS, Health, Standing
from codeiod.llm.notice import Notice
from codeiod.llm.watch import Watch

pytestmark = pytest.mark.looptime

CLOSED_PORT = TransportFault(FaultKind.UNREACHABLE, "no connection: Connection refused")
DOWN = TransportFault(FaultKind.STATUS, "503 overloaded")
BAD_KEY = Refused(RefusedKind.KEY, "401 bad key")
BAD_MODEL = Refused(RefusedKind.MODEL_OR_ROUTE, "404 no such model")
ODD = Refused(RefusedKind.OTHER, "400 top_p")


class Scene:
    """Endpoints by name, stages that use them, a watch over both."""

    def __init__(self, **stages: str) -> None:
        trouble = Notice()
        names = {name for used in stages.values() for name in used}
        self.at = {n: Health(n, f"http://{n}.test/v1", trouble) for n in sorted(names)}
        self.watch = Watch({s: [self.at[n] for n in used] for s, used in stages.items()}, trouble)

    async def fail(self, name: str, fault: TransportFault | Refused, seconds: float) -> None:
        """Fail again and again, for as long."""
        end = anyio.current_time() + seconds
        while anyio.current_time() < end:
            self.at[name].note_failure(fault, anyio.current_time())
            await anyio.sleep(1 if seconds <= 100 else 10)

    async def ends(self, *, within: float, stage: str = "unify") -> Exception | None:
        """Watch with one request wanted all the time; return what it ends with."""
        with self.watch.request(stage), anyio.move_on_after(within):
            try:
                await self.watch.watch()
            except (EndpointRefused, EndpointsGone) as error:
                return error
        return None


@pytest.mark.parametrize(
    ("fault", "seconds", "words"),
    [
        (BAD_KEY, 0, ["refuses the key", "401 bad key", "api_key_env"]),
        (BAD_MODEL, 0, ["the model or the route", "404 no such model", "base_url"]),
        (CLOSED_PORT, 10, ["can't be reached", "Connection refused", "running"]),
        (TransportFault(FaultKind.TLS, "TLS failed: EOF"), 10, ["TLS failed"]),
        (ODD, 10, ["refuses what it is asked", "400 top_p", "extra_body"]),
    ],
)
async def test_a_refused_endpoint_ends_the_run_in_one_clear_line(
    fault: TransportFault | Refused, seconds: float, words: list[str]
) -> None:
    """A wrong key or model at once, no connection after ten seconds of trying."""
    scene = Scene(unify="a")
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(scene.fail, "a", fault, 60)
        error = await scene.ends(within=60)
        tasks.cancel_scope.cancel()
    assert isinstance(error, EndpointRefused)
    assert anyio.current_time() == pytest.approx(seconds, abs=0.01)
    assert all(word in str(error) for word in ["'a'", "http://a.test/v1", *words])
    assert "\n" not in str(error)


@pytest.mark.parametrize(
    "fault", [DOWN, TransportFault(FaultKind.TIMEOUT, "no answer within 600 s")]
)
async def test_a_server_that_is_there_is_waited_for(fault: TransportFault) -> None:
    """5xx and silence before the first answer are no refusal, however long they last."""
    scene = Scene(unify="a")
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(scene.fail, "a", fault, 5000)
        assert await scene.ends(within=4000) is None
        tasks.cancel_scope.cancel()


async def test_a_server_that_is_just_starting_gets_its_chance() -> None:
    """Refused connections for some seconds, then loading, then answers."""
    scene = Scene(unify="a")

    async def start() -> None:
        await scene.fail("a", CLOSED_PORT, 8)
        await scene.fail("a", DOWN, 20)
        scene.at["a"].note_answer()

    async with anyio.create_task_group() as tasks:
        tasks.start_soon(start)
        assert await scene.ends(within=300) is None


async def test_a_slow_refusal_counts_from_the_start_of_its_request() -> None:
    """A connection that hangs for nine seconds and then fails is known at the tenth."""
    scene = Scene(unify="a")

    async def hang() -> None:
        await anyio.sleep(9)
        scene.at["a"].note_failure(CLOSED_PORT, anyio.current_time() - 9)

    async with anyio.create_task_group() as tasks:
        tasks.start_soon(hang)
        assert isinstance(await scene.ends(within=60), EndpointRefused)
    assert anyio.current_time() == pytest.approx(10)


async def test_one_endpoint_that_may_answer_keeps_the_run() -> None:
    """Only when every endpoint of a stage is refused does the run end; the line names all."""
    scene = Scene(unify="ab")
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(scene.fail, "a", BAD_KEY, 100)
        assert await scene.ends(within=50) is None
        tasks.start_soon(scene.fail, "b", CLOSED_PORT, 100)
        error = await scene.ends(within=50)
        tasks.cancel_scope.cancel()
    assert anyio.current_time() == pytest.approx(60)
    assert "'a'" in str(error)
    assert "'b'" in str(error)


async def test_a_stage_whose_only_endpoint_is_refused_ends_the_run() -> None:
    """Answers for another stage do not help it."""
    scene = Scene(unify="a", predict="b")
    scene.at["a"].note_answer()
    scene.at["b"].note_failure(BAD_KEY, anyio.current_time())
    assert await scene.ends(within=5) is None
    error = await scene.ends(within=5, stage="predict")
    assert isinstance(error, EndpointRefused)
    assert "(predict)" in str(error)


@pytest.mark.parametrize("fault", [CLOSED_PORT, DOWN, BAD_KEY])
async def test_endpoints_that_stop_answering_are_gone_after_ten_minutes(
    fault: TransportFault | Refused,
) -> None:
    """After the first answer, 600 s without another end the run with work left."""
    scene = Scene(unify="a")
    scene.at["a"].note_answer()
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(scene.fail, "a", fault, 1000)
        error = await scene.ends(within=900)
        tasks.cancel_scope.cancel()
    assert isinstance(error, EndpointsGone)
    assert anyio.current_time() == pytest.approx(600)
    assert "run again to go on" in str(error)


async def test_one_answer_in_time_starts_the_clock_again() -> None:
    """An endpoint that answers now and then is not gone."""
    scene = Scene(unify="a")

    async def limp() -> None:
        for _ in range(6):
            scene.at["a"].note_answer()
            await scene.fail("a", DOWN, 590)

    async with anyio.create_task_group() as tasks:
        tasks.start_soon(limp)
        assert await scene.ends(within=6 * 590 - 1) is None


async def test_silence_that_no_one_asked_into_is_not_counted() -> None:
    """After an idle hour a failing request gets its own ten minutes."""
    scene = Scene(unify="a")
    scene.at["a"].note_answer()
    scene.at["a"].note_failure(DOWN, anyio.current_time())
    await anyio.sleep(3600)
    assert isinstance(await scene.ends(within=900), EndpointsGone)
    assert anyio.current_time() == pytest.approx(4200)


async def test_slow_answers_without_a_failure_are_waited_for() -> None:
    """A model that thinks for an hour is not gone."""
    scene = Scene(unify="a")
    scene.at["a"].note_answer()
    assert await scene.ends(within=3600) is None


async def test_a_refusal_of_one_request_is_a_sign_of_life() -> None:
    """Once it has answered, a 4xx for one request's sake shows that the endpoint is there."""
    scene = Scene(unify="a")
    scene.at["a"].note_answer()
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(scene.fail, "a", ODD, 2000)
        assert await scene.ends(within=1500) is None
        tasks.cancel_scope.cancel()
    assert scene.at["a"].standing is Standing.ANSWERING


async def test_a_patient_watch_never_ends() -> None:
    """The daemon waits where a run would stop, and is told of that and of the recovery."""
    scene, told = Scene(unify="a"), list[str]()
    async with anyio.create_task_group() as tasks:
        with scene.watch.request("unify"):
            tasks.start_soon(lambda: scene.watch.watch(told.append))
            await scene.fail("a", BAD_KEY, 20)
            scene.at["a"].note_answer()
            await scene.fail("a", CLOSED_PORT, 2000)
        tasks.cancel_scope.cancel()
    assert ["refuses the key" in told[0], told[1], "no endpoint has answered" in told[2]] == [
        True,
        "",
        True,
    ]


async def test_an_endpoint_in_trouble_rests_but_for_a_probe() -> None:
    """Others are asked meanwhile; after a minute one request finds out."""
    health = Scene(unify="a").at["a"]
    health.note_failure(BAD_KEY, anyio.current_time())
    assert health.rests(anyio.current_time() + 59)
    await anyio.sleep(60)
    assert not health.rests(anyio.current_time())
    health.probe(anyio.current_time())
    assert health.rests(anyio.current_time())
    health.note_answer()
    assert not health.rests(anyio.current_time())
    health.probe(anyio.current_time())
    assert not health.rests(anyio.current_time())


async def test_one_that_only_limps_is_left_alone_too() -> None:
    """After some failures in a row, not after one; refusals for the rate's sake do not count."""
    health = Scene(unify="a").at["a"]
    for _ in range(20):
        health.note_failure(TransportFault(FaultKind.RATE, "429"), anyio.current_time())
    for _ in range(LIMPS_AFTER - 1):
        health.note_failure(DOWN, anyio.current_time())
    assert not health.rests(anyio.current_time())
    health.note_failure(DOWN, anyio.current_time())
    assert health.rests(anyio.current_time())
    await anyio.sleep(2)
    assert not health.rests(anyio.current_time())
    health.probe(anyio.current_time())
    assert health.rests_until == anyio.current_time() + PROBE_SECONDS
    health.note_answer()
    assert not health.rests(anyio.current_time())
    health.note_failure(DOWN, anyio.current_time())
    assert not health.rests(anyio.current_time())


async def test_used_quota_is_told_as_such() -> None:
    """No waiting helps, though it comes as 429: the operator is told what does."""
    scene = Scene(unify="a")
    scene.at["a"].note_failure(
        Refused(RefusedKind.QUOTA, "429 insufficient_quota"), anyio.current_time()
    )
    error = await scene.ends(within=1)
    assert isinstance(error, EndpointRefused)
    assert "no quota left" in str(error)
    assert "top up" in str(error)
