"""The built-in teacher: what it makes of a file can be run, and what it says of a run is true."""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from codeiod.items import Answer, Item, Message, Origin, Program, Task
from codeiod.journal import Ledger
from codeiod.synthesis import carry
from codeiod.teachers.asks import PredictAsk, ReviseAsk, Sampling
from codeiod.teachers.builtin import BuiltinTeacher
from codeiod.teachers.builtin.teacher import unify
from codeiod_prompts import UnifyParts, Unparsable, find_answer, parse_unify
from codeiod_sandbox import Sandbox

EXAMPLES = Path(__file__).parents[2] / "examples"
real = pytest.mark.asyncio(loop_scope="module")
MakeProgram = Callable[..., Program]

SCORE = '''\
"""Cards."""
import math

LIMIT = 7

def score(cards: list[int]) -> int:
    """Score a hand of cards, in which a large one counts three."""
    total = 0
    for card in cards:
        if card < LIMIT:
            total += card
        else:
            total += 3
    return total

if __name__ == "__main__":
    print(score([3]))
'''


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def unified(real_sandbox: Sandbox) -> Callable[..., Any]:
    """Return what the teacher makes of a file."""

    async def unified(content: str, language: str = "Python") -> UnifyParts:
        origin = Origin("src", "a.py", 0, len(content), 1, 2)
        item = Item("1" * 32, 1, "recipe", origin, content, {"language": language})
        return parse_unify(await unify(real_sandbox, item))

    return unified


@real
async def test_a_file_becomes_a_program(unified: Callable[..., Any]) -> None:
    """The library is kept, the script is left out, the docstring becomes the problem."""
    parts = await unified(SCORE)
    assert "LIMIT = 7" in parts.refcode
    assert "__name__" not in parts.refcode
    assert "hand of cards" in parts.problem
    assert "`cards`" in parts.problem
    names: dict[str, Any] = {}
    exec(parts.refcode, names)
    assert names["main_solution"](cards=[3, 9, 4]) == 10


@real
async def test_the_same_file_becomes_the_same_program(unified: Callable[..., Any]) -> None:
    """Nothing hangs on chance: a file that comes again gives what it gave."""
    assert await unified(SCORE) == await unified(SCORE)


@real
@pytest.mark.parametrize(
    ("content", "language", "told"),
    [
        ("X = 1\n", "Python", "no functions"),
        ("def f():\n    return 1\n", "Python", "no function"),
        ("def f(x):\n    y = x\n    z = y\n    return 1\n", "Python", ""),
        ("print 'x'\n", "Python", "does not parse"),
        ("def f(path):\n    with open(path) as f:\n        return f.read()\n", "Python", ""),
        ("while True:\n    pass\n", "Python", "no function"),
        ("import os\nos.abort()\n", "Python", "no function"),
        ("int main() {}", "C", "this is C"),
    ],
    ids=["data", "no arguments", "constant", "Python 2", "reads a file", "endless", "hostile", "C"],
)  # fmt: skip
async def test_it_declines(
    unified: Callable[..., Any], content: str, language: str, told: str
) -> None:
    """What it can make nothing of is declined with the reason, so that no repair is asked."""
    with pytest.raises(Unparsable) as caught:
        await unified(content, language)
    assert caught.value.declined
    assert told in str(caught.value)


def ask_of(program: Program, task: Task, known: str) -> PredictAsk:
    return PredictAsk(program, task, known, (Message("user", "?"),), Sampling())


async def text_of(open_work: Any, sandbox: Sandbox, ask: PredictAsk | ReviseAsk) -> str:
    async with open_work() as work:
        answer = await BuiltinTeacher(sandbox, 2).answer(ask, Ledger(work.steps, "out/0/0/1", ""))
        assert isinstance(answer, Answer)
        assert answer.usage.output == 0
        assert answer.cost == 0
        return answer.text


@real
@pytest.mark.parametrize(
    ("refcode", "known"),
    [
        ("def main_solution(n):\n    return 3 * n + 1\n", '{"n": 5}'),
        ("def main_solution(n):\n    return {'a': [n], 'b': None, 'c': n / 3}\n", '{"n": 7}'),
        ("def main_solution(n):\n    return n * 10 ** 30\n", '{"n": 123}'),
        ("def main_solution(n):\n    return n + '{\"output\": 1}'\n", '{"n": "x"}'),
    ],
)
async def test_outputs_are_what_the_program_returns(
    open_work: Any, program: MakeProgram, real_sandbox: Sandbox, refcode: str, known: str
) -> None:
    """The answer is the value itself, and the reasoning before it comes to the same."""
    ask = ask_of(program(refcode), Task.OUTPUT_PREDICTION, known)
    text = await text_of(open_work, real_sandbox, ask)
    names: dict[str, Any] = {}
    exec(refcode, names)
    wanted = names["main_solution"](**json.loads(known))
    found = find_answer(text, "output")
    assert found is not None
    assert found.value == wanted
    reasoning = text[: text.rindex("```json")]
    assert json.dumps(wanted) in reasoning or repr(wanted) in reasoning


@real
async def test_a_call_without_a_result_has_no_answer(
    open_work: Any, program: MakeProgram, real_sandbox: Sandbox
) -> None:
    """It says what happened instead of making a value up."""
    ask = ask_of(program("def main_solution(n):\n    return 1 // n\n"), Task.OUTPUT_PREDICTION,
                 '{"n": 0}')  # fmt: skip
    text = await text_of(open_work, real_sandbox, ask)
    assert find_answer(text, "output") is None
    assert "ZeroDivisionError" in text


@real
@pytest.mark.parametrize(("known", "found"), [("9", True), ("1000", False)])
async def test_inputs_are_found_by_trial(
    open_work: Any, program: MakeProgram, real_sandbox: Sandbox, known: str, found: bool
) -> None:
    """Each trial that is told is true; a guess is called one; the second turn tries others."""
    square = program("def main_solution(n):\n    return n * n\n", "random.randint(-9, 9)")
    ask = ask_of(square, Task.INPUT_PREDICTION, known)
    revision = ReviseAsk(ask, "", "", ask.messages, Sampling())
    texts = [await text_of(open_work, real_sandbox, one) for one in (ask, revision)]
    for text in texts:
        trials = re.findall(r"(?:With|For|Given) (\{.*?\}) it gives (\d+)\.", text)
        assert all(ast.literal_eval(given)["n"] ** 2 == int(result) for given, result in trials)
        answer = find_answer(text, "input")
        assert answer is not None
        assert (answer.value["n"] ** 2 == int(known)) == found
        assert ("best guess" in text) != found
    assert found or texts[0] != texts[1]


@real
@pytest.mark.parametrize("path", ["text/roman.py", "algorithms/inversions.py"])
async def test_an_example_goes_all_the_way(
    open_work: Any, real_sandbox: Sandbox, path: str
) -> None:
    """A file of examples/ becomes samples, whose outputs are all right at the first turn."""
    content = (EXAMPLES / path).read_text()
    teacher = BuiltinTeacher(real_sandbox, 2)
    parts = {"teacher": teacher, "sandbox": real_sandbox, "content": content, "path": path}
    async with open_work(**parts) as work:
        done = await carry(work)
    assert done.outcome == "finished"
    samples = [json.loads(line) for line in done.samples]
    outputs = [s["status_1"] for s in samples if s["task"] == "output_prediction"]
    assert outputs == ["success"] * 3
