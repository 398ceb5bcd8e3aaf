"""What is asked of the rounds that fill a name, when its last value is known.

Imports its neighbours ``building`` and ``parts``; pure. Each sentence holds for every run.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from codeiod.teachers.builtin.searching.building import Change, is_plain_loop
from codeiod.teachers.builtin.searching.outline import shown
from codeiod.teachers.builtin.searching.parts import NO_LITERAL, literal, written

MAX_WAYS = 3


def _each(made: list[Change]) -> str:
    """Name the values that are added, each with the branch that adds it; empty for many."""
    given = [(change.value, change.where) for change in made if change.value is not None]
    ways = list(dict.fromkeys(f"`{shown(value, 50)}`{where}" for value, where in given))
    return " or ".join(ways) if len(ways) <= MAX_WAYS else ""


def appended(name: str, first: Change, made: list[Change], wanted: Any) -> Iterator[str]:
    ways = _each(made)
    if literal(first.value) != [] or not ways:
        return
    if isinstance(wanted, str):
        yield f"`{name}` starts empty and gets, one by one, {ways}."
        return
    if not isinstance(wanted, list):
        return
    if not wanted:
        yield f"`{name}` starts empty and gets {ways}: none of this may ever happen."
        return
    size = len(wanted)
    times = "once" if size == 1 else f"{size} times"
    told = f"`{name}` starts empty and gets, one by one, {ways}: this must happen {times}"
    if isinstance(wanted[0], list | dict):
        yield f"{told}."
    else:
        yield f"{told}, and give {written(wanted[0])}{' first' if size > 1 else ''}."


def added(name: str, first: Change, made: list[Change], wanted: Any) -> Iterator[str]:
    start, ways = literal(first.value), _each(made)
    if not ways or type(start) is not type(wanted) or isinstance(wanted, bool):
        return
    if isinstance(wanted, int | float):
        steps = [literal(change.value) for change in made]
        is_count = start == 0 and all(step == 1 for step in steps)
        if is_count and all(c.conditions and all(map(is_plain_loop, c.loops)) for c in made):
            where = " or".join(dict.fromkeys(change.where for change in made))
            yield f"`{name}` counts from 0, one more{where}: that must be so {wanted} times."
        elif start == 0 or isinstance(wanted - start, int):
            yield (
                f"`{name}` starts at {start} and grows by {ways}: together that must come to "
                f"{written(wanted - start)}."
            )
    elif isinstance(wanted, str) and wanted.startswith(start):
        rest = written(wanted[len(start) :])
        began = f"as {written(start)}" if start else "empty"
        yield f"`{name}` starts {began} and grows by {ways}, which must spell out {rest}."
    elif isinstance(wanted, list) and start == []:
        yield f"`{name}` starts empty and grows by {ways}, {len(wanted)} members in all."


def keyed(name: str, made: list[Change], wanted: dict[str, Any]) -> Iterator[str]:
    ways = " or ".join(dict.fromkeys(f"`{shown(c.value)}`" for c in made if c.value is not None))
    if ways and wanted:
        keys = written(list(wanted))
        yield f"`{name}` starts empty and gets its keys from {ways}: these must be {keys}."


def set_anew(name: str, made: list[Change], wanted: Any) -> Iterator[str]:
    """Say which of several assignments gives the wanted value, where constants tell it."""
    fitting = [change for change in made if literal(change.value) == wanted]
    others = [change for change in made if literal(change.value) is NO_LITERAL]
    if len(fitting) == 1 and not others and type(literal(fitting[0].value)) is type(wanted):
        (change,) = fitting
        if change.conditions:
            yield f"`{name}` gets {written(wanted)} only{change.where}, so that must come about."
        elif change is made[0]:
            ways = " or".join(dict.fromkeys(c.where for c in made if c is not change and c.where))
            if ways:
                yield f"`{name}` starts as {written(wanted)} and is changed{ways}."
        return
    ways = _each([change for change in made if literal(change.value) is NO_LITERAL])
    if ways and not fitting:
        yield f"`{name}` is set to {ways}; the last time it must come to {written(wanted)}."
