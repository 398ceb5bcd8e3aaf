"""Code made ready for words: what would be misread is settled beforehand.

Imports the standard library only. A call of the file's own function must not be told as the
builtin or the text method of that name, ``if found`` is told by what ``found`` holds.
"""

from __future__ import annotations

import ast
import copy
from collections.abc import Iterator, Mapping
from enum import Enum

from codeiod.teachers.builtin.analysis.printing import has_result
from codeiod.teachers.builtin.analysis.scopes import FUNCTIONS, Function

NODE_ATTRIBUTES = frozenset({"left", "right", "next"})


class Holds(Enum):
    """What a name is seen to hold, all through a function."""

    NUMBER = "number"
    TEXT = "text"
    LIST = "list"
    SET = "set"
    FLAG = "flag"
    NODE = "node"
    UNKNOWN = ""


BY_ANNOTATION = {
    "int": Holds.NUMBER, "float": Holds.NUMBER, "str": Holds.TEXT, "bool": Holds.FLAG,
    "list": Holds.LIST,
}  # fmt: skip


def held_by(function: Function) -> dict[str, Holds]:
    """Tell what the names of a function hold, as far as all that they are set to agrees."""
    found: dict[str, Holds] = {}
    for argument in function.args.args:
        if argument.annotation:
            _agree(found, argument.arg, _annotated(argument.annotation))
        elif not is_node(argument.arg, function) and not _has_default(function, argument):
            found[argument.arg] = Holds.UNKNOWN
    for argument, default in _defaults(function):
        if not (isinstance(default, ast.Constant) and default.value is None):
            _agree(found, argument.arg, _kind(default, found))
    for node in ast.walk(function):
        match node:
            case ast.Assign(targets=targets, value=value):
                for target in targets:
                    _bind(found, target, value)
            case ast.For(target=target) | ast.comprehension(target=target):
                _bind(found, target, None)
    nodes = [n.value for n in ast.walk(function) if _is_link(n)]  # type: ignore[attr-defined]  # _is_link tells
    return found | {ast.unparse(node): Holds.NODE for node in nodes}


def _defaults(function: Function) -> Iterator[tuple[ast.arg, ast.expr]]:
    """Pair the arguments that need not be given with their values."""
    named, given = function.args.args, function.args.defaults
    yield from zip(named[len(named) - len(given) :], given, strict=True)


def is_node(name: str, function: Function) -> bool:
    """Whether a function follows the links of what a name holds."""
    return any(_is_link(n) and ast.unparse(n.value) == name for n in ast.walk(function))  # type: ignore[attr-defined]  # _is_link tells


def _has_default(function: Function, argument: ast.arg) -> bool:
    return any(one is argument for one, _ in _defaults(function))


def _is_link(node: ast.AST) -> bool:
    return isinstance(node, ast.Attribute) and node.attr in NODE_ATTRIBUTES


def _annotated(annotation: ast.expr) -> Holds:
    return BY_ANNOTATION.get(ast.unparse(annotation).partition("[")[0].lower(), Holds.UNKNOWN)


def _agree(found: dict[str, Holds], name: str, held: Holds) -> None:
    found[name] = held if found.get(name, held) is held else Holds.UNKNOWN


def _bind(found: dict[str, Holds], target: ast.expr, value: ast.expr | None) -> None:
    match target, value:
        case ast.Tuple(elts=targets), ast.Tuple(elts=values) if len(targets) == len(values):
            for one, given in zip(targets, values, strict=True):
                _bind(found, one, given)
        case ast.Tuple(elts=targets), _:
            for one in targets:
                _bind(found, one, None)
        case _:
            _agree(found, ast.unparse(target), _kind(value, found))


def _kind(value: ast.expr | None, found: Mapping[str, Holds]) -> Holds:
    match value:
        case ast.Constant(value=bool()) | ast.Compare() | ast.UnaryOp(op=ast.Not()):
            return Holds.FLAG
        case ast.Constant(value=int() | float()) | ast.Call(func=ast.Name(id="len" | "int")):
            return Holds.NUMBER
        case ast.Constant(value=str()) | ast.JoinedStr() | ast.Call(func=ast.Name(id="str")):
            return Holds.TEXT
        case ast.List() | ast.ListComp() | ast.Call(func=ast.Name(id="list" | "sorted" | "deque")):
            return Holds.LIST
        case ast.Set() | ast.SetComp() | ast.Call(func=ast.Name(id="set")):
            return Holds.SET
        case ast.BinOp(left=left, op=ast.Mult()) if isinstance(left, ast.List):
            return Holds.LIST
        case ast.BinOp(left=left, right=right):
            sides = {_kind(left, found), _kind(right, found)}
            return Holds.NUMBER if sides == {Holds.NUMBER} else Holds.UNKNOWN
        case ast.Name(id=name) | ast.Subscript(value=ast.Name(id=name), slice=ast.Slice()):
            return found.get(name, Holds.UNKNOWN)
    return Holds.UNKNOWN


def settled(function: Function, own: frozenset[str], held: Mapping[str, Holds]) -> list[ast.stmt]:
    """Copy a function's statements, each call of an own function as a mere formula, tests and
    empty returns made explicit.

    :param own: the names of the file's own functions and methods.
    """
    copied = copy.deepcopy(function)
    _Settling(own, held, gives=has_result(function)).generic_visit(copied)
    return copied.body


class _Settling(ast.NodeTransformer):
    def __init__(self, own: frozenset[str], held: Mapping[str, Holds], *, gives: bool) -> None:
        self._own, self._held, self._gives = own, held, gives

    def visit(self, node: ast.AST) -> ast.AST:
        if isinstance(node, FUNCTIONS):
            held = {**self._held, **held_by(node)}
            inner = _Settling(self._own, held, gives=has_result(node))
            inner.generic_visit(node)
            return node
        self.generic_visit(node)
        match node:
            case ast.Call(func=ast.Name(id=name) | ast.Attribute(attr=name)) if name in self._own:
                return ast.Name(ast.unparse(node).removeprefix("self."), ast.Load())
            case ast.Call(func=ast.Attribute(value=popped, attr="pop"), args=[]) if (
                self._held.get(ast.unparse(popped)) is Holds.SET
            ):
                return ast.Name(ast.unparse(node), ast.Load())
            case ast.If() | ast.While() | ast.IfExp():
                node.test = self._explicit(node.test)
            case ast.Return(value=None | ast.Constant(value=None)):
                node.value = ast.Constant(None) if self._gives else None
            case ast.UnaryOp(op=ast.Not(), operand=denied):
                node.operand = self._explicit(denied)
            case ast.comprehension(ifs=tests):
                node.ifs = [self._explicit(test) for test in tests]
        return node

    def _explicit(self, test: ast.expr) -> ast.expr:
        """Write the tests of bare names as the comparisons that they stand for."""
        match test:
            case ast.BoolOp(op=operator, values=values):
                return ast.BoolOp(operator, [self._explicit(value) for value in values])
            case ast.UnaryOp(op=ast.Not(), operand=inner):
                return ast.UnaryOp(ast.Not(), self._explicit(inner))
            case ast.Name() | ast.Attribute() | ast.Subscript():
                return self._compared(test)
        return test

    def _compared(self, test: ast.expr) -> ast.expr:
        held = self._held.get(ast.unparse(test), Holds.UNKNOWN)
        if isinstance(test, ast.Attribute) and test.attr in NODE_ATTRIBUTES:
            held = Holds.NODE
        match held:
            case Holds.FLAG:
                return ast.Compare(test, [ast.Eq()], [ast.Constant(True)])
            case Holds.NUMBER:
                return ast.Compare(test, [ast.NotEq()], [ast.Constant(0)])
            case Holds.TEXT | Holds.LIST | Holds.SET:
                return ast.Compare(test, [ast.NotEq()], [ast.List([], ast.Load())])
            case Holds.NODE:
                return ast.Compare(test, [ast.IsNot()], [ast.Constant(None)])
        return test
