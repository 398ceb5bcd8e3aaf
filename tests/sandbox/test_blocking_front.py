"""The sandbox in plain functions: what a caller without an event loop gets."""

import subprocess
import sys
import textwrap
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from codeiod_sandbox import (
    Call,
    Limits,
    LoadFailed,
    NotJson,
    Outcome,
    Program,
    Raised,
    Returned,
    SandboxError,
    SandboxLevel,
    SyncSandbox,
)

LIMITS = Limits(call_seconds=2.0, memory_bytes=256 << 20, output_bytes=1 << 16)
BOUND_SECONDS = 60


@pytest.fixture(scope="module")
def sandbox() -> Iterator[SyncSandbox]:
    with SyncSandbox(2, LIMITS) as sandbox:
        yield sandbox


def ask(sandbox: SyncSandbox, source: str, **arguments: object) -> Outcome:
    (outcome,) = sandbox.run(Program(source), [Call("f", arguments)])
    return outcome


def test_it_runs_and_tells_its_level(sandbox: SyncSandbox) -> None:
    """One outcome per call, in order; the level is that of the sandbox beneath."""
    calls = [Call("f", {"n": n}) for n in range(40)]
    outcomes = sandbox.run(Program("def f(n): return n * n"), calls)
    assert [o.value for o in outcomes if isinstance(o, Returned)] == [n * n for n in range(40)]
    assert sandbox.level > SandboxLevel.NONE
    assert sandbox.layers["seccomp"] == "on"
    assert sandbox.level.name in sandbox.describe()
    assert sandbox.backlog == 0


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("x = 1\ndef f(:", LoadFailed("SyntaxError", "", 2)),
        ("def f():\n return 1\n  return 2", LoadFailed("IndentationError", "", 3)),
        ("def f():\n\tif 1:\n        return 1", LoadFailed("TabError", "", 3)),
        ("def f(): return '\0'", LoadFailed("SyntaxError", "", 0)),
        ("import nothing_of_that_name", LoadFailed("ModuleNotFoundError", "", 1)),
        ("x = 1\n\n1 / 0", LoadFailed("ZeroDivisionError", "division by zero", 3)),
        ("def g(): pass", LoadFailed("NameError", "no function named 'f'", 0)),
        ("f = 3", LoadFailed("TypeError", "'f' is not a function", 0)),
        ("", LoadFailed("NameError", "no function named 'f'", 0)),
    ],
)
def test_a_program_that_can_not_be_called(
    sandbox: SyncSandbox, source: str, expected: LoadFailed
) -> None:
    """It does not compile, fails as it loads, or has no such function: type, message and line."""
    outcome = ask(sandbox, source)
    assert isinstance(outcome, LoadFailed)
    assert (outcome.type, outcome.line) == (expected.type, expected.line)
    assert outcome.message
    assert expected.message in outcome.message


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("def f(): return 1", "f() got an unexpected keyword argument 'm'"),
        ("def f(n, m): return 1", "f() missing 1 required positional argument: 'n'"),
        ("def f(m, /): return 1", "f() got some positional-only arguments passed as keyword"),
        ("class f: pass", "f() takes no arguments"),
    ],
)
def test_a_function_that_takes_other_arguments(
    sandbox: SyncSandbox, source: str, expected: str
) -> None:
    """It is the call that fails, and the message says what does not fit."""
    outcome = ask(sandbox, source, m=1)
    assert isinstance(outcome, Raised)
    assert outcome.type == "TypeError"
    assert expected in outcome.message


def test_a_function_that_returns_nothing(sandbox: SyncSandbox) -> None:
    """None is a value of JSON like any other; what JSON has no word for is told by its type."""
    nothing = ask(sandbox, "def f(): pass")
    assert isinstance(nothing, Returned)
    assert (nothing.json, nothing.value) == ("null", None)
    assert ask(sandbox, "def f(): return {1}") == NotJson("a value of type set")
    assert ask(sandbox, "def f():\n    yield 1") == NotJson("a value of type generator")
    coroutine = ask(sandbox, "async def f(): return 1")
    assert coroutine == NotJson("a value of type coroutine")


def test_arguments_that_are_not_json_are_the_callers_mistake(sandbox: SyncSandbox) -> None:
    """They raise, and the sandbox is as good as before."""
    with pytest.raises(ValueError, match="JSON"):
        ask(sandbox, "def f(n): return n", n=float("inf"))
    with pytest.raises(TypeError, match="JSON"):
        ask(sandbox, "def f(n): return n", n=object())
    assert isinstance(ask(sandbox, "def f(n): return n", n=[1]), Returned)


def test_threads_share_it(sandbox: SyncSandbox) -> None:
    """Each thread gets its own answers."""
    with ThreadPoolExecutor(8) as threads:
        outcomes = list(threads.map(lambda n: ask(sandbox, "def f(n): return n", n=n), range(60)))
    assert [o.value for o in outcomes if isinstance(o, Returned)] == list(range(60))


def test_it_works_in_a_thread_and_with_a_helper() -> None:
    """The thread that opens it need not be the main one."""
    outcomes: list[Outcome] = []

    def work() -> None:
        with SyncSandbox(1, LIMITS, helpers=1) as sandbox:
            outcomes.append(ask(sandbox, "def f(): return 3"))

    thread = threading.Thread(target=work)
    thread.start()
    thread.join(BOUND_SECONDS)
    assert isinstance(outcomes[0], Returned)


def test_outside_its_block_it_is_an_error() -> None:
    """Before and after alike; and it can be opened again."""
    sandbox = SyncSandbox(1, LIMITS)
    for _ in range(2):
        with pytest.raises(SandboxError, match="not open"):
            ask(sandbox, "def f(): return 1")
        with sandbox:
            assert isinstance(ask(sandbox, "def f(): return 1"), Returned)


def test_one_that_can_not_be_started() -> None:
    """The error of the sandbox itself, not one of threads or groups."""
    with pytest.raises(SandboxError, match="can't be started"):
        SyncSandbox(1, python=Path("/nonexistent/python")).__enter__()
    with pytest.raises(KeyError), SyncSandbox(1, LIMITS):
        raise KeyError


def test_ctrl_c_stops_the_program(tmp_path: Path) -> None:
    """The interrupt reaches the caller at once, and the program behind it ends."""
    script, up = tmp_path / "script.py", tmp_path / "up"
    script.write_text(
        textwrap.dedent(f"""
        import pathlib, signal, threading
        from codeiod_sandbox import Call, Limits, Program, SyncSandbox

        signal.signal(signal.SIGINT, signal.default_int_handler)
        with SyncSandbox(1, Limits(call_seconds=600)) as sandbox:
            sandbox.run(Program("def f(): return 1"), [Call("f", {{}})])
            try:
                pathlib.Path({str(up)!r}).touch()
                sandbox.run(Program("def f():\\n    while True: pass"), [Call("f", {{}})])
            except KeyboardInterrupt:
                print(sandbox.run(Program("def f(): return 2"), [Call("f", {{}})])[0].value)
        """)
    )
    with subprocess.Popen([sys.executable, str(script)], stdout=subprocess.PIPE, text=True) as run:
        deadline = time.monotonic() + BOUND_SECONDS
        while not up.exists():
            assert run.poll() is None
            assert time.monotonic() < deadline
            time.sleep(0.02)
        run.send_signal(2)
        told, _ = run.communicate(timeout=BOUND_SECONDS)
    assert (run.returncode, told) == (0, "2\n")


def test_an_interrupt_at_any_moment_leaves_nothing_running(tmp_path: Path) -> None:
    """Be it before the program is under way, or while it is: the only worker is free again."""
    script = tmp_path / "script.py"
    script.write_text(
        textwrap.dedent("""
        import signal
        from codeiod_sandbox import Call, Limits, Program, SyncSandbox

        signal.signal(signal.SIGALRM, signal.default_int_handler)
        with SyncSandbox(1, Limits(call_seconds=600)) as sandbox:
            for delay in range(1, 60):
                try:
                    signal.setitimer(signal.ITIMER_REAL, delay * 0.00002)
                    sandbox.run(Program("def f():\\n    while True: pass"), [Call("f", {})])
                except KeyboardInterrupt:
                    (outcome,) = sandbox.run(Program("def f(): return 2"), [Call("f", {})])
                    assert outcome.value == 2
            print("well")
        """)
    )
    run = subprocess.run(
        [sys.executable, str(script)],
        capture_output=True,
        text=True,
        timeout=BOUND_SECONDS,
        check=False,
    )
    assert (run.returncode, run.stdout, run.stderr) == (0, "well\n", "")
