"""A search reasons from the output, keeps to inputs of the described kind, and tells the truth."""

from __future__ import annotations

import json
import re
from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio
from hypothesis import given
from hypothesis import strategies as st

from codeiod.execution import execute
from codeiod.items import Program, canonical
from codeiod.teachers.builtin.searching import search_input
from codeiod.teachers.builtin.searching.materials import materials
from codeiod.teachers.builtin.searching.mutation import Pool
from codeiod.teachers.builtin.searching.nearness import compared
from codeiod.teachers.builtin.searching.regularities import regularities
from codeiod.teachers.builtin.searching.sweeps import solved, sweep
from codeiod.teachers.builtin.searching.trying import Trial, Why
from codeiod_prompts import find_answer
from codeiod_sandbox import Call, Limits, Returned, Sandbox

real = pytest.mark.asyncio(loop_scope="module")

CAESAR = """
import string
LETTERS = string.ascii_lowercase
def main_solution(text, shift, back):
    step = -shift if back else shift
    return "".join(LETTERS[(LETTERS.index(c) + step) % 26] if c in LETTERS else c for c in text)
"""
CAESAR_DRAWN = """
import random
def input_generator():
    text = "".join(random.choices("abcdefghij ", k=random.randint(3, 9)))
    return {"text": text, "shift": random.randint(1, 25), "back": random.random() < 0.5}
"""
ENDED = """
def main_solution(text):
    return " ".join(word[1:] + word[0] + "ay" for word in text.split())
"""
ENDED_DRAWN = """
import random
def input_generator():
    words = ["".join(random.choices("bcdfgaeo", k=random.randint(2, 6))) for _ in range(2)]
    return {"text": " ".join(words)}
"""
SLOW = """
def main_solution(n):
    while n > 40:
        pass
    return n * 2
"""
NUMBER_DRAWN = "import random\ndef input_generator():\n    return {'n': random.randint(0, 30)}\n"


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def sandbox() -> AsyncIterator[Sandbox]:
    async with Sandbox(workers=1, limits=Limits(call_seconds=1.0)) as sandbox:
        yield sandbox


def program(refcode: str, generator: str) -> Program:
    return Program(
        item_id="2" * 32,
        refcode=refcode,
        requirements="",
        input_generator=generator,
        problem="",
    )


async def gives(sandbox: Sandbox, made: Program, arguments: dict[str, Any]) -> Any:
    (outcome,) = await execute(sandbox, made.refcode, [Call("main_solution", arguments)])
    return outcome.value if isinstance(outcome, Returned) else None


@real
@pytest.mark.parametrize(
    ("refcode", "generator", "wanted"),
    [
        pytest.param(CAESAR, CAESAR_DRAWN, "vhfuhw phvvdjh", id="undone or place by place"),
        pytest.param(ENDED, ENDED_DRAWN, "ellohay orldway", id="word by word"),
    ],
)
async def test_texts_are_worked_out(
    sandbox: Sandbox, refcode: str, generator: str, wanted: str
) -> None:
    """At turn 1, though no draw comes near them."""
    made = program(refcode, generator)
    answer = find_answer(await search_input(sandbox, made, json.dumps(wanted)), "input")
    assert answer is not None
    assert await gives(sandbox, made, answer.value) == wanted


@real
async def test_every_call_that_is_told_gave_what_is_told(sandbox: Sandbox) -> None:
    made = program(CAESAR, CAESAR_DRAWN)
    text = await search_input(sandbox, made, '"no Such thing"')
    told = re.findall(r'(\{"text".*?\}),?(?: it gives| gives|, which gives) ("[^"]*")', text)
    assert len(told) >= 3
    for arguments, output in told:
        assert await gives(sandbox, made, json.loads(arguments)) == json.loads(output)
    assert len({arguments for arguments, _ in told}) == len(told)


@real
async def test_a_second_turn_never_repeats_the_first_answer(sandbox: Sandbox) -> None:
    made = program("def main_solution(n):\n    return n * 2\n", NUMBER_DRAWN)
    first = await search_input(sandbox, made, "31")
    second = await search_input(sandbox, made, "31", turn=1, earlier=first)
    answers = [find_answer(text, "input") for text in (first, second)]
    assert answers[0] is not None
    assert answers[1] is not None
    assert answers[0].value != answers[1].value
    assert "My earlier answer" in second


@real
async def test_an_endless_call_ends_a_batch_and_no_more(sandbox: Sandbox) -> None:
    """It is told as late, and the search still answers."""
    made = program(SLOW, NUMBER_DRAWN)
    answer = find_answer(await search_input(sandbox, made, "99"), "input")
    assert answer is not None
    assert isinstance(await gives(sandbox, made, answer.value), int)


HALVED = "def main_solution(n):\n    while n % 3 == 1:\n        pass\n    return n // 2\n"


@real
@pytest.mark.parametrize("wanted", ["31", "95", "-5000"])
async def test_only_a_call_that_was_made_is_told_to_be_endless(
    sandbox: Sandbox, wanted: str
) -> None:
    """Calls that a batch left out after some late ones are not spoken of; no guess is endless."""
    made = program(HALVED, NUMBER_DRAWN)
    text = await search_input(sandbox, made, wanted)
    told = re.findall(r'{"n": (-?\d+)}[^\n]*?does not end in time', text)
    assert all(int(n) % 3 == 1 for n in told)
    answer = find_answer(text, "input")
    assert answer is not None
    assert answer.value["n"] % 3 != 1


def test_materials_are_of_the_arguments_kind() -> None:
    wanted = {"ab": [3, 4], "c": [5, 1]}
    assert next(value for value, _ in materials(["x"], wanted)) == ["ab", "c"]
    assert [3, 4, 5, 1] in [value for value, _ in materials([0], wanted)]
    assert 13 in [value for value, _ in materials(7, wanted)]
    assert "ab c" in [value for value, _ in materials("x", wanted)]
    assert materials(True, wanted) == []


@pytest.mark.parametrize(
    ("wanted", "found", "told"),
    [
        (10, 14, "4 too much"),
        (10, 7, "3 too little"),
        ([1, 2, 3], [1, 5, 3], "2 of the 3 members stand right"),
        ([1, 2, 3], [1, 2], "2 members, not 3, of which the first 2 are right"),
        ("abc", "xyz", "the length is right, but none of the characters stands right"),
        ({"a": 1, "b": 2}, {"a": 1, "b": 3}, "right in `a`"),
        ([1], "1", "that is of another kind"),
    ],
)
def test_nearness_is_told_by_its_measure(wanted: Any, found: Any, told: str) -> None:
    assert compared(wanted, found) == told


def trial(values: list[int], output: list[int]) -> Trial:
    return Trial({"values": values}, Why.DRAWN, "", output, json.dumps(output), 1.0)


def test_what_held_in_all_trials_is_told_and_what_failed_once_is_not() -> None:
    trials = [trial(list(range(n)), [0] * n) for n in range(1, 7)]
    (found,) = regularities(trials, [4, 4])
    assert found.told == (
        "the output is as long as `values`, so 2 members it is, "
        "which 1 of the 6 inputs that were drawn has"
    )
    assert not regularities([*trials, trial([1], [9, 9])], [4, 4])


def test_inputs_stay_of_the_drawn_kind() -> None:
    pool = Pool()
    for n in range(12):
        pool.learn({"orders": [["buy", n], ["sell", 2]]})
    assert pool.choices(("orders", 0, 0)) == ["buy", "sell"]
    assert pool.fits({"orders": [["buy", 3]]}, freely=False)
    assert not pool.fits({"orders": [["buy", -3]]}, freely=False)
    assert pool.fits({"orders": [["buy", -3]]}, freely=True)
    assert not pool.fits({"orders": [["buy", None]]}, freely=True)
    assert not pool.fits({"orders": [["buy", 10**9]]}, freely=True)


ARGUMENTS = st.fixed_dictionaries(
    {
        "n": st.integers(-50, 50),
        "text": st.text("abc", max_size=5),
        "row": st.lists(st.integers(0, 9), max_size=5),
        "on": st.booleans(),
    }
)


@given(ARGUMENTS)
def test_a_sweep_changes_one_thing_and_keeps_the_original(arguments: dict[str, Any]) -> None:
    before = canonical(arguments)
    for made in sweep(arguments, "", Pool()):
        different = [name for name in arguments if made[name] != arguments[name]]
        assert len(different) <= 1
    assert canonical(arguments) == before


@given(st.integers(-1000, 1000), st.integers(2, 9), st.integers(0, 99))
def test_a_linear_gap_is_closed_at_once(wanted: int, factor: int, base: int) -> None:
    """Where the slope is known, one of the moves gives the wanted number."""
    goal = factor * wanted
    moves = solved({"n": base}, factor * base, goal, {("n",): float(factor)})
    assert base == wanted or {"n": wanted} in moves
