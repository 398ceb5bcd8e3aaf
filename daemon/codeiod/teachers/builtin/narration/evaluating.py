"""Work out small expressions over values that a trace shows, to tell why a test went as it did.

May import the narration's ``objects``. Only what is surely so is worked out: anything else is
`Unknown`. Time and memory are bounded by the sizes that are taken.
"""

from __future__ import annotations

import ast
import operator
from collections.abc import Callable
from typing import Any

from codeiod.teachers.builtin.narration.objects import MISSING, Instance, Unknown

Look = Callable[[str], Any]
"""Returns the value of a name.

:raises Unknown: it isn't shown whole.
"""

_MAX_BITS = 512
_MAX_LENGTH = 400
_MAX_POWER = 40
_PLAIN = (int, float, str, bool, type(None))
_SIZED = (str, list, tuple, dict, set)


def work_out(node: ast.expr, look: Look) -> Any:
    """Return the value of an expression.

    :raises Unknown: it can't be told.
    """
    rule = _RULES.get(type(node))
    if rule is None:
        raise Unknown
    try:
        value = rule(node, look)
    except (ArithmeticError, LookupError, TypeError, ValueError, RecursionError) as error:
        raise Unknown from error
    if isinstance(value, int) and value.bit_length() > _MAX_BITS:
        raise Unknown
    if isinstance(value, _SIZED) and len(value) > _MAX_LENGTH:
        raise Unknown
    return value


def _constant(node: Any, look: Look) -> Any:
    if not isinstance(node.value, _PLAIN):
        raise Unknown
    return node.value


def _name(node: Any, look: Look) -> Any:
    return look(node.id)


def _members(node: Any, look: Look) -> Any:
    made = [work_out(member, look) for member in node.elts]
    return made if isinstance(node, ast.List) else tuple(made)


_BINARY: dict[type, Callable[[Any, Any], Any]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.FloorDiv: operator.floordiv,
    ast.Mod: operator.mod,
    ast.Pow: operator.pow,
    ast.BitAnd: operator.and_,
    ast.BitOr: operator.or_,
    ast.BitXor: operator.xor,
    ast.LShift: operator.lshift,
    ast.RShift: operator.rshift,
}


def _binary(node: Any, look: Look) -> Any:
    left, right = work_out(node.left, look), work_out(node.right, look)
    kind = type(node.op)
    both_text = isinstance(left, str) and isinstance(right, str)
    if both_text and kind is ast.Add:
        return left + right
    if not (isinstance(left, int | float) and isinstance(right, int | float)):
        raise Unknown
    if kind in (ast.Pow, ast.LShift, ast.RShift) and abs(right) > _MAX_POWER:
        raise Unknown
    value = _BINARY[kind](left, right)
    if isinstance(value, complex):
        raise Unknown
    return value


def _unary(node: Any, look: Look) -> Any:
    value = work_out(node.operand, look)
    if isinstance(node.op, ast.Not):
        return not value
    if not isinstance(value, int | float):
        raise Unknown
    if isinstance(node.op, ast.USub):
        return -value
    if isinstance(node.op, ast.Invert):
        return ~int(value)
    return +value


_COMPARING: dict[type, Callable[[Any, Any], Any]] = {
    ast.Eq: operator.eq,
    ast.NotEq: operator.ne,
    ast.Lt: operator.lt,
    ast.LtE: operator.le,
    ast.Gt: operator.gt,
    ast.GtE: operator.ge,
    ast.In: lambda member, whole: member in whole,
    ast.NotIn: lambda member, whole: member not in whole,
    ast.Is: lambda left, right: _is(left, right),
    ast.IsNot: lambda left, right: not _is(left, right),
}


def _is(left: Any, right: Any) -> bool:
    if right is None or isinstance(right, bool):
        return left is right
    raise Unknown


def _has_objects(value: Any) -> bool:
    members = value if isinstance(value, list | tuple | set | dict) else (value,)
    return any(isinstance(member, Instance) for member in members)


def _compare(node: Any, look: Look) -> Any:
    left = work_out(node.left, look)
    for op, side in zip(node.ops, node.comparators, strict=True):
        right = work_out(side, look)
        if right is not None and (_has_objects(left) or _has_objects(right)):
            raise Unknown  # which of them are the same is not shown
        if not _COMPARING[type(op)](left, right):
            return False
        left = right
    return True


def _either(node: Any, look: Look) -> Any:
    value = None
    for operand in node.values:
        value = work_out(operand, look)
        if bool(value) is isinstance(node.op, ast.Or):
            break
    return value


def _subscript(node: Any, look: Look) -> Any:
    whole = work_out(node.value, look)
    if isinstance(whole, set):
        raise Unknown
    if not isinstance(node.slice, ast.Slice):
        return whole[work_out(node.slice, look)]
    bounds = (node.slice.lower, node.slice.upper, node.slice.step)
    return whole[slice(*(work_out(bound, look) if bound else None for bound in bounds))]


_CALLED: dict[str, Callable[..., Any]] = {
    "len": len,
    "abs": abs,
    "min": min,
    "max": max,
    "sum": sum,
    "ord": ord,
    "int": int,
    "str": str,
    "range": range,
    "sorted": sorted,
    "set": set,
    "list": list,
}
_METHODS = {"isdigit", "isalpha", "isalnum", "isupper", "islower", "isspace"}
_METHODS |= {"lower", "upper", "strip", "startswith", "endswith"}


def _call(node: Any, look: Look) -> Any:
    if node.keywords:
        raise Unknown
    given = [work_out(argument, look) for argument in node.args]
    if any(isinstance(value, range) or _has_objects(value) for value in given):
        raise Unknown  # it may be long
    if isinstance(node.func, ast.Name) and node.func.id in _CALLED:
        if node.func.id in ("str", "list") and any(isinstance(value, set) for value in given):
            raise Unknown  # their order is not shown
        return _CALLED[node.func.id](*given)
    if isinstance(node.func, ast.Attribute) and node.func.attr in _METHODS:
        of = work_out(node.func.value, look)
        if isinstance(of, str):
            return getattr(of, node.func.attr)(*given)
    raise Unknown


def _attribute(node: Any, look: Look) -> Any:
    of = work_out(node.value, look)
    if not isinstance(of, Instance) or of.fields.get(node.attr, MISSING) is MISSING:
        raise Unknown
    return of.fields[node.attr]


def _choice(node: Any, look: Look) -> Any:
    return work_out(node.body if work_out(node.test, look) else node.orelse, look)


_RULES: dict[type, Callable[[Any, Look], Any]] = {
    ast.Constant: _constant,
    ast.Name: _name,
    ast.Tuple: _members,
    ast.List: _members,
    ast.BinOp: _binary,
    ast.UnaryOp: _unary,
    ast.Compare: _compare,
    ast.BoolOp: _either,
    ast.Subscript: _subscript,
    ast.Attribute: _attribute,
    ast.Call: _call,
    ast.IfExp: _choice,
}
