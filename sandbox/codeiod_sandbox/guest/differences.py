"""Tell in which parts two snapshots of a value differ. Imports the standard library alone."""

import builtins
from collections.abc import Iterator, Sequence
from typing import Any

from .shown_text import printable, text_of
from .snapshots import DICT, HEAD, LIST, OBJECT, OPAQUE, SET, TUPLE, Snapshot

# Functions look up builtins here from now on; a program's changes are not seen.
globals()["__builtins__"] = dict(vars(builtins))

CHANGED, ADDED, REMOVED, JOINED, LEFT = range(5)
Difference = tuple[int, str, Snapshot]
MOST = 4
_PATH_CHARS = 60
_ABSENT = object()


class _TooManyError(Exception):
    """They differ in more than can be told, or in more than parts."""


def differences(old: Snapshot, new: Snapshot) -> list[Difference]:
    """Return what was changed, added and removed; nothing where that is not a short story."""
    if type(old) is not tuple or type(new) is not tuple:
        return []
    found: list[Difference] = []
    try:
        for difference in _between(old, new, ""):
            found.append(difference)
            if len(found) > MOST:
                return []
    except _TooManyError:
        return []
    return found


def _between(old: Snapshot, new: Snapshot, path: str) -> Iterator[Difference]:
    if type(old) is not tuple or type(new) is not tuple or old[0] != new[0] or old[0] == OPAQUE:
        raise _TooManyError
    tag = old[0]
    if tag in (LIST, TUPLE):
        yield from _in_sequence(old, new, path)
    elif tag == DICT and old[1] == len(old[2]) // 2 and new[1] == len(new[2]) // 2:
        yield from _in_mapping(
            old[2], new[2], path, lambda key: f"[{text_of(key, _PATH_CHARS)[0]}]"
        )
    elif tag == SET and old[1] == len(old[2]) and new[1] == len(new[2]):
        was, became = frozenset(old[2]), frozenset(new[2])
        yield from ((LEFT, path, member) for member in old[2] if member not in became)
        yield from ((JOINED, path, member) for member in new[2] if member not in was)
    elif tag == OBJECT and old[1] == new[1]:
        yield from _in_mapping(old[2], new[2], path, _attribute)
    else:
        raise _TooManyError


def _subscript(key: Snapshot) -> str:
    return f"[{text_of(key, _PATH_CHARS)[0]}]"


def _attribute(name: str) -> str:
    return f".{printable(name, _PATH_CHARS)}" if name else ""


def _within(old: Snapshot, new: Snapshot, path: str) -> Iterator[Difference]:
    """Go down into a part where its own parts tell more."""
    try:
        deeper = [*_between(old, new, path)]
    except _TooManyError:
        deeper = []
    if not deeper or len(deeper) > MOST:
        deeper = [(CHANGED, path, new)]
    yield from deeper


def _in_mapping(
    old: Sequence[Any], new: Sequence[Any], path: str, step: Any
) -> Iterator[Difference]:
    was = dict(zip(old[::2], old[1::2], strict=True))
    became = dict(zip(new[::2], new[1::2], strict=True))
    for key, member in was.items():
        if key not in became:
            yield (REMOVED, path + step(key), member)
    for key, member in became.items():
        before = was.get(key, _ABSENT)
        if before is _ABSENT:
            yield (ADDED, path + step(key), member)
        elif before != member:
            yield from _within(before, member, path + step(key))


def _in_sequence(old: tuple[Any, ...], new: tuple[Any, ...], path: str) -> Iterator[Difference]:
    grown = new[1] - old[1]
    if grown == 0:
        for place, (before, after) in enumerate(zip(old[2], new[2], strict=True)):
            if before != after:
                index = place if place < HEAD else place + new[1] - len(new[2])
                yield from _within(before, after, f"{path}[{index}]")
    elif abs(grown) > MOST or old[1] != len(old[2]) or new[1] != len(new[2]):
        yield from _appended(old, new, path)
    elif grown > 0:
        first = _inserted(old[2], new[2])
        yield from ((ADDED, f"{path}[{first + i}]", new[2][first + i]) for i in range(grown))
    else:
        first = _inserted(new[2], old[2])
        yield from ((REMOVED, f"{path}[{first + i}]", old[2][first + i]) for i in range(-grown))


def _inserted(short: Sequence[Any], long: Sequence[Any]) -> int:
    """Return where in `long` stands the one stretch that `short` lacks."""
    first = 0
    while first < len(short) and short[first] == long[first]:
        first += 1
    if short[first:] != long[first + len(long) - len(short) :]:
        raise _TooManyError
    return first


def _appended(old: tuple[Any, ...], new: tuple[Any, ...], path: str) -> Iterator[Difference]:
    """Tell what was appended to a sequence of which only both ends are known."""
    grown = new[1] - old[1]
    if not 0 < grown <= MOST or old[2][:HEAD] != new[2][:HEAD]:
        raise _TooManyError
    kept = new[2][HEAD:-grown]
    if len(old[2]) > HEAD and kept and old[2][-len(kept) :] != kept:
        raise _TooManyError
    yield from ((ADDED, f"{path}[{old[1] + i}]", new[2][i - grown]) for i in range(grown))
