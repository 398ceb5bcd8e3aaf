"""From a type annotation to a shape. Imports its neighbours; pure."""

from __future__ import annotations

import ast
import string

from codeiod.teachers.builtin.fitting.evidence import Cell
from codeiod.teachers.builtin.fitting.shapes import (
    Bool,
    Choice,
    Float,
    Int,
    List,
    Matrix,
    Object,
    Pair,
    Shape,
    Tree,
)
from codeiod.teachers.builtin.fitting.usage import by_use, object_for, text_for


def annotated_shape(annotation: str, cell: Cell | None = None) -> Shape | None:
    """Read a type annotation; what the body shows of members helps where it says none."""
    try:
        node = ast.parse(annotation, mode="eval").body if annotation else None
    except (SyntaxError, ValueError):
        return None
    return None if node is None else _annotated(node, cell or Cell())


def _annotated(node: ast.expr, cell: Cell) -> Shape | None:
    match node:
        case ast.Constant(value=str() as text):
            return annotated_shape(text, cell)
        case ast.Attribute(attr=name) | ast.Name(id=name):
            return _named_type(name, cell)
        case ast.BinOp(left=left, op=ast.BitOr()):
            return _annotated(left, cell)
        case ast.Subscript(value=ast.Name(id=name) | ast.Attribute(attr=name), slice=inner):
            return _generic(name, inner, cell)
    return None


def _named_type(name: str, cell: Cell) -> Shape | None:
    if name == "int":
        return Int(0, 20)
    if name == "str":
        return text_for(cell)
    member = cell.member or Cell()
    inner = (by_use(member) or [Int()])[0]
    kinds: dict[str, Shape] = {
        "float": Float(),
        "bool": Bool(),
        "list": List(inner),
        "List": List(inner),
        "Sequence": List(inner),
        "Iterable": List(inner),
        "tuple": List(inner, outer="tuple({0})"),
        "set": List(inner, outer="set({0})"),
        "dict": object_for(cell),
        "ndarray": List(Float(), 2, 6, outer="np.array({0})"),
    }
    return kinds.get(name)


def _generic(name: str, inner: ast.expr, cell: Cell) -> Shape | None:
    member = cell.member or Cell()
    if name in ("Optional", "Union", "Annotated", "Final"):
        first = inner.elts[0] if isinstance(inner, ast.Tuple) else inner
        return _annotated(first, cell)
    if name == "Literal":
        parts = inner.elts if isinstance(inner, ast.Tuple) else [inner]
        return Choice(tuple(p.value for p in parts if isinstance(p, ast.Constant)))
    if name in ("list", "List", "Sequence", "Iterable", "Collection", "Deque", "deque"):
        return _sequence(inner, member)
    if name in ("set", "Set", "frozenset", "FrozenSet"):
        return List(_annotated(inner, member) or Int(), outer="set({0})")
    if name in ("tuple", "Tuple"):
        parts = inner.elts if isinstance(inner, ast.Tuple) else [inner]
        if len(parts) == 2 and isinstance(parts[1], ast.Constant) and parts[1].value is ...:
            return List(_annotated(parts[0], member) or Int(), outer="tuple({0})")
        return Pair(tuple(_annotated(part, Cell()) or Int() for part in parts), "tuple({0})")
    if name in ("dict", "Dict", "Mapping") and isinstance(inner, ast.Tuple):
        shape = _annotated(inner.elts[1], member) or Int()
        key = _annotated(inner.elts[0], Cell())
        if isinstance(key, Int):
            return Object(
                shape,
                string.digits,
                conversion="{{int(key): member for key, member in {0}.items()}}",
            )
        return Object(shape)
    return None


def _sequence(inner: ast.expr, member: Cell) -> Shape:
    if ast.unparse(inner) == "int | None":
        return Tree()
    shape = _annotated(inner, member) or Int()
    if isinstance(shape, List) and isinstance(shape.member, Int) and shape.outer == "{0}":
        return Matrix(shape.member)
    return List(shape)
