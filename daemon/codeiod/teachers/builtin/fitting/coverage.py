"""How much of a program its draws run: marks in its text, counted. Imports the standard library.

A branch is one way out of an `if`, `for` or `while` (also the one past it, where none is written),
a case of a `match`, a handler; in all functions, whether they are called or not. Statements are
counted in runs without a branch.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

MARKS = "marks_"
"""The set in a marked text that holds the numbers of the marks that were passed."""


@dataclass(frozen=True, slots=True)
class Coverage:
    """What was covered of the branches, and how many different statements ran."""

    covered: int
    branches: int
    statements: int

    @property
    def share(self) -> float:
        return self.covered / self.branches if self.branches else 1.0


@dataclass(frozen=True, slots=True)
class Marked:
    """A program's text with marks in its functions."""

    text: str
    branches: frozenset[int]
    raising: frozenset[int]
    """The branches that only raise: no call that returns takes one, unless it is caught."""
    statements: Mapping[int, int]
    """Mark -> how many statements follow it before the next branch."""

    @property
    def most(self) -> float:
        """The largest share of branches that calls which return can cover."""
        return 1 - len(self.raising) / len(self.branches) if self.branches else 1.0

    def measure(self, passed: Iterable[int]) -> Coverage:
        marks = set(passed)
        statements = sum(self.statements.get(mark, 0) for mark in marks)
        return Coverage(len(self.branches & marks), len(self.branches), statements)


def marked(source: str) -> Marked:
    """Put marks into the functions of a module's text; what it does stays the same."""
    tree = ast.parse(source)
    marker = _Marker()
    for statement in tree.body:
        marker.visit(statement)
    start = sum(map(_must_be_first, tree.body))
    tree.body.insert(start, ast.parse(f"{MARKS} = set()").body[0])
    text = ast.unparse(ast.fix_missing_locations(tree))
    catches = any(isinstance(node, ast.Try) for node in ast.walk(tree))
    raising = frozenset(set() if catches else marker.raising)
    return Marked(text, frozenset(marker.branches), raising, marker.statements)


def _must_be_first(statement: ast.stmt) -> bool:
    is_text = isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant)
    future = isinstance(statement, ast.ImportFrom) and statement.module == "__future__"
    return is_text or future


class _Marker(ast.NodeTransformer):
    """Mark the blocks of functions."""

    def __init__(self) -> None:
        self.branches: set[int] = set()
        self.raising: set[int] = set()
        self.statements: dict[int, int] = {}
        self._is_inside = False

    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.AST:
        return self._function(node)

    def _function(self, node: ast.FunctionDef | ast.AsyncFunctionDef) -> ast.AST:
        was, self._is_inside = self._is_inside, True
        head = node.body[:1] if ast.get_docstring(node, clean=False) is not None else []
        node.body = head + self._block(node.body[len(head) :], is_branch=False)
        self._is_inside = was
        return node

    def visit_AsyncFunctionDef(self, node: ast.AsyncFunctionDef) -> ast.AST:
        return self._function(node)

    def visit_ClassDef(self, node: ast.ClassDef) -> ast.AST:
        was, self._is_inside = self._is_inside, False
        self.generic_visit(node)
        self._is_inside = was
        return node

    def generic_visit(self, node: ast.AST) -> ast.AST:
        if not self._is_inside:
            return super().generic_visit(node)
        ways = set(_ways_of(node))
        for name, value in ast.iter_fields(node):
            if name in ways:
                setattr(node, name, self._block(value, is_branch=True))
            elif name in ("body", "orelse", "finalbody") and isinstance(value, list):
                setattr(node, name, self._block(value, is_branch=False) if value else [])
            elif isinstance(value, list):
                value[:] = [self.visit(v) if isinstance(v, ast.AST) else v for v in value]
            elif isinstance(value, ast.AST):
                setattr(node, name, self.visit(value))
        return node

    def _block(self, statements: list[ast.stmt], *, is_branch: bool) -> list[ast.stmt]:
        made: list[ast.stmt] = [self._mark(is_branch=is_branch)]
        current = len(self.statements) - 1
        if is_branch and any(isinstance(statement, ast.Raise) for statement in statements):
            self.raising.add(current)
        for statement in statements:
            if isinstance(made[-1], _COMPOUND):
                made.append(self._mark(is_branch=False))
                current = len(self.statements) - 1
            self.statements[current] += 1
            made.append(self.visit(statement))
        return made

    def _mark(self, *, is_branch: bool) -> ast.Expr:
        number = len(self.statements)
        self.statements[number] = 0
        if is_branch:
            self.branches.add(number)
        add = ast.Attribute(ast.Name(MARKS, ast.Load()), "add", ast.Load())
        return ast.Expr(ast.Call(add, [ast.Constant(number)], []))


_COMPOUND = (ast.If, ast.For, ast.While, ast.Try, ast.With, ast.Match)


def _ways_of(node: ast.AST) -> Iterator[str]:
    """Name the fields of a node that hold a block of its own, also where it is not written."""
    match node:
        case ast.If():
            yield from ("body", "orelse")
        case ast.While(test=test):
            yield "body"
            if not isinstance(test, ast.Constant):
                yield "orelse"
        case ast.For():
            yield from ("body", "orelse")
        case ast.ExceptHandler() | ast.match_case():
            yield "body"
