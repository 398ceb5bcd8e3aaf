"""Admission waits for room: never more items inside than may be, none while all are busy."""

from __future__ import annotations

import anyio
import pytest
from anyio import wait_all_tasks_blocked

from codeiod.service.traffic import (
    SANDBOX_JOBS_PER_WORKER,
    SPARE_JOBS,
    CountedRunner,
    Traffic,
    first_items,
    max_items,
)
from codeiod.testing import FakeSandbox, FakeTeacher
from codeiod.urgency import Urgency, set_urgency
from codeiod_sandbox import Call, Outcome, Program

CALLS = [Call("main_solution", {"n": 1})]


class Slow(FakeSandbox):
    """A sandbox that works until it is told to go on."""

    def __init__(self) -> None:
        super().__init__()
        self.go_on = anyio.Event()
        self.running = 0
        self.ran: list[str] = []

    async def run(self, program: Program, calls: object, **how: bool) -> list[Outcome]:
        self.running += 1
        self.ran.append(program.source)
        await self.go_on.wait()
        return await super().run(program, CALLS, **how)


class Full(FakeTeacher):
    """A teacher without room, until there is."""

    def __init__(self) -> None:
        super().__init__()
        self.freed = anyio.Event()

    async def room(self) -> None:
        await self.freed.wait()


async def entered(traffic: Traffic, times: int) -> list[int]:
    """Try to enter some times; return a list that grows with each that did."""
    inside: list[int] = []
    async with anyio.create_task_group() as group:

        async def enter(number: int) -> None:
            await traffic.enter()
            inside.append(number)

        for number in range(times):
            group.start_soon(enter, number)
        await wait_all_tasks_blocked()
        group.cancel_scope.cancel()
    return inside


async def test_no_more_items_than_may_be() -> None:
    """The limit holds, leaving makes room for one, and who gave up waiting takes no place."""
    traffic = Traffic(FakeTeacher(), CountedRunner(FakeSandbox(), 1), 3, 3)
    assert len(await entered(traffic, 5)) == 3
    traffic.leave()
    assert len(await entered(traffic, 5)) == 1
    for _ in range(3):
        traffic.leave()
    assert len(await entered(traffic, 5)) == 3


async def test_none_enters_while_the_teacher_is_full() -> None:
    """And who was cancelled while waiting leaves no place taken."""
    teacher = Full()
    traffic = Traffic(teacher, CountedRunner(FakeSandbox(), 1), 2, 2)
    assert await entered(traffic, 5) == []
    teacher.freed.set()
    assert len(await entered(traffic, 5)) == 2


async def test_none_enters_while_the_sandbox_is_behind() -> None:
    """Jobs that run or wait are bounded too; jobs themselves still get in line."""
    slow = Slow()
    runner = CountedRunner(slow, 1)
    traffic = Traffic(FakeTeacher(), runner, 100, 100)
    async with anyio.create_task_group() as group:
        for _ in range(SANDBOX_JOBS_PER_WORKER - 1):
            group.start_soon(runner.run, Program(""), CALLS)
        await wait_all_tasks_blocked()
        assert len(await entered(traffic, 1)) == 1
        group.start_soon(runner.run, Program(""), CALLS)
        await wait_all_tasks_blocked()
        assert await entered(traffic, 1) == []
        slow.go_on.set()
    assert slow.running == SANDBOX_JOBS_PER_WORKER
    assert len(await entered(traffic, 1)) == 1


async def test_the_sandbox_runs_what_finishes_an_item_first() -> None:
    """Verify before replay before sample, older items before newer; few jobs wait inside it."""
    slow = Slow()
    runner = CountedRunner(slow, 1)
    jobs = [
        (Urgency.SAMPLE, 9, False, "sample 9"),
        (Urgency.SAMPLE, 2, False, "sample 2"),
        (Urgency.SAMPLE, 9, True, "replay 9"),
        (Urgency.VERIFY, 7, True, "verify 7"),
        (Urgency.VERIFY, 3, False, "verify 3"),
    ]

    async def run(urgency: Urgency, order: int, twin: bool, name: str) -> None:
        set_urgency(urgency, order)
        await runner.run(Program(name), CALLS, twin=twin)

    async with anyio.create_task_group() as group:
        for _ in range(1 + SPARE_JOBS):
            group.start_soon(run, Urgency.SAMPLE, 1, False, "first")
        await wait_all_tasks_blocked()
        for job in jobs:
            group.start_soon(run, *job)
        await wait_all_tasks_blocked()
        assert slow.ran == ["first"] * (1 + SPARE_JOBS)
        slow.go_on.set()
    order = slow.ran[1 + SPARE_JOBS :]
    assert order == ["verify 3", "verify 7", "replay 9", "sample 2", "sample 9"]


async def test_items_come_in_as_others_come_through() -> None:
    """At first as many as can be asked about at once; one more for each that gave samples."""
    traffic = Traffic(FakeTeacher(), CountedRunner(FakeSandbox(), 1), 5, 2)
    assert len(await entered(traffic, 9)) == 2
    traffic.leave()
    assert len(await entered(traffic, 9)) == 1
    traffic.leave()
    traffic.widen()
    assert len(await entered(traffic, 9)) == 2
    for _ in range(9):
        traffic.widen()
    assert len(await entered(traffic, 9)) == 2


@pytest.mark.parametrize(("calls", "items"), [(1, 64), (64, 64), (10_000, 10_000)])
def test_how_many_items_come_in_at_first(calls: int, items: int) -> None:
    """Enough for every place to be asked about one."""
    assert first_items(calls) == items


@pytest.mark.parametrize(
    ("setting", "calls", "items"), [(7, 64, 7), (0, 64, 1024), (0, 1, 64), (0, 2000, 32000)]
)
def test_how_many_items_may_be_inside(setting: int, calls: int, items: int) -> None:
    """The setting, else by what the teacher can take, with a floor."""
    assert max_items(setting, calls) == items
