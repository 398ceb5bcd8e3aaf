"""Find where the statements of a program begin. Reads the text and runs nothing of it.

Imports the standard library alone. A tracer hears of lines; interpreters of different versions
differ in how often they come back to a line of a statement that has several.
"""

import ast
import warnings
from collections.abc import Iterator
from functools import lru_cache

_PROGRAMS = 64


@lru_cache(maxsize=_PROGRAMS)
def statement_lines(source: str) -> tuple[int, ...]:
    """Return, for each line from 0 on, the first line of the statement that it is part of.

    A compound statement is its head alone; a line that is part of none, or of a text that does not
    parse, stands for itself.
    """
    lines = [0] * (source.count("\n") + source.count("\r") + source.count("\f") + 2)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            tree = ast.parse(source)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return ()
    pending: list[ast.AST] = [tree]
    while pending:
        node = pending.pop()
        inner = list(_inner(node))
        first = _first_line(node)
        if first:
            _claim(lines, first, _last_line(node, inner))
        pending.extend(reversed(inner))
    return tuple(line or index for index, line in enumerate(lines))


def _claim(lines: list[int], first: int, last: int) -> None:
    begins = lines[first] or first
    for line in range(first, last + 1):
        lines[line] = lines[line] or begins


def _inner(node: ast.AST) -> Iterator[ast.AST]:
    """Yield the statements of a node, its handlers and its cases."""
    for block in ("body", "handlers", "cases", "orelse", "finalbody"):
        part = getattr(node, block, [])
        if isinstance(part, list):  # that of a lambda is none
            yield from part


def _first_line(node: ast.AST) -> int:
    if isinstance(node, ast.match_case):
        node = node.pattern
    decorators = getattr(node, "decorator_list", [])
    return min((part.lineno for part in decorators), default=getattr(node, "lineno", 0))


def _last_line(node: ast.AST, inner: list[ast.AST]) -> int:
    """Return the last line of a statement, or of the head of one that has a body."""
    first = _first_line(node)
    if inner:
        return max(first, _first_line(inner[0]) - 1)
    return getattr(node, "end_lineno", None) or first
