"""Inputs lie in the domain that annotation, name and docstring of an argument give."""

from __future__ import annotations

import random
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from codeiod.teachers.builtin.candidates import Candidate, Parameter
from codeiod.teachers.builtin.fitting.cases import narrow, one_of, special
from codeiod.teachers.builtin.fitting.containers import List, Pair, Span, Spans
from codeiod.teachers.builtin.fitting.coverage import marked
from codeiod.teachers.builtin.fitting.domain import A_TEXT, agree, kind_of
from codeiod.teachers.builtin.fitting.generalising import shape_of
from codeiod.teachers.builtin.fitting.generator import generator_text
from codeiod.teachers.builtin.fitting.inference import shapes_for
from codeiod.teachers.builtin.fitting.reading import gather
from codeiod.teachers.builtin.fitting.shapes import Choice, Int, Shape


def shapes_of(
    source: str, name: str, annotation: str = "", doc: str = "", told: str = ""
) -> list[Shape]:
    """Rank the shapes of one argument of the function `f` of a module's text."""
    parameter = Parameter(name, annotation, None, told)
    candidate = Candidate(
        source, "f", (parameter,), "", doc, "f", (), result_is_printed=False, score=1.0
    )
    return shapes_for(candidate, parameter, gather(source, "f"), [])


def drawn(shape: Shape, seed: int = 0) -> Any:
    """Draw a value as the generator of a program does."""
    text = generator_text(["value"], [(shape,)], {}, "draw")
    space: dict[str, Any] = {}
    exec(text, space)  # our own text
    random.seed(seed)
    return space["draw"]()["value"]


@pytest.mark.parametrize(
    ("annotation", "kind"),
    [
        ("str", A_TEXT),
        ("int", "int"),
        ("list[int]", ("list", "int")),
        ("List[List[int]]", ("list", ("list", "int"))),
        ("list[str]", ("list", A_TEXT)),
        ("Optional[str]", A_TEXT),
        ("list[int | None]", "tree"),
        ("Literal['find', 'union']", A_TEXT),
    ],
)
def test_an_annotation_always_holds(annotation: str, kind: Any) -> None:
    """Whatever the body would take as well."""
    shapes = shapes_of("def f(value):\n    return value * 2\n", "value", annotation)
    assert shapes
    assert all(agree(kind_of(shape), kind) for shape in shapes)


def test_a_wrong_number_in_a_docstring_gives_way_to_what_the_body_does() -> None:
    source = "def f(nums):\n    for num in nums:\n        print(num)\n"
    assert any(isinstance(shape, List) for shape in shapes_of(source, "nums", "int"))


@pytest.mark.parametrize(
    ("name", "told"), [("string", ""), ("value", "the string to remove parentheses from")]
)
def test_what_is_called_a_text_is_one(name: str, told: str) -> None:
    source = f"def f({name}):\n    return [c for c in {name} if c not in '()']\n"
    assert all(kind_of(shape) == A_TEXT for shape in shapes_of(source, name, told=told))


def test_a_plural_whose_members_are_unpacked_is_never_a_word() -> None:
    source = "def f(spans):\n    return sorted((a, b) for a, b in spans)\n"
    assert all(kind_of(shape) != A_TEXT for shape in shapes_of(source, "spans"))


@pytest.mark.parametrize(
    ("name", "doc"),
    [("intervals", ""), ("meetings", ""), ("pairs", "Merge all intervals that overlap.")],
)
def test_an_interval_ends_at_or_after_its_start(name: str, doc: str) -> None:
    source = f"def f({name}):\n    return sorted([a, b] for a, b in {name})\n"
    first = shapes_of(source, name, "list[list[int]]", doc)[0]
    values = [pair for seed in range(20) for pair in drawn(first, seed)]
    assert all(start <= end for start, end in values)


@pytest.mark.parametrize(
    ("name", "doc", "told", "is_sorted"),
    [
        ("sorted_list", "", "", True),
        ("nums", "Search a target in a sorted array.", "", True),
        ("nums", "Given two sorted lists, merge them.", "", True),
        ("nums", "", "a sorted array of integers", True),
        ("nums", "Return a sorted list of the numbers.", "", False),
        ("nums", "Tell whether the list is sorted.", "", False),
        ("nums", "Count inversions. A sorted list has none.", "", False),
        ("unsorted_list", "", "", False),
    ],
)
def test_what_is_called_sorted_is_sorted(name: str, doc: str, told: str, is_sorted: bool) -> None:
    source = f"def f({name}):\n    return sum(n for n in {name})\n"
    shapes = shapes_of(source, name, "list[int]", doc, told)
    lists = [shape for shape in shapes if isinstance(shape, List)]
    assert all(shape.is_sorted for shape in lists) == is_sorted


def test_a_rotated_sorted_list_falls_once_at_most() -> None:
    source = "def f(nums):\n    return min(nums)\n"
    first = shapes_of(source, "nums", "list[int]", "Find the minimum in a rotated sorted array.")[0]
    for seed in range(20):
        value = drawn(first, seed)
        assert sum(a > b for a, b in pairwise(value)) <= 1


def test_rows_of_k_sorted_arrays_are_sorted() -> None:
    source = "def f(arrays):\n    return [row[0] for row in arrays]\n"
    first = shapes_of(source, "arrays", "list[list[int]]", told="k sorted integer arrays")[0]
    assert all(row == sorted(row) for row in drawn(first))


def test_a_direction_is_drawn_out_of_those_that_the_code_compares_with() -> None:
    source = (
        "def f(text, shifts):\n    for direction, amount in shifts:\n"
        "        if direction == 0:\n            amount = -amount\n"
        "        text = text[amount:] + text[:amount]\n    return text\n"
    )
    first = shapes_of(source, "shifts", "list[list[int]]")[0]
    assert isinstance(first, List)
    assert isinstance(first.member, Pair)
    assert first.member.members[0] == Int(0, 1)


def test_texts_that_are_compared_with_are_drawn() -> None:
    source = (
        "def f(operation):\n    if operation == 'add':\n        return 1\n"
        "    elif operation == 'sub':\n        return 2\n    return 3\n"
    )
    assert shapes_of(source, "operation", "str")[0] == Choice(("add", "sub"))


def test_numbers_are_as_large_as_their_divisors_ask_for() -> None:
    source = "def f(n):\n    while n % 3 == 0 or n % 7 == 0:\n        n += 1\n    return n\n"
    first = shapes_of(source, "n")[0]
    assert isinstance(first, Int)
    assert first.high >= 42


def test_edges_are_told_in_one_breath() -> None:
    usual = Int(0, 6)
    told = one_of([usual, special(usual, (0,)), narrow(usual)]).told()
    assert told == "an integer from 0 to 6, often one of -1, 0 or 1"
    lists = [List(usual), List(replaced := Int(0, 6, (0, 1)))]
    assert one_of(lists).told() == f"a list of 1 to 8 members, each {replaced.told()}"


def test_pairs_that_rise_and_stand_apart_stay_so() -> None:
    """Examples of disjoint intervals give disjoint intervals."""
    assert isinstance(shape_of([[[0, 2], [5, 10]], [[13, 23], [24, 25]]]), Spans)


@given(st.integers(0, 2**32), st.sampled_from([Span(), Spans(), Span(-5, 5), Spans(3, 0, 9)]))
def test_spans_are_what_they_are_called(seed: int, shape: Span | Spans) -> None:
    value = drawn(shape, seed)
    pairs = [value] if isinstance(shape, Span) else value
    ends = [end for pair in pairs for end in pair]
    assert ends == sorted(ends)
    assert shape.low <= min(ends) <= max(ends) <= shape.high


def test_a_guard_that_only_raises_is_no_way_that_a_pair_takes() -> None:
    source = "def f(n):\n    if n < 0:\n        raise ValueError(n)\n    return n\n"
    assert marked(source).most == 0.5
    caught = "def g(n):\n    try:\n        return f(n)\n    except ValueError:\n        return 0\n"
    assert marked(source + caught).most == 1.0


def test_operations_are_many_and_on_values_that_a_size_allows() -> None:
    source = (
        "def f(size, operations):\n    held = [0] * size\n"
        "    for operation, place in operations:\n        held[place] += 1\n    return held\n"
    )
    size = Parameter("size", "int", None, "")
    operations = Parameter("operations", "list[tuple[Literal['add', 'find'], int]]", None, "")
    candidate = Candidate(
        source, "f", (size, operations), "", "", "f", (), result_is_printed=False, score=1.0
    )
    cells = gather(source, "f")
    first = shapes_for(candidate, operations, cells, [("size", Int(1, 4))])[0]
    text = generator_text(["size", "operations"], [(Int(1, 4), first)], {}, "draw")
    space: dict[str, Any] = {}
    exec(text, space)  # our own text
    for seed in range(20):
        random.seed(seed)
        drawn = space["draw"]()
        assert 3 <= len(drawn["operations"]) <= 10
        assert {name for name, _ in drawn["operations"]} <= {"add", "find"}
        assert all(0 <= place <= drawn["size"] for _, place in drawn["operations"])


def test_a_switch_in_the_examples_stays_one() -> None:
    shape = shape_of([[[0, 1], [1, 2], [1, 1], [0, 3]]])
    assert isinstance(shape, List)
    assert isinstance(shape.member, Pair)
    assert shape.member.members[0] == Int(0, 1)
