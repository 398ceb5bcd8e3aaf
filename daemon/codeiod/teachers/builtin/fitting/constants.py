"""The constants of an expression, also those that the module's names stand for.

Imports the standard library and its neighbour ``evidence``; pure.
"""

from __future__ import annotations

import ast
from collections.abc import Mapping
from typing import Any

from codeiod.teachers.builtin.fitting.evidence import MAX_CONSTANTS


def constants_in(node: ast.expr, named: Mapping[str, list[Any]]) -> list[Any]:
    """Return the constants of an expression: one, those of a literal container, or of a name."""
    match node:
        case ast.Constant(value=str() | int() | float() as value) if not isinstance(value, bool):
            return [value]
        case ast.UnaryOp(op=ast.USub(), operand=ast.Constant(value=int() | float() as value)):
            return [-value]
        case ast.List(elts=parts) | ast.Tuple(elts=parts) | ast.Set(elts=parts):
            return [constant for part in parts for constant in constants_in(part, named)]
        case ast.Dict(keys=keys):
            return [constant for key in keys if key for constant in constants_in(key, named)]
        case ast.Name() | ast.Attribute(value=ast.Name()):
            return named.get(ast.unparse(node), [])
    return []


def named_constants(module: ast.Module) -> dict[str, list[Any]]:
    """Return the constants that names of a module, and attributes of its classes, stand for."""
    named: dict[str, list[Any]] = {}
    for statement in module.body:
        _name_constants(statement, "", named)
        if isinstance(statement, ast.ClassDef):
            for inner in statement.body:
                _name_constants(inner, f"{statement.name}.", named)
    return named


def tables_of(module: ast.Module) -> dict[str, list[Any]]:
    """Return the keys of tables that are written with texts as keys, by what they are called."""
    tables: dict[str, list[Any]] = {}
    for node in ast.walk(module):
        match node:
            case ast.Assign(targets=[ast.Name() | ast.Attribute() as name], value=ast.Dict()):
                keys = constants_in(node.value, {})
                if keys and all(isinstance(key, str) for key in keys):
                    tables[ast.unparse(name)] = keys[:MAX_CONSTANTS]
    return tables


def _name_constants(statement: ast.stmt, prefix: str, named: dict[str, list[Any]]) -> None:
    match statement:
        case ast.Assign(targets=[ast.Name(id=name)], value=value):
            found = constants_in(value, named)[:MAX_CONSTANTS]
            if found:
                named[prefix + name] = found
