"""Expressions of Python in plain words: ``x % 2 == 0`` is "`x` is even".

Imports the standard library and its neighbours. What has no good words stays a formula between
backticks.
"""

from __future__ import annotations

import ast
from collections.abc import Sequence

from codeiod.teachers.builtin.composing.formulas import constant, formula, listed
from codeiod.teachers.builtin.composing.lexicon import (
    COMPARED,
    CONDITION_METHODS,
    METHODS,
    METHODS_OF_ONE,
    MODULES,
    OF_ONE,
    OF_TWO,
    OPPOSITE,
)
from codeiod.teachers.builtin.composing.sorting import how_sorted


def say(node: ast.expr) -> str:
    """Say what a value is, as a noun phrase or a formula."""
    match node:
        case ast.Constant():
            return constant(node.value)
        case ast.UnaryOp(op=ast.USub(), operand=ast.Constant(value=int() | float() as number)):
            return str(-number)
        case ast.List(elts=[]) | ast.Dict(keys=[]) | ast.Call(args=[], keywords=[]):
            return _empty(node)
        case ast.Subscript(value=value, slice=ast.Slice(None, None, step)) if _minus_one(step):
            return f"{say(value)} reversed"
        case ast.Call(keywords=[]):
            return _call(node)
        case ast.Call(func=ast.Name(id="sorted"), args=[held], keywords=keywords):
            return f"{say(held)} {how_sorted(keywords)}" if how_sorted(keywords) else formula(node)
        case (
            ast.ListComp(elt=one, generators=[loop]) | ast.GeneratorExp(elt=one, generators=[loop])
        ):
            return _comprehension(one, loop)
        case ast.IfExp(test=test, body=yes, orelse=no):
            return f"{say(yes)} if {condition(test)}, else {say(no)}"
    return f"whether {condition(node)}" if _is_true_or_false(node) else formula(node)


def say_apart(node: ast.expr) -> str:
    """Say a value that stands beside others: in brackets where its end would not be seen."""
    loose = isinstance(node, ast.IfExp | ast.ListComp | ast.GeneratorExp)
    return f"({say(node)})" if loose else say(node)


def _empty(node: ast.List | ast.Dict | ast.Call) -> str:
    match node:
        case ast.List() | ast.Call(func=ast.Name(id="list")):
            return "an empty list"
        case ast.Dict() | ast.Call(func=ast.Name(id="dict")):
            return "an empty mapping"
        case ast.Call(func=ast.Name(id="set")):
            return "an empty set"
    return _call(node) if isinstance(node, ast.Call) else formula(node)


def condition(node: ast.expr) -> str:
    """Say when a condition holds, as a clause."""
    match node:
        case ast.Compare(left=left, ops=[operator], comparators=[right]):
            return _compared(left, operator, right)
        case ast.Compare():
            return formula(node)
        case ast.BoolOp(op=operator, values=values):
            word = " and " if isinstance(operator, ast.And) else " or "
            return word.join(_side(value, operator) for value in values)
        case ast.UnaryOp(op=ast.Not(), operand=inner):
            return _negated(inner)
        case ast.Name(id=name) if not name.isidentifier():
            return f"{formula(node)} holds"
        case ast.Name() | ast.Subscript() | ast.Attribute():
            return f"{say(node)} is true (not zero, empty or null)"
        case ast.ListComp(generators=[loop]):
            return f"there is a {formula(loop.target)} from {items_of(loop.iter)}{_such(loop)}"
        case ast.Constant(value=bool(value)):
            return "always" if value else "never"
        case ast.BinOp(op=ast.Mod(), left=one, right=by):
            return _divisible(one, by, wanted=False)
    told = say(node)
    return told.removeprefix("whether ") if told.startswith("whether ") else f"{told} holds"


def items_of(node: ast.expr) -> str:
    """Say what a loop runs over."""
    match node:
        case ast.Call(func=ast.Name(id="range"), args=arguments):
            return _range(arguments)
        case ast.Call(func=ast.Name(id="enumerate"), args=[held]):
            return f"the positions and items of {say(held)}"
        case ast.Call(func=ast.Name(id="enumerate"), args=[held, start]):
            return f"the items of {say(held)}, numbered from {say(start)}"
    return say(node)


def _is_true_or_false(node: ast.expr) -> bool:
    match node:
        case ast.Compare() | ast.UnaryOp(op=ast.Not()):
            return True
        case ast.BoolOp(values=values):
            return all(map(_is_true_or_false, values))
    return False


def _side(node: ast.expr, operator: ast.boolop) -> str:
    """Say one side of an ``and`` or ``or``; what is joined otherwise stands in brackets."""
    told = condition(node)
    mixed = isinstance(node, ast.BoolOp) and type(node.op) is not type(operator)
    return f"({told})" if mixed else told


def _call(node: ast.Call) -> str:
    arguments = [a for a in node.args if not isinstance(a, ast.Starred)]
    if len(arguments) < len(node.args):
        return formula(node)
    match node.func, len(arguments):
        case ((ast.Name(id=name) | ast.Attribute(attr=name, value=ast.Name(id="math"))), 1):
            known = OF_ONE.get(name)
        case ((ast.Name(id=name) | ast.Attribute(attr=name, value=ast.Name(id="math"))), 2):
            known = OF_TWO.get(name)
        case ast.Attribute(attr=name, value=held), count if count < 2 and not _is_module(held):
            known = (METHODS, METHODS_OF_ONE)[count].get(name)
            arguments = [held, *arguments]
        case _:
            known = None
    if isinstance(node.func, ast.Name) and node.func.id == "range" and arguments:
        return f"the integers from {_range(arguments)}"
    if not known:
        return formula(node)
    alone = known.endswith("{0}") and len(arguments) == 1
    told = [say(a) if alone else say_apart(a) for a in arguments]
    asks = isinstance(node.func, ast.Attribute) and node.func.attr in CONDITION_METHODS
    return f"{'whether ' * asks}{known.format(*told)}"


def _is_module(node: ast.expr) -> bool:
    return isinstance(node, ast.Name) and node.id in MODULES


def _comprehension(one: ast.expr, loop: ast.comprehension) -> str:
    where, source = _such(loop), items_of(loop.iter)
    if any(isinstance(n, ast.comprehension) for n in ast.walk(one)):
        return formula(ast.ListComp(one, [loop]))
    if ast.unparse(one) == ast.unparse(loop.target):
        return f"all {formula(one)} from {source}{where}"
    return f"{say_apart(one)} for each {formula(loop.target)} from {source}{where}"


def _such(loop: ast.comprehension) -> str:
    """Say which of the items a comprehension takes."""
    such = [condition(test) for test in loop.ifs]
    return f" for which {listed(such)}" if such else ""


def _range(arguments: Sequence[ast.expr]) -> str:
    match arguments:
        case [stop]:
            return f"0 to {_shifted(stop, -1)}"
        case [start, stop] | [start, stop, ast.Constant(value=1)]:
            return f"{say(start)} to {_shifted(stop, -1)}"
        case [start, stop, step] if _minus_one(step):
            return f"{say(start)} down to {_shifted(stop, 1)}"
        case [start, stop, step]:
            return f"{say(start)} up to but not including {say(stop)} in steps of {say(step)}"
    return "a range"


def _shifted(stop: ast.expr, by: int) -> str:
    """Say the value that stands one before (``by`` -1) or after the end of a range."""
    match stop:
        case ast.UnaryOp(op=ast.USub(), operand=ast.Constant(value=int(number))):
            return str(by - number)
        case ast.Constant(value=int(number)):
            return str(number + by)
        case ast.BinOp(left=left, op=ast.Add(), right=ast.Constant(value=int(number))):
            return _offset(left, number + by)
        case ast.BinOp(left=left, op=ast.Sub(), right=ast.Constant(value=int(number))):
            return _offset(left, by - number)
    return _offset(stop, by)


def _offset(node: ast.expr, by: int) -> str:
    if by == 0:
        return say(node)
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "len":
        return f"{say(node)} {'minus' if by < 0 else 'plus'} {abs(by)}"
    loose = isinstance(node, ast.BoolOp | ast.IfExp | ast.Compare | ast.Lambda)
    text = f"({ast.unparse(node)})" if loose else ast.unparse(node)
    return f"`{text} {'-' if by < 0 else '+'} {abs(by)}`"


def _compared(left: ast.expr, operator: ast.cmpop, right: ast.expr) -> str:
    match left, operator, right:
        case ast.BinOp(left=one, op=ast.Mod(), right=by), ast.Eq() | ast.NotEq(), ast.Constant(
            value=0
        ):
            return _divisible(one, by, isinstance(operator, ast.Eq))
        case ast.BinOp(left=one, op=ast.Mod(), right=ast.Constant(value=2)), ast.Eq(), ast.Constant(
            value=1
        ):
            return f"{say(one)} is odd"
        case ast.Call(func=ast.Name(id="len"), args=[held]), ast.Eq(), ast.Constant(value=0):
            return f"{say(held)} is empty"
        case _, ast.Eq() | ast.Is(), ast.Constant(value=None | bool()):
            return f"{say(left)} is {say(right)}"
        case _, ast.NotEq() | ast.IsNot(), ast.Constant(value=None | bool()):
            return f"{say(left)} is not {say(right)}"
        case _, ast.Eq() | ast.NotEq(), ast.List(elts=[]) | ast.Constant(value=""):
            return f"{say(left)} is {'not ' * isinstance(operator, ast.NotEq)}empty"
    return f"{say(left)} {COMPARED[type(operator)]} {say(right)}"


def _divisible(one: ast.expr, by: ast.expr, wanted: bool) -> str:
    if isinstance(by, ast.Constant) and by.value == 2:
        return f"{say(one)} is {'even' if wanted else 'odd'}"
    return f"{say(one)} is {'' if wanted else 'not '}divisible by {say(by)}"


def _negated(inner: ast.expr) -> str:
    match inner:
        case ast.Compare(left=left, ops=[operator], comparators=[right]):
            return _compared(left, OPPOSITE[type(operator)](), right)
        case ast.Name(id=name) if not name.isidentifier():
            return f"{formula(inner)} does not hold"
        case ast.Name() | ast.Subscript() | ast.Attribute():
            return f"{say(inner)} is zero, empty, null or false"
        case ast.BinOp(op=ast.Mod(), left=one, right=by):
            return _divisible(one, by, wanted=True)
    return f"it is not so that {condition(inner)}"


def _minus_one(node: ast.expr | None) -> bool:
    return node is not None and ast.unparse(node) == "-1"
