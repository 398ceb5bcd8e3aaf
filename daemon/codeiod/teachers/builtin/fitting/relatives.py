"""Relatives of the likeliest shapes, for what these miss, and what is tried last. Pure.

Imports its neighbours.
"""

from __future__ import annotations

import string
from collections.abc import Sequence

from codeiod.teachers.builtin.fitting.containers import List, Matrix, Object
from codeiod.teachers.builtin.fitting.evidence import Cell, Use
from codeiod.teachers.builtin.fitting.shapes import Choice, Float, Int, Shape
from codeiod.teachers.builtin.fitting.texts import Text, Words

DIGITS = Text(string.digits, 1, 6)
ONE_DIGIT = Text(string.digits, 1, 1)
_NINES = "range(9)"
NINE_BY_NINE: tuple[Shape, ...] = (
    Matrix(Choice(tuple("......123456789")), 9, 9, is_square=True),
    List(Matrix(Choice(tuple("...............123456789")), 9, 9, is_square=True), 1, 2),
    Matrix(Choice((0, 0, 0, 0, 0, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9)), 9, 9, is_square=True),
)
_INTS = (Int(0, 20), Int(1, 10), Int(-10, 10), Int(0, 4), Int(1, 100), Int(2, 6))


def is_nine_by_nine(source: str) -> bool:
    return "sudoku" in source.lower() or _NINES in source


def variants_of(shapes: Sequence[Shape]) -> list[Shape]:
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
                    List(Words(), 2, 6, outer=outer),
                    List(List(Int(0, 9), 2, 2), 1, 6, outer=outer),
                    Matrix(Int(0, 9), 2, 4, is_square=True),
                    Matrix(Int(0, 9), 2, 3, is_square=True, outer="np.array({0})"),
                ]
            case Text() | Words():
                made += [
                    DIGITS,
                    Words(1, 4),
                    Text(string.ascii_lowercase, 1, 8),
                    Text(string.ascii_letters + "0123456789", 3, 10),
                    Text("01", 1, 8),
                    Text(string.digits, 1, 2, 5),
                    Text(string.ascii_uppercase, 1, 8),
                ]
            case Matrix(member=member):
                made += [Matrix(member, 3, 3, is_square=True), Matrix(Int(0, 1), 3, 5)]
    return made


def last_resorts(cell: Cell) -> list[Shape]:
    """Give what is tried last, where nothing else fits."""
    return [
        Int(1, 10),
        List(Int(1, 9), 2, 6),
        Words(),
        Matrix(Int(0, 9), 2, 3, is_square=True),
        *([] if cell.uses[Use.NUMBER] and not cell.uses[Use.FLOAT] else [Float(1.0, 10.0)]),
        List(Words(), 1, 5),
        List(List(Words(), 1, 3), 1, 4),
        List(List(Int(0, 9), 2, 2), 2, 5),
        Object(Int()),
        List(Float(0.0, 10.0), 3, 5, outer="np.array({0})"),
    ]
