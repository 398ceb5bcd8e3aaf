"""Hundreds of executions, one in five hostile, leave nothing behind: `make bench-soak` in small."""

import contextlib
import os
import resource
import tempfile
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from pathlib import Path

import anyio
import pytest
import pytest_asyncio

from codeiod_sandbox import Call, Limits, Outcome, Program, Returned, Sandbox, SandboxLevel

# Tests share their zygotes, as programs do: one loop for all.
pytestmark = pytest.mark.asyncio(loop_scope="module")

LIMITS = Limits(call_seconds=1.0, memory_bytes=64 << 20, output_bytes=1 << 16)
LEVELS = [SandboxLevel.FULL, SandboxLevel.NO_NAMESPACES]
EXECUTIONS = 250
WORKERS = 2
SOUND = Program("import tempfile\ndef f(n):\n    tempfile.mkdtemp()\n    return {'n': n}")
SLEEP = Program("import time\ndef f(): time.sleep(0.3)")
HOSTILE = {
    "return len(bytearray(1 << 45))": "OverMemory",
    "while True: kept.append(os.pipe())": "Raised",
    "while True: threading.Timer(9, time.time).start()": "Raised",
    "for n in range(99): open(f'{n}', 'wb').write(bytes(9999))": "Returned",
    "os.mkdir('a'); os.chmod('a', 0); os.chmod('.', 0)": "Returned",
    "os.fork()": "Raised",
    "os._exit(0)": "Died",
    "ctypes.string_at(0)": "Died",
    "ctypes.CDLL(None).syscall(101, 16, 1)": "Died",
    "return f()": "Raised",
    "return 'x' * (1 << 20)": "OverOutput",
    "os.closerange(0, 1024)": "Returned",
    "threading.Thread(target=time.sleep, args=(60,)).start()": "Returned",
    "ctypes.CDLL(None).shmget(5, 4096, 0o1666)": "Returned",
}
HEAD = "import ctypes, os, threading, time\nkept = []\ndef f():\n    "


@dataclass(frozen=True, slots=True)
class Holding:
    """What a daemon and its zygotes hold between two executions."""

    processes: int
    descriptors: int
    mounts: int
    names: int

    @staticmethod
    def now() -> "Holding":
        below = descendants(os.getpid())
        return Holding(
            processes=len(below),
            descriptors=sum(1 for _ in Path("/proc/self/fd").iterdir()),
            mounts=sum(map(mounts, below)),
            names=sum(1 for _ in Path(tempfile.gettempdir()).rglob("*")),
        )


def descendants(pid: int) -> set[int]:
    """Return all processes below `pid`, those included that only wait to be reaped."""
    found: set[int] = set()
    for task in Path(f"/proc/{pid}/task").iterdir():
        with contextlib.suppress(OSError):  # a thread that has just ended
            for child in map(int, (task / "children").read_text().split()):
                found |= {child} | descendants(child)
    return found


def mounts(pid: int) -> int:
    """Count what is mounted for a process; it is told to few."""
    with contextlib.suppress(OSError):
        return len(Path(f"/proc/{pid}/mountinfo").read_text().splitlines())
    return 0


@pytest.fixture(scope="module")
def folder() -> Iterator[Path]:
    """Have a folder of our own for all that is made in the folder for temporary files."""
    with tempfile.TemporaryDirectory() as folder, pytest.MonkeyPatch.context() as patch:
        Path(folder).chmod(0o755)  # programs may run as another user
        patch.setattr(tempfile, "tempdir", folder)
        yield Path(folder)
        assert list(Path(folder).iterdir()) == []


@pytest_asyncio.fixture(
    params=LEVELS, ids=[level.name for level in LEVELS], scope="module", loop_scope="module"
)
async def jail(request: pytest.FixtureRequest, folder: Path) -> AsyncIterator[Sandbox]:
    async with Sandbox(WORKERS, LIMITS, at_most=request.param) as sandbox:
        if sandbox.level < SandboxLevel.WEAK:
            pytest.skip(f"not to be had here: {sandbox.describe()}")
        yield sandbox


async def soak(jail: Sandbox, numbers: range) -> list[tuple[int, Outcome]]:
    """Make executions one after the other; each fifth is hostile, each fourth of all a twin's."""
    bodies = list(HOSTILE)
    made = []
    for n in numbers:
        hostile = n % 5 == 4
        program = Program(HEAD + bodies[n // 5 % len(bodies)]) if hostile else SOUND
        call = Call("f", {} if hostile else {"n": n})
        (outcome,) = await jail.run(program, [call], twin=n % 4 == 3)
        made.append((n, outcome))
    return made


async def side_by_side(jail: Sandbox, executions: int) -> list[tuple[int, Outcome]]:
    made: list[tuple[int, Outcome]] = []

    async def part(first: int) -> None:
        made.extend(await soak(jail, range(first, executions, WORKERS)))

    async with anyio.create_task_group() as group:
        for first in range(WORKERS):
            group.start_soon(part, first)
    return made


async def fill(jail: Sandbox) -> None:
    """Have as many zygotes of each kind as can be busy at once."""
    for twin in (False, True):
        async with anyio.create_task_group() as group:
            for _ in range(WORKERS):
                group.start_soon(_sleep, jail, twin)


async def _sleep(jail: Sandbox, twin: bool) -> None:
    await jail.run(SLEEP, [Call("f", {})], twin=twin)


async def test_nothing_is_left_and_nothing_is_wrong(jail: Sandbox) -> None:
    """Outcomes are the known ones; processes, descriptors, mounts, folders are as before."""
    await side_by_side(jail, 5 * len(HOSTILE))
    await fill(jail)
    before, memory = Holding.now(), resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    bodies = list(HOSTILE)
    for n, outcome in await side_by_side(jail, EXECUTIONS):
        if n % 5 == 4:
            body = bodies[n // 5 % len(bodies)]
            assert type(outcome).__name__ == HOSTILE[body], (body, outcome)
        else:
            assert isinstance(outcome, Returned), outcome
            assert outcome.value == {"n": n}
    await fill(jail)  # a zygote cleans up after it has answered
    assert Holding.now() == before
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss < memory + 4096  # kilobytes
