"""A function cut out of its file: what is known of it when it is made a candidate.

Imports the standard library and its neighbours.
"""

from __future__ import annotations

import ast
from dataclasses import dataclass, field

from codeiod.teachers.builtin.analysis.docs import Doc, read_doc
from codeiod.teachers.builtin.analysis.drops import drops_of
from codeiod.teachers.builtin.analysis.examples import Calls
from codeiod.teachers.builtin.analysis.nodes import Kind, kind_of
from codeiod.teachers.builtin.analysis.printing import (
    Printed,
    Unprintable,
    has_result,
    prints_in,
    returned,
)
from codeiod.teachers.builtin.analysis.scopes import Function, Nodes
from codeiod.teachers.builtin.analysis.slicing import Closure, Slicer, Unfit
from codeiod.teachers.builtin.analysis.survey import Survey


@dataclass(slots=True)
class File:
    """One file under analysis, with what is computed once for all its functions."""

    survey: Survey
    slicers: dict[bool, Slicer] = field(default_factory=dict)
    calls: Calls = field(init=False)

    def __post_init__(self) -> None:
        self.calls = Calls(self.survey.module)

    def slicer(self, *, prints: bool) -> Slicer:
        """Return what finds closures; ``prints``: the prints are left out."""
        if prints not in self.slicers:
            self.slicers[prints] = Slicer(self.survey, drops_of(self.survey, prints=prints))
        return self.slicers[prints]


@dataclass(frozen=True, slots=True)
class Cut:
    """A function or method with all that it leans on.

    :param pieces: the parts of the file that are kept.
    :param prints: its result is what it prints.
    """

    file: File
    function: Function
    owner: ast.ClassDef | None
    has_result: bool
    slicer: Slicer
    closure: Closure
    kind: Kind | None
    pieces: list[ast.AST]
    doc: Doc
    prints: bool
    printed: Printed

    @property
    def survey(self) -> Survey:
        return self.file.survey

    @property
    def dropped(self) -> Nodes:
        return self.slicer.dropped

    @staticmethod
    def of(file: File, function: Function, owner: ast.ClassDef | None) -> Cut:
        """Cut a function out.

        :raises Unfit: it leans on too much, or prints in a way that can't be turned.
        """
        result = has_result(function)
        slicer = file.slicer(prints=result)
        closure, classes = slicer.closure(function, owner), file.survey.classes()
        kind = kind_of(closure.attributes, classes, closure.missing)
        if kind and not kind.own:
            closure = slicer.closure(function, owner, also=classes[kind.name])
        pieces = closure.pieces(slicer.drops)
        prints = not result and bool(prints_in(pieces))
        doc = read_doc(ast.get_docstring(function) or "", names_of(function))
        return Cut(
            file, function, owner, result, slicer, closure, kind, pieces, doc, prints,
            _printed(file, function, owner, pieces) if prints else Printed((), False, ""),
        )  # fmt: skip

    def returns(self) -> str:
        """Return the annotation of the result, where it has one that means something."""
        note = self.function.returns
        if note is None or note in self.dropped or not self.has_result:
            return ""
        return ast.unparse(note)


def names_of(function: Function) -> list[str]:
    """Return the names of all parameters but ``self``."""
    arguments = function.args
    every = [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs]
    return [a.arg for a in every if a.arg not in ("self", "cls", "this")]


def decorators_of(node: Function | ast.ClassDef) -> set[str]:
    """Return the names of what decorates a function or a class, the last part of each."""
    return {name_of(decorator) for decorator in node.decorator_list}


def name_of(decorator: ast.expr) -> str:
    inner = decorator.func if isinstance(decorator, ast.Call) else decorator
    return inner.attr if isinstance(inner, ast.Attribute) else getattr(inner, "id", "")


def _printed(
    file: File, function: Function, owner: ast.ClassDef | None, pieces: list[ast.AST]
) -> Printed:
    recursive = _called_by_itself(function, owner, pieces)
    try:
        return returned(file.survey.text, function, pieces, recursive=recursive)
    except Unprintable as error:
        raise Unfit(str(error)) from None


def _called_by_itself(
    function: Function, owner: ast.ClassDef | None, pieces: list[ast.AST]
) -> bool:
    nodes = [n for piece in pieces for n in ast.walk(piece)]
    if owner is None:
        return any(isinstance(n, ast.Name) and n.id == function.name for n in nodes)
    return any(isinstance(n, ast.Attribute) and n.attr == function.name for n in nodes)
