"""Searches of one program that run side by side begin with the same runs, made once."""

from __future__ import annotations

import anyio
import pytest

from codeiod.teachers.builtin.shared_runs import MOST_KEPT, SharedRuns
from codeiod.testing import FakeSandbox
from codeiod_prompts import ENTRY_POINT, GENERATOR
from codeiod_sandbox import Call, Outcome, Program, SandboxError

PROGRAM = Program("x")
DRAWS = [Call(GENERATOR, {}, seed) for seed in range(3)]


class Counting:
    """Counts the calls that are made; the first so many fail."""

    def __init__(self, failing: int = 0) -> None:
        self.made = 0
        self.failing = failing

    def __call__(self, program: Program, call: Call, *how: bool) -> Outcome | None:
        if self.failing:
            self.failing -= 1
            raise SandboxError("lost")
        self.made += 1
        return None


async def test_the_same_runs_are_made_once() -> None:
    """For all who ask at once, and for who asks later; others are made as ever."""
    counting = Counting()
    runner = SharedRuns(FakeSandbox(counting))
    async with anyio.create_task_group() as group:
        for _ in range(3):
            group.start_soon(runner.run, PROGRAM, DRAWS)
    first = await runner.run(PROGRAM, DRAWS)
    assert counting.made == len(DRAWS)
    assert first == await FakeSandbox().run(PROGRAM, DRAWS)
    await runner.run(PROGRAM, DRAWS[1:])
    await runner.run(Program("y"), DRAWS)
    assert counting.made == 3 * len(DRAWS) - 1


async def test_calls_with_arguments_are_made_each_time() -> None:
    """They are hardly asked for twice, and to know whether they are would cost more."""
    counting = Counting()
    runner = SharedRuns(FakeSandbox(counting))
    for _ in range(2):
        await runner.run(PROGRAM, [*DRAWS, Call(ENTRY_POINT, {"n": 1})])
    assert counting.made == 2 * len(DRAWS) + 2


async def test_runs_in_a_twin_or_alone_are_made_each_time() -> None:
    """They are made to see whether they give the same again."""
    counting = Counting()
    runner = SharedRuns(FakeSandbox(counting))
    for _ in range(2):
        await runner.run(PROGRAM, DRAWS[:1], twin=True)
        await runner.run(PROGRAM, DRAWS[:1], alone=True)
    assert counting.made == 4


async def test_runs_that_fail_are_tried_by_the_next_who_waits() -> None:
    """A fault of the sandbox is nobody else's."""
    counting = Counting(failing=1)
    runner = SharedRuns(FakeSandbox(counting))
    failed: list[SandboxError] = []

    async def ask() -> None:
        try:
            await runner.run(PROGRAM, DRAWS)
        except SandboxError as error:
            failed.append(error)

    async with anyio.create_task_group() as group:
        for _ in range(3):
            group.start_soon(ask)
    assert len(failed) == 1
    assert counting.made == len(DRAWS)


@pytest.mark.parametrize("others", [MOST_KEPT - 1, MOST_KEPT])
async def test_only_the_last_runs_are_remembered(others: int) -> None:
    """What it remembers is bounded."""
    counting = Counting()
    runner = SharedRuns(FakeSandbox(counting))
    await runner.run(PROGRAM, DRAWS)
    for number in range(others):
        await runner.run(Program(str(number)), DRAWS[:1])
    await runner.run(PROGRAM, DRAWS)
    assert counting.made == others + len(DRAWS) * (2 if others == MOST_KEPT else 1)
