"""Read JSON strictly, with the standard library's parser and nothing else."""

import json
from collections.abc import Iterable
from typing import Any, NoReturn


def parse(text: str) -> Any:
    """Return the value of a JSON text.

    :raises ValueError: for what is no JSON, for NaN and infinities (1e999 too), duplicate keys,
        lone surrogates, integers beyond Python's limit of digits, and too deep nesting.
    """
    try:
        value = _DECODER.decode(text)
    except RecursionError:
        raise ValueError("nested too deep") from None
    if "\\u" in text or not text.isascii():
        _refuse_lone_surrogates(value)
    return value


def is_deeper(value: Any, text: str, levels: int) -> bool:
    """Tell whether a value nests more containers than that; `text` is its JSON."""
    if text.count("[") + text.count("{") <= levels:
        return False
    layer = [value]
    for _ in range(levels):
        layer = [member for part in layer for member in _members(part)]
    return any(isinstance(part, (list, tuple, dict)) for part in layer)


def _members(part: Any) -> Iterable[Any]:
    if isinstance(part, dict):
        return part.values()
    return part if isinstance(part, (list, tuple)) else ()


def _refuse_constant(word: str) -> NoReturn:
    raise ValueError(f"{word} is not JSON")


def _finite(word: str) -> float:
    number = float(word)
    if number - number != 0.0:
        raise ValueError(f"{word[:40]} is beyond the range of a float")
    return number


def _distinct_keys(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) != len(pairs):
        raise ValueError("a key appears twice")
    return members


def _refuse_lone_surrogates(value: Any) -> None:
    pending = [value]
    while pending:
        part = pending.pop()
        if isinstance(part, str):
            try:
                part.encode()
            except UnicodeEncodeError:
                raise ValueError("a lone surrogate") from None
        elif isinstance(part, list):
            pending.extend(part)
        elif isinstance(part, dict):
            pending.extend(part)
            pending.extend(part.values())


_DECODER = json.JSONDecoder(
    parse_constant=_refuse_constant, parse_float=_finite, object_pairs_hook=_distinct_keys
)
