"""Objects of a program's classes as a trace shows them, and how they are put in words.

Imports the standard library only.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

_MAX_LIST_CHARS = 60
_MAX_FIELDS_CHARS = 80
_LEFT_RIGHT = ("left", "right")
_BACKWARDS = {"prev", "previous", "parent", "random", "tail", "last"}
_LINKS = _BACKWARDS | {"next", "next_node", "nxt", "_next", "child", *_LEFT_RIGHT}


class Unknown(Exception):
    """An expression's value can't be told."""


class Missing:
    """In the place of a value that a trace leaves out."""


MISSING = Missing()


@dataclass(frozen=True, slots=True, eq=False)
class Instance:
    """An object of a class of the program's."""

    kind: str
    fields: Mapping[str, Any]

    def __repr__(self) -> str:
        return in_words(self)


@dataclass(frozen=True, slots=True)
class Named:
    """A value that is known by its name alone: a member of an enum."""

    text: str

    def __repr__(self) -> str:
        return self.text


class Deque(list[Any]):
    """What a deque holds."""

    def __repr__(self) -> str:
        return f"deque({list.__repr__(self)})"


def in_words(value: Any) -> str:
    """Return an object in words, ``""`` where no more than its class is known."""
    if not isinstance(value, Instance):
        return ""
    if (key := _key(value)) is not None:
        return _of_node(value, key)
    said = _fields(value)
    return f"{_article(value.kind)} `{value.kind}` ({said})" if said else ""


def pictured(value: Any) -> str:
    """Write a value that has objects in it, short: ``[node 3, node 5]``.

    :raises Unknown: that is not possible.
    """
    if isinstance(value, Instance):
        said = in_words(value)
        if not said:
            raise Unknown
        return said.partition(" ")[2]
    if isinstance(value, set) and value:
        return "{" + ", ".join(map(pictured, sorted(value, key=_order))) + "}"
    if isinstance(value, Deque):
        return f"deque([{', '.join(map(pictured, value))}])"
    if isinstance(value, dict):
        return "{" + ", ".join(f"{pictured(k)}: {pictured(v)}" for k, v in value.items()) + "}"
    if isinstance(value, list):
        return f"[{', '.join(map(pictured, value))}]"
    if isinstance(value, tuple):
        return f"({', '.join(map(pictured, value))}{',' * (len(value) == 1)})"
    return repr(value)


def _order(member: Any) -> tuple[bool, Any, str]:
    """Sort the members of a set as a trace shows them: numbers first."""
    is_number = isinstance(member, int | float)
    return (not is_number, member if is_number else 0, repr(member))


def _article(kind: str) -> str:
    return "an" if kind[0] in "AEIOaeio" else "a"


def _links(value: Instance) -> dict[str, Any]:
    """Return the attributes that lead to other nodes."""
    return {
        name: field
        for name, field in value.fields.items()
        if (isinstance(field, Instance) and field.kind == value.kind)
        or (name.lower() in _LINKS and (field is None or field is MISSING))
    }


def _key(value: Instance) -> Any:
    """Return what a node holds, None where an object is no node."""
    links = _links(value)
    if not links:
        return None
    plain = [field for name, field in value.fields.items() if name not in links]
    if not plain or not isinstance(plain[0], int | float | str) or isinstance(plain[0], bool):
        return None
    return plain[0]


def _of_node(value: Instance, key: Any) -> str:
    links = _links(value)
    if tuple(sorted(links)) == _LEFT_RIGHT:
        if not any(links.values()):
            return f"the leaf {key!r}"
        levels = _levels(value)
        return f"the tree {levels}" if levels else f"the node {key!r}"
    onwards = [name for name in links if name not in _BACKWARDS]
    if len(onwards) == 1 and onwards[0] not in _LEFT_RIGHT:
        return _of_chain(value, onwards[0], key)
    return f"the node {key!r}"


def _of_chain(value: Instance, link: str, key: Any) -> str:
    keys = [repr(key)]
    after = value.fields[link]
    while isinstance(after, Instance) and len(keys) < _MAX_LIST_CHARS:
        keys.append(repr(_key(after)))
        after = after.fields.get(link, MISSING)
    if len(keys) == 1 and after is None:
        return f"the node {key!r}"
    text = " → ".join(keys)
    if len(text) > _MAX_LIST_CHARS:
        text, after = text[: text.rfind(" → ", 0, _MAX_LIST_CHARS)], MISSING
    return f"the list {text}{' → …' if after is MISSING else ''}"


def _levels(root: Instance) -> str:
    """Write a tree level by level, ``""`` where it is long or not whole."""
    found: list[str] = []
    level: list[Any] = [root]
    while level and len(found) < _MAX_LIST_CHARS:
        below: list[Any] = []
        for node in level:
            if isinstance(node, Instance):
                found.append(repr(_key(node)))
                below += [node.fields.get(name, MISSING) for name in _LEFT_RIGHT]
            elif node is None:
                found.append("None")
            else:
                return ""
        level = below
    while found[-1] == "None":
        found.pop()
    text = f"[{', '.join(found)}]"
    return text if len(text) <= _MAX_LIST_CHARS else ""


def _fields(value: Instance) -> str:
    """List the attributes that are short."""
    said: list[str] = []
    room = _MAX_FIELDS_CHARS
    for name, field in value.fields.items():
        try:
            text = f"{name} {pictured(field)}" if field is not MISSING else ""
        except Unknown:
            text = ""
        if text and "`" not in text and len(text) <= room:
            said.append(text)
            room -= len(text)
    if said and len(said) < len(value.fields):
        said.append("…")
    return ", ".join(said)
