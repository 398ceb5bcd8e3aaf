"""What an assignment does, said as a clause, with the values that the trace shows.

May import the narration's ``changes``, ``codemap``, ``conditions``, ``evaluating``, ``story``,
``objects``, ``sums`` and ``voice``, and the sandbox's values.
"""

from __future__ import annotations

import ast
from collections.abc import Callable
from typing import Any

from codeiod.teachers.builtin.narration.changes import becomes, changed
from codeiod.teachers.builtin.narration.codemap import Code
from codeiod.teachers.builtin.narration.conditions import tested
from codeiod.teachers.builtin.narration.evaluating import Look, work_out
from codeiod.teachers.builtin.narration.objects import Unknown, in_words, pictured
from codeiod.teachers.builtin.narration.story import Frame, Moment
from codeiod.teachers.builtin.narration.sums import put_in
from codeiod.teachers.builtin.narration.voice import Clause, Voice, is_bare, listed, objects, whole
from codeiod_sandbox.traces import Change

_SHORT_CHARS = 30
_MAX_STAYING_CHARS = 60
_MAX_SET_CHARS = 100
_EMPTY = ("[]", "{}", "set()", "()")


class Assignments:
    """Says what assignments of one program do.

    :param look: returns what finds the values of names just before a moment.
    """

    def __init__(self, code: Code, voice: Voice, look: Callable[[Frame, int], Look]) -> None:
        self._code = code
        self._voice = voice
        self._look = look

    def said(
        self, node: ast.Assign | ast.AugAssign | ast.AnnAssign, frame: Frame, moment: Moment
    ) -> Clause | None:
        """Say what an assignment does; None where that is nothing."""
        changes = moment.step.changes
        if node.value is None:
            return None
        if not changes:
            return self._unchanged(node, frame, moment)
        if len(changes) == 1 and is_bare(changes[0].value):
            return None
        if len(changes) > 1 or moment.step.is_summary or not _binds(node, changes[0].name):
            return self._several(node, frame, moment)
        return Clause(self._one(node, changes[0], frame, moment))

    def _unchanged(self, node: Any, frame: Frame, moment: Moment) -> Clause | None:
        target = node.targets[0] if isinstance(node, ast.Assign) else node.target
        look = self._look(frame, moment.place)
        quoted = self._code.quoted(target, 40)
        if isinstance(target, ast.Tuple) or not quoted:
            return None
        try:
            kept = work_out(target, look)
            named, stays = f"`{_resolved(target, look)}`", in_words(kept) or pictured(kept)
        except Unknown:
            named, stays = quoted, ""
        if stays and len(stays) <= _MAX_STAYING_CHARS:
            return Clause(f"{named} stays {stays}")
        root: ast.expr = target
        while isinstance(root, ast.Subscript | ast.Attribute):
            root = root.value
        shown = frame.at(root.id, moment.place) if isinstance(root, ast.Name) else None
        is_known = shown is not None and not shown.is_cut and not shown.text.startswith("<")
        return Clause(f"{named} stays as it is") if is_known else None

    def _several(self, node: Any, frame: Frame, moment: Moment) -> Clause | None:
        changes = moment.step.changes
        said = self._set(node, frame, moment) or self._moved(node, changes)
        said = said or changed(changes, self._voice)
        if not said:
            return None
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Tuple):
            names = [c.name for c in changes]
            if len(names) > 1 and all(whole(c.value) and not c.parts for c in changes):
                said = listed([f"`{c.name}` becomes {c.value.text}" for c in changes])
        return Clause(said)

    def _moved(self, node: Any, changes: tuple[Change, ...]) -> str:
        """Say that a name takes an object, and what else changes."""
        for change in changes:
            if _binds(node, change.name) and objects(change.value, _MAX_SET_CHARS):
                others = [other for other in changes if other is not change]
                return listed(
                    [
                        each
                        for each in (self._rebound(node, change), changed(others, self._voice))
                        if each
                    ]
                )
        return ""

    def _set(self, node: Any, frame: Frame, moment: Moment) -> str:
        """Say that an attribute takes a value, once, whatever names lead to it."""
        target = node.targets[0] if isinstance(node, ast.Assign) else node.target
        named = self._code.quoted(target, 40)
        if not isinstance(target, ast.Attribute) or not named:
            return ""
        try:
            value = work_out(target, self._look(frame, moment.place + 1))
            text = in_words(value) or pictured(value)
        except Unknown:
            return ""
        if len(text) > _MAX_SET_CHARS or "`" in text:
            return ""
        return self._voice.pick(f"{named} becomes {text}", f"{named} is set to {text}")

    def _one(self, node: Any, change: Change, frame: Frame, moment: Moment) -> str:
        name, value = change.name, whole(change.value)
        target = node.targets[0] if isinstance(node, ast.Assign) else node.target
        if not value or not isinstance(target, ast.Name) or target.id != name:
            return self._rebound(node, change)
        is_new = frame.at(name, moment.place) is None
        if isinstance(node.value, ast.Constant | ast.List | ast.Dict) and is_new:
            return self._voice.pick(
                f"`{name}` starts as {value}",
                f"`{name}` is set to {value}",
                f"`{name}` begins as {value}",
            )
        return self._computed(node, name, value, frame, moment)

    def _rebound(self, node: Any, change: Change) -> str:
        """Say that a name names something that is not shown whole."""
        quoted = self._code.quoted(node.value, 48)
        if quoted and isinstance(node.value, ast.Attribute | ast.Name | ast.Subscript):
            seen = objects(change.value, _MAX_STAYING_CHARS)
            return f"`{change.name}` moves on to {quoted}{', ' if seen else ''}{seen}"
        said = becomes(change.name, change.value, self._voice)
        return said or f"`{change.name}` takes what {quoted or 'its expression'} gives"

    def _computed(self, node: Any, name: str, value: str, frame: Frame, moment: Moment) -> str:
        look, voice = self._look(frame, moment.place), self._voice
        source = node.value
        if isinstance(node, ast.AugAssign):
            source = ast.BinOp(ast.Name(name, ast.Load()), node.op, node.value)
        try:
            sum_ = put_in(source, look)
            if repr(work_out(source, look)) != value:
                sum_ = ""
        except Unknown:
            sum_ = ""
        if sum_:
            ways = [f"`{name}` = {sum_} = {value}", f"`{name}` becomes {value} ({sum_})"]
            before = whole(frame.at(name, moment.place), 20)
            is_step = isinstance(node, ast.AugAssign) and isinstance(node.value, ast.Constant)
            if is_step and before and before[0] not in "'\"":
                ways.append(f"`{name}` goes from {before} to {value}")
            return voice.pick(*ways)
        if isinstance(source, ast.IfExp):
            clause = tested(source.test, None, look, self._code, voice)
            if not clause.text.endswith("looked at"):
                so = ";" if ", so " in clause.text else ", so"
                return f"{clause.text}{so} `{name}` becomes {value}"
        return self._taken(node, name, value)

    def _taken(self, node: Any, name: str, value: str) -> str:
        voice, quoted = self._voice, self._code.quoted(node.value, 60)
        if value in _EMPTY:
            return f"`{name}` is now empty, that is {value}"
        if not quoted or isinstance(node, ast.AugAssign | ast.AnnAssign):
            return voice.pick(f"`{name}` becomes {value}", f"`{name}` is now {value}")
        if isinstance(node.value, ast.Name | ast.Constant | ast.UnaryOp):
            return f"`{name}` becomes {value}"
        ways = [f"`{name}` becomes {value}, by {quoted}"]
        if len(value) <= _SHORT_CHARS:
            ways.append(f"{quoted} gives {value}, so `{name}` = {value}")
        if quoted.endswith((")`", "]`")):
            ways.append(f"`{name}` = {quoted} = {value}")
        return voice.pick(*ways)


def _binds(node: Any, name: str) -> bool:
    """Tell whether an assignment binds this name and no other."""
    target = node.targets[0] if isinstance(node, ast.Assign) else node.target
    return isinstance(target, ast.Name) and target.id == name


def _resolved(target: ast.expr, look: Look) -> str:
    """Write a target with the values of its indices: ``dp[3][4]`` for ``dp[i][j + 1]``.

    :raises Unknown: they can't be told.
    """
    if isinstance(target, ast.Name):
        return target.id
    if isinstance(target, ast.Attribute):
        return f"{_resolved(target.value, look)}.{target.attr}"
    if isinstance(target, ast.Subscript) and not isinstance(target.slice, ast.Slice):
        return f"{_resolved(target.value, look)}[{work_out(target.slice, look)!r}]"
    raise Unknown
