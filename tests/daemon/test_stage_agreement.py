"""The claims of a rationale are counted against the trace of the run that it reasons about."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from codeiod.items import Instance, Pair, Program, Status, Task, Verdict
from codeiod.stages.question import Question
from codeiod.stages.verify import verify
from codeiod_sandbox import Sandbox

OUT, IN = Task.OUTPUT_PREDICTION, Task.INPUT_PREDICTION
MakeProgram = Callable[..., Program]
pytestmark = pytest.mark.asyncio(loop_scope="module")

SUM = """\
def main_solution(n):
    total = 0
    for i in range(n):
        total += 3
    share = total * 10
    return share
"""
PAIR = Pair('{"n": 4}', "120", 1)
ON = ("predict.trace_check=on",)
NAMING = (*ON, "revise.name_divergence=true")


async def verdict_of(
    open_work: Any,
    program: MakeProgram,
    sandbox: Sandbox,
    text: str,
    *settings: str,
    task: Task = OUT,
) -> Verdict:
    question = Question(program(SUM), Instance(task, 0, 0), PAIR)
    async with open_work(*settings, sandbox=sandbox) as work:
        first: Verdict = await verify(work, question, 1, text)
        assert await verify(work, question, 1, text) == first, "it is journalled whole"
        return first


@pytest.mark.parametrize(
    ("text", "claims", "true"),
    [
        ('`total` becomes 12, so it is 120.\n{"output": 120}', 1, 1),
        ('`total` becomes 3 and later `total` becomes 9.\n{"output": 120}', 2, 2),
        ('`total` becomes 13, and `share` = 130.\n{"output": 130}', 2, 0),
        ('No name is named.\n{"output": 120}', 0, 0),
    ],
    ids=["true", "two", "false", "none"],
)
async def test_claims_are_counted(
    open_work: Any, program: MakeProgram, real_sandbox: Sandbox, text: str, claims: int, true: int
) -> None:
    """How many were checked and how many hold, whether the answer is right or wrong."""
    found = await verdict_of(open_work, program, real_sandbox, text, *ON)
    assert (found.claims, found.true_claims) == (claims, true)


async def test_off_means_that_nothing_is_checked(
    open_work: Any, program: MakeProgram, real_sandbox: Sandbox
) -> None:
    text = '`total` becomes 13.\n{"output": 130}'
    found = await verdict_of(open_work, program, real_sandbox, text)
    assert (found.claims, found.true_claims) == (0, 0)


async def test_an_input_is_checked_against_its_own_run(
    open_work: Any, program: MakeProgram, real_sandbox: Sandbox
) -> None:
    """What is said of the teacher's own arguments is, and of no other trial."""
    trials = 'With {"n": 4} `total` becomes 12. With {"n": 5} `total` becomes 15 and `total` is 16.'
    text = f'{trials}\n{{"input": {{"n": 5}}}}'
    found = await verdict_of(open_work, program, real_sandbox, text, *ON, task=IN)
    assert found.status is Status.MISMATCH
    assert (found.claims, found.true_claims) == (2, 1)


async def test_the_first_false_claim_is_named_where_asked(
    open_work: Any, program: MakeProgram, real_sandbox: Sandbox
) -> None:
    """With the value that it had, and never with the one that is wanted."""
    text = '`total` becomes 13.\n{"output": 130}'
    named = await verdict_of(open_work, program, real_sandbox, text, *NAMING)
    assert "total is 13;" in named.feedback
    assert "after line " in named.feedback
    assert "120" not in named.feedback


async def test_a_value_that_is_wanted_is_never_named(
    open_work: Any, program: MakeProgram, real_sandbox: Sandbox
) -> None:
    """A false claim about what the call returns would tell the answer."""
    text = '`share` becomes 130.\n{"output": 130}'
    named = await verdict_of(open_work, program, real_sandbox, text, *NAMING)
    assert named.true_claims < named.claims
    assert "120" not in named.feedback
