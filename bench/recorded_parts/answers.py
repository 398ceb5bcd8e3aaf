"""Reading the recorded teacher's answers and judging them, once more and in another way.

Imports the standard library only. The teacher ends a text with one fenced JSON object, or gives
none; whatever else it says is prose.
"""

from __future__ import annotations

import json
import math
import re
from typing import Any, NoReturn

FENCED = re.compile(r"```json\n(.*)\n?```\s*\Z", re.DOTALL)
ABSOLUTE = 1e-6
RELATIVE = 1e-3
MAX_BYTES, MAX_ELEMENTS, MAX_CHARACTERS, MAX_DEPTH = 1024, 20, 100, 8


class NoAnswer(ValueError):
    """The text holds no answer of the form that was asked for."""


def answer_in(text: str, key: str) -> Any:
    """Return the value under the asked key of the fenced object that ends the text.

    :raises NoAnswer: there is none, or it is no JSON.
    """
    fenced = FENCED.search(text)
    if fenced is None:
        raise NoAnswer("no fenced object at the end")
    try:
        found = json.loads(fenced[1], parse_constant=_refuse)
        json.dumps(found, ensure_ascii=False).encode()
    except ValueError as error:
        raise NoAnswer(str(error)) from error
    if not isinstance(found, dict) or key not in found:
        raise NoAnswer(f"no object with the key {key}")
    return found[key]


def agrees(wanted: Any, given: Any) -> bool:
    """Compare a given value with the wanted one, by the wanted one's types."""
    match wanted:
        case None | bool() | str():
            return type(given) is type(wanted) and given == wanted
        case int():
            return _number(given) and given == wanted
        case float():
            if not _number(given):
                return False
            try:
                return math.isclose(given, wanted, rel_tol=0, abs_tol=_tolerance(wanted))
            except OverflowError:  # an int that no float can be near
                return False
        case list():
            if not isinstance(given, list) or len(given) != len(wanted):
                return False
            return all(agrees(one, other) for one, other in zip(wanted, given, strict=True))
        case dict():
            if not isinstance(given, dict) or given.keys() != wanted.keys():
                return False
            return all(agrees(wanted[name], given[name]) for name in wanted)
    raise TypeError(f"no JSON value: {type(wanted)}")


def beyond_limits(value: Any) -> bool:
    """Tell whether a value is too big or too deep for one side of a pair."""
    text = json.dumps(value, sort_keys=True, separators=(",", ":"))
    return len(text) >= MAX_BYTES or _too_large(value) or _depth(value) > MAX_DEPTH


def _tolerance(wanted: float) -> float:
    return max(ABSOLUTE, RELATIVE * abs(wanted))


def _number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _too_large(value: Any) -> bool:
    if isinstance(value, str):
        return len(value) >= MAX_CHARACTERS
    if not isinstance(value, list | dict):
        return False
    inner = [*value, *value.values()] if isinstance(value, dict) else value
    return len(value) >= MAX_ELEMENTS or any(map(_too_large, inner))


def _depth(value: Any) -> int:
    if not isinstance(value, list | dict):
        return 0
    inner = value.values() if isinstance(value, dict) else value
    return 1 + max(map(_depth, inner), default=0)


def _refuse(constant: str) -> NoReturn:
    raise NoAnswer(f"{constant} is no JSON")
