"""What a program gives back, told by its structure: which variables, which keys, made how.

Imports the standard library, the analysis' scopes and its neighbours.
"""

from __future__ import annotations

import ast
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from codeiod.teachers.builtin.composing.effects import is_collector
from codeiod.teachers.builtin.composing.formulas import formula, is_short, listed
from codeiod.teachers.builtin.composing.logic import Logic
from codeiod.teachers.builtin.composing.phrases import say
from codeiod.teachers.builtin.composing.roles import Part, Role, role_of
from codeiod.teachers.builtin.composing.settling import Holds, held_by, settled
from codeiod.teachers.builtin.composing.steps import falls_through, without_docstring

MOST_PARTS = 5
MOST_OTHERS = 3
LONGEST_OTHER_CHARS = 60
READ_BACK = {
    "values_of_tree": "The result is given by its values level by level, null for a missing child.",
    "values_of_list": "The result is given by the values of its nodes, from the first to the last.",
}
NOUNS = {
    Part.COUNT: "the count", Part.SUM: "the sum", Part.LARGEST: "the largest value",
    Part.SMALLEST: "the smallest value", Part.LIST: "the list", Part.SET: "the set",
    Part.TEXT: "the text", Part.TABLE: "the table", Part.VALUE: "",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Result:
    """What is given back.

    :param what: a noun phrase: "the count `total`", ``""`` where there is none.
    :param form: what its members or keys are, as a sentence; ``""`` where there is nothing to say.
    :param roles: the variables that it is made of.
    :param read_back: how linked nodes are given as a list, as a sentence.
    """

    what: str = ""
    form: str = ""
    roles: tuple[Role, ...] = ()
    read_back: str = ""

    @property
    def is_plural(self) -> bool:
        return len(self.roles) > 1


def result_of(logic: Logic) -> Result:
    """Tell what the target of a candidate returns."""
    found = _result(logic)
    form = found.form.replace("self.", "")
    return replace(found, form=form, read_back=READ_BACK.get(logic.reads, ""))


def _result(logic: Logic) -> Result:
    if logic.does_operations:
        return Result(form="What the operations give, in their order.")
    if logic.function is not logic.target:
        outer = _returned(logic.target.body)
        if outer and not _calls(outer[-1], logic.function.name):
            return _of_wrapper(logic, outer[-1])
    scope = _Scope.of(logic)
    values = _returned(scope.body)
    if not values or is_collector(values[-1]):
        return Result()
    found = _of_object(values[-1], logic) or _of_value(values[-1], scope)
    own = f"`{logic.function.name}("
    told = [say(v) for v in values[:-1] if ast.dump(v) != ast.dump(values[-1])]
    others = list(dict.fromkeys(case for case in told if not case.startswith(own)))
    return _with_others(found, others, falls_through(logic.function.body))


@dataclass(frozen=True, slots=True)
class _Scope:
    """The settled statements that a value is looked up in."""

    body: Sequence[ast.stmt]
    held: Mapping[str, Holds]
    given: frozenset[str]

    @staticmethod
    def of(logic: Logic) -> _Scope:
        held = held_by(logic.function)
        body = without_docstring(settled(logic.function, logic.own_names, held))
        given = frozenset(a.arg for a in logic.function.args.args)
        return _Scope(body, held, given)

    def role(self, node: ast.expr) -> Role:
        name = ast.unparse(node)
        return role_of(name, self.body, self.held, given=name in self.given)


def _of_wrapper(logic: Logic, value: ast.expr) -> Result:
    """Tell what a wrapper reads after the call: what was changed."""
    match value:
        case ast.Call(args=[ast.Name(id=name)]) | ast.Name(id=name) if name in {
            a.arg for a in logic.target.args.args
        }:
            return Result(
                f"`{name}`", f"`{name}` as it stands in the end.", (_changed(logic, name),)
            )
        case ast.Dict(keys=keys):
            names = [str(k.value) for k in keys if isinstance(k, ast.Constant)]
            told = listed([f"`{name}`" for name in names])
            return Result(
                "", f"An object with the keys {told}: these parts as they stand in the end."
            )
        case ast.Attribute(attr=name):
            return Result(f"`{name}`", f"`{name}` as it stands in the end.")
    return Result()


def _changed(logic: Logic, name: str) -> Role:
    """Find what is done to an argument that is changed in place."""
    own = next((own for own, given in logic.passed().items() if given == name), name)
    return _Scope.of(logic).role(ast.Name(own, ast.Load()))


def _of_value(value: ast.expr, scope: _Scope) -> Result:
    match value:
        case ast.Name() | ast.Attribute(value=ast.Name(id="self")) if not _is_call(value):
            return _of_variable(scope.role(value))
        case ast.Tuple(elts=parts) | ast.List(elts=parts) if 1 < len(parts) <= MOST_PARTS:
            return _of_members(parts, scope)
        case ast.Dict(keys=keys, values=values) if 0 < len(keys) <= MOST_PARTS:
            return _of_keys(keys, values, scope)
    told = say(value)
    if len(told) <= LONGEST_OTHER_CHARS and not isinstance(value, ast.Constant):
        return Result("", f"It is {told}." if told != formula(value) else f"The value of {told}.")
    return Result()


def _is_call(value: ast.expr) -> bool:
    """Whether a name is a settled call of one of the file's functions."""
    return isinstance(value, ast.Name) and not value.id.isidentifier()


def _of_variable(role: Role) -> Result:
    name = f"`{role.name.removeprefix('self.')}`"
    noun = NOUNS[role.part]
    what = f"{noun} {name}".strip()
    if role.part is Part.TABLE and (entry := _entry(role)):
        return Result(what, entry, (role,))
    if role.part is Part.VALUE:
        return Result(name, f"The value of {name} in the end.", (role,))
    return Result(what, f"{what[0].upper()}{what[1:]}.", (role,))


def _entry(role: Role) -> str:
    """Tell what a table holds under which keys."""
    for change in role.changes:
        match change.node:
            case ast.Assign(targets=[ast.Subscript(slice=key)], value=value) if is_short(value):
                others = ", and more" if len(role.changes) > 1 else ""
                return f"An object with {say(key)} as a key and {say(value)} as its value{others}."
    return ""


def _of_members(parts: Sequence[ast.expr], scope: _Scope) -> Result:
    if not all(map(is_short, parts)):
        return Result("", f"A list of {len(parts)} members.")
    told = [say(part) for part in parts]
    named = [part for part in parts if isinstance(part, ast.Name) and not _is_call(part)]
    form = f"A list of {len(parts)} members: {', then '.join(told)}."
    if len(named) < len(parts):
        return Result("", form)
    roles = tuple(scope.role(part) for part in named)
    return Result(listed(told), form, roles)


def _of_keys(keys: Sequence[ast.expr | None], values: Sequence[ast.expr], scope: _Scope) -> Result:
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
    return Result(what, f"An object with the keys {listed(pairs)}.", roles)


def _with_others(found: Result, others: Sequence[str], may_be_null: bool) -> Result:
    """Add what the other returns give, or leave out what is not always so."""
    cases = [*others, *(["null"] if may_be_null and "null" not in others else [])]
    if not cases or not found.form:
        return found
    if len(cases) > MOST_OTHERS or max(map(len, cases)) > LONGEST_OTHER_CHARS:
        return replace(found, form="")
    form = f"{found.form.rstrip('.')}; in other cases {listed(cases, 'or')}."
    return replace(found, form=form)


def _of_object(value: ast.expr, logic: Logic) -> Result | None:
    """Tell the parts of an object of one of the file's classes."""
    match value:
        case ast.Call(func=ast.Name(id=name)) if name in logic.classes:
            parts = parts_of(logic.classes[name])
            told = listed([f"`{part}`" for part in parts])
            return Result("", f"An object with the keys {told}.") if parts else None
    return None


def parts_of(made: ast.ClassDef) -> list[str]:
    """List the attributes that a class sets in its objects."""
    nodes = [n for n in ast.walk(made) if isinstance(n, ast.Attribute)]
    own = [n for n in nodes if isinstance(n.value, ast.Name) and n.value.id == "self"]
    return list(dict.fromkeys(n.attr for n in own if isinstance(n.ctx, ast.Store)))


def _returned(body: Sequence[ast.stmt]) -> list[ast.expr]:
    """List the values of the ``return`` statements that have one, in their order."""
    found = list[ast.expr]()
    for node in body:
        match node:
            case ast.Return(value=ast.expr() as value):
                found.append(value)
            case ast.FunctionDef() | ast.ClassDef():
                continue
            case _:
                for inner in ("body", "handlers", "orelse", "finalbody"):
                    found += _returned(getattr(node, inner, ()))
    return found


def _calls(value: ast.expr, name: str) -> bool:
    for node in ast.walk(value):
        match node:
            case ast.Call(func=ast.Name(id=called) | ast.Attribute(attr=called)) if called == name:
                return True
    return False
