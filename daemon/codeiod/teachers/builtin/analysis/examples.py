"""Calls of a function that its file shows: in doctests, asserts, scripts, and "Input: n = 3".

Imports the standard library only. Only literal values are taken; nothing is evaluated.
"""

from __future__ import annotations

import ast
import doctest
import re
import warnings
from collections.abc import Iterator, Mapping, Sequence

MOST = 12
SHOWN = re.compile(
    r"(?:^|\n)\s*(?:Example\s*\d*\s*:?\s*)?Input\s*\d*\s*[:=]+\s*"
    r"(?P<told>[^\n]+(?:\n\s+\w+ = [^\n]+)*)"
)


class Calls:
    """The calls with literal arguments that a file shows, by the name that is called."""

    def __init__(self, module: ast.Module) -> None:
        self._literals = dict[str, list[tuple[int, ast.expr]]]()
        self._calls = dict[str, list[ast.Call]]()
        self._texts = list[str]()
        for node in ast.walk(module):
            self._note(node)
        for text in self._texts:
            for node in _doctested(text):
                self._note(node)

    def of(self, name: str, names: Sequence[str]) -> tuple[Mapping[str, str], ...]:
        """List the calls of a name, each as argument -> source text."""
        found = list[Mapping[str, str]]()
        shown = [told for text in self._texts for told in _told_inputs(text, names)]
        for example in [*(self._bound(c, names) for c in self._calls.get(name, [])), *shown]:
            if example and example not in found and len(found) < MOST:
                found.append(example)
        return tuple(found)

    def _note(self, node: ast.AST) -> None:
        match node:
            case ast.Assign(targets=[ast.Name(id=name)], value=value) if _literal(value):
                self._literals.setdefault(name, []).append((node.lineno, value))
            case ast.Call(func=ast.Name(id=name) | ast.Attribute(attr=name)):
                self._calls.setdefault(name, []).append(node)
            case ast.Constant(value=str(text)) if len(text) > 10 and "\n" in text:
                self._texts.append(text)

    def _bound(self, call: ast.Call, names: Sequence[str]) -> Mapping[str, str]:
        """Bind a call's arguments to names, ``{}`` where one is no literal."""
        if len(call.args) > len(names):
            return {}
        given = dict(zip(names, call.args, strict=False))
        given |= {k.arg: k.value for k in call.keywords if k.arg and k.arg in names}
        values = {name: self._value(node, call.lineno) for name, node in given.items()}
        return values if all(values.values()) else {}

    def _value(self, node: ast.expr, line: int) -> str:
        if isinstance(node, ast.Name):
            before = [value for at, value in self._literals.get(node.id, []) if at <= line]
            return ast.unparse(before[-1]) if before else ""
        return ast.unparse(node) if _literal(node) else ""


def _literal(node: ast.expr) -> bool:
    """Whether an expression is made of constants and displays alone, and is small."""
    allowed = (
        ast.Constant,
        ast.List,
        ast.Tuple,
        ast.Dict,
        ast.Set,
        ast.UnaryOp,
        ast.USub,
        ast.Load,
    )
    nodes = list(ast.walk(node))
    return (
        len(nodes) < 300
        and all(isinstance(n, allowed) for n in nodes)
        and all(
            not isinstance(n, ast.Constant) or isinstance(n.value, str | int | float | bool | None)
            for n in nodes
        )
    )


def _doctested(text: str) -> Iterator[ast.AST]:
    if ">>>" not in text:
        return
    try:
        examples = doctest.DocTestParser().get_examples(text)
    except ValueError:
        return
    for example in examples:
        if (module := _parsed(example.source)) is not None:
            yield from ast.walk(module)


def _told_inputs(text: str, names: Sequence[str]) -> Iterator[Mapping[str, str]]:
    """Give the inputs told as ``Input: nums = [1, 2], target = 3``."""
    for found in SHOWN.finditer(text):
        told = re.split(r"\s*(?:Output|Explanation)\b", found["told"])[0].strip().rstrip(".;")
        example = _named(told) or (
            {names[0]: told} if len(names) == 1 and _literal_text(told) else {}
        )
        if example and set(example) <= set(names):
            yield example


def _named(told: str) -> dict[str, str]:
    joined = re.sub(r"\n\s+", ", ", told)
    module = _parsed(f"f({joined})")
    match module.body[0] if module and module.body else None:
        case ast.Expr(value=ast.Call(args=[], keywords=[_, *_] as given)):
            values = {k.arg: k.value for k in given if k.arg}
            if all(_literal(v) for v in values.values()):
                return {name: ast.unparse(v) for name, v in values.items()}
    return {}


def _literal_text(told: str) -> bool:
    module = _parsed(told)
    match module.body if module else None:
        case [ast.Expr(value=value)]:
            return _literal(value)
    return False


def _parsed(source: str) -> ast.Module | None:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return ast.parse(source)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None
