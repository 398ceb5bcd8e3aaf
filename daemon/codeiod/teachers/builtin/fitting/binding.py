"""Which value each name of a function stands for, and which an expression is a name of.

Imports its neighbour ``evidence``; reads by ``ast``, runs nothing. Flow does not count: a name is
one cell in all of its function, a loop's name is the cell of a member.
"""

from __future__ import annotations

import ast
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from codeiod.teachers.builtin.fitting.evidence import Cell, Use


@dataclass(frozen=True, slots=True)
class Known:
    """What all functions of a module share.

    :param functions: by name, also methods, and the constructors of classes.
    :param attributes: the cells of what objects keep, whatever their class.
    """

    functions: Mapping[str, ast.FunctionDef]
    named: Mapping[str, list[Any]]
    attributes: dict[str, Cell]
    tables: Mapping[str, list[Any]]
    """The keys of the tables that are written out, by their names."""


@dataclass(frozen=True, slots=True)
class Names:
    """The cells of the names in one function.

    :param cells: those of its arguments first, then what is bound to them.
    """

    known: Known
    cells: dict[str, Cell]

    def bind(self, node: ast.AST) -> None:
        match node:
            case (
                ast.For(target=target, iter=source) | ast.comprehension(target=target, iter=source)
            ):
                self._bind_members(target, source)
            case ast.Assign(targets=[ast.Name(id=name)], value=value):
                cell = self.cell(value)
                if cell is not None and name not in self.cells:
                    self.cells[name] = cell
            case ast.Assign(
                targets=[ast.Attribute(value=ast.Name(id="self"), attr=name)], value=value
            ):
                cell = self.cell(value)
                if cell is not None:
                    self.known.attributes.setdefault(name, cell)
            case ast.Call(args=arguments, keywords=keywords):
                self._bind_key(arguments, keywords, node)
            case ast.Assign(targets=[ast.Tuple(elts=names)], value=value):
                cell = self.cell(value)
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
                    if (cell := self.cell(source)) is not None:
                        self.cells.setdefault(value.args.args[0].arg, cell.of_member())

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
                cell = self.cell(inner)
                if cell is not None and isinstance(target, ast.Tuple) and len(target.elts) == 2:
                    self._name(target.elts[1], cell.of_member())
                return
        cell = self.cell(source)
        if cell is not None:
            self._name(target, cell.of_member())

    def _name(self, target: ast.expr, cell: Cell) -> None:
        if isinstance(target, ast.Name):
            self.cells.setdefault(target.id, cell)
        elif isinstance(target, ast.Tuple):
            self._bind_places(target.elts, cell)

    def _bind_places(self, names: list[ast.expr], cell: Cell) -> None:
        for place, name in enumerate(names):
            if isinstance(name, ast.Name):
                inner = cell.places.setdefault(place, Cell())
                self.cells.setdefault(name.id, inner)

    def look_up(self, key: ast.expr, table: ast.expr) -> None:
        """Note which keys a table has that a value is looked up in."""
        cell, keys = self.cell(key), self.known.tables.get(ast.unparse(table), [])
        if cell is not None and keys:
            cell.uses[Use.TEXT] += 1
            for one in keys:
                cell.saw(one)

    def cell(self, node: ast.expr) -> Cell | None:
        """Return the cell that an expression is a name of, None where it is another value."""
        match node:
            case ast.Name(id=name):
                return self.cells.get(name)
            case ast.Attribute(value=ast.Name(id="self"), attr=name):
                return self.known.attributes.get(name)
            case ast.Subscript(value=value, slice=ast.Slice()):
                return self.cell(value)
            case ast.Subscript(value=value, slice=ast.Constant(value=str() as key)):
                cell = self.cell(value)
                return None if cell is None else cell.keys.setdefault(key, Cell())
            case ast.Subscript(value=value):
                cell = self.cell(value)
                return None if cell is None else cell.of_member()
        return None
