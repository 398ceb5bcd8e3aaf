"""What a program gives back, told by its structure.

Imports the standard library and its neighbours.
"""

from __future__ import annotations

import ast
from collections.abc import Sequence
from dataclasses import replace

from codeiod.teachers.builtin.composing.effects import is_collector
from codeiod.teachers.builtin.composing.forms import Scope, form_of, form_of_object
from codeiod.teachers.builtin.composing.formulas import listed
from codeiod.teachers.builtin.composing.logic import Logic
from codeiod.teachers.builtin.composing.phrases import say
from codeiod.teachers.builtin.composing.roles import Role
from codeiod.teachers.builtin.composing.steps import falls_through
from codeiod.teachers.builtin.composing.subject import Result

MOST_OTHERS = 3
LONGEST_OTHER_CHARS = 60
READ_BACK = {
    "values_of_tree": "The result is given by its values level by level, null for a missing child.",
    "values_of_list": "The result is given by the values of its nodes, from the first to the last.",
}


def result_of(logic: Logic) -> Result:
    """Tell what the target of a candidate returns."""
    found = _result(logic)
    form = found.form.replace("self.", "")
    return replace(found, form=form, read_back=READ_BACK.get(logic.reads, ""))


def _result(logic: Logic) -> Result:
    if logic.does_operations:
        form = "What the operations give, in their order."
        return Result(form=form, bare=form)
    if logic.function is not logic.target:
        outer = _returned(logic.target.body)
        if outer and not _calls(outer[-1], logic.function.name):
            return _of_wrapper(logic, outer[-1])
    scope = Scope.of(logic)
    values = _returned(scope.body)
    if not values or is_collector(values[-1]):
        return Result()
    found = form_of_object(values[-1], logic) or form_of(values[-1], scope)
    own = f"`{logic.function.name}("
    told = [say(v) for v in values[:-1] if ast.dump(v) != ast.dump(values[-1])]
    others = list(dict.fromkeys(case for case in told if not case.startswith(own)))
    return _with_others(found, others, falls_through(logic.function.body))


def _of_wrapper(logic: Logic, value: ast.expr) -> Result:
    """Tell what a wrapper reads after the call: what was changed."""
    match value:
        case ast.Call(args=[ast.Name(id=name)]) | ast.Name(id=name) if name in {
            a.arg for a in logic.target.args.args
        }:
            form = f"`{name}` as it stands in the end."
            return Result(f"`{name}`", form, (_changed(logic, name),), form)
        case ast.Dict(keys=keys):
            names = [str(k.value) for k in keys if isinstance(k, ast.Constant)]
            told = listed([f"`{name}`" for name in names])
            form = f"An object with the keys {told}: these parts as they stand in the end."
            return Result(told, form, bare=form)
        case ast.Attribute(attr=name):
            return Result(f"`{name}`", f"`{name}` as it stands in the end.")
    return Result()


def _changed(logic: Logic, name: str) -> Role:
    """Find what is done to an argument that is changed in place."""
    own = next((own for own, given in logic.passed().items() if given == name), name)
    return Scope.of(logic).role(ast.Name(own, ast.Load()))


def _with_others(found: Result, others: Sequence[str], may_be_null: bool) -> Result:
    """Add what the other returns give, or leave out what is not always so."""
    cases = [*others, *(["null"] if may_be_null and "null" not in others else [])]
    if not cases:
        return found
    found = replace(found, what="", bare="")
    if len(cases) > MOST_OTHERS or max(map(len, cases)) > LONGEST_OTHER_CHARS or not found.form:
        return replace(found, form="")
    return replace(found, form=f"{found.form.rstrip('.')}; in other cases {listed(cases, 'or')}.")


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
