"""Under load, at random moments, keepers, zygotes and children are killed and stopped.

`make bench-chaos` in small: the seed fixes what is done to whom, the machine when exactly.
"""

import os
import signal
from collections.abc import AsyncIterator
from contextlib import suppress
from pathlib import Path
from random import Random

import anyio
import pytest
import pytest_asyncio

from codeiod_sandbox import Call, Limits, Program, Returned, Sandbox, SandboxError, SandboxLevel

# Tests share their zygotes, as programs do: one loop for all.
pytestmark = pytest.mark.asyncio(loop_scope="module")

LIMITS = Limits(call_seconds=2.0, memory_bytes=128 << 20, output_bytes=1 << 16)
LEVELS = [SandboxLevel.FULL, SandboxLevel.NO_NAMESPACES]
WORKERS = 2
CLIENTS = 4
DISTURBANCES = 24
MEAN_SECONDS = 0.06
PAUSE_SECONDS = 0.3
PATIENCE_SECONDS = 60.0
SOUND = Program(
    "import time\ndef f(n):\n    for _ in range(10): time.sleep(0.005)\n    return [n, n * n]"
)
DEADLY = Program("import os, time\ndef f(n):\n    time.sleep(0.02)\n    os._exit(n)")


@pytest_asyncio.fixture(
    params=LEVELS, ids=[level.name for level in LEVELS], scope="module", loop_scope="module"
)
async def jail(request: pytest.FixtureRequest) -> AsyncIterator[Sandbox]:
    async with Sandbox(WORKERS, LIMITS, at_most=request.param) as sandbox:
        if sandbox.level < SandboxLevel.WEAK:
            pytest.skip(f"not to be had here: {sandbox.describe()}")
        yield sandbox


def children(pid: int) -> list[int]:
    """Return the processes that `pid` has made and not yet waited for; none if it is gone."""
    found: list[int] = []
    with suppress(OSError):
        for task in Path(f"/proc/{pid}/task").iterdir():
            with suppress(OSError):  # a thread that has just ended
                found += map(int, (task / "children").read_text().split())
    return sorted(found)


def at_depth(depth: int) -> list[int]:
    """Return the keepers (1), zygotes (2) or children (3) below this process."""
    level = [os.getpid()]
    for _ in range(depth):
        level = [child for pid in level for child in children(pid)]
    return level


def open_descriptors() -> int:
    return sum(1 for _ in Path("/proc/self/fd").iterdir())


def send(held: int, number: signal.Signals) -> None:
    with suppress(ProcessLookupError):
        signal.pidfd_send_signal(held, number)


async def disturb(depth: int, how: str, random: Random) -> None:
    """Do one thing to one process; it is held first, so that it is no other meanwhile."""
    found = at_depth(depth)
    if not found:
        return
    pid = random.choice(found)
    with suppress(ProcessLookupError):
        held = os.pidfd_open(pid)
        try:
            if pid in at_depth(depth):
                send(held, signal.SIGKILL if how == "kill" else signal.SIGSTOP)
                if how == "pause":
                    await anyio.sleep(random.uniform(0, PAUSE_SECONDS))
                    send(held, signal.SIGCONT)
        finally:
            os.close(held)


async def make_trouble(random: Random) -> None:
    async with anyio.create_task_group() as group:
        for _ in range(DISTURBANCES):
            await anyio.sleep(random.expovariate(1 / MEAN_SECONDS))
            how = random.choice(["kill", "stop", "pause"])
            group.start_soon(disturb, random.randint(1, 3), how, random)


async def run_all_the_time(jail: Sandbox, first: int, wrong: list[str]) -> None:
    """Run sound programs and such as die, until cancelled; note what has another outcome."""
    number = first
    while True:
        number += CLIENTS
        deadly = number % 3 == 0
        calls = [Call("f", {"n": n}) for n in (number % 50 + 1, 7)]
        with suppress(SandboxError), anyio.fail_after(PATIENCE_SECONDS):
            outcomes = await jail.run(DEADLY if deadly else SOUND, calls, twin=number % 5 == 0)
            for call, outcome in zip(calls, outcomes, strict=True):
                n = call.arguments["n"]
                told = getattr(outcome, "signal", getattr(outcome, "value", outcome))
                if told != (f"exit {n}" if deadly else [n, n * n]):
                    wrong.append(f"{n}: {outcome}")


async def test_no_outcome_is_wrong_and_the_pool_recovers(jail: Sandbox) -> None:
    """Each program has its outcome or an honest error, and afterwards all is as before."""
    wrong: list[str] = []
    descriptors = open_descriptors()
    async with anyio.create_task_group() as group:
        for first in range(CLIENTS):
            group.start_soon(run_all_the_time, jail, first, wrong)
        await make_trouble(Random(20_230))
        group.cancel_scope.cancel()
    assert wrong == []
    for n in range(20):
        (outcome,) = await jail.run(SOUND, [Call("f", {"n": n})], twin=n % 2 == 0)
        assert isinstance(outcome, Returned), outcome
        assert outcome.value == [n, n * n]
    assert len(at_depth(2)) <= 3 * WORKERS  # of each kind, the twins being two
    assert at_depth(3) == []
    assert open_descriptors() <= descriptors + 2 * 3 * WORKERS  # two for each zygote
