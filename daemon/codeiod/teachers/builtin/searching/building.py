"""How a function builds the value of one of its names: in rounds, by one assignment, in place.

Imports its neighbours; pure. What is told holds for every run; where the ways of a name
can't be told surely, nothing is told.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import StrEnum

from codeiod.teachers.builtin.searching.deciding import Condition, own_nodes
from codeiod.teachers.builtin.searching.outline import Function, shown

_READING = frozenset(
    {"index", "count", "get", "keys", "values", "items", "copy", "join", "upper", "lower", "split"}
    | {"startswith", "endswith", "strip", "find", "isdigit", "isalpha", "title", "replace"}
)
"""Methods that leave what they are called on as it is."""
_PURE = frozenset(
    {"len", "max", "min", "sum", "sorted", "str", "int", "float", "abs", "range", "enumerate"}
    | {"set", "list", "tuple", "zip", "reversed", "any", "all", "round", "print", "isinstance"}
)


class Kind(StrEnum):
    """What is done to a name."""

    SET = "set"
    APPENDED = "appended"
    ADDED = "added"
    KEYED = "keyed"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Change:
    """One place where a name gets a value or a part."""

    kind: Kind
    value: ast.expr | None
    loops: tuple[ast.For | ast.While, ...]
    conditions: tuple[Condition, ...]
    """The tests of the branches that it stands in, from its innermost loop on."""

    @property
    def where(self) -> str:
        """Say which rounds make the change; empty where nothing is asked of them."""
        tests = " and ".join(
            f"`{shown(found.test)}` {'holds' if found.holds else 'fails'}"
            for found in self.conditions
        )
        return f" where {tests}" if tests else ""


@dataclass(slots=True)
class _Reader:
    name: str
    changes: list[Change] = field(default_factory=list)

    def read(
        self,
        body: list[ast.stmt],
        loops: tuple[ast.For | ast.While, ...],
        conditions: tuple[Condition, ...],
    ) -> None:
        for node in body:
            if isinstance(node, ast.If):
                self.read(node.body, loops, (*conditions, Condition(node.test, True)))
                self.read(node.orelse, loops, (*conditions, Condition(node.test, False)))
            elif isinstance(node, ast.For | ast.While):
                if isinstance(node, ast.For) and self.name in _names(node.target):
                    self._note(Kind.OTHER, node.iter, loops, conditions)
                self.read(node.body, (*loops, node), ())
                self.read(node.orelse, loops, conditions)
            elif isinstance(node, ast.Try):
                for part in (node.body, *(caught.body for caught in node.handlers)):
                    self.read(part, loops, conditions)
                self.read(node.orelse + node.finalbody, loops, conditions)
            elif isinstance(node, ast.With):
                self.read(node.body, loops, conditions)
            else:
                for kind, value in _done_to(self.name, node):
                    self._note(kind, value, loops, conditions)

    def _note(
        self,
        kind: Kind,
        value: ast.expr | None,
        loops: tuple[ast.For | ast.While, ...],
        conditions: tuple[Condition, ...],
    ) -> None:
        self.changes.append(Change(kind, value, loops, conditions))


def changes(function: Function, name: str) -> list[Change] | None:
    """Return all that is done to a name, in order; None where that can't be said."""
    if _is_hidden(function, name):
        return None
    reader = _Reader(name)
    reader.read(function.body, (), ())
    starts = [change.value for change in reader.changes if change.kind is Kind.SET]
    is_plain = bool(starts) and all(isinstance(value, ast.Constant) for value in starts)
    return None if not is_plain and _is_shared(function, name) else reader.changes


def changing(function: Function, name: str) -> list[ast.stmt]:
    """Return the plain statements that set a name, change what it stands for, or hand it on."""
    plain = ast.Assign | ast.AugAssign | ast.AnnAssign | ast.Expr
    return [
        node
        for node in own_nodes(function)
        if isinstance(node, plain) and (list(_done_to(name, node)) or _is_handed(name, node))
    ]


def _is_handed(name: str, node: ast.stmt) -> bool:
    if not isinstance(node, ast.Expr) or not isinstance(node.value, ast.Call):
        return False
    return any(_is(given, name) for given in node.value.args)


def _done_to(name: str, node: ast.stmt) -> Iterator[tuple[Kind, ast.expr | None]]:
    """Tell what one plain statement does to a name."""
    match node:
        case ast.Assign(targets=targets):
            for target in targets:
                yield from _assigned(name, target, node.value)
        case ast.AnnAssign(target=target):
            yield from _assigned(name, target, node.value)
        case ast.AugAssign():
            yield from _worked_into(name, node)
        case ast.Expr(value=ast.Call(func=ast.Attribute(value=on, attr=method), args=given)):
            if _is(on, name):
                is_append = method == "append" and len(given) == 1
                yield (Kind.APPENDED, given[0]) if is_append else (Kind.OTHER, None)
        case ast.Delete() | ast.Match() if name in _names(node):
            yield Kind.OTHER, None


def _worked_into(name: str, node: ast.AugAssign) -> Iterator[tuple[Kind, ast.expr | None]]:
    if _is(node.target, name):
        yield (Kind.ADDED if isinstance(node.op, ast.Add) else Kind.OTHER), node.value
    elif name in _stored(node.target):
        yield Kind.KEYED, getattr(node.target, "slice", None)


def _assigned(
    name: str, target: ast.expr, value: ast.expr | None
) -> Iterator[tuple[Kind, ast.expr | None]]:
    if _is(target, name):
        yield Kind.SET, value
    elif isinstance(target, ast.Subscript) and _is(target.value, name):
        yield Kind.KEYED, target.slice
    elif name in _stored(target):
        yield Kind.OTHER, value


def _is_hidden(function: Function, name: str) -> bool:
    """Tell whether the name is set where the statements don't show it."""
    for node in ast.walk(function):
        if isinstance(node, ast.Global | ast.Nonlocal) and name in node.names:
            return True
        if isinstance(node, ast.NamedExpr) and _is(node.target, name):
            return True
        is_inner = isinstance(node, ast.FunctionDef | ast.Lambda) and node is not function
        if is_inner and name in _names(node):
            return True
    return False


def _is_shared(function: Function, name: str) -> bool:
    """Tell whether another name or function may change what the name stands for."""
    return any(
        (isinstance(node, ast.Call) and _may_change(node, name))
        or (isinstance(node, ast.Assign) and _is(node.value, name))
        for node in ast.walk(function)
    )


def _may_change(call: ast.Call, name: str) -> bool:
    if isinstance(call.func, ast.Attribute) and _is(call.func.value, name):
        return call.func.attr not in _READING | {"append"}
    is_pure = isinstance(call.func, ast.Name) and call.func.id in _PURE
    is_pure = is_pure or (isinstance(call.func, ast.Attribute) and call.func.attr in _READING)
    given = [*call.args, *(word.value for word in call.keywords)]
    is_given = any(_is(value, name) or _is_starred(value, name) for value in given)
    if isinstance(call.func, ast.Attribute) and call.func.attr in {"append", "add", "insert"}:
        return False  # kept elsewhere; what is told of the name itself stays true
    return is_given and not is_pure


def _is_starred(node: ast.expr, name: str) -> bool:
    return isinstance(node, ast.Starred) and _is(node.value, name)


def _is(node: ast.AST, name: str) -> bool:
    return isinstance(node, ast.Name) and node.id == name


def _names(node: ast.AST) -> set[str]:
    return {found.id for found in ast.walk(node) if isinstance(found, ast.Name)}


def _stored(target: ast.expr) -> set[str]:
    """Return the names that a target changes: what is stored to, or into."""
    if isinstance(target, ast.Tuple | ast.List):
        return set().union(*map(_stored, target.elts))
    while isinstance(target, ast.Subscript | ast.Attribute | ast.Starred):
        target = target.value
    return {target.id} if isinstance(target, ast.Name) else set()


def is_plain_loop(loop: ast.For | ast.While) -> bool:
    """Tell whether a loop's rounds all run to their end."""
    return not any(
        isinstance(node, ast.Break | ast.Continue | ast.Return | ast.Raise)
        for node in own_nodes(loop)
    )
