"""A recursion, told as its tree: which call ends first, what the others return, what is done where.

May import the narration's ``calls``, ``changes``, ``codemap``, ``story`` and ``voice``, and the
sandbox's values.
"""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Iterator, Sequence
from functools import lru_cache

from codeiod.teachers.builtin.narration.calls import effect, signature
from codeiod.teachers.builtin.narration.changes import changed
from codeiod.teachers.builtin.narration.codemap import Code, Function
from codeiod.teachers.builtin.narration.story import Frame
from codeiod.teachers.builtin.narration.voice import Voice, brief, counted, listed
from codeiod_sandbox.traces import Change, Effect

_FIRST_CALLS, _LAST_CALLS = 6, 3
_MAX_MADE = 9
_MAX_DEEDS = 6
_MAX_WAY_CHARS = 240
_GONE = (Effect.REMOVED, Effect.LEFT)


def recursion(frame: Frame, code: Code, voice: Voice) -> tuple[list[str], Frame | None]:
    """Tell the calls of a recursion from the innermost outwards.

    Returns what is said, and the call at the bottom, which returns first.
    """
    below = [call for call in _returning(frame) if call.function == frame.function]
    named = signature(frame, code)
    total = (
        f": {counted(len(below), 'call')} of `{frame.name}` in all" if frame.is_whole else " often"
    )
    innermost = below[0] if below else None
    begin = f"{named} calls itself{total}."
    if innermost is None or innermost is frame:
        return [f"{named} is worked out:"], frame
    begin += " " + voice.pick(
        "The first to end is", "At the bottom stands", "The first to return is"
    )
    begin += f" {signature(innermost, code)}:"
    if _is_handed_back(frame, below):
        order = [_order(frame, code), *deeds(frame, code, voice)]
        return [begin, *order, "Each call hands this value back as it is."], innermost
    said = list(dict.fromkeys(filter(None, (effect(call, code) for call in below[1:]))))
    if not said:
        return [begin, _order(frame, code), *deeds(frame, code, voice)], innermost
    if not any("(" in signature(call, code) for call in below[1:]):
        return [begin, _values(below[1:])], innermost
    if len(said) > _FIRST_CALLS + _LAST_CALLS:
        said = [*said[:_FIRST_CALLS], "and so on upwards", *said[-_LAST_CALLS:]]
    return [begin, *(f"{text}{';' if text is not said[-1] else '.'}" for text in said)], innermost


def _is_handed_back(frame: Frame, calls: Sequence[Frame]) -> bool:
    """Tell whether all calls return the value of the innermost one."""
    value = frame.value
    is_told = frame.is_whole and value is not None and value.text != "None"
    return is_told and all(call.value == value for call in calls)


def _order(frame: Frame, code: Code) -> str:
    """Say in which order the calls of a recursion are made."""
    tree = [call for call in _in_order(frame) if call.function == frame.function]
    made = [signature(call, code) for call in tree[:_MAX_MADE]]
    if len(set(made)) == 1:
        return "All others lie around this one, and end later."
    more = " and so on" if len(tree) > _MAX_MADE else ""
    return f"The calls begin in this order: {', '.join(made)}{more}."


def _values(calls: Sequence[Frame]) -> str:
    """Say what calls return whose arguments are too long to tell."""
    values = [brief(call.value, 30) for call in calls[:_MAX_MADE]]
    more = " and so on" if len(calls) > _MAX_MADE else ""
    last = f"; the outermost returns {brief(calls[-1].value)}" if more else ""
    return f"The calls around it return, one after the other: {', '.join(values)}{more}{last}."


# What is done on the way


def deeds(frame: Frame, code: Code, voice: Voice) -> list[str]:
    """Tell in which calls something changes that outlasts them, and how they are reached."""
    done: list[tuple[Frame, list[Change]]] = []
    taken_back: set[str] = set()
    times: Counter[str] = Counter()
    for call in _in_order(frame):
        if call.function != frame.function:
            continue
        local = _local_names(code.functions.get(call.function))
        for moment in call.moments:
            lasting = [change for change in moment.step.changes if change.name not in local]
            taken_back.update(c.name for c in lasting if any(p.effect in _GONE for p in c.parts))
            if lasting and not moment.calls:
                done.append((call, lasting))
                times.update(change.name for change in lasting if not change.parts)
    restless = {name for name, number in times.items() if number > _MAX_DEEDS}
    told: list[str] = []
    for call, lasting in done:
        left = [c for c in lasting if c.name not in taken_back and c.name not in restless]
        if said := changed(left, voice):
            told.append(f"In {_reached(frame, call, code)}: {said}.")
    if len(told) > _MAX_DEEDS:
        return [*told[: _MAX_DEEDS - 2], f"And so on. {told[-1]}"]
    return told


@lru_cache(maxsize=64)
def _local_names(function: Function | None) -> frozenset[str]:
    """Return the names that a function binds itself, but for its arguments."""
    if function is None:
        return frozenset()
    bound: set[str] = set()
    free: set[str] = set()
    for node in ast.walk(function):
        if isinstance(node, ast.Name) and not isinstance(node.ctx, ast.Load):
            bound.add(node.id)
        elif isinstance(node, ast.Global | ast.Nonlocal):
            free.update(node.names)
    return frozenset(bound - free)


def _reached(frame: Frame, call: Frame, code: Code) -> str:
    """Write a call, and the calls through which it is reached."""
    named = signature(call, code)
    way: list[str] = []
    above = call.parent
    while above is not None and call is not frame and above is not frame:
        if above.function == frame.function:
            way.insert(0, signature(above, code))
        above = above.parent
    text = f"{named}, reached through {listed(way)}" if way else named
    return text if len(text) <= _MAX_WAY_CHARS else named


def _in_order(frame: Frame) -> Iterator[Frame]:
    """Yield the calls of a tree in the order in which they begin."""
    pending = [frame]
    while pending:
        call = pending.pop()
        yield call
        made = [below for moment in call.moments for below in moment.calls]
        pending += reversed(made)


def _returning(frame: Frame) -> Iterator[Frame]:
    """Yield the calls of a tree in the order in which they end."""
    pending: list[tuple[Frame, bool]] = [(frame, False)]
    while pending:
        call, is_done = pending.pop()
        if is_done:
            yield call
            continue
        pending.append((call, True))
        made = [below for moment in call.moments for below in moment.calls]
        pending += [(below, False) for below in reversed(made)]
