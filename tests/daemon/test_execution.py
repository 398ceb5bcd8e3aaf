"""The seam to the sandbox: a fault of it is no verdict, and is tried again."""

import pytest

from codeiod.execution import ATTEMPTS, MOST_KEPT_STEPS, TracesOfTwo, trace
from codeiod.testing import FakeSandbox
from codeiod_sandbox import (
    DEFAULT_TRACE_LIMITS,
    Call,
    Outcome,
    Program,
    Returned,
    SandboxError,
    Traced,
    TraceLimits,
)
from codeiod_sandbox.traces import Change, Shown, Step, StepKind, Trace

CALL = Call("main_solution", {"n": 1})


class Failing:
    """Fails so many times, and then knows the fake program."""

    def __init__(self, times: int) -> None:
        self.times = times

    def __call__(self, program: Program, call: Call, *how: bool) -> Outcome | None:
        self.times -= 1
        if self.times >= 0:
            raise SandboxError("lost")
        return None


@pytest.mark.looptime
async def test_a_trace_is_tried_again() -> None:
    """Its outcome is that of the attempt that was made."""
    traced = await trace(FakeSandbox(Failing(ATTEMPTS - 1)), "", CALL)
    assert isinstance(traced.outcome, Returned)
    assert traced.outcome.value == 4


@pytest.mark.looptime
async def test_a_trace_that_keeps_failing_is_a_fault() -> None:
    """The error of the sandbox comes out as it is."""
    with pytest.raises(SandboxError, match="lost"):
        await trace(FakeSandbox(Failing(ATTEMPTS)), "", CALL)


WIDER = TraceLimits(max_steps=5000, max_value_chars=1000)


class Tracing(FakeSandbox):
    """Counts its traces, each of so many steps that show one value."""

    def __init__(self, *, steps: int = 3, left_out: int = 0, is_cut: bool = False) -> None:
        super().__init__()
        shown = Shown("1", None, is_cut)
        told = Step(0, StepKind.LINE, 1, "main_solution", 0, 0, changes=(Change("n", shown),))
        self._trace = Trace((told,) * steps, {}, frozenset(), 1, steps + left_out, False)
        self.made = 0

    async def trace(
        self,
        program: Program,
        call: Call,
        limits: TraceLimits = DEFAULT_TRACE_LIMITS,
        *,
        twin: bool = False,
    ) -> Traced:
        self.made += 1
        traced = await super().trace(program, call, limits, twin=twin)
        return Traced(traced.outcome, self._trace)


async def test_a_trace_serves_two() -> None:
    """Who asks for a trace that was just made gets it, whatever the seed; the third a new one."""
    tracing = Tracing()
    runner = TracesOfTwo(tracing)
    first = await trace(runner, "x", CALL)
    assert await trace(runner, "x", Call("main_solution", {"n": 1}, seed=5), WIDER) is first
    assert tracing.made == 1
    await trace(runner, "x", CALL)
    assert tracing.made == 2


@pytest.mark.parametrize(
    ("tracing", "source", "second"),
    [
        (Tracing(left_out=1), "x", CALL),
        (Tracing(is_cut=True), "x", CALL),
        (Tracing(), "import random", Call("main_solution", {"n": 1}, seed=5)),
        (Tracing(), "x", Call("main_solution", {"n": 2})),
        (Tracing(), "x", Call("other", {"n": 1})),
        (Tracing(steps=MOST_KEPT_STEPS), "x", CALL),
    ],
    ids=["steps left out", "value cut", "chance", "arguments", "function", "too long to keep"],
)
async def test_a_trace_serves_only_where_another_would_be_the_same(
    tracing: Tracing, source: str, second: Call
) -> None:
    """One that leaves something out is made anew within wider limits, as is that of another run."""
    runner = TracesOfTwo(tracing)
    await trace(runner, source, CALL)
    await trace(runner, source, second, WIDER)
    assert tracing.made == 2


async def test_a_trace_that_leaves_something_out_serves_within_the_same_limits() -> None:
    """Made again it would leave out the same."""
    tracing = Tracing(left_out=1)
    runner = TracesOfTwo(tracing)
    assert await trace(runner, "x", CALL, WIDER) is await trace(runner, "x", CALL, WIDER)
