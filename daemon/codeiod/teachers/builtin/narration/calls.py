"""What is said of a call as a whole: its arguments, and what it returns.

May import the narration's ``codemap``, ``story`` and ``voice``.
"""

from __future__ import annotations

from codeiod.teachers.builtin.narration.codemap import Code
from codeiod.teachers.builtin.narration.story import Frame
from codeiod.teachers.builtin.narration.voice import UNKNOWN, brief, listed, short

_MAX_ARGUMENT_CHARS = 40
_MAX_CALL_CHARS = 90
_MAX_YIELDED = 6


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
        return "" if value in ("None", UNKNOWN) else f"{named} returns {value}"
    return f"{named} ends in an exception" if frame.raised is not None else ""


def without_effect(frame: Frame, code: Code, *, is_used: bool) -> str:
    """Say that a call that returns nothing changes nothing; ``""`` where that can't be told.

    :param is_used: its value goes on, None as it is.
    """
    is_none = frame.has_returned and frame.value is not None and frame.value.text == "None"
    is_whole = not any(shown.is_cut for _, shown in frame.arguments)
    if not is_none or not is_whole:
        return ""
    return f"{signature(frame, code)} {'returns None' if is_used else 'changes nothing'}"
