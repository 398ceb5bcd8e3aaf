"""The values that a trace shows, read back: plain ones as they are, objects by their attributes.

May import the narration's ``objects``, and the sandbox's values.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Callable
from functools import lru_cache
from typing import Any

from codeiod.teachers.builtin.narration.objects import MISSING, Deque, Instance, Named, Unknown
from codeiod_sandbox.traces import Shown

_NUMBER = re.compile(r"-?\d{1,150}\Z")
_GAPS = re.compile(r"""('(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*")|, \.\.\.""")
"""Of attributes that were left out; a text may hold such dots too."""


def value_of(shown: Shown) -> Any:
    """Return the value that a text shows; it must not be changed.

    :raises Unknown: it is no value, or is cut; of an object only attributes may be.
    """
    if shown.is_cut and "(" not in shown.text:
        raise Unknown
    value = _value(shown.text, shown.is_cut)
    if value is MISSING:
        raise Unknown
    return value


@lru_cache(maxsize=4096)
def _value(text: str, is_cut: bool) -> Any:
    """Return the value of a text, `MISSING` where it can't be told."""
    if _NUMBER.match(text):
        return int(text)
    try:
        return _read(_parsed(text, is_cut), is_cut)
    except (ValueError, SyntaxError, TypeError, MemoryError, RecursionError):
        return MISSING


def _parsed(text: str, is_cut: bool) -> ast.expr:
    try:
        return ast.parse(text, mode="eval").body
    except SyntaxError:
        if not is_cut:
            raise
    return ast.parse(_GAPS.sub(lambda gap: gap[1] or ", **_", text), mode="eval").body


def _read(node: ast.expr, is_cut: bool) -> Any:
    """Return a value; `MISSING` where part of it was left out, but for attributes of an object.

    :raises ValueError: it is none.
    """
    if isinstance(node, ast.Constant):
        is_elided = node.value is ... or (
            is_cut and isinstance(node.value, str) and "..." in node.value
        )
        return MISSING if is_elided else node.value
    if isinstance(node, ast.List | ast.Tuple | ast.Set | ast.Dict):
        return _read_members(node, is_cut)
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
        return _read_call(node, node.func.id, is_cut)
    if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
        return Named(f"{node.value.id}.{node.attr}")
    return ast.literal_eval(node)


def _read_call(node: ast.Call, kind: str, is_cut: bool) -> Any:
    if node.args:
        given = _read(node.args[0], is_cut)
        return Deque(given) if kind == "deque" and isinstance(given, list) else MISSING
    fields = {
        word.arg or "": _read(word.value, is_cut) if word.arg else MISSING for word in node.keywords
    }
    return set() if kind == "set" and not fields else Instance(kind, fields)


def _read_members(node: ast.List | ast.Tuple | ast.Set | ast.Dict, is_cut: bool) -> Any:
    if isinstance(node, ast.Dict):
        keys = [_read(key, is_cut) for key in node.keys if key is not None]
        values = [_read(value, is_cut) for value in node.values]
        return MISSING if MISSING in keys + values else dict(zip(keys, values, strict=True))
    members = [_read(member, is_cut) for member in node.elts]
    if any(member is MISSING for member in members):
        return MISSING
    makers: dict[type, Callable[[list[Any]], Any]] = {ast.Tuple: tuple, ast.Set: set}
    return makers.get(type(node), list)(members)
