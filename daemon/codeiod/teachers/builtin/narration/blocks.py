"""The moments of a call folded into its loops and their rounds.

May import the narration's ``codemap`` and ``story``.
"""

from __future__ import annotations

import ast
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

from codeiod.teachers.builtin.narration.codemap import Code, Loop
from codeiod.teachers.builtin.narration.story import Moment


@dataclass(slots=True)
class Round:
    """One run of a loop's body."""

    number: int
    """Counts from 1; 0 where its beginning was left out."""
    head: Moment
    body: list[Block] = field(default_factory=list)


@dataclass(slots=True)
class LoopRun:
    """One run of a loop, from entering to leaving it."""

    loop: Loop
    first: Moment
    rounds: list[Round] = field(default_factory=list)
    end: Moment | None = None
    """The look at the head that found the loop at its end."""

    @property
    def count(self) -> int:
        """How many rounds there were, as far as the trace shows."""
        if self.end is not None:
            return self.end.step.visit - self.first.step.visit
        return max((each.number for each in self.rounds), default=0)


Block: TypeAlias = Moment | LoopRun


def in_blocks(moments: Sequence[Moment], code: Code, *, is_long: bool) -> list[Block]:
    """Fold the moments of a call into its loops."""
    whole: list[Block] = []
    open_: list[LoopRun] = []
    heads = _heads(moments, code)
    for moment in moments:
        line = moment.step.line
        chain = code.loops.get(line, ())
        while open_ and (len(open_) > len(chain) or open_[-1].loop is not chain[len(open_) - 1]):
            open_.pop()
        node = code.statements.get(line)
        if isinstance(node, ast.For | ast.While | ast.AsyncFor):
            _look_at_head(node, moment, whole, open_, len(chain), code)
        elif len(open_) == len(chain):
            if (
                moment.follows_gap
                and open_
                and _is_elsewhere(moment, open_[-1], heads, is_long=is_long)
            ):
                open_[-1].rounds.append(Round(0, moment))
            _body_of(whole, open_).append(moment)
    return whole


def _look_at_head(
    node: Loop,
    moment: Moment,
    whole: list[Block],
    open_: list[LoopRun],
    depth: int,
    code: Code,
) -> None:
    """Begin a loop, or a round of it, or end it; one whose beginning was left out is not told."""
    if len(open_) < depth - 1:
        return
    if len(open_) < depth:
        run = LoopRun(node, moment)
        if not moment.follows_gap or moment.step.visit == 1:
            _body_of(whole, open_).append(run)
        open_.append(run)
    run = open_[-1]
    if code.leads_into(node.body, moment.step.next_line) or _is_one_line(node, moment):
        run.rounds.append(Round(moment.step.visit - run.first.step.visit + 1, moment))
    else:
        open_.pop().end = moment


def _heads(moments: Sequence[Moment], code: Code) -> dict[int, list[Moment]]:
    found: dict[int, list[Moment]] = {}
    for moment in moments:
        if isinstance(code.statements.get(moment.step.line), ast.For | ast.While):
            found.setdefault(moment.step.line, []).append(moment)
    return found


def _is_elsewhere(
    moment: Moment, run: LoopRun, heads: dict[int, list[Moment]], *, is_long: bool
) -> bool:
    """Tell whether the beginning of the round that a moment is in may have been left out.

    The last looks at a loop's head are kept, so those that are told show whether some are not.
    """
    if not run.rounds or run.rounds[-1].number == 0:
        return bool(run.rounds)
    before = run.rounds[-1].head
    later = (head for head in heads[run.loop.lineno] if head.place > moment.place)
    head = next(later, None)
    return is_long if head is None else head.step.visit != before.step.visit + 1


def _is_one_line(node: Loop, moment: Moment) -> bool:
    return node.body[0].lineno == node.lineno == moment.step.next_line


def _body_of(whole: list[Block], open_: list[LoopRun]) -> list[Block]:
    for run in reversed(open_):
        if run.rounds:
            return run.rounds[-1].body
    return whole
