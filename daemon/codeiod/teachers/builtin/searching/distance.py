"""How far a JSON value is from the wanted one. Imports ``items``; pure."""

from __future__ import annotations

import math
import re
from difflib import SequenceMatcher
from typing import Any

from codeiod.items import canonical

OTHER_TYPE = 4.0
UNMATCHED = 1.0
_COMPARED_CHARACTERS = 200
_CLOSE = 5e-4
_CLOSE_TO_ZERO = 5e-7
"""How near, in proportion and at all, a float counts as reached: half of what is granted."""
_WORD = re.compile(r"\d+|[^\W\d_]+|.", re.DOTALL)


def distance(wanted: Any, found: Any) -> float:
    """Return 0 for the same value, and more the less alike they are; at most some 1 a leaf."""
    if _is_number(wanted) and _is_number(found):
        return _between_numbers(wanted, found)
    if type(wanted) is not type(found):
        return OTHER_TYPE
    if isinstance(wanted, str):
        return _between_texts(wanted, found)
    if isinstance(wanted, list):
        return _between_lists(wanted, found)
    if isinstance(wanted, dict):
        return _between_objects(wanted, found)
    return 0.0 if wanted == found else UNMATCHED


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _between_numbers(wanted: float, found: float) -> float:
    """Grow with the logarithm of the difference, so that each step towards it shows."""
    if wanted == found:
        return 0.0
    try:
        apart = float(abs(wanted - found))
    except OverflowError:
        return UNMATCHED
    if isinstance(wanted, float) and apart <= max(_CLOSE_TO_ZERO, _CLOSE * abs(wanted)):
        return 0.0
    return 0.01 + 0.99 * (1 - 1 / (1 + math.log1p(apart)))


def _between_texts(wanted: str, found: str) -> float:
    if wanted == found:
        return 0.0
    first, second = wanted[:_COMPARED_CHARACTERS], found[:_COMPARED_CHARACTERS]
    unlike = 1 - SequenceMatcher(None, first, second, autojunk=False).ratio()
    words, others = _WORD.findall(first), _WORD.findall(second)
    if len(words) == len(others):
        unlike = (unlike + sum(map(_between_words, words, others)) / len(words)) / 2
    return 0.1 + 0.9 * unlike


def _between_words(wanted: str, found: str) -> float:
    """Compare words of texts that are built alike; numbers in them by their values."""
    if wanted == found:
        return 0.0
    if wanted.isdecimal() and found.isdecimal():
        return _between_numbers(int(wanted), int(found))
    return 1.0


def _between_lists(wanted: list[Any], found: list[Any]) -> float:
    """Compare place by place; what has no partner counts one each, what is displaced less."""
    total = sum(map(_of_part, wanted, found)) + UNMATCHED * abs(len(wanted) - len(found))
    if total and len(wanted) == len(found):
        displaced = sorted(map(canonical, wanted)) == sorted(map(canonical, found))
        return total * (0.5 if displaced else 1.0)
    return total


def _between_objects(wanted: dict[str, Any], found: dict[str, Any]) -> float:
    shared = wanted.keys() & found.keys()
    unmatched = len(wanted.keys() ^ found.keys())
    return sum(_of_part(wanted[key], found[key]) for key in shared) + UNMATCHED * unmatched


def _of_part(wanted: Any, found: Any) -> float:
    """Never count a part that is there as more than one that is missing."""
    apart = distance(wanted, found)
    return apart / (apart + 1) if isinstance(wanted, list | dict) else min(apart, UNMATCHED)
