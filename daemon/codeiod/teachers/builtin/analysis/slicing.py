"""What a function needs of its file to run: the closure of its definitions.

Imports the standard library and its neighbours. A class is carried without the methods that
nothing here names.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable
from dataclasses import dataclass, field

from codeiod.teachers.builtin.analysis.drops import Drops
from codeiod.teachers.builtin.analysis.scopes import FUNCTIONS, Function, free_names
from codeiod.teachers.builtin.analysis.survey import Survey
from codeiod.teachers.builtin.analysis.wellknown import BUILTINS, KNOWN_NAMES

IMPORTS = (ast.Import, ast.ImportFrom)
MOST_STATEMENTS = 250
SHOWING = frozenset({"__str__", "__repr__", "__format__"})


class Unfit(ValueError):
    """A function can't become a candidate; the message says why, for the operator."""


@dataclass(frozen=True, slots=True)
class Facts:
    """The names that a piece of code takes from outside, and the attributes that it names."""

    names: frozenset[str]
    attributes: frozenset[str]
    called: frozenset[str]


@dataclass(slots=True)
class Closure:
    """What is kept of a file for one function."""

    statements: dict[ast.stmt, None] = field(default_factory=dict)
    """The top-level statements, as an ordered set."""
    methods: set[Function] = field(default_factory=set)
    """The methods that are kept of their classes."""
    names: set[str] = field(default_factory=set)
    attributes: set[str] = field(default_factory=set)
    defined: set[str] = field(default_factory=set)
    """Names of the functions and classes that are kept."""
    named: dict[str, list[Function]] = field(default_factory=dict)
    """By name the methods of the classes that are kept."""
    bare: set[str] = field(default_factory=set)
    """Names of classes that no object is made of."""
    called: set[str] = field(default_factory=set)
    """Names that are called; ``cls`` stands for the class that it is in."""
    missing: set[str] = field(default_factory=set)
    """Names that neither the file nor the interpreter nor a usual import gives a meaning."""

    def functions(self) -> list[Function]:
        """List the functions and methods that are kept."""
        plain = [s for s in self.statements if isinstance(s, FUNCTIONS)]
        return [*plain, *sorted(self.methods, key=lambda m: m.lineno)]

    def pieces(self, drops: Drops) -> list[ast.AST]:
        """List what is kept, in parts that hold nothing that is not kept."""
        parts = list[ast.AST]()
        for statement in self.statements:
            if isinstance(statement, ast.ClassDef):
                methods = methods_of(statement)
                parts += [*statement.bases, *statement.decorator_list]
                parts += [n for n in statement.body if n not in methods or n in self.methods]
            elif not isinstance(statement, IMPORTS):
                parts.append(statement)
        return [part for part in parts if part not in drops.nodes]


class Slicer:
    """Finds closures in one file, for one choice of what is dropped."""

    def __init__(self, survey: Survey, drops: Drops) -> None:
        self.survey = survey
        self.drops = drops
        self.dropped = drops.dropped
        self._facts = dict[ast.AST, Facts]()

    def closure(
        self, function: Function, owner: ast.ClassDef | None, also: ast.ClassDef | None = None
    ) -> Closure:
        """Find all that a function of the module, or a method of a class, leans on.

        :raises Unfit: it is too much.
        """
        closure = self._closed(function, owner, also, made=not _is_static(function))
        if owner and closure.bare and closure.called & {owner.name, "cls"}:
            return self._closed(function, owner, also, made=True)
        return closure

    def _closed(
        self,
        function: Function,
        owner: ast.ClassDef | None,
        also: ast.ClassDef | None,
        *,
        made: bool,
    ) -> Closure:
        """Follow what is leant on; ``made``: objects of the owner are made."""
        closure, waiting = Closure(), list[ast.stmt]()
        if owner and not made:
            closure.bare.add(owner.name)
        if also is not None:
            self._keep(closure, also, waiting)
        if owner is None:
            self._keep(closure, function, waiting)
        else:
            self._keep(closure, owner, waiting)
            self._keep_method(closure, function, waiting)
        while waiting:
            self._follow(closure, waiting.pop(), waiting)
        closure.statements = dict.fromkeys(sorted(closure.statements, key=_place))
        return closure

    def facts(self, node: ast.AST) -> Facts:
        """Read what a node leans on; of a class, what it does without its methods."""
        if node not in self._facts:
            methods = methods_of(node) if isinstance(node, ast.ClassDef) else []
            dropped = self.dropped.union(methods)
            attributes = frozenset(_attributes([node], dropped))
            names = frozenset(free_names([node], dropped))
            self._facts[node] = Facts(names, attributes, frozenset(_called([node])))
        return self._facts[node]

    def _keep(self, closure: Closure, statement: ast.stmt, waiting: list[ast.stmt]) -> None:
        if statement not in closure.statements:
            closure.statements[statement] = None
            waiting.append(statement)
            if len(closure.statements) > MOST_STATEMENTS:
                raise Unfit("leans on too much of its file")
            if isinstance(statement, (*FUNCTIONS, ast.ClassDef)):
                closure.defined.add(statement.name)
            if isinstance(statement, ast.ClassDef):
                for method in methods_of(statement):
                    closure.named.setdefault(method.name, []).append(method)
                    special = _special(method) and statement.name not in closure.bare
                    if special or method.name in closure.attributes:
                        self._keep_method(closure, method, waiting)

    def _keep_method(self, closure: Closure, method: Function, waiting: list[ast.stmt]) -> None:
        if len(closure.methods) > MOST_STATEMENTS:
            raise Unfit("leans on too much of its file")
        if method not in closure.methods:
            closure.methods.add(method)
            waiting.append(method)

    def _follow(self, closure: Closure, node: ast.stmt, waiting: list[ast.stmt]) -> None:
        facts = self.facts(node)
        for name in sorted(facts.names - closure.names):
            self._need(closure, name, waiting)
        closure.names |= facts.names
        closure.called |= facts.called
        fresh = facts.attributes - closure.attributes
        closure.attributes |= fresh
        for name in sorted(fresh & closure.named.keys()):
            for method in closure.named[name]:
                self._keep_method(closure, method, waiting)

    def _need(self, closure: Closure, name: str, waiting: list[ast.stmt]) -> None:
        meaning = self.survey.meaning(name)
        if meaning is None:
            if name not in BUILTINS and name not in KNOWN_NAMES:
                closure.missing.add(name)
            return
        if name in closure.defined:
            return  # another definition of the same name is the target itself
        self._keep(closure, meaning, waiting)
        if not isinstance(meaning, (*FUNCTIONS, ast.ClassDef, *IMPORTS)):
            for filler in self.survey.fillers.get(name, ()):
                self._keep(closure, filler, waiting)


def methods_of(statement: ast.AST) -> list[Function]:
    if not isinstance(statement, ast.ClassDef):
        return []
    return [s for s in statement.body if isinstance(s, FUNCTIONS)]


def _attributes(nodes: Iterable[ast.AST], dropped: frozenset[ast.AST]) -> set[str]:
    found, stack = set[str](), list(nodes)
    while stack:
        node = stack.pop()
        if node in dropped:
            continue
        if isinstance(node, ast.Attribute):
            found.add(node.attr)
        elif isinstance(node, ast.FormattedValue) or _shows(node):
            found |= SHOWING
        stack.extend(ast.iter_child_nodes(node))
    return found


def _called(nodes: Iterable[ast.AST]) -> set[str]:
    calls = [n for node in nodes for n in ast.walk(node) if isinstance(n, ast.Call)]
    return {call.func.id for call in calls if isinstance(call.func, ast.Name)}


def _is_static(function: Function) -> bool:
    names = {d.id for d in function.decorator_list if isinstance(d, ast.Name)}
    return not names.isdisjoint(("staticmethod", "classmethod"))


def _shows(node: ast.AST) -> bool:
    return isinstance(node, ast.Name) and node.id in ("str", "repr", "format", "print")


def _special(method: Function) -> bool:
    """Whether a method is called without being named, but not to be shown."""
    name = method.name
    return name.startswith("__") and name.endswith("__") and name not in SHOWING


def _place(statement: ast.stmt) -> tuple[int, int]:
    return statement.lineno, statement.col_offset
