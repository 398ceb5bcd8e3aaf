"""Which names a piece of code takes from outside, and which it gives a meaning to.

Imports the standard library only. Scopes as Python has them: a function's own names hide those of
the module, those of a class do not hide them from its methods.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

Function = ast.FunctionDef | ast.AsyncFunctionDef
FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)
COMPREHENSIONS = (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)
SCOPES = (*FUNCTIONS, ast.ClassDef, ast.Lambda, *COMPREHENSIONS)
Nodes = frozenset[ast.AST]
NOTHING: Nodes = frozenset()


@dataclass(slots=True)
class _Scope:
    """What is found in one scope, nested scopes left out."""

    loads: set[str] = field(default_factory=set)
    stores: set[str] = field(default_factory=set)
    outer: set[str] = field(default_factory=set)
    globals: set[str] = field(default_factory=set)
    inner: list[ast.AST] = field(default_factory=list)


def free_names(nodes: Iterable[ast.AST], dropped: Nodes = NOTHING) -> set[str]:
    """Return the names that nodes of a module's level load and do not bind themselves inside.

    Names that they bind at the module's level are in it, where something loads them. ``dropped``
    are nodes that count as not there.
    """
    scope = _scan(nodes, dropped)
    return scope.loads | scope.globals | _free_inside(scope, dropped)


def free_in_body(function: Function, dropped: Nodes = NOTHING) -> set[str]:
    """Return the names that the body of a function takes from outside, its parameters left out."""
    return _free(function, dropped)


def names_stored(nodes: Iterable[ast.AST]) -> set[str]:
    """Return the names that nodes bind in their own scope."""
    return _scan(nodes, NOTHING).stores


def globals_declared(nodes: Iterable[ast.AST]) -> set[str]:
    """Return the names that a ``global`` statement names, at any depth."""
    return {
        name
        for node in nodes
        for inner in ast.walk(node)
        if isinstance(inner, ast.Global)
        for name in inner.names
    }


def own_nodes(function: Function) -> Iterator[ast.AST]:
    """Walk the nodes of a function's body without those of nested functions and classes."""
    stack: list[ast.AST] = list(reversed(function.body))
    while stack:
        node = stack.pop()
        yield node
        if not isinstance(node, (*FUNCTIONS, ast.ClassDef, ast.Lambda)):
            stack.extend(reversed(list(ast.iter_child_nodes(node))))


def parameters_of(arguments: ast.arguments) -> list[ast.arg]:
    """List all parameters, the starred ones too."""
    starred = [a for a in (arguments.vararg, arguments.kwarg) if a]
    return [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs, *starred]


def _scan(nodes: Iterable[ast.AST], dropped: Nodes) -> _Scope:
    scope, stack = _Scope(), list(nodes)
    while stack:
        node = stack.pop()
        if node not in dropped:
            _note(scope, node)
            stack.extend(_children(node))
    return scope


def _note(scope: _Scope, node: ast.AST) -> None:
    match node:
        case ast.Name(id=name, ctx=ast.Load()):
            scope.loads.add(name)
        case ast.Name(id=name):
            scope.stores.add(name)
        case ast.Global(names=names):
            scope.globals.update(names)
        case ast.Nonlocal(names=names):
            scope.outer.update(names)
        case _:
            scope.stores.update(_stored_otherwise(node))
    if isinstance(node, SCOPES):
        scope.inner.append(node)


def _stored_otherwise(node: ast.AST) -> Iterator[str]:
    """Give the names that a node binds as something else than an expression."""
    match node:
        case ast.Import(names=aliases) | ast.ImportFrom(names=aliases):
            yield from (a.asname or a.name.partition(".")[0] for a in aliases)
        case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name) | ast.ClassDef(name=name):
            yield name
        case ast.ExceptHandler(name=str(name)) | ast.MatchMapping(rest=str(name)):
            yield name
        case ast.MatchAs(name=str(name)) | ast.MatchStar(name=str(name)):
            yield name


def _children(node: ast.AST) -> list[ast.AST]:
    """List what belongs to the same scope as the node itself."""
    match node:
        case ast.FunctionDef() | ast.AsyncFunctionDef():
            returns = [node.returns] if node.returns else []
            return [*node.decorator_list, *_heads(node.args), *returns]
        case ast.ClassDef():
            return [*node.decorator_list, *node.bases, *node.keywords]
        case ast.Lambda():
            return _defaults(node.args)
        case ast.ListComp() | ast.SetComp() | ast.DictComp() | ast.GeneratorExp():
            return [node.generators[0].iter]
    return list(ast.iter_child_nodes(node))


def _heads(arguments: ast.arguments) -> list[ast.AST]:
    annotations = [a.annotation for a in parameters_of(arguments) if a.annotation]
    return [*annotations, *_defaults(arguments)]


def _defaults(arguments: ast.arguments) -> list[ast.AST]:
    return [*arguments.defaults, *(d for d in arguments.kw_defaults if d)]


def _free_inside(scope: _Scope, dropped: Nodes) -> set[str]:
    return {name for inner in scope.inner for name in _free(inner, dropped)}


def _free(node: ast.AST, dropped: Nodes) -> set[str]:
    """Return the free names of what stands inside a scope."""
    bound: set[str] = set()
    match node:
        case ast.FunctionDef() | ast.AsyncFunctionDef():
            inside, bound = list[ast.AST](node.body), {a.arg for a in parameters_of(node.args)}
        case ast.Lambda():
            inside, bound = [node.body], {a.arg for a in parameters_of(node.args)}
        case ast.ClassDef():
            inside = list(node.body)
        case _:
            inside = list(ast.iter_child_nodes(node))
    scope = _scan(inside, dropped)
    inner = _free_inside(scope, dropped)
    if isinstance(node, ast.ClassDef):
        return (scope.loads - scope.stores) | scope.globals | inner
    local = (scope.stores | bound) - scope.globals - scope.outer
    return ((scope.loads | inner | scope.outer) - local) | scope.globals
