"""An input for a wanted output is searched by real calls, and told as it was found."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio
from hypothesis import given
from hypothesis import strategies as st

from codeiod.execution import execute
from codeiod.items import Program, canonical
from codeiod.teachers.builtin.searching import search_input
from codeiod.teachers.builtin.searching.backwards import leads
from codeiod.teachers.builtin.searching.distance import distance
from codeiod_prompts import find_answer
from codeiod_sandbox import Call, Limits, Returned, Sandbox

real = pytest.mark.asyncio(loop_scope="module")

NUMBERS = "import random\ndef input_generator():\n    return {'values': [random.randint(0, 99) for _ in range(random.randint(2, 7))]}\n"  # noqa: E501 # one generator
NUMBER = "import random\ndef input_generator():\n    return {'n': random.randint(0, 10 ** 6)}\n"
TEXT = "import random\ndef input_generator():\n    return {'s': ''.join(random.choices('abcdef', k=6))}\n"  # noqa: E501 # one generator


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def sandbox() -> AsyncIterator[Sandbox]:
    async with Sandbox(workers=1, limits=Limits(call_seconds=1.0)) as sandbox:
        yield sandbox


def program(body: str, generator: str) -> Program:
    name = {NUMBERS: "values", NUMBER: "n", TEXT: "s"}[generator]
    return Program(
        item_id="1" * 32,
        refcode=f"def main_solution({name}):\n    {body}\n",
        requirements="",
        input_generator=generator,
        problem="",
    )


async def reached(sandbox: Sandbox, made: Program, text: str) -> Any:
    answer = find_answer(text, "input")
    assert answer is not None
    (outcome,) = await execute(sandbox, made.refcode, [Call("main_solution", answer.value)])
    return outcome.value if isinstance(outcome, Returned) else None


@real
@pytest.mark.parametrize(
    ("body", "generator", "wanted"),
    [
        ("return sorted(values)", NUMBERS, [3, 17, 50]),
        ("return sum(values)", NUMBERS, 331),
        ("return [2 * v for v in values]", NUMBERS, [20, 4, 66]),
        ("return [v for v in values if v % 2]", NUMBERS, [7, 3]),
        ("return 3 * n + 7", NUMBER, 1_000_000),
        ("return n * n", NUMBER, 12_321),
        ("return s[::-1].upper()", TEXT, "FACADE"),
        ("return {'length': len(s), 'first': s[:1]}", TEXT, {"length": 4, "first": "b"}),
    ],
    ids=["sorted", "sum", "place by place", "filtered", "proportional", "square", "upper", "parts"],
)  # fmt: skip
async def test_an_input_is_found(sandbox: Sandbox, body: str, generator: str, wanted: Any) -> None:
    """In two turns at most, for outputs that drawing alone would hardly meet."""
    made, text = program(body, generator), ""
    for turn in (0, 1):
        text = await search_input(sandbox, made, json.dumps(wanted), turn=turn, earlier=text)
        if canonical(await reached(sandbox, made, text)) == canonical(wanted):
            return
    pytest.fail(text)


@real
async def test_a_search_in_vain_says_so(sandbox: Sandbox) -> None:
    """What can't be reached ends in a guess that is called one, with what it gives."""
    made = program("return n * 2", NUMBER)
    text = await search_input(sandbox, made, '"text"')
    assert "best guess" in text
    assert find_answer(text, "input") is not None


@real
async def test_each_result_that_is_told_is_true(sandbox: Sandbox) -> None:
    """Whoever makes the calls again gets what the text says of them."""
    made = program("return [sum(values), max(values)]", NUMBERS)
    text = await search_input(sandbox, made, "[100, 60]")
    told = [line for line in text.splitlines() if line.startswith("- ")]
    assert told
    for line in told:
        arguments, result = json.loads(line[line.index("{") : line.index("}") + 1]), line[-9:]
        (outcome,) = await execute(sandbox, made.refcode, [Call("main_solution", arguments)])
        assert isinstance(outcome, Returned)
        assert outcome.json in line, result


@real
async def test_the_same_question_has_the_same_answer(sandbox: Sandbox) -> None:
    made = program("return sum(values)", NUMBERS)
    assert await search_input(sandbox, made, "55") == await search_input(sandbox, made, "55")


JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-99, 99) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=3), inner),
    max_leaves=8,
)


@given(JSON, JSON)
def test_only_what_is_the_same_is_no_distance_away(wanted: Any, found: Any) -> None:
    assert distance(wanted, wanted) == 0
    if canonical(wanted) != canonical(found):
        assert distance(wanted, found) > 0


def test_a_relation_that_failed_once_is_no_lead() -> None:
    """One trial that denies it is enough."""
    trials = [({"a": n}, 2 * n + 1) for n in range(5)]
    assert [lead.value for lead in leads(trials, 21) if "times" in lead.told] == [10]
    denied = [*trials, ({"a": 9}, 0)]
    assert not [lead for lead in leads(denied, 21) if "times" in lead.told]
