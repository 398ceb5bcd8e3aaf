"""What the body of a function shows of its arguments: how each is used, and with which constants.

Imports its neighbours; runs nothing. Flow does not count: a name is one cell in all its function,
a loop's name that of a member, and the argument of a helper shares that of what is passed to it.
"""

from __future__ import annotations

import ast
from typing import Any

from codeiod.teachers.builtin.fitting.binding import Known, Names
from codeiod.teachers.builtin.fitting.constants import constants_in, named_constants, tables_of
from codeiod.teachers.builtin.fitting.evidence import Cell, Use
from codeiod.teachers.builtin.fitting.vocabulary import (
    CHARACTER_METHODS,
    FLOATING,
    ITERATING,
    NUMBERING,
    PARSING,
    TEXT_METHODS,
    USE_BY_METHOD,
)

MAX_DEPTH = 4

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
    known = Known(functions, named_constants(module), {}, tables_of(module))
    _Reader(known, cells, frozenset({target})).read(function)
    return cells


def _arguments(function: ast.FunctionDef) -> list[ast.arg]:
    found = [*function.args.posonlyargs, *function.args.args, *function.args.kwonlyargs]
    return [argument for argument in found if argument.arg not in ("self", "cls")]


class _Reader(ast.NodeVisitor):
    """Read one function, with the cells of its arguments given."""

    def __init__(self, known: Known, cells: dict[str, Cell], inside: frozenset[str]) -> None:
        self._names = Names(known, cells)
        self._inside = inside

    def read(self, function: ast.FunctionDef) -> None:
        for _ in range(2):  # a name may be bound below its first use
            for node in ast.walk(function):
                self._names.bind(node)
        for statement in function.body:
            self.visit(statement)

    def _constants(self, node: ast.expr) -> list[Any]:
        return constants_in(node, self._names.known.named)

    def _use(self, node: ast.expr, use: Use) -> None:
        cell = self._names.cell(node)
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
                self._names.look_up(node.slice, node.value)
        self.generic_visit(node)

    def visit_BinOp(self, node: ast.BinOp) -> None:
        for side, other in ((node.left, node.right), (node.right, node.left)):
            self._operand(node.op, side, other)
        if isinstance(node.op, ast.Div | ast.FloorDiv | ast.Mod):
            self._use(node.right, Use.DIVISOR)
            self._divided(node.op, node.left, node.right)
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

    def _divided(self, op: ast.operator, left: ast.expr, right: ast.expr) -> None:
        cell = self._names.cell(left)
        if cell is None or not isinstance(op, ast.FloorDiv | ast.Mod):
            return
        cell.uses[Use.DIVIDED] += 1
        cell.divisors += [c for c in self._constants(right) if type(c) is int]

    def visit_AugAssign(self, node: ast.AugAssign) -> None:
        if isinstance(node.op, _ARITHMETIC):
            self._use(node.target, Use.NUMBER)
            self._use(node.value, Use.NUMBER)
            self._divided(node.op, node.target, node.value)
        self.generic_visit(node)

    def visit_Compare(self, node: ast.Compare) -> None:
        sides = [node.left, *node.comparators]
        for op, left, right in zip(node.ops, sides, sides[1:], strict=False):
            if isinstance(op, ast.In | ast.NotIn):
                self._membership(left, right)
            else:
                self._compared(left, right, op)
                self._compared(right, left, op)
                if not isinstance(op, ast.Eq | ast.NotEq | ast.Is | ast.IsNot):
                    self._ordered(left, right)
        self.generic_visit(node)

    def _membership(self, left: ast.expr, right: ast.expr) -> None:
        self._use(right, Use.SEARCHED)
        cell, inside = self._names.cell(left), self._names.cell(right)
        for constant in self._constants(right):
            if cell is not None:
                cell.saw(constant)
        if isinstance(left, ast.Constant) and inside is not None:
            inside.saw(left.value)
        if isinstance(right, ast.Constant) and isinstance(right.value, str):
            self._use(left, Use.CHARACTER)

    def _compared(self, side: ast.expr, other: ast.expr, op: ast.cmpop) -> None:
        cell = self._names.cell(side)
        if cell is None:
            if isinstance(side, ast.Call) and isinstance(other, ast.Constant):
                self._size_compared(side, other.value)
            return
        for constant in self._constants(other):
            cell.saw(constant)
            kind = {str: Use.TEXT, int: Use.NUMBER, float: Use.FLOAT}.get(type(constant))
            if kind is not None:
                cell.uses[kind] += 1
            if kind is Use.NUMBER and isinstance(op, ast.Eq | ast.NotEq):
                cell.uses[Use.EQUALLED] += 1

    def _size_compared(self, call: ast.Call, constant: Any) -> None:
        match call:
            case ast.Call(func=ast.Name(id="len"), args=[inner]) if type(constant) is int:
                self._use(inner, Use.SIZED)

    def _ordered(self, left: ast.expr, right: ast.expr) -> None:
        for cell in map(self._names.cell, (left, right)):
            if cell is not None and not cell.uses[Use.TEXT]:
                cell.uses[Use.NUMBER] += 1

    def visit_UnaryOp(self, node: ast.UnaryOp) -> None:
        self._use(node.operand, Use.TRUTH if isinstance(node.op, ast.Not) else Use.NUMBER)
        self.generic_visit(node)

    def visit_Call(self, node: ast.Call) -> None:
        match node.func:
            case ast.Name(id=name) if name in self._names.known.functions:
                self._helper(name, node)
            case ast.Name(id="divmod") if len(node.args) == 2:
                self._divided(ast.FloorDiv(), *node.args)
            case ast.Name(id=name):
                self._builtin(name, node.args)
            case ast.Attribute(attr=name) if name in self._names.known.functions:
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
                    cell = self._names.cell(argument)
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
        if use := USE_BY_METHOD.get(name):
            self._use(value, use)
        if name in CHARACTER_METHODS:
            self._use(value, Use.CHARACTER)
        if name in TEXT_METHODS:
            self._saw_all(value, arguments)
        elif name == "join":
            for argument in arguments:
                self._use(argument, Use.ITERATED)
                if cell := self._names.cell(argument):
                    cell.of_member().uses[Use.TEXT] += 1
        elif name in NUMBERING | ITERATING:
            self._builtin(name, arguments)

    def _saw_all(self, value: ast.expr, arguments: list[ast.expr]) -> None:
        if cell := self._names.cell(value):
            for argument in arguments:
                for constant in self._constants(argument):
                    cell.saw(constant)

    def _helper(self, name: str, node: ast.Call) -> None:
        if name in self._inside or len(self._inside) > MAX_DEPTH:
            return
        function = self._names.known.functions[name]
        names = [argument.arg for argument in _arguments(function)]
        cells: dict[str, Cell] = {}
        given = [*zip(names, node.args, strict=False)]
        given += [(k.arg, k.value) for k in node.keywords if k.arg]
        for parameter, value in given:
            cell = self._names.cell(value)
            if cell is not None:
                cells[parameter] = cell
        if cells or self._names.known.attributes:
            inside = self._inside | {name}
            _Reader(self._names.known, cells, inside).read(function)
