"""The sandbox's workers, resized while programs run: none of these is disturbed."""

from __future__ import annotations

import anyio
from hypothesis import given, settings
from hypothesis import strategies as st

from codeiod.service.traffic import SPARE_JOBS, CountedRunner
from codeiod.testing import FakeSandbox
from codeiod_sandbox import Call, HelperSandbox, Limits, Outcome, Program, Returned, Sandbox
from codeiod_sandbox.turns import Turns

BUSY = Program(
    "import time\n"
    "def main_solution(n):\n"
    "    while time.process_time() < 0.2:\n"
    "        pass\n"
    "    return n\n"
)
LIMITS = Limits(call_seconds=20, memory_bytes=256 << 20)
ITEMS = 4


class Crowd:
    """Tasks that hold a turn until they are told to go."""

    def __init__(self, turns: Turns, group: anyio.abc.TaskGroup) -> None:
        self.inside: list[anyio.Event] = []
        self.there = 0
        """Inside or waiting."""
        self._turns, self._group = turns, group

    async def come(self, count: int) -> None:
        self.there += count
        for _ in range(count):
            self._group.start_soon(self._hold)
        await anyio.wait_all_tasks_blocked()

    async def go(self, count: int) -> None:
        for _ in range(min(count, len(self.inside))):
            self.inside.pop(0).set()
            self.there -= 1
        await anyio.wait_all_tasks_blocked()

    async def _hold(self) -> None:
        async with self._turns:
            gone = anyio.Event()
            self.inside.append(gone)
            await gone.wait()


async def test_turns_grow_and_shrink() -> None:
    """More let the next in at once; fewer let none in until enough have gone."""
    turns = Turns(2)
    async with anyio.create_task_group() as group:
        crowd = Crowd(turns, group)
        await crowd.come(9)
        assert len(crowd.inside) == 2
        turns.resize(4)
        await anyio.wait_all_tasks_blocked()
        assert len(crowd.inside) == 4
        turns.resize(1)
        for inside in (3, 2, 1, 1, 1):
            await crowd.go(1)
            assert len(crowd.inside) == inside
        group.cancel_scope.cancel()


MOVES = st.tuples(st.integers(0, 4), st.integers(0, 4), st.integers(1, 5))
"""How many come, how many go, and the size from then on."""


@settings(max_examples=15, deadline=None)
@given(st.integers(1, 5), st.lists(MOVES, max_size=6))
def test_turns_add_up(size: int, moves: list[tuple[int, int, int]]) -> None:
    """Whatever comes and goes, as many are inside as there are turns and takers for them."""

    async def play() -> None:
        turns = Turns(size)
        async with anyio.create_task_group() as group:
            crowd = Crowd(turns, group)
            for coming, going, resized in moves:
                await crowd.come(coming)
                before = len(crowd.inside)
                turns.resize(resized)
                await anyio.wait_all_tasks_blocked()
                assert len(crowd.inside) == max(before, min(crowd.there, resized))
                await crowd.go(going)
                assert len(crowd.inside) >= min(crowd.there, resized)
            while crowd.inside:
                before = len(crowd.inside)
                await crowd.go(1)
                assert len(crowd.inside) == max(before - 1, min(crowd.there, turns.size))

    anyio.run(play)


async def busy(sandbox: Sandbox | HelperSandbox, count: int) -> list[Outcome]:
    """Run so many programs at once."""
    outcomes: list[Outcome] = []

    async def run(n: int) -> None:
        outcomes.extend(await sandbox.run(BUSY, [Call("main_solution", {"n": n})]))

    async with anyio.create_task_group() as group:
        for n in range(count):
            group.start_soon(run, n)
    return outcomes


async def test_a_sandbox_grows_and_shrinks_under_load() -> None:
    """All programs end as they would have; there are as many places as workers in the end."""
    async with Sandbox(workers=1, limits=LIMITS) as sandbox:
        outcomes: list[Outcome] = []

        async def load() -> None:
            outcomes.extend(await busy(sandbox, ITEMS))

        async with anyio.create_task_group() as group:
            group.start_soon(load)
            await anyio.wait_all_tasks_blocked()
            await sandbox.resize(3)
            await anyio.wait_all_tasks_blocked()
            assert len(sandbox._stock._alive) + sandbox.backlog > 1
            await sandbox.resize(1)
        assert sorted(o.value for o in outcomes if isinstance(o, Returned)) == list(range(ITEMS))
        assert sandbox.workers == 1
        assert len(sandbox._stock.idle) <= 5


async def test_zygotes_beyond_the_workers_go() -> None:
    """With fewer workers fewer zygotes wait."""
    async with Sandbox(workers=8, limits=LIMITS) as sandbox:
        await busy(sandbox, 8)
        waiting = len(sandbox._stock.idle)
        assert waiting > 5
        await sandbox.resize(1)
        assert len(sandbox._stock.idle) == len(sandbox._stock._alive) == 5


async def test_helpers_share_what_there_is() -> None:
    """Helpers get their parts of the new number; those without a part get no programs."""
    async with HelperSandbox(workers=3, limits=LIMITS, helpers=2) as sandbox:
        assert len(await busy(sandbox, 3)) == 3
        await sandbox.resize(1)
        assert [helper.workers for helper in sandbox._helpers] == [1, 0]
        outcomes = await busy(sandbox, 3)
        assert sorted(o.value for o in outcomes if isinstance(o, Returned)) == [0, 1, 2]
        assert "in 1 helper" in sandbox.describe()
        await sandbox.resize(4)
        assert [helper.workers for helper in sandbox._helpers] == [2, 2]
        assert len(await busy(sandbox, 4)) == 4


async def test_the_jobs_that_are_handed_on_follow() -> None:
    """As many jobs as workers, and a few, are in the sandbox; the rest waits by urgency."""

    class Stuck(FakeSandbox):
        size = 0

        async def run(self, *_: object, **__: object) -> list[Outcome]:
            await anyio.sleep_forever()
            raise AssertionError

        async def resize(self, workers: int) -> None:
            self.size = workers

    sandbox = Stuck()
    runner = CountedRunner(sandbox, 1, sandbox)
    async with anyio.create_task_group() as group:
        for _ in range(12):
            group.start_soon(runner.run, BUSY, [])
        await anyio.wait_all_tasks_blocked()
        assert runner.running == 1 + SPARE_JOBS
        await runner.resize(5)
        await anyio.wait_all_tasks_blocked()
        assert (runner.running, runner.workers, sandbox.size) == (5 + SPARE_JOBS, 5, 5)
        group.cancel_scope.cancel()
