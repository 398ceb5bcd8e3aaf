"""Every kind of outcome, each from a program that really ends so."""

from typing import Any

import pytest

from codeiod_sandbox import (
    Call,
    Died,
    Limits,
    LoadFailed,
    NotJson,
    OverMemory,
    OverOutput,
    Program,
    Raised,
    Returned,
    Sandbox,
    TimedOut,
)

# Tests share their zygotes, as programs do: one loop for all.
pytestmark = pytest.mark.asyncio(loop_scope="module")

SHORT = Limits(call_seconds=0.2, memory_bytes=256 << 20, output_bytes=1 << 16)
OPEN_IN_TMP = "import tempfile; open(tempfile.gettempdir() + '/x', 'w')"
LOOP = "def f(n):\n    while n: pass\n    return n"


async def test_a_value_comes_back_as_text_and_as_value(ask: Any) -> None:
    """Tuples become arrays, keys keep their order, the text is ASCII."""
    outcome = await ask("def f(): return {'b': (1, 2.5), 'a': 'é', 'c': [None, True]}")
    assert isinstance(outcome, Returned)
    assert outcome.json == '{"b": [1, 2.5], "a": "\\u00e9", "c": [null, true]}'
    assert outcome.value == {"b": [1, 2.5], "a": "é", "c": [None, True]}
    assert outcome.cpu_seconds > 0


async def test_calls_are_answered_in_order(sandbox: Sandbox) -> None:
    """More calls than one child takes still give one outcome each, in order."""
    calls = [Call("f", {"n": n}) for n in range(70)]
    outcomes = await sandbox.run(Program("def f(n): return n * n"), calls)
    assert [outcome.value for outcome in outcomes if isinstance(outcome, Returned)] == [
        n * n for n in range(70)
    ]


async def test_no_calls_have_no_outcomes(sandbox: Sandbox) -> None:
    """Nothing asked, nothing run."""
    assert await sandbox.run(Program("1/0"), []) == []


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("return 1 // 0", Raised("ZeroDivisionError", "integer division or modulo by zero", 2)),
        ("import sys; sys.exit('enough')", Raised("SystemExit", "enough", 2)),
        ("raise KeyboardInterrupt", Raised("KeyboardInterrupt", "", 2)),
        ("raise OSError(27, 'x')", OverOutput()),
        ("raise MemoryError", OverMemory()),
        ("return bytearray(1 << 30)", OverMemory()),
        ("return [0] * (1 << 28)", OverMemory()),
        ("return 'x' * (1 << 16)", OverOutput()),
        (f"{OPEN_IN_TMP}.write('x' * (1 << 20))", OverOutput()),
        ("import os; os._exit(3)", Died("exit 3")),
        ("import os; os._exit(0)", Died("exit 0")),
        ("import ctypes; ctypes.string_at(0)", Died("SIGSEGV")),
        ("return {1: 2}", NotJson("a key of type int")),
        ("return {1, 2}", NotJson("a value of type set")),
        ("return float('nan')", NotJson("a number that is not finite")),
        ("return '\\ud800'", NotJson("a lone surrogate in a string")),
        ("return 10 ** 4300", NotJson("an integer of more than 4300 digits")),
        ("x = []; x.append(x); return x", NotJson("a value that contains itself")),
        ("return f", NotJson("a value of type function")),
        ("import numpy; return numpy.arange(3)", NotJson("a value of type ndarray")),
        ("import numpy; return numpy.int64(3)", NotJson("a value of type int64")),
    ],
)
async def test_a_call_ends_as_its_body_says(ask: Any, body: str, expected: object) -> None:
    """Each way to end has an outcome of its own."""
    outcome = await ask(f"def f():\n    {body}")
    assert outcome == expected


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("x = 1\ndef f(:\n", LoadFailed("SyntaxError", "invalid syntax (program.py, line 2)", 2)),
        ("\nimport nowhere", LoadFailed("ModuleNotFoundError", "No module named 'nowhere'", 2)),
        ("raise SystemExit(2)", LoadFailed("SystemExit", "2", 1)),
        ("def g():\n  1/0\ng()", LoadFailed("ZeroDivisionError", "division by zero", 2)),
        (
            "import os; os._exit(3)",
            LoadFailed("SystemExit", "the process ended while loading: exit 3", 0),
        ),
        ("def g(): pass", LoadFailed("NameError", "no function named 'f'", 0)),
        ("f = 3", LoadFailed("TypeError", "'f' is not a function", 0)),
        ("x = bytearray(1 << 30)", LoadFailed("MemoryError", "", 1)),
    ],
)
async def test_a_program_that_does_not_load(
    sandbox: Sandbox, source: str, expected: LoadFailed
) -> None:
    """The failure, with its line in the program, is the outcome of every call."""
    for alone in (False, True):
        calls = [Call("f", {}), Call("f", {})]
        assert await sandbox.run(Program(source), calls, alone=alone) == [expected, expected]


async def test_arguments_that_do_not_bind(ask: Any) -> None:
    """A call with other arguments raises TypeError outside of the program: line 0."""
    outcome = await ask("def f(a): return a", {"b": 1})
    assert isinstance(outcome, Raised)
    assert (outcome.type, outcome.line) == ("TypeError", 0)


async def test_arguments_that_are_not_json_are_the_callers_error(sandbox: Sandbox) -> None:
    """They are refused before anything runs, and the sandbox stays of use."""
    for bad in (float("nan"), object()):
        with pytest.raises((ValueError, TypeError)):
            await sandbox.run(Program("def f(n): return 1"), [Call("f", {"n": bad})])
    assert sandbox.backlog == 0
    assert await sandbox.run(Program("def f(n): return n"), [Call("f", {"n": 1})])


async def test_a_timeout_costs_one_call_and_the_second_the_rest() -> None:
    """After two calls out of time a program is given up."""
    calls = [Call("f", {"n": n}) for n in (0, 1, 0, 1, 0)]
    async with Sandbox(workers=1, limits=SHORT) as sandbox:
        outcomes = await sandbox.run(Program(LOOP), calls)
    kinds = [type(outcome).__name__ for outcome in outcomes]
    assert kinds == ["Returned", "TimedOut", "Returned", "TimedOut", "TimedOut"]
    assert outcomes[1] == TimedOut("cpu")


async def test_a_sleeper_runs_out_of_wall_clock() -> None:
    """What does not use the CPU is bounded by the wall clock."""
    async with Sandbox(workers=1, limits=SHORT) as sandbox:
        program = Program("import time\ndef f(): time.sleep(600)")
        assert await sandbox.run(program, [Call("f", {})]) == [TimedOut("wall")]


async def test_a_program_that_never_finishes_loading() -> None:
    """Loading is under the limits of a call."""
    async with Sandbox(workers=1, limits=SHORT) as sandbox:
        outcomes = await sandbox.run(Program("while True: pass"), [Call("f", {})] * 2)
    assert outcomes == [LoadFailed("TimeoutError", "loading took too long (cpu)", 0)] * 2


async def test_a_death_costs_one_call(sandbox: Sandbox) -> None:
    """The calls after it are made in a fresh process."""
    program = Program("import os\ndef f(n):\n    if n == 1: os._exit(9)\n    return n")
    outcomes = await sandbox.run(program, [Call("f", {"n": n}) for n in range(3)])
    assert [getattr(outcome, "value", outcome) for outcome in outcomes] == [0, Died("exit 9"), 2]


async def test_alone_means_a_process_for_each_call(sandbox: Sandbox) -> None:
    """What a program remembers from call to call shows together, and is gone alone."""
    program = Program("seen = []\ndef f():\n    seen.append(1)\n    return len(seen)")
    calls = [Call("f", {})] * 3
    together = await sandbox.run(program, calls)
    alone = await sandbox.run(program, calls, alone=True)
    assert [outcome.value for outcome in together if isinstance(outcome, Returned)] == [1, 2, 3]
    assert [outcome.value for outcome in alone if isinstance(outcome, Returned)] == [1, 1, 1]


async def test_arguments_stay_the_callers(sandbox: Sandbox) -> None:
    """A program that changes its arguments changes its own copy."""
    mine = {"xs": [3, 1, 2]}
    program = Program("def f(xs):\n    xs.sort()\n    return xs")
    (outcome,) = await sandbox.run(program, [Call("f", mine)])
    assert isinstance(outcome, Returned)
    assert (outcome.value, mine) == ([1, 2, 3], {"xs": [3, 1, 2]})


async def test_the_same_seed_draws_the_same(sandbox: Sandbox) -> None:
    """`random` and numpy are seeded per call, also for what a program draws while it loads."""
    source = (
        "import random, numpy\nfirst = random.random()\n"
        "def f(): return [first, random.random(), float(numpy.random.rand())]"
    )
    seeds = (2**63 + 1, 2**63 + 1, 5)
    outcomes = [
        (await sandbox.run(Program(source), [Call("f", {}, seed=seed)]))[0] for seed in seeds
    ]
    values = [outcome.value for outcome in outcomes if isinstance(outcome, Returned)]
    assert values[0] == values[1]
    assert all(a != b for a, b in zip(values[0], values[2], strict=True))


async def test_what_programs_may_rely_on(ask: Any) -> None:
    """Module names, dataclasses with postponed annotations, threads, asyncio, files in /tmp."""
    outcome = await ask(
        """
from __future__ import annotations
import asyncio, dataclasses, sys, tempfile, threading
from concurrent.futures import ThreadPoolExecutor
assert __name__ != "__main__" and sys.modules[__name__].__name__ == __name__
@dataclasses.dataclass
class Point:
    x: int
    y: dataclasses.InitVar[int] = 2
async def later(): return 4
def f():
    print("noise", file=sys.stderr)
    print("noise")
    with ThreadPoolExecutor(4) as pool, tempfile.TemporaryFile() as file:
        file.write(b"abc")
        return [Point(1).x, list(pool.map(abs, [-1, 2])), asyncio.run(later()), sys.stdin.read()]
"""
    )
    assert isinstance(outcome, Returned), outcome
    assert outcome.value == [1, [1, 2], 4, ""]


async def test_a_large_result() -> None:
    """A megabyte of JSON comes back whole, and one byte more does not."""
    program = Program("def f(n): return 'x' * n")
    async with Sandbox(workers=1, limits=Limits(output_bytes=1 << 20)) as sandbox:
        fits, over = await sandbox.run(
            program, [Call("f", {"n": (1 << 20) - 2}), Call("f", {"n": (1 << 20) - 1})]
        )
    assert isinstance(fits, Returned)
    assert len(fits.value) == (1 << 20) - 2
    assert over == OverOutput()


async def test_arguments_nested_too_deep_are_a_value_error(sandbox: Sandbox) -> None:
    """Not a RecursionError: the caller catches one kind."""
    deep: list[Any] = []
    for _ in range(100_000):
        deep = [deep]
    with pytest.raises(ValueError, match="too deep"):
        await sandbox.run(Program("def f(n): return 1"), [Call("f", {"n": deep})])
