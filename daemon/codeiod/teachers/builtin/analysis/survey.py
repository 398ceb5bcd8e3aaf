"""What a file holds: its definitions by name, what each leans on, and the script around them.

Imports the standard library, ``scopes``, ``sourcetext`` and the prompts' parsing of source.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass, field

from codeiod.teachers.builtin.analysis.purity import imported
from codeiod.teachers.builtin.analysis.scopes import FUNCTIONS, Function, names_stored
from codeiod.teachers.builtin.analysis.sourcetext import SourceText
from codeiod.teachers.builtin.analysis.wellknown import words

MUTATORS = words(
    """append add insert extend update pop popleft appendleft remove discard clear sort reverse
    setdefault popitem extendleft rotate fill"""
)


@dataclass(slots=True)
class Survey:
    """A parsed file, read once."""

    text: SourceText
    module: ast.Module
    bound: dict[str, list[ast.stmt]] = field(default_factory=dict)
    """By name the top-level statements that give it a meaning."""
    modules: dict[str, str] = field(default_factory=dict)
    """By name what an import makes it stand for, dotted."""
    fillers: dict[str, list[ast.stmt]] = field(default_factory=dict)
    """By name the top-level statements that fill a table after its first assignment."""
    _callers: dict[str, set[Function]] | None = None

    @staticmethod
    def of(module: ast.Module, text: SourceText) -> Survey:
        found = Survey(text, module)
        for statement in module.body:
            if not is_main_guard(statement):
                for name in sorted(names_stored([statement])):
                    found.bound.setdefault(name, []).append(statement)
                for name in _filled(statement):
                    found.fillers.setdefault(name, []).append(statement)
        for node in ast.walk(module):
            if isinstance(node, ast.Import | ast.ImportFrom):
                found.modules.update(imported(node))
        return found

    def meaning(self, name: str) -> ast.stmt | None:
        """Return the statement that gives a name the meaning that functions see."""
        found = self.bound.get(name, [])
        definitions = [s for s in found if isinstance(s, (*FUNCTIONS, ast.ClassDef))]
        return definitions[-1] if definitions else found[0] if found else None

    def functions(self) -> Iterator[tuple[Function, ast.ClassDef | None]]:
        """Give the functions of the module and the methods of its classes."""
        for statement in self.module.body:
            if isinstance(statement, FUNCTIONS):
                yield statement, None
            elif isinstance(statement, ast.ClassDef):
                for inner in statement.body:
                    if isinstance(inner, FUNCTIONS):
                        yield inner, statement

    def callers_of(self, name: str) -> set[Function]:
        """Return the functions that call one of this name, or a method of it."""
        if self._callers is None:
            self._callers = {}
            for function, _ in self.functions():
                for node in ast.walk(function):
                    match node:
                        case ast.Call(func=ast.Name(id=called) | ast.Attribute(attr=called)):
                            self._callers.setdefault(called, set()).add(function)
        return self._callers.get(name, set())

    def classes(self) -> dict[str, ast.ClassDef]:
        return {s.name: s for s in self.module.body if isinstance(s, ast.ClassDef)}


def is_main_guard(statement: ast.stmt) -> bool:
    """Whether a statement is the ``if __name__ == "__main__"`` of a script."""
    return isinstance(statement, ast.If) and any(
        isinstance(n, ast.Name) and n.id == "__name__" for n in ast.walk(statement.test)
    )


def mutated_names(node: ast.AST) -> Iterator[str]:
    """Give the names whose objects a node changes in place, without going into it."""
    match node:
        case ast.Call(func=ast.Attribute(value=held, attr=method)) if method in MUTATORS:
            yield from _root(held)
        case ast.Subscript(value=held, ctx=ast.Store() | ast.Del()):
            yield from _root(held)
        case ast.AugAssign(target=ast.Name(id=name)):
            yield name
        case ast.Call(func=ast.Attribute(value=ast.Name(id="heapq" | "random" | "bisect")),
                      args=[first, *_]):  # fmt: skip
            yield from _root(first)
        case ast.Call(func=ast.Name(id="heappush" | "heappop" | "heapify" | "insort"),
                      args=[first, *_]):  # fmt: skip
            yield from _root(first)


def _root(node: ast.expr) -> Iterator[str]:
    while isinstance(node, ast.Subscript):
        node = node.value
    if isinstance(node, ast.Name):
        yield node.id


def _filled(statement: ast.stmt) -> set[str]:
    """Return the names whose objects a top-level statement changes."""
    if isinstance(statement, (*FUNCTIONS, ast.ClassDef)):
        return set()
    return {name for node in ast.walk(statement) for name in mutated_names(node)}
