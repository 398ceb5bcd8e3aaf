"""The code of a program as narration looks at it: which statement a line holds, in which loops.

Imports the standard library only. Nothing of the code runs.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, TypeAlias

Function: TypeAlias = ast.FunctionDef | ast.AsyncFunctionDef
Loop: TypeAlias = ast.For | ast.While | ast.AsyncFor
Placed: TypeAlias = ast.stmt | ast.ExceptHandler

_LOOPS = (ast.For, ast.While, ast.AsyncFor)
_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)
_ARRAYS = re.compile(
    r"^\s*(?:import|from)\s+(?:numpy|pandas|array|torch|sympy|decimal|fractions)\b", re.MULTILINE
)
"""Programs in which what looks like a list or a number may compute in ways of its own."""
_OWN_TRUTH = re.compile(r"\bdef __(?:bool|len|eq|getattr|getattribute)__")
_ASSIGNS = re.compile(r"(?<![=!<>])=(?!=)")
_MAX_QUOTED_CHARS = 72


@dataclass(slots=True)
class Code:
    """A parsed program."""

    lines: list[str]
    statements: dict[int, Placed] = field(default_factory=dict)
    """By its first line, the outermost one that begins there."""
    shared: set[int] = field(default_factory=set)
    """Lines on which several statements begin."""
    loops: dict[int, tuple[Loop, ...]] = field(default_factory=dict)
    """By line the loops that it is in, outermost first; the head of a loop is in it."""
    functions: dict[str, Function] = field(default_factory=dict)
    """By qualified name."""
    constants: dict[str, Any] = field(default_factory=dict)
    """Names of the module that are bound once, to a number or text."""
    has_arrays: bool = False
    has_own_truth: bool = False
    """Classes of the program may say themselves whether their objects are true, or equal."""

    def text(self, node: ast.expr) -> str:
        """Return the source of an expression, on one line."""
        if node.lineno == node.end_lineno:
            line = self.lines[node.lineno - 1]
            if line.isascii():
                return line[node.col_offset : node.end_col_offset]
            return line.encode()[node.col_offset : node.end_col_offset].decode()
        return ast.unparse(node)

    def quoted(self, node: ast.expr, most: int = _MAX_QUOTED_CHARS) -> str:
        """Return the source in backticks, ``""`` where it would not read well in a sentence."""
        text = self.text(node)
        if len(text) > most or "`" in text or "\n" in text or not _is_safe(text):
            return ""
        return f"`{text}`"

    def leads_into(self, body: Iterable[ast.stmt], line: int) -> bool:
        """Tell whether a line lies in a block."""
        block = list(body)
        return bool(block) and block[0].lineno <= line <= (block[-1].end_lineno or 0)


def _is_safe(text: str) -> bool:
    """Tell whether no ``=`` in an expression reads as if it said what a name is."""
    for sign in _ASSIGNS.finditer(text):
        head, _, inside = text[: sign.start()].rpartition("(")
        if ")" in inside or not head[-1:].isalnum():
            return False
    return True


@lru_cache(maxsize=32)
def read_code(source: str) -> Code:
    """Parse a program.

    :raises SyntaxError: it is none.
    """
    module = ast.parse(source)
    has_arrays, has_own_truth = bool(_ARRAYS.search(source)), bool(_OWN_TRUTH.search(source))
    code = Code(source.splitlines(), has_arrays=has_arrays, has_own_truth=has_own_truth)
    _place(code, module.body, (), "")
    code.constants = _constants(module)
    return code


def _place(code: Code, body: Iterable[ast.AST], loops: tuple[Loop, ...], prefix: str) -> None:
    for node in body:
        if isinstance(node, _FUNCTIONS):
            _put(code, node, loops)
            code.functions.setdefault(prefix + node.name, node)
            _place(code, node.body, (), f"{prefix}{node.name}.<locals>.")
        elif isinstance(node, ast.ClassDef):
            _put(code, node, loops)
            _place(code, node.body, (), f"{prefix}{node.name}.")
        elif isinstance(node, _LOOPS):
            _put(code, node, (*loops, node))
            _place(code, node.body, (*loops, node), prefix)
            _place(code, node.orelse, loops, prefix)
        elif isinstance(node, ast.stmt | ast.ExceptHandler):
            _put(code, node, loops)
            _place(code, _blocks(node), loops, prefix)
            for case in getattr(node, "cases", ()):
                code.loops.setdefault(case.pattern.lineno, loops)


def _blocks(node: ast.AST) -> list[ast.AST]:
    """Return what stands in the blocks of a compound statement."""
    inner: list[ast.AST] = []
    for name in ("body", "handlers", "orelse", "finalbody"):
        inner += getattr(node, name, ())
    for case in getattr(node, "cases", ()):
        inner += case.body
    return inner


def _put(code: Code, node: Placed, loops: tuple[Loop, ...]) -> None:
    if node.lineno in code.statements:
        code.shared.add(node.lineno)
        return
    code.statements[node.lineno] = node
    code.loops[node.lineno] = loops


def _constants(module: ast.Module) -> dict[str, Any]:
    bound: dict[str, list[Any]] = {}
    for node in module.body:
        if isinstance(node, ast.Assign | ast.AnnAssign) and isinstance(node.value, ast.Constant):
            for target in node.targets if isinstance(node, ast.Assign) else [node.target]:
                if isinstance(target, ast.Name):
                    bound.setdefault(target.id, []).append(node.value.value)
    if not bound:
        return {}
    stores = _times_bound(module)
    return {name: values[0] for name, values in bound.items() if stores.get(name) == 1}


def _times_bound(module: ast.Module) -> Mapping[str, int]:
    stores: dict[str, int] = {}
    for node in ast.walk(module):
        if isinstance(node, ast.Name) and not isinstance(node.ctx, ast.Load):
            stores[node.id] = stores.get(node.id, 0) + 1
        elif isinstance(node, ast.arg):
            stores[node.arg] = stores.get(node.arg, 0) + 1
    return stores
