"""Verify: the status and the feedback of every kind of answer; what is wanted stays outside."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from codeiod.execution import ATTEMPTS, execute
from codeiod.items import Instance, Pair, Program, Status, Task, Verdict
from codeiod.stages.question import Question
from codeiod.stages.verify import MAX_INPUT_BYTES, verify
from codeiod.testing import FakeSandbox
from codeiod_sandbox import (
    Call,
    Died,
    LoadFailed,
    NotJson,
    Outcome,
    OverMemory,
    OverOutput,
    Raised,
    Returned,
    Sandbox,
    SandboxError,
    TimedOut,
)
from codeiod_sandbox import (
    Program as Source,
)

OUT, IN = Task.OUTPUT_PREDICTION, Task.INPUT_PREDICTION
MakeProgram = Callable[..., Program]
PLAIN = "def main_solution(n):\n    return 3 * n + 1\n"
SURROGATE = "def main_solution(n):\n    raise KeyError('\\ud800')\n"
real = pytest.mark.asyncio(loop_scope="module")


def returned(value: Any) -> Returned:
    return Returned(json.dumps(value), value, 0.0)


async def verdict_of(
    open_work: Any, program: Program, task: Task, pair: Pair, text: str, sandbox: Any = None
) -> Verdict:
    question = Question(program, Instance(task, 0, 0), pair)
    async with open_work(sandbox=sandbox or FakeSandbox(nothing_runs)) as work:
        found: Verdict = await verify(work, question, 1, text)
        assert f"{task.key}/0/0/1/verdict" in work.steps.journal.state.pending[
            work.item.item_id
        ].steps  # fmt: skip
        return found


def nothing_runs(*_: object) -> Outcome:
    raise AssertionError("nothing is to run for this")


@pytest.mark.parametrize(
    ("wanted", "text", "status", "answer"),
    [
        ("7", 'So:\n```json\n{"output": 7}\n```', Status.SUCCESS, "7"),
        ("7", '{"output": 7.0}', Status.SUCCESS, "7.0"),
        ("7", '{"output": 8}', Status.MISMATCH, "8"),
        ("7", '{"output": "7"}', Status.MISMATCH, '"7"'),
        ("7", '{"output": 8} no: {"output": 7}', Status.SUCCESS, "7"),
        ("7", '{"output": 7} no: {"output": 8}', Status.MISMATCH, "8"),
        ("true", '{"output": True}', Status.SUCCESS, "true"),
        ("1", '{"output": true}', Status.MISMATCH, "true"),
        ("null", '{"output": None}', Status.SUCCESS, "null"),
        ("0.333333", '{"output": 0.3333}', Status.SUCCESS, "0.3333"),
        ('{"b": [1], "a": ""}', '{"output": {"a": "", "b": [1]}}', Status.SUCCESS,
         '{"a": "", "b": [1]}'),
        (str(10**40), f'{{"output": {10**40}}}', Status.SUCCESS, str(10**40)),
        (str(10**40), '{"output": 1e40}', Status.MISMATCH, "1e+40"),
        ("7", "It is 7.", Status.NO_ANSWER, ""),
        ("7", '{"input": 7}', Status.NO_ANSWER, ""),
        ("7", '{"output": 7', Status.NO_ANSWER, ""),
        ("7", '{"output": 1e400}', Status.NO_ANSWER, ""),
        ("7", '{"output": NaN}', Status.NO_ANSWER, ""),
        ("7", "", Status.NO_ANSWER, ""),
        ("7", '{"output": ' + "9" * 5000 + "}", Status.NO_ANSWER, ""),
        ("7", '{"output": ' + "[" * 900 + "]" * 900 + "}", None, None),
    ],
    ids=range(21),
)  # fmt: skip
async def test_output_answers(
    open_work: Any, program: MakeProgram, wanted: str, text: str, status: Status | None, answer: str
) -> None:
    """An answer is compared by type and tolerance; nothing runs for it."""
    found = await verdict_of(open_work, program(PLAIN), OUT, Pair('{"n": 2}', wanted, 1), text)
    assert found.status in ((status,) if status else (Status.MISMATCH, Status.NO_ANSWER))
    if answer is not None:
        assert found.answer == answer
    assert found.right == (status is Status.SUCCESS)
    assert (found.feedback == "Success") == found.right


@pytest.mark.parametrize(
    ("text", "shown"), [('{"output": 1234}', "1234"), ("no object", '{"output": ...}')]
)
async def test_the_wanted_output_is_not_revealed(
    open_work: Any, program: MakeProgram, pair: Pair, text: str, shown: str
) -> None:
    """Feedback on a wrong output names what was answered, and never the right value."""
    found = await verdict_of(open_work, program(PLAIN), OUT, pair, text)
    assert shown in found.feedback
    assert pair.output not in found.feedback


BIG = returned("x" * 100)
DEEP = returned([[[[[[[[[1]]]]]]]]])


@pytest.mark.parametrize(
    ("first", "second", "status", "told"),
    [
        (returned(7), returned(7), Status.SUCCESS, "Success"),
        (returned(7.0), returned(7.0), Status.SUCCESS, "Success"),
        (returned(8), returned(8), Status.MISMATCH, "It returned\n\n8\n\nbut the value to reach"),
        (returned("7"), returned("7"), Status.MISMATCH, '"7"'),
        (returned(7), returned(8), Status.MISMATCH, "did not end alike"),
        (returned(8), returned(7), Status.MISMATCH, "did not end alike"),
        (NotJson("a set"), NotJson("a set"), Status.MISMATCH, "a set"),
        (returned(7), NotJson("a set"), Status.MISMATCH, "did not end alike"),
        (Raised("KeyError", "'q'", 3), Raised("KeyError", "'q'", 3), Status.EXCEPTION, "KeyError"),
        (returned(7), Raised("KeyError", "'q'", 3), Status.MISMATCH, "did not end alike"),
        (LoadFailed("E", "why", 1), LoadFailed("E", "why", 1), Status.EXCEPTION, "why"),
        (Died("SIGSEGV"), Died("SIGSEGV"), Status.EXCEPTION, "died"),
        (TimedOut("cpu"), TimedOut("cpu"), Status.TIMEOUT, "5 seconds"),
        (returned(7), TimedOut("wall"), Status.TIMEOUT, "5 seconds"),
        (OverMemory(), OverMemory(), Status.TOO_BIG, "memory"),
        (returned(7), OverMemory(), Status.TOO_BIG, "memory"),
        (Raised("MemoryError", "", 2), Raised("MemoryError", "", 2), Status.TOO_BIG, "memory"),
        (OverOutput(), OverOutput(), Status.TOO_BIG, "too much"),
        (BIG, BIG, Status.TOO_BIG, "a string of 100 characters"),
        (DEEP, DEEP, Status.TOO_BIG, "nested deeper than 8"),
    ],
    ids=repr,
)  # fmt: skip
async def test_input_answers_by_what_the_program_did(
    open_work: Any, program: MakeProgram, first: Outcome, second: Outcome, status: Status, told: str
) -> None:
    """Each outcome in the two zygotes has its status, and a feedback that says what was seen."""
    runs: list[tuple[bool, bool]] = []

    def script(_: Source, call: Call, twin: bool, alone: bool) -> Outcome:
        assert call.arguments == {"n": 5}
        runs.append((twin, alone))
        return second if twin else first

    pair = Pair('{"n": 2}', "7", 1)
    text = 'Thus {"input": {"n": 5}}'
    found = await verdict_of(open_work, program(PLAIN), IN, pair, text, FakeSandbox(script))
    assert (found.status, found.answer) == (status, '{"n": 5}')
    assert told in found.feedback
    assert sorted(runs) == [(False, False), (True, True)]


@pytest.mark.parametrize(
    ("text", "status", "told"),
    [
        ("nothing", Status.NO_ANSWER, '{"input": {...}}'),
        ('{"output": {"n": 1}}', Status.NO_ANSWER, '{"input": {...}}'),
        ('{"input": 5}', Status.INVALID_ANSWER, "not a JSON object"),
        ('{"input": [5]}', Status.INVALID_ANSWER, "not a JSON object"),
        ('{"input": null}', Status.INVALID_ANSWER, "not a JSON object"),
        ('{"input": {}}', Status.INVALID_ANSWER, "lacks the argument n"),
        ('{"input": {"m": 1}}', Status.INVALID_ANSWER, "lacks the argument n"),
        ('{"input": {"n": 1, "m": 1}}', Status.INVALID_ANSWER, "has no argument m"),
        ('{"input": {"n": "' + "x" * MAX_INPUT_BYTES + '"}}', Status.TOO_BIG, "bytes"),
    ],
    ids=range(9),
)  # fmt: skip
async def test_input_answers_that_can_not_be_run(
    open_work: Any, program: MakeProgram, text: str, status: Status, told: str
) -> None:
    """What is no object, does not bind or is huge is not run, and told what is wrong with it."""
    found = await verdict_of(open_work, program(PLAIN), IN, Pair('{"n": 2}', "7", 1), text)
    assert found.status is status
    assert told in found.feedback


async def test_the_wanted_value_never_enters_the_sandbox(
    open_work: Any, program: MakeProgram, pair: Pair
) -> None:
    """Neither the wanted output nor the pair's own input goes along with a predicted input."""
    seen: list[str] = []

    def script(source: Source, call: Call, *_: bool) -> None:
        seen.append(repr((source, call)))

    sandbox = FakeSandbox(script)
    await verdict_of(open_work, program(PLAIN), IN, pair, '{"input": {"n": 5}}', sandbox)
    assert len(seen) == 2
    assert not [one for one in seen if pair.output in one or "329218774" in one]


async def test_a_verdict_is_not_computed_again(
    open_work: Any, program: MakeProgram, pair: Pair
) -> None:
    """It is journalled, and read back the same."""
    text = '{"input": {"n": 329218774}}'
    first = await verdict_of(open_work, program(PLAIN), IN, pair, text, FakeSandbox())
    assert first.right
    assert await verdict_of(open_work, program(PLAIN), IN, pair, text) == first


@real
@pytest.mark.parametrize(
    ("refcode", "wanted", "answer", "status"),
    [
        ("def main_solution(n):\n    return n * n\n", "9", '{"n": -3}', Status.SUCCESS),
        ("def main_solution(n):\n    return n * n\n", "9", '{"n": 3.0}', Status.SUCCESS),
        ("def main_solution(n):\n    return n * n\n", "9", '{"n": 2}', Status.MISMATCH),
        ("def main_solution(n):\n    return n * n\n", "9", '{"n": "3"}', Status.EXCEPTION),
        ("def main_solution(n):\n    return 1 // n\n", "9", '{"n": 0}', Status.EXCEPTION),
        (SURROGATE, "9", '{"n": 0}', Status.EXCEPTION),
        ("def main_solution(n):\n    while n: pass\n", "9", '{"n": 1}', Status.TIMEOUT),
        ("def main_solution(n):\n    return [0] * n\n", "9", '{"n": 10000000000}', Status.TOO_BIG),
        ("def main_solution(n):\n    return 'x' * n\n", "9", '{"n": 1000000}', Status.TOO_BIG),
        ("def main_solution(n):\n    return 'x' * n\n", "9", '{"n": 500}', Status.TOO_BIG),
        ("def main_solution(n):\n    return {n}\n", "9", '{"n": 1}', Status.MISMATCH),
        ("def main_solution(n):\n    return id(n)\n", "9", '{"n": 1.5}', Status.MISMATCH),
        ("import os\ndef main_solution(n):\n    os.abort()\n", "9", '{"n": 1}', Status.EXCEPTION),
        ("def main_solution(**n):\n    return len(n)\n", "2", '{"a": 1, "b": 2}', Status.SUCCESS),
        ("def main_solution(n=4):\n    return n\n", "4", "{}", Status.SUCCESS),
    ],
    ids=range(15),
)  # fmt: skip
async def test_with_the_real_sandbox(
    open_work: Any,
    program: MakeProgram,
    real_sandbox: Sandbox,
    refcode: str,
    wanted: str,
    answer: str,
    status: Status,
) -> None:
    """What programs really do gets the right status, and any feasible input is right."""
    pair = Pair('{"n": 3}', wanted, 1)
    text = f'{{"input": {answer}}}'
    found = await verdict_of(open_work, program(refcode), IN, pair, text, real_sandbox)
    assert found.status is status


class Failing(FakeSandbox):
    """A sandbox that fails some times before it works."""

    def __init__(self, times: int) -> None:
        super().__init__()
        self.left = times

    async def run(self, *arguments: Any, **how: Any) -> list[Outcome]:
        self.left -= 1
        if self.left >= 0:
            raise SandboxError("no zygote")
        return await super().run(*arguments, **how)


@pytest.mark.looptime
async def test_a_fault_of_the_sandbox_is_retried() -> None:
    """It is never taken for what the program did."""
    calls = [Call("main_solution", {"n": 1})]
    assert await execute(Failing(ATTEMPTS - 1), PLAIN, calls) == [returned(4)]


@pytest.mark.looptime
async def test_a_sandbox_that_keeps_failing_is_no_verdict() -> None:
    """After some tries the failure goes up, as an exception."""
    with pytest.raises(SandboxError, match="no zygote"):
        await execute(Failing(ATTEMPTS), PLAIN, [Call("main_solution", {"n": 1})])
