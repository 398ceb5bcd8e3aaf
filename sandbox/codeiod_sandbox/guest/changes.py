"""Find out which names of a function, and which globals that it uses, have changed since when.

Imports the standard library alone.
"""

import builtins
from collections import deque
from types import CodeType, FrameType
from typing import Any

from .shown import Snapper, is_atom, is_shown
from .snapshots import Snapshot
from .story import NOTHING, Change, Row

# Functions look up builtins here from now on; a program's changes are not seen.
globals()["__builtins__"] = dict(vars(builtins))

_MEASURES: dict[int, Any] = {id(kind): kind.__len__ for kind in (list, dict, set, deque)}


class Call:
    """One call of a function that is going on."""

    __slots__ = (
        "code",
        "depth",
        "dropped",
        "is_complete",
        "is_dirty",
        "is_kept",
        "is_paused",
        "known",
        "line",
        "number",
        "raised",
        "rings",
        "sizes",
        "visits",
        "watched",
    )

    def __init__(self, code: CodeType, number: int, depth: int, *, is_kept: bool) -> None:
        self.code = code
        self.number = number
        self.depth = depth
        self.is_kept = is_kept
        self.is_paused = False  # at a yield
        self.is_dirty = False  # steps were not looked at since the last one that was
        self.line = 0
        self.is_complete = True  # nothing of its line is left to be told
        self.raised = 0
        self.visits: dict[int, int] = {}
        self.known: dict[str, Snapshot] = {}
        self.watched: tuple[str, ...] = ()
        self.sizes: dict[str, tuple[int, int]] = {}
        self.rings: dict[int, deque[Row]] = {}
        self.dropped: dict[tuple[int, str], Row] = {}


class Changes:
    """Compares what names are with what they were."""

    def __init__(self) -> None:
        self.snapper = Snapper()
        self._watched: dict[int, tuple[CodeType, tuple[str, ...]]] = {}

    def of_locals(self, call: Call, frame: FrameType) -> list[Change]:
        """Return what changed since this was asked last, globals too as far as that is cheap."""
        known = call.known
        found: list[Change] = []
        for name, value in frame.f_locals.items():
            old = known.get(name, NOTHING)
            if old is value:
                continue
            new: Snapshot
            if is_atom(value):
                new = value
            elif old is not NOTHING and self.snapper.is_unchanged(value, old):
                continue
            elif is_shown(value):
                new = self.snapper.take(value)
            else:
                continue
            if type(new) is not type(old) or new != old:
                found.append((name, old, new))
                known[name] = new
        if call.line and len(found) > 1:
            # Interpreters differ in the order of their locals, but for the arguments.
            found.sort(key=_name)
        if call.watched:
            found += self.of_globals(call, frame, whole=False)
        return found

    def watch(self, call: Call, frame: FrameType) -> None:
        """Choose the globals that a function's code names and that are data."""
        code, module = call.code, frame.f_globals
        cached = self._watched.get(id(code))
        if cached is None:
            # An attribute's name is there too, and may be a local's.
            own = {*code.co_varnames, *code.co_cellvars, *code.co_freevars}
            names = [name for name in code.co_names if name not in own]
            names = [name for name in names if is_shown(module.get(name, len))]
            cached = self._watched[id(code)] = (code, tuple(names))
        call.watched = cached[1]
        for name in call.watched:
            value = module.get(name)
            call.known[name] = self.snapper.take(value)
            call.sizes[name] = _size(value)

    def of_globals(self, call: Call, frame: FrameType, *, whole: bool) -> list[Change]:
        """Compare globals; `whole`, or only what is cheap: another object, another length."""
        found: list[Change] = []
        for name in call.watched:
            value = frame.f_globals.get(name)
            size = _size(value)
            if call.sizes[name] == size and (not whole or is_atom(value)):
                continue
            call.sizes[name] = size
            old = call.known[name]
            if self.snapper.is_unchanged(value, old):
                continue
            new = self.snapper.take(value)
            if type(new) is not type(old) or new != old:
                found.append((name, old, new))
                call.known[name] = new
        return found


def _name(change: Change) -> str:
    return change[0]


def _size(value: object) -> tuple[int, int]:
    measure = _MEASURES.get(id(type(value)))
    return (id(value), measure(value) if measure else -1)
