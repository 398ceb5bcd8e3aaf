"""What a module names: its functions, its constants, the attributes that its classes change.

Imports the standard library only; pure.
"""

from __future__ import annotations

import ast

Function = ast.FunctionDef


def shown(node: ast.AST, limit: int = 70) -> str:
    """Write code on one line, shortened where it is long."""
    text = " ".join(ast.unparse(node).split())
    return text if len(text) <= limit else text[: limit - 3] + "..."


def functions_of(tree: ast.Module) -> dict[str, Function]:
    """Give functions and methods by name; a name that stands for two is left out."""
    found: dict[str, Function] = {}
    doubled = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef):
            doubled |= {node.name} & found.keys()
            found[node.name] = node
    return {name: node for name, node in found.items() if name not in doubled}


def fields_of(tree: ast.Module) -> dict[str, list[str]]:
    """Give for each attribute that one class alone changes the statements that do."""
    found: dict[str, list[str]] = {}
    classes: dict[str, set[str]] = {}
    for outer in ast.walk(tree):
        if not isinstance(outer, ast.ClassDef):
            continue
        for node in ast.walk(outer):
            for name in _changed_fields(node):
                found.setdefault(name, []).append(shown(node, 60))
                classes.setdefault(name, set()).add(outer.name)
    return {name: lines for name, lines in found.items() if len(classes[name]) == 1}


def _changed_fields(node: ast.AST) -> list[str]:
    """Name the attributes that a statement sets, or calls a method of for its effect."""
    targets: list[ast.expr] = []
    match node:
        case ast.Assign(targets=given):
            targets = given
        case ast.AugAssign(target=target) | ast.AnnAssign(target=target):
            targets = [target]
        case ast.Expr(value=ast.Call(func=ast.Attribute(value=ast.Attribute() as target))):
            targets = [target]
    return [target.attr for target in targets if isinstance(target, ast.Attribute)]


def tables_of(tree: ast.Module) -> dict[str, ast.expr]:
    """Give what module-level names stand for, where nothing else in the module has that name."""
    stored = [
        node.id if isinstance(node, ast.Name) else node.arg
        for node in ast.walk(tree)
        if isinstance(node, ast.arg)
        or (isinstance(node, ast.Name) and not isinstance(node.ctx, ast.Load))
    ]
    return {
        target.id: node.value
        for node in tree.body
        if isinstance(node, ast.Assign)
        for target in node.targets
        if isinstance(target, ast.Name) and stored.count(target.id) == 1
    }
