"""Read literals as people write them in prose: Python's and JSON's, and only whole ones.

May import the standard library alone. Time is bounded: no literal is longer than a few lines.
"""

from __future__ import annotations

import ast
import json
import re
import warnings
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

MAX_CHARS = 2000
_MAX_DEPTH = 12
_REMEMBERED = 1024
"""Texts: a trace shows the same values again and again, and so does who tells of it."""
_NUMBER = re.compile(r"[-+]?(?:\d[\d_]{0,400}(?:\.\d{1,40})?|\.\d{1,40})(?:[eE][-+]?\d{1,3})?")
_CONSTANTS = {
    "True": True,
    "true": True,
    "False": False,
    "false": False,
    "None": None,
    "null": None,
}
_CONSTANT = re.compile(r"(?:True|False|None|true|false|null)(?!\w)")
_STRING = re.compile(r"'(?:[^'\\\n]|\\.){0,300}+'|\"(?:[^\"\\\n]|\\.){0,300}+\"")
_JSON_WORD = re.compile(
    r"'(?:[^'\\\n]|\\.){0,300}+'|\"(?:[^\"\\\n]|\\.){0,300}+\"|\b(true|false|null)\b"
)
_SIGN = re.compile(r"['\"\[\](){}]")
_CLOSING = {"[": "]", "(": ")", "{": "}"}


@dataclass(frozen=True, slots=True)
class Literal:
    """A value as it stands in a text, with what it means."""

    text: str
    value: Any


def literal_end(text: str, start: int) -> int | None:
    """Return the place behind the literal that begins at `start`."""
    if text[start : start + 1] in _CLOSING:
        return closing(text, start)
    for pattern in (_NUMBER, _CONSTANT, _STRING):
        if found := pattern.match(text, start):
            return found.end()
    return None


def closing(text: str, start: int) -> int | None:
    """Return the place behind the bracket that closes the one at `start`."""
    awaited: list[str] = []
    place, limit = start, min(len(text), start + MAX_CHARS)
    while found := _SIGN.search(text, place, limit):
        sign, place = found.group(), found.end()
        if sign in _CLOSING:
            awaited.append(_CLOSING[sign])
        elif sign in "'\"":
            quoted = _STRING.match(text, found.start())
            if quoted is None:
                return None
            place = quoted.end()
        elif sign != awaited.pop():
            return None
        if not awaited:
            return place
        if len(awaited) > _MAX_DEPTH:
            return None
    return None


@lru_cache(maxsize=_REMEMBERED)
def read_literal(text: str) -> Literal | None:
    """Read a short text as a Python or JSON literal; nobody may change its value."""
    if len(text) > MAX_CHARS:
        return None
    try:
        return Literal(text, _CONSTANTS[text])
    except KeyError:
        pass
    try:
        return Literal(text, json.loads(text))
    except (ValueError, RecursionError):
        pass
    node = parsed(_JSON_WORD.sub(_as_python, text))
    if node is None:
        return None
    try:
        value = ast.literal_eval(node)
    except (ValueError, TypeError, RecursionError, MemoryError, SyntaxError):
        return None
    return None if _has_gap(value) else Literal(text, value)


def _has_gap(value: Any) -> bool:
    """Tell whether `...` stands for something: Python has a value for it."""
    if isinstance(value, dict):
        return any(map(_has_gap, value)) or any(map(_has_gap, value.values()))
    if isinstance(value, list | tuple | set):
        return any(map(_has_gap, value))
    return value is ...


def _as_python(word: re.Match[str]) -> str:
    constant = word.group(1)
    return word.group() if constant is None else repr(_CONSTANTS[constant])


def parsed(text: str) -> ast.expr | None:
    """Parse an expression; nothing of it runs."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return ast.parse(text.strip(), mode="eval").body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None
