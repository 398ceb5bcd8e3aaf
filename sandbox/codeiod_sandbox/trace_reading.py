"""Read the trace that a guest wrote. It comes from where untrusted code ran: its form is checked.

Imports anyio, the values, the strict parser and the guest's numbers. What can't be checked here
is whether it is true: a program that means to can lie about itself.
"""

import os
from collections.abc import Callable
from typing import Any

import anyio.to_thread

from codeiod_sandbox import strict_json
from codeiod_sandbox.guest import differences, story
from codeiod_sandbox.guest.messages import HEADER, RECORD, Kind, trace_bytes
from codeiod_sandbox.traces import (
    Change,
    Effect,
    Part,
    Shown,
    Step,
    StepKind,
    Trace,
    TraceLimits,
)

_KINDS = {
    story.CALL: StepKind.CALL,
    story.LINE: StepKind.LINE,
    story.RETURN: StepKind.RETURN,
    story.RAISE: StepKind.RAISE,
    story.YIELD: StepKind.YIELD,
}
_EFFECTS = {
    differences.CHANGED: Effect.SET,
    differences.ADDED: Effect.ADDED,
    differences.REMOVED: Effect.REMOVED,
    differences.JOINED: Effect.JOINED,
    differences.LEFT: Effect.LEFT,
}
_IN_A_THREAD_FROM_CHARS = 1 << 15
_MOST = 1 << 31
_NAME_CHARS = 200
_PATH_CHARS = 2000
_MOST_CHANGES = 1000
_SLACK_CHARS = 100  # of an elided text: brackets and dots of each level
_Told = tuple[str, int, int, int]


def read_trace(text: str, limits: TraceLimits) -> Trace | None:
    """Return the trace that a text tells; None where no tracer would write it so."""
    try:
        return _Reader(limits).trace(strict_json.parse(text))
    except (ValueError, TypeError, KeyError):
        return None


async def trace_of(story: str | None, limits: TraceLimits) -> Trace | None:
    """Read a trace, in a thread if it is long."""
    if story is None:
        return None
    if len(story) < _IN_A_THREAD_FROM_CHARS:
        return read_trace(story, limits)
    return await anyio.to_thread.run_sync(read_trace, story, limits)


def find_story(outward: int, limits: TraceLimits) -> str | None:
    """Return the text behind the record of the one call, if the child came so far."""
    _, finished = HEADER.unpack(os.pread(outward, HEADER.size, 0))
    place = HEADER.size
    for _ in range(min(finished, 2)):
        head = os.pread(outward, RECORD.size, place)
        if len(head) < RECORD.size:
            return None
        length, kind, _ = RECORD.unpack(head)
        place += RECORD.size + length
    if finished < 2 or kind != Kind.TRACED or length > trace_bytes(limits.max_bytes):
        return None
    return os.pread(outward, length, place - length).decode("ascii", "replace")


class _Reader:
    """Checks and converts; any error that a wrong form leads to is one of those caught above."""

    def __init__(self, limits: TraceLimits) -> None:
        self._limits = limits
        self._calls: dict[int, _Told] = {}
        self._seen: dict[object, Shown] = {}

    def trace(self, told: Any) -> Trace:
        rows, calls, counts, arcs, entered, total, was_stopped = _list(told)
        limits = self._limits
        self._calls = dict(map(self._call, _list(calls)))
        if len(_list(rows)) > 2 * limits.max_steps + limits.max_tail_steps:
            raise ValueError("more steps than a tracer keeps")
        steps = tuple(map(self._step, rows))
        numbers = [step.number for step in steps]
        total = _int(total)
        if sorted({*numbers}) != numbers or (numbers and numbers[-1] >= total):
            raise ValueError("the steps are not in order")
        return Trace(
            steps,
            {_int(line): _int(times) for line, times in map(_list, _list(counts))},
            frozenset((_int(start), _int(end)) for start, end in map(_list, _list(arcs))),
            _int(entered),
            total,
            _bool(was_stopped),
        )

    def _call(self, row: Any) -> tuple[int, _Told]:
        number, name, depth, parent, line = _list(row)
        return _int(number), (_name(name), _int(depth), _int(parent, least=-1), _int(line))

    def _step(self, row: Any) -> Step:
        number, kind, line, frame, visit, next_line, changes, value, is_summary = _list(row)
        kind = _KINDS[_int(kind)]
        name, depth, parent, caller_line = self._calls[_int(frame)]
        is_call = kind is StepKind.CALL
        has_value = kind not in (StepKind.CALL, StepKind.LINE)
        if has_value != (value is not None) or len(_list(changes)) > _MOST_CHANGES:
            raise ValueError("a step of another form than its kind's")
        return Step(
            _int(number),
            kind,
            _int(line),
            name,
            frame,
            depth,
            _int(visit),
            _int(next_line),
            parent if is_call else -1,
            caller_line if is_call else 0,
            tuple(map(self._change, changes)),
            self._shown(value) if has_value else None,
            _bool(is_summary),
        )

    def _change(self, told: Any) -> Change:
        name, value, parts = _list(told)
        if not _name(name).isidentifier() or len(_list(parts)) > differences.MOST:
            raise ValueError("a change of no name, or of too many parts")
        return Change(name, self._shown(value), tuple(map(self._part, parts)))

    def _part(self, told: Any) -> Part:
        effect, path, value = _list(told)
        return Part(_EFFECTS[_int(effect)], _text(path, _PATH_CHARS), self._shown(value))

    def _shown(self, told: Any) -> Shown:
        """Read a value; many steps of a trace show the same ones."""
        key = told if type(told) is str else tuple(_list(told))
        shown = self._seen.get(key)
        if shown is None:
            shown = self._seen[key] = self._checked_value(told)
        return shown

    def _checked_value(self, told: Any) -> Shown:
        text, json, is_cut = (told, told, False) if type(told) is str else told
        limits = self._limits
        longest = limits.max_value_chars * 10 + _SLACK_CHARS  # `repr` may write one as ten
        if json is not None:
            if len(json) > limits.max_json_chars:
                raise ValueError("a JSON text that is too long")
            strict_json.parse(json)
        return Shown(_text(text, max(longest, limits.max_json_chars)), json, _bool(is_cut))


def _checked(kind: type) -> Callable[[Any], Any]:
    def check(value: Any) -> Any:
        if type(value) is not kind:
            raise TypeError(f"not a {kind.__name__}")
        return value

    return check


_list, _bool = _checked(list), _checked(bool)


def _int(value: Any, least: int = 0) -> int:
    if type(value) is not int or not least <= value < _MOST:
        raise ValueError("a number out of its range")
    return value


def _text(value: Any, most_chars: int) -> str:
    if type(value) is not str or len(value) > most_chars or not value.isprintable():
        raise ValueError("a text that is too long, or not printable")
    return value


def _name(value: Any) -> str:
    return _text(value, _NAME_CHARS)
