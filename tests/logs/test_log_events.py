"""Every event that may be logged is told in docs/logs.md, with its level, and no other."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from codeiod.logs.levels import LEVELS

REPOSITORY = Path(__file__).resolve().parents[2]
SOURCES = REPOSITORY / "daemon" / "codeiod"
ROW = re.compile(r"^\| `([\w.*]+)` \| (\w+) \| .+ \|$", re.MULTILINE)
BY_OTHER_MEANS = {("library.message", "warning"), ("log.left_out", "info"), ("state.*", "info")}
"""Events whose level or name is known only when they are logged; with the lowest level."""
ALIASES = {"exception": "error", "critical": "error"}


def logged() -> set[tuple[str, str]]:
    """Return name and level of the events in the source; a name that is put together ends in *."""
    return {
        event
        for path in SOURCES.rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text()))
        for event in events_of(node)
    }


def events_of(node: ast.AST) -> Iterator[tuple[str, str]]:
    match node:
        case ast.Call(func=ast.Attribute(ast.Name("log"), method), args=[name, *_]):
            level = ALIASES.get(method, method)
            if level in LEVELS:
                yield from ((text, level) for text in names_of(name))


def names_of(name: ast.expr) -> Iterator[str]:
    """Return what the first argument of a call may be."""
    match name:
        case ast.Constant(str(text)):
            yield text
        case ast.JoinedStr([ast.Constant(str(text)), *_]):
            yield f"{text}*"
        case ast.IfExp(body=one, orelse=other):
            yield from names_of(one)
            yield from names_of(other)


def test_the_documented_events_are_those_that_are_logged() -> None:
    """An operator finds each line of a log explained, and no explanation of what never comes."""
    told = set(ROW.findall((REPOSITORY / "docs" / "logs.md").read_text()))
    assert told == logged() | BY_OTHER_MEANS


def test_events_are_named_by_noun_and_verb() -> None:
    """So that they can be searched for, and told apart from fields."""
    assert all(re.fullmatch(r"[a-z]+\.([a-z_]+|\*)", event) for event, _ in logged())
