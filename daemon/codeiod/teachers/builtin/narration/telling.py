"""Tell calls, as paragraphs and lists: their statements, their loops, the calls that they make.

May import the narration's other modules.
"""

from __future__ import annotations

import ast
from collections.abc import Sequence

from codeiod.teachers.builtin.narration.blocks import Block, LoopRun, Round, in_blocks
from codeiod.teachers.builtin.narration.calls import effect, signature, without_effect
from codeiod.teachers.builtin.narration.codemap import Code
from codeiod.teachers.builtin.narration.detail import Detail, Openings, Page
from codeiod.teachers.builtin.narration.members import Asked, asked_of, closely, points
from codeiod.teachers.builtin.narration.members import heading as asking
from codeiod.teachers.builtin.narration.recursion import deeds, recursion
from codeiod.teachers.builtin.narration.rounds import grouped, heading, opening
from codeiod.teachers.builtin.narration.statements import Statements
from codeiod.teachers.builtin.narration.story import CONVERSIONS, Frame, Moment
from codeiod.teachers.builtin.narration.summaries import muted, nothing_of
from codeiod.teachers.builtin.narration.voice import Clause, Line, Voice, capital, listed

_MAX_NESTED_LOOPS = 3
_MAX_EFFECTS = 3


class Telling:
    """Tells one call after the other; of a function the first one only from within."""

    def __init__(self, code: Code, voice: Voice, detail: Detail, most_chars: int) -> None:
        self._code, self._voice, self._detail = code, voice, detail
        self._statements = Statements(code, voice)
        self._page, self._openings = Page(most_chars), Openings(detail)
        self._done: dict[int, list[str]] = {}

    @property
    def lines(self) -> list[Line]:
        """What was told."""
        return self._page.lines

    def begin(self, frame: Frame) -> None:
        """Tell the call that does the work."""
        if frame.calls_itself:
            self._recursion(frame, 0, is_core=True)
            if self.lines[0].text.endswith("worked out:"):
                return
            self._page.add(0, f"Then {signature(frame, self._code)} itself:")
        self.frame(frame, 0)

    def frame(self, frame: Frame, depth: int) -> None:
        """Tell a call from within."""
        self._openings.known.add(frame.function)
        self._openings.open += 1
        self._blocks(
            in_blocks(frame.moments, self._code, is_long=frame.is_long), frame, depth, "", 0
        )
        self._openings.open -= 1

    def _blocks(
        self, blocks: Sequence[Block], frame: Frame, depth: int, head: str, nested: int
    ) -> None:
        """Tell statements as one paragraph or point, up to where a loop begins.

        :param head: what a point begins with.
        """
        clauses: list[Clause] = []
        opening = ""
        for block in blocks:
            if isinstance(block, LoopRun):
                self._flush(clauses, depth, head, opening)
                self._loop(block, frame, depth, nested)
                head, opening = "", self._voice.pick("after the loop, ", "then ", "after that, ")
                continue
            look = self._statements.look(frame, block.place)
            asked = asked_of(self._code.statements.get(block.step.line), block, look)
            if asked or self._tells(block, depth):
                self._flush(clauses, depth, head, opening)
                head = opening = ""
            effects = self._calls(block, depth, asked)
            if self._is_told_again(block):
                continue
            clause = self._statements.said(frame, block, effects)
            if effects:
                clauses.append(Clause(effects, leads=clause is not None))
            if clause is not None and clause not in clauses[-1:]:
                clauses.append(clause)
        self._flush(clauses, depth, head, opening, nothing_of(blocks, frame) if head else "")

    def _flush(
        self, clauses: list[Clause], depth: int, head: str, opening: str, nothing: str = ""
    ) -> None:
        """Tell clauses as a paragraph, or as a point where there is a `head`.

        :param nothing: what is said where there are none.
        """
        if head:
            self._point(clauses, depth, head, nothing)
        elif clauses:
            self._page.add(depth, self._voice.sentences(clauses, opening))
        clauses.clear()

    def _point(self, clauses: Sequence[Clause], depth: int, head: str, nothing: str) -> None:
        text = self._voice.sentences(clauses, is_within=True)
        if not text:
            text = nothing
        self._page.add(depth, f"{head}: {text}".rstrip(), is_point=True)

    # Loops

    def _loop(self, run: LoopRun, frame: Frame, depth: int, nested: int) -> None:
        look = self._statements.look(frame, run.first.place)
        if not run.rounds:
            self._skipped(run, frame, depth)
            return
        self._page.add(depth, opening(run, self._code, look, self._voice))
        first = max(self._detail.rounds - nested, 1)
        groups = grouped(run, first, self._detail.others // (1 + nested))
        for place, group in enumerate(groups):
            if group.is_told:
                for each in group.rounds:
                    self._round(each, run, frame, depth + 1, nested)
                continue
            later = groups[place + 1].rounds[0].head if place + 1 < len(groups) else run.end
            end = later.place + later.step.is_summary if later else group.rounds[-1].head.place + 1
            text = muted(group, run, frame, end, self._voice)
            self._page.add(depth + 1, text, is_point=True)
        self._ended(run, frame, depth)

    def _round(self, each: Round, run: LoopRun, frame: Frame, depth: int, nested: int) -> None:
        head = heading(each, run.loop, frame)
        if nested >= _MAX_NESTED_LOOPS:
            return
        self._blocks(each.body, frame, depth, head, nested + 1)

    def _skipped(self, run: LoopRun, frame: Frame, depth: int) -> None:
        """Tell of a loop that has no rounds."""
        if isinstance(run.loop, ast.While):
            self._tested(run.loop, frame, run.first, depth, ", so the loop is not entered.")
            return
        over = self._code.quoted(run.loop.iter) or "what it goes over"
        self._page.add(depth, f"The loop over {over} has no rounds: nothing is in it.")

    def _ended(self, run: LoopRun, frame: Frame, depth: int) -> None:
        if run.end is not None and isinstance(run.loop, ast.While):
            over = self._voice.pick(", and the loop ends.", ": the loop is over.")
            self._tested(run.loop, frame, run.end, depth, over)

    def _tested(self, loop: ast.While, frame: Frame, head: Moment, depth: int, so: str) -> None:
        """Tell why a loop does not go on."""
        clause = self._statements.test(loop.test, False, frame, head)
        self._page.add(depth, f"{capital(clause.text)}{so}")

    # Calls

    def _tells(self, moment: Moment, depth: int) -> bool:
        return any(
            self._openings.tells(called, depth)
            or self._openings.is_recursion(called)
            or (called.calls_itself and self._again(called))
            for called in moment.calls
        )

    def _calls(self, moment: Moment, depth: int, asked: Sequence[Asked] = ()) -> str:
        """Tell the calls of a moment from within or as a recursion; return effects of others."""
        effects: list[str] = []
        if asked:
            self._members(asked, moment, depth)
            return ""
        for called in moment.calls:
            if self._openings.is_recursion(called):
                self._recursion(called, depth)
            elif called.calls_itself and (done := self._again(called)):
                self._listed(f"{signature(called, self._code)} goes on alike:", done, depth)
            elif self._openings.tells(called, depth):
                self._page.add(depth, self._inside(signature(called, self._code)))
                self.frame(called, depth + 1)
            elif called.name not in CONVERSIONS:
                effects.append(effect(called, self._code))
        told = list(dict.fromkeys(filter(None, effects)))
        if not told and effects and not moment.step.changes:
            is_used = not isinstance(self._code.statements.get(moment.step.line), ast.Expr)
            told = [without_effect(moment.calls[-1], self._code, is_used=is_used)]
        if len(told) <= _MAX_EFFECTS:
            return listed(told)
        return f"{', '.join(told[:_MAX_EFFECTS])} and so on"

    def _is_told_again(self, moment: Moment) -> bool:
        """Tell whether what a statement does was just told as what its calls do."""
        is_statement = isinstance(self._code.statements.get(moment.step.line), ast.Expr)
        return is_statement and any(
            each.calls_itself and self._again(each) for each in moment.calls
        )

    def _again(self, called: Frame) -> list[str]:
        """Tell what is done in a recursion of a kind that was told before."""
        if called.number not in self._done:
            is_outermost = called.parent is None or called.parent.function != called.function
            done = deeds(called, self._code, self._voice) if is_outermost else []
            self._done[called.number] = done
        return self._done[called.number]

    def _listed(self, heading: str, texts: Sequence[str], depth: int) -> None:
        self._page.add(depth, heading)
        for text in texts:
            self._page.add(depth + 1, text, is_point=True)

    def _members(self, asked: Sequence[Asked], moment: Moment, depth: int) -> None:
        """Tell what a comprehension asked of each member."""
        node = self._code.statements.get(moment.step.line)
        self._page.add(depth, asking(asked, node, self._code))
        shown, others = points(asked)
        close = closely(shown) if asked[0].call.function not in self._openings.known else []
        for each in shown:
            is_close = each in close and self._openings.may_open(each.call, depth)
            text = f"{each.told(self._code)}{'. Step by step:' if is_close else '.'}"
            self._page.add(depth + 1, text, is_point=True)
            if is_close and each.call.calls_itself:
                self._recursion(each.call, depth + 1)
            elif is_close:
                self.frame(each.call, depth + 2)
        if others:
            self._page.add(depth + 1, others, is_point=True)

    def _inside(self, named: str) -> str:
        return self._voice.pick(
            f"For {named}:", f"Inside {named}:", f"First {named} is worked out:"
        )

    def _recursion(self, called: Frame, depth: int, *, is_core: bool = False) -> None:
        self._openings.known.add(called.function)
        lines, innermost = recursion(called, self._code, self._voice)
        self._page.add(depth, lines[0])
        if innermost is not None and self._openings.is_near(1):
            self.frame(innermost, depth + 1)
        for text in lines[1:]:
            self._page.add(depth + 1, text, is_point=True)
        if innermost is not called and not is_core:
            self._outermost(called, depth)

    def _outermost(self, called: Frame, depth: int) -> None:
        """Tell the call that a recursion begins with, now that what it calls is known."""
        if self._openings.may_open(called, depth):
            named = signature(called, self._code)
            self._page.add(depth + 1, f"Then {named} itself:")
            self.frame(called, depth + 1)
