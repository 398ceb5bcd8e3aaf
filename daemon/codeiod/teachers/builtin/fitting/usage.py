"""From what the body does with a value to the shapes that it may have, the likeliest first.

Imports its neighbours; pure.
"""

from __future__ import annotations

import math
import string
from collections.abc import Sequence
from typing import Any

from codeiod.teachers.builtin.fitting.containers import List, Matrix, Object, Pair, Record
from codeiod.teachers.builtin.fitting.evidence import Cell, Use
from codeiod.teachers.builtin.fitting.shapes import Bool, Choice, Float, Int, Shape
from codeiod.teachers.builtin.fitting.texts import Text, Words

AN_ALPHABET = 4
"""Of so many different characters a text is made; fewer may be the marks in a grid."""


def text_for(cell: Cell) -> Text | Words:
    """Return a text over an alphabet that holds the characters which the body asks for."""
    constants = [c for c in cell.constants if isinstance(c, str)]
    if cell.member is not None:
        constants += [c for c in cell.member.constants if isinstance(c, str)]
    single = "".join(dict.fromkeys("".join(c for c in constants if len(c) <= 2)))
    words = tuple(c for c in constants if len(c) > 2)[:6]
    parsed = cell.uses[Use.PARSED] + (cell.member.uses[Use.PARSED] if cell.member else 0)
    if single in (" ", ", ", ","):
        return Words(1, 5, single.strip() or " ")
    if parsed and not single:
        return Text(string.digits, 1, 6)
    if single.isascii() and single.isalpha() and single.islower() and len(single) > 3:
        return Words(1, 3)
    if 0 < len(single) < 4 and not single.isspace():
        return Text(single + "abxy"[: 5 - len(single)], 1, 8, specials=words)
    if single:
        return Text("".join(c for c in single if c.isprintable()), 1, 8, specials=words)
    return Text(string.ascii_lowercase, 1, 8, specials=words) if words else Words(1, 3)


def object_for(cell: Cell) -> Shape:
    """Return a record where the body asks for keys by name, else any object."""
    if cell.keys:
        members = ((key, (by_use(inner) or [Int()])[0]) for key, inner in cell.keys.items())
        return Record(tuple(members))
    inner = (by_use(cell.member) or [Int()])[0] if cell.member else Int()
    return Object(inner)


def by_use(cell: Cell, depth: int = 0) -> list[Shape]:
    """Rank shapes by what the body does with the value."""
    uses = cell.uses
    if depth > 3:
        return [Int()]
    scores: dict[str, float] = {
        "int": uses[Use.NUMBER] + 2 * uses[Use.COUNT] + uses[Use.INDEX] + 0.5 * uses[Use.DIVISOR],
        "float": 1.5 * uses[Use.FLOAT],
        "text": 3 * uses[Use.TEXT] + uses[Use.CHARACTER] + 1.5 * uses[Use.PARSED],
        "list": 1.2 * uses[Use.ITERATED]
        + uses[Use.INDEXED]
        + 0.9 * uses[Use.SIZED]
        + 3 * uses[Use.CHANGED]
        + 0.4 * uses[Use.SEARCHED],
        "mapping": 3 * uses[Use.MAPPING] + 3 * len(cell.keys),
        "set": 3 * uses[Use.SET],
        "bool": 0.3 * uses[Use.TRUTH],
        "pair": 2 * len(cell.places),
    }
    if any(isinstance(c, str) for c in cell.constants):
        scores["text"] += 3
    ranked = sorted((kind for kind in scores if scores[kind] > 0), key=lambda k: -scores[k])
    return [shape for kind in ranked for shape in _of_kind(kind, cell, depth)]


def _of_kind(kind: str, cell: Cell, depth: int) -> list[Shape]:
    member = (by_use(cell.member, depth + 1) if cell.member else []) or [Int()]
    if kind == "int":
        return [int_for(cell)]
    if kind == "float":
        return [Float()]
    if kind == "text":
        choice = tuple(c for c in cell.constants if isinstance(c, str) and c)
        if len(choice) == 1 and len(choice[0]) == 1:
            choice = (choice[0], {"1": "0", "0": "1", ".": "x"}.get(choice[0], "."))
        few = 1 < len(choice) <= 8 and not cell.is_taken_apart
        return [Choice(choice), text_for(cell)] if few else [text_for(cell)]
    if kind == "list":
        return _lists_of(member, cell)
    if kind == "mapping":
        return [object_for(cell)]
    if kind == "set":
        return [List(member[0], outer="set({0})")]
    if kind == "pair":
        places = range(max(cell.places) + 1)
        inner = (by_use(cell.places.get(p, Cell()), depth + 1) or [Int()] for p in places)
        return [Pair(tuple(shapes[0] for shapes in inner))]
    return [Bool()]


def _lists_of(member: Sequence[Shape], cell: Cell) -> list[Shape]:
    first = member[0]
    made: list[Shape] = []
    if isinstance(first, List) and isinstance(first.member, Int | Choice):
        made = [Matrix(first.member, 2, 4), Matrix(first.member, 2, 4, is_square=True)]
    is_text = bool(cell.member and cell.member.uses[Use.CHARACTER])
    if cell.member and not cell.member.is_taken_apart and _is_character(first, is_text):
        made.append(text_for(cell))
    made.append(List(first))
    if is_text or any(isinstance(c, str) for c in [*cell.constants, *_constants_of_member(cell)]):
        made.append(text_for(cell))
    return made


def _is_character(shape: Shape, is_asked: bool) -> bool:
    """Say whether members of this shape are the characters of a text.

    :param is_asked: they are asked what only characters are asked.
    """
    if isinstance(shape, Choice):
        letters = [value for value in shape.values if isinstance(value, str) and len(value) == 1]
        return len(letters) == len(shape.values) >= AN_ALPHABET
    return is_asked and isinstance(shape, Text | Words)


def _constants_of_member(cell: Cell) -> list[Any]:
    return cell.member.constants if cell.member else []


def int_for(cell: Cell) -> Int:
    """Return a range that holds the constants which the body compares with, or divides by."""
    numbers = [c for c in cell.constants if type(c) is int]
    if _only_tells_apart(cell):
        highest = 1 if set(numbers) <= {0, 1} else max(numbers) + 1
        if highest - min(numbers) <= 12:
            return Int(min(0, *numbers) if highest == 1 else min(numbers), highest)
    most = _most_divided(cell)
    if not numbers:
        return Int(1, max(most, 10)) if cell.uses[Use.COUNT] or most else _any_int(cell)
    low = max(min(0, *numbers), -1000)
    high = max([n for n in numbers if n <= 10_000], default=20)
    return Int(
        low - 2 if low < 0 else 0,
        max(10 if cell.uses[Use.COUNT] else 20, most, min(high + max(3, high // 4), 10**7)),
    )


def _any_int(cell: Cell) -> Int:
    return Int(1, 10) if cell.uses[Use.DIVISOR] else Int(0, 20)


def _only_tells_apart(cell: Cell) -> bool:
    """Say whether a number only tells one way from another: it is mostly compared with some."""
    uses = cell.uses
    equalled, otherwise = uses[Use.EQUALLED], uses[Use.NUMBER] - uses[Use.EQUALLED]
    others = (Use.COUNT, Use.INDEX, Use.DIVISOR, Use.DIVIDED, Use.FLOAT, Use.SEARCHED)
    is_only = equalled > 0 and (not otherwise or equalled >= otherwise + 3)
    return is_only and not any(uses[use] for use in others)


def _most_divided(cell: Cell) -> int:
    """Return how large numbers have to be for divisions with a remainder to matter; 0: any do."""
    if not cell.uses[Use.DIVIDED]:
        return 0
    if 10 in cell.divisors:
        return 2000 if not cell.uses[Use.COUNT] else 200
    whole = math.lcm(*(divisor for divisor in cell.divisors if 0 < divisor <= 1000))
    return min(max(2 * whole, 20 if cell.divisors else 100), 3000)
