"""Which shapes an argument may have, the likeliest first: from annotation, examples, use and name.

Imports ``candidates`` and its neighbours; pure.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from codeiod.teachers.builtin.candidates import Candidate, Parameter
from codeiod.teachers.builtin.fitting.annotations import Kind, annotated_shape
from codeiod.teachers.builtin.fitting.containers import List, Matrix, Object
from codeiod.teachers.builtin.fitting.domain import domain_of
from codeiod.teachers.builtin.fitting.evidence import Cell
from codeiod.teachers.builtin.fitting.generalising import shape_of
from codeiod.teachers.builtin.fitting.relatives import (
    DIGITS,
    NINE_BY_NINE,
    ONE_DIGIT,
    is_nine_by_nine,
    last_resorts,
    variants_of,
)
from codeiod.teachers.builtin.fitting.shapes import Bool, Choice, Float, Int, Shape
from codeiod.teachers.builtin.fitting.texts import Text, Words
from codeiod.teachers.builtin.fitting.trees import Tree
from codeiod.teachers.builtin.fitting.tying import is_named, operations_of, tied_to
from codeiod.teachers.builtin.fitting.usage import by_use, int_for, object_for, text_for
from codeiod.teachers.builtin.fitting.vocabulary import is_graph, kind_of_name, range_of_name

MAX_SHAPES = 9
SWITCHES = (Int(0, 1), Int(1, 2))


def shapes_for(
    candidate: Candidate,
    parameter: Parameter,
    cells: Mapping[str, Cell],
    earlier: Sequence[tuple[str, Shape]],
) -> list[Shape]:
    """Rank the shapes of one argument.

    :param cells: what the body shows of each argument.
    :param earlier: the arguments before it, which it may hang on, with their likeliest shapes.
    """
    cell = cells.get(parameter.name, Cell())
    domain = domain_of(candidate, parameter, cell)
    found = _distinct(domain.within(_likely(candidate, parameter, cell)))[:MAX_SHAPES]
    found = found or _of_kind(domain.kind, cell)
    if parameter.name.startswith("operations"):
        found = [operations_of(shape, earlier) for shape in found]
    if is_nine_by_nine(candidate.source):
        found += NINE_BY_NINE
    tied = tied_to(found, earlier)
    first = _tied_first(tied, found, candidate, parameter)
    made = [*first, *found[:4], *tied, *found[4:], *variants_of(found), *last_resorts(cell)]
    has_arrays = "numpy as np" in candidate.source
    made = [shape for shape in made if has_arrays or "np." not in shape.conversion]
    return _distinct(domain.within(made)) or found


def _likely(candidate: Candidate, parameter: Parameter, cell: Cell) -> list[Shape]:
    """Give what is said of an argument, in examples, its annotation, default, docstring, name."""
    found: list[Shape] = []
    values = list(_example_values(candidate, parameter.name))
    if values and (shape := shape_of(values)) is not None:
        found.append(shape)
    annotated = annotated_shape(parameter.annotation, cell)
    named = _by_name(parameter.name, cell)
    used = by_use(cell)
    match annotated:
        case Tree():
            found += [replace(annotated, is_search=_is_search_tree(candidate)), annotated]
        case Matrix():
            found += [s for s in named if _is_rows(s)]
        case Text() | Words():
            found += [s for s in used[:1] if _is_choice(s, cell)]
            found += [s for s in named if isinstance(s, Text | Words)] if not found else []
    if isinstance(annotated or next(iter(used), None), Text | Words) and "digit" in parameter.name:
        found.append(ONE_DIGIT if parameter.name.lower().endswith("digit") else DIGITS)
    ranged = _of_named_range(parameter, annotated, cell)
    found = [*ranged, *found] if ranged and _lie_in(ranged[0], values) else [*found, *ranged]
    if is_graph(parameter.name) and not isinstance(annotated, Tree):
        found.append(List(List(Int(0, 5), 2, 2), 1, 8))
    if annotated is not None:
        found.append(annotated)
    if used and isinstance(used[0], Int) and used[0] in SWITCHES:
        found.append(used[0])
    if parameter.default is not None and (shape := _of_default(parameter.default)) is not None:
        found.append(shape)
    return [*found, *_by_told(parameter.told), *used, *named]


def _tied_first(
    tied: Sequence[Shape], found: Sequence[Shape], candidate: Candidate, parameter: Parameter
) -> list[Shape]:
    """Choose what is likelier than anything else: a number whose name says so, a second matrix."""
    match found:
        case [Int(), *_]:
            return [one for one in tied if is_named(one, parameter)]
        case [Matrix(), *_]:
            is_product = any(word in candidate.title for word in ("mul", "dot", "product"))
            return list(tied[::-1] if is_product else tied)
    return []


def _is_choice(shape: Shape, cell: Cell) -> bool:
    """Say whether a text is one of those that it is compared with."""
    return isinstance(shape, Choice) and set(shape.values) <= set(cell.constants)


def _of_kind(kind: Kind, cell: Cell) -> list[Shape]:
    """Give what is of a kind where nothing else is known."""
    if isinstance(kind, tuple):
        inner = _of_kind(kind[1], cell.member or Cell())
        return [List(shape) for shape in inner]
    kinds: dict[str, list[Shape]] = {
        "int": [int_for(cell), Int()],
        "float": [Float()],
        "bool": [Bool()],
        "str": [text_for(cell), Words(1, 3)],
        "dict": [object_for(cell)],
        "tree": [Tree()],
    }
    return kinds.get(kind, [Int(), Words(), List(Int())])


def _is_search_tree(candidate: Candidate) -> bool:
    told = f"{candidate.title} {candidate.doc} {candidate.source}".lower()
    return any(words in told for words in ("search tree", "bst", "kth smallest", "kth largest"))


def _is_rows(shape: Shape) -> bool:
    return isinstance(shape, List) and isinstance(shape.member, List)


def _of_named_range(parameter: Parameter, annotated: Shape | None, cell: Cell) -> list[Shape]:
    """Give the range that a name tells of, where nothing says that it is no number."""
    used = (by_use(cell) or [Int()])[0]
    is_number = _is_number(annotated or used)
    limits = range_of_name(parameter.name)
    if limits is None or not is_number:
        return []
    match annotated or used:
        case Float():
            return [Float(float(limits[0]), float(limits[1]))]
        case List() as several:
            return [replace(several, member=Int(*limits))]
    return [Int(*limits)]


def _lie_in(shape: Shape, values: Iterable[Any]) -> bool:
    """Say whether whole numbers, or lists of them, lie in the range of a shape."""
    limits = shape.member if isinstance(shape, List) else shape
    members = [m for value in values for m in (value if isinstance(value, list) else [value])]
    return isinstance(limits, Int) and all(
        type(m) is int and limits.low <= m <= limits.high for m in members
    )


def _is_number(shape: Shape) -> bool:
    """Say whether a shape is that of a number, or of a list of whole ones."""
    is_list = isinstance(shape, List) and isinstance(shape.member, Int)
    return is_list or isinstance(shape, Int | Float | Bool)


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
        (r"list of (str|word)", List(Words(), 1, 6)),
        (r"matrix|2-?d", Matrix(Int(0, 9))),
        (r"\b(str|string|text|word)\b", Words(1, 3)),
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
        "texts": [List(Words(), 1, 6), List(Text("abc", 1, 4), 2, 7)],
        "list": [List(member[0]), List(Int(-10, 20))],
        "sentence": [Words(2, 6)],
        "sentences": [List(Words(1, 3), 1, 4)],
        "word": [Words()],
        "text": [text_for(cell)],
        "intervals": [List(List(Int(0, 20), 2, 2, is_sorted=True), 1, 6)],
        "point": [List(Int(0, 9), 2, 2)],
        "int": [int_for(cell)],
        "number": [int_for(cell), Float(0.5, 20.0)],
        "bool": [Bool()],
        "mapping": [object_for(cell)],
        "pairs": [List(List(Int(0, 9), 2, 2), 1, 6)],
    }
    return kinds[kind_of_name(name.lower().strip("_"))]
