"""Zygotes that somebody stops or kills, children likewise: each program has its outcome.

The keeper of each zygote sees to that, so a job does not wait for its deadline.
"""

import os
import select
import signal
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path

import anyio
import pytest

from codeiod_sandbox import Call, Limits, Outcome, Program, Returned, Sandbox, SandboxLevel

LIMITS = Limits(call_seconds=2.0, memory_bytes=256 << 20, output_bytes=1 << 16)
LEVELS = [SandboxLevel.FULL, SandboxLevel.NO_NAMESPACES, SandboxLevel.NONE]
BUSY = Program("import time\ndef f():\n    time.sleep(0.7)\n    return 1")
SETTLE_SECONDS = 20.0

at_each_level = pytest.mark.parametrize("level", LEVELS, ids=[level.name for level in LEVELS])


def children(pid: int) -> list[int]:
    """Return the processes that `pid` has made and not yet waited for."""
    return [
        int(child)
        for task in Path(f"/proc/{pid}/task").iterdir()
        for child in (task / "children").read_text().split()
    ]


def keeper_and_zygote(sandbox: Sandbox) -> tuple[int, int]:
    """Return the only pair there is."""
    (keeper,) = (zygote.pid for zygote in sandbox._stock._alive)
    (zygote,) = children(keeper)
    return keeper, zygote


async def until_there(found: Callable[[], list[int]]) -> list[int]:
    """Wait, a bounded time, for what the kernel lists and tells no one of."""
    with anyio.fail_after(SETTLE_SECONDS):
        while not (what := found()):  # noqa: ASYNC110 # there is no event
            await anyio.sleep(0.01)
    return what


def exists(pid: int) -> bool:
    return Path(f"/proc/{pid}").exists()


def is_gone(pid: int) -> bool:
    """Tell whether a process has ended, or does so within a bounded time."""
    try:
        watched = os.pidfd_open(pid)
    except ProcessLookupError:
        return True
    with ExitStack() as files:
        files.callback(os.close, watched)
        return bool(select.select([watched], [], [], SETTLE_SECONDS)[0])


async def ask(sandbox: Sandbox, program: Program) -> Outcome:
    with anyio.fail_after(SETTLE_SECONDS):
        (outcome,) = await sandbox.run(program, [Call("f", {})])
    return outcome


async def ask_meanwhile(sandbox: Sandbox, do: Callable[[int, int, int], None]) -> Outcome:
    """Ask what takes a while; once it runs, do something to its keeper, zygote and child."""
    outcomes: list[Outcome] = []

    async def keep_asking() -> None:
        outcomes.append(await ask(sandbox, BUSY))

    keeper, zygote = keeper_and_zygote(sandbox)
    async with anyio.create_task_group() as group:
        group.start_soon(keep_asking)
        (child,) = await until_there(lambda: children(zygote))
        do(keeper, zygote, child)
    return outcomes[0]


@at_each_level
@pytest.mark.parametrize("how", [signal.SIGSTOP, signal.SIGKILL])
async def test_a_zygote_that_is_stopped_or_killed_under_a_job(
    level: SandboxLevel, how: signal.Signals
) -> None:
    """The job has its outcome from another zygote, long before its deadline."""
    async with Sandbox(workers=1, limits=LIMITS, at_most=level) as sandbox:
        _, before = keeper_and_zygote(sandbox)
        outcome = await ask_meanwhile(sandbox, lambda keeper, zygote, child: os.kill(zygote, how))
        assert isinstance(outcome, Returned)
        assert keeper_and_zygote(sandbox)[1] != before
        assert is_gone(before)


@at_each_level
async def test_a_zygote_that_is_stopped_while_idle(level: SandboxLevel) -> None:
    """The next job does not notice."""
    async with Sandbox(workers=1, limits=LIMITS, at_most=level) as sandbox:
        _, zygote = keeper_and_zygote(sandbox)
        os.kill(zygote, signal.SIGSTOP)
        assert isinstance(await ask(sandbox, BUSY), Returned)


@at_each_level
async def test_a_keeper_that_is_stopped(level: SandboxLevel) -> None:
    """It is no matter to a job, and does not outlive the sandbox."""
    async with Sandbox(workers=1, limits=LIMITS, at_most=level) as sandbox:
        family = keeper_and_zygote(sandbox)
        outcome = await ask_meanwhile(
            sandbox, lambda keeper, zygote, child: os.kill(keeper, signal.SIGSTOP)
        )
        assert isinstance(outcome, Returned)
        assert keeper_and_zygote(sandbox) == family
    assert all(is_gone(pid) for pid in family)


@at_each_level
async def test_a_keeper_that_is_killed(level: SandboxLevel) -> None:
    """Its zygote goes with it, the child too; the job has its outcome from another."""
    async with Sandbox(workers=1, limits=LIMITS, at_most=level) as sandbox:
        below: list[int] = []

        def kill(keeper: int, zygote: int, child: int) -> None:
            below.extend((zygote, child))
            os.kill(keeper, signal.SIGKILL)

        assert isinstance(await ask_meanwhile(sandbox, kill), Returned)
        assert all(is_gone(pid) for pid in below)


@at_each_level
async def test_a_zygote_and_its_keeper_are_stopped_together(level: SandboxLevel) -> None:
    """As by a signal to their group: the job has its outcome from another zygote."""
    async with Sandbox(workers=1, limits=LIMITS, at_most=level) as sandbox:

        def stop(keeper: int, zygote: int, child: int) -> None:
            os.kill(keeper, signal.SIGSTOP)
            os.kill(zygote, signal.SIGSTOP)

        assert isinstance(await ask_meanwhile(sandbox, stop), Returned)


@at_each_level
async def test_a_stopped_child_gets_a_second_chance(level: SandboxLevel) -> None:
    """No program stops itself, so it is not to blame for the time that passes."""
    async with Sandbox(workers=1, limits=LIMITS, at_most=level) as sandbox:
        outcome = await ask_meanwhile(
            sandbox, lambda keeper, zygote, child: os.kill(child, signal.SIGSTOP)
        )
        assert isinstance(outcome, Returned)


async def test_no_process_is_left_where_nothing_forbids_to_fork() -> None:
    """What a program forks, into sessions of its own too, is dead when its job is done."""
    source = """
import os, time
def f():
    made = []
    for _ in range(3):
        mine, yours = os.pipe()
        if os.fork() == 0:
            os.setsid()
            for _ in range(3):
                if os.fork() == 0:
                    os.setsid()
                    os.write(yours, b"%11d" % os.getpid())
                    time.sleep(600)
            os._exit(0)
        os.wait()
        os.close(yours)
        told = [os.read(mine, 11) for _ in range(3)]
        made += [int(pid) for pid in told]
    return made
"""
    async with Sandbox(workers=1, limits=LIMITS, at_most=SandboxLevel.NONE) as sandbox:
        outcome = await ask(sandbox, Program(source))
        assert isinstance(outcome, Returned), outcome
        assert len(outcome.value) == 9
        assert not any(map(exists, outcome.value))
        _, zygote = keeper_and_zygote(sandbox)
        assert children(zygote) == []
        assert isinstance(await ask(sandbox, BUSY), Returned)


@at_each_level
async def test_who_goes_first_where_memory_runs_out(level: SandboxLevel) -> None:
    """A program before its zygote, a zygote before the daemon."""

    def score(pid: int) -> int:
        return int(Path(f"/proc/{pid}/oom_score_adj").read_text())

    scores: list[int] = []

    def look(keeper: int, zygote: int, child: int) -> None:
        scores.extend(map(score, (os.getpid(), keeper, zygote, child)))

    async with Sandbox(workers=1, limits=LIMITS, at_most=level) as sandbox:
        await ask_meanwhile(sandbox, look)
    daemon, keeper, zygote, child = scores
    assert daemon <= keeper == zygote < child
