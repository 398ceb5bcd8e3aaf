"""What a function does, in a sentence or a few, told by its structure.

Imports the standard library and its neighbours. For programs that nobody has described.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Sequence
from itertools import groupby

from codeiod.teachers.builtin.composing.formulas import is_short, listed
from codeiod.teachers.builtin.composing.phrases import say
from codeiod.teachers.builtin.composing.roles import Change, Part, Role
from codeiod.teachers.builtin.composing.subject import Result

MOST_CHANGES = 6
NAMED = ("an integer", "a number", "a text", "a list of integers", "a list of texts", "a list",
         "a list of numbers", "a list of lists")  # fmt: skip


def gist(result: Result, arguments: Sequence[str], kind: str) -> str:
    """Say in one sentence what is worked out; exactly where the structure is simple.

    :param kind: what the result is: "a list of integers".
    """
    exact = _exact(result.roles[0]) if len(result.roles) == 1 else ""
    if exact and _names_in(exact) <= {*arguments, *_gone_through(result.roles[0])}:
        return exact
    given = listed([f"`{name}`" for name in arguments])
    if not result.what:
        return (
            f"Work out {kind if kind in NAMED else 'the result'} from {given} by the rules below."
        )
    what = result.what
    return (
        f"Find out what becomes of {what}." if what in given else f"Work out {what} from {given}."
    )


def outline(result: Result) -> list[str]:
    """Tell how the parts of a result are made, a line each; nothing where that is not seen."""
    made = [told for role in result.roles if (told := _made(role))]
    given = f"What is given back: {result.form[0].lower()}{result.form[1:]}" if result.form else ""
    return [*made, *([given] if given else [])] if made else []


def _exact(role: Role) -> str:
    if len(role.changes) != 1 or not role.changes[0].exact or not role.changes[0].where:
        return ""
    (change,) = role.changes
    loops = [place for place in change.where if not place.startswith("if ")]
    tests = [place.removeprefix("if ") for place in change.where if place.startswith("if ")]
    if any(place.startswith(("as long", "for each `_`")) for place in loops) or not loops:
        return ""
    through, such = ", ".join(loops), f", where {listed(tests)}" if tests else ""
    match role.part, change.node:
        case Part.COUNT, _ if tests and _is_zero(role.start):
            return f"Count how often {listed(tests)}, {through}."
        case Part.SUM, ast.AugAssign(value=value) if _is_zero(role.start) and is_short(value):
            return f"Add up {say(value)} {through}{such}."
        case Part.LIST, ast.Expr(
            value=ast.Call(func=ast.Attribute(attr="append"), args=[value])
        ) if _is_empty(role.start) and is_short(value):
            return f"Collect {say(value)} {through}{such}."
    return ""


def _names_in(told: str) -> set[str]:
    """Return the names in the formulas of a sentence, those of what is called left out."""
    pieces = " ".join(re.findall(r"`([^`\"']*)`", told))
    return set(re.findall(r"(?<![\w.])[A-Za-z_]\w*\b(?!\()", pieces))


def _gone_through(role: Role) -> set[str]:
    """Return the names that stand for the items of the loops around a change."""
    found = re.findall(r"for each `([^`]*)`", " ".join(role.changes[0].where))
    return set(re.findall(r"\w+", " ".join(found)))


def _is_zero(start: ast.expr | None) -> bool:
    return isinstance(start, ast.Constant) and start.value == 0


def _is_empty(start: ast.expr | None) -> bool:
    return start is not None and ast.unparse(start) in ("[]", "list()")


def _made(role: Role) -> str:
    """Tell how a variable starts and what is done to it."""
    name = f"`{role.name}`".replace("self.", "")
    told = list[str]()
    if role.start is not None and is_short(role.start):
        told.append(f"{name} starts as {say(role.start)}")
    for where, changes in groupby(role.changes[:MOST_CHANGES], key=lambda change: change.where):
        told.append(_done(where, list(changes)))
    if len(role.changes) > MOST_CHANGES:
        told.append(f"{name} is changed in {len(role.changes) - MOST_CHANGES} more places")
    seen = [change for change in role.changes if all(change.where)]
    if len(seen) < len(role.changes) / 2 or not seen:
        return ""
    sentence = "; ".join(told).replace("self.", "")
    return f"{sentence[0].upper() if not sentence.startswith('`') else '`'}{sentence[1:]}."


def _done(where: Sequence[str], changes: Sequence[Change]) -> str:
    acts = listed(list(dict.fromkeys(change.act for change in changes)))
    places = [place for place in where if place]
    hidden = len(places) < len(where)
    return ", ".join([*places, f"in some cases {acts}" if hidden else acts])
