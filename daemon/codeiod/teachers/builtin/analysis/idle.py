"""What a constructor is given only to keep it: an owner's name that no kept method reads.

Imports the standard library and its neighbours.
"""

from __future__ import annotations

import ast
from collections.abc import Collection, Iterator

from codeiod.teachers.builtin.analysis.scopes import Function


def idle_arguments(init: Function, methods: Collection[Function]) -> frozenset[str]:
    """Return the arguments that a constructor only stores, where no method reads them.

    :param methods: all that may run on the object, the constructor left out.
    """
    pieces = [init, *methods]
    if any(map(_is_shown, pieces)):
        return frozenset()
    read = {name for piece in pieces for name in _read(piece)}
    loaded = [n.id for n in ast.walk(init) if isinstance(n, ast.Name) and _is_load(n)]
    return frozenset(
        name
        for name, attribute in _stored(init)
        if loaded.count(name) == 1 and attribute not in read
    )


def reached(owner: ast.ClassDef, names: Collection[str]) -> list[Function]:
    """Return the methods of a class with these names, and those that they name in turn."""
    methods = [m for m in owner.body if isinstance(m, ast.FunctionDef) and m.name != "__init__"]
    found = [m for m in methods if m.name in names]
    for method in found:
        named = set(_read(method))
        found += [m for m in methods if m.name in named and m not in found]
    return list[Function](found)


def _stored(init: Function) -> Iterator[tuple[str, str]]:
    for statement in init.body:
        match statement:
            case ast.Assign(
                targets=[ast.Attribute(value=ast.Name(id="self"), attr=attribute)],
                value=ast.Name(id=name),
            ):
                yield name, attribute


def _read(piece: ast.AST) -> Iterator[str]:
    for node in ast.walk(piece):
        if isinstance(node, ast.Attribute) and _is_load(node):
            yield node.attr


def _is_load(node: ast.Name | ast.Attribute) -> bool:
    return isinstance(node.ctx, ast.Load)


def _is_shown(piece: Function) -> bool:
    """Whether the object itself is handed on, so that anyone may read its parts."""
    parts = {n.value for n in ast.walk(piece) if isinstance(n, ast.Attribute)}
    own = (n for n in ast.walk(piece) if isinstance(n, ast.Name) and n.id == "self")
    return any(node not in parts for node in own)
