"""What the form of the code asks of an input that leads to the wanted output.

Imports its neighbours; pure. Reasons backwards from the
returns: which of them can give the wanted value, and what must have happened for it. Each sentence
holds for every run that gives the wanted value, whatever the search finds.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from itertools import islice
from typing import Any

from codeiod.teachers.builtin.searching.building import (
    Change,
    Kind,
    changes,
    changing,
)
from codeiod.teachers.builtin.searching.deciding import Deciding, Exit, deciding, unwrapped
from codeiod.teachers.builtin.searching.filling import added, appended, keyed, set_anew
from codeiod.teachers.builtin.searching.mutation import leaves
from codeiod.teachers.builtin.searching.outline import shown
from codeiod.teachers.builtin.searching.parts import (
    EQUATION,
    NO_LITERAL,
    asked_of,
    literal,
    written,
)

MAX_REASONS = 3
MAX_DEPTH = 4
MAX_LINES = 3
MAX_WAYS = 4


def reasons(refcode: str, wanted: Any) -> list[str]:
    """Return up to three sentences that say what the code needs, to give the wanted value."""
    found = deciding(refcode)
    if found is None or wanted is None:
        return []
    if found.is_converted and _has_texts(wanted):
        name = found.function.name
        return [f"What `{name}` gives comes back, written as JSON: {written(wanted)}."]
    different = dict.fromkeys(_Asking(found).all(wanted))
    return list(islice(different, MAX_REASONS))


def _has_texts(value: Any) -> bool:
    return any(isinstance(leaf, str) for leaf in leaves(value))


class _Asking:
    def __init__(self, found: Deciding) -> None:
        self._found = found
        self._first = " in the first call" if found.calls_itself else ""

    def all(self, wanted: Any) -> Iterator[str]:
        exits = [found for found in self._found.exits if found.value is not None]
        open_exits = [found for found in exits if _may_give(found, wanted)]
        if not open_exits or not all(found.is_sure for found in exits):
            return
        closed = [found for found in exits if found not in open_exits]
        if len(open_exits) == 1:
            (last,) = open_exits
            yield from self._only(last, wanted, bool(closed))
            yield from self._closed(exits, open_exits)
            if last.value is not None and literal(last.value) is NO_LITERAL:
                yield from self._asks(last.value, wanted, MAX_DEPTH)
            return
        yield from self._closed(exits, open_exits)
        yield from self._several(open_exits, wanted)

    def _only(self, last: Exit, wanted: Any, is_choice: bool) -> Iterator[str]:
        """Say what must hold for the only return that can give the wanted value."""
        if not is_choice or last.value is None:
            return
        here = f"Of the returns only `return {shown(last.value)}` can give {written(wanted)}"
        if last.conditions:
            asked = " and ".join(found.told() for found in last.conditions[-3:])
            where = " in some round" if last.loops else self._first
            yield f"{here}, and for it {asked}{where}."
        elif last.loops == 0 and literal(last.value) is not NO_LITERAL:
            yield f"{here}, the last one: no return before it may be reached."

    def _closed(self, exits: list[Exit], open_exits: list[Exit]) -> Iterator[str]:
        """Say which early return must not be taken: the first that gives something else."""
        first = exits[0]
        if first in open_exits or first.loops or len(first.conditions) != 1 or not first.value:
            return
        if len(open_exits) == 1 and open_exits[0].conditions:
            return  # said with the conditions of the only one
        (condition,) = first.conditions
        yield (
            f"`return {shown(first.value)}` gives something else, so "
            f"{condition.told(turned=True)}{self._first}."
        )

    def _several(self, open_exits: list[Exit], wanted: Any) -> Iterator[str]:
        same = [e for e in open_exits if e.value is not None and literal(e.value) is not NO_LITERAL]
        if same and same[0].value is not None and same[0].conditions and not same[0].loops:
            clause = " and ".join(found.told() for found in same[0].conditions[-3:])
            value = shown(same[0].value)
            yield f"The straightest way to {written(wanted)} is `return {value}`: for it {clause}."
            return
        values = {shown(e.value, 50): e.value for e in open_exits if e.value}
        if len(values) == 1:
            yield from self._asks(next(iter(values.values())), wanted, MAX_DEPTH)
            return
        ways = [f"`{text}`" for text in values]
        if len(ways) > MAX_WAYS:
            ways[MAX_WAYS - 1 :] = [f"one of {len(ways) - MAX_WAYS + 1} more expressions"]
        told = ", ".join(ways[:-1]) + f" or {ways[-1]}"
        yield f"What comes back is {told}; it must come to {written(wanted)}."

    def _asks(self, node: ast.expr, wanted: Any, depth: int) -> Iterator[str]:
        node = unwrapped(node)
        if isinstance(node, ast.Name):
            yield from self._built(node.id, wanted, depth)
            return
        if isinstance(node, ast.Attribute) and node.attr in self._found.fields:
            yield self._field(node, wanted)
            return
        told, inner = asked_of(node, wanted, self._found.tables)
        is_part = depth < MAX_DEPTH
        if told and not (is_part and told.startswith(EQUATION)):
            yield told
        if not inner and isinstance(node, ast.Subscript | ast.BinOp | ast.Call | ast.BoolOp):
            yield from self._sources(node)
        if depth:
            for part, value in inner:
                yield from self._asks(part, value, depth - 1)

    def _sources(self, node: ast.expr) -> Iterator[str]:
        """Name the statements that work on the first local name of an expression."""
        names = [found.id for found in ast.walk(node) if isinstance(found, ast.Name)]
        for name in dict.fromkeys(names):
            changed = changing(self._found.function, name)
            telling = [line for line in changed if not _is_start(line)]
            lines = list(dict.fromkeys(f"`{shown(line, 60)}`" for line in telling))
            if lines and name not in self._found.parameters:
                told = " and ".join(lines[-2:])
                yield f"There `{name}` comes from {told}."
                return

    def _field(self, node: ast.Attribute, wanted: Any) -> str:
        """Name the statements that change an attribute, the last few."""
        lines = list(dict.fromkeys(f"`{line}`" for line in self._found.fields[node.attr]))
        by = " and ".join(lines[-MAX_LINES:])
        return f"`{shown(node)}` is changed by {by}; it must end as {written(wanted)}."

    def _built(self, name: str, wanted: Any, depth: int) -> Iterator[str]:
        """Say how a name gets its value, and what that asks."""
        argument = self._found.arguments.get(name)
        made = changes(self._found.function, name)
        if made == [] and argument:
            told = f" (the argument `{argument}`)" if argument != name else ""
            yield f"`{name}`{told} is never changed, so it must be {written(wanted)}."
        elif made and not (made[0].conditions and name in self._found.parameters):
            sentences = list(self._made(name, made, wanted, depth))
            yield from sentences or self._lines(name, wanted)
        else:
            yield from self._lines(name, wanted)

    def _lines(self, name: str, wanted: Any) -> Iterator[str]:
        """Name the lines that change a name, where no more can be said of them."""
        changed = changing(self._found.function, name)
        lines = list(dict.fromkeys(f"`{shown(line, 60)}`" for line in changed))
        if len(lines) > 1:
            named = " and ".join(lines[-MAX_LINES:])
            yield f"`{name}` is worked on by {named}; it must end as {written(wanted)}."
        elif lines and literal(getattr(changed[0], "value", None)) is not NO_LITERAL:
            yield f"`{name}` must end as {written(wanted)}."
        elif lines:
            yield f"After {lines[0]}, `{name}` must come back as {written(wanted)}."

    def _made(self, name: str, made: list[Change], wanted: Any, depth: int) -> Iterator[str]:
        kinds = {change.kind for change in made[1:]}
        first = made[0]
        if len(made) == 1 and first.kind is Kind.SET and first.value is not None:
            if not first.loops and depth:
                yield from self._asks(first.value, wanted, depth - 1)
        elif first.kind is not Kind.SET or first.value is None or first.loops:
            return
        elif kinds == {Kind.APPENDED}:
            yield from appended(name, first, made[1:], wanted)
        elif kinds == {Kind.ADDED}:
            yield from added(name, first, made[1:], wanted)
        elif kinds == {Kind.KEYED} and isinstance(wanted, dict) and literal(first.value) == {}:
            yield from keyed(name, made[1:], wanted)
        elif kinds == {Kind.SET}:
            yield from set_anew(name, made, wanted)


def _is_start(line: ast.stmt) -> bool:
    """Tell whether a statement only makes something empty or new."""
    value = getattr(line, "value", None)
    return literal(value) is not NO_LITERAL or (
        isinstance(line, ast.Assign) and isinstance(value, ast.Call) and not value.args
    )


def _may_give(found: Exit, wanted: Any) -> bool:
    value = literal(found.value) if found.value is not None else None
    if value is NO_LITERAL or (isinstance(wanted, list) and isinstance(value, str | dict | set)):
        return True  # a conversion on the way out may make a list of it
    return type(value) is type(wanted) and bool(value == wanted)
