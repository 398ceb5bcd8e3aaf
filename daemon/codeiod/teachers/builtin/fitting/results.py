"""How a result that is no JSON is made one, and what it is called. Imports nothing of ours."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

AS_SORTED = "sorted({0})"
_PLAIN_CALL = "plain({0})"
_BY_KEY = "{{str(key): member for key, member in {0}.items()}}"
_PLAIN = '''\
def plain(value):
    """Make a value of nested containers one that JSON can hold."""
    return (
        value.tolist()
        if hasattr(value, "tolist")
        else {str(key): plain(member) for key, member in value.items()}
        if isinstance(value, dict)
        else sorted(map(plain, value), key=str)
        if isinstance(value, (set, frozenset))
        else [plain(member) for member in value]
        if hasattr(value, "__iter__") and not isinstance(value, str)
        else plain(vars(value))
        if hasattr(value, "__dict__")
        else value
        if value is None or isinstance(value, (str, int, float))
        else str(value)
    )
'''
_BY_TYPE = {
    "set": "sorted({0})",
    "frozenset": "sorted({0})",
    "ndarray": "{0}.tolist()",
    "int64": "int({0})",
    "int32": "int({0})",
    "float32": "float({0})",
    "bool": "bool({0})",
    "bool_": "bool({0})",
    "Decimal": "float({0})",
    "Fraction": "str({0})",
    "deque": "list({0})",
    "dict_keys": "list({0})",
    "dict_values": "list({0})",
    "range": "list({0})",
    "map": "list({0})",
    "filter": "list({0})",
    "zip": "list({0})",
    "generator": "list({0})",
    "bytes": "list({0})",
}


def conversions_for(kind: str) -> tuple[str, ...]:
    """Return what to try, the simplest first, where a result held this type."""
    if kind == "key":
        return (_BY_KEY, _PLAIN_CALL)
    one = _BY_TYPE.get(kind, "vars({0})")
    inner = one.format("member")
    return (
        one,
        f"[{inner} for member in {{0}}]",
        f"{{{{str(key): {inner} for key, member in {{0}}.items()}}}}",
        _PLAIN_CALL,
    )


def helper_of(conversion: str) -> str:
    """Return the text of the function that a conversion calls, ``""`` where it calls none."""
    return _PLAIN if conversion == _PLAIN_CALL else ""


def told(values: Sequence[Any]) -> str:
    """Say in words what kind of value these are."""
    kinds = list(dict.fromkeys(_kind(value) for value in values))
    if set(kinds) == {"an integer", "a number"}:
        kinds = ["a number"]
    if "a list" in kinds:
        kinds = [kind for kind in kinds if not kind.startswith("a list of")]
    lists = [kind for kind in kinds if kind != "an empty list"]
    return " or ".join((lists or kinds)[:3])


def _kind(value: Any) -> str:
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true or false"
    if isinstance(value, int):
        return "an integer"
    if isinstance(value, float):
        return "a number"
    if isinstance(value, str):
        return "a text"
    if isinstance(value, dict):
        return "an object"
    if not value:
        return "an empty list"
    inner = {_kind(member) for member in value}
    plural = {"an integer": "integers", "a number": "numbers", "a text": "texts"}
    one = next(iter(inner)) if len(inner) == 1 else ""
    if one in plural:
        return f"a list of {plural[one]}"
    return "a list of lists" if one.startswith(("a list", "an empty")) else "a list"
