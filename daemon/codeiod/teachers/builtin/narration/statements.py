"""What one statement does, said as a clause, with the values that the trace shows.

May import the narration's ``assignments``, ``changes``, ``codemap``, ``conditions``,
``evaluating``, ``story``, ``sums``, ``objects`` and ``voice``.
"""

from __future__ import annotations

import ast
from dataclasses import replace

from codeiod.teachers.builtin.narration.assignments import Assignments
from codeiod.teachers.builtin.narration.changes import changed
from codeiod.teachers.builtin.narration.codemap import Code, Placed
from codeiod.teachers.builtin.narration.conditions import tested
from codeiod.teachers.builtin.narration.evaluating import Look, work_out
from codeiod.teachers.builtin.narration.objects import Unknown
from codeiod.teachers.builtin.narration.story import Frame, Moment
from codeiod.teachers.builtin.narration.sums import put_in
from codeiod.teachers.builtin.narration.voice import (
    Clause,
    Voice,
    brief,
    listed,
    whole,
)

_MAX_STAYING_CHARS = 60
_REORDERING = {"sort": "sorted", "reverse": "turned round"}
_TURNS: dict[type, tuple[str, str]] = {
    ast.ExceptHandler: ("this is caught", "the exception is caught here"),
    ast.Break: ("the loop ends here", "this ends the loop"),
    ast.Continue: ("the round ends here", "we go on to the next round"),
}


class Statements:
    """Says what statements of one program do."""

    def __init__(self, code: Code, voice: Voice) -> None:
        self._code = code
        self._voice = voice
        self._assignments = Assignments(code, voice, self.look)

    def look(self, frame: Frame, place: int) -> Look:
        """Return what finds the values of names just before a moment."""
        return lambda name: frame.value_at(name, place, self._code)

    def said(self, frame: Frame, moment: Moment, effects: str = "") -> Clause | None:
        """Say what a moment does, after the `effects` of its calls; None where that is nothing."""
        if moment.raised is not None:
            return Clause(f"{self._doing(moment)} raises {brief(moment.raised)}")
        node = self._code.statements.get(moment.step.line)
        is_shared = moment.step.line in self._code.shared
        if effects and (taken := self._taken_over(node, frame, moment)):
            return Clause(taken)
        match node:
            case ast.If() if is_shared:
                return self._short_if(node, frame, moment)
            case ast.If():
                holds = self._code.leads_into(node.body, moment.step.next_line)
                clause = self.test(node.test, holds, frame, moment)
                return replace(clause, leads=holds or bool(node.orelse))
            case ast.Return():
                return Clause(self._returned(node, frame, moment))
            case ast.Assign() | ast.AugAssign() | ast.AnnAssign() if not is_shared:
                return self._assignments.said(node, frame, moment)
            case ast.ExceptHandler():
                is_it = self._code.leads_into(node.body, moment.step.next_line)
                return Clause(self._voice.pick(*_TURNS[type(node)])) if is_it else None
            case ast.Break() | ast.Continue():
                return Clause(self._voice.pick(*_TURNS[type(node)]))
        return self._other(node, frame, moment)

    def _taken_over(self, node: Placed | None, frame: Frame, moment: Moment) -> str:
        """Say what becomes of the value of a call that was just told."""
        if len(moment.calls) != 1 or not isinstance(getattr(node, "value", None), ast.Call):
            return ""
        value, changes = moment.calls[0].value, moment.step.changes
        if value is None:
            return ""
        if isinstance(node, ast.Return) and frame.value and frame.value.text == value.text:
            return self._voice.pick("this is returned", "that is what is returned")
        if isinstance(node, ast.Assign) and len(changes) == 1 and changes[0].value == value:
            return f"`{changes[0].name}` becomes {brief(value)}"
        return ""

    def _doing(self, moment: Moment) -> str:
        node = self._code.statements.get(moment.step.line)
        value = getattr(node, "value", None)
        if isinstance(node, ast.Raise | ast.Assert) or not isinstance(value, ast.expr):
            return "this"
        return self._code.quoted(value) or "this"

    def _other(self, node: Placed | None, frame: Frame, moment: Moment) -> Clause | None:
        if moment.yielded and isinstance(node, ast.Expr) and isinstance(node.value, ast.Yield):
            return Clause(f"{brief(moment.yielded[-1])} is yielded")
        said = self._reordered(node, moment) or self._brought_about(node, moment)
        said = said or changed(moment.step.changes, self._voice)
        if not said:
            return self._left_as_it_is(node, frame, moment)
        if isinstance(node, ast.Expr) and self._voice.chance(0.3):
            quoted = self._code.quoted(node.value, 48)
            if quoted and not moment.step.changes[0].parts:
                return Clause(f"after {quoted}, {said}")
        return Clause(said)

    def _brought_about(self, node: Placed | None, moment: Moment) -> str:
        """Say what names are after calls of the program's functions, where that is short."""
        changes = moment.step.changes
        if not isinstance(node, ast.Expr) or not moment.calls:
            return ""
        after = [whole(change.value, _MAX_STAYING_CHARS) for change in changes]
        said = [f"`{c.name}` is now {text}" for c, text in zip(changes, after, strict=True)]
        return listed(said) if all(after) else ""

    def _reordered(self, node: Placed | None, moment: Moment) -> str:
        """Say that a list is sorted or reversed in place."""
        call = getattr(node, "value", None)
        if not isinstance(call, ast.Call) or not isinstance(call.func, ast.Attribute):
            return ""
        did = _REORDERING.get(call.func.attr)
        if not did or len(moment.step.changes) != 1 or not isinstance(call.func.value, ast.Name):
            return ""
        (change,) = moment.step.changes
        after = whole(change.value) if call.func.value.id == change.name else ""
        return f"`{change.name}` is {did}: {after}" if after else ""

    def _left_as_it_is(self, node: Placed | None, frame: Frame, moment: Moment) -> Clause | None:
        """Say that a method changes nothing of what it is called on."""
        call = node.value if isinstance(node, ast.Expr) else None
        if not isinstance(call, ast.Call) or not isinstance(call.func, ast.Attribute):
            return None
        of, quoted = call.func.value, self._code.quoted(call, 48)
        if moment.calls or not quoted or not isinstance(of, ast.Name):
            return None
        seen = whole(frame.at(of.id, moment.place), _MAX_STAYING_CHARS)
        return Clause(f"{quoted} leaves `{of.id}` as it is, {seen}") if seen else None

    # Conditions

    def test(self, test: ast.expr, holds: bool | None, frame: Frame, moment: Moment) -> Clause:
        """Say which way a test went."""
        look = self.look(frame, moment.place)
        return tested(test, holds, look, self._code, self._voice)

    def _short_if(self, node: ast.If, frame: Frame, moment: Moment) -> Clause | None:
        """Say what an ``if`` does that has its block on its own line."""
        try:
            holds = bool(work_out(node.test, self.look(frame, moment.place)))
        except Unknown:
            return self._other(node, frame, moment)
        clause = self.test(node.test, holds, frame, moment)
        done = changed(moment.step.changes, self._voice)
        inner = node.body[0] if holds else None
        if isinstance(inner, ast.Return) and not moment.step.next_line:
            done = self._returned(inner, frame, moment)
        elif isinstance(inner, ast.Break):
            done = "the loop ends here"
        elif isinstance(inner, ast.Continue):
            done = "we go on to the next round"
        return Clause(f"{clause.text}; {done}" if done else clause.text, is_test=True)

    # Results

    def _returned(self, node: ast.Return, frame: Frame, moment: Moment) -> str:
        if node.value is None or not frame.has_returned:
            return "the call ends here without a value"
        value = brief(frame.value)
        voice, quoted = self._voice, self._code.quoted(node.value, 60)
        if isinstance(node.value, ast.Constant) or quoted == f"`{value}`":
            return f"{value} is returned"
        try:
            sum_ = put_in(node.value, self.look(frame, moment.place))
        except Unknown:
            sum_ = ""
        if sum_ and whole(frame.value):
            return voice.pick(
                f"{sum_} = {value} is returned", f"it returns {sum_}, that is {value}"
            )
        if isinstance(node.value, ast.Name):
            return voice.pick(
                f"{quoted} is returned, which is {value}", f"it returns {quoted}: {value}"
            )
        if quoted:
            return voice.pick(
                f"{quoted} gives {value}, and this is returned", f"it returns {quoted}: {value}"
            )
        return voice.pick(f"it returns {value}", f"{value} is returned")
