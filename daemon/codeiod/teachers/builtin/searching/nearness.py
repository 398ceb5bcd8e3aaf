"""How a trial's output compares with the wanted one, in words.

Imports ``items``; pure. Each phrase is true of the two values; it is what "nearer" is measured by.
"""

from __future__ import annotations

from typing import Any

from codeiod.items import canonical


def compared(wanted: Any, found: Any) -> str:
    """Say how far two different values agree: "3 of 5 members agree", "4 too much"."""
    if _is_number(wanted) and _is_number(found):
        return _numbers(wanted, found)
    if type(wanted) is not type(found):
        return "that is of another kind"
    if isinstance(wanted, str | list):
        return _rows(wanted, found)
    if isinstance(wanted, dict):
        return _objects(wanted, found)
    return "the opposite" if isinstance(wanted, bool) else ""


def _numbers(wanted: float, found: float) -> str:
    try:
        apart = abs(found - wanted)
        shown = str(apart) if isinstance(apart, int) else f"about {apart:.3g}"
    except OverflowError:
        return "far away"
    return f"{shown} too {'much' if found > wanted else 'little'}"


def _rows(wanted: Any, found: Any) -> str:
    what = "characters" if isinstance(wanted, str) else "members"
    size, pairs = len(wanted), list(zip(wanted, found, strict=False))
    same = [canonical(one) == canonical(other) for one, other in pairs]
    if len(found) == size:
        if not any(same):
            return f"the length is right, but none of the {what} stands right"
        return f"{sum(same)} of the {size} {what} {'stand' if sum(same) > 1 else 'stands'} right"
    begun = same.index(False) if False in same else len(same)
    one = what[:-1]
    length = f"{len(found)} {one if len(found) == 1 else what}, not {size}"
    if begun:
        return f"{length}, of which the first{f' {begun} are' if begun > 1 else ' is'} right"
    return length


def _objects(wanted: dict[str, Any], found: dict[str, Any]) -> str:
    same = [k for k in wanted if k in found and canonical(found[k]) == canonical(wanted[k])]
    if wanted.keys() == found.keys():
        if not same:
            return "the right keys with other values"
        if len(same) <= 3:
            return "right in " + " and ".join(f"`{key}`" for key in same)
        return f"right in {len(same)} of the {len(wanted)} entries"
    there = len(wanted.keys() & found.keys())
    more = f", and {len(found) - there} more" if len(found) > there else ""
    if there == len(wanted):
        return f"the wanted keys are there{more}"
    return f"{there} of the {len(wanted)} keys {'is' if there == 1 else 'are'} there{more}"


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)
