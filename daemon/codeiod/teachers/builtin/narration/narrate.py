"""Narrate a traced call as a person would reason: its goal, the steps that matter, its result.

May import the narration's other modules and the sandbox's values. What is said follows from the
trace alone; wording follows from a seed.
"""

from __future__ import annotations

import ast
from contextlib import suppress

from codeiod.teachers.builtin.narration.calls import signature
from codeiod.teachers.builtin.narration.codemap import Code, read_code
from codeiod.teachers.builtin.narration.detail import Detail, TooLongError
from codeiod.teachers.builtin.narration.goals import goal, watched
from codeiod.teachers.builtin.narration.story import UNTOLD, Frame, Moment, read_frames
from codeiod.teachers.builtin.narration.telling import Telling
from codeiod.teachers.builtin.narration.voice import UNKNOWN, Voice, brief, laid_out, whole
from codeiod_sandbox import Outcome, Raised, Returned, TimedOut, Traced
from codeiod_sandbox.traces import TraceLimits

_DETAILS = (
    Detail(rounds=3, others=5, call_moments=30, call_depth=3),
    Detail(rounds=2, others=3, call_moments=12, call_depth=2),
    Detail(rounds=1, others=2, call_moments=12, call_depth=2),
    Detail(rounds=1, others=2, call_moments=0, call_depth=1),
)
NARRATION_LIMITS = TraceLimits(
    max_steps=1500, visits_first=40, visits_last=3, max_value_chars=400, max_bytes=1 << 17
)
"""Of a trace that is to be narrated: more rounds of inner loops than else."""
_ENDLESS = "It goes on in this way for many more steps, too many to follow one by one."
_GOOD_CHARS = 2600
_MAX_BODY_CHARS = 4200
_MOST_CHARS = 1 << 20
_MAX_RESULT_CHARS = 300


def narrate(
    refcode: str,
    known: str,
    traced: Traced,
    seed: int | str,
    earlier: str = "",
    feedback: str = "",
) -> str:
    """Write the rationale of an output prediction; it ends with the fenced answer.

    A call that did not return has no answer: then the text says how it ended.

    :param known: the arguments, as a JSON object.
    :param seed: chooses the wording.
    :param earlier: the rationale of the turn before, ``""`` in the first.
    :param feedback: what was said of that one.
    """
    voice = Voice(f"{seed}\n{earlier}\n{feedback}")
    parts = [_again(voice)] if feedback or earlier else []
    try:
        code = read_code(refcode)
    except (SyntaxError, ValueError, RecursionError):
        code = Code([])
    frame = read_frames(traced.trace) if traced.trace is not None else None
    core, passed = _core(frame, code) if frame is not None else (None, [])
    parts.append(goal(code, known, frame, core, voice))
    if core is not None:
        parts.append(_body(code, core, passed, voice))
        if not core.has_returned and core.raised is None:
            parts.append(_ENDLESS)
    parts.append(_closing(traced.outcome, voice))
    return "\n\n".join(filter(None, parts))


def _again(voice: Voice) -> str:
    return voice.pick(
        "Let us go through the call once more, step by step.",
        "The first answer has to be looked at again, so we trace the call anew.",
    )


# The run


def _core(frame: Frame, code: Code) -> tuple[Frame, list[Frame]]:
    """Return the call that does the work, and those that only hand over to it, outermost first."""
    passed: list[Frame] = []
    while not frame.calls_itself:
        if len(frame.unfinished) == 1 and not frame.moments:
            passed.append(frame)
            frame = frame.unfinished[0]
            continue
        if not frame.moments:
            break
        *before, last = frame.moments
        made = [call for call in last.calls if call.name not in UNTOLD]
        hands_over = isinstance(code.statements.get(last.step.line), ast.Return | ast.Expr)
        if len(made) != 1 or made[0].yields or not hands_over or not all(map(_makes, before)):
            break
        passed.append(frame)
        frame = made[0]
    return frame, passed


def _makes(moment: Moment) -> bool:
    """Tell whether all that a moment does is to make an object."""
    made = moment.step.changes
    is_object = len(made) == 1 and made[0].value.json is None and made[0].value.text[-1:] == ")"
    return is_object and all(call.name == "__init__" for call in moment.calls)


def _body(code: Code, core: Frame, passed: list[Frame], voice: Voice) -> str:
    for detail in _DETAILS[:-1]:
        with suppress(TooLongError):
            return _told(code, core, passed, voice, detail, _GOOD_CHARS)
    text = _told(code, core, passed, voice, _DETAILS[-1], _MOST_CHARS)
    if len(text) > _MAX_BODY_CHARS:
        cut = text.rfind("\n", 0, _MAX_BODY_CHARS)
        text = text[: max(cut, 0)] + "\n\nThe steps that follow are of the same kinds."
    return text


def _told(
    code: Code, core: Frame, passed: list[Frame], voice: Voice, detail: Detail, most: int
) -> str:
    """Tell the run in about so many characters at most.

    :raises TooLongError: it takes more.
    """
    telling = Telling(code, voice, detail, most)
    begin = [_handed_over(core, code, voice) if passed else "", watched(core, code, voice)]
    telling.begin(core)
    text = laid_out(telling.lines)
    end = _handed_back(core, passed, code)
    return "\n\n".join(filter(None, (" ".join(filter(None, begin)), text, end)))


def _handed_over(core: Frame, code: Code, voice: Voice) -> str:
    named = signature(core, code)
    return voice.pick(
        f"All the work is done by {named}, so we follow that call.",
        f"The call is handed on to {named}.",
        f"This comes down to {named}.",
    )


def _handed_back(core: Frame, passed: list[Frame], code: Code) -> str:
    """Say what is made of the result on its way out, where it does not stay as it is."""
    if not passed or not core.has_returned or core.value is None:
        return ""
    value = passed[0].value
    if value is None or value.text == core.value.text:
        return ""
    named, returned, final = signature(core, code), brief(core.value), whole(value)
    if returned == UNKNOWN:
        return f"What {named} returns is turned into {final or 'the result'}."
    if _filters(passed[-1], code):
        kept = "kept" if value.text != "[]" else "left out"
        return f"{named} returns {returned}, so its argument is {kept}: {final or 'the result'}."
    return f"{named} returns {returned}, and this is turned into {final or 'the result'}."


def _filters(frame: Frame, code: Code) -> bool:
    """Tell whether a call keeps what another call says of."""
    node = code.statements.get(frame.moments[-1].step.line) if frame.moments else None
    value = node.value if isinstance(node, ast.Return) else None
    test = value.generators[0].ifs if isinstance(value, ast.ListComp) else []
    return len(test) == 1 and isinstance(test[0], ast.Call)


# The end


def _closing(outcome: Outcome, voice: Voice) -> str:
    if isinstance(outcome, Returned):
        text = _result(outcome.json, voice)
        return f'{text}\n\n```json\n{{"output": {outcome.json}}}\n```'
    if isinstance(outcome, Raised):
        why = f"`{outcome.type}`" + (f" ({outcome.message[:200]})" if outcome.message else "")
        return f"So the call does not return: it ends with the exception {why}, without a result."
    if isinstance(outcome, TimedOut):
        return "The call does not come to an end within its time, so there is no result to give."
    return f"The call gives no result: {type(outcome).__name__}."


def _result(shown: str, voice: Voice) -> str:
    if len(shown) > _MAX_RESULT_CHARS:
        return voice.pick("With this we have the answer:", "So the call returns this value:")
    return voice.pick(
        f"So the call returns {shown}.",
        f"With this we have the answer: {shown}.",
        f"Hence the value that comes back is {shown}.",
        f"The answer is therefore {shown}.",
    )
