"""Inputs that fit a candidate are found by reading it and by trying it in the sandbox."""

from __future__ import annotations

import random
from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio

from codeiod.execution import execute
from codeiod.teachers.builtin.candidates import Candidate, Parameter
from codeiod.teachers.builtin.fitting import Fitted, Unfit, fit
from codeiod.teachers.builtin.fitting.coverage import marked
from codeiod.teachers.builtin.fitting.generalising import shape_of
from codeiod.teachers.builtin.fitting.texts import WORDS
from codeiod_sandbox import Call, Limits, Returned, Sandbox

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def sandbox() -> AsyncIterator[Sandbox]:
    async with Sandbox(workers=1, limits=Limits(call_seconds=2.0)) as sandbox:
        yield sandbox


def candidate(source: str, **annotations: str) -> Candidate:
    """Make a candidate of the function `f` of a module's text."""
    head = source[source.index("def f(") + 6 :]
    names = [part.strip() for part in head[: head.index(")")].split(",")]
    parameters = tuple(Parameter(name, annotations.get(name, ""), None, "") for name in names)
    return Candidate(source, "f", parameters, "", "", "f", (), result_is_printed=False, score=1.0)


async def drawn(sandbox: Sandbox, fitted: Fitted, count: int = 20) -> list[dict[str, Any]]:
    calls = [Call("input_generator", {}, seed) for seed in range(count)]
    outcomes = await execute(sandbox, fitted.generator, calls)
    return [outcome.value for outcome in outcomes if isinstance(outcome, Returned)]


LARGEST_SUM = """\
def f(nums, k):
    if k > len(nums) or k <= 0:
        raise ValueError("k does not fit")
    best = current = sum(nums[:k])
    for i in range(k, len(nums)):
        current += nums[i] - nums[i - k]
        if current > best:
            best = current
    return best
"""
VOWELS = """\
def f(text):
    total = 0
    for c in text.lower():
        if c in "aeiou":
            total += 1
        else:
            total -= 1
    return total
"""
OLDEST = """\
def f(people):
    best = people[0]
    for person in people:
        if person["age"] > best["age"]:
            best = person
    return [best["age"], len(best["name"])]
"""
TURNS = """\
class Turn:
    LEFT = "L"
    RIGHT = "R"


def f(moves):
    angle = 0
    for move in moves:
        if move == Turn.LEFT:
            angle += 90
        elif move == Turn.RIGHT:
            angle -= 90
    return angle
"""
DIFFERENT = """\
def f(items):
    seen = set()
    for item in items:
        if item % 2 == 0:
            seen.add(item)
    return seen
"""


COUNTING = """\
seen = []


def f(n):
    seen.append(n)
    total = 0
    for m in seen:
        total += m
    return total
"""
REPEATED = """\
def f(words):
    found = set()
    for word in words:
        if words.count(word) == 1:
            found.add(word.upper())
    return list(found)
"""
KTH = """\
def f(nums, k):
    left = sorted(nums)
    while k > 1:
        left.pop(0)
        k -= 1
    return left[0]
"""


@pytest.mark.parametrize(
    "source", [LARGEST_SUM, VOWELS, OLDEST, TURNS, DIFFERENT],
    ids=["k of numbers", "letters", "records", "named constants", "a set"],
)  # fmt: skip
async def test_a_function_gets_inputs_that_cover_it(sandbox: Sandbox, source: str) -> None:
    """At least 80% of the branches, in a generator that draws an object of all arguments."""
    made = candidate(source)
    fitted = await fit(sandbox, made)
    assert isinstance(fitted, Fitted), fitted
    assert fitted.coverage.share >= 0.8
    inputs = await drawn(sandbox, fitted)
    assert len(inputs) == 20
    assert all(set(value) == {p.name for p in made.parameters} for value in inputs)


async def test_a_set_is_returned_as_a_sorted_list(sandbox: Sandbox) -> None:
    fitted = await fit(sandbox, candidate(DIFFERENT))
    assert isinstance(fitted, Fitted)
    assert fitted.result_conversion == "sorted({0})"


async def test_keys_that_the_body_asks_for_are_drawn(sandbox: Sandbox) -> None:
    fitted = await fit(sandbox, candidate(OLDEST))
    assert isinstance(fitted, Fitted)
    inputs = await drawn(sandbox, fitted, 5)
    assert all(set(p) == {"age", "name"} for value in inputs for p in value["people"])


async def test_what_hangs_on_the_hashes_of_texts_is_sorted(sandbox: Sandbox) -> None:
    """The order of a set differs from process to process: such a list is sorted."""
    fitted = await fit(sandbox, candidate(REPEATED))
    assert isinstance(fitted, Fitted)
    assert fitted.result_conversion == "sorted({0})"


async def test_a_place_in_a_list_is_tied_to_its_length(sandbox: Sandbox) -> None:
    fitted = await fit(sandbox, candidate(KTH, nums="list[int]", k="int"))
    assert isinstance(fitted, Fitted)
    inputs = await drawn(sandbox, fitted)
    assert all(1 <= value["k"] <= len(value["nums"]) for value in inputs)


async def test_the_same_seed_gives_the_same_fit(sandbox: Sandbox) -> None:
    first, second = [await fit(sandbox, candidate(VOWELS), range(7, 57)) for _ in range(2)]
    assert first == second


@pytest.mark.parametrize(
    ("source", "reason"),
    [
        ("def f(a):\n    b = a\n    c = b\n    return 7\n", "hardly vary"),
        ("def f(a):\n    raise TypeError(a)\n", "no inputs were found"),
        ("def f(a):\n    while True:\n        pass\n", "out of time"),
        ("def f(a, b):\n    c = a * 2\n    b = 5\n    c += b\n    return c\n", "changing b"),
        (COUNTING, "the calls before"),
    ],
    ids=["constant", "raises", "endless", "an idle argument", "a state"],
)
async def test_why_there_are_no_inputs(source: str, reason: str) -> None:
    """What can't be fitted is told with its reason."""
    async with Sandbox(workers=1, limits=Limits(call_seconds=0.3)) as sandbox:
        unfit = await fit(sandbox, candidate(source))
    assert isinstance(unfit, Unfit)
    assert reason in unfit.reason


@pytest.mark.parametrize(
    "values",
    [[3, 5], [0.5], ["abc", "de"], [True], [[1, 2], [3]], [{"a": 1}], [["x y", "z"]], [[[1, 2]]]],
    ids=str,
)
async def test_a_shape_draws_values_of_the_kind_of_its_examples(values: list[Any]) -> None:
    """The expression in the program and the sample made here are of the same kind."""
    shape = shape_of(values)
    assert shape is not None
    written = eval(shape.expression(), {"random": random.Random(1), "WORDS": WORDS})  # our own text
    assert type(written) is type(shape.sample(random.Random(1))) is type(values[0])
    assert shape.told()


SOMETIMES = """\
def f(items):
    found = {item for item in items if item % 3 == 0}
    if len(found) > 1:
        return found
    if not items:
        raise ValueError(items)
    total = sum(items)
    return total
"""
SLOW = """\
total = sum(i * i for i in range(10**7))


def f(n):
    for m in range(n):
        if m % 2:
            n += m
    return n
"""


async def test_what_is_only_sometimes_no_json_is_told_as_it_ended(sandbox: Sandbox) -> None:
    assert isinstance(await fit(sandbox, candidate(SOMETIMES)), Fitted | Unfit)


async def test_a_module_that_takes_long_to_load_is_given_up(sandbox: Sandbox) -> None:
    """Each few calls of its life would load it again."""
    unfit = await fit(sandbox, candidate(SLOW))
    assert isinstance(unfit, Unfit)
    assert "load" in unfit.reason


@pytest.mark.parametrize(
    "source", [VOWELS, TURNS, LARGEST_SUM, KTH], ids=["letters", "constants", "sum", "place"]
)
async def test_the_first_draws_do_all_that_is_asked_of_pairs(sandbox: Sandbox, source: str) -> None:
    """With the seeds that were given: most branches, three outputs, and calls that return."""
    seeds = range(100, 150)
    fitted = await fit(sandbox, candidate(source), seeds)
    assert isinstance(fitted, Fitted), fitted
    outcomes = await execute(
        sandbox, fitted.generator, [Call("input_generator", {}, seed) for seed in seeds]
    )
    inputs: dict[str, dict[str, Any]] = {}
    for outcome in outcomes:
        assert isinstance(outcome, Returned)
        inputs.setdefault(outcome.json, outcome.value)
    program = marked(source)
    probed = f"{program.text}\n\ndef probed(arguments):\n    value = f(**arguments)\n"
    probed += "    return [value, sorted(marks_)]\n"
    calls = [Call("probed", {"arguments": value}) for value in list(inputs.values())[:10]]
    results = [o.value for o in await execute(sandbox, probed, calls) if isinstance(o, Returned)]
    passed = {mark for _, marks in results for mark in marks}
    assert len({value for value, _ in results}) >= 3
    assert program.measure(passed).share >= 0.8
