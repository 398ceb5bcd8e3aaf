"""Labels say what they promise, from the lines of a sample and its program alone."""

from __future__ import annotations

import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from codeiod.dataset.labels import (
    LABELS,
    Labels,
    branching,
    entropy,
    labels_of,
    program_facts,
    right_at,
)

FACTS = program_facts("def main_solution(n):\n    return n if n else 0", ["1", "2"], "Python")


def sample(**fields: Any) -> dict[str, Any]:
    texts = dict.fromkeys(("prompt", "turn_1", "feedback_1", "turn_2", "feedback_2"), "")
    return {**texts, "status_1": "mismatch", "status_2": "", **fields}


@pytest.mark.parametrize(
    ("status_1", "status_2", "turn"),
    [
        ("success", "", 1),
        ("mismatch", "success", 2),
        ("mismatch", "no_answer", 0),
        ("timeout", "", 0),
    ],
)
def test_right_at(status_1: str, status_2: str, turn: int) -> None:
    """The first turn that was right, 0 where none was."""
    assert right_at(sample(status_1=status_1, status_2=status_2)) == turn


@pytest.mark.parametrize(
    ("code", "number"),
    [
        ("", 0),
        ("if a and b or c:\n    pass\nelif d: pass\nelse: pass", 4),
        ("for x in y:\n    while x: x = 1 if x else 2", 3),
        ("try: pass\nexcept (A, B): pass", 1),
        ("[x for x in y if(x)]", 2),
        ("ifs = format_ = 1", 0),
        ("s = 'if' + \"for\" + 'it\\'s if' # if\n", 0),
        ('"""\nif x: "y" for\n"""', 0),
        ("'''never closed if", 0),
        ('x = "" or 1', 1),
    ],
)
def test_branching(code: str, number: int) -> None:
    """Keywords that branch are counted, not those in names, strings or comments."""
    assert branching(code) == number


@given(st.text(alphabet="if or\"'#\\\n(x)=", max_size=200))
def test_branching_reads_anything(code: str) -> None:
    """Whatever the text, there are no more branches than words."""
    assert 0 <= branching(code) <= len(code)


@given(st.lists(st.sampled_from("abcd"), min_size=1))
def test_entropy(values: list[str]) -> None:
    """From 0 where all are one, to the logarithm of how many there are."""
    assert 0 <= entropy(values) <= math.log2(len(set(values))) + 1e-9
    assert (entropy(values) == 0) == (len(set(values)) == 1)


def test_difficulty_is_what_was_seen() -> None:
    """Where a question was asked more than once, its difficulty is how often it was not right."""
    labels = labels_of(sample(), 4, 1, FACTS)
    assert (labels.difficulty, labels.difficulty_by, labels.hard) == (0.75, "pass_rate", True)
    assert labels_of(sample(), 1, 1, FACTS).difficulty_by == "program"


@given(st.integers(0, 500), st.lists(st.text(max_size=2), min_size=1, max_size=10))
def test_guessed_difficulty(branches: int, outputs: list[str]) -> None:
    """A guess lies from 0 to 1, and grows with the branches of the code."""
    facts = [program_facts("if x: pass\n" * n, outputs, "") for n in (branches, branches + 1)]
    assert 0 <= facts[0].difficulty < facts[1].difficulty <= 1


def test_agreement() -> None:
    """The share of checked claims that hold; -1 where none was checked, or in older lines."""
    checked = sample(trace_agreement={"claims": 4, "true": 3})
    assert labels_of(checked, 1, 0, FACTS).agreement == 0.75
    assert labels_of(sample(), 1, 0, FACTS).agreement == -1


def test_all_labels_have_names_and_types() -> None:
    """What is told of the labels is what they are."""
    labels = labels_of(sample(prompt="x" * 9), 1, 0, FACTS)
    assert {name: type(value) for name, value in labels.fields.items()} == LABELS
    assert set(LABELS) == set(Labels.__slots__)
    assert labels.tokens == 3
