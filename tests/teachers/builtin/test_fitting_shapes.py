"""Shapes draw what they promise: JSON within the limits of a pair, told in words."""

from __future__ import annotations

import ast
import json
import random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from codeiod.stages.values import over_limit
from codeiod.teachers.builtin.fitting.cases import denser, narrow, one_of, smaller, special
from codeiod.teachers.builtin.fitting.containers import List, Matrix, Object, Record
from codeiod.teachers.builtin.fitting.coverage import marked
from codeiod.teachers.builtin.fitting.generator import generator_text
from codeiod.teachers.builtin.fitting.shapes import Bool, Choice, Float, Int, Shape
from codeiod.teachers.builtin.fitting.texts import Text, Words
from codeiod.teachers.builtin.fitting.trees import Tree

PLAIN = st.sampled_from(
    [
        Int(), Int(-9, 3), Float(), Bool(), Choice(("a", "b")), Text(), Text("01", 0, 6), Words(),
        Words(2, 6), Words(1, 3, ","), Tree(), Tree(is_search=True),
    ]
)  # fmt: skip
SHAPES = st.one_of(
    PLAIN,
    PLAIN.map(lambda member: List(member, 1, 4)),
    st.sampled_from([Int(), Int(0, 1), Choice((".", "#"))]).map(lambda m: Matrix(m, 2, 4)),
    st.just(Matrix(Int(0, 9), 9, 9, is_square=True)),
    PLAIN.map(Object),
    PLAIN.map(lambda member: Record((("name", Words()), ("value", member)))),
)
CHANGES = (
    lambda shape: shape, narrow, smaller, denser, lambda shape: special(shape, (7, "x", "ab", 2.5)),
)  # fmt: skip


def drawn(shape: Shape, seed: int) -> Any:
    """Run our own generator of one argument, as a program would."""
    text = generator_text(["value"], [(shape,)], {}, "draw")
    space: dict[str, Any] = {}
    exec(text, space)  # our own text
    random.seed(seed)
    return space["draw"]()["value"]


@given(SHAPES, st.sampled_from(range(len(CHANGES))), st.integers(0, 999))
def test_what_is_drawn_is_a_side_of_a_pair(shape: Shape, change: int, seed: int) -> None:
    """Every shape, and every variant of it, stays within the limits, and is JSON as it stands."""
    value = drawn(CHANGES[change](shape), seed)
    assert json.loads(json.dumps(value)) == value
    assert over_limit(value) is None


@given(SHAPES, st.integers(0, 999))
def test_the_same_seed_draws_the_same(shape: Shape, seed: int) -> None:
    assert drawn(shape, seed) == drawn(shape, seed)


@given(st.booleans(), st.integers(1, 12), st.integers(0, 999))
def test_a_tree_has_no_value_without_a_parent(is_search: bool, largest: int, seed: int) -> None:
    """Level by level: there are never more values than places, and the last one is a node."""
    values = drawn(Tree(largest, is_search), seed)
    places = 1
    for value in values:
        assert places > 0
        places += -1 if value is None else 1
    assert values[0] is not None
    assert values[-1] is not None


def test_a_search_tree_is_in_order() -> None:
    for seed in range(50):
        values = drawn(Tree(9, is_search=True), seed)
        assert in_order(values) == sorted(set(in_order(values)))


def in_order(values: list[int | None]) -> list[int]:
    nodes = [None if v is None else [v, None, None] for v in values]
    waiting = nodes[:0:-1]
    for node in nodes:
        if node is not None:
            node[1] = waiting.pop() if waiting else None
            node[2] = waiting.pop() if waiting else None

    def walk(node: Any) -> list[int]:
        return [] if node is None else [*walk(node[1]), node[0], *walk(node[2])]

    return walk(nodes[0])


def test_what_is_told_names_the_edges_too() -> None:
    usual = Int(0, 10)
    both = one_of([usual, special(usual, (100,)), narrow(usual)])
    assert "0 to 10" in both.told()
    assert "100" in both.told()
    assert one_of([usual, narrow(usual)]) == usual


BRANCHED = '''\
"""A module."""
from __future__ import annotations


def f(n):
    """Say how big it is."""
    if n > 5: return "big"
    while n < 0:
        n += 1
    for i in range(n):
        if i == 3:
            n += 1
    try:
        return [10 // n, "odd" if n % 2 else "even"]
    except ZeroDivisionError:
        return None
'''


@pytest.mark.parametrize(
    ("inputs", "covered"), [((9,), 1), ((9, 2), 6), ((9, 2, -1), 8), ((9, 2, -1, 5, 1), 9)]
)
def test_marks_count_branches_also_in_one_line(inputs: tuple[int, ...], covered: int) -> None:
    """Both ways of each condition, into the loops and past them, the handler."""
    program = marked(BRANCHED)
    space: dict[str, Any] = {}
    exec(program.text, space)  # our own text
    for value in inputs:
        space["f"](value)
    coverage = program.measure(space["marks_"])
    assert coverage.branches == 9
    assert coverage.covered == covered


@given(st.integers(-20, 20))
def test_marks_change_nothing(value: int) -> None:
    plain: dict[str, Any] = {}
    withmarks: dict[str, Any] = {}
    exec(BRANCHED, plain)  # our own text
    exec(marked(BRANCHED).text, withmarks)  # our own text
    assert plain["f"](value) == withmarks["f"](value)
    assert ast.get_docstring(ast.parse(marked(BRANCHED).text)) == "A module."
