"""Adjustments that the difference between a trial's output and the wanted one suggests.

Imports its neighbour ``mutation``; pure. Where the output has 5 and 8 is wanted, a 5 in the
arguments is worth an 8, and a number in them is worth 3 more.
"""

from __future__ import annotations

import copy
import re
from collections.abc import Iterator
from typing import Any

from codeiod.teachers.builtin.searching.mutation import at, is_number, places, put

MAX_DIFFERENCES = 12
_TOKEN = re.compile(r"\d+|[^\W\d_]+|.", re.DOTALL)

Difference = tuple[Any, Any]


def directed(
    arguments: dict[str, Any], found: Any, wanted: Any, limit: int
) -> Iterator[dict[str, Any]]:
    """Give up to ``limit`` changed copies of the arguments, the most likely first."""
    pairs = list(dict.fromkeys(_differences(found, wanted)))[:MAX_DIFFERENCES]
    made = 0
    for candidate in (*_replaced(arguments, pairs), *_shifted(arguments, pairs)):
        if candidate != arguments:
            yield candidate
            made += 1
            if made == limit:
                return


def _differences(found: Any, wanted: Any) -> Iterator[Difference]:
    """Give what stands where something else is wanted: numbers, characters, words."""
    if isinstance(found, str) and isinstance(wanted, str):
        yield from _between_texts(found, wanted)
    elif isinstance(found, list) and isinstance(wanted, list):
        for left, right in zip(found, wanted, strict=False):
            yield from _differences(left, right)
    elif isinstance(found, dict) and isinstance(wanted, dict):
        for key in found.keys() & wanted.keys():
            yield from _differences(found[key], wanted[key])
    elif is_number(found) and is_number(wanted) and found != wanted:
        yield found, wanted


def _between_texts(found: str, wanted: str) -> Iterator[Difference]:
    if len(found) == len(wanted):
        yield from ((a, b) for a, b in zip(found, wanted, strict=True) if a != b)
    for left, right in zip(_TOKEN.findall(found), _TOKEN.findall(wanted), strict=False):
        if left != right:
            both = left.isdecimal() and right.isdecimal()
            yield (int(left), int(right)) if both else (left, right)


def _replaced(arguments: dict[str, Any], pairs: list[Difference]) -> Iterator[dict[str, Any]]:
    """Put what is wanted in the place of what stands there: all of it at once, and one by one."""
    together = _put_all(arguments, pairs)
    yield together
    yield from _shifted(together, pairs[:3])
    if len(pairs) > 1:
        for pair in pairs:
            yield _put_all(arguments, [pair])


def _put_all(arguments: dict[str, Any], pairs: list[Difference]) -> dict[str, Any]:
    made = copy.deepcopy(arguments)
    numbers = {a: b for a, b in pairs if is_number(a) and is_number(b)}
    letters = {ord(a): b for a, b in pairs if isinstance(a, str) and len(a) == 1}
    words = [(a, b) for a, b in pairs if isinstance(a, str) and len(a) > 1]
    for place in list(places(made)):
        value = at(made, place)
        if is_number(value) and value in numbers:
            put(made, place, type(value)(numbers[value]))
        elif isinstance(value, str):
            for old, new in words:
                value = value.replace(old, new)
            put(made, place, value.translate(letters))
    return made


def _shifted(arguments: dict[str, Any], pairs: list[Difference]) -> Iterator[dict[str, Any]]:
    """Add what is missing to one number after the other."""
    steps = dict.fromkeys(b - a for a, b in pairs if is_number(a) and is_number(b))
    for step in steps:
        for place in places(arguments):
            value = at(arguments, place)
            if is_number(value):
                made = copy.deepcopy(arguments)
                put(made, place, type(value)(value + step))
                yield made
