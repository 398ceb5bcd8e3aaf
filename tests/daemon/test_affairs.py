"""How things stand is told as it is, at once where the phase changes, and else once a second."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import anyio
import pytest
from anyio import to_thread

from codeiod.admission import Admission, Recipe
from codeiod.config import load
from codeiod.dataset.committer import Committer
from codeiod.items import Entry, Message, Origin, Program, Stage, Task, Usage, item_id_of
from codeiod.journal import Journal, Steps
from codeiod.llm import ChatRequest, Completion, FaultKind, Refused, RefusedKind, TransportFault
from codeiod.llm.budget import Budget, Caps
from codeiod.reports.affairs import Affairs, EndpointState, Phase, WatchAffairs
from codeiod.reports.troubles import Troubles
from codeiod.service.affairs import Gatherer
from codeiod.service.live import Live
from codeiod.service.parts import Parts
from codeiod.service.plan import Plan
from codeiod.service.recipes import agree
from codeiod.service.traffic import CountedRunner
from codeiod.teachers.asks import PredictAsk, Sampling
from codeiod.teachers.openai import OpenAITeacher
from codeiod.telemetry import Distribution
from codeiod.testing import FakeSandbox
from codeiod_prompts import Prompts
from codeiod_sandbox import Call, SandboxError
from codeiod_sandbox import Program as Source

CONTENT = "def f(n):\n    return n\n"
ITEM = item_id_of(CONTENT.encode())
PROGRAM = Program(ITEM, "code", "`n` (int)", "generator", "What is it?")
ANSWER = Completion("fine", "", "m", "stop", Usage(100, 40, 10))
Reply = Completion | TransportFault | Refused


@dataclass
class Endpoint:
    """Answers, or fails, with what it is given, once it may; then it is silent."""

    replies: list[Reply]
    asked: anyio.Event = field(default_factory=anyio.Event)
    silent: anyio.Event = field(default_factory=anyio.Event)
    may: anyio.Event = field(default_factory=anyio.Event)

    async def complete(self, request: ChatRequest) -> Completion:
        self.asked.set()
        await self.may.wait()
        if not self.replies:
            self.silent.set()
            await anyio.sleep_forever()
        reply = self.replies.pop(0)
        if isinstance(reply, Completion):
            return reply
        raise reply

    async def close(self) -> None:
        pass


class Folders:
    """Watches one folder."""

    def affairs(self) -> tuple[WatchAffairs, ...]:
        return (WatchAffairs("/drop", taken=3),)


@dataclass
class Scene:
    """A daemon's parts with one item pending, and what tells of them."""

    gatherer: Gatherer
    live: Live
    parts: Parts
    teacher: OpenAITeacher
    endpoint: Endpoint
    now: float = 0.0

    async def ask(self, key: str = "out/0/0/1") -> None:
        """Ask for a prediction, and pay for it."""
        messages = (Message("user", "Predict."),)
        ask = PredictAsk(PROGRAM, Task.OUTPUT_PREDICTION, '{"n": 1}', messages, Sampling())
        steps = Steps(self.parts.journal, ITEM, 0, self.live.in_flight)
        await steps.pay(key, lambda ledger: self.teacher.answer(ask, ledger), of="x")

    def later(self) -> Affairs:
        """Tell how things stand once the last telling is old."""
        self.now += 2.0
        return self.gatherer.affairs()


@asynccontextmanager
async def scene_of(directory: Path, *replies: Reply) -> AsyncIterator[Scene]:
    """Open a directory with one item and a teacher with one endpoint."""

    def prepare() -> tuple[Plan, Recipe]:
        where = f"output.dir={json.dumps(str(directory))}"
        values = ("name=main", "base_url=http://user:secret@h.test/v1", "model=m")
        assigned = [where, *(f"endpoint.0.{value}" for value in values)]
        assigned += ["endpoint.0.price.currency=EUR", "endpoint.0.price.input=1000"]
        settings = load(None, assigned, environ={}).settings
        return Plan(settings), Recipe.of(settings, Prompts.load())

    endpoint = Endpoint(list(replies))
    budget = Budget(Caps(currency="EUR"))
    plan, recipe = await to_thread.run_sync(prepare)
    async with (
        Journal.open(directory) as journal,
        Committer.open(directory, journal) as committer,
        OpenAITeacher(plan.settings, budget=budget, connect=lambda *_: endpoint) as teacher,
    ):
        recipes = agree(journal, recipe, new_recipe=False)
        entry = Entry(ITEM, Origin("src", "f.py", 0, 5, 1, 2), CONTENT, {})
        await Admission(journal, recipes.current.digest).take(entry)
        runner = CountedRunner(FakeSandbox(), 2)
        parts = Parts(journal, committer, recipes, runner, teacher, "fake", budget, 3)
        live = Live(journal.state)
        scene: Scene
        gatherer = Gatherer(
            plan, parts, live, Folders(), troubles=Troubles(), monotonic=lambda: scene.now
        )
        scene = Scene(gatherer, live, parts, teacher, endpoint)
        yield scene


async def test_a_call_is_seen_from_its_leaving_to_its_answer(tmp_path: Path) -> None:
    """While it is in flight it is told by its key and age; then it counts, with its latency."""
    async with scene_of(tmp_path / "out", ANSWER) as scene:
        async with anyio.create_task_group() as group:
            group.start_soon(scene.ask)
            await scene.endpoint.asked.wait()
            before = scene.gatherer.affairs()
            (call,) = before.calls
            assert (call.item_id, call.key, call.endpoint) == (ITEM, "out/0/0/1", "main")
            assert call.seconds >= 0
            assert (before.in_flight, before.endpoints[0].in_flight) == (1, 1)
            assert before.budget.reserved_money > 0
            scene.endpoint.may.set()
        after = scene.later()
        assert (after.calls, after.in_flight) == ((), 0)
        (endpoint,) = after.endpoints
        assert (endpoint.state, endpoint.answered, endpoint.failed) == (EndpointState.UP, 1, {})
        assert endpoint.latency.p50 == endpoint.latency.p99 > 0
        assert round(after.budget.spent_money, 6) == 0.1
        assert after.budget.spent_money_today == after.budget.spent_money
        assert after.report.items.pending == 1
        meter = scene.gatherer.telemetry().endpoints["main"].of(Stage.PREDICT)
        assert (meter.input.total, meter.cached_tokens, meter.output.total) == (100, 40, 10)


async def test_an_endpoint_in_trouble_says_so(tmp_path: Path) -> None:
    """A failed call is counted by its kind; one that no waiting mends is out."""
    down = TransportFault(FaultKind.STATUS, "503 down")
    refused = Refused(RefusedKind.KEY, "401 bad key")
    async with (
        scene_of(tmp_path / "out", down, refused) as scene,
        anyio.create_task_group() as group,
    ):
        group.start_soon(scene.ask)
        scene.endpoint.may.set()
        await scene.endpoint.silent.wait()
        (endpoint,) = scene.gatherer.affairs().endpoints
        assert dict(endpoint.failed) == {"status": 1, "key": 1}
        assert endpoint.state is EndpointState.OUT
        assert "bad key" in endpoint.why
        assert "secret" not in endpoint.why + endpoint.url
        group.cancel_scope.cancel()


async def test_at_most_once_a_second(tmp_path: Path) -> None:
    """Who asks again within a second gets the same; a change of phase is told at once."""
    async with scene_of(tmp_path / "out") as scene:
        first = scene.gatherer.affairs()
        scene.now += 0.9
        assert scene.gatherer.affairs() is first
        scene.live.hinder("disk", "it is full")
        turned = scene.gatherer.affairs()
        assert (turned.phase, turned.why, turned.ready) == (Phase.WAITING, "it is full", False)
        scene.now += 1.0
        assert scene.gatherer.affairs() is not turned


async def test_the_rest_of_it(tmp_path: Path) -> None:
    """Sandbox, journal, folders, memory and descriptors are told."""
    async with scene_of(tmp_path / "out") as scene, anyio.create_task_group() as group:
        runner = scene.parts.sandbox
        await runner.run(Source(""), [Call("main_solution", {"n": 1}), Call("nothing", {})])
        await scene.parts.journal.flush()
        group.start_soon(scene.gatherer.keep_measuring)
        while not (affairs := scene.later()).memory_bytes:  # noqa: ASYNC110 -- a state gives no event
            await anyio.sleep(0.001)
        sandbox = affairs.sandbox
        assert (sandbox.level, sandbox.workers, sandbox.calls) == (3, 2, 2)
        assert sum(sandbox.outcomes.values()) == 2
        assert sandbox.outcomes["returned"] >= 1
        assert affairs.journal.segment == 1
        assert affairs.journal.bytes > 0
        assert affairs.journal.sync.p50 > 0
        assert affairs.journal.disk_free_bytes > 0
        assert affairs.memory_bytes > 1 << 20
        assert affairs.descriptors > 3
        assert affairs.watched == (WatchAffairs("/drop", taken=3),)
        group.cancel_scope.cancel()


async def test_jobs_in_which_the_sandbox_fails(tmp_path: Path) -> None:
    """A job that the sandbox itself spoils is counted apart, and is no call with an outcome."""

    def spoil(*_: object) -> None:
        raise SandboxError("gone")

    runner = CountedRunner(FakeSandbox(spoil), 1)
    with pytest.raises(SandboxError):
        await runner.run(Source(""), [Call("main_solution", {"n": 1})])
    assert (runner.meter.faults, runner.meter.jobs.count, runner.running) == (1, 0, 0)


def test_a_distribution_counts_each_value_once() -> None:
    """A value lies in the first bucket whose bound it does not exceed; none is lost."""
    seen = Distribution((1.0, 2.0))
    for value in (0.5, 1.0, 1.5, 2.0, 9.0):
        seen.note(value)
    assert seen.counts == [2, 2, 1]
    assert (seen.count, seen.total) == (5, 14.0)
