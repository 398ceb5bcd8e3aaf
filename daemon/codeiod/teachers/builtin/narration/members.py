"""A comprehension that calls a function of the program for each member: what each call gave.

May import the narration's ``calls``, ``codemap``, ``evaluating``, ``objects``, ``story``,
``values`` and ``voice``.
"""

from __future__ import annotations

import ast
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from codeiod.teachers.builtin.narration.calls import signature
from codeiod.teachers.builtin.narration.codemap import Code, Placed
from codeiod.teachers.builtin.narration.evaluating import Look, work_out
from codeiod.teachers.builtin.narration.objects import Unknown
from codeiod.teachers.builtin.narration.story import UNTOLD, Frame, Moment
from codeiod.teachers.builtin.narration.values import value_of
from codeiod.teachers.builtin.narration.voice import brief, listed, ordinal

_MAX_MEMBER_CHARS = 60
_MAX_POINTS = 12
_MAX_VALUE_CHARS = 90
_Comprehension = ast.ListComp | ast.SetComp | ast.GeneratorExp | ast.DictComp


@dataclass(frozen=True, slots=True)
class Asked:
    """One member, and the call that it was given to.

    :param is_kept: None where the comprehension keeps all.
    """

    member: str
    call: Frame
    is_kept: bool | None

    def told(self, code: Code) -> str:
        """Say what came of it."""
        given = [shown.text for _, shown in self.call.arguments]
        named = signature(self.call, code) if self.member not in given else f"`{self.call.name}`"
        said = f"{self.member}: {named} returns {brief(self.call.value, _MAX_VALUE_CHARS)}"
        if self.is_kept is None:
            return said
        return f"{said}, so it is {'kept' if self.is_kept else 'left out'}"


def asked_of(node: Placed | None, moment: Moment, look: Look) -> list[Asked]:
    """Return what a statement's comprehension asked of each member; empty where it has no such."""
    value = getattr(node, "value", None)
    if len(moment.calls) < 2 or not isinstance(value, ast.expr):  # one is told as any other
        return []
    found = _comprehension(value)
    if found is None:
        return []
    try:
        return _asked(found, moment, look)
    except Unknown:
        return []


@lru_cache(maxsize=512)
def _comprehension(value: ast.expr) -> _Comprehension | None:
    """Return the one comprehension of an expression that goes over one thing."""
    found = [each for each in ast.walk(value) if isinstance(each, _Comprehension)]
    return found[0] if len(found) == 1 == len(found[0].generators) else None


def _asked(node: _Comprehension, moment: Moment, look: Look) -> list[Asked]:
    generator = node.generators[0]
    members = list(_members(generator.iter, look))
    test = generator.ifs[0] if generator.ifs else None
    names = {call.name for call in moment.calls} - UNTOLD
    made = node.value if isinstance(node, ast.DictComp) else node.elt
    asking = _called(test if test is not None else made, names)
    if asking is None or len(generator.ifs) > 1:
        return []
    calls = [call for call in moment.calls if call.name == _name(asking)]
    if len(calls) != len(members) or not all(call.has_returned for call in calls):
        return []
    return [
        Asked(_text(member, place), call, None if test is None else _holds(test, asking, call))
        for place, (member, call) in enumerate(zip(members, calls, strict=True))
    ]


def _members(node: ast.expr, look: Look) -> Sequence[Any]:
    value = work_out(node, look)
    if not isinstance(value, list | tuple | range | str):
        raise Unknown
    return value


def _name(call: ast.Call) -> str:
    function = call.func
    if isinstance(function, ast.Attribute):
        return function.attr
    return function.id if isinstance(function, ast.Name) else ""


def _called(node: ast.expr, names: set[str]) -> ast.Call | None:
    """Return the outermost call of one of these functions."""
    for each in ast.walk(node):
        if isinstance(each, ast.Call) and _name(each) in names:
            return each
    return None


def _holds(test: ast.expr, asking: ast.Call, call: Frame) -> bool:
    """Tell whether a test holds with what a call gave.

    :raises Unknown: that can't be told.
    """
    if call.value is None:
        raise Unknown
    if test is asking:
        return bool(value_of(call.value))
    if isinstance(test, ast.UnaryOp) and isinstance(test.op, ast.Not):
        return not _holds(test.operand, asking, call)
    raise Unknown


def _text(member: Any, place: int) -> str:
    text = repr(member)
    fits = len(text) <= _MAX_MEMBER_CHARS and "`" not in text
    return text if fits else f"the {ordinal(place + 1)} one"


def heading(asked: Sequence[Asked], node: Placed | None, code: Code) -> str:
    """Say what is done with the members."""
    over = ""
    for each in ast.walk(node) if node is not None else ():
        if isinstance(each, ast.comprehension):
            over = code.quoted(each.iter, 40)
    of = f" of {over}" if over else ""
    return f"For each{of} `{asked[0].call.name}` is called:"


def closely(asked: Sequence[Asked]) -> list[Asked]:
    """Choose the members to follow closely: the first one of each outcome."""
    chosen: dict[bool | None, Asked] = {}
    for each in asked:
        known = chosen.get(each.is_kept)
        if known is None or len(known.call.moments) < 2 <= len(each.call.moments):
            chosen[each.is_kept] = each
    return list(chosen.values())


def points(asked: Sequence[Asked]) -> tuple[Sequence[Asked], str]:
    """Return the members to tell one by one, and what is said of the others."""
    if len(asked) <= _MAX_POINTS:
        return asked, ""
    rest = asked[_MAX_POINTS:]
    kept = [each.member for each in rest if each.is_kept]
    if rest[0].is_kept is None:
        return asked[:_MAX_POINTS], "The others are worked out alike."
    if not kept:
        return asked[:_MAX_POINTS], "None of the others is kept."
    return asked[:_MAX_POINTS], f"Of the others {listed(kept[:_MAX_POINTS])} are kept."
