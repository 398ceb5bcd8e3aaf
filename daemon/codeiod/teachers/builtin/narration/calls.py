"""What is said of a call as a whole: its arguments, what it returns, a recursion as its tree.

May import the narration's ``codemap``, ``story`` and ``voice``.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from codeiod.teachers.builtin.narration.codemap import Code
from codeiod.teachers.builtin.narration.story import Frame
from codeiod.teachers.builtin.narration.voice import Voice, brief, counted, listed, short

_MAX_ARGUMENT_CHARS = 40
_MAX_CALL_CHARS = 90
_FIRST_CALLS, _LAST_CALLS = 6, 3
_MAX_YIELDED = 6
_MAX_MADE = 9


def signature(frame: Frame, code: Code) -> str:
    """Write a call with its arguments, or its name alone where they are long."""
    function = code.functions.get(frame.function)
    if function is None or function.args.vararg or function.args.kwarg or function.args.kwonlyargs:
        return f"`{frame.name}`"
    names = [argument.arg for argument in function.args.posonlyargs + function.args.args]
    if names and names[0] in ("self", "cls"):
        names = names[1:]
    given = dict(frame.arguments)
    texts = [short(given.get(name), _MAX_ARGUMENT_CHARS) for name in names]
    if not all(texts):
        return f"`{frame.name}`"
    text = f"`{frame.name}({', '.join(texts)})`"
    return text if len(text) <= _MAX_CALL_CHARS else f"`{frame.name}`"


def effect(frame: Frame, code: Code) -> str:
    """Say what a call returns, ``""`` where that tells nothing."""
    named = signature(frame, code)
    if frame.yields:
        values = [brief(value, 40) for value in frame.yields[:_MAX_YIELDED]]
        more = " and so on" if len(frame.yields) > _MAX_YIELDED else ""
        return f"{named} hands out {listed(values) if not more else ', '.join(values)}{more}"
    if frame.name == "__init__" or (frame.has_returned and frame.value is None):
        return ""
    if frame.has_returned:
        value = brief(frame.value)
        return "" if value == "None" else f"{named} returns {value}"
    return f"{named} ends in an exception" if frame.raised is not None else ""


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
        return [begin, _order(frame, code), "Each call hands this value back as it is."], innermost
    said = list(dict.fromkeys(filter(None, (effect(call, code) for call in below[1:]))))
    if not said:
        return [begin, _order(frame, code)], innermost
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
