"""What the code asks of an input is read off its form, and said only where it holds."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from codeiod.teachers.builtin.searching.deciding import deciding
from codeiod.teachers.builtin.searching.form import reasons

GRADE = """
def main_solution(points):
    if points < 0:
        return "invalid"
    if points > 50:
        return "passed"
    return "failed"
"""
COLLECTED = """
def main_solution(values, limit):
    kept = []
    for value in values:
        if value > limit:
            kept.append(value)
    return kept
"""
COUNTED = """
def main_solution(word):
    found = 0
    for letter in word:
        if letter in "aeiou":
            found += 1
    return found
"""
CLOCK = """
NAMES = ["am", "pm"]
def shown(hour, half):
    return f"{hour}:00 {NAMES[half]}"
def main_solution(hour, half):
    return shown(hour, half)
"""
FILTERED = "def main_solution(values):\n    return [v for v in values if v % 2]\n"
JOINED = "def main_solution(text):\n    return '-'.join(w.upper() for w in text.split())\n"
TABLE = "DAYS = {'mo': 1, 'tu': 2}\ndef main_solution(name):\n    return DAYS[name]\n"
PARTS = (
    "def main_solution(a, b):\n    total = a + b\n    return {'total': total, 'gap': abs(a - b)}\n"
)
IN_PLACE = "def main_solution(values):\n    values.sort()\n    return values\n"


@pytest.mark.parametrize(
    ("code", "wanted", "told"),
    [
        (GRADE, "passed", "only `return 'passed'` can give 'passed'"),
        (GRADE, "passed", "`points > 50` must hold"),
        (GRADE, "passed", "`points < 0` must not hold"),
        (COLLECTED, [8, 9], "`kept` starts empty and gets, one by one, `value` where"),
        (COLLECTED, [8, 9], "this must happen 2 times, and give 8 first"),
        (COLLECTED, [], "none of this may ever happen"),
        (COUNTED, 4, "where `letter in 'aeiou'` holds: that must be so 4 times"),
        (CLOCK, "7:00 pm", "`hour` as '7', `NAMES[half]` as 'pm'"),
        (FILTERED, [3, 5], "[3, 5] must stand in it, and nothing else there may pass"),
        (JOINED, "A-B-C", "cut there, it has 3 pieces, the first 'A'"),
        (TABLE, 2, "`DAYS` has 2 only for 'tu': `name` must lead there"),
        (PARTS, {"total": 7, "gap": 1}, "`total` as 7 and `abs(a - b)` as 1"),
        (PARTS, {"total": 7, "gap": 1}, "`a - b` must be 1 or its negative"),
        (IN_PLACE, [1, 2], "After `values.sort()`, `values` must come back as [1, 2]"),
    ],
)
def test_the_way_back_is_told(code: str, wanted: Any, told: str) -> None:
    """From the return that can give the value, to what must have happened for it."""
    assert told in " ".join(reasons(code, wanted))


def test_a_helper_that_is_handed_the_arguments_decides() -> None:
    found = deciding(CLOCK)
    assert found is not None
    assert found.function.name == "shown"
    assert found.arguments == {"hour": "hour", "half": "half"}


@pytest.mark.parametrize(
    ("code", "untrue"),
    [
        pytest.param(
            COUNTED.replace(
                "if letter in", "if letter == 'x':\n            continue\n        if letter in"
            ),
            "must be so",
            id="a round that goes on early is no count",
        ),
        pytest.param(
            "def main_solution(n):\n    def more():\n        nonlocal total\n        total += n\n"
            "    total = 0\n    more()\n    total += 1\n    return total\n",
            "starts at 0",
            id="an inner function changes it as well",
        ),
        pytest.param(
            "def main_solution(n):\n    try:\n        return 1 // n\n"
            "    except ZeroDivisionError:\n        return 4\n",
            "only",
            id="something is caught",
        ),
        pytest.param(
            "def main_solution(n):\n    if n < 0:\n        n = -n\n    return n\n",
            "`-n`",
            id="an argument that is only sometimes another",
        ),
        pytest.param(
            "W = [1, 4]\ndef main_solution(W):\n    return W[0]\n",
            "only for",
            id="an argument with a constant's name",
        ),
    ],
)
def test_what_does_not_always_hold_is_not_told(code: str, untrue: str) -> None:
    assert untrue not in " ".join(reasons(code, 4))


def test_without_a_program_there_is_no_reason() -> None:
    assert reasons("def main_solution(:\n", 1) == []
    assert reasons("x = 1\n", 1) == []


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=6),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=3), inner),
    max_leaves=8,
)


@given(
    st.sampled_from([GRADE, COLLECTED, COUNTED, CLOCK, FILTERED, JOINED, TABLE, PARTS, IN_PLACE]),
    JSON,
)
def test_any_value_may_be_wanted(code: str, wanted: Any) -> None:
    """At most three sentences, and no fault, whatever the program never gives."""
    told = reasons(code, wanted)
    assert len(told) <= 3
    assert all(sentence.endswith(".") for sentence in told)


@pytest.mark.parametrize(
    ("expression", "wanted", "told"),
    [
        ("3 * n", 12, "So `n` must be 4."),
        ("n * 2 + 1", 9, "So `n * 2` must be 8."),
        ("n - 5", -2, "So `n` must be 3."),
        ("n % 7", 3, "So `n` leaves the rest 3 when divided by 7."),
        ("n // 10", -2, "So `n` lies from -20 to -11."),
    ],
)
def test_constants_are_taken_to_the_other_side(expression: str, wanted: int, told: str) -> None:
    code = f"def main_solution(n):\n    return {expression}\n"
    assert told in " ".join(reasons(code, wanted))


def test_where_a_table_has_its_cells_from_is_told() -> None:
    code = (
        "def main_solution(n):\n    best = [0, 1]\n    for i in range(n):\n"
        "        best.append(best[-1] + best[-2])\n    return best[n]\n"
    )
    assert "There `best` comes from" in " ".join(reasons(code, 5))
