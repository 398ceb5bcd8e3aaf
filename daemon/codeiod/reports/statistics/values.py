"""What kind of value a JSON text holds, told from the text: no number passes through a parser.

May import the standard library alone.
"""

from __future__ import annotations

import json
from collections.abc import Iterator

_KINDS = {'"': "string", "[": "list", "{": "object", "t": "bool", "f": "bool", "n": "null"}
_decode = json.JSONDecoder(parse_float=str, parse_int=str).raw_decode


def kind_of(text: str) -> str:
    """Name the kind of a JSON text: int, float, string, bool, null, list or object."""
    known = _KINDS.get(text[0])
    if known is not None:
        return known
    return "float" if any(sign in text for sign in ".eE") else "int"


def kinds_of_arguments(text: str) -> Iterator[str]:
    """Name the kind of each argument of an input, which is an object of arguments by name.

    :raises ValueError: it is not the text of an object, as the dataset has it.
    """
    place = 1
    while text[place] != "}":
        _, place = _decode(text, place)  # its name
        place = _past(text, place, ":")
        start, place = place, _decode(text, place)[1]
        yield kind_of(text[start:place])
        if text.startswith(",", place):
            place = _past(text, place, ",")


def _past(text: str, place: int, sign: str) -> int:
    """Return the place behind a sign and the spaces after it."""
    if not text.startswith(sign, place):
        raise ValueError(f"no {sign!r} at character {place} of {text[:40]!r}")
    place += 1
    while text[place] == " ":
        place += 1
    return place
