"""The ways that a program's code can take, and which of them traced runs took.

Imports the standard library and the sandbox's values alone: a second count, which shares nothing
with the product's own marks. The code is written anew first, so that each statement has its line;
conditional expressions stay in theirs, where lines can't tell their two values apart: not counted.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from codeiod_sandbox.traces import Trace


@dataclass(frozen=True, slots=True)
class Way:
    """One way out of a branching line.

    :param into: the line that it leads to; 0 for the way past the block, which is any other line.
    :param past: the first line of the block, which the way past it does not lead to.
    """

    line: int
    into: int
    past: int = 0


def spread(source: str) -> str:
    """Write code anew with a line for each statement; what it does stays the same."""
    return ast.unparse(ast.parse(source))


def ways_of(source: str) -> list[Way]:
    """List the ways out of every branching statement in the functions of a spread program."""
    inside = [
        node
        for function in ast.walk(ast.parse(source))
        if isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef)
        for statement in function.body
        for node in ast.walk(statement)
    ]
    return list(dict.fromkeys(way for node in inside for way in _ways(node)))


def share_taken(ways: Sequence[Way], traces: Iterable[Trace]) -> float:
    """Return which share of the ways the runs took; 1 where there are none."""
    arcs: set[tuple[int, int]] = set()
    lines: set[int] = set()
    for trace in traces:
        arcs |= trace.arcs
        lines |= {line for line, count in trace.line_counts.items() if count}
    taken = sum(_is_taken(way, arcs, lines) for way in ways)
    return taken / len(ways) if ways else 1.0


def _ways(node: ast.AST) -> Iterator[Way]:
    match node:
        case ast.If(body=body) | ast.For(body=body) | ast.While(body=body):
            first = body[0].lineno
            yield Way(node.lineno, first)
            if not (isinstance(node, ast.While) and isinstance(node.test, ast.Constant)):
                yield Way(node.lineno, 0, past=first)
        case ast.Try(handlers=handlers):
            for handler in handlers:
                yield Way(handler.lineno, handler.body[0].lineno)
        case ast.Match(cases=cases):
            for case in cases:
                yield Way(node.lineno, case.body[0].lineno)


def _is_taken(way: Way, arcs: set[tuple[int, int]], lines: set[int]) -> bool:
    if way.into:
        return way.into in lines
    return any(before == way.line and after != way.past for before, after in arcs)
