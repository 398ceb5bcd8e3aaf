"""What objects of the file's classes are made of, in words.

Imports the standard library and its neighbours.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from codeiod.teachers.builtin.composing.formulas import is_short
from codeiod.teachers.builtin.composing.phrases import say
from codeiod.teachers.builtin.composing.steps import head, without_docstring
from codeiod.teachers.builtin.composing.wordless import Wordless

FURNISHED = "dataclass"


def made_in_words(made: ast.ClassDef) -> str:
    """Tell the parts that a new object has.

    :raises Wordless: its making is more than to give its parts their first values.
    """
    for method in made.body:
        if isinstance(method, ast.FunctionDef) and method.name == "__init__":
            called = head(method).removeprefix("__init__")
            return _told(f"{made.name}{called}", list(_parts(method)))
    decorators = [ast.unparse(d).partition("(")[0].rpartition(".")[2] for d in made.decorator_list]
    fields = [s for s in made.body if isinstance(s, ast.AnnAssign)]
    if made.bases or (fields and FURNISHED not in decorators):
        raise Wordless
    return _told(f"{made.name}({', '.join(map(_field, fields))})", [])


def parts_of(made: ast.ClassDef) -> list[str]:
    """List the attributes that a class sets in its objects."""
    nodes = [n for n in ast.walk(made) if isinstance(n, ast.Attribute)]
    own = [n for n in nodes if isinstance(n.value, ast.Name) and n.value.id == "self"]
    return list(dict.fromkeys(n.attr for n in own if isinstance(n.ctx, ast.Store)))


def _told(called: str, parts: list[str]) -> str:
    own = f" with the parts {', '.join(parts)}" if parts else ", made of these parts"
    return f"`{called}` is a new object{'' if called.endswith('()') and not parts else own}."


def _parts(method: ast.FunctionDef) -> Iterator[str]:
    for statement in without_docstring(method.body):
        match statement:
            case (
                ast.Assign(
                    targets=[ast.Attribute(value=ast.Name(id="self"), attr=part)], value=value
                )
                | ast.AnnAssign(
                    target=ast.Attribute(value=ast.Name(id="self"), attr=part),
                    value=ast.expr() as value,
                )
            ) if is_short(value):
                same = isinstance(value, ast.Name) and value.id == part
                yield f"`{part}`" if same else f"`{part}` ({say(value)})"
            case ast.Pass():
                continue
            case _:
                raise Wordless


def _field(statement: ast.AnnAssign) -> str:
    default = f"={ast.unparse(statement.value)}" if statement.value else ""
    return f"{ast.unparse(statement.target)}{default}"
