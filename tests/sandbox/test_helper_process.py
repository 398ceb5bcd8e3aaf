"""The sandbox in helper processes: as good as in this one, and what befalls it."""

import os
import signal
import socket
import subprocess
import sys
import textwrap
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import replace
from pathlib import Path

import anyio
import pytest
from hypothesis import given
from hypothesis import strategies as st

from codeiod_sandbox import (
    Call,
    Died,
    HelperSandbox,
    Limits,
    LoadFailed,
    Modules,
    NotJson,
    Outcome,
    OverMemory,
    OverOutput,
    Program,
    Raised,
    Returned,
    Sandbox,
    SandboxError,
    SandboxLevel,
    TimedOut,
    helper_process,
    wire,
)

LIMITS = Limits(call_seconds=2.0, memory_bytes=256 << 20, output_bytes=1 << 20)
DOUBLE = Program("def f(n): return n * 2")
SLEEP = Program("import time\ndef f(): time.sleep(600)")
SETTLE_SECONDS = 20.0
EVERYTHING = """
import time
def f(what):
    match what:
        case "big": return [10**4000, -0.0, 1e308, 0.1, "ü\\U0001f600\\x00", {"a": None}, True]
        case "raise": return 1 // 0
        case "sleep": time.sleep(600)
        case "memory": return len(bytearray(1 << 40))
        case "output": return "x" * (1 << 21)
        case "long": return "x" * (1 << 19)
        case "set": return {1}
        case "exit": __import__("os")._exit(3)
"""


def below(pid: int) -> set[int]:
    """Return all processes below `pid`, by the kernel's own lists."""
    found: set[int] = set()
    with suppress(FileNotFoundError, ProcessLookupError):  # it may end meanwhile
        for task in Path(f"/proc/{pid}/task").iterdir():
            for child in map(int, (task / "children").read_text().split()):
                found |= {child} | below(child)
    return found


def is_alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False


async def until_none_of(pids: set[int]) -> None:
    with anyio.fail_after(SETTLE_SECONDS):
        while any(map(is_alive, pids)):  # noqa: ASYNC110 # the kernel has no event for many pids
            await anyio.sleep(0.01)


async def until_running(helper: int, more_than: int) -> set[int]:
    """Wait until so many processes are below a helper, and return them."""
    with anyio.fail_after(SETTLE_SECONDS):
        while len(found := below(helper)) <= more_than:  # noqa: ASYNC110 # likewise
            await anyio.sleep(0.01)
    return found


def helpers_of_this() -> list[int]:
    """Return the processes below this one, but for those that other tests keep."""
    pids = Path(f"/proc/{os.getpid()}/task/{os.getpid()}/children").read_text().split()
    return sorted(
        int(pid) for pid in pids if b"/tests/" not in Path(f"/proc/{pid}/cmdline").read_bytes()
    )


def links_of(pid: int) -> list[str]:
    """Return what the open descriptors of a process are."""
    links = []
    for descriptor in Path(f"/proc/{pid}/fd").glob("*"):
        with suppress(FileNotFoundError):  # the one that this was listed by
            links.append(str(descriptor.readlink()))
    return links


def environ_of(pid: int) -> bytes:
    return Path(f"/proc/{pid}/environ").read_bytes()


@asynccontextmanager
async def one_helper() -> AsyncIterator[tuple[HelperSandbox, int]]:
    """Open a sandbox with one helper, and return its pid too."""
    before = set(helpers_of_this())
    async with HelperSandbox(1, LIMITS) as sandbox:
        (pid,) = set(helpers_of_this()) - before
        yield sandbox, pid


async def double(sandbox: HelperSandbox, n: int = 4) -> None:
    (outcome,) = await sandbox.run(DOUBLE, [Call("f", {"n": n})])
    assert isinstance(outcome, Returned)
    assert outcome.value == 2 * n


async def test_it_returns_what_a_sandbox_returns() -> None:
    """Every kind of outcome comes back as the same value, in order."""
    whats = ["big", "raise", "memory", "output", "long", "set", "exit", "sleep", "nothing"]
    calls = [Call("f", {"what": what}) for what in whats]
    brief = replace(LIMITS, call_seconds=0.5)
    async with HelperSandbox(1, brief) as helped, Sandbox(1, brief) as plain:
        assert (helped.level, helped.layers) == (plain.level, plain.layers)
        assert plain.describe() in helped.describe()
        through, direct = [
            [strip(outcome) for outcome in await sandbox.run(Program(EVERYTHING), calls)]
            for sandbox in (helped, plain)
        ]
        assert through == direct
        assert len({type(outcome) for outcome in through}) == 7
        (unloadable,) = await helped.run(Program("1 +"), [Call("f", {})])
        assert isinstance(unloadable, LoadFailed)
        year = Program("import time\ndef f(): return time.localtime().tm_year")
        years = await helped.run(year, [Call("f", {})] * 2, twin=True, alone=True)
        assert years[0] != years[1]


def strip(outcome: Outcome) -> Outcome:
    """Return an outcome without what no two runs share."""
    return Returned(outcome.json, outcome.value, 0.0) if isinstance(outcome, Returned) else outcome


async def test_arguments_that_are_not_json() -> None:
    """They are the caller's mistake, told at once."""
    async with one_helper() as (sandbox, _):
        for bad, error in ((float("nan"), ValueError), ({1}, TypeError)):
            with pytest.raises(error):
                await sandbox.run(DOUBLE, [Call("f", {"n": bad})])
        deep: object = 1
        for _ in range(800):
            deep = [deep]
        with pytest.raises(ValueError, match="nested"):
            await sandbox.run(DOUBLE, [Call("f", {"n": deep})])
        assert sandbox.backlog == 0
        await double(sandbox)


async def test_a_cancelled_run_is_cancelled_over_there() -> None:
    """The child is dead before the caller goes on, the only worker is free, the helper lives."""
    async with one_helper() as (sandbox, helper):
        await double(sandbox)
        idle = below(helper)
        async with anyio.create_task_group() as group:
            for _ in range(3):
                group.start_soon(sandbox.run, SLEEP, [Call("f", {})])
            await until_running(helper, len(idle))
            assert sandbox.backlog == 3
            group.cancel_scope.cancel()
        assert sandbox.backlog == 0
        await until_none_of(below(helper) - idle)
        await double(sandbox)
        assert below(helper) == idle


async def test_a_killed_helper_costs_what_it_had_in_hand() -> None:
    """Each run in flight raises, nothing of it goes on, and the next one has a new helper."""
    raised: list[str] = []

    async def sleep(sandbox: HelperSandbox) -> None:
        with pytest.raises(SandboxError) as error:
            await sandbox.run(SLEEP, [Call("f", {})])
        raised.append(str(error.value))

    async with one_helper() as (sandbox, helper):
        await double(sandbox)
        idle = len(below(helper))
        async with anyio.create_task_group() as group:
            group.start_soon(sleep, sandbox)
            group.start_soon(sleep, sandbox)
            running = await until_running(helper, idle)
            os.kill(helper, signal.SIGKILL)
        assert raised == ["a helper was lost: it ended"] * 2
        async with anyio.create_task_group() as group:
            for n in range(5):
                group.start_soon(double, sandbox, n)
        assert len(set(helpers_of_this()) - {helper}) >= 1
        await until_none_of(running | {helper})


async def test_a_helper_that_falls_silent_is_replaced(monkeypatch: pytest.MonkeyPatch) -> None:
    """Stopped, it answers nothing and is alive all the same: it is given up after a while."""
    monkeypatch.setattr(helper_process, "SILENCE_SECONDS", 3.0)
    async with one_helper() as (sandbox, helper):
        os.kill(helper, signal.SIGSTOP)
        with pytest.raises(SandboxError, match="silent"):
            await sandbox.run(DOUBLE, [Call("f", {"n": 1})])
        await double(sandbox)
        await until_none_of({helper})


async def test_signals_of_a_service_that_stops_are_left_to_the_daemon() -> None:
    """A helper goes on while the daemon drains."""
    async with one_helper() as (sandbox, helper):
        os.kill(helper, signal.SIGTERM)
        os.kill(helper, signal.SIGINT)
        await double(sandbox)
        assert helper in helpers_of_this()


async def test_nothing_is_left_after_the_end() -> None:
    """Leaving the block ends helpers, zygotes and programs, and closes what was opened."""
    before, opened = set(helpers_of_this()), len(links_of(os.getpid()))
    async with HelperSandbox(3, LIMITS, helpers=2) as sandbox, anyio.create_task_group() as group:
        async with anyio.create_task_group() as first:
            for n in range(8):
                first.start_soon(double, sandbox, n)
        helpers = set(helpers_of_this()) - before
        assert len(helpers) == 2
        group.start_soon(sandbox.run, SLEEP, [Call("f", {})])
        running = helpers.union(*(below(helper) for helper in helpers))
        group.cancel_scope.cancel()
    await until_none_of(running)
    assert len(links_of(os.getpid())) <= opened + 1
    with pytest.raises(SandboxError, match="closed"):
        await sandbox.run(DOUBLE, [Call("f", {"n": 1})])


async def test_an_error_of_the_block_comes_out_as_it_is() -> None:
    """No group is put around it."""
    with pytest.raises(KeyError):
        async with HelperSandbox(1, LIMITS):
            raise KeyError


async def test_a_sandbox_that_can_not_be_opened() -> None:
    """The reason is told, and no helper stays."""
    before = helpers_of_this()
    with pytest.raises(SandboxError, match="can't be started"):
        async with HelperSandbox(1, python=Path("/nonexistent/python")):
            pass
    assert helpers_of_this() == before


async def test_a_helper_has_no_secrets(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Neither the environment nor the open files of the process that starts it."""
    monkeypatch.setenv("TEACHER_API_KEY", "very-secret")
    secret = await anyio.Path(tmp_path, "key").open("w")
    os.set_inheritable(secret.wrapped.fileno(), True)
    async with one_helper() as (sandbox, helper):
        await double(sandbox)
        assert b"secret" not in environ_of(helper)
        links = links_of(helper)
        assert str(tmp_path / "key") not in links
        kinds = {"/dev/null", "socket", "pipe", "anon_inode", "/memfd"}
        assert {link.partition(":")[0] for link in links} <= kinds
    await secret.aclose()


@pytest.mark.parametrize("level", [SandboxLevel.FULL, SandboxLevel.NO_NAMESPACES])
async def test_nothing_outlives_a_daemon_that_is_killed(
    level: SandboxLevel, tmp_path: Path
) -> None:
    """kill -9 of the daemon takes its helpers along, and all below them."""
    script, up = tmp_path / "daemon.py", tmp_path / "up"
    script.write_text(
        textwrap.dedent(f"""
        import anyio
        from codeiod_sandbox import Call, HelperSandbox, Limits, Program, SandboxLevel

        async def main():
            level = SandboxLevel({level.value})
            async with HelperSandbox(2, Limits(60), helpers=2, at_most=level) as sandbox:
                loop = Program("def f():\\n    while True: pass")
                async with anyio.create_task_group() as group:
                    group.start_soon(sandbox.run, loop, [Call("f", {{}})])
                    await anyio.sleep(0)
                    await sandbox.run(Program("def f(): return 1"), [Call("f", {{}})], twin=True)
                    await anyio.Path({str(up)!r}).touch()
                    await anyio.sleep_forever()

        anyio.run(main)
        """)
    )

    def run_and_kill() -> set[int]:
        with subprocess.Popen([sys.executable, str(script)]) as daemon:
            deadline = time.monotonic() + SETTLE_SECONDS
            while not up.exists():
                assert daemon.poll() is None
                assert time.monotonic() < deadline
                time.sleep(0.02)
            found = below(daemon.pid)
            daemon.kill()
        return found

    found = await anyio.to_thread.run_sync(run_and_kill)
    assert len(found) >= 5  # two helpers, two zygotes, a child
    await until_none_of(found)


async def test_workers_are_shared_out() -> None:
    """As many helpers as there are workers at the most, and each has its part."""
    sandbox = HelperSandbox(5, helpers=3)
    assert [helper._settings.workers for helper in sandbox._helpers] == [2, 2, 1]
    assert len(HelperSandbox(2, helpers=9)._with_workers) == 2


VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(exclude_categories=["Cs"])),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text("ab"), inner, max_size=3),
    max_leaves=8,
)
NAMES = st.text(max_size=8)
OUTCOMES = st.one_of(
    st.builds(lambda value: Returned(wire.json.dumps(value), value, 0.25), VALUES),
    st.builds(Raised, NAMES, NAMES, st.integers(0, 1 << 31)),
    st.builds(LoadFailed, NAMES, NAMES, st.integers(0, 1 << 31)),
    st.builds(TimedOut, st.sampled_from(["cpu", "wall"])),
    st.builds(NotJson, NAMES),
    st.builds(Died, NAMES),
    st.sampled_from([OverMemory(), OverOutput()]),
)


@given(st.lists(OUTCOMES, max_size=5))
def test_outcomes_survive_the_wire(outcomes: list[Outcome]) -> None:
    """What is packed is unpacked as an equal value of the same type."""
    assert wire.unpack_outcomes(wire.pack_outcomes(outcomes)) == outcomes


@given(NAMES, st.dictionaries(NAMES, VALUES, max_size=3), st.integers(), st.booleans())
def test_requests_survive_the_wire(
    text: str, arguments: dict[str, object], seed: int, twin: bool
) -> None:
    """Source, calls, seeds and the way to run them."""
    run = wire.Run(Program(text), [Call(text, arguments, seed)], twin, not twin)
    assert wire.Run.unpack(run.pack()) == run


async def test_what_is_no_frame_ends_a_channel() -> None:
    """An other end that talks nonsense, or none at all any more, has hung up."""
    ours, theirs = socket.socketpair()
    theirs.send(b"\xff" * 16)
    with pytest.raises(wire.HungUp, match="a frame of kind 255"):
        await wire.Channel(ours).read()
    ours.close()
    theirs.close()


async def test_frames_come_whole_and_in_order() -> None:
    """Also those that are larger than a socket takes at once, posted while nobody reads."""
    one, other = socket.socketpair()
    here, there = wire.Channel(one), wire.Channel(other)
    bodies = [b"", b"a", bytes(3 << 20), b"b" * 100]
    for number, body in enumerate(bodies):
        here.post(wire.Kind.RUN, number, body)
    async with anyio.create_task_group() as group:
        group.start_soon(here.write)
        frames = [await there.read(SETTLE_SECONDS) for _ in bodies]
        group.cancel_scope.cancel()
    assert [(frame.number, frame.body) for frame in frames] == list(enumerate(bodies))
    here.close()
    with pytest.raises(wire.HungUp, match="it ended"):
        await there.read()
    there.close()


@pytest.mark.parametrize("allowed", [None, (), ("numpy", "scikit-learn")])
def test_settings_survive_the_wire(allowed: tuple[str, ...] | None) -> None:
    """Nothing allowed and everything allowed are not the same."""
    modules = Modules(preload=("json",), heavy=frozenset({"b", "a"}), allowed=allowed)
    settings = wire.Settings(7, 2, LIMITS, Path("/x/python"), modules, SandboxLevel.WEAK, 1.5)
    assert wire.Settings.unpack(settings.pack()) == settings
