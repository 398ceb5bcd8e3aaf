"""Small changes to the arguments of a call, of the kind that a person would try next.

Imports the standard library only; pure. A value keeps its JSON type, and grows no larger than the
pairs of a program may be.
"""

from __future__ import annotations

import copy
import random
import re
from collections.abc import Iterable, Iterator
from typing import Any

MAX_ITEMS = 18
MAX_CHARACTERS = 90
MAX_SEEN = 120
MAX_CHOICES = 8
MAX_GROWTH = 20
"""How many times larger a number may get than what was drawn or is wanted: large ones run long."""

Place = tuple[str | int, ...]


def changed(arguments: dict[str, Any], pool: Pool, rng: random.Random) -> dict[str, Any]:
    """Return a copy with one to three of its parts changed."""
    made = copy.deepcopy(arguments)
    for _ in range(rng.choice((1, 1, 1, 2, 3))):
        found = list(places(made))
        place = rng.choice(found)
        choices = pool.choices(place)
        put(made, place, rng.choice(choices) if choices else _changed_at(made, place, pool, rng))
    return made


def along(arguments: dict[str, Any], size: int, rng: random.Random) -> list[dict[str, Any]]:
    """Return copies with one of the numbers moved up and down by steps from large to small."""
    found = [place for place in places(arguments) if is_number(at(arguments, place))]
    if not found:
        return []
    place = rng.choice(found)
    number = at(arguments, place)
    made = []
    for step in range(size // 2):
        length = 4 * max(1.0, abs(number)) / 3**step
        for moved in (number - length, number + length):
            other = copy.deepcopy(arguments)
            put(other, place, round(moved) if isinstance(number, int) else moved)
            made.append(other)
    return made


def is_number(value: Any) -> bool:
    """Tell whether a JSON value is a number, of a size that a float can tell."""
    return isinstance(value, int | float) and not isinstance(value, bool) and abs(value) < 1e15


class Pool:
    """Values worth trying: the leaves of the wanted output, and what drawn inputs hold where."""

    def __init__(self) -> None:
        self.numbers: list[int | float] = []
        self.texts: list[str] = []
        self._seen: dict[Place, list[Any]] = {}
        self._kinds: dict[Place, set[type]] = {}
        self._below_zero: set[Place] = set()
        self._largest: float = 10

    def add(self, value: Any) -> None:
        """Take in the leaves of a value."""
        for leaf in leaves(value):
            if isinstance(leaf, str):
                self.texts.append(leaf)
                self.numbers += [int(run) for run in re.findall(r"\d{1,9}", leaf)]
            elif isinstance(leaf, int | float) and not isinstance(leaf, bool):
                self.numbers.append(leaf)

    def measure(self, numbers: Iterable[int | float]) -> None:
        """Take in how large numbers may well be."""
        self._largest = max(self._largest, *map(abs, numbers), 0)

    def learn(self, drawn: dict[str, Any]) -> None:
        """Take in which values stand where in an input of the described kind."""
        for place in places(drawn):
            here, value = general(place), at(drawn, place)
            self._kinds.setdefault(here, set()).add(type(value))
            if is_number(value):
                self.measure([value])
                if value < 0:
                    self._below_zero.add(here)
            seen = self._seen.setdefault(here, [])
            if len(seen) < MAX_SEEN:
                seen.append(value)

    def members(self, place: Place) -> list[Any]:
        """Return what was seen as a member of the list at a place."""
        return self._seen.get((*general(place), "*"), [])

    def fits(self, arguments: dict[str, Any], *, freely: bool) -> bool:
        """Tell whether an input is of the described kind, going by those that were drawn.

        :param freely: numbers may also be of another kind than those that were drawn, or below.
        """
        return all(
            self._fits_at(general(place), at(arguments, place), freely)
            for place in places(arguments)
        )

    def _fits_at(self, place: Place, value: Any, freely: bool) -> bool:
        kinds = self._kinds.get(place)
        if not kinds:
            return True
        if type(value) not in kinds:
            return freely and is_number(value) and not kinds.isdisjoint((int, float))
        if not is_number(value):
            return True
        if abs(value) > MAX_GROWTH * self._largest:
            return False
        return freely or value >= 0 or place in self._below_zero

    def choices(self, place: Place) -> list[str]:
        """Return the texts that stand at a place, if they are a few that come again and again."""
        seen = [value for value in self._seen.get(general(place), ()) if isinstance(value, str)]
        few = list(dict.fromkeys(seen))
        return few if 2 <= len(few) <= MAX_CHOICES and len(seen) >= 4 * len(few) else []


def general(place: Place) -> Place:
    """Return a place without the indices: all members of a list are of one kind."""
    return (*place[:1], *("*" if isinstance(key, int) else key for key in place[1:]))


def leaves(value: Any) -> Iterator[Any]:
    """Give all that a value is made of: keys, and members that are no containers."""
    if isinstance(value, list):
        for member in value:
            yield from leaves(member)
    elif isinstance(value, dict):
        for key, member in value.items():
            yield key
            yield from leaves(member)
    else:
        yield value


def places(value: Any, place: Place = ()) -> Iterator[Place]:
    """Give every part of the arguments, but not the arguments as a whole."""
    if place:
        yield place
    members = value.items() if isinstance(value, dict) else enumerate(value)
    for key, member in members:
        if isinstance(member, list | dict):
            yield from places(member, (*place, key))
        else:
            yield (*place, key)


def at(value: Any, place: Place) -> Any:
    """Return the part at a place."""
    for key in place:
        value = value[key]
    return value


def put(value: Any, place: Place, member: Any) -> None:
    """Put another part in a place."""
    at(value, place[:-1])[place[-1]] = member


def _changed_at(made: dict[str, Any], place: Place, pool: Pool, rng: random.Random) -> Any:
    value, members = at(made, place), pool.members(place)
    if isinstance(value, list) and members and rng.random() < 0.3 and len(value) < MAX_ITEMS:
        where = rng.randint(0, len(value))
        return [*value[:where], copy.deepcopy(rng.choice(members)), *value[where:]]
    return _neighbour(value, pool, rng)


def _neighbour(value: Any, pool: Pool, rng: random.Random) -> Any:
    if isinstance(value, bool):
        return not value
    if isinstance(value, int):
        return _other_int(value, pool, rng)
    if isinstance(value, float):
        return _other_float(value, pool, rng)
    if isinstance(value, str):
        return _other_text(value, pool, rng)
    if isinstance(value, list):
        return _other_list(value, pool, rng)
    return value


def _other_int(number: int, pool: Pool, rng: random.Random) -> int:
    wanted = [n for n in pool.numbers if isinstance(n, int)] or [number]
    near = rng.choice(wanted)
    steps = (number + 1, number - 1, number + rng.randint(-10, 10), number * 2, number // 2)
    jumps = (near, near - number, near + rng.randint(-2, 2), near * 2, near // 2)
    return rng.choice((*steps, *jumps))


def _other_float(number: float, pool: Pool, rng: random.Random) -> float:
    near = float(rng.choice(pool.numbers or [number]))
    step = rng.choice((0.01, 0.1, 0.5, 1.0, 10.0)) * rng.choice((-1, 1))
    return round(rng.choice((number + step, number * 2, number / 2, near, near + step)), 4)


def _other_text(text: str, pool: Pool, rng: random.Random) -> str:
    letters = text + "".join(pool.texts) or "abc"
    where = rng.randint(0, len(text))
    other = rng.choice(pool.texts or [text])
    letter = rng.choice(letters)
    made = rng.choice(
        (
            text[:where] + letter + text[where:],
            text[:where] + text[where + 1 :],
            text[:where] + letter + text[where + 1 :],
            other,
            other[::-1],
            text + other,
            "".join(rng.sample(text, len(text))),
        )
    )
    return made[:MAX_CHARACTERS]


def _other_list(members: list[Any], pool: Pool, rng: random.Random) -> list[Any]:
    made = list(members)
    change = rng.choice(("swap", "drop", "copy", "reverse", "sort", "shuffle"))
    if change == "copy" and made and len(made) < MAX_ITEMS:
        member = _neighbour(copy.deepcopy(rng.choice(made)), pool, rng)
        made.insert(rng.randint(0, len(made)), member)
    elif change == "drop" and made:
        del made[rng.randrange(len(made))]
    elif change == "swap" and len(made) > 1:
        first, second = rng.sample(range(len(made)), 2)
        made[first], made[second] = made[second], made[first]
    elif change == "reverse":
        made.reverse()
    elif change == "sort" and len({type(member) for member in made}) == 1:
        made.sort(key=str if isinstance(made[0], dict | list) else None)
    elif change == "shuffle":
        rng.shuffle(made)
    return made
