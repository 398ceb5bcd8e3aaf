"""Where a program decides what it gives: the function that computes it, its returns, their ways.

Imports its neighbour ``outline``; pure. The code is read as a tree and never run.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from codeiod.teachers.builtin.searching.outline import (
    Function,
    fields_of,
    functions_of,
    shown,
    tables_of,
)

ENTRY = "main_solution"
MAX_HANDED_ON = 5
CONVERSION = "plain"
"""Of the programs' own helpers, the one that writes any value in a form that JSON can hold."""
_WRAPPERS = frozenset({"list", "tuple", CONVERSION})
"""Calls that change a value's type at most, and not what JSON shows of it."""
_PLAIN_DECORATORS = frozenset(
    {"staticmethod", "classmethod", "cache", "lru_cache", "functools.cache", "functools.lru_cache"}
)
_SCOPES = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda, ast.ClassDef)
_ENDS = (ast.Return, ast.Raise, ast.Continue, ast.Break)


@dataclass(frozen=True, slots=True)
class Condition:
    """A test that must come out one way for a place to be reached."""

    test: ast.expr
    holds: bool

    def told(self, *, turned: bool = False) -> str:
        """Say it as a clause; ``turned`` says that it must come out the other way."""
        word = "must hold" if self.holds is not turned else "must not hold"
        return f"`{shown(self.test)}` {word}"


@dataclass(frozen=True, slots=True)
class Exit:
    """A ``return``, and what stands around it."""

    value: ast.expr | None
    conditions: tuple[Condition, ...]
    loops: int
    is_sure: bool
    """Whether the conditions are all: nothing is caught around it."""


@dataclass(frozen=True, slots=True)
class Deciding:
    """The function that computes what the program gives.

    ``arguments`` maps its parameters to the arguments of the program that they are.
    """

    function: Function
    arguments: dict[str, str]
    tables: dict[str, ast.expr]
    """Constants of the module, by name."""
    fields: dict[str, list[str]]
    """The statements of the module that change an attribute, by its name."""
    is_converted: bool
    """Whether what it gives is written in another form on its way out: texts for other values."""

    @property
    def exits(self) -> list[Exit]:
        return list(_exits(self.function.body, (), 0, is_sure=True))

    @property
    def parameters(self) -> list[str]:
        return _parameters(self.function)

    @property
    def calls_itself(self) -> bool:
        name = self.function.name
        return any(
            isinstance(node, ast.Call) and _called_name(node) == name
            for node in own_nodes(self.function)
        )


@lru_cache(maxsize=64)
def deciding(refcode: str) -> Deciding | None:
    """Find the function that the entry point hands its arguments on to, or itself."""
    try:
        tree = ast.parse(refcode)
    except (SyntaxError, ValueError, RecursionError):
        return None
    functions = functions_of(tree)
    function = functions.get(ENTRY)
    if function is None:
        return None
    arguments = {name: name for name in _parameters(function)}
    is_converted = False
    for _ in range(MAX_HANDED_ON):
        handed_on = _handed_on(function, functions)
        if handed_on is None or handed_on[1] is function:
            break
        call, called = handed_on
        arguments = _passed(call, called, arguments)
        is_converted = is_converted or _is_converted(function)
        function = called
    is_converted = is_converted or _is_converted(function)
    return Deciding(function, arguments, tables_of(tree), fields_of(tree), is_converted)


def own_nodes(root: ast.AST) -> Iterator[ast.AST]:
    """Walk what runs in a function's own frame, in the order of the text."""
    for child in ast.iter_child_nodes(root):
        yield child
        if not isinstance(child, _SCOPES):
            yield from own_nodes(child)


def unwrapped(node: ast.expr) -> ast.expr:
    """Take off what only changes the type: ``list(x)``, ``x.tolist()``."""
    while isinstance(node, ast.Call) and not node.keywords:
        if isinstance(node.func, ast.Name) and node.func.id in _WRAPPERS and len(node.args) == 1:
            node = node.args[0]
        elif isinstance(node.func, ast.Attribute) and node.func.attr == "tolist":
            node = node.func.value
        else:
            break
    return node


def _is_converted(function: Function) -> bool:
    return any(
        isinstance(node, ast.Call) and _called_name(node) == CONVERSION
        for found in _exits(function.body, (), 0, is_sure=True)
        if found.value is not None
        for node in ast.walk(found.value)
    )


def _parameters(function: Function) -> list[str]:
    given = function.args
    return [argument.arg for argument in (*given.posonlyargs, *given.args, *given.kwonlyargs)]


def _handed_on(
    function: Function, functions: dict[str, Function]
) -> tuple[ast.Call, Function] | None:
    """Return the call whose value a function gives back as it is, and what is called."""
    exits = list(_exits(function.body, (), 0, is_sure=True))
    if len(exits) != 1 or exits[0].value is None or _is_generator(function):
        return None
    value = unwrapped(exits[0].value)
    called = functions.get(_called_name(value)) if isinstance(value, ast.Call) else None
    if not isinstance(value, ast.Call) or called is None or _is_generator(called):
        return None
    if any(shown(found).split("(")[0] not in _PLAIN_DECORATORS for found in called.decorator_list):
        return None
    return value, called


def _is_generator(function: Function) -> bool:
    return any(isinstance(node, ast.Yield | ast.YieldFrom) for node in own_nodes(function))


def _called_name(call: ast.Call) -> str:
    if isinstance(call.func, ast.Name):
        return call.func.id
    return call.func.attr if isinstance(call.func, ast.Attribute) else ""


def _passed(call: ast.Call, called: Function, known: dict[str, str]) -> dict[str, str]:
    names = _parameters(called)
    if names[:1] in (["self"], ["cls"]) and isinstance(call.func, ast.Attribute):
        names = names[1:]
    given = [*zip(names, call.args, strict=False)]
    given += [(word.arg, word.value) for word in call.keywords if word.arg]
    passed = ((name, unwrapped(value)) for name, value in given)
    return {
        name: known[value.id]
        for name, value in passed
        if isinstance(value, ast.Name) and value.id in known
    }


def _exits(
    body: Sequence[ast.stmt], conditions: tuple[Condition, ...], loops: int, *, is_sure: bool
) -> Iterator[Exit]:
    for node in body:
        if isinstance(node, ast.Return):
            yield Exit(node.value, conditions, loops, is_sure)
        for branch, passed, deeper in _branches(node, conditions):
            yield from _exits(branch, passed, loops + deeper, is_sure=is_sure)
        if isinstance(node, ast.If) and _always_ends(node.body):
            conditions = (*conditions, Condition(node.test, False))
        elif isinstance(node, ast.Try | ast.Match):
            for inner in ast.walk(node):
                if isinstance(inner, ast.Return):
                    yield Exit(inner.value, conditions, loops, is_sure=False)


def _branches(
    node: ast.stmt, conditions: tuple[Condition, ...]
) -> Iterator[tuple[list[ast.stmt], tuple[Condition, ...], int]]:
    """Give the bodies of a statement, what must hold for each, and whether it is a loop's."""
    if isinstance(node, ast.If):
        yield node.body, (*conditions, Condition(node.test, True)), 0
        yield node.orelse, (*conditions, Condition(node.test, False)), 0
    elif isinstance(node, ast.For | ast.While):
        yield node.body, conditions, 1
        yield node.orelse, conditions, 0
    elif isinstance(node, ast.With):
        yield node.body, conditions, 0


def _always_ends(body: Sequence[ast.stmt]) -> bool:
    last = body[-1] if body else None
    if isinstance(last, ast.If):
        return _always_ends(last.body) and _always_ends(last.orelse)
    return isinstance(last, _ENDS)
