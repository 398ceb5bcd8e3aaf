"""Take values of untrusted code apart, to tell later what changed. Imports the standard library.

No method of a program's class is called for it.
"""

import builtins
import sys
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from itertools import islice
from operator import is_
from types import BuiltinFunctionType, FunctionType, MethodType, ModuleType
from typing import Any, TypeAlias

from . import shown_classes as classes
from .snapshots import ATOMS, DICT, ELIDED, HEAD, LIST, OBJECT, SET, TAIL, TUPLE, Snapshot

# Functions look up builtins here from now on; a program's changes are not seen.
globals()["__builtins__"] = dict(vars(builtins))

_DEPTH = 10
_NODES = 400  # of one value
_LONGEST = HEAD + TAIL
_unshown = frozenset(
    map(id, (FunctionType, BuiltinFunctionType, MethodType, ModuleType, staticmethod, classmethod))
)
_list_id, _tuple_id, _dict_id = id(list), id(tuple), id(dict)
_modules = sys.modules
_Way: TypeAlias = Callable[[Any, int], Snapshot]


def is_shown(value: object) -> bool:
    """Tell whether a name's value is data, and not a function, class or module."""
    kind = type(value)
    return id(kind) not in _unshown and not issubclass(kind, type)


def is_atom(value: object) -> bool:
    """Tell whether a value is its own snapshot."""
    return id(type(value)) in ATOMS


class Snapper:
    """Takes snapshots, and remembers what it learnt of the classes it met."""

    __slots__ = ("_numpy", "_objects", "_open", "_room", "_ways", "taken")

    def __init__(self) -> None:
        self.taken = 0
        """How many values, parts of others too, were taken so far."""
        self._open: set[int] = set()
        self._room = 0
        self._numpy = _modules.get("numpy")
        self._objects: dict[int, classes.Look] = {}
        # By the id of the type, which is kept alive beside it.
        self._ways: dict[int, tuple[type, _Way]] = {
            id(kind): (kind, way)
            for kinds, way in (
                ((list,), self._list),
                ((tuple,), self._tuple),
                ((dict,), self._dict),
                ((set, frozenset), self._set),
                ((deque,), self._deque),
                ((bytes, bytearray, complex, Decimal, date, timedelta), classes.by_repr),
                ((range,), classes.range_of),
                ((Fraction,), classes.fraction),
                ((datetime,), classes.date_and_time),
            )
            for kind in kinds
        }

    def take(self, value: object) -> Snapshot:
        """Return the snapshot of a value."""
        if id(type(value)) in ATOMS:
            return value  # type: ignore[return-value] # its type was looked up
        self._room = _NODES
        self._open.clear()
        snapshot = self._take(value, _DEPTH)
        self.taken += _NODES - self._room
        return snapshot

    def is_unchanged(self, value: object, old: Snapshot) -> bool:
        """Tell quickly whether a value surely is as it was; if not, it may still be."""
        kind = id(type(value))
        if kind in ATOMS or type(old) is not tuple or len(old) != 3:
            return value is old
        known: Any = value
        members: Sequence[object]
        if kind == _list_id and old[0] == LIST:
            members = list.__getitem__(known, slice(None))
        elif kind == _tuple_id and old[0] == TUPLE:
            members = known
        elif kind == _dict_id and old[0] == DICT:
            members = [part for pair in dict.items(known) for part in pair]
        elif kind in self._objects and old[0] == OBJECT:
            members = self._objects[kind](value)
        else:
            return False
        if len(members) != len(old[2]):
            return False
        return all(map(is_, members, old[2])) or all(map(self.is_unchanged, members, old[2]))

    def all(self, value: object, members: Iterable[object], depth: int) -> tuple[Snapshot, ...]:
        """Return the snapshots of the members of a value."""
        self._open.add(id(value))
        taken = tuple([self._take(member, depth - 1) for member in members])
        self._open.discard(id(value))
        return taken

    def is_closed(self, value: object, depth: int) -> bool:
        """Tell whether a value is not to be opened: too deep, too much, or open already."""
        return depth <= 0 or self._room <= 0 or id(value) in self._open

    def _take(self, value: object, depth: int) -> Snapshot:
        kind = type(value)
        if id(kind) in ATOMS:
            return value  # type: ignore[return-value] # its type was looked up
        known = self._ways.get(id(kind))
        if known is None:
            known = self._ways[id(kind)] = (kind, self._way(kind))
        self._room -= 1
        return known[1](value, depth)

    def _way(self, kind: type) -> _Way:
        """Choose how the values of a class that is none of the usual ones are taken."""
        if (way := classes.way_of_atom(kind)) is not None:
            return way
        for base, container in (
            (dict, self._dict),
            (list, self._list),
            (set, self._set),
            (frozenset, self._set),
            (deque, self._deque),
        ):
            if issubclass(kind, base):
                return container
        if issubclass(kind, BaseException):
            return classes.way_of_exception(kind, self)
        if issubclass(kind, tuple):
            return classes.way_of_record(kind, self) or self._tuple
        array = classes.way_of_array(kind, self._numpy, self)
        return array or self._way_of_object(kind)

    def _way_of_object(self, kind: type) -> _Way:
        look = classes.look_of(kind)
        if look is None:
            return classes.opaque(kind)
        self._objects[id(kind)] = look
        return classes.way_of_object(kind, look, self)

    def _list(self, value: list[Any], depth: int) -> Snapshot:
        if self.is_closed(value, depth):
            return ELIDED
        return (LIST, list.__len__(value), self._sequence(value, list, depth))

    def _tuple(self, value: tuple[Any, ...], depth: int) -> Snapshot:
        if self.is_closed(value, depth):
            return ELIDED
        return (TUPLE, tuple.__len__(value), self._sequence(value, tuple, depth))

    def _deque(self, value: deque[Any], depth: int) -> Snapshot:
        if self.is_closed(value, depth):
            return ELIDED
        members = self.all(value, islice(deque.__iter__(value), _LONGEST), depth)
        return (OBJECT, "deque", ("", (LIST, deque.__len__(value), members)))

    def _sequence(self, value: Any, base: Any, depth: int) -> tuple[Snapshot, ...]:
        if base.__len__(value) > _LONGEST:
            members = base.__getitem__(value, slice(HEAD))
            members += base.__getitem__(value, slice(-TAIL, None))
        else:
            members = base.__getitem__(value, slice(None))
        if ATOMS.issuperset(map(id, map(type, members))):
            self._room -= len(members) >> 2  # they cost little
            return tuple(members)
        return self.all(value, members, depth)

    def _dict(self, value: dict[Any, Any], depth: int) -> Snapshot:
        if self.is_closed(value, depth):
            return ELIDED
        members = [part for pair in islice(dict.items(value), _LONGEST) for part in pair]
        return (DICT, dict.__len__(value), self.all(value, members, depth))

    def _set(self, value: Any, depth: int) -> Snapshot:
        if self.is_closed(value, depth):
            return ELIDED
        base: Any = set if issubclass(type(value), set) else frozenset
        members = self.all(value, islice(base.__iter__(value), _LONGEST), depth)
        return (SET, base.__len__(value), tuple(sorted(members, key=_order)))


def _order(member: Snapshot) -> tuple[int, int, str]:
    """Sort the members of a set: numbers as numbers, texts as texts, all else by what it is."""
    if type(member) is int:
        return (0, member, "")
    if type(member) is str:
        return (1, 0, member)
    return (2, 0, repr(member))
