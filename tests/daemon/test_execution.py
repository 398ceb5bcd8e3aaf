"""The seam to the sandbox: a fault of it is no verdict, and is tried again."""

import pytest

from codeiod.execution import ATTEMPTS, trace
from codeiod.testing import FakeSandbox
from codeiod_sandbox import Call, Outcome, Program, Returned, SandboxError

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
