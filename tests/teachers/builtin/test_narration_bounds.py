"""Narration holds what it promises where a trace is cut, where there is none, and for any seed."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio

from codeiod.stages.claims import CHECK_LIMITS, check_claims
from codeiod.teachers.builtin.narration import NARRATION_LIMITS, narrate
from codeiod_prompts import find_answer
from codeiod_sandbox import Call, Limits, Program, Raised, Returned, Sandbox, TimedOut, Traced
from codeiod_sandbox.traces import TraceLimits

real = pytest.mark.asyncio(loop_scope="module")

MAX_CHARS = 6000
SORTING = """
def swap(items, i, j):
    items[i], items[j] = items[j], items[i]


def main_solution(items):
    rounds = 0
    for i in range(len(items)):
        for j in range(len(items) - 1 - i):
            rounds += 1
            if items[j] > items[j + 1]:
                swap(items, j, j + 1)
        if rounds > 60:
            break
    return [rounds, items]
"""
WALKING = """
def depth(tree, seen):
    seen.append(tree[0])
    if len(tree) == 1:
        return 1
    below = [depth(part, seen) for part in tree[1:]]
    return 1 + max(below)


def main_solution(tree):
    seen = []
    result = depth(tree, seen)
    while len(seen) < 40:
        seen.extend(seen)
        result += 1
    return {"result": result, "seen": seen}
"""
CASES: dict[str, tuple[str, dict[str, Any]]] = {
    "sorting": (SORTING, {"items": [9, 3, 7, 1, 8, 2, 6, 4, 5, 0]}),
    "walking": (WALKING, {"tree": ["a", ["b", ["c"], ["d"]], ["e", ["f", ["g"]]]]}),
}
CUTS = {
    "narration": NARRATION_LIMITS,
    "default": TraceLimits(),
    "few steps": TraceLimits(max_steps=25, max_tail_steps=6),
    "few visits": TraceLimits(visits_first=2, visits_last=1),
    "one visit": TraceLimits(visits_first=1, visits_last=1),
    "few bytes": TraceLimits(max_bytes=2000),
    "short values": TraceLimits(max_value_chars=12, max_json_chars=12),
    "stopped": TraceLimits(max_events=30),
}


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def sandbox() -> AsyncIterator[Sandbox]:
    async with Sandbox(workers=1, limits=Limits(call_seconds=0.5)) as sandbox:
        yield sandbox


async def traced(
    sandbox: Sandbox, source: str, arguments: dict[str, Any], limits: TraceLimits = NARRATION_LIMITS
) -> Traced:
    return await sandbox.trace(Program(source), Call("main_solution", arguments), limits)


@real
@pytest.mark.parametrize("cut", CUTS)
@pytest.mark.parametrize("case", CASES)
async def test_a_cut_trace_misleads_no_one(sandbox: Sandbox, case: str, cut: str) -> None:
    """Whatever a trace leaves out, nothing is claimed that the whole one denies."""
    source, arguments = CASES[case]
    told = await traced(sandbox, source, arguments, CUTS[cut])
    whole = await traced(sandbox, source, arguments, CHECK_LIMITS)
    assert whole.trace is not None
    assert isinstance(told.outcome, Returned)
    for seed in range(4):
        text = narrate(source, json.dumps(arguments), told, seed)
        found = check_claims(text, whole.trace)
        assert found.true == found.checked, (found.first_divergence, text)
        answer = find_answer(text, "output")
        assert answer is not None
        assert answer.value == told.outcome.value
        assert len(text) <= MAX_CHARS


@real
async def test_the_seed_chooses_the_words(sandbox: Sandbox) -> None:
    """The same seed tells the same, another one in other words; so does a second turn."""
    source, arguments = CASES["sorting"]
    told, known = await traced(sandbox, source, arguments), json.dumps(arguments)
    texts = [narrate(source, known, told, seed) for seed in (1, 2, "a", "b")]
    assert len(set(texts)) == len(texts)
    assert texts == [narrate(source, known, told, seed) for seed in (1, 2, "a", "b")]
    again = narrate(source, known, told, 1, earlier=texts[0], feedback="It is not.")
    assert again != texts[0]


@real
async def test_a_call_that_raises_has_no_answer(sandbox: Sandbox) -> None:
    """It is told up to the exception, which is named."""
    source = "def main_solution(n):\n    left = n - 3\n    return 6 // left\n"
    told = await traced(sandbox, source, {"n": 3})
    assert isinstance(told.outcome, Raised)
    text = narrate(source, '{"n": 3}', told, 0)
    assert find_answer(text, "output") is None
    assert "ZeroDivisionError" in text
    assert "3 - 3" in text


@real
async def test_a_call_without_an_end_has_no_answer(sandbox: Sandbox) -> None:
    """It is said that the call does not end."""
    source = "def main_solution(n):\n    while True:\n        n += 1\n"
    told = await traced(sandbox, source, {"n": 3})
    assert isinstance(told.outcome, TimedOut)
    text = narrate(source, '{"n": 3}', told, 0)
    assert find_answer(text, "output") is None
    assert "not come to an end" in text


def test_a_value_without_a_trace_is_told_alone() -> None:
    """Then the text is short; code that does not parse and odd arguments do no harm."""
    told = Traced(Returned("[1, 2]", [1, 2], 0.0), None)
    for source, known in (("def main_solution(n):\n    return n\n", '{"n": [1, 2]}'), ("(", "[")):
        text = narrate(source, known, told, 0)
        answer = find_answer(text, "output")
        assert answer is not None
        assert answer.value == [1, 2]
        assert len(text) < 300


@real
@pytest.mark.parametrize(
    "source",
    [
        "def main_solution(n):\n    x = 'a' * n\n    y = [x] * 30\n    for z in y: x = z + x\n    return len(x)\n",  # noqa: E501 # one program
        "def main_solution(n):\n    total = sum(range(10 ** 6))\n    if sum(range(10 ** 6)) > n: total = 0\n    return total\n",  # noqa: E501 # one program
        "def main_solution(n):\n    big = 7 ** (n * 50)\n    return str(big * 3)[:9]\n",
        "def main_solution(n):\n    return {'n': n, 'é`': '`' * 3, '```': ['```json']}\n",
        "def main_solution(n):\n    s = '``` x = 4'; n = len(s)\n    return [s, n]\n",
        "def f(n):\n    return 0 if n == 0 else 1 + f(n - 1)\ndef main_solution(n):\n    return f(n)\n",  # noqa: E501 # one program
        "main_solution = lambda n: n + 1\n",
        "def main_solution(n):\n" + "".join(f"    n{i} = n * {i} + 1\n" for i in range(300)) + "    return n299\n",  # noqa: E501 # one program
    ],
    ids=["texts", "ranges", "powers", "fences", "fence", "deep", "lambda", "lines"],
)  # fmt: skip
async def test_odd_programs_are_told_shortly(sandbox: Sandbox, source: str) -> None:
    """Long values, long code, deep recursion and fences within values leave the form as it is."""
    told = await traced(sandbox, source, {"n": 80})
    whole = await traced(sandbox, source, {"n": 80}, CHECK_LIMITS)
    assert isinstance(told.outcome, Returned)
    assert whole.trace is not None
    for seed in range(3):
        text = narrate(source, '{"n": 80}', told, seed)
        answer = find_answer(text, "output")
        assert answer is not None
        assert answer.value == told.outcome.value
        assert len(text) <= MAX_CHARS
        found = check_claims(text, whole.trace)
        assert found.true == found.checked, (found.first_divergence, text)
