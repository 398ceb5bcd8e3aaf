"""What the variables of a function are for: how each starts, and what is done to it where.

Imports the standard library, the analysis' scopes and its neighbours.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum

from codeiod.teachers.builtin.composing.effects import augmented, done
from codeiod.teachers.builtin.composing.formulas import formula, is_short
from codeiod.teachers.builtin.composing.phrases import condition, items_of, say
from codeiod.teachers.builtin.composing.settling import Holds
from codeiod.teachers.builtin.composing.wordless import Wordless

LONGEST_PLACE_CHARS = 90


class Part(Enum):
    """What a variable is for."""

    COUNT = "count"
    SUM = "sum"
    LARGEST = "largest"
    SMALLEST = "smallest"
    LIST = "list"
    SET = "set"
    TEXT = "text"
    TABLE = "table"
    VALUE = "value"


@dataclass(frozen=True, slots=True)
class Change:
    """Something done to a variable.

    :param act: the end of a sentence: ``increase `n` by 1``.
    :param where: the loops and conditions that it stands in, the outermost first.
    :param exact: these say all of when it happens.
    """

    node: ast.stmt
    act: str
    where: tuple[str, ...]
    exact: bool


@dataclass(frozen=True, slots=True)
class Role:
    """What a variable is for, with what is done to it."""

    name: str
    part: Part
    start: ast.expr | None
    changes: tuple[Change, ...]


def role_of(
    name: str, body: Sequence[ast.stmt], held: Mapping[str, Holds], *, given: bool = False
) -> Role:
    """Find what a variable is for in settled statements.

    :param name: as it is written: ``total``, ``self.total``.
    :param given: it is an argument, so that there is no start.
    """
    found = list(_changes(name, body, held, (), True))
    start = None
    first = next((c for c in found if isinstance(c.node, ast.Assign) and not c.where), None)
    if first is not None and isinstance(first.node, ast.Assign) and not given:
        start = _value_for(name, first.node)
        found.remove(first)
    return Role(name, _part(name, start, found), start, tuple(found))


def _changes(
    name: str, body: Sequence[ast.stmt], held: Mapping[str, Holds], where: tuple[str, ...],
    exact: bool,
) -> Iterator[Change]:  # fmt: skip
    for node in body:
        match node:
            case ast.For() | ast.While():
                place = _loop(node)
                straight = exact and bool(place) and not _jumps(node)
                yield from _changes(name, node.body, held, (*where, place), straight)
                yield from _changes(name, node.orelse, held, where, False)
            case ast.If(test=test):
                told = f"if {condition(test)}" if is_short(test) else ""
                place = told if len(told) <= LONGEST_PLACE_CHARS else ""
                yield from _changes(name, node.body, held, (*where, place), exact and bool(place))
                yield from _changes(name, node.orelse, held, (*where, ""), False)
            case ast.FunctionDef() | ast.With() | ast.Try():
                inside = [*node.body, *(s for h in getattr(node, "handlers", ()) for s in h.body)]
                yield from _changes(name, inside, held, (*where, ""), False)
            case _ if act := _act(name, node, held):
                yield Change(node, act, where, exact)


def _loop(node: ast.For | ast.While) -> str:
    if isinstance(node, ast.For):
        told = f"for each {formula(node.target)} from {items_of(node.iter)}"
    elif isinstance(node.test, ast.Constant):
        return ""
    else:
        told = f"as long as {condition(node.test)}"
    return told if len(told) <= LONGEST_PLACE_CHARS else ""


def _jumps(node: ast.For | ast.While) -> bool:
    jumps = (ast.Break, ast.Continue, ast.Return, ast.Raise)
    return bool(node.orelse) or any(isinstance(n, jumps) for n in ast.walk(node))


def _act(name: str, node: ast.stmt, held: Mapping[str, Holds]) -> str:
    """Say what a statement does to a variable, ``""`` where nothing."""
    match node:
        case ast.Assign(targets=[ast.Subscript() as place], value=value) if _is_in(name, place):
            return f"set {formula(place)} to {_brief(value)}"
        case ast.Assign():
            given = _value_for(name, node)
            return f"set `{name}` to {_brief(given)}" if given is not None else ""
        case ast.AugAssign(target=target) if _is_in(name, target):
            try:
                return augmented(node, held)
            except Wordless:
                return f"change `{name}`"
        case ast.Expr(value=ast.Call(func=ast.Attribute(value=target)) as call):
            return done(call) if _is_in(name, target) else ""
    return ""


def _is_in(name: str, place: ast.expr) -> bool:
    """Whether a place is a variable or one of its members."""
    told = ast.unparse(place)
    return told == name or told.startswith(f"{name}[")


def _brief(value: ast.expr) -> str:
    return say(value) if is_short(value) else "a new value"


def _value_for(name: str, node: ast.Assign) -> ast.expr | None:
    """Return what an assignment gives to a name, None where it gives nothing to it."""
    for target in node.targets:
        match target, node.value:
            case ast.Tuple(elts=targets), ast.Tuple(elts=values) if len(targets) == len(values):
                for one, value in zip(targets, values, strict=True):
                    if ast.unparse(one) == name:
                        return value
            case ast.Tuple(elts=targets), _:
                if name in map(ast.unparse, targets):
                    return node.value
            case _ if ast.unparse(target) == name:
                return node.value
    return None


def _part(name: str, start: ast.expr | None, changes: Sequence[Change]) -> Part:
    match start:
        case ast.List() | ast.ListComp() | ast.Call(func=ast.Name(id="list")):
            return Part.LIST
        case ast.Set() | ast.Call(func=ast.Name(id="set")):
            return Part.SET
        case (
            ast.Dict()
            | ast.DictComp()
            | ast.Call(func=ast.Name(id="dict" | "defaultdict" | "Counter" | "OrderedDict"))
        ):
            return Part.TABLE
        case ast.Constant(value=str()):
            return Part.TEXT
        case ast.Constant(value=int() | float()) if changes:
            kind = _of_number(name, changes)
            return Part.VALUE if kind is Part.SUM and start.value else kind
    kinds = {_extreme(name, c.node) for c in changes}
    return kinds.pop() or Part.VALUE if len(kinds) == 1 else Part.VALUE


def _of_number(name: str, changes: Sequence[Change]) -> Part:
    kinds = {_extreme(name, c.node) for c in changes}
    if len(kinds) == 1 and (kind := kinds.pop()):
        return kind
    grown = [c.node for c in changes if isinstance(c.node, ast.AugAssign)]
    if len(grown) < len(changes) or not all(isinstance(g.op, ast.Add) for g in grown):
        return Part.VALUE
    ones = all(isinstance(g.value, ast.Constant) and g.value.value == 1 for g in grown)
    return Part.COUNT if ones else Part.SUM


def _extreme(name: str, node: ast.stmt) -> Part | None:
    """Whether a statement keeps the larger or the smaller of a variable and something else."""
    match node:
        case ast.Assign(
            targets=[target], value=ast.Call(func=ast.Name(id="max" | "min" as kept), args=among)
        ) if ast.unparse(target) == name and name in map(ast.unparse, among):
            return Part.LARGEST if kept == "max" else Part.SMALLEST
    return None
