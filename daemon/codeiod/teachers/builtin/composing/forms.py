"""What a returned value is made of: its variables, members and keys, told as a sentence.

Imports the standard library and its neighbours.
"""

from __future__ import annotations

import ast
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from codeiod.teachers.builtin.composing.formulas import formula, is_short, listed
from codeiod.teachers.builtin.composing.logic import Logic
from codeiod.teachers.builtin.composing.objects import parts_of
from codeiod.teachers.builtin.composing.phrases import say
from codeiod.teachers.builtin.composing.roles import Part, Role, role_of
from codeiod.teachers.builtin.composing.settling import Holds, held_by, settled
from codeiod.teachers.builtin.composing.steps import without_docstring
from codeiod.teachers.builtin.composing.subject import Result

MOST_PARTS = 5
LONGEST_VALUE_CHARS = 60
NOUNS = {
    Part.COUNT: "the count", Part.SUM: "the sum", Part.LARGEST: "the largest value",
    Part.SMALLEST: "the smallest value", Part.LIST: "the list", Part.SET: "the set",
    Part.TEXT: "the text", Part.TABLE: "the table", Part.VALUE: "",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Scope:
    """The settled statements that a value is looked up in."""

    body: Sequence[ast.stmt]
    held: Mapping[str, Holds]
    given: frozenset[str]

    @staticmethod
    def of(logic: Logic) -> Scope:
        held = held_by(logic.function)
        body = without_docstring(settled(logic.function, logic.own_names, held))
        given = frozenset(a.arg for a in logic.function.args.args)
        return Scope(body, held, given)

    def role(self, node: ast.expr) -> Role:
        name = ast.unparse(node)
        return role_of(name, self.body, self.held, given=name in self.given)


def form_of(value: ast.expr, scope: Scope) -> Result:
    match value:
        case ast.Name() | ast.Attribute(value=ast.Name(id="self")) if not _is_call(value):
            return _of_variable(scope.role(value))
        case ast.Tuple(elts=parts) | ast.List(elts=parts) if 1 < len(parts) <= MOST_PARTS:
            return _of_members(parts, scope)
        case ast.Dict(keys=keys, values=values) if 0 < len(keys) <= MOST_PARTS:
            return _of_keys(keys, values, scope)
    told = say(value)
    if len(told) <= LONGEST_VALUE_CHARS and not isinstance(value, ast.Constant):
        return Result("", f"It is {told}." if told != formula(value) else f"The value of {told}.")
    return Result()


def _is_call(value: ast.expr) -> bool:
    """Whether a name is a settled call of one of the file's functions."""
    return isinstance(value, ast.Name) and not value.id.isidentifier()


def _of_variable(role: Role) -> Result:
    name = f"`{role.name.removeprefix('self.')}`"
    noun = NOUNS[role.part]
    what = f"{noun} {name}".strip()
    if keys := _keys_of(role.start):
        form = f"An object with the keys {keys}."
        return Result(what, form, (role,), form)
    if role.part is Part.TABLE and (entry := _entry(role)):
        return Result(what, entry, (role,))
    if role.part is Part.VALUE:
        return Result(name, f"The value of {name} in the end.", (role,))
    return Result(what, f"{what[0].upper()}{what[1:]}.", (role,))


def _keys_of(start: ast.expr | None) -> str:
    """List the keys that an object is written with, where all of them are texts."""
    keys = start.keys if isinstance(start, ast.Dict) else []
    names = [k.value for k in keys if isinstance(k, ast.Constant) and isinstance(k.value, str)]
    is_whole = len(names) == len(keys) and 0 < len(keys) <= MOST_PARTS
    return listed([f"`{name}`" for name in names]) if is_whole else ""


def _entry(role: Role) -> str:
    """Tell what a table holds under which keys."""
    for change in role.changes:
        match change.node:
            case ast.Assign(targets=[ast.Subscript(slice=key)], value=value) if is_short(value):
                held = "" if len(role.changes) > 1 else f" and {say(value)} as its value"
                return f"An object with {say(key)} as a key{held}."
    return ""


def _of_members(parts: Sequence[ast.expr], scope: Scope) -> Result:
    if not all(map(is_short, parts)):
        return Result(
            "", f"A list of {len(parts)} members.", bare=f"A list of {len(parts)} members."
        )
    told = [say(part) for part in parts]
    named = [part for part in parts if isinstance(part, ast.Name) and not _is_call(part)]
    form = f"A list of {len(parts)} members: {', then '.join(told)}."
    bare = f"A list of {len(parts)} members."
    if len(named) < len(parts):
        return Result("", form, bare=bare)
    roles = tuple(scope.role(part) for part in named)
    return Result(listed(told), form, roles, bare)


def _of_keys(keys: Sequence[ast.expr | None], values: Sequence[ast.expr], scope: Scope) -> Result:
    names = [k.value for k in keys if isinstance(k, ast.Constant) and isinstance(k.value, str)]
    if len(names) < len(keys):
        return Result()
    pairs = [
        f"`{name}`" + (f" ({say(value)})" if is_short(value) and ast.unparse(value) != name else "")
        for name, value in zip(names, values, strict=True)
    ]
    named = [value for value in values if isinstance(value, ast.Name) and not _is_call(value)]
    roles = tuple(scope.role(value) for value in named)
    what = listed([f"`{name}`" for name in names])
    bare = f"An object with the keys {what}."
    return Result(what, f"An object with the keys {listed(pairs)}.", roles, bare)


def form_of_object(value: ast.expr, logic: Logic) -> Result | None:
    """Tell the parts of an object of one of the file's classes."""
    match value:
        case ast.Call(func=ast.Name(id=name)) if name in logic.classes:
            parts = parts_of(logic.classes[name])
            told = listed([f"`{part}`" for part in parts])
            form = f"An object with the keys {told}."
            return Result(told, form, bare=form) if parts else None
    return None
