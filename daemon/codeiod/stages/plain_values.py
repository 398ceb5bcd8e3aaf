"""Compare values that a rationale and a trace write in their own ways: as JSON would have them.

May import ``literals`` and ``values``.
"""

from __future__ import annotations

import math
from typing import Any

from codeiod.stages.literals import Literal
from codeiod.stages.values import same

_ROUNDED_DECIMALS = 2
"""From so many on a claim may be a rounded value."""


def plain(value: Any) -> Any:
    """Return a value as JSON would have it, so that Python's and JSON's ways to write it agree."""
    if isinstance(value, list | tuple):
        return [plain(member) for member in value]
    if isinstance(value, set | frozenset):
        return {"a set of": sorted(map(plain, value), key=repr)}
    if isinstance(value, dict):
        return {member_of(key): plain(member) for key, member in value.items()}
    if isinstance(value, float) and not math.isfinite(value):
        return str(value)
    return value


def member_of(key: Any) -> str:
    """Return the key of an object for the key of a dict."""
    return key if isinstance(key, str) else repr(plain(key))


def key_of(value: Any) -> str:
    """Name a value so that an int and the float that equals it are one."""
    return repr(_whole_numbers(value))


def _whole_numbers(value: Any) -> Any:
    if isinstance(value, list):
        return [_whole_numbers(member) for member in value]
    if isinstance(value, dict):
        return sorted((key, _whole_numbers(value[key])) for key in value)
    return int(value) if isinstance(value, float) and value.is_integer() else value


def has_float(value: Any) -> bool:
    """Tell whether a float is in a plain value."""
    if isinstance(value, list | dict):
        return any(map(has_float, value.values() if isinstance(value, dict) else value))
    return isinstance(value, float)


def is_close(value: Any, claimed: Literal) -> bool:
    """Compare as answers are compared; a float may also be claimed rounded to its digits."""
    other = plain(claimed.value)
    if isinstance(value, float) and isinstance(other, float):
        distance = abs(value - other)
        decimals = len(claimed.text.partition(".")[2])
        if decimals >= _ROUNDED_DECIMALS and "e" not in claimed.text.lower():
            return distance <= max(0.51 * 10.0**-decimals, 1e-3 * abs(value), 1e-6)
    return same(value, other)


def gives_away(value: Any, wanted: Any) -> bool:
    """Tell whether a value is what is wanted, perhaps written or wrapped otherwise."""
    forms = [wanted]
    if isinstance(wanted, list | dict) and len(wanted) == 1:
        forms += wanted.values() if isinstance(wanted, dict) else wanted
    seen = plain(value)
    return any(
        same(form, seen) or same(seen, form) or str(form) == str(seen) or _alike(form, seen)
        for form in forms
    )


def _alike(wanted: Any, seen: Any) -> bool:
    """Tell whether two containers have the same members."""
    if isinstance(seen, dict) and set(seen) == {"a set of"}:
        seen = seen["a set of"]
    if not isinstance(wanted, list) or not isinstance(seen, list):
        return False
    return sorted(map(key_of, wanted)) == sorted(map(key_of, seen))
