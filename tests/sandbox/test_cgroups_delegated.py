"""Level CGROUP, where a cgroup is delegated to the tests.

For example by `systemd-run --pipe -p Delegate="memory pids" -p DynamicUser=yes pytest FILE`.
"""

import os
import signal
import subprocess
import sys
import textwrap
from collections.abc import Iterator
from pathlib import Path

import anyio
import pytest

from codeiod_sandbox import (
    Call,
    Limits,
    Outcome,
    OverMemory,
    Program,
    Returned,
    Sandbox,
    SandboxLevel,
)
from codeiod_sandbox.cgroups import (
    Grounds,
    NotDelegatedError,
    Slot,
    _wait_until_empty,
    stake_out,
)

LIMITS = Limits(call_seconds=20.0, memory_bytes=1 << 30, output_bytes=1 << 16)
SMALL_BYTES = 64 << 20
ONE = Program("def f(): return 1")
HUNGRY = Program("def f(): return len(bytes([1]) * (300 << 20))")


@pytest.fixture
def grounds() -> Iterator[Grounds]:
    """Return the group that is ours to divide; afterwards nothing must be left in it."""
    try:
        grounds = stake_out()
    except NotDelegatedError as error:
        pytest.skip(str(error))
    yield grounds
    assert slots(grounds) == []


def slots(grounds: Grounds) -> list[Path]:
    return sorted(grounds.folder.glob("codeiod-slot-*"))


def the_slot(sandbox: Sandbox) -> Slot:
    (lodging,) = sandbox._stock._alive.values()
    assert lodging.slot
    return lodging.slot


def bound(slot: Slot, more_bytes: int) -> None:
    now = int((slot.folder / "memory.current").read_text())
    (slot.folder / "memory.max").write_text(str(now + more_bytes))


async def ask(sandbox: Sandbox, program: Program) -> Outcome:
    (outcome,) = await sandbox.run(program, [Call("f", {})])
    return outcome


async def test_each_zygote_lives_in_a_group(grounds: Grounds) -> None:
    """Bound in memory and processes, with all that it forks; and gone with it."""
    async with Sandbox(workers=1, limits=LIMITS) as sandbox:
        assert sandbox.level == SandboxLevel.CGROUP, sandbox.describe()
        assert await ask(sandbox, ONE) == Returned("1", 1, pytest.approx(0, abs=20))
        (folder,) = slots(grounds)
        (zygote,) = sandbox._stock._alive
        inside = (folder / "cgroup.procs").read_text().split()
        assert str(zygote.pid) in inside
        assert len(inside) == 2
        most = int((folder / "memory.max").read_text())
        assert LIMITS.memory_bytes < most < 2 * LIMITS.memory_bytes
        assert int((folder / "pids.max").read_text()) < 200


async def test_beyond_the_limit_of_its_group(grounds: Grounds) -> None:
    """It is over its memory for sure, and its zygote lives on."""
    async with Sandbox(workers=1, limits=LIMITS) as sandbox:
        (zygote,) = sandbox._stock._alive
        slot = the_slot(sandbox)
        await anyio.to_thread.run_sync(bound, slot, SMALL_BYTES)
        for _ in range(3):
            assert await ask(sandbox, HUNGRY) == OverMemory()
            assert isinstance(await ask(sandbox, ONE), Returned)
        assert list(sandbox._stock._alive) == [zygote]
        assert zygote.jobs == 6


async def test_memory_that_is_no_processes(grounds: Grounds) -> None:
    """What the kernel holds for a program counts too: the program goes, and not its zygote."""
    program = Program(
        "import fcntl, os\ndef f():\n    kept = []\n    while True:\n"
        "        kept.append(os.pipe())\n        os.set_blocking(kept[-1][1], False)\n"
        "        fcntl.fcntl(kept[-1][1], fcntl.F_SETPIPE_SZ, 1 << 20)\n"
        "        os.write(kept[-1][1], bytes(1 << 20))"
    )
    async with Sandbox(workers=1, limits=LIMITS) as sandbox:
        (zygote,) = sandbox._stock._alive
        await anyio.to_thread.run_sync(bound, the_slot(sandbox), 8 << 20)
        assert await ask(sandbox, program) == OverMemory()
        assert list(sandbox._stock._alive) == [zygote]


async def test_killed_by_somebody(grounds: Grounds) -> None:
    """The group's count says that it was not the kernel: the program has another chance."""
    source = "import time\ndef f():\n    time.sleep(3)\n    return 1"
    outcomes = []

    async def keep_asking(sandbox: Sandbox) -> None:
        outcomes.append(await ask(sandbox, Program(source)))

    async with Sandbox(workers=1, limits=LIMITS) as sandbox:
        (zygote,) = sandbox._stock._alive
        procs = the_slot(sandbox).folder / "cgroup.procs"
        before = set(procs.read_text().split())
        async with anyio.create_task_group() as group:
            group.start_soon(keep_asking, sandbox)
            while not (child := set(procs.read_text().split()) - before):  # noqa: ASYNC110 # none
                await anyio.sleep(0.05)
            os.kill(int(child.pop()), signal.SIGKILL)
        assert zygote in sandbox._stock._alive
    assert isinstance(outcomes[0], Returned)


async def test_processes_are_bounded(grounds: Grounds) -> None:
    """Threads end where the group has no more room."""
    source = """
import threading, time
def f():
    threading.stack_size(1 << 16)
    started = 0
    try:
        while started < 1000:
            threading.Thread(target=time.sleep, args=(600,), daemon=True).start()
            started += 1
    except RuntimeError:
        return started
"""
    async with Sandbox(workers=1, limits=LIMITS) as sandbox:
        outcome = await ask(sandbox, Program(source))
        assert isinstance(outcome, Returned), outcome
        assert outcome.value < 100


def test_what_a_killed_daemon_leaves_is_swept(grounds: Grounds, tmp_path: Path) -> None:
    """Its processes go with it; its groups go at the next start."""
    script = tmp_path / "daemon.py"
    script.write_text(
        textwrap.dedent("""
        import anyio, os, signal
        from codeiod_sandbox import Sandbox
        async def main():
            async with Sandbox(workers=1) as sandbox:
                print(sandbox.level.name, flush=True)
                os.kill(os.getpid(), signal.SIGKILL)
        anyio.run(main)
        """)
    )
    told = subprocess.run([sys.executable, str(script)], stdout=subprocess.PIPE, check=False)
    assert told.stdout == b"CGROUP\n"
    (left,) = slots(grounds)
    _wait_until_empty(left / "cgroup.events")
    assert stake_out() == grounds
