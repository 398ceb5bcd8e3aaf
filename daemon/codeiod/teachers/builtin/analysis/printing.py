"""Prints turned into a returned value: the edits that do it.

Imports the standard library and its neighbours. One print at the end of each path becomes the
result itself; several become a list of the lines that would have been shown.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from codeiod.teachers.builtin.analysis.scopes import FUNCTIONS, Function, own_nodes
from codeiod.teachers.builtin.analysis.sourcetext import Edit, SourceText

COLLECTOR = "printed"
SIMPLE = (ast.Name, ast.Attribute, ast.Constant, ast.Subscript, ast.BinOp, ast.UnaryOp)


class Unprintable(ValueError):
    """A print can't be turned into a value; the message says why."""


@dataclass(frozen=True, slots=True)
class Printed:
    """How the prints of a function come back.

    :param shared: the collector is the module's, for prints at several places: a wrapper has to
        clear it and to return ``result``.
    """

    edits: tuple[Edit, ...]
    shared: bool
    result: str


def prints_in(nodes: Iterable[ast.AST]) -> list[ast.Call]:
    """List the calls of ``print``."""
    return [n for node in nodes for n in ast.walk(node) if is_print(n)]  # type: ignore[misc]  # is_print tells


def is_print(node: ast.AST) -> bool:
    return (
        isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "print"
    )


def returned(
    text: SourceText, function: Function, pieces: Sequence[ast.AST], *, recursive: bool
) -> Printed:
    """Find the edits that make a function return what it and its helpers print.

    :raises Unprintable: a print goes elsewhere or ends in an unknown way.
    """
    prints = prints_in(pieces)
    own = prints_in([function])
    if len(own) == len(prints) and not recursive:
        tails = set(_tails(function.body))
        if tails == set(prints):
            return Printed(tuple(_as_return(text, p) for p in prints), False, "")
        return _collected(text, function, prints)
    ends = any(_end(p) != "\n" for p in prints)
    return Printed(tuple(_as_append(text, p, ends) for p in prints), True, _result(ends))


def _collected(text: SourceText, function: Function, prints: Sequence[ast.Call]) -> Printed:
    """Let the function collect in a list of its own."""
    ends = any(_end(p) != "\n" for p in prints)
    result, edits = _result(ends), [_as_append(text, p, ends) for p in prints]
    docstring = ast.get_docstring(function, clean=False) is not None
    first, last = function.body[1 if docstring else 0], function.body[-1]
    if not text.indent(first):
        raise Unprintable("prints in a body of one line")
    indent, at = text.indent(first), text.line_start(text.start(first))
    edits.append(Edit(at, at, f"{indent}{COLLECTOR} = []\n"))
    returns = [node for node in own_nodes(function) if isinstance(node, ast.Return)]
    edits += [Edit(text.start(node), text.end(node), f"return {result}") for node in returns]
    if not isinstance(last, ast.Return):
        end = text.line_end(text.end(last))
        edits.append(Edit(end, end, f"\n{indent}return {result}"))
    return Printed(tuple(edits), False, "")


def _result(ends: bool) -> str:
    return f'"".join({COLLECTOR}).splitlines()' if ends else COLLECTOR


def _as_return(text: SourceText, call: ast.Call) -> Edit:
    plain = len(call.args) == 1 and not isinstance(call.args[0], ast.Starred) and not call.keywords
    value = text.of(call.args[0]) if plain else _line(text, call)
    value = f"({value})" if "\n" in value else value
    return Edit(text.start(call), text.end(call), f"return {value}")


def _as_append(text: SourceText, call: ast.Call, ends: bool) -> Edit:
    line, end = _line(text, call), _end(call)
    if ends and end:
        line = '"\\n"' if line == '""' else f"{line} + {repr(end) if end != chr(10) else _NEWLINE}"
    return Edit(text.start(call), text.end(call), f"{COLLECTOR}.append({line})")


_NEWLINE = '"\\n"'


def _tails(body: Sequence[ast.stmt]) -> Iterator[ast.Call]:
    """Give the prints that are the last act of a path, where each path ends in one."""
    match body[-1] if body else None:
        case ast.Expr(value=ast.Call() as call) if is_print(call):
            yield call
        case ast.If(body=yes, orelse=no):
            yield from _tails(yes)
            yield from _tails(no)


def _line(text: SourceText, call: ast.Call) -> str:
    """Write an expression for the text that a print shows, without its end."""
    _end(call)
    if not call.args:
        return '""'
    separator = _constant(call, "sep", " ")
    if len(call.args) == 1 and not isinstance(call.args[0], ast.Starred):
        value = text.of(call.args[0])
        return value if _is_text(call.args[0]) else f"str({value})"
    if all(_fits_template(text, a) for a in call.args) and not set(separator) & set('{}"\\\n\t'):
        return 'f"' + separator.join(_slot(text, a) for a in call.args) + '"'
    listed = ", ".join(text.of(a) for a in call.args)
    return f"{separator!r}.join(map(str, [{listed}]))"


def _is_text(node: ast.expr) -> bool:
    match node:
        case ast.Constant(value=str()) | ast.JoinedStr():
            return True
        case ast.BinOp(left=left, op=ast.Mod() | ast.Add() | ast.Mult(), right=right):
            return _is_text(left) or (isinstance(node.op, ast.Add) and _is_text(right))
        case ast.Call(func=ast.Attribute(value=held, attr="format")):
            return _is_text(held)
        case ast.Call(func=ast.Attribute(attr="join")) | ast.Call(func=ast.Name(id="str")):
            return True
    return False


def _fits_template(text: SourceText, node: ast.expr) -> bool:
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value.isprintable() and not set(node.value) & set('{}"\\')
    source = text.of(node)
    return isinstance(node, SIMPLE) and not set(source) & set("{}\"'\\\n:!=")


def _slot(text: SourceText, node: ast.expr) -> str:
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value
    return "{" + text.of(node) + "}"


def _end(call: ast.Call) -> str:
    for keyword in call.keywords:
        if keyword.arg not in ("end", "sep", "flush"):
            raise Unprintable("prints to a file")
    return _constant(call, "end", "\n")


def _constant(call: ast.Call, name: str, otherwise: str) -> str:
    for keyword in call.keywords:
        if keyword.arg == name:
            if not isinstance(keyword.value, ast.Constant):
                raise Unprintable("prints in a way that changes")
            return otherwise if keyword.value.value is None else str(keyword.value.value)
    return otherwise


def has_result(function: Function) -> bool:
    """Whether a function gives a value back: it returns one, or yields some."""
    for node in own_nodes(function):
        match node:
            case ast.Return(value=ast.expr() as value):
                if not (isinstance(value, ast.Constant) and value.value is None):
                    return True
            case ast.Yield() | ast.YieldFrom():
                return True
    return False


def is_generator(function: Function) -> bool:
    nodes = own_nodes(function)
    return any(isinstance(n, ast.Yield | ast.YieldFrom) for n in nodes) and isinstance(
        function, FUNCTIONS
    )
