"""The rules of a small program in plain words: all of them, or none.

Imports the standard library, the analysis' scopes and its neighbours. Bounded: a program that would
need too many words, or uses what has none, has no rules here; half of them would read as all.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Sequence

from codeiod.teachers.builtin.analysis.printing import has_result, is_generator
from codeiod.teachers.builtin.analysis.scopes import Function, free_in_body
from codeiod.teachers.builtin.analysis.survey import mutated_names
from codeiod.teachers.builtin.composing.effects import COLLECTOR
from codeiod.teachers.builtin.composing.formulas import formula
from codeiod.teachers.builtin.composing.logic import Logic
from codeiod.teachers.builtin.composing.objects import made_in_words
from codeiod.teachers.builtin.composing.phrases import say
from codeiod.teachers.builtin.composing.settling import held_by, settled
from codeiod.teachers.builtin.composing.steps import (
    falls_through,
    head,
    line,
    steps,
)
from codeiod.teachers.builtin.composing.wordless import Wordless

DECLARING = (ast.FunctionDef, ast.ClassDef, ast.Import, ast.ImportFrom, ast.Assign, ast.AnnAssign)
LONGEST_CONSTANT_CHARS = 240
START = "- At the start:"
SAME = re.compile(r"- Set `(\w+)` to `\1`\.$")


def rules_of(logic: Logic, most_words: int) -> list[str]:
    """Return the rules as lines, nested ones indented; nothing where they would be too long."""
    rules = _Rules(logic)
    try:
        told = list(rules.lines())
    except (Wordless, RecursionError):
        return []
    if not rules.confuses_parts():
        told = [line.replace("self.", "") for line in told]
    told = [line for line in told if not SAME.search(line)]
    following = zip(told, [*told[1:], ""], strict=True)
    told = [line for line, after in following if _has_body(line, after)]
    return told if sum(len(line.split()) for line in told) <= most_words else []


def _has_body(told: str, after: str) -> bool:
    """Whether a line that opens an indented block is followed by one."""
    return told != START or after.startswith(" ")


class _Rules:
    """The rules of one program, told function by function."""

    def __init__(self, logic: Logic) -> None:
        self._logic = logic
        self._functions = logic.functions
        self._own = logic.own_names
        self._needs: Sequence[Function] = ()

    def lines(self) -> Iterator[str]:
        """Give constants first, then the function asked about, then what it leans on."""
        first: list[Function] = [self._logic.function]
        if self._logic.does_operations:
            named = _named(self._logic.target)
            first = [f for f in self._functions.values() if f.name in named]
        init = self._init() if self._logic.does_operations or self._state(first) else []
        needed = self._needed([*first, *init])
        if not init and self._state(needed):
            init = self._init()
            needed = self._needed([*first, *init])
        self._needs = needed
        if any(_holds_class(made) for made in self._logic.classes.values()):
            raise Wordless
        body = [*self._bodies(first, init, needed)]
        yield from self._constants(needed)
        for name, given in self._logic.passed().items():
            when = " at the start" if self._logic.does_operations else ""
            yield line(0, f"`{name}` is `{given}`{when}.")
        yield from body

    def confuses_parts(self) -> bool:
        """Whether a part of the object has the name of a variable beside it."""
        parts = set[str]().union(*(_own_attributes(f) for f in self._needs))
        own = [f for f in self._needs if f.name != "__init__"]
        held = {n.id for f in own for n in ast.walk(f) if isinstance(n, ast.Name)}
        return bool(parts & (held | {a.arg for f in own for a in f.args.args}))

    def _init(self) -> list[Function]:
        owner = self._logic.owner
        methods = [m for m in owner.body if isinstance(m, ast.FunctionDef)] if owner else []
        return [m for m in methods if m.name == "__init__"]

    def _bodies(
        self, first: Sequence[Function], init: Sequence[Function], needed: Sequence[Function]
    ) -> Iterator[str]:
        for function in init:
            yield START
            yield from self._steps(function, 1)
        for function in first:
            if self._logic.does_operations:
                yield line(0, f"`{head(function)}`:")
                yield from self._steps(function, 1)
            else:
                yield from self._steps(function, 0)
                if _calls_itself(function):
                    yield line(0, f"Here `{head(function)}` is the same for other values.")
        for function in needed:
            if function not in (*first, *init):
                yield line(0, f"Here `{head(function)}` is worked out like this:")
                yield from self._steps(function, 1)
        yield from self._made(needed)

    def _steps(self, function: Function, depth: int) -> Iterator[str]:
        held = held_by(function)
        body = settled(function, self._own, held)
        yield from steps(body, held, depth)
        if has_result(function) and not is_generator(function) and falls_through(function.body):
            yield line(depth, "If no result was reached, it is null.")

    def _needed(self, first: Sequence[Function]) -> list[Function]:
        """List the functions that are told: the first, and all that they name."""
        found = list(first)
        for function in found:
            named = _named(function) | _attributes(function)
            found += [f for n, f in self._functions.items() if n in named and f not in found]
        return found

    def _state(self, needed: Sequence[Function]) -> bool:
        """Whether the functions read attributes of their own object."""
        return any(name not in self._functions for f in needed for name in _own_attributes(f))

    def _constants(self, needed: Sequence[Function]) -> Iterator[str]:
        """Tell the values that the module and its classes give to names."""
        free = set[str]().union(*(free_in_body(f) for f in needed))
        names = free | set[str]().union(*(_attributes(f) for f in needed))
        changed = {n for s in self._logic.module.body for n in _changed(s)}
        if any(_named(s) & free for s in self._logic.module.body if not isinstance(s, DECLARING)):
            raise Wordless
        constants = self._logic.constants
        for _ in constants:
            names |= {n for c in names & constants.keys() for n in _named(constants[c])}
        for name, value in constants.items():
            if name in names and name != COLLECTOR:
                told = constant_in_words(value)
                if len(told) > LONGEST_CONSTANT_CHARS:
                    raise Wordless
                yield line(0, f"`{name}` is {told}{' at the start' if name in changed else ''}.")

    def _made(self, needed: Sequence[Function]) -> Iterator[str]:
        """Tell what the parts of the objects are that are made on the way."""
        calls = [n.func for f in needed for n in ast.walk(f) if isinstance(n, ast.Call)]
        names = {f.id for f in calls if isinstance(f, ast.Name)}
        for name, made in self._logic.classes.items():
            if name in names and made is not self._logic.owner:
                yield line(0, made_in_words(made))


def _holds_class(made: ast.ClassDef) -> bool:
    """Whether a class has a class inside, whose methods are not told."""
    return any(isinstance(statement, ast.ClassDef) for statement in made.body)


def constant_in_words(value: ast.expr) -> str:
    """Tell a constant: a table as it is written, else in words."""
    is_filled = isinstance(value, ast.Dict | ast.List | ast.Tuple | ast.Set) and any(
        True for _ in ast.iter_child_nodes(value)
    )
    return formula(value) if is_filled and ast.unparse(value) not in ("[]", "{}") else say(value)


def _named(node: ast.AST) -> set[str]:
    names = {n.id for n in ast.walk(node) if isinstance(n, ast.Name)}
    calls = [n.func for n in ast.walk(node) if isinstance(n, ast.Call)]
    return names | {f.attr for f in calls if isinstance(f, ast.Attribute)}


def _attributes(node: ast.AST) -> set[str]:
    """Return the attributes of names: ``self.limit``, ``Limits.most``."""
    attributes = [n for n in ast.walk(node) if isinstance(n, ast.Attribute)]
    return {n.attr for n in attributes if isinstance(n.value, ast.Name)}


def _own_attributes(node: ast.AST) -> set[str]:
    attributes = [n for n in ast.walk(node) if isinstance(n, ast.Attribute)]
    return {n.attr for n in attributes if isinstance(n.value, ast.Name) and n.value.id == "self"}


def _calls_itself(function: Function) -> bool:
    return function.name in _named(function)


def _changed(statement: ast.stmt) -> Iterator[str]:
    """Give the names of the module that its functions change."""
    if isinstance(statement, ast.FunctionDef | ast.ClassDef):
        for node in ast.walk(statement):
            yield from mutated_names(node)
            if isinstance(node, ast.Global):
                yield from node.names
