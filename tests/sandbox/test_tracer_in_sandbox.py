"""`Sandbox.trace`: the outcome of the call, and a trace that is the same on every interpreter."""

import os
import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import anyio.to_thread
import pytest
import pytest_asyncio

from codeiod_sandbox import (
    Call,
    HelperSandbox,
    Limits,
    LoadFailed,
    Program,
    Raised,
    Returned,
    Sandbox,
    SyncSandbox,
    TimedOut,
    Trace,
    Traced,
    TraceLimits,
)

LIMITS = Limits(call_seconds=2.0, memory_bytes=256 << 20, output_bytes=1 << 16)

KITCHEN = """
import collections
import dataclasses
import functools

LIMIT = 3
memo = {}
seen = []


@dataclasses.dataclass
class Point:
    x: int
    y: float = 0.5

    def moved(self, by):
        self.x += by
        return self


class Stack:
    def __init__(self):
        self.items = []

    def push(self, item):
        self.items.append(item)
        seen.append(item)


@functools.lru_cache
def fib(n):
    if n < 2:
        return n
    return fib(n - 1) + fib(n - 2)


def known(n):
    if n in memo:
        return memo[n]
    memo[n] = n * n
    return memo[n]


def numbers(n):
    for i in range(n):
        got = yield i
        if got:
            return "early"


def nested(n):
    total = 0

    def add(k):
        nonlocal total
        total += k
        return total

    for k in range(n):
        add(k)
    return total


def careful(text):
    try:
        value = int(text)
    except ValueError as error:
        value = str(error)
    else:
        value += 1
    finally:
        text = None
    return value


def control(n):
    out = []
    while True:
        n -= 1
        if n < 0:
            break
        elif n % 2:
            continue
        else:
            out.append(n)
    for i in range(3):
        pass
    else:
        out.append("else")
    for a in (1, 2): out.append(a)
    while n < 2: n += 1
    if n: n = 7
    match n:
        case 7 if out:
            out.append("seven")
        case _:
            out.append("other")
    return out


def f(n):
    point = Point(1)
    point.moved(2).moved(n)
    stack = Stack()
    for item in ("a", "b"):
        stack.push(item)
    a, b = fib(n), known(n)
    known(n)
    squares = [
        known(i)
        for i in range(n)
        if i != 1
    ]
    table = {
        key: value
        for key, value in zip("abc", squares)
    }
    counts = collections.Counter("banana")
    gen = numbers(3)
    first = next(gen)
    rest = list(gen)
    pair = sorted(squares, key=lambda s: -s), sum(s for s in squares)
    with open("/dev/null") as nothing:
        text = nothing.read()
    flags = {True, False} | {
        n > LIMIT
    }
    results = [careful("x"), careful("41"), control(n), nested(n)]
    z = 1 if n > 3 else 2
    del first
    assert z, (
        "never"
    )
    return [
        point.x, a, b, squares, table, dict(counts),
        rest, pair, text, len(flags), results, z,
    ]
"""


GENERATORS = """
import itertools


def g():
    s=[0]
    i=0
    while True:
        yield s[i]
        s.append(1)
        i+=1


def h():
    while True:
        try:
            x = yield 1
        except ValueError:
            x = 5
        except KeyError:
            return 6
        finally:
            y = 2


def p():
    yield 1
    yield 2


def deleg(n):
    r = yield from p()
    return r


class It:
    def __init__(self):
        self.n = 0

    def __iter__(self):
        return self

    def __next__(self):
        self.n += 1
        if self.n > 2:
            raise StopIteration
        return self.n


def f(n):
    t=0
    w = h()
    next(w)
    w.throw(ValueError("a"))
    try:
        w.throw(KeyError("b"))
    except StopIteration as e:
        v = e.value
    w = h(); next(w); w.close()
    w = p(); next(w)
    try:
        w.throw(KeyError("c"))
    except KeyError:
        v = 3
    del w
    q=list(deleg(1))
    for z in deleg(2):
        break
    z=list(It())
    for z in It(): pass
    try:
        next(iter([]))
    except StopIteration:
        v = 4
    import contextlib
    @contextlib.contextmanager
    def cm():
        v = 1
        yield v
        v = 2
    with cm() as k:
        v = k
    with contextlib.suppress(ValueError): raise ValueError(1)
    with contextlib.suppress(ValueError):
        raise ValueError(2)
    import asyncio
    async def co(k):
        await asyncio.sleep(0)
        return k
    async def main():
        return [await co(1), await co(2)]
    v = asyncio.run(main())
    for v in itertools.islice(g(), n):
        t+=v
    for k in g():
        if k > 0:
            break
    a = list(zip(range(2), g()))
    u = t+1
    return u
"""


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def tracing() -> AsyncIterator[Sandbox]:
    async with Sandbox(workers=1, limits=LIMITS) as sandbox:
        yield sandbox


pytestmark = pytest.mark.asyncio(loop_scope="module")


async def test_the_outcome_is_that_of_the_call(tracing: Sandbox) -> None:
    """Value, seed and twin are as in a run without a tracer."""
    source = "import random\ndef f(n):\n    k = random.randrange(10 ** 9)\n    return [n, k]\n"
    call = Call("f", {"n": 3}, seed=5)
    for twin in (False, True):
        traced = await tracing.trace(Program(source), call, twin=twin)
        (plain,) = await tracing.run(Program(source), [call], twin=twin)
        assert isinstance(plain, Returned)
        assert isinstance(traced.outcome, Returned)
        assert traced.outcome.json == plain.json
        assert traced.trace is not None
        assert traced.trace.is_complete
        assert traced.trace.steps[-1].value is not None
        assert traced.trace.steps[-1].value.json == plain.json


async def test_exceptions_are_outcomes_with_a_trace(tracing: Sandbox) -> None:
    """The trace goes to where it was raised."""
    source = "def f(n):\n    x = n + 1\n    return x / 0\n"
    traced = await tracing.trace(Program(source), Call("f", {"n": 3}))
    assert traced.outcome == Raised("ZeroDivisionError", "division by zero", 3)
    assert traced.trace is not None
    assert [step.kind.value for step in traced.trace.steps] == ["call", "line", "line", "raise"]


@pytest.mark.parametrize(
    "source",
    ["def f(:", "raise OSError", "def g(): pass", "f = 3"],
)
async def test_what_can_not_be_called_has_no_trace(tracing: Sandbox, source: str) -> None:
    """Its outcome says why."""
    traced = await tracing.trace(Program(source), Call("f", {}))
    assert isinstance(traced.outcome, LoadFailed)
    assert traced.trace is None or traced.trace.steps == ()


async def test_what_does_not_end_has_no_trace(tracing: Sandbox) -> None:
    """The limits hold as in any call."""
    source = "def f():\n    while True:\n        pass\n"
    traced = await tracing.trace(Program(source), Call("f", {}))
    assert traced == Traced(TimedOut("cpu"), None)


async def test_a_long_run_costs_little_more(tracing: Sandbox) -> None:
    """A million rounds end in time, and their trace is small."""
    source = "def f(n):\n    t = 0\n    for i in range(n):\n        t += i\n    return t\n"
    traced = await tracing.trace(Program(source), Call("f", {"n": 1_000_000}))
    assert isinstance(traced.outcome, Returned)
    assert traced.outcome.value == 499999500000
    assert traced.trace is not None
    assert traced.trace.was_stopped
    assert len(traced.trace.steps) < 60


async def test_a_forged_trace_is_refused(tracing: Sandbox) -> None:
    """What a program makes of the tracer's own objects is a trace of the right form, or none."""
    source = """
import gc
def f():
    for thing in gc.get_objects():
        if type(thing).__name__ == "Recorder":
            thing._head.clear()
            thing._counts["x"] = "y"
            thing._arcs.add((-1, "\\x1b"))
    return 1
"""
    traced = await tracing.trace(Program(source), Call("f", {}))
    assert isinstance(traced.outcome, Returned)
    assert traced.trace is None


async def test_limits_are_those_asked_for(tracing: Sandbox) -> None:
    """Each of a trace's limits reaches the tracer."""
    source = "def f(n):\n    for i in range(n):\n        x = str(i) * 50\n    return x\n"
    limits = TraceLimits(visits_first=3, visits_last=1, max_value_chars=30)
    traced = await tracing.trace(Program(source), Call("f", {"n": 20}), limits)
    assert traced.trace is not None
    assert [step.visit for step in traced.trace.steps if step.line == 3] == [1, 2, 3, 20]
    assert len(traced.trace.steps[-1].value.text) < 50  # type: ignore[union-attr] # it returns


async def test_helpers_trace_too(tracing: Sandbox) -> None:
    """A sandbox in another process gives the same trace, and refuses the same arguments."""
    call = Call("f", {"n": 4})
    here = await tracing.trace(Program(KITCHEN), call)
    async with HelperSandbox(workers=1, limits=LIMITS) as helped:
        there = await helped.trace(Program(KITCHEN), call)
        none = await helped.trace(Program("def f(:"), call)
        with pytest.raises(ValueError, match="JSON"):
            await helped.trace(Program(KITCHEN), Call("f", {"n": float("nan")}))
    assert there.trace == here.trace
    assert isinstance(none.outcome, LoadFailed)
    assert none.trace is None


async def test_plain_functions_trace_too() -> None:
    """As they run programs: by waiting."""
    traced = await anyio.to_thread.run_sync(_traced_by_waiting)
    assert traced.trace is not None
    assert len(traced.trace.steps) == 3


def _traced_by_waiting() -> Traced:
    source = "def f(n):\n    return n\n"
    with SyncSandbox(workers=1, limits=LIMITS) as sandbox:
        return sandbox.trace(Program(source), Call("f", {"n": 4}))


def _interpreters() -> list[Path]:
    """Other interpreters of this machine, with `sys.monitoring`."""
    versions = Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv")) / "versions"
    kept = [versions.glob(f"3.{minor}.*/bin/python") for minor in (12, 13)]
    found = [path for paths in kept for path in sorted(paths)]
    named = [shutil.which(f"python3.{minor}") for minor in (12, 13)]
    return found or [Path(name).resolve() for name in named if name]


@pytest.mark.skipif(not _interpreters(), reason="no other interpreter is here")
@pytest.mark.parametrize("source", [KITCHEN, GENERATORS], ids=["kitchen", "generators"])
@pytest.mark.parametrize("n", [0, 1, 4, 9])
async def test_every_interpreter_tells_the_same(tracing: Sandbox, n: int, source: str) -> None:
    """By `sys.settrace` or `sys.monitoring`: steps, counts and arcs are the same."""
    call = Call("f", {"n": n})
    here = await tracing.trace(Program(source), call)
    assert here.trace is not None
    assert not here.trace.was_stopped
    assert isinstance(here.outcome, Returned)
    assert here.trace is not None
    for python in _interpreters():
        async with Sandbox(workers=1, limits=LIMITS, python=python) as other:
            there = await other.trace(Program(source), call)
        assert isinstance(there.outcome, Returned)
        assert there.outcome.json == here.outcome.json
        assert there.trace is not None
        assert _told(there.trace) == _told(here.trace)
        assert there.trace.line_counts == here.trace.line_counts
        assert there.trace.arcs == here.trace.arcs


def _told(trace: Trace) -> list[str]:
    return [str(step) for step in trace.steps]
