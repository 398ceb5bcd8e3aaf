"""Write snapshots as Python text and as JSON. Imports the standard library alone."""

import builtins
from collections.abc import Iterator
from json.encoder import encode_basestring_ascii as _quoted
from typing import Any

from .snapshots import (
    DICT,
    ELIDED,
    LIST,
    LONGEST_INT_BITS,
    OBJECT,
    OPAQUE,
    RECORD,
    SET,
    TUPLE,
    Snapshot,
)

# Functions look up builtins here from now on; a program's changes are not seen.
globals()["__builtins__"] = dict(vars(builtins))

_GAP = "..."
_BRACKETS = {LIST: ("[", "]"), TUPLE: ("(", ")"), DICT: ("{", "}"), SET: ("{", "}")}


def text_of(snapshot: Snapshot, limit: int) -> tuple[str, bool]:
    """Return a snapshot as Python text of about `limit` characters at most; whether it is cut."""
    if type(snapshot) is int:
        return _int_text(snapshot, limit)
    if type(snapshot) is str:
        return _str_text(snapshot, limit)
    if type(snapshot) is not tuple:
        return repr(snapshot), False  # a float, a bool, None
    if snapshot[0] == OPAQUE:
        return printable(snapshot[1], limit), snapshot == ELIDED or len(snapshot[1]) > limit
    return _container_text(snapshot, limit)


def _int_text(number: int, limit: int) -> tuple[str, bool]:
    bits = int.bit_length(number)
    if bits > LONGEST_INT_BITS:
        return f"<an integer of {bits} bits>", True
    text = int.__repr__(number)
    return (text, False) if len(text) <= limit else (_middle_out(text, limit), True)


def _str_text(text: str, limit: int) -> tuple[str, bool]:
    if len(text) <= limit:
        return str.__repr__(text), False
    return str.__repr__(_middle_out(text, limit)), True


def _middle_out(text: str, limit: int) -> str:
    return text[: limit * 2 // 3] + _GAP + text[-(limit // 4) :]


def printable(text: str, limit: int) -> str:
    """Return a text that is no value, with what a terminal must not see written out."""
    text = text if len(text) <= limit else text[:limit] + _GAP
    return text if text.isprintable() else str.__repr__(text)[1:-1]


def _container_text(snapshot: tuple[Any, ...], limit: int) -> tuple[str, bool]:
    tag, total, members = snapshot
    written = [text_of(member, limit) for member in members]
    is_cut = any(cut for _, cut in written)
    texts = [text for text, _ in written]
    if tag in (OBJECT, RECORD):
        first, last = f"{printable(total, limit)}(", ")"
        texts = [
            f"{printable(name, limit)}={text}" if name else text
            for name, text in zip(members[::2], texts[1::2], strict=True)
        ]
    else:
        first, last = _BRACKETS[tag]
        if tag == DICT:
            texts = [f"{key}: {text}" for key, text in zip(texts[::2], texts[1::2], strict=True)]
        if total != len(texts):
            is_cut = True
            texts.insert(len(texts) * 5 // 8, _GAP)
    if tag == TUPLE and total == 1:
        last = ",)"
    if tag == SET and not total:
        return "set()", False
    return _joined(first, texts, last, limit, is_cut)


def _joined(first: str, texts: list[str], last: str, limit: int, is_cut: bool) -> tuple[str, bool]:
    room = limit - len(first) - len(last)
    if sum(map(len, texts)) + 2 * len(texts) - 2 <= room:
        return first + ", ".join(texts) + last, is_cut
    head = list(_fitting(texts, room * 2 // 3))
    rest = texts[len(head) :]
    tail = list(_fitting(rest[::-1], room // 3 - len(_GAP)))[::-1]
    if len(tail) == len(rest):
        tail = tail[1:]
    if not head and not tail and texts:
        head = [texts[0][: room - len(_GAP)]]
    gap = [_GAP] if _GAP not in (head[-1:] or tail[:1]) else []
    return first + ", ".join([*head, *gap, *tail]) + last, True


def _fitting(texts: list[str], room: int) -> Iterator[str]:
    for text in texts:
        room -= len(text) + 2
        if room < 0:
            return
        yield text


def json_of(snapshot: Snapshot, limit: int) -> str | None:
    """Return a snapshot as JSON with the standard separators; None if it is none, cut or long."""
    pieces: list[str] = []
    if _put_json(snapshot, pieces, limit) < 0:
        return None
    return "".join(pieces)


def _put_json(snapshot: Snapshot, pieces: list[str], room: int) -> int:
    """Append the text and return the room that is left; less than 0: it is no JSON, or too long."""
    if type(snapshot) is tuple:
        return _put_json_container(snapshot, pieces, room)
    text = _json_atom(snapshot, room)
    pieces.append(text)
    return room - len(text) if text else -1


def _json_atom(snapshot: Snapshot, room: int) -> str:
    """Return the JSON of what has no members; empty if there is none."""
    if type(snapshot) is int:
        bits = int.bit_length(snapshot)
        return int.__repr__(snapshot) if bits <= min(3 * room, LONGEST_INT_BITS) else ""
    if type(snapshot) is str:
        return _quoted(snapshot) if len(snapshot) <= room and _is_text(snapshot) else ""
    if type(snapshot) is float:
        return float.__repr__(snapshot) if snapshot - snapshot == 0.0 else ""
    return "null" if snapshot is None else "true" if snapshot is True else "false"


def _is_text(text: str) -> bool:
    """Tell whether a string has no lone surrogate."""
    try:
        str.encode(text)
    except UnicodeEncodeError:
        return False
    return True


def _put_json_container(snapshot: tuple[Any, ...], pieces: list[str], room: int) -> int:
    tag, total, members = snapshot if len(snapshot) == 3 else (OPAQUE, 0, ())
    pairs = tag == DICT
    parts: list[Snapshot] = [*members[1::2]] if tag == RECORD else [*members]
    whole = tag == RECORD or total == len(parts) // (1 + pairs)
    if tag not in (LIST, TUPLE, DICT, RECORD) or not whole:
        return -1
    pieces.append("{" if pairs else "[")
    for index, part in enumerate(parts):
        if pairs and index % 2 == 0 and type(part) is not str:
            return -1
        if index:
            pieces.append(": " if pairs and index % 2 else ", ")
        room = _put_json(part, pieces, room - 2)
        if room < 0:
            return room
    pieces.append("}" if pairs else "]")
    return room - 2
