"""The pool of zygotes: what it survives, what it gives back, what it leaves behind."""

import contextlib
import os
import select
import signal
import subprocess
import sys
import textwrap
import time
import venv
from pathlib import Path

import anyio
import pytest

from codeiod_sandbox import (
    Call,
    Limits,
    Program,
    Returned,
    Sandbox,
    SandboxError,
    SandboxLevel,
)

LIMITS = Limits(call_seconds=2.0, memory_bytes=256 << 20, output_bytes=1 << 16)
DOUBLE = Program("def f(n): return n * 2")
SLEEP = Program("import time\ndef f(): time.sleep(600)")
SETTLE_SECONDS = 10.0


async def doubles(sandbox: Sandbox, count: int) -> None:
    for n in range(count):
        (outcome,) = await sandbox.run(DOUBLE, [Call("f", {"n": n})])
        assert isinstance(outcome, Returned)
        assert outcome.value == n * 2


def descendants(pid: int) -> set[int]:
    """Return all processes below `pid`, by the kernel's own lists; some may end meanwhile."""
    found: set[int] = set()
    with contextlib.suppress(FileNotFoundError, ProcessLookupError):
        for task in Path(f"/proc/{pid}/task").iterdir():
            for child in map(int, (task / "children").read_text().split()):
                found |= {child} | descendants(child)
    return found


def open_descriptors() -> int:
    return sum(1 for _ in Path("/proc/self/fd").iterdir())


def ended(pids: set[int]) -> bool:
    """Wait, a bounded time, until none of these is alive; killed processes take a moment."""
    watched = []
    for pid in pids:
        try:
            watched.append(os.pidfd_open(pid))
        except ProcessLookupError:
            continue
    try:
        return all(select.select([fd], [], [], SETTLE_SECONDS)[0] for fd in watched)
    finally:
        for descriptor in watched:
            os.close(descriptor)


PROCESSES_OF_A_JOB = 3  # keeper, zygote and child


def processes_of(sandbox: Sandbox) -> set[int]:
    """Return all processes of a sandbox; those of other tests may run beside them."""
    keepers = {zygote.pid for zygote in sandbox._stock._alive}
    return keepers.union(*(descendants(keeper) for keeper in keepers))


async def until_running(
    sandbox: Sandbox, processes: int, besides: frozenset[int] = frozenset()
) -> set[int]:
    """Wait until a sandbox has so many processes, not counting those `besides`."""
    with anyio.fail_after(SETTLE_SECONDS):
        while len(found := processes_of(sandbox) - besides) < processes:  # noqa: ASYNC110 # none
            await anyio.sleep(0.01)
    return found


async def test_three_hundred_programs() -> None:
    """Each has its own value, in a pool of two, and nothing is left open or running."""
    before = open_descriptors()
    async with Sandbox(workers=2, limits=LIMITS) as sandbox:
        await doubles(sandbox, 10)
        warm = open_descriptors()
        began = time.monotonic()
        async with anyio.create_task_group() as group:
            group.start_soon(doubles, sandbox, 150)
            group.start_soon(doubles, sandbox, 150)
        assert sandbox.backlog == 0
        assert open_descriptors() <= warm + 4  # a second zygote may have come
        print(f"{(time.monotonic() - began) / 300 * 1000:.2f} ms a program")  # noqa: T201 # -s
        running = processes_of(sandbox)
    assert ended(running)
    assert open_descriptors() <= before + 1


async def test_a_killed_zygote_is_replaced() -> None:
    """Killed idle, or killed under a job: the job has its outcome all the same."""
    async with Sandbox(workers=1, limits=LIMITS) as sandbox:
        await doubles(sandbox, 1)
        for pid in processes_of(sandbox):
            os.kill(pid, signal.SIGKILL)
        await doubles(sandbox, 3)


async def test_a_zygote_that_dies_twice_is_an_error_of_the_sandbox() -> None:
    """No verdict is made up; the caller is told, and may ask again."""
    async with Sandbox(workers=1, limits=LIMITS) as sandbox:

        async def kill_twice() -> None:
            for _ in range(2):
                victims = await until_running(sandbox, PROCESSES_OF_A_JOB)
                for pid in sorted(victims)[:1]:
                    os.kill(pid, signal.SIGKILL)
                await anyio.to_thread.run_sync(ended, victims)

        async with anyio.create_task_group() as group:
            group.start_soon(kill_twice)
            with pytest.raises(SandboxError):
                await sandbox.run(SLEEP, [Call("f", {})])
        await doubles(sandbox, 2)


async def kill_child(sandbox: Sandbox, times: int) -> None:
    """Kill the newest process below this one, and the one that takes its place."""
    killed: frozenset[int] = frozenset()
    for _ in range(times):
        child = max(await until_running(sandbox, PROCESSES_OF_A_JOB, killed))
        os.kill(child, signal.SIGKILL)
        killed |= {child}


async def test_a_killed_child_gets_a_second_chance() -> None:
    """The kernel's killer may have meant another; what the program returns then counts."""
    program = Program("import time\ndef f():\n    time.sleep(0.7)\n    return 1")
    async with Sandbox(workers=1, limits=LIMITS) as sandbox, anyio.create_task_group() as group:
        group.start_soon(kill_child, sandbox, 1)
        (outcome,) = await sandbox.run(program, [Call("f", {})])
    assert isinstance(outcome, Returned)


async def test_a_child_that_is_killed_again_and_again() -> None:
    """Not by the kernel, so it is no verdict on the program: an error of the sandbox."""
    async with Sandbox(workers=1, limits=LIMITS) as sandbox, anyio.create_task_group() as group:
        group.start_soon(kill_child, sandbox, 4)
        with pytest.raises(SandboxError, match="killed from outside 4 times"):
            await sandbox.run(SLEEP, [Call("f", {})])


async def test_cancelling_kills_the_child_and_frees_the_slot() -> None:
    """The only worker is free again at once, and its zygote lives on."""
    async with Sandbox(workers=1, limits=LIMITS) as sandbox:
        await doubles(sandbox, 1)
        zygote = processes_of(sandbox)
        async with anyio.create_task_group() as group:
            group.start_soon(sandbox.run, SLEEP, [Call("f", {})])
            running = await until_running(sandbox, len(zygote) + 1)
            assert sandbox.backlog == 1
            group.cancel_scope.cancel()
        assert sandbox.backlog == 0
        assert ended(running - zygote)
        assert processes_of(sandbox) == zygote
        await doubles(sandbox, 2)


async def test_waiting_jobs_count_as_backlog() -> None:
    """`backlog` is what runs and what waits."""
    async with Sandbox(workers=1, limits=LIMITS) as sandbox:
        async with anyio.create_task_group() as group:
            for _ in range(5):
                group.start_soon(sandbox.run, SLEEP, [Call("f", {})])
            await until_running(sandbox, PROCESSES_OF_A_JOB)
            assert sandbox.backlog == 5
            group.cancel_scope.cancel()
        assert sandbox.backlog == 0


@pytest.mark.parametrize("level", [SandboxLevel.FULL, SandboxLevel.NO_NAMESPACES])
def test_nothing_outlives_a_daemon_that_is_killed(level: SandboxLevel, tmp_path: Path) -> None:
    """kill -9 of the daemon takes zygotes and children along, whatever they do."""
    script, up = tmp_path / "daemon.py", tmp_path / "up"
    script.write_text(
        textwrap.dedent(f"""
        import anyio
        from codeiod_sandbox import Call, Limits, Program, Sandbox, SandboxLevel

        async def main():
            level = SandboxLevel({level.value})
            async with Sandbox(workers=2, limits=Limits(call_seconds=60), at_most=level) as sandbox:
                program = Program("def f():\\n    print('up')\\n    while True: pass")
                async with anyio.create_task_group() as group:
                    group.start_soon(sandbox.run, program, [Call("f", {{}})])
                    group.start_soon(sandbox.run, program, [Call("f", {{}})])
                    await sandbox.run(Program("def f(): return 1"), [Call("f", {{}})], twin=True)
                    await anyio.Path({str(up)!r}).touch()

        anyio.run(main)
        """)
    )
    with subprocess.Popen([sys.executable, str(script)]) as daemon:
        deadline = time.monotonic() + SETTLE_SECONDS
        zygotes = 6  # two and a twin, with keepers: what more there is are programs that run
        while not up.exists() or len(below := descendants(daemon.pid)) <= zygotes:
            assert daemon.poll() is None
            assert time.monotonic() < deadline
            time.sleep(0.02)
        daemon.kill()
    assert ended(below)


async def test_an_interpreter_below_tmp(tmp_path: Path) -> None:
    """A private tmp does not hide the modules of an environment that was made in /tmp."""
    await anyio.to_thread.run_sync(venv.create, tmp_path / "env")
    (modules,) = (tmp_path / "env/lib").glob("python*/site-packages")  # local
    (modules / "mine.py").write_text("X = 5")
    program = Program("import mine, tempfile\ndef f(): return [mine.X, tempfile.mkdtemp() != '']")
    python = tmp_path / "env/bin/python"
    async with Sandbox(workers=1, limits=LIMITS, python=python) as sandbox:
        (outcome,) = await sandbox.run(program, [Call("f", {})])
    assert isinstance(outcome, Returned), outcome
    assert outcome.value == [5, True]


async def test_an_interpreter_that_is_none() -> None:
    """What can't be started is an error with a reason, not a hang."""
    with pytest.raises(SandboxError, match="can't be started"):
        async with Sandbox(workers=1, python=Path("/nonexistent/python")):
            pass


@pytest.mark.parametrize(
    ("at_most", "expected"),
    [
        (SandboxLevel.CGROUP, SandboxLevel.FULL),
        (SandboxLevel.NO_NAMESPACES, SandboxLevel.NO_NAMESPACES),
        (SandboxLevel.WEAK, SandboxLevel.WEAK),
        (SandboxLevel.NONE, SandboxLevel.NONE),
    ],
)
async def test_the_level_is_told_honestly(at_most: SandboxLevel, expected: SandboxLevel) -> None:
    """Whatever is missing, programs run, and the level says what stands around them."""
    async with Sandbox(workers=1, limits=LIMITS, at_most=at_most) as sandbox:
        assert sandbox.level <= expected
        assert sandbox.level.name in sandbox.describe()
        await doubles(sandbox, 2)
