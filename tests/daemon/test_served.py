"""A daemon's life over a real journal: what is handed in, pauses, retries, what it waits for."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

import anyio
import pytest
from anyio import to_thread

from codeiod.admission import Recipe
from codeiod.config import load
from codeiod.dataset.committer import Committer
from codeiod.errors import DiskFull, WorkLeft
from codeiod.items import Entry, GaveUp, Origin, Reason
from codeiod.journal import Journal
from codeiod.journal.state import State
from codeiod.llm.budget import Budget, Caps
from codeiod.reports import read_report
from codeiod.reports.affairs import Phase
from codeiod.reports.check import check
from codeiod.service.live import Live
from codeiod.service.parts import Parts
from codeiod.service.plan import Plan
from codeiod.service.recipes import agree
from codeiod.service.served import Served
from codeiod.service.traffic import CountedRunner
from codeiod.sources.content import entry_of
from codeiod.teachers.asks import Ask, UnifyAsk
from codeiod.testing import FakeSandbox, FakeTeacher
from codeiod_prompts import Prompts

BOUND_SECONDS = 60


async def watch(_: Live) -> None:
    await anyio.sleep_forever()


async def until(holds: Callable[[], object]) -> None:
    """Let all others run until something holds."""
    while not holds():  # noqa: ASYNC110 -- a state that is looked at gives no event
        await anyio.sleep(0.001)


def entry(number: int, name: str = "") -> Entry:
    content = f"def f(n):\n    return n + {number}\n".encode()
    return entry_of(content, Origin("test", name or f"f{number}.py"), {}, 1 << 20)


@asynccontextmanager
async def serving(
    folder: Path, teacher: FakeTeacher, *assignments: str, budget: Budget | None = None
) -> AsyncIterator[Served]:
    """Live as a daemon with fakes at the seams for the length of a block, then drain."""

    def prepare() -> tuple[Plan, Recipe]:
        where = f"output.dir={json.dumps(str(folder / 'out'))}"
        settings = load(None, ["teacher.kind=builtin", where, *assignments], environ={}).settings
        return Plan(settings, endless=True), Recipe.of(settings, Prompts.load())

    plan, recipe = await to_thread.run_sync(prepare)
    with anyio.fail_after(BOUND_SECONDS):
        async with (
            Journal.open(plan.directory) as journal,
            Committer.open(plan.directory, journal) as committer,
        ):
            recipes = agree(journal, recipe, new_recipe=False)
            runner = CountedRunner(FakeSandbox(), 1)
            parts = Parts(journal, committer, recipes, runner, teacher, "fake")
            if budget is not None:
                parts = replace(parts, budget=budget)
            life = Served(plan, parts)
            async with anyio.create_task_group() as living:
                living.start_soon(life.live, watch)
                yield life
                life.drain("the test's end")


async def sound(folder: Path) -> None:
    """Let ``check`` prove the directory."""
    result = await to_thread.run_sync(check, folder / "out")
    assert result.ok, result.findings


async def test_what_is_handed_in_is_carried(tmp_path: Path) -> None:
    """Each new content once; it is idle before and after, and ends only when it is drained."""
    teacher = FakeTeacher()
    async with serving(tmp_path, teacher) as life:
        await until(lambda: life.phase is Phase.IDLE)
        taken = [await life.take(entry(number)) for number in (1, 2, 2)]
        assert taken == [entry(1).item_id, entry(2).item_id, None]
        assert await life.take(entry(2, "elsewhere.py")) is None
        await until(lambda: life.shown.state.finished == 2 and life.phase is Phase.IDLE)
        assert life.ready
    report = await to_thread.run_sync(read_report, tmp_path / "out")
    assert (report.entries, report.duplicates, report.items.finished) == (3, 1, 2)
    assert life.phase is Phase.DRAINING
    await sound(tmp_path)


async def test_what_is_handed_in_is_durable(tmp_path: Path) -> None:
    """Once ``take`` has returned, the next life finds it, though nothing of it was begun."""
    async with serving(tmp_path, FakeTeacher()) as life:
        life.pause("test")
        assert await life.take(entry(1))
    teacher = FakeTeacher()
    async with serving(tmp_path, teacher) as life:
        await until(lambda: life.shown.state.finished == 1)
    assert set(teacher.asked.values()) == {1}
    await sound(tmp_path)


async def test_a_pause(tmp_path: Path) -> None:
    """Nothing enters and nothing is asked; what is in flight lands; then all goes on."""
    teacher = FakeTeacher(latency_seconds=0.01)
    async with serving(tmp_path, teacher) as life:
        for number in range(3):
            await life.take(entry(number))
        await until(lambda: life.shown.inside == 3 and life.shown.in_flight.count)
        life.pause("an operator said so")
        assert (life.phase, life.why, life.ready) == (Phase.PAUSED, "an operator said so", True)
        await life.shown.in_flight.idle()
        asked = teacher.asked.total()
        await life.take(entry(3))
        await anyio.wait_all_tasks_blocked()
        assert (teacher.asked.total(), life.shown.in_flight.count) == (asked, 0)
        assert life.shown.backlog == 1
        life.resume()
        await until(lambda: life.shown.state.finished == 4 and life.phase is Phase.IDLE)
    assert set(teacher.asked.values()) == {1}
    await sound(tmp_path)


async def test_a_drain_ends_a_pause(tmp_path: Path) -> None:
    """A paused daemon can be stopped; neither pause nor resume change what drains."""
    async with serving(tmp_path, FakeTeacher()) as life:
        life.pause("test")
        life.drain("test")
        life.resume()
        assert life.phase is Phase.DRAINING
        with pytest.raises(WorkLeft, match="stopping"):
            await life.take(entry(1))


async def test_a_drain_before_it_lives(tmp_path: Path) -> None:
    """What is told to end before it has begun ends at once."""
    async with serving(tmp_path, FakeTeacher()) as life:
        life.drain("too early")


async def test_retry(tmp_path: Path) -> None:
    """What was rejected for a reason is taken up again, and nothing else; while it goes on."""
    broken = True

    def refuse(ask: Ask) -> GaveUp | None:
        if not broken or not isinstance(ask, UnifyAsk):
            return None
        if "n + 1" in ask.item.content:
            return GaveUp(Reason.CONTENT_FILTER, "no")
        return GaveUp(Reason.TRUNCATED, "cut") if "n + 2" in ask.item.content else None

    teacher = FakeTeacher(script=refuse)
    async with serving(tmp_path, teacher) as life:
        for number in range(4):
            await life.take(entry(number))
        state = life.shown.state
        await until(lambda: not state.pending)
        assert dict(state.rejected) == {Reason.CONTENT_FILTER: 1, Reason.TRUNCATED: 1}
        broken = False
        assert await life.retry({Reason.UNPARSABLE}) == 0
        assert await life.retry({Reason.CONTENT_FILTER}) == 1
        await until(lambda: state.finished == 3)
        assert await life.retry({Reason.CONTENT_FILTER}) == 0
        assert +state.rejected == {Reason.TRUNCATED: 1}
    await sound(tmp_path)


async def test_faults_and_retries_agree(tmp_path: Path) -> None:
    """An item that ended in a fault of ours can be taken up at once, not only at the next start."""
    broken = True

    def break_down(_: Ask) -> None:
        if broken:
            raise RuntimeError("our own mistake")

    async with serving(tmp_path, FakeTeacher(script=break_down)) as life:
        await life.take(entry(1))
        await until(lambda: not life.shown.state.pending)
        broken = False
        assert await life.retry({Reason.FAULT}) == 1
        await until(lambda: life.shown.state.finished == 1)
    async with serving(tmp_path, FakeTeacher()) as life:
        await until(lambda: life.phase is Phase.IDLE)
    await sound(tmp_path)


async def test_it_waits_for_a_budget(tmp_path: Path) -> None:
    """A cap without room makes it not ready; a higher one lets it go on."""
    budget = Budget(Caps(money=1.0, currency="USD"))
    async with serving(tmp_path, FakeTeacher(), budget=budget) as life:
        await until(lambda: life.ready)
        async with anyio.create_task_group() as asking:
            asking.start_soon(budget.room, 2.0, "USD", 1)
            await until(lambda: life.phase is Phase.WAITING)
            assert "budget.money = 1 USD" in life.why
            assert not life.ready
            budget.recap(Caps(money=5.0, currency="USD"))
        await until(lambda: life.ready)
        assert life.why == ""


async def test_it_waits_for_a_disk(tmp_path: Path) -> None:
    """While there is no room, nothing is taken in, by whatever way."""
    async with serving(tmp_path, FakeTeacher()) as life:
        await until(lambda: life.ready)
        life._parts.journal.room.lose()
        await until(lambda: life.phase is Phase.WAITING)
        assert "no room left" in life.why
        with pytest.raises(DiskFull):
            await life.take(entry(1))
        await life._parts.journal.room.regain()
        assert await life.take(entry(1))
        await until(lambda: life.shown.state.finished == 1)


class Gone(FakeTeacher):
    """A teacher whose endpoints come and go."""

    def __init__(self) -> None:
        super().__init__()
        self.there = False
        self.tell: Callable[[str], None] | None = None

    async def reach(self) -> str:
        return "" if self.there else "no connection"

    async def watch(self, tell: Callable[[str], None] | None = None) -> None:
        self.tell = tell
        await anyio.sleep_forever()


async def test_it_waits_for_an_endpoint(tmp_path: Path) -> None:
    """It is not ready before one is there, nor while none answers; requests know best."""
    teacher = Gone()
    async with serving(tmp_path, teacher) as life:
        assert (life.phase, life.ready) == (Phase.STARTING, False)
        await until(lambda: life.phase is Phase.WAITING)
        assert (life.why, life.ready) == ("no connection", False)
        await until(lambda: teacher.tell)
        assert teacher.tell is not None
        teacher.tell("the key is refused")
        await until(lambda: not life.shown.starting)
        assert (life.why, life.ready) == ("the key is refused", False)
        teacher.tell("")
        assert (life.phase, life.ready) == (Phase.IDLE, True)


async def test_the_report_is_kept_and_not_written_for_nothing(tmp_path: Path) -> None:
    """report.json is there at once, and is left alone while nothing happens."""
    async with serving(tmp_path, FakeTeacher()) as life:
        report = anyio.Path(tmp_path / "out/report.json")
        await until(lambda: life._reported)
        assert json.loads(await report.read_bytes())["entries"] == 0
        assert life._reported == life._parts.journal.records


def test_what_is_in_the_way_is_told_without_secrets() -> None:
    """A server may echo a key in its refusal: status, socket and page tell the reason to many."""
    shown = Live(State())
    shown.hinder("endpoint", "it refuses the key sk-abcdefgh12345678")
    assert shown.why == "it refuses the key ***"
