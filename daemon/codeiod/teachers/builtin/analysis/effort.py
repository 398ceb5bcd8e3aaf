"""How much logic a piece of code holds, as a figure to choose by.

Imports the standard library only.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable

from codeiod.teachers.builtin.analysis.purity import walk
from codeiod.teachers.builtin.analysis.scopes import NOTHING, Nodes

LOOPS = (ast.For, ast.While, ast.comprehension)
BRANCHES = (ast.If, ast.IfExp, ast.BoolOp, ast.Try, ast.Match)
SMALLEST_STATEMENTS = 3
PLAIN = (ast.FunctionDef, ast.ClassDef, ast.Pass, ast.Import, ast.ImportFrom)


def logic_in(nodes: Iterable[ast.AST], dropped: Nodes = NOTHING) -> float:
    """Weigh code: statements count once, branches twice, loops three times."""
    weight = 0.0
    for node in walk(nodes, dropped):
        if isinstance(node, LOOPS):
            weight += 3
        elif isinstance(node, BRANCHES):
            weight += 2
        elif isinstance(node, ast.stmt) and not isinstance(node, PLAIN):
            weight += 1
    return weight


def is_trivial(nodes: Iterable[ast.AST], dropped: Nodes = NOTHING) -> bool:
    """Whether code is too small to ask about: few statements, and no loop nor branch."""
    found = list(walk(nodes, dropped))
    statements = sum(isinstance(n, ast.stmt) and not isinstance(n, PLAIN) for n in found)
    return statements < SMALLEST_STATEMENTS and not any(isinstance(n, LOOPS) for n in found)
