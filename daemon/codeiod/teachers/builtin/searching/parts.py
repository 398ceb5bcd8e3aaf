"""What an expression asks of its parts, when its value is known.

Imports its neighbour ``outline``; pure. ``asked_of`` is a table over the forms of expressions: a
sentence, and the parts whose values follow from it.
"""

from __future__ import annotations

import ast
import re
from typing import Any, Final

from codeiod.teachers.builtin.searching.outline import shown

MAX_SHOWN = 60
MAX_ENTRIES = 4
MAX_GAPS = 6
NO_LITERAL: Final = object()

EQUATION = "What comes back is"
"""How a sentence begins that says no more than what the whole is."""

Asked = tuple[str, list[tuple[ast.expr, Any]]]
_NOTHING: Asked = ("", [])


def literal(node: ast.expr | None) -> Any:
    """Return the value of a constant expression, as JSON has it, or ``NO_LITERAL``."""
    if node is None:
        return NO_LITERAL
    if isinstance(node, ast.Call) and shown(node) in ("list()", "dict()"):
        return [] if shown(node) == "list()" else {}
    try:
        value = ast.literal_eval(node)
    except (ValueError, TypeError, SyntaxError, MemoryError, RecursionError):
        return NO_LITERAL
    return list(value) if isinstance(value, tuple) else value


def written(value: Any) -> str:
    """Write a wanted value, or call it that where it is long."""
    text = repr(value)
    return text if len(text) <= MAX_SHOWN else "the wanted value"


def asked_of(node: ast.expr, wanted: Any, tables: dict[str, ast.expr]) -> Asked:
    """Say what must be so for an expression to come to ``wanted``; and which parts are known."""
    match node:
        case ast.Call():
            return _call(node, wanted)
        case ast.Subscript():
            return _taken(node, wanted, tables)
        case ast.JoinedStr() if isinstance(wanted, str):
            return _template(node, wanted)
        case ast.IfExp():
            one, other = shown(node.body, 40), shown(node.orelse, 40)
            told = f"`{shown(node.test)}` decides between `{one}` and `{other}`"
            return f"{told}; the one taken must come to {written(wanted)}.", []
        case ast.BinOp() if type(wanted) is int:
            return _solved(node, wanted)
    return _container(node, wanted) or (_equation(node, wanted), [])


def _solved(node: ast.BinOp, wanted: int) -> Asked:
    """Take a constant of a sum or product to the other side."""
    left, right = literal(node.left), literal(node.right)
    part, known = (node.right, left) if right is NO_LITERAL else (node.left, right)
    told, name = _equation(node, wanted), f"`{shown(part)}`"
    if type(known) is not int or (
        part is node.right and not isinstance(node.op, ast.Add | ast.Mult)
    ):
        return told, []
    value: int | None = None
    match node.op:
        case ast.Add():
            value = wanted - known
        case ast.Sub():
            value = wanted + known
        case ast.Mult() if known and wanted % known == 0:
            value = wanted // known
        case ast.Mod() if known > 0:
            return f"{told} So {name} leaves the rest {wanted} when divided by {known}.", []
        case ast.FloorDiv() if known > 1:
            first, last = wanted * known, wanted * known + known - 1
            return f"{told} So {name} lies from {first} to {last}.", []
    if value is None:
        return told, []
    return f"{told} So {name} must be {value}.", [(part, value)]


def _container(node: ast.expr, wanted: Any) -> Asked | None:
    match node:
        case ast.Dict() if isinstance(wanted, dict):
            return _object(node, wanted)
        case ast.List() | ast.Tuple() if isinstance(wanted, list):
            return _members(node, wanted)
        case ast.ListComp() if isinstance(wanted, list):
            return _comprehension(node, wanted), []
        case ast.DictComp() if isinstance(wanted, dict) and wanted:
            where, keys = shown(node.generators[0].iter), written(list(wanted))
            told = f"The keys come from `{shown(node.key)}` over `{where}`: they must be {keys}."
            return told, []
    return None


def _equation(node: ast.expr, wanted: Any) -> str:
    is_test = isinstance(node, ast.Compare | ast.BoolOp) or shown(node).startswith("not ")
    if is_test and isinstance(wanted, bool):
        word = "must" if wanted else "must not"
        return f"The output tells whether `{shown(node)}` holds; it {word} hold."
    return f"{EQUATION} `{shown(node)}`; that must come to {written(wanted)}."


def _object(node: ast.Dict, wanted: dict[str, Any]) -> Asked:
    pairs = [
        (value, wanted[key.value])
        for key, value in zip(node.keys, node.values, strict=True)
        if isinstance(key, ast.Constant) and key.value in wanted
    ]
    return _together(pairs)


def _members(node: ast.List | ast.Tuple, wanted: list[Any]) -> Asked:
    if any(isinstance(part, ast.Starred) for part in node.elts) or len(node.elts) != len(wanted):
        return _NOTHING
    return _together(list(zip(node.elts, wanted, strict=True)))


def _together(pairs: list[tuple[ast.expr, Any]]) -> Asked:
    """Say what the parts that are put together must be, the first few by name."""
    named = [f"`{shown(part, 40)}` as {written(value)}" for part, value in pairs[:3]]
    if not named:
        return _NOTHING
    told = ", ".join(named[:-1]) + (" and " if len(named) > 1 else "") + named[-1]
    return f"The output is put together at the end; it needs {told}.", pairs


def _comprehension(node: ast.ListComp, wanted: list[Any]) -> str:
    first = node.generators[0]
    item, over, size = shown(first.target, 30), shown(first.iter, 50), len(wanted)
    tests = " and ".join(f"`{shown(test)}`" for test in first.ifs)
    if len(node.generators) > 1:
        return f"One member, `{shown(node.elt, 50)}`, is made for each round; {size} are needed."
    if tests and shown(node.elt) == item:
        if not wanted:
            return f"Only a `{item}` of `{over}` with {tests} comes through, and here none may."
        return (
            f"Only a `{item}` of `{over}` with {tests} comes through, in the same order: so "
            f"{written(wanted)} must stand in it, and nothing else there may pass."
        )
    if tests:
        return f"Each `{item}` of `{over}` with {tests} gives one member; {size} must pass."
    asked = f"hold {size}" if size else "be empty"
    return f"Each `{item}` of `{over}` gives one member, `{shown(node.elt, 50)}`; it must {asked}."


def _call(node: ast.Call, wanted: Any) -> Asked:
    if isinstance(node.func, ast.Attribute) and node.func.attr == "join":
        return _joined(node, node.func, wanted)
    name = node.func.id if isinstance(node.func, ast.Name) else ""
    if len(node.args) != 1 or any(word.arg != "reverse" for word in node.keywords):
        return _equation(node, wanted), []
    part, value = shown(node.args[0], 60), written(wanted)
    match name:
        case "sorted" if isinstance(wanted, list):
            return f"The output is sorted at the end, so the order in `{part}` is free.", []
        case "len":
            return f"The length of `{part}` is what counts: it must hold {value}.", []
        case "sum":
            return f"The sum over `{part}` must come to {value}.", []
        case "max" | "min":
            word, kind = ("above", "largest") if name == "max" else ("below", "smallest")
            return f"The {kind} of `{part}` comes back: {value} must be in it, nothing {word}.", []
        case "any" | "all" if isinstance(wanted, bool):
            some = "some" if wanted else "none"
            every = "all" if wanted else "not all"
            return f"Of `{part}`, {some if name == 'any' else every} must hold.", []
        case "abs" if not isinstance(wanted, bool):
            return f"`{part}` must be {value} or its negative.", []
    return _equation(node, wanted), []


def _joined(node: ast.Call, method: ast.Attribute, wanted: Any) -> Asked:
    sign = literal(method.value)
    if not isinstance(sign, str) or not isinstance(wanted, str) or len(node.args) != 1:
        return _NOTHING
    part = node.args[0]
    told = shown(part, 60)
    if sign:
        pieces = wanted.split(sign)
        count = f"{len(pieces)} {'piece' if len(pieces) == 1 else 'pieces'}"
        first = f"the first {pieces[0]!r}"
        return f"The text is `{told}` joined by {sign!r}; cut there, it has {count}, {first}.", []
    if isinstance(part, ast.Name):
        told = f"The text is all of `{told}` in a row, which must spell {written(wanted)}."
        return told, [(part, wanted)]
    return f"The text is what `{told}` gives, in a row; it must spell {written(wanted)}.", []


def _template(node: ast.JoinedStr, wanted: str) -> Asked:
    """Read the values of the gaps off the wanted text, where there is only one way."""
    pattern, gaps = "", []
    for part in node.values:
        if isinstance(part, ast.FormattedValue):
            pattern += "(.*)"
            gaps.append(part.value)
        else:
            pattern += re.escape(str(literal(part)))
    longest = re.fullmatch(pattern, wanted, re.DOTALL)
    shortest = re.fullmatch(pattern.replace("(.*)", "(.*?)"), wanted, re.DOTALL)
    if not longest or not shortest or longest.groups() != shortest.groups() or len(gaps) > MAX_GAPS:
        return _NOTHING
    told = [
        f"`{shown(gap, 40)}` as {text!r}" for gap, text in zip(gaps, longest.groups(), strict=True)
    ]
    if not told:
        return _NOTHING
    return f"The text is filled from a pattern; read backwards, it has {', '.join(told)}.", []


def _taken(node: ast.Subscript, wanted: Any, tables: dict[str, ast.expr]) -> Asked:
    base, index = shown(node.value, 40), shown(node.slice, 40)
    table = literal(tables.get(base))
    entries: list[tuple[Any, Any]] = []
    if isinstance(table, dict):
        entries, where = list(table.items()), "only for"
    elif isinstance(table, list | str) and not isinstance(node.slice, ast.Slice):
        entries, where = list(enumerate(table)), "at place"
    fitting = [repr(k) for k, v in entries if type(v) is type(wanted) and v == wanted]
    if fitting and len(fitting) <= MAX_ENTRIES and len(str(fitting)) <= MAX_SHOWN:
        places = " or ".join(fitting)
        return f"`{base}` has {written(wanted)} {where} {places}: `{index}` must lead there.", []
    return f"`{base}[{index}]` must be {written(wanted)} at the end.", []
