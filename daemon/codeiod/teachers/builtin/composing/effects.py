"""What is done to a value, in plain words: calls for their effect, ``+=``, and what was a print.

Imports the standard library and its neighbours.
"""

from __future__ import annotations

import ast
from collections.abc import Mapping

from codeiod.teachers.builtin.composing.formulas import formula, is_short
from codeiod.teachers.builtin.composing.lexicon import AUGMENTED, DONE
from codeiod.teachers.builtin.composing.phrases import say, say_apart
from codeiod.teachers.builtin.composing.settling import Holds
from codeiod.teachers.builtin.composing.sorting import how_sorted
from codeiod.teachers.builtin.composing.wordless import Wordless

COLLECTOR = "printed"


def augmented(node: ast.AugAssign, held: Mapping[str, Holds]) -> str:
    """Say what ``+=`` and its like do to their target.

    :raises Wordless: the operator has no words.
    """
    target, value = formula(node.target), say_apart(node.value)
    if type(node.op) not in AUGMENTED:
        raise Wordless
    if isinstance(node.op, ast.Add):
        return _added(node, target, value, held)
    if isinstance(node.op, ast.Mult) and held.get(ast.unparse(node.target)) is Holds.TEXT:
        return f"repeat {target} {value} times"
    if isinstance(node.op, ast.BitOr) and held.get(ast.unparse(node.target)) is Holds.SET:
        return f"add all of {value} to {target}"
    return AUGMENTED[type(node.op)].format(target, value)


def _added(node: ast.AugAssign, target: str, value: str, held: Mapping[str, Holds]) -> str:
    match node.value:
        case ast.List(elts=[one]):
            return f"append {say_apart(one)} to {target}"
        case ast.List() | ast.ListComp():
            return f"append all of {value} to {target}"
        case ast.Constant(value=str()) | ast.JoinedStr():
            return f"append {value} to {target}"
        case ast.Constant(value=int() | float()):
            return f"increase {target} by {value}"
    match held.get(ast.unparse(node.target), Holds.UNKNOWN):
        case Holds.NUMBER:
            return f"increase {target} by {value}"
        case Holds.TEXT:
            return f"append {value} to {target}"
        case Holds.LIST:
            return f"append all of {value} to {target}"
    return f"add {value} to {target}"


def done(call: ast.Call) -> str:
    """Say what a call does that gives nothing."""
    match call:
        case ast.Call(func=ast.Attribute(value=held, attr="append"), args=[value]) if is_collector(
            held
        ):
            return _written(value)
        case ast.Call(func=ast.Attribute(value=held, attr="sort"), args=[], keywords=keywords):
            if order := how_sorted(keywords):
                return f"sort {formula(held)}{order.removeprefix('sorted')}"
        case ast.Call(func=ast.Attribute(value=held, attr=name), keywords=[]):
            return _on_object(call, held, name)
    return f"carry out {formula(call)}"


def _on_object(call: ast.Call, held: ast.expr, name: str) -> str:
    told, arguments = DONE.get(name, ""), call.args
    match name, arguments:
        case "pop", [ast.Constant(value=0)]:
            return f"remove the first item of {formula(held)}"
        case "insert", [ast.Constant(value=0), value] if is_short(value):
            return f"put {say(value)} in front of {formula(held)}"
        case "insert", [place, value] if is_short(value):
            return f"insert {say(value)} into {formula(held)} at position {say(place)}"
    if told and len(arguments) == told.count("{1}") and all(map(is_short, arguments)):
        return told.format(formula(held), *(say_apart(a) for a in arguments))
    return f"carry out {formula(call)}"


def is_collector(node: ast.AST) -> bool:
    """Whether code names what prints were turned into."""
    return any(isinstance(n, ast.Name) and n.id == COLLECTOR for n in ast.walk(node))


def _written(node: ast.expr) -> str:
    """Say what was a print."""
    match node:
        case ast.BinOp(left=left, op=ast.Add(), right=ast.Constant(value="\n")):
            return f"write {_text(left)} and end the line"
        case ast.BinOp(left=left, op=ast.Add(), right=ast.Constant(value=str(end))):
            return f"write {_text(left)}, followed by {say(ast.Constant(end))}"
        case ast.Constant(value="\n"):
            return "end the line"
    return f"write the line {_text(node)}"


def _text(node: ast.expr) -> str:
    match node:
        case ast.Call(func=ast.Name(id="str"), args=[value]):
            return say(value)
        case ast.JoinedStr():
            return formula(node)
    return say(node)
