"""How much of a program its draws run: the branches of its functions. Imports the sandbox's traces.

A branch is one way out of an `if`, `while` or `for` to a line of its own; a handler is one too.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass

from codeiod_sandbox.traces import Trace


@dataclass(frozen=True, slots=True)
class Coverage:
    """What was covered of the branches, and how many different statements ran."""

    covered: int
    branches: int
    statements: int

    @property
    def share(self) -> float:
        return self.covered / self.branches if self.branches else 1.0


def measure(source: str, trace: Trace) -> Coverage:
    """Count the branches of the functions of ``source``, whose lines a trace tells of."""
    last = source.count("\n") + 1
    lines = {line for line in trace.line_counts if line <= last}
    taken = [_is_taken(branch, trace) for branch in _branches(ast.parse(source))]
    return Coverage(sum(taken), len(taken), len(lines))


@dataclass(frozen=True, slots=True)
class _Branch:
    """From a line to the first line of a block, or to anywhere else."""

    line: int
    block: int
    into: bool


def _branches(tree: ast.AST) -> Iterator[_Branch]:
    for function in ast.walk(tree):
        if isinstance(function, ast.FunctionDef):
            for node in ast.walk(function):
                yield from _branches_of(node)


def _branches_of(node: ast.AST) -> Iterator[_Branch]:
    match node:
        case ast.If(lineno=line, body=[first, *_]) if first.lineno != line:
            yield _Branch(line, first.lineno, into=True)
            yield _Branch(line, first.lineno, into=False)
        case ast.For(lineno=line, body=[first, *_]) if first.lineno != line:
            yield _Branch(line, first.lineno, into=True)
        case ast.While(lineno=line, test=test, body=[first, *_]) if first.lineno != line:
            yield _Branch(line, first.lineno, into=True)
            if not isinstance(test, ast.Constant):
                yield _Branch(line, first.lineno, into=False)
        case ast.ExceptHandler(lineno=line, body=[first, *_]) if first.lineno != line:
            yield _Branch(0, first.lineno, into=True)


def _is_taken(branch: _Branch, trace: Trace) -> bool:
    if branch.line == 0:
        return branch.block in trace.line_counts
    if branch.into:
        return (branch.line, branch.block) in trace.arcs
    return any(start == branch.line and end != branch.block for start, end in trace.arcs)
