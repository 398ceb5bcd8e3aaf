"""Variants of a shape: its edges, few values, smaller ones, many out of few. Pure.

Imports its neighbour ``shapes``.
"""

from __future__ import annotations

import random
import string
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

from codeiod.teachers.builtin.fitting.containers import List, Matrix, Pair, Record
from codeiod.teachers.builtin.fitting.shapes import Float, Int, Shape
from codeiod.teachers.builtin.fitting.texts import Text, Words
from codeiod.teachers.builtin.fitting.trees import Tree

FREE_HIGHEST = 30
"""A range that ends higher was chosen for a reason: no edges are looked for above it."""
FARTHEST = 1000


@dataclass(frozen=True, slots=True)
class OneOf:
    """A value of one of some shapes, which are converted alike."""

    shapes: tuple[Shape, ...]

    @property
    def conversion(self) -> str:
        return self.shapes[0].conversion

    def expression(self) -> str:
        parts = ", ".join(f"lambda: {shape.expression()}" for shape in self.shapes)
        return f"random.choice([{parts}])()"

    def told(self) -> str:
        return ", at times ".join(shape.told() for shape in self.shapes)

    def sample(self, rng: random.Random) -> Any:
        return rng.choice(self.shapes).sample(rng)


def one_of(shapes: Iterable[Shape]) -> Shape:
    """Return the shape that holds all of these; a narrow one says nothing beside a wide one."""
    kept: list[Shape] = []
    for shape in dict.fromkeys(shapes):
        merged = _merged(kept[0], shape) if kept else None
        if merged is None:
            kept.append(shape)
        else:
            kept[0] = merged
    return kept[0] if len(kept) == 1 else OneOf(tuple(kept))


def _merged(usual: Shape, other: Shape) -> Shape | None:
    """Return one shape that tells of both, None where there is none."""
    if other in (usual, narrow(usual)):
        return usual
    match usual, other:
        case Int(), Int():
            low, high = min(usual.low, other.low), max(usual.high, other.high)
            return Int(low, high, tuple(dict.fromkeys((*usual.specials, *other.specials))))
        case Float(), Float():
            floats = tuple(dict.fromkeys((*usual.specials, *other.specials)))
            return replace(usual, specials=floats)
        case Tree(), Tree():
            low, high = min(usual.low, other.low), max(usual.high, other.high)
            largest = max(usual.largest, other.largest)
            return replace(usual, low=low, high=high, largest=largest)
        case List(), List():
            member = _merged(usual.member, other.member)
            shortest, longest = (
                min(usual.shortest, other.shortest),
                max(usual.longest, other.longest),
            )
            alike = usual.is_sorted == other.is_sorted and usual.outer == other.outer
            if member is None or not alike:
                return None
            return replace(usual, member=member, shortest=shortest, longest=longest)
        case Matrix(), Matrix():
            member = _merged(usual.member, other.member)
            return None if member is None else replace(usual, member=member)
        case Pair(), Pair():
            members = [_merged(a, b) for a, b in zip(usual.members, other.members, strict=True)]
            kept = tuple(member for member in members if member is not None)
            return replace(usual, members=kept) if len(kept) == len(members) else None
        case Text(), Text() if usual.alphabet == other.alphabet:
            return replace(usual, specials=tuple(dict.fromkeys((*usual.specials, *other.specials))))
    return None


def special(shape: Shape, constants: tuple[Any, ...]) -> Shape:
    """Return the shape that often draws these constants, and other edges, where they fit it."""
    if isinstance(shape, Int):
        numbers = [c for c in constants if type(c) is int]
        lowest = -1 if shape.low == 0 and 0 in numbers else shape.low
        near = {n + step for n in numbers for step in (-1, 0, 1)} | {max(shape.low, 0), 1}
        highest = shape.high if shape.high > FREE_HIGHEST else FARTHEST
        near |= {m for n in numbers if 0 < n < shape.low for m in _multiples(n, shape)}
        near = {n for n in near if lowest <= n <= highest}
        specials = tuple(sorted(near, key=lambda n: (abs(n), n))[:9])
        return replace(shape, specials=specials) if len(specials) > 1 else shape
    if isinstance(shape, Float):
        near_floats = sorted({float(c) for c in constants if type(c) in (int, float)}, key=abs)
        return replace(shape, specials=(0.0, *near_floats[:7]))
    if isinstance(shape, Text | Words):
        return _special_text(shape, [c for c in constants if isinstance(c, str)])
    if isinstance(shape, Tree):
        return replace(shape, largest=3)
    if isinstance(shape, List):
        return replace(shape, member=special(shape.member, constants))
    if isinstance(shape, Matrix):
        return replace(shape, member=special(shape.member, constants))
    if isinstance(shape, Pair):
        return replace(shape, members=tuple(special(m, constants) for m in shape.members))
    if isinstance(shape, Record):
        return replace(shape, members=tuple((k, special(m, constants)) for k, m in shape.members))
    return shape


def _multiples(number: int, shape: Int) -> range:
    """Return the first multiples of a number in a range that begins above it."""
    start = -(-shape.low // number) * number
    return range(start, min(shape.high, start + 2 * number) + 1, number)


def _special_text(shape: Text | Words, constants: list[str]) -> Shape:
    letters = "".join(dict.fromkeys("".join(c for c in constants if len(c) <= 2)))
    words = tuple(c for c in constants if 1 < len(c) <= 20)[:8]
    text = shape if isinstance(shape, Text) else Text("abcde ", 0, 8)
    if not letters:
        kept = text.alphabet if text.alphabet[0] not in string.ascii_letters else "abcA 1"
        return replace(text, alphabet=kept, specials=words)
    alphabet = (letters + text.alphabet)[: max(12, 2 * len(letters))]
    return replace(text, alphabet="".join(dict.fromkeys(alphabet)), specials=words)


def narrow(shape: Shape) -> Shape:
    """Return the shape with few values, so that equal ones and rare cases are drawn often."""
    if isinstance(shape, Int):
        return replace(shape, high=min(shape.high, max(shape.low, 0) + 5))
    if isinstance(shape, Text):
        return replace(shape, alphabet=shape.alphabet[:3], longest=min(shape.longest, 6))
    if isinstance(shape, Words):
        return Text("abc", 1, 6)
    if isinstance(shape, Tree):
        return replace(shape, low=max(shape.low, 0), high=2)
    if isinstance(shape, List):
        return replace(shape, member=narrow(shape.member), shortest=min(shape.shortest, 2))
    if isinstance(shape, Matrix):
        return replace(shape, member=narrow(shape.member))
    if isinstance(shape, Pair):
        return replace(shape, members=tuple(map(narrow, shape.members)))
    return shape


def smaller(shape: Shape) -> Shape:
    """Return the shape with shorter and lower values, where others made too much."""
    if isinstance(shape, Int):
        return replace(shape, high=max(shape.low + 3, shape.high // 3))
    if isinstance(shape, Words):
        return replace(shape, most=max(1, shape.most // 2))
    if isinstance(shape, Tree):
        return replace(shape, largest=5)
    if isinstance(shape, Text):
        return replace(shape, longest=max(shape.shortest + 1, shape.longest // 2))
    if isinstance(shape, List):
        longest = max(shape.shortest + 1, shape.longest // 2)
        return replace(shape, member=smaller(shape.member), longest=longest)
    if isinstance(shape, Matrix):
        largest = max(shape.smallest, 2, shape.largest - 1)
        return replace(shape, member=smaller(shape.member), largest=largest)
    return shape


def denser(shape: Shape) -> Shape:
    """Return the shape with more members out of fewer values, for what is rarely so by chance."""
    if isinstance(shape, Int):
        return replace(shape, low=1, high=5, specials=())
    if isinstance(shape, Words):
        return Text("ab", 2, 6)
    if isinstance(shape, Text):
        return replace(shape, alphabet=shape.alphabet[:2], longest=min(shape.longest, 6))
    if isinstance(shape, Tree):
        return replace(shape, low=1, high=2, largest=12)
    if isinstance(shape, List):
        size = shape.longest if shape.shortest == shape.longest else min(12, shape.longest + 3)
        return replace(shape, member=denser(shape.member), longest=size)
    if isinstance(shape, Pair):
        return replace(shape, members=tuple(map(narrow, shape.members)))
    return replace(shape, member=denser(shape.member)) if isinstance(shape, Matrix) else shape
