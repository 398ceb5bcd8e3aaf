"""From a type annotation to a shape. Imports its neighbours; pure."""

from __future__ import annotations

import ast
import string

from codeiod.teachers.builtin.fitting.containers import List, Matrix, Object, Pair
from codeiod.teachers.builtin.fitting.evidence import Cell, Use
from codeiod.teachers.builtin.fitting.shapes import Bool, Choice, Float, Int, Shape
from codeiod.teachers.builtin.fitting.trees import Tree
from codeiod.teachers.builtin.fitting.usage import by_use, int_for, object_for, text_for

ANY = "any"
Kind = str | tuple[str, "Kind"]
"""The name of a type, ``tree``, or a pair of ``list`` and the kind of its members."""
_SETS = frozenset({"set", "Set", "frozenset", "FrozenSet"})
_LISTS = frozenset({"list", "List", "Sequence", "Iterable", "Collection", "Deque", "deque"})
_SEQUENCES = _SETS | _LISTS | {"tuple", "Tuple", "ndarray"}


def kind_of_annotation(annotation: str) -> Kind:
    """Say of what kind the values are that a type annotation allows."""
    try:
        node = ast.parse(annotation, mode="eval").body if annotation else None
    except (SyntaxError, ValueError):
        return ANY
    return ANY if node is None else _kind(node)


def _kind(node: ast.expr) -> Kind:
    match node:
        case ast.Constant(value=str() as text):
            return kind_of_annotation(text)
        case ast.Name(id=name) | ast.Attribute(attr=name):
            if name in _SEQUENCES:
                return ("list", ANY)
            return name.lower() if name in ("int", "str", "float", "bool", "dict", "Dict") else ANY
        case ast.BinOp(left=left, right=ast.Constant(value=None), op=ast.BitOr()):
            return _kind(left)
        case ast.Subscript(value=ast.Name(id=name) | ast.Attribute(attr=name), slice=inner):
            return _generic_kind(name, inner)
    return ANY


def _generic_kind(name: str, inner: ast.expr) -> Kind:
    if name == "Optional":
        return _kind(inner)
    if name == "Literal":
        first = inner.elts[0] if isinstance(inner, ast.Tuple) else inner
        return type(first.value).__name__ if isinstance(first, ast.Constant) else ANY
    if name in ("dict", "Dict", "Mapping"):
        return "dict"
    if name not in _SEQUENCES:
        return ANY
    if isinstance(inner, ast.Tuple):
        return ("list", ANY)
    return "tree" if ast.unparse(inner) == "int | None" else ("list", _kind(inner))


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
        return int_for(cell)
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
    if name in _LISTS:
        return _sequence(inner, member)
    if name in _SETS:
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
    match shape:
        case List(member=Int() | Float() | Bool() as each, outer="{0}"):
            return _rows_of_pairs(member) or Matrix(each)
    return List(shape)


def _rows_of_pairs(row: Cell) -> Shape | None:
    """Return pairs in place of rows where the body unpacks each row into a few numbers."""
    if not 1 < len(row.places) <= 4 or row.uses[Use.SIZED]:
        return None
    places = [row.places.get(place, Cell()) for place in range(max(row.places) + 1)]
    return List(Pair(tuple(int_for(place) for place in places)), 1, 6)
