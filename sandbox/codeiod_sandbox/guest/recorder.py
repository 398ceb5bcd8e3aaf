"""Record what a program's functions do, step by step, in bounded room. Standard library alone.

Told of events by `tracer`, whichever way it learns of them. In the head of a trace the changes of
every statement are looked at, and for each line of a call its first visits and its last ones are
kept. After that only the calls that the head shows are looked at, where they leave a loop or
return; and when that has gone on for long, nothing. Values are kept as snapshots: most are never
written.
"""

import builtins
from collections import deque
from types import FrameType
from typing import Any

from .changes import Call, Changes
from .story import CALL, LINE, NOTHING, RAISE, RETURN, YIELD, Limits, Row, Writer

# Functions look up builtins here from now on; a program's changes are not seen.
globals()["__builtins__"] = dict(vars(builtins))

_TAIL_LOOKS = 10  # for each step that may be kept
_NAME_CHARS = 200
_QUIETLY_RAISED = frozenset(map(id, (StopIteration, StopAsyncIteration, GeneratorExit)))


class Recorder:
    """Collects the steps of one traced call.

    :param statements: for each line of the program, from line 0 on, the first one of its statement.
    """

    def __init__(self, limits: Limits, statements: list[int]) -> None:
        self.is_stopped = False
        self._limits = limits
        self._statements = statements
        self._changes = Changes()
        self._snapper = self._changes.snapper
        self._total = 0
        self._calls = 0
        self._counts: dict[int, int] = {}
        self._arcs: set[tuple[int, int]] = set()
        self._in_head = True
        self._looks = limits.max_tail_steps * _TAIL_LOOKS
        self._head: list[Row] = []
        self._tail: deque[Row] = deque(maxlen=limits.max_tail_steps)
        self._told: dict[int, tuple[str, int, int, int]] = {}
        self._stack: list[Call] = []
        self._paused: dict[int, Call] = {}

    def entered(self, frame: FrameType) -> Call:
        """Begin a call."""
        code = frame.f_code
        above = self._stack[-1] if self._stack else None
        call = Call(code, self._calls, len(self._stack), is_kept=self._in_head)
        self._stack.append(call)
        self._calls += 1
        number = self._next()
        if self._in_head:
            self._changes.watch(call, frame)
            name = str.__str__(code.co_qualname)[:_NAME_CHARS]
            came_from = (above.number, above.line) if above else (-1, 0)
            self._told[call.number] = (name, call.depth, *came_from)
            changes = self._changes.of_locals(call, frame)
            line = code.co_firstlineno
            self._keep(Row(number, CALL, line, call.number, 0, 0, changes, NOTHING, False))
        return call

    def resumed(self, call: Call, _: FrameType) -> None:
        """Go on with the call of a generator, if it does not go on already."""
        if call.is_paused:
            call.is_paused = False
            self._paused.pop(call.number, None)
            self._stack.append(call)

    def reached(self, call: Call, frame: FrameType, line: int) -> None:
        """Begin a line, and with it, perhaps, a statement."""
        statements = self._statements
        if line < len(statements):
            line = statements[line]
        before = call.line
        if line == before:
            return
        self.resumed(call, frame)  # of one that an exception was thrown into nothing else tells
        visit = call.visits[line] = call.visits.get(line, 0) + 1
        if not call.is_complete:
            self._complete(call, frame, line, is_news=visit == 1)
        self._arcs.add((before, line))
        self._counts[line] = self._counts.get(line, 0) + 1
        call.line = line
        call.is_complete = False
        call.raised = 0

    def returned(self, call: Call, frame: FrameType, value: object) -> None:
        """End a call by a value."""
        self._arcs.add((call.line, 0))
        self._end_line(call, frame)
        self._tell(call, frame, RETURN, value)
        self._left(call)

    def yielded(self, call: Call, frame: FrameType, value: object) -> None:
        """Leave a generator for a while."""
        self._tell(call, frame, YIELD, value)
        self.paused(call)

    def paused(self, call: Call) -> None:
        """Leave a generator without a value: nobody goes on with it."""
        call.is_paused = True
        self._paused[call.number] = call
        self._pop(call)

    def unbegun(self, call: Call) -> None:
        """Take back the last step: a generator was entered only to be closed."""
        if self._head and self._head[-1].frame == call.number and self._in_head:
            self._head.pop()
            self._total -= 1
            self._calls -= 1
        self._pop(call)

    def raised(self, call: Call, frame: FrameType, error: BaseException) -> None:
        """Tell an exception that came out of the line, once."""
        if id(type(error)) in _QUIETLY_RAISED or call.raised == id(error):
            return
        self.resumed(call, frame)
        self._end_line(call, frame)
        call.raised = id(error)
        self._tell(call, frame, RAISE, error)

    def unwound(self, call: Call, frame: FrameType) -> None:
        """End a call by an exception, or because nobody goes on with a generator."""
        if not call.is_paused:
            self._end_line(call, frame)
        self._left(call)

    def ended(self, value: object) -> None:
        """Tell what the outermost call returned, where the tracing had ended before."""
        if self.is_stopped and self._stack:
            call, number = self._stack[0], self._total
            taken = self._snapper.take(value)
            self._total += 1
            self._tail.append(Row(number, RETURN, call.line, call.number, 0, 0, [], taken, True))

    def story(self) -> list[Any]:
        """Return all that was recorded, as JSON can carry it."""
        for call in (*self._stack, *self._paused.values()):
            self._keep_last_visits(call)
        head = {row.number: row for row in self._head}
        tail = [row for row in self._tail if row.number not in head]
        rows = Writer(self._limits).written([head[number] for number in sorted(head)], tail)
        calls = sorted({row[3] for row in rows})
        return [
            rows,
            [[number, *self._told[number]] for number in calls],
            sorted(self._counts.items()),
            sorted(self._arcs),
            self._calls,
            self._total,
            self.is_stopped,
        ]

    def _next(self) -> int:
        number = self._total
        self._total += 1
        if self._total >= self._limits.max_events:
            self.is_stopped = True
        return number

    def _end_line(self, call: Call, frame: FrameType) -> None:
        if not call.is_complete:
            call.is_complete = True
            self._complete(call, frame, 0, is_news=True)

    def _complete(self, call: Call, frame: FrameType, following: int, *, is_news: bool) -> None:
        """Keep the line that has run, where it is to be kept.

        :param is_news: whether where it leads is worth a look too: the way out of a loop.
        """
        number = self._next()
        line = call.line
        visit = call.visits[line]
        is_early = visit <= self._limits.visits_first
        if not self._looks_at(call, is_news=visit == 1 or is_news):
            return
        changes = self._changes.of_locals(call, frame)
        was_dirty = call.is_dirty
        row = Row(number, LINE, line, call.number, visit, following, changes, NOTHING, was_dirty)
        call.is_dirty = False
        if self._in_head and not is_early:
            self._keep_for_now(call, row)
        else:
            self._keep(row)

    def _tell(self, call: Call, frame: FrameType, kind: int, value: object) -> None:
        """Keep a step that has a value: a return, a yield, an exception."""
        number = self._next()
        if self._looks_at(call, is_news=kind != YIELD):
            changes = self._changes.of_globals(call, frame, whole=True)
            taken = self._snapper.take(value)
            self._keep(Row(number, kind, call.line, call.number, 0, 0, changes, taken, False))

    def _looks_at(self, call: Call, *, is_news: bool) -> bool:
        if self._in_head:
            return True
        if call.is_kept and is_news and self._looks > 0:
            self._looks -= 1
            return True
        call.is_dirty = True
        return False

    def _keep(self, row: Row) -> None:
        if self._in_head:
            self._head.append(row)
            self._look_for_end_of_head()
        else:
            self._tail.append(row)

    def _keep_for_now(self, call: Call, row: Row) -> None:
        """Keep one of the last visits of a line, until later ones take its place."""
        ring = call.rings.get(row.line)
        if ring is None:
            ring = call.rings[row.line] = deque()
        ring.append(row)
        if len(ring) > self._limits.visits_last:
            dropped = ring.popleft()
            for name, _, _ in dropped.changes:
                # Of use where no later one changes it: it tells what they find.
                call.dropped[dropped.line, name] = dropped
        self._look_for_end_of_head()

    def _look_for_end_of_head(self) -> None:
        limits = self._limits
        if self._total >= limits.max_steps or self._snapper.taken > limits.max_values:
            self._in_head = False

    def _keep_last_visits(self, call: Call) -> None:
        for line, ring in call.rings.items():
            for row in ring:
                self._head.append(row)
                for name, _, _ in row.changes:
                    call.dropped.pop((line, name), None)
        self._head.extend(call.dropped.values())
        call.rings, call.dropped = {}, {}

    def _left(self, call: Call) -> None:
        self._keep_last_visits(call)
        self._paused.pop(call.number, None)
        self._pop(call)

    def _pop(self, call: Call) -> None:
        if call in self._stack:
            del self._stack[self._stack.index(call) :]
