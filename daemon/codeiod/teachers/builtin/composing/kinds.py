"""Kinds of JSON values: their annotation, and how they are called.

Imports the standard library only.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Any

ONE = {
    "int": "an integer", "float": "a number", "str": "a text", "bool": "true or false",
    "list": "a list", "dict": "an object", "int | float": "a number", "None": "null",
}  # fmt: skip
MANY = {
    "int": "integers", "float": "numbers", "str": "texts", "bool": "truth values", "list": "lists",
    "dict": "objects",
}  # fmt: skip
OPTIONAL = re.compile(r"^(\w+) \| None$")


def annotation_of(values: Iterable[Any]) -> str:
    """Write the annotation that JSON-able values share, as narrow as they allow."""
    kinds = list(dict.fromkeys(_annotation(value) for value in values))
    narrow = [k for k in kinds if k not in ("list", "dict") or not _has_inner(kinds, k)]
    if set(narrow) == {"int", "float"}:
        return "float"
    told = sorted(narrow, key=lambda kind: kind == "None")
    return " | ".join(told) if len(told) < 4 else "object"


def kind_in_words(annotation: str) -> str:
    """Call a value by its annotation: ``list[int]`` is "a list of integers"; ``""`` where that
    has no words."""
    if annotation in ONE:
        return ONE[annotation]
    for holder, word in (("list[", "a list of"), ("dict[str, ", "an object of")):
        if annotation.startswith(holder) and (inner := _many(annotation[len(holder) : -1])):
            return f"{word} {inner}"
    return ""


def _many(annotation: str) -> str:
    if annotation in MANY:
        return MANY[annotation]
    if found := OPTIONAL.match(annotation):
        return f"{MANY[found[1]]} or null" if found[1] in MANY else ""
    if annotation.startswith("list["):
        inner = _many(annotation[5:-1])
        return f"lists of {inner}" if inner else "lists"
    return "objects" if annotation.startswith("dict[") else ""


def _annotation(value: Any) -> str:
    match value:
        case None:
            return "None"
        case list():
            return f"list[{annotation_of(value)}]" if value else "list"
        case dict():
            return f"dict[str, {annotation_of(value.values())}]" if value else "dict"
    return type(value).__name__


def _has_inner(kinds: Sequence[str], kind: str) -> bool:
    return any(other.startswith(f"{kind}[") for other in kinds)
