"""JSON values of pairs and answers: their limits, and when two of them are the same.

May import ``items``. Nothing here passes through orjson: big integers keep every digit.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from codeiod.items import Reason, canonical

MAX_CANONICAL_BYTES = 1024
MAX_CONTAINER_LENGTH = 20
MAX_STRING_LENGTH = 100
MAX_DEPTH = 8

FLOAT_ABSOLUTE = Fraction(1, 10**6)
FLOAT_RELATIVE = Fraction(1, 10**3)


@dataclass(frozen=True, slots=True)
class OverLimit:
    """Which limit of a pair's side a value breaks."""

    reason: Reason
    detail: str


def over_limit(value: Any) -> OverLimit | None:
    """Say which limit a value breaks: under 1,024 bytes of canonical JSON, containers under 20,
    strings under 100, depth at most 8."""
    if _deeper_than(value, MAX_DEPTH):
        return OverLimit(Reason.TOO_DEEP, f"nested deeper than {MAX_DEPTH}")
    detail = _too_long(value)
    if detail:
        return OverLimit(Reason.TOO_BIG, detail)
    if len(canonical(value)) >= MAX_CANONICAL_BYTES:
        return OverLimit(Reason.TOO_BIG, f"{MAX_CANONICAL_BYTES} bytes of JSON or more")
    return None


def same(wanted: Any, answer: Any) -> bool:
    """Compare by the type of what is wanted.

    Bool, null and strings: same type and value. An int: that int, or a float of exactly that value.
    A float: within max(1e-6, 1e-3 |wanted|). Lists in order, objects by key.
    """
    if isinstance(wanted, list):
        return (
            isinstance(answer, list)
            and len(wanted) == len(answer)
            and all(map(same, wanted, answer))
        )
    if isinstance(wanted, dict):
        return (
            isinstance(answer, dict)
            and wanted.keys() == answer.keys()
            and all(same(wanted[key], answer[key]) for key in wanted)
        )
    if _is_number(wanted):
        return _is_number(answer) and _same_number(wanted, answer)
    return type(wanted) is type(answer) and bool(wanted == answer)


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _same_number(wanted: float, answer: float) -> bool:
    """Compare exactly, as fractions: an int beyond a float's range must neither fail nor round."""
    if isinstance(wanted, int):
        return Fraction(answer) == wanted
    distance = abs(Fraction(answer) - Fraction(wanted))
    return distance <= max(FLOAT_ABSOLUTE, FLOAT_RELATIVE * abs(Fraction(wanted)))


def _deeper_than(value: Any, depth: int) -> bool:
    if not isinstance(value, list | dict):
        return False
    if depth == 0:
        return True
    parts = value if isinstance(value, list) else value.values()
    return any(_deeper_than(part, depth - 1) for part in parts)


def _too_long(value: Any) -> str:
    if isinstance(value, str):
        long = len(value) >= MAX_STRING_LENGTH
        return f"a string of {len(value)} characters" if long else ""
    if not isinstance(value, list | dict):
        return ""
    if len(value) >= MAX_CONTAINER_LENGTH:
        return f"a container of {len(value)} elements"
    parts = value if isinstance(value, list) else [*value, *value.values()]
    return next(filter(None, map(_too_long, parts)), "")


def parse(text: str) -> Any:
    """Read JSON text that a strict writer wrote."""
    return json.loads(text)
