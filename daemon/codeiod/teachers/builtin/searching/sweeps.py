"""Orderly changes to an input: one place after the other, every value that is near or known.

Imports its neighbour ``mutation``; pure. A sweep is lazy and in a fixed order, so that a search can
take up where it left off as long as the same input is the best one.
"""

from __future__ import annotations

import copy
from collections.abc import Iterator
from typing import Any

from codeiod.teachers.builtin.searching.mutation import (
    MAX_CHARACTERS,
    MAX_ITEMS,
    Place,
    Pool,
    at,
    is_number,
    places,
    put,
)

SMALL = 20
MAX_SOLVED = 24


def sweep(arguments: dict[str, Any], wanted: Any, pool: Pool) -> Iterator[dict[str, Any]]:
    """Give copies with one place changed: switches, numbers, members, characters."""
    found = list(places(arguments))
    yield from _exchanged(arguments)
    for changed in (_choices, _digits, _small, _lists, _texts):
        for place in found:
            for value in changed(arguments, place, wanted, pool):
                made = copy.deepcopy(arguments)
                put(made, place, value)
                yield made


def _exchanged(arguments: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Exchange two arguments of the same kind."""
    names = list(arguments)
    for index, first in enumerate(names):
        for second in names[index + 1 :]:
            one, other = arguments[first], arguments[second]
            if type(one) is type(other) and one != other:
                yield {**arguments, first: other, second: one}


def _choices(arguments: dict[str, Any], place: Place, _: Any, pool: Pool) -> Iterator[Any]:
    value = at(arguments, place)
    if isinstance(value, bool):
        yield not value
    elif isinstance(value, str):
        yield from (choice for choice in pool.choices(place) if choice != value)


def _digits(arguments: dict[str, Any], place: Place, _: Any, __: Pool) -> Iterator[int]:
    """Step a number by one and by units of each of its digits."""
    value = at(arguments, place)
    if isinstance(value, bool) or not isinstance(value, int) or abs(value) >= MAX_DIGITS_OF:
        return
    yield from (value + 1, value - 1)
    unit = 1
    while unit <= max(abs(value), 9):
        digit = abs(value) // unit % 10
        if abs(value) > SMALL:
            yield from (value + (other - digit) * unit for other in range(10) if other != digit)
        unit *= 10


MAX_DIGITS_OF = 10**5


def _small(arguments: dict[str, Any], place: Place, _: Any, __: Pool) -> Iterator[int]:
    value = at(arguments, place)
    if len(place) == 1 and type(value) is int and abs(value) <= SMALL:
        yield from (other for other in range(SMALL + 1) if other != value)


def _lists(arguments: dict[str, Any], place: Place, _: Any, pool: Pool) -> Iterator[Any]:
    value = at(arguments, place)
    if not isinstance(value, list):
        return
    for index in range(len(value)):
        yield value[:index] + value[index + 1 :]
    for index in range(len(value) - 1):
        yield [*value[:index], value[index + 1], value[index], *value[index + 2 :]]
    if len(value) < MAX_ITEMS:
        members = pool.members(place)
        different = {repr(member): member for member in members}.values()
        for member in list(different)[:12]:
            yield [*value, copy.deepcopy(member)]
        for index in range(len(value)):
            yield [*value[: index + 1], *copy.deepcopy(value[index:])]


def _texts(arguments: dict[str, Any], place: Place, wanted: Any, pool: Pool) -> Iterator[str]:
    value = at(arguments, place)
    if not isinstance(value, str) or pool.choices(place):
        return
    for index in range(len(value)):
        yield value[:index] + value[index + 1 :]
    if len(value) < MAX_CHARACTERS:
        letters = dict.fromkeys("".join(pool.texts[:40]) + value)
        for letter in list(letters)[:16]:
            yield value + letter
        for index in range(len(value)):
            yield value[: index + 1] + value[index:]


def solved(
    arguments: dict[str, Any], found: Any, wanted: Any, steps: dict[Place, float]
) -> list[dict[str, Any]]:
    """Give copies in which one number has moved by what the output still lacks, to scale.

    :param steps: how much the first differing number of the output grows with the one at a place.
    """
    apart = next(iter(_apart(found, wanted)), None)
    if apart is None:
        return []
    have, want = apart
    lacking = want - have
    numbers = [place for place in places(arguments) if is_number(at(arguments, place))]
    factors = {at(arguments, place) for place in numbers} - {0, 1, -1}
    made = []
    for place in numbers[:6]:
        value = at(arguments, place)
        targets = [value + lacking / steps[place]] if steps.get(place) else []
        targets += [value + lacking * factor for factor in (1, -1)]
        if have:
            targets += [value * want / have, value + lacking * round(value / have)]
        targets += [value + sign * lacking * f for f in sorted(factors)[:4] for sign in (1, -1)]
        for target in targets:
            if abs(target) < 1e15 and target != value:
                other = copy.deepcopy(arguments)
                put(other, place, round(target) if isinstance(value, int) else round(target, 6))
                made.append(other)
    return made[:MAX_SOLVED]


def _apart(found: Any, wanted: Any) -> Iterator[tuple[Any, Any]]:
    """Give the numbers of the output that differ from those at the same places of the wanted."""
    if is_number(found) and is_number(wanted):
        if found != wanted:
            yield found, wanted
    elif isinstance(found, list) and isinstance(wanted, list):
        for one, other in zip(found, wanted, strict=False):
            yield from _apart(one, other)
    elif isinstance(found, dict) and isinstance(wanted, dict):
        for key in wanted:
            if key in found:
                yield from _apart(found[key], wanted[key])


def slope(one: Any, other: Any, moved: float) -> float:
    """Return how much the first number that differs between two outputs grew with the move."""
    apart = next(iter(_apart(one, other)), None)
    return (apart[1] - apart[0]) / moved if apart and moved else 0.0
