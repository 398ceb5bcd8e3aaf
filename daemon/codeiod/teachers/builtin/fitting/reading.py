"""What the body of a function shows of its arguments: how each is used, and with which constants.

Imports its neighbours; reads by ``ast``, runs nothing. Flow does not count: a name is
one cell in all of its function, a loop's name is the cell of a member, and the argument of a helper
that is called shares the cell of what is passed to it.
"""

from __future__ import annotations

import ast
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from codeiod.teachers.builtin.fitting.evidence import MAX_CONSTANTS, Cell, Use
from codeiod.teachers.builtin.fitting.vocabulary import (
    FLOATING,
    ITERATING,
    LIST_METHODS,
    MAPPING_METHODS,
    NUMBERING,
    PARSING,
    SET_METHODS,
    TEXT_METHODS,
)

MAX_DEPTH = 4

_USE_BY_METHOD = {
    **dict.fromkeys(TEXT_METHODS, Use.TEXT),
    **dict.fromkeys(LIST_METHODS, Use.CHANGED),
    **dict.fromkeys(MAPPING_METHODS, Use.MAPPING),
    **dict.fromkeys(SET_METHODS, Use.SET),
    **dict.fromkeys(("count", "index"), Use.ITERATED),
}
_ARITHMETIC = (ast.Sub, ast.Div, ast.FloorDiv, ast.Pow, ast.Mod, ast.BitAnd, ast.BitOr, ast.BitXor)


def gather(source: str, target: str) -> dict[str, Cell]:
    """Return a cell for each argument of a function of a module's text."""
    module = ast.parse(source)
    functions = {n.name: n for n in ast.walk(module) if isinstance(n, ast.FunctionDef)}
    for node in module.body:
        if isinstance(node, ast.ClassDef):
            made = [n for n in node.body if isinstance(n, ast.FunctionDef) and n.name == "__init__"]
            functions |= {node.name: made[0]} if made else {}
    function = functions.get(target)
    if function is None:
        return {}
    cells = {argument.arg: Cell() for argument in _arguments(function)}
    known = _Known(functions, _named_constants(module), {})
    _Reader(known, cells, frozenset({target})).read(function)
    return cells


@dataclass(frozen=True, slots=True)
class _Known:
    """What all functions of a module share.

    :param functions: by name, also methods, and the constructors of classes.
    :param attributes: the cells of what objects keep, whatever their class.
    """

    functions: Mapping[str, ast.FunctionDef]
    named: Mapping[str, list[Any]]
    attributes: dict[str, Cell]


def _arguments(function: ast.FunctionDef) -> list[ast.arg]:
    found = [*function.args.posonlyargs, *function.args.args, *function.args.kwonlyargs]
    return [argument for argument in found if argument.arg not in ("self", "cls")]


class _Reader(ast.NodeVisitor):
    """Read one function, with the cells of its arguments given."""

    def __init__(self, known: _Known, cells: dict[str, Cell], inside: frozenset[str]) -> None:
        self._known = known
        self._cells = cells
        self._inside = inside

    def read(self, function: ast.FunctionDef) -> None:
        for _ in range(2):  # a name may be bound below its first use
            for node in ast.walk(function):
                self._bind(node)
        for statement in function.body:
            self.visit(statement)

    def _bind(self, node: ast.AST) -> None:
        match node:
            case (
                ast.For(target=target, iter=source) | ast.comprehension(target=target, iter=source)
            ):
                self._bind_members(target, source)
            case ast.Assign(targets=[ast.Name(id=name)], value=value):
                cell = self._cell(value)
                if cell is not None and name not in self._cells:
                    self._cells[name] = cell
            case ast.Assign(
                targets=[ast.Attribute(value=ast.Name(id="self"), attr=name)], value=value
            ):
                cell = self._cell(value)
                if cell is not None:
                    self._known.attributes.setdefault(name, cell)
            case ast.Call(args=arguments, keywords=keywords):
                self._bind_key(arguments, keywords, node)
            case ast.Assign(targets=[ast.Tuple(elts=names)], value=value):
                cell = self._cell(value)
                if cell is not None:
                    self._bind_places(names, cell)

    def _bind_key(
        self, arguments: list[ast.expr], keywords: list[ast.keyword], call: ast.Call
    ) -> None:
        """Bind what a function without a name is given: the members of what is sorted or mapped."""
        values = [*arguments, *(keyword.value for keyword in keywords)]
        if isinstance(call.func, ast.Attribute) and call.func.attr == "sort":
            values.append(call.func.value)
        for value in values:
            if isinstance(value, ast.Lambda) and len(value.args.args) == 1:
                for source in values:
                    if (cell := self._cell(source)) is not None:
                        self._cells.setdefault(value.args.args[0].arg, cell.of_member())

    def _bind_members(self, target: ast.expr, source: ast.expr) -> None:
        match source:
            case ast.Call(func=ast.Name(id="enumerate"), args=[inner, *_]):
                if isinstance(target, ast.Tuple) and len(target.elts) == 2:
                    self._bind_members(target.elts[1], inner)
                return
            case ast.Call(func=ast.Name(id="sorted" | "reversed" | "list" | "set"), args=[inner]):
                self._bind_members(target, inner)
                return
            case ast.Call(func=ast.Name(id="zip"), args=parts):
                if isinstance(target, ast.Tuple) and len(target.elts) == len(parts):
                    for name, part in zip(target.elts, parts, strict=True):
                        self._bind_members(name, part)
                return
            case ast.Call(func=ast.Attribute(value=inner, attr="items"), args=[]):
                cell = self._cell(inner)
                if cell is not None and isinstance(target, ast.Tuple) and len(target.elts) == 2:
                    self._name(target.elts[1], cell.of_member())
                return
        cell = self._cell(source)
        if cell is not None:
            self._name(target, cell.of_member())

    def _name(self, target: ast.expr, cell: Cell) -> None:
        if isinstance(target, ast.Name):
            self._cells.setdefault(target.id, cell)
        elif isinstance(target, ast.Tuple):
            self._bind_places(target.elts, cell)

    def _bind_places(self, names: list[ast.expr], cell: Cell) -> None:
        for place, name in enumerate(names):
            if isinstance(name, ast.Name):
                inner = cell.places.setdefault(place, Cell())
                self._cells.setdefault(name.id, inner)

    def _cell(self, node: ast.expr) -> Cell | None:
        """Return the cell that an expression is a name of, None where it is another value."""
        match node:
            case ast.Name(id=name):
                return self._cells.get(name)
            case ast.Attribute(value=ast.Name(id="self"), attr=name):
                return self._known.attributes.get(name)
            case ast.Subscript(value=value, slice=ast.Slice()):
                return self._cell(value)
            case ast.Subscript(value=value, slice=ast.Constant(value=str() as key)):
                cell = self._cell(value)
                return None if cell is None else cell.keys.setdefault(key, Cell())
            case ast.Subscript(value=value):
                cell = self._cell(value)
                return None if cell is None else cell.of_member()
        return None

    def _constants(self, node: ast.expr) -> list[Any]:
        return _constants(node, self._known.named)

    def _use(self, node: ast.expr, use: Use) -> None:
        cell = self._cell(node)
        if cell is not None:
            cell.uses[use] += 1

    def visit_For(self, node: ast.For) -> None:
        self._use(node.iter, Use.ITERATED)
        self.generic_visit(node)

    def visit_comprehension(self, node: ast.comprehension) -> None:
        self._use(node.iter, Use.ITERATED)
        self.generic_visit(node)

    def visit_If(self, node: ast.If) -> None:
        self._use(node.test, Use.TRUTH)
        self.generic_visit(node)

    def visit_Subscript(self, node: ast.Subscript) -> None:
        match node.slice:
            case ast.Constant(value=str()):
                self._use(node.value, Use.MAPPING)
            case ast.Tuple() | ast.Slice():
                self._use(node.value, Use.SIZED)
            case _:
                self._use(node.value, Use.INDEXED)
                self._use(node.slice, Use.INDEX)
        self.generic_visit(node)

    def visit_BinOp(self, node: ast.BinOp) -> None:
        for side, other in ((node.left, node.right), (node.right, node.left)):
            self._operand(node.op, side, other)
        if isinstance(node.op, ast.Div | ast.FloorDiv | ast.Mod):
            self._use(node.right, Use.DIVISOR)
        self.generic_visit(node)

    def _operand(self, op: ast.operator, side: ast.expr, other: ast.expr) -> None:
        if isinstance(op, _ARITHMETIC):
            self._use(side, Use.NUMBER)
        if isinstance(other, ast.Constant):
            if isinstance(other.value, str) and isinstance(op, ast.Add):
                self._use(side, Use.TEXT)
            elif isinstance(other.value, int | float):
                self._use(side, Use.NUMBER)
                if isinstance(other.value, float):
                    self._use(side, Use.FLOAT)
                cell = self._cell(side)
                if cell is not None and isinstance(op, ast.Mod):
                    cell.saw(other.value)

    def visit_AugAssign(self, node: ast.AugAssign) -> None:
        if isinstance(node.op, _ARITHMETIC):
            self._use(node.target, Use.NUMBER)
            self._use(node.value, Use.NUMBER)
        self.generic_visit(node)

    def visit_Compare(self, node: ast.Compare) -> None:
        sides = [node.left, *node.comparators]
        for op, left, right in zip(node.ops, sides, sides[1:], strict=False):
            if isinstance(op, ast.In | ast.NotIn):
                self._membership(left, right)
            else:
                self._compared(left, right)
                self._compared(right, left)
                if not isinstance(op, ast.Eq | ast.NotEq | ast.Is | ast.IsNot):
                    self._ordered(left, right)
        self.generic_visit(node)

    def _membership(self, left: ast.expr, right: ast.expr) -> None:
        self._use(right, Use.SEARCHED)
        cell, inside = self._cell(left), self._cell(right)
        for constant in self._constants(right):
            if cell is not None:
                cell.saw(constant)
        if isinstance(left, ast.Constant) and inside is not None:
            inside.saw(left.value)
        if isinstance(right, ast.Constant) and isinstance(right.value, str):
            self._use(left, Use.CHARACTER)

    def _compared(self, side: ast.expr, other: ast.expr) -> None:
        cell = self._cell(side)
        if cell is None:
            if isinstance(side, ast.Call) and isinstance(other, ast.Constant):
                self._size_compared(side, other.value)
            return
        for constant in self._constants(other):
            cell.saw(constant)
            kind = {str: Use.TEXT, int: Use.NUMBER, float: Use.FLOAT}.get(type(constant))
            if kind is not None:
                cell.uses[kind] += 1

    def _size_compared(self, call: ast.Call, constant: Any) -> None:
        match call:
            case ast.Call(func=ast.Name(id="len"), args=[inner]) if type(constant) is int:
                self._use(inner, Use.SIZED)

    def _ordered(self, left: ast.expr, right: ast.expr) -> None:
        for side in (left, right):
            cell = self._cell(side)
            if cell is not None and not cell.uses[Use.TEXT]:
                cell.uses[Use.NUMBER] += 1

    def visit_UnaryOp(self, node: ast.UnaryOp) -> None:
        self._use(node.operand, Use.TRUTH if isinstance(node.op, ast.Not) else Use.NUMBER)
        self.generic_visit(node)

    def visit_Call(self, node: ast.Call) -> None:
        match node.func:
            case ast.Name(id=name) if name in self._known.functions:
                self._helper(name, node)
            case ast.Name(id=name):
                self._builtin(name, node.args)
            case ast.Attribute(attr=name) if name in self._known.functions:
                self._helper(name, node)
            case ast.Attribute(value=value, attr=name):
                self._method(name, value, node.args)
        self.generic_visit(node)

    def _builtin(self, name: str, arguments: list[ast.expr]) -> None:
        for argument in arguments:
            if name == "len":
                self._use(argument, Use.SIZED)
            elif name in ITERATING:
                self._use(argument, Use.ITERATED)
                if name == "sum":
                    cell = self._cell(argument)
                    if cell is not None:
                        cell.of_member().uses[Use.NUMBER] += 1
            elif name in PARSING:
                self._use(argument, Use.PARSED)
            elif name == "ord":
                self._use(argument, Use.CHARACTER)
            elif name in NUMBERING:
                self._use(argument, Use.COUNT if name in ("range", "chr") else Use.NUMBER)
                if name in FLOATING:
                    self._use(argument, Use.FLOAT)

    def _method(self, name: str, value: ast.expr, arguments: list[ast.expr]) -> None:
        if use := _USE_BY_METHOD.get(name):
            self._use(value, use)
        if name in TEXT_METHODS:
            self._saw_all(value, arguments)
        elif name == "join":
            for argument in arguments:
                self._use(argument, Use.ITERATED)
                if cell := self._cell(argument):
                    cell.of_member().uses[Use.TEXT] += 1
        elif name in NUMBERING | ITERATING:
            self._builtin(name, arguments)

    def _saw_all(self, value: ast.expr, arguments: list[ast.expr]) -> None:
        if cell := self._cell(value):
            for argument in arguments:
                for constant in self._constants(argument):
                    cell.saw(constant)

    def _helper(self, name: str, node: ast.Call) -> None:
        if name in self._inside or len(self._inside) > MAX_DEPTH:
            return
        function = self._known.functions[name]
        names = [argument.arg for argument in _arguments(function)]
        cells: dict[str, Cell] = {}
        given = [*zip(names, node.args, strict=False)]
        given += [(k.arg, k.value) for k in node.keywords if k.arg]
        for parameter, value in given:
            cell = self._cell(value)
            if cell is not None:
                cells[parameter] = cell
        if cells or self._known.attributes:
            inside = self._inside | {name}
            _Reader(self._known, cells, inside).read(function)


def _constants(node: ast.expr, named: Mapping[str, list[Any]]) -> list[Any]:
    """Return the constants of an expression: one, those of a literal container, or of a name."""
    match node:
        case ast.Constant(value=str() | int() | float() as value) if not isinstance(value, bool):
            return [value]
        case ast.UnaryOp(op=ast.USub(), operand=ast.Constant(value=int() | float() as value)):
            return [-value]
        case ast.List(elts=parts) | ast.Tuple(elts=parts) | ast.Set(elts=parts):
            return [constant for part in parts for constant in _constants(part, named)]
        case ast.Dict(keys=keys):
            return [constant for key in keys if key for constant in _constants(key, named)]
        case ast.Name() | ast.Attribute(value=ast.Name()):
            return named.get(ast.unparse(node), [])
    return []


def _named_constants(module: ast.Module) -> dict[str, list[Any]]:
    """Return the constants that names of a module, and attributes of its classes, stand for."""
    named: dict[str, list[Any]] = {}
    for statement in module.body:
        _name_constants(statement, "", named)
        if isinstance(statement, ast.ClassDef):
            for inner in statement.body:
                _name_constants(inner, f"{statement.name}.", named)
    return named


def _name_constants(statement: ast.stmt, prefix: str, named: dict[str, list[Any]]) -> None:
    match statement:
        case ast.Assign(targets=[ast.Name(id=name)], value=value):
            found = _constants(value, named)[:MAX_CONSTANTS]
            if found:
                named[prefix + name] = found
