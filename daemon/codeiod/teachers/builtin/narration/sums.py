"""Write arithmetic with values in the places of the names: ``7 % 2`` for ``x % 2``.

May import the narration's ``evaluating``.
"""

from __future__ import annotations

import ast

from codeiod.teachers.builtin.narration.evaluating import Look, work_out
from codeiod.teachers.builtin.narration.objects import Unknown

_STRONGEST = 3
_STRENGTH = {
    ast.BitOr: 0,
    ast.BitXor: 0,
    ast.BitAnd: 0,
    ast.Add: 1,
    ast.Sub: 1,
    ast.Mult: 2,
    ast.Div: 2,
    ast.FloorDiv: 2,
    ast.Mod: 2,
    ast.LShift: 0,
    ast.RShift: 0,
}
_SIGNS = {ast.Add: "+", ast.Sub: "-", ast.Mult: "*", ast.Div: "/", ast.FloorDiv: "//"}
_SIGNS |= {ast.Mod: "%", ast.Pow: "**", ast.BitOr: "|", ast.BitXor: "^", ast.BitAnd: "&"}
_SIGNS |= {ast.LShift: "<<", ast.RShift: ">>"}
_MISREAD = (ast.Mod, ast.FloorDiv)
"""Within a sum they stand in brackets: not all readers know what they bind to."""
_MAX_SUM_CHARS = 60


def put_in(node: ast.expr, look: Look) -> str:
    """Write arithmetic with the numbers, or texts, in the places of the names: ``7 % 2``.

    :raises Unknown: it is none, or would be long.
    """
    if not isinstance(node, ast.BinOp) or type(node.op) not in _SIGNS:
        raise Unknown
    text = _operands(node, look)
    if len(text) > _MAX_SUM_CHARS:
        raise Unknown
    return text


def _operands(node: ast.BinOp, look: Look) -> str:
    strength = _STRENGTH.get(type(node.op), _STRONGEST)
    is_left_clear = strength < _STRONGEST and not isinstance(node.op, _MISREAD)
    left = _operand(node.left, look, strength - 1 if is_left_clear else strength)
    return f"{left} {_SIGNS[type(node.op)]} {_operand(node.right, look, strength)}"


def _operand(node: ast.expr, look: Look, strength: int) -> str:
    if isinstance(node, ast.BinOp) and type(node.op) in _SIGNS:
        text = _operands(node, look)
        inner = _STRENGTH.get(type(node.op), _STRONGEST)
        is_clear = inner > max(strength, 0) and not isinstance(node.op, _MISREAD)
        return text if is_clear else f"({text})"
    value = work_out(node, look)
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        raise Unknown
    text = repr(value)
    return f"({text})" if text.startswith("-") else text
