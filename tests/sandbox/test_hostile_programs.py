"""What hostile programs do costs themselves alone, and is told as what it is."""

import json
import os
import resource
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import anyio
import pytest
import pytest_asyncio

from codeiod_sandbox import (
    Call,
    Died,
    Limits,
    NotJson,
    Outcome,
    OverMemory,
    Program,
    Raised,
    Returned,
    Sandbox,
    SandboxError,
    SandboxLevel,
    TimedOut,
)
from codeiod_sandbox.guest.messages import HEADER, RECORD, Ended, Kind, Report
from codeiod_sandbox.records import bytes_in_use, make_outward, read_outcomes

# Tests share their zygotes, as programs do: one loop for all.
pytestmark = pytest.mark.asyncio(loop_scope="module")

LIMITS = Limits(call_seconds=0.5, memory_bytes=128 << 20, output_bytes=1 << 16)
LEVELS = [SandboxLevel.FULL, SandboxLevel.NO_NAMESPACES]
SLEEP = Program("import time\ndef f(): time.sleep(600)")
SOUND = """
import os, tempfile
def f():
    folder = tempfile.mkdtemp()
    return [os.listdir(os.path.dirname(folder)) == [os.path.basename(folder)], os.getcwd() != ""]
"""


def open_descriptors() -> int:
    return sum(1 for _ in Path("/proc/self/fd").iterdir())


@pytest_asyncio.fixture(
    params=LEVELS, ids=[level.name for level in LEVELS], scope="module", loop_scope="module"
)
async def jail(request: pytest.FixtureRequest) -> AsyncIterator[Sandbox]:
    async with Sandbox(workers=1, limits=LIMITS, at_most=request.param) as sandbox:
        if sandbox.level < SandboxLevel.WEAK:
            pytest.skip(f"not to be had here: {sandbox.describe()}")
        yield sandbox


@pytest.mark.parametrize(
    "spoil",
    [
        "os.chmod(tmp, 0)",
        "os.makedirs('a/b/c'); os.chmod('a/b', 0); os.chmod('a', 0)",
        "[os.mkdir('d' * 100) or os.chdir('d' * 100) for _ in range(400)]",
        "open(b'\\xff\\n', 'w').close(); os.symlink('/', 'root'); os.mkdir('0'); os.umask(0o777)",
    ],
)
async def test_a_spoilt_tmp_is_not_the_next_programs(jail: Sandbox, spoil: str) -> None:
    """However a program leaves its folder, it has its own value and the next a fresh folder."""
    source = f"import os, tempfile\ndef f():\n    tmp = tempfile.gettempdir()\n    {spoil}"
    for _ in range(2):
        (spoilt,) = await jail.run(Program(source), [Call("f", {})])
        assert isinstance(spoilt, Returned), spoilt
        (sound,) = await jail.run(Program(SOUND), [Call("f", {})])
        assert isinstance(sound, Returned), sound
        assert sound.value == [True, True]


async def test_flags_of_the_standard_files_are_gone(jail: Sandbox) -> None:
    """What one program does to its descriptors, the next does not see."""
    source = """
import fcntl, os
def f():
    found = [fcntl.fcntl(n, fcntl.F_GETFL) & os.O_NONBLOCK for n in range(3)]
    for n in range(3):
        fcntl.fcntl(n, fcntl.F_SETFL, os.O_NONBLOCK)
    return found
"""
    for _ in range(2):
        (outcome,) = await jail.run(Program(source), [Call("f", {})])
        assert isinstance(outcome, Returned), outcome
        assert outcome.value == [0, 0, 0]


async def test_forged_progress_buys_no_time(jail: Sandbox) -> None:
    """A sleeper that counts its calls up and down again still runs out of wall clock."""
    source = """
import struct, sys, time
def f():
    frame = sys._getframe()
    while "records" not in frame.f_locals:
        frame = frame.f_back
    for n in range(10**9):
        struct.pack_into("<I", frame.f_locals["records"]._pages, 0, 1 + n % 2)
        time.sleep(0.01)
"""
    with anyio.fail_after(60):
        outcomes = await jail.run(Program(source), [Call("f", {})] * 2)
    assert outcomes == [TimedOut("wall")] * 2


@pytest.mark.parametrize("end", ["return [1, 'x' * 9000]", "raise ValueError('x' * 999)"])
async def test_memory_that_is_left_full(jail: Sandbox, end: str) -> None:
    """Where nothing is left even to tell the outcome, the outcome is just that."""
    source = f"""
kept = []
def f():
    for size in (1 << 20, 1 << 12, 1 << 9):
        try:
            while True: kept.append(bytearray(size))
        except MemoryError:
            pass
    {end}
"""
    (outcome,) = await jail.run(Program(source), [Call("f", {})])
    assert outcome == OverMemory() or isinstance(outcome, (Raised, Returned))


@pytest.mark.parametrize(
    ("source", "type_name"),
    [
        ("class E(Exception): __class__ = property(lambda self: exit())", "E"),
        ("class E(Exception): __class__ = MemoryError", "E"),
        ("class E(OSError): errno = property(lambda self: exit())", "E"),
        ("class E(OSError): errno = 27", "E"),
        ("def E():\n    e = SyntaxError()\n    e.lineno = 10**5000\n    return e", "SyntaxError"),
    ],
)
async def test_exceptions_that_fight_back(jail: Sandbox, source: str, type_name: str) -> None:
    """An exception is told by what it is, not by what its class says."""
    (outcome,) = await jail.run(Program(f"{source}\ndef f(): raise E()"), [Call("f", {})])
    assert isinstance(outcome, Raised)
    assert outcome.type == type_name


async def test_a_child_that_never_came_to_its_program(monkeypatch: pytest.MonkeyPatch) -> None:
    """It is a fault of the sandbox, and no word on the program."""

    def unreadable(*_: object) -> int:
        descriptor = os.memfd_create("inward")
        os.set_blocking(descriptor, False)
        os.write(descriptor, b"[")
        return descriptor

    async with Sandbox(workers=1, limits=LIMITS) as sandbox:
        with monkeypatch.context() as patch:
            patch.setattr("codeiod_sandbox.pool.write_request", unreadable)
            with pytest.raises(SandboxError, match="locked in"):
                await sandbox.run(Program(SOUND), [Call("f", {})])
        assert isinstance((await sandbox.run(Program(SOUND), [Call("f", {})]))[0], Returned)


async def test_leaving_with_a_job_in_flight() -> None:
    """The job ends with an error, and nothing stays open."""
    before = open_descriptors()
    errors: list[Any] = []

    async def sleep(sandbox: Sandbox) -> None:
        try:
            await sandbox.run(SLEEP, [Call("f", {})])
        except SandboxError as error:
            errors.append(error)

    async with anyio.create_task_group() as group, Sandbox(workers=1, limits=LIMITS) as sandbox:
        group.start_soon(sleep, sandbox)
        await anyio.wait_all_tasks_blocked()
    assert len(errors) == 1
    assert open_descriptors() <= before


async def test_without_descriptors_no_verdict_and_no_leak() -> None:
    """A daemon at its limit of open files is told so as a fault, and loses none of them."""
    limit = resource.getrlimit(resource.RLIMIT_NOFILE)
    async with Sandbox(workers=1, limits=LIMITS) as sandbox:
        open_now = open_descriptors()
        try:
            resource.setrlimit(resource.RLIMIT_NOFILE, (3, limit[1]))
            for _ in range(3):
                with pytest.raises(SandboxError, match="Too many open files"):
                    await sandbox.run(Program(SOUND), [Call("f", {})])
        finally:
            resource.setrlimit(resource.RLIMIT_NOFILE, limit)
        assert open_descriptors() == open_now
        assert isinstance((await sandbox.run(Program(SOUND), [Call("f", {})]))[0], Returned)


async def test_a_forged_exception_is_bounded() -> None:
    """Whoever writes a record by hand gets no longer names and no larger numbers into it."""
    for line, expected in ((5, Raised("x" * 100, "y" * 1000, 5)), (10**4000, Died("protocol"))):
        body = json.dumps(["x" * 5000, "y" * 5000, line]).encode()
        outward = make_outward(1, 1 << 16)
        os.write(outward, HEADER.pack(1, 1) + RECORD.pack(len(body), Kind.RAISED, 0.0) + body)
        reading = read_outcomes(
            outward, bytes_in_use(outward), 1, 1 << 16, Report(1, 0, Ended.ITSELF, 1.0, 0)
        )
        os.close(outward)
        assert reading.outcomes == [expected]


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (b"[1, 2.5]", Returned("[1, 2.5]", [1, 2.5], 1.0)),
        (b" [1, 2.5]", Died("protocol")),
        (b"[1,2.5]", Died("protocol")),
        (b"1.0E5", Died("protocol")),
        (b"-0", Died("protocol")),
        (b'"\\u0041"', Died("protocol")),
        (b"[" * 257 + b"]" * 257, Died("protocol")),
        (b'{"a": 1, "a": 2}', NotJson("a key appears twice")),
        (b"\xff", Died("protocol")),
    ],
)
async def test_a_forged_result_has_the_form_of_a_result(body: bytes, expected: Outcome) -> None:
    """One value has one text; and nobody used more CPU time than the process as a whole."""
    outward = make_outward(2, 1 << 16)
    os.write(outward, HEADER.pack(2, 2) + RECORD.pack(len(body), Kind.RETURNED, 1e308) + body)
    reading = read_outcomes(
        outward, bytes_in_use(outward), 2, 1 << 16, Report(1, 0, Ended.ITSELF, 1.0, 0)
    )
    os.close(outward)
    assert reading.outcomes[0] == expected


async def test_arguments_that_not_every_python_reads(jail: Sandbox) -> None:
    """They are refused before a process is made for them."""
    nested: Any = 0
    for _ in range(700):
        nested = [nested]
    with pytest.raises(ValueError, match="nested too deep"):
        await jail.run(Program("def f(x): return 1"), [Call("f", {"x": nested})])
