"""Why a test went as it did: the values of what it compares.

May import the narration's other modules that it names.
"""

from __future__ import annotations

import ast

from codeiod.teachers.builtin.narration.codemap import Code
from codeiod.teachers.builtin.narration.evaluating import Look, work_out
from codeiod.teachers.builtin.narration.objects import Instance, Unknown, pictured
from codeiod.teachers.builtin.narration.sums import put_in
from codeiod.teachers.builtin.narration.voice import Clause, Voice, listed

_MAX_VALUE_CHARS = 60
_MAX_FACTS = 4


def tested(test: ast.expr, holds: bool | None, look: Look, code: Code, voice: Voice) -> Clause:
    """Say which way a test went, and why where that can be told.

    :param holds: None where the trace doesn't show it: then it is worked out.
    """
    try:
        value: bool | None = bool(work_out(test, look))
    except Unknown:
        value = None
    if holds is None:
        holds = value
    quoted = code.quoted(test) or "the condition"
    if holds is None:
        return Clause(f"{quoted} is looked at", is_test=True)
    reason = why(test, look, code, holds=holds) if value is holds else ""
    return Clause(_said(quoted, reason, voice, holds=holds, test=test), holds, is_test=True)


def _said(quoted: str, reason: str, voice: Voice, *, holds: bool, test: ast.expr) -> str:
    if isinstance(test, ast.Name | ast.Subscript | ast.Attribute) and reason:
        return reason
    verb = voice.pick("holds", "is met") if holds else voice.pick("fails", "does not hold")
    if not reason:
        return f"{quoted} {verb}"
    ways = [f"{quoted} {verb} ({reason})", f"{reason}, so {quoted} {verb}"]
    if holds:
        ways.append(f"since {reason}, {quoted} {verb}")
    else:
        ways.append(f"{quoted} {verb}, as {reason}")
    return voice.pick(*ways)


def why(test: ast.expr, look: Look, code: Code, *, holds: bool) -> str:
    """Return the facts that decide a test; ``""`` where there are none to tell."""
    try:
        facts = _why(test, look, code, holds=holds)
    except Unknown:
        return ""
    return listed(list(dict.fromkeys(filter(None, facts)))[:_MAX_FACTS])


def _why(test: ast.expr, look: Look, code: Code, *, holds: bool) -> list[str]:
    if isinstance(test, ast.UnaryOp) and isinstance(test.op, ast.Not):
        return _why(test.operand, look, code, holds=not holds)
    if isinstance(test, ast.BoolOp):
        return _why_of_several(test, look, code, holds=holds)
    if isinstance(test, ast.Compare):
        return _compared(test, look, code)
    if isinstance(test, ast.Constant):
        return []
    return _truth(test, look, code, holds=holds)


def _why_of_several(test: ast.BoolOp, look: Look, code: Code, *, holds: bool) -> list[str]:
    if isinstance(test.op, ast.Or) is holds:  # one of them decides it
        for operand in test.values:
            if bool(work_out(operand, look)) is holds:
                return _why(operand, look, code, holds=holds)
        return []
    facts: list[str] = []
    for operand in test.values:
        facts += _why(operand, look, code, holds=holds)
    return facts


def _compared(test: ast.Compare, look: Look, code: Code) -> list[str]:
    return _facts([test.left, *test.comparators], look, code)


def _facts(nodes: list[ast.expr], look: Look, code: Code) -> list[str]:
    return [fact(node, look, code) for node in nodes]


def _truth(test: ast.expr, look: Look, code: Code, *, holds: bool) -> list[str]:
    value = work_out(test, look)
    if isinstance(value, bool) and isinstance(test, ast.Call):
        of = [test.func.value] if isinstance(test.func, ast.Attribute) else []
        return _facts([*of, *test.args], look, code)
    named = code.quoted(test)
    if named and isinstance(value, str | list | dict | set | tuple):
        return [f"{named} is not empty" if holds else f"{named} is empty"]
    return [fact(test, look, code)]


def fact(node: ast.expr, look: Look, code: Code) -> str:
    """Say what an expression comes to, ``""`` where it is plain or can't be told.

    :raises Unknown: it can't be told.
    """
    if isinstance(node, ast.Constant | ast.Tuple | ast.List | ast.Set):
        return ""
    if isinstance(node, ast.UnaryOp) and isinstance(node.operand, ast.Constant):
        return ""
    found = work_out(node, look)
    value = repr(found) if isinstance(found, Instance) else pictured(found)
    if isinstance(found, set | dict | list) and not found and (named := code.quoted(node)):
        return f"{named} is empty"
    if len(value) > _MAX_VALUE_CHARS or "`" in value:
        return ""
    try:
        return f"{put_in(node, look)} is {value}"
    except Unknown:
        pass
    quoted = code.quoted(node)
    is_plain = isinstance(node, ast.Name | ast.Subscript | ast.Call | ast.Attribute)
    return f"{quoted} is {value}" if quoted and is_plain else ""
