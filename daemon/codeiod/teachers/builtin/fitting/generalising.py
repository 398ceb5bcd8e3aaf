"""From example values to the shape that they are of. Imports its neighbour ``shapes``; pure."""

from __future__ import annotations

import string
from collections.abc import Sequence
from itertools import pairwise
from typing import Any

from codeiod.teachers.builtin.fitting.containers import List, Matrix, Object, Pair, Record, Spans
from codeiod.teachers.builtin.fitting.shapes import Bool, Float, Int, Shape
from codeiod.teachers.builtin.fitting.texts import Text, Words

_OUTER: dict[type, str] = {
    tuple: "tuple({0})",
    set: "set({0})",
    frozenset: "frozenset({0})",
}


def shape_of(values: Sequence[Any]) -> Shape | None:
    """Generalise over example values; None where they are of no one shape."""
    first = values[0]
    if all(isinstance(value, bool) for value in values):
        return Bool()
    if all(type(value) is int for value in values):
        return _int_around(values)
    if all(type(value) in (int, float) for value in values):
        return Float(float(min(0, *values)), float(max(10, *(2 * value for value in values))))
    if all(isinstance(value, str) for value in values):
        return _text_like(values)
    if all(isinstance(value, list | tuple | set | frozenset) for value in values):
        return _list_like(values, type(first))
    if all(isinstance(value, dict) for value in values):
        return _object_like(values)
    return None


def _int_around(values: Sequence[int]) -> Int:
    low, high = min(values), max(values)
    if low > 10**6:
        return Int(low // 2, min(high * 2, 10**12))
    high = min(high, 10**6)
    return Int(min(0, low) if low < 1 else 1, max(5, min(2 * high, high + 50)))


def _text_like(values: Sequence[str]) -> Shape:
    joined = "".join(values)
    letters = "".join(sorted(set(joined)))
    longest = max(len(value) for value in values)
    if any(" " in value for value in values):
        words = max(value.count(" ") for value in values) + 1
        inner = "".join(c for c in letters if c != " ") or "abc"
        if inner.isascii() and inner.isalpha() and inner.islower():
            return Words(1, min(words, 8))
        size = max((len(w) for v in values for w in v.split()), default=5)
        return Text(_widened(inner), 1, min(size, 8), min(words, 8))
    if len(letters) > 8 and letters.isascii() and letters.isalpha() and letters.islower():
        return Words()
    return Text(_widened(letters) or "abc", min(1, longest), max(3, min(longest + 2, 24)))


def _widened(letters: str) -> str:
    """Return all of the alphabet that most of the letters come from, where they are many."""
    if len(letters) > 8 and letters.isascii() and letters.isalpha():
        alphabet = string.ascii_lowercase if letters.islower() else string.ascii_letters
        return string.ascii_uppercase if letters.isupper() else alphabet
    if letters.isascii() and letters.isalpha() and len(letters) > 2:
        more = "abcdef" if letters.islower() else "ABCDEF"
        return "".join(dict.fromkeys(letters + more))[:8]
    return string.digits if letters.isdigit() and len(letters) >= 3 else letters[:60]


def _list_like(values: Sequence[Any], kind: type) -> Shape | None:
    members = [member for value in values for member in value]
    outer = _OUTER.get(kind, "{0}")
    if not members:
        return List(Int(), outer=outer)
    inner = shape_of(members)
    sizes = [len(value) for value in values]
    if inner is None:
        if len(set(sizes)) == 1 and sizes[0] <= 4:
            places = [shape_of([value[i] for value in values]) for i in range(sizes[0])]
            kept = tuple(place for place in places if place is not None)
            return Pair(kept, outer) if len(kept) == sizes[0] else None
        return None
    if isinstance(inner, List) and isinstance(members[0], list) and isinstance(inner.member, Int):
        widths = {len(member) for member in members}
        if len(widths) == 1 and next(iter(widths)) > 2:
            square = all(len(value) == len(value[0]) for value in values if value)
            return Matrix(inner.member, 2, 4, is_square=square, outer=outer)
        if widths == {2}:
            return _pairs_like(values, inner, outer)
    is_sorted = all(_is_sorted(value) for value in values) and max(sizes) > 3
    return List(inner, min(1, *sizes), max(4, min(2 * max(sizes), 10)), is_sorted, outer=outer)


def _pairs_like(values: Sequence[Any], inner: List, outer: str) -> Shape:
    """Generalise over lists of pairs; of pairs that each rise, the spans are kept apart."""
    pairs = [pair for value in values for pair in value]
    if len(pairs) > 2 and {first for first, _ in pairs} == {0, 1} and _is_whole(inner):
        return List(Pair((Int(0, 1), _int_around([second for _, second in pairs]))), 1, 8)
    rise = all(low <= high for low, high in pairs) and len(pairs) > 2
    ends = [[end for pair in value for end in pair] for value in values]
    is_apart = rise and all(all(a < b for a, b in pairwise(each)) for each in ends)
    if is_apart and isinstance(inner.member, Int) and inner.member.high >= 12:
        return Spans(5, inner.member.low, inner.member.high, outer)
    longest = max(4, min(2 * max(map(len, values)), 8))
    return List(List(inner.member, 2, 2, rise, outer=inner.outer), 1, longest, outer=outer)


def _is_whole(inner: List) -> bool:
    return isinstance(inner.member, Int)


def _is_sorted(value: Any) -> bool:
    try:
        return list(value) == sorted(value)
    except TypeError:
        return False


def _object_like(values: Sequence[dict[Any, Any]]) -> Shape | None:
    keys = set(values[0])
    if not all(isinstance(key, str) for value in values for key in value):
        return None
    if all(set(value) == keys for value in values) and 0 < len(keys) <= 8:
        members = [(key, shape_of([value[key] for value in values])) for key in sorted(keys)]
        if all(shape is not None for _, shape in members):
            return Record(tuple((key, shape) for key, shape in members if shape is not None))
    inner = shape_of([member for value in values for member in value.values()] or [0])
    return None if inner is None else Object(inner)
