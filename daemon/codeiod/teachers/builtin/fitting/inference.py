"""Which shapes an argument may have, the likeliest first: from annotation, examples, use and name.

Imports ``candidates`` and its neighbours; pure.
"""

from __future__ import annotations

import ast
import re
import string
from collections.abc import Iterable, Sequence
from typing import Any

from codeiod.teachers.builtin.candidates import Candidate, Parameter
from codeiod.teachers.builtin.fitting.annotations import annotated_shape
from codeiod.teachers.builtin.fitting.evidence import Cell
from codeiod.teachers.builtin.fitting.generalising import shape_of
from codeiod.teachers.builtin.fitting.shapes import (
    Bool,
    Float,
    Int,
    List,
    Matrix,
    Object,
    Shape,
    Text,
    Tied,
)
from codeiod.teachers.builtin.fitting.usage import by_use, int_for, object_for, text_for
from codeiod.teachers.builtin.fitting.vocabulary import kind_of_name

MAX_SHAPES = 9
_OUTER: dict[type, str] = {
    tuple: "tuple({0})",
    set: "set({0})",
    frozenset: "frozenset({0})",
}
_WITH_INT_KEYS = "{{int(key): member for key, member in {0}.items()}}"
DIGITS = Text(string.digits, 1, 6)
_INTS = (Int(0, 20), Int(1, 10), Int(-10, 10), Int(0, 4), Int(1, 100), Int(2, 6))


def shapes_for(
    candidate: Candidate, parameter: Parameter, cell: Cell, earlier: Sequence[Parameter]
) -> list[Shape]:
    """Rank the shapes of one argument.

    :param earlier: the arguments before it, which it may hang on.
    """
    found: list[Shape] = []
    values = list(_example_values(candidate, parameter.name))
    if values and (shape := shape_of(values)) is not None:
        found.append(shape)
    annotated = annotated_shape(parameter.annotation, cell)
    if annotated is not None:
        found.append(annotated)
    if parameter.default is not None and (shape := _of_default(parameter.default)) is not None:
        found.append(shape)
    found += [*_by_told(parameter.told), *by_use(cell), *_by_name(parameter.name, cell)]
    found = _distinct(found)[:MAX_SHAPES]
    return _distinct([*found, *_variants(found), *_tied(parameter, cell, earlier), *_others(cell)])


def _distinct(shapes: Iterable[Shape]) -> list[Shape]:
    return list(dict.fromkeys(shapes))


def _example_values(candidate: Candidate, name: str) -> Iterable[Any]:
    for example in candidate.examples:
        if name in example:
            try:
                yield ast.literal_eval(example[name])
            except (ValueError, SyntaxError, MemoryError, RecursionError):
                continue


def _of_default(text: str) -> Shape | None:
    try:
        value = ast.literal_eval(text)
    except (ValueError, SyntaxError, MemoryError, RecursionError):
        return None
    return None if value is None else shape_of([value])


def _by_told(told: str) -> list[Shape]:
    text = told.lower()
    pairs: tuple[tuple[str, Shape], ...] = (
        (r"list of (int|num)|array of (int|num)", List(Int())),
        (r"list of (str|word)", List(Text())),
        (r"matrix|2-?d", Matrix(Int(0, 9))),
        (r"\b(str|string|text|word)\b", Text()),
        (r"\b(int|integer|number of)\b", Int()),
        (r"\b(float|double|decimal|real)\b", Float()),
        (r"\b(list|array|sequence)\b", List(Int())),
        (r"\b(bool|boolean|whether)\b", Bool()),
        (r"\b(dict|dictionary|mapping)\b", Object(Int())),
    )
    return [shape for pattern, shape in pairs if re.search(pattern, text)][:2]


def _by_name(name: str, cell: Cell) -> list[Shape]:
    member = (by_use(cell.member) if cell.member else []) or [Int()]
    kinds: dict[str, list[Shape]] = {
        "": [],
        "matrix": [Matrix(Int(0, 9), 2, 4), Matrix(Int(0, 1), 2, 4, is_square=True)],
        "texts": [List(Text(longest=5))],
        "list": [List(member[0]), List(Int(-10, 20))],
        "text": [text_for(cell)],
        "int": [int_for(cell)],
        "number": [int_for(cell), Float(0.5, 20.0)],
        "bool": [Bool()],
        "mapping": [object_for(cell)],
        "pairs": [List(List(Int(0, 9), 2, 2), 1, 6)],
    }
    return kinds[kind_of_name(name.lower().strip("_"))]


def _variants(shapes: Sequence[Shape]) -> list[Shape]:
    """Give near relatives of the likeliest shapes, for what their first form may miss."""
    made: list[Shape] = []
    for shape in shapes[:3]:
        match shape:
            case Int():
                made += _INTS
            case Float():
                made += [Float(1.0, 100.0), Float(0.0, 1.0)]
            case List(member=Int() | Float() as member, outer=outer):
                made += [
                    List(member, 2, 8, outer=outer),
                    List(member, 3, 9, is_sorted=True, outer=outer),
                    List(Int(1, 9), 3, 6, outer=outer),
                    List(Float(0.0, 10.0), 3, 6, outer=outer),
                    List(Int(1, 9), 3, 6, outer="np.array({0})"),
                    List(Text(longest=4), 2, 6, outer=outer),
                    List(List(Int(0, 9), 2, 2), 1, 6, outer=outer),
                    Matrix(Int(0, 9), 2, 4, is_square=True),
                    Matrix(Int(0, 9), 2, 3, is_square=True, outer="np.array({0})"),
                ]
            case Text():
                made += [
                    DIGITS,
                    Text(string.ascii_lowercase, 1, 5, 4),
                    Text(string.ascii_letters + "0123456789", 3, 10),
                    Text("01", 1, 8),
                    Text(string.digits, 1, 2, 5),
                    Text(string.ascii_uppercase, 1, 8),
                ]
            case Matrix(member=member):
                made += [Matrix(member, 3, 3, is_square=True), Matrix(Int(0, 1), 3, 5)]
    return made


def _tied(parameter: Parameter, cell: Cell, earlier: Sequence[Parameter]) -> list[Shape]:
    """Give whole numbers and members that hang on a list or text drawn before."""
    made: list[Shape] = []
    for other in earlier[-2:]:
        name = other.name
        made += [
            Tied(f"random.randrange(len({name}))", f"an index into `{name}`"),
            Tied(f"random.randint(1, len({name}))", f"an integer from 1 to the length of `{name}`"),
            Tied(f"len({name})", f"the length of `{name}`"),
            Tied(
                f"random.choice({name}) if random.random() < 0.6 else random.randint(0, 20)",
                f"mostly a member of `{name}`",
            ),
            Tied(f"{name} + random.randint(0, 10)", f"an integer not below `{name}`"),
            Tied(
                f"[random.randint(0, 20) for _ in range(len({name}))]",
                f"a list of integers from 0 to 20, as many as `{name}` has members",
                List(Int()),
            ),
            Tied(
                f"{name}[random.randrange(len({name})):][:3]",
                f"a piece of `{name}`",
                Text(),
            ),
        ]
    return made


def _others(cell: Cell) -> list[Shape]:
    """Give what is tried last, where nothing else fits."""
    return [
        Int(1, 10),
        List(Int(1, 9), 2, 6),
        Text(),
        Matrix(Int(0, 9), 2, 3, is_square=True),
        Float(1.0, 10.0),
        List(Text(longest=4), 1, 5),
        List(List(Int(0, 9), 2, 2), 2, 5),
        Object(Int()),
        List(Float(0.0, 10.0), 3, 5, outer="np.array({0})"),
    ]
