"""What of a file can be left out without changing what its functions compute.

Imports the standard library and its neighbours. Prints, logs and plots, decorators that only time
or log, and annotations that name what the file does not have.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from codeiod.teachers.builtin.analysis.purity import module_hindrance
from codeiod.teachers.builtin.analysis.scopes import (
    FUNCTIONS,
    NOTHING,
    Nodes,
    free_names,
    parameters_of,
)
from codeiod.teachers.builtin.analysis.sourcetext import Edit
from codeiod.teachers.builtin.analysis.survey import Survey
from codeiod.teachers.builtin.analysis.wellknown import BUILTINS, HARMLESS_CALLS, KNOWN_NAMES, words

LOGGERS = frozenset({"logger", "log", "logging", "LOG", "LOGGER", "_logger", "_log"})
SHOWING_MODULES = frozenset({"matplotlib", "pylab", "seaborn", "logging", "doctest", "warnings"})
SHOWING_CALLS = frozenset({"sleep", "tic", "toc", "stdout", "stderr"})
KEPT_DECORATORS = words(
    """staticmethod classmethod property lru_cache cache dataclass total_ordering setter getter
    contextmanager wraps cached_property unique singledispatch abstractmethod overload"""
)


@dataclass(slots=True)
class Drops:
    """The nodes that count as not there, and the edits that take them out of the text."""

    nodes: set[ast.AST] = field(default_factory=set)
    edits: list[Edit] = field(default_factory=list)

    @property
    def dropped(self) -> Nodes:
        return frozenset(self.nodes) or NOTHING


def drops_of(survey: Survey, *, prints: bool) -> Drops:
    """Find what to leave out of a file; ``prints``: the prints are left out too."""
    drops = Drops()
    for node in ast.walk(survey.module):
        if isinstance(node, (*FUNCTIONS, ast.ClassDef)):
            _drop_decorators(survey, node, drops)
        if isinstance(node, FUNCTIONS):
            _drop_annotations(survey, node, drops)
    shown = _Shown(survey, prints)
    for node in ast.walk(survey.module):
        for block in blocks_of(node):
            _drop_from_block(survey, shown, block, drops)
    return drops


def blocks_of(node: ast.AST) -> Iterator[list[ast.stmt]]:
    """Give the lists of statements that a node holds."""
    for name in ("body", "orelse", "finalbody"):
        block = getattr(node, name, None)
        if isinstance(block, list) and block and isinstance(block[0], ast.stmt):
            yield block


def call_name(call: ast.Call) -> str:
    """Return the last part of what is called, ``""`` where it has no name."""
    match call.func:
        case ast.Name(id=name) | ast.Attribute(attr=name):
            return name
    return ""


@dataclass(frozen=True, slots=True)
class _Shown:
    """Tell which statements only show something."""

    survey: Survey
    prints: bool

    def only_shows(self, statement: ast.stmt) -> bool:
        """Whether all that a statement does is to show something."""
        match statement:
            case ast.Expr(value=ast.Call() as call):
                return self._shows(call)
            case ast.For(iter=header, body=body, orelse=rest):
                return harmless(header) and self._all(body, rest)
            case ast.If(test=header, body=body, orelse=rest):
                return harmless(header) and self._all(body, rest)
        return False

    def _all(self, body: Sequence[ast.stmt], rest: Sequence[ast.stmt]) -> bool:
        return all(isinstance(s, ast.Pass) or self.only_shows(s) for s in [*body, *rest])

    def _shows(self, call: ast.Call) -> bool:
        if isinstance(call.func, ast.Name):
            if call.func.id in ("print", "pprint", "pp"):
                return self.prints and call.func.id not in self.survey.bound
            return self._module(call.func.id) == "time" and call.func.id == "sleep"
        names = list(_chain(call.func))
        root = self._module(names[0]) if names else ""
        if root in SHOWING_MODULES or (names and names[0] in LOGGERS):
            return True
        quiet = root in ("time", "sys", "os") and not SHOWING_CALLS.isdisjoint(names)
        return (self.prints and quiet) or (root == "pprint" and self.prints)

    def _module(self, name: str) -> str:
        return self.survey.modules.get(name, "").partition(".")[0]


def harmless(expression: ast.AST) -> bool:
    """Whether an expression can be left out: what it calls changes nothing."""
    nodes = list(ast.walk(expression))
    acting = (ast.NamedExpr, ast.Await, ast.Yield, ast.YieldFrom)
    calls = [node for node in nodes if isinstance(node, ast.Call)]
    return not any(isinstance(node, acting) for node in nodes) and all(
        call_name(call) in HARMLESS_CALLS for call in calls
    )


def _chain(node: ast.AST) -> Iterator[str]:
    """Give the names of a dotted expression from its root on; nothing where it has no root."""
    names = list[str]()
    while isinstance(node, ast.Attribute):
        names.append(node.attr)
        node = node.value
    if isinstance(node, ast.Name):
        yield from [node.id, *names[::-1]]


def _drop_from_block(
    survey: Survey, shown: _Shown, block: Sequence[ast.stmt], drops: Drops
) -> None:
    found = [s for s in block if shown.only_shows(s)]
    passes = sum(isinstance(s, ast.Pass) for s in block)
    emptied = len(found) + passes == len(block)
    for i, statement in enumerate(found):
        drops.nodes.add(statement)
        kept = _effects(survey, statement)
        drops.edits.append(_removal(survey, statement, kept or "pass" * (emptied and not i)))


def _effects(survey: Survey, statement: ast.stmt) -> str:
    """Return what has to stay of a print: the arguments that may change something."""
    match statement:
        case ast.Expr(value=ast.Call(args=arguments)):
            parts = [survey.text.of(a) for a in arguments if not harmless(a)]
            return "; ".join(parts) if not any("\n" in p for p in parts) else ""
    return ""


def _removal(survey: Survey, statement: ast.stmt, instead: str) -> Edit:
    text = survey.text
    start, end = text.start(statement), text.end(statement)
    if not text.alone(statement):
        return Edit(start, end, instead or "pass")
    if instead:
        return Edit(start, text.line_end(end), instead)
    return Edit(text.line_start(start), text.line_end(end) + 1, "")


def _drop_decorators(
    survey: Survey, node: ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef, drops: Drops
) -> None:
    for decorator in node.decorator_list:
        inner = decorator.func if isinstance(decorator, ast.Call) else decorator
        if (list(_chain(inner)) or [""])[-1] not in KEPT_DECORATORS:
            drops.nodes.add(decorator)
            at = survey.text.line_start(survey.text.offset(decorator.lineno, decorator.col_offset))
            end = survey.text.line_end(survey.text.end(decorator)) + 1
            drops.edits.append(Edit(at, end, ""))


def _drop_annotations(
    survey: Survey, function: ast.FunctionDef | ast.AsyncFunctionDef, drops: Drops
) -> None:
    text = survey.text
    for argument in parameters_of(function.args):
        note = argument.annotation
        if note and not _known(survey, note):
            drops.nodes.add(note)
            start = text.offset(argument.lineno, argument.col_offset)
            drops.edits.append(Edit(start + len(argument.arg.encode()), text.end(note), ""))
    if function.returns and not _known(survey, function.returns):
        drops.nodes.add(function.returns)
        end = text.end(function.returns)
        arrow = text.before("->", text.start(function.returns))
        drops.edits.append(Edit(arrow, end, ""))


def _known(survey: Survey, annotation: ast.expr) -> bool:
    """Whether all names of an annotation have a meaning, in the file or by a usual import."""
    names = free_names([annotation])
    fit = all(not module_hindrance(survey.modules[n]) for n in names if n in survey.modules)
    return fit and names <= survey.bound.keys() | BUILTINS | KNOWN_NAMES.keys()
