"""What a call is for, told before it is followed: its purpose, and the values to watch.

May import the narration's ``codemap``, ``story`` and ``voice``.
"""

from __future__ import annotations

import ast
import json
import re

from codeiod.teachers.builtin.narration.codemap import Code
from codeiod.teachers.builtin.narration.story import Frame
from codeiod.teachers.builtin.narration.voice import Voice, listed

_SENTENCE_CHARS = range(12, 161)
_MAX_ARGUMENT_CHARS = 150
_MAX_WATCHED = 3
_MIN_SPACES = 3
_UNFIT_DOC = re.compile(r"[\d=`>@:#]|^Carry out|^Definition|\b(?:TODO|param|return|is|was)\b")
_WORDS = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+")


def goal(code: Code, known: str, frame: Frame | None, core: Frame | None, voice: Voice) -> str:
    """Say what is asked.

    :param core: the call that does the work.
    """
    arguments = _arguments(known)
    given = f" for {arguments}" if arguments else ""
    entry = frame.function if frame is not None else "main_solution"
    asked = voice.pick(
        f"We want the value of `{entry}`{given}.",
        f"The question is what `{entry}` returns{given}.",
        f"We follow `{entry}`{given} to its result.",
    )
    told = _purpose(code, frame, core, voice) if frame is not None and core is not None else ""
    return f"{asked} {told}" if told else asked


def _arguments(known: str) -> str:
    try:
        given = json.loads(known)
    except ValueError:
        return ""
    if not isinstance(given, dict):
        return ""
    said = []
    for name, value in given.items():
        text = repr(value)
        fits = len(text) <= _MAX_ARGUMENT_CHARS and "`" not in text
        said.append(f"`{name}` = {text}" if fits else f"the given `{name}`")
    return listed(said)


def _purpose(code: Code, frame: Frame, core: Frame, voice: Voice) -> str:
    """Return the first sentence of a docstring, or what the function's name says."""
    for function in (core.function, frame.function):
        node = code.functions.get(function)
        doc = ast.get_docstring(node) if node is not None else None
        sentence = " ".join((doc or "").partition("\n\n")[0].split()).partition(". ")[0]
        fits = len(sentence) in _SENTENCE_CHARS and not _UNFIT_DOC.search(sentence)
        fits = fits and sentence.count(" ") >= _MIN_SPACES
        if fits and sentence.isascii():
            return f"Its purpose: {sentence.rstrip('.;')}."
    words = [word.lower() for word in _WORDS.findall(core.name)]
    if len(words) < 2 or "main" in words:
        return ""
    name = " ".join(words)
    return voice.pick(f"Going by its name, this is about “{name}”.", f"The task goes by “{name}”.")


def watched(core: Frame, code: Code, voice: Voice) -> str:
    """Say which names the result is made of, ``""`` where that is of no help."""
    function = code.functions.get(core.function)
    last = function.body[-1] if function is not None else None
    if not isinstance(last, ast.Return) or last.value is None or len(core.moments) < 4:
        return ""
    if core.moments[-1].step.line != last.lineno:
        return ""
    found = [node for node in ast.walk(last.value) if isinstance(node, ast.Name)]
    bound = {node.id for node in found if isinstance(node.ctx, ast.Store)}
    names = dict.fromkeys(node.id for node in found if node.id not in bound)
    moving = [f"`{name}`" for name in names if _moves(core, name)]
    quoted = code.quoted(last.value, 60)
    if not moving or len(moving) > _MAX_WATCHED or not quoted:
        return ""
    is_name = isinstance(last.value, ast.Name)
    if is_name:
        return voice.pick(
            f"In the end it returns {quoted}, so this is the value to watch.",
            f"What counts is {quoted}, which is returned at the end.",
        )
    return voice.pick(
        f"In the end it returns {quoted}, so we keep an eye on {listed(moving)}.",
        f"What comes back is {quoted}, which makes {listed(moving)} important.",
    )


def _moves(core: Frame, name: str) -> bool:
    given = {argument for argument, _ in core.arguments}
    return name in core.history and (name not in given or len(core.history[name][0]) > 1)
