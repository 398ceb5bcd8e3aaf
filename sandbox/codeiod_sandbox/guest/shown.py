"""Take values of untrusted code apart, to tell later what changed. Imports the standard library.

A snapshot is made of exact builtin types alone, so that two of them can be compared at any time:
`None`, bools, numbers and strings stand for themselves, tuples for all else. No method of a
program's class is called to make one: attributes are read by C descriptors.
"""

import builtins
import sys
from collections import deque
from collections.abc import Callable, Iterable
from datetime import date, datetime, timedelta
from decimal import Decimal
from enum import Enum
from fractions import Fraction
from itertools import islice
from types import (
    BuiltinFunctionType,
    FunctionType,
    GetSetDescriptorType,
    MemberDescriptorType,
    MethodType,
    ModuleType,
)
from typing import Any, TypeAlias

from .encode import type_name

# Functions look up builtins here from now on; a program's changes are not seen.
globals()["__builtins__"] = dict(vars(builtins))

Snapshot: TypeAlias = int | float | str | tuple[Any, ...] | None

LIST, TUPLE, DICT, SET, OBJECT, RECORD, OPAQUE = "[", "(", "{", "s", "o", "n", "?"
"""What the first member of a snapshot's tuple tells; the next two: how many, and the members.

Of a dict and an object the members are keys and values by turns; an object and a record (a named
tuple) have their type's name in the place of how many. What is opaque has only a text.
"""
ELIDED = (OPAQUE, "...")
HEAD, _TAIL = 40, 24  # members of a long container that are looked at
_DEPTH = 6
_NODES = 400  # of one value
_HEAP_TYPE = 1 << 9
_OPAQUE_CHARS = 500
LONGEST_INT_BITS = 2000  # below any limit of digits that a program can set

_mro = type.__dict__["__mro__"].__get__
_members = type.__dict__["__dict__"].__get__
_flags = type.__dict__["__flags__"].__get__
_numerator, _denominator = (vars(Fraction)[name].__get__ for name in ("_numerator", "_denominator"))
_arguments = vars(BaseException)["args"].__get__
_atoms = frozenset(map(id, (int, str, float, bool, type(None))))
_unshown = frozenset(
    map(id, (FunctionType, BuiltinFunctionType, MethodType, ModuleType, staticmethod, classmethod))
)
_modules = sys.modules
_OURS = ("program", "__main__")


def is_shown(value: object) -> bool:
    """Tell whether a name's value is data, and not a function, class or module."""
    kind = type(value)
    return id(kind) not in _unshown and not issubclass(kind, type)


def is_atom(value: object) -> bool:
    """Tell whether a value is its own snapshot."""
    return id(type(value)) in _atoms


class Snapper:
    """Takes snapshots, and remembers what it learnt of the classes it met."""

    __slots__ = ("_classes", "_exact", "_numpy", "_open", "_room", "taken")

    def __init__(self) -> None:
        self.taken = 0
        """How many values, parts of others too, were taken so far."""
        self._open: set[int] = set()
        self._room = 0
        self._classes: dict[int, tuple[type, Callable[[object, int], Snapshot]]] = {}
        self._numpy = _modules.get("numpy")
        self._exact: dict[int, Callable[[Any, int], Snapshot]] = {
            id(list): self._list,
            id(tuple): self._tuple,
            id(dict): self._dict,
            id(set): self._set,
            id(frozenset): self._set,
            id(deque): self._deque,
            id(bytes): _by_repr,
            id(bytearray): _by_repr,
            id(complex): _by_repr,
            id(range): _range,
            id(Decimal): _by_repr,
            id(Fraction): _fraction,
            id(date): _by_repr,
            id(timedelta): _by_repr,
            id(datetime): _datetime,
        }

    def take(self, value: object) -> Snapshot:
        """Return the snapshot of a value."""
        if id(type(value)) in _atoms:
            return value  # type: ignore[return-value] # its type was looked up
        self._room = _NODES
        self._open.clear()
        snapshot = self._take(value, _DEPTH)
        self.taken += _NODES - self._room
        return snapshot

    def _take(self, value: object, depth: int) -> Snapshot:
        kind = type(value)
        if id(kind) in _atoms:
            return value  # type: ignore[return-value] # its type was looked up
        take = self._exact.get(id(kind))
        if take is None:
            take = self._learn(kind)
        self._room -= 1
        return take(value, depth)

    def _learn(self, kind: type) -> Callable[[Any, int], Snapshot]:
        known = self._classes.get(id(kind))
        if known is None:
            known = self._classes[id(kind)] = (kind, self._way(kind))
        return known[1]

    def _way(self, kind: type) -> Callable[[Any, int], Snapshot]:
        """Choose how the values of a class that is none of the usual ones are taken."""
        if issubclass(kind, Enum):
            return _enum_member
        for base, way in (
            (str, _text),
            (int, _int),
            (float, _float),
            (BaseException, self._exception),
            (dict, self._dict),
            (list, self._list),
            (set, self._set),
            (frozenset, self._set),
            (deque, self._deque),
        ):
            if issubclass(kind, base):
                return way
        if issubclass(kind, tuple):
            return self._record(kind)
        return self._array(kind) or self._object(kind)

    def _closed(self, value: object, depth: int) -> bool:
        return depth <= 0 or self._room <= 0 or id(value) in self._open

    def _list(self, value: list[Any], depth: int) -> Snapshot:
        if self._closed(value, depth):
            return ELIDED
        return (LIST, list.__len__(value), self._sequence(value, list, depth))

    def _tuple(self, value: tuple[Any, ...], depth: int) -> Snapshot:
        if self._closed(value, depth):
            return ELIDED
        return (TUPLE, tuple.__len__(value), self._sequence(value, tuple, depth))

    def _deque(self, value: deque[Any], depth: int) -> Snapshot:
        if self._closed(value, depth):
            return ELIDED
        members: list[Any] = [*islice(deque.__iter__(value), HEAD + _TAIL)]
        inner = (LIST, deque.__len__(value), self._sequence(members, list, depth))
        return (OBJECT, "deque", ("", inner))

    def _exception(self, value: BaseException, depth: int) -> Snapshot:
        if self._closed(value, depth):
            return ELIDED
        members = self._all(value, tuple.__iter__(_arguments(value)), depth)
        name = type_name(type(value))
        return (OBJECT, name, tuple([part for member in members for part in ("", member)]))

    def _sequence(self, value: Any, base: Any, depth: int) -> tuple[Snapshot, ...]:
        if base.__len__(value) > HEAD + _TAIL:
            members = base.__getitem__(value, slice(HEAD))
            members += base.__getitem__(value, slice(-_TAIL, None))
        else:
            members = base.__getitem__(value, slice(None))
        if {id(kind) for kind in map(type, members)} <= _atoms:
            self._room -= len(members) >> 2  # they cost little
            return tuple(members)
        return self._all(value, members, depth)

    def _all(self, value: object, members: Iterable[object], depth: int) -> tuple[Snapshot, ...]:
        self._open.add(id(value))
        taken = tuple([self._take(member, depth - 1) for member in members])
        self._open.discard(id(value))
        return taken

    def _dict(self, value: dict[Any, Any], depth: int) -> Snapshot:
        if self._closed(value, depth):
            return ELIDED
        members = [part for pair in islice(dict.items(value), HEAD + _TAIL) for part in pair]
        return (DICT, dict.__len__(value), self._all(value, members, depth))

    def _set(self, value: Any, depth: int) -> Snapshot:
        if self._closed(value, depth):
            return ELIDED
        base: Any = set if issubclass(type(value), set) else frozenset
        members = self._all(value, islice(base.__iter__(value), HEAD + _TAIL), depth)
        return (SET, base.__len__(value), tuple(sorted(members, key=_order)))

    def _record(self, kind: type) -> Callable[[Any, int], Snapshot]:
        fields = _found(kind, "_fields")
        if type(fields) is not tuple or any(type(name) is not str for name in fields):
            return self._tuple
        name = type_name(kind)

        def take(value: Any, depth: int) -> Snapshot:
            if self._closed(value, depth):
                return ELIDED
            members = self._all(value, tuple.__iter__(value), depth)
            pairs = [part for pair in zip(fields, members, strict=False) for part in pair]
            return (RECORD, name, tuple(pairs))

        return take

    def _array(self, kind: type) -> Callable[[Any, int], Snapshot] | None:
        """Arrays and scalars of numpy, where they are its own and not a program's."""
        if self._numpy is None or _flags(kind) & _HEAP_TYPE:
            return None
        array, scalar = vars(self._numpy).get("ndarray"), vars(self._numpy).get("generic")
        if kind is array:
            return self._taken_array
        if type(scalar) is type and issubclass(kind, scalar):
            read: Any = vars(scalar)["item"]
            return lambda value, depth: self._plain(read(value), depth)
        return None

    def _taken_array(self, value: Any, depth: int) -> Snapshot:
        kind: Any = type(value)
        if kind.size.__get__(value) > _NODES:
            shape = ", ".join(map(int.__repr__, kind.shape.__get__(value)))
            return (OPAQUE, f"<array of shape ({shape})>")
        return self._plain(kind.tolist(value), depth)

    def _plain(self, value: object, depth: int) -> Snapshot:
        if _flags(type(value)) & _HEAP_TYPE or self._array(type(value)):
            return (OPAQUE, "<array of objects>")
        return self._take(value, depth)

    def _object(self, kind: type) -> Callable[[Any, int], Snapshot]:
        name = type_name(kind)
        opaque = (OPAQUE, f"<{name}>")
        if not any(_members(base).get("__module__") in _OURS for base in _mro(kind)):
            return lambda value, depth: opaque  # its attributes are those of a library
        read_dict = _found(kind, "__dict__")
        slots = [
            (slot, found.__get__)
            for base in reversed(_mro(kind))
            if _flags(base) & _HEAP_TYPE
            for slot, found in _members(base).items()
            if type(found) is MemberDescriptorType and type(slot) is str
        ]
        if type(read_dict) is not GetSetDescriptorType and not slots:
            return lambda value, depth: opaque

        def take(value: Any, depth: int) -> Snapshot:
            if self._closed(value, depth):
                return ELIDED
            names: list[str] = []
            members: list[object] = []
            for slot, read in slots:
                try:
                    members.append(read(value))
                except AttributeError:
                    continue
                names.append(slot)
            if type(read_dict) is GetSetDescriptorType:
                attributes = read_dict.__get__(value)
                for attribute, member in islice(dict.items(attributes), HEAD):
                    if type(attribute) is str:
                        names.append(attribute)
                        members.append(member)
            pairs = zip(names, self._all(value, members, depth), strict=True)
            return (OBJECT, name, tuple([part for pair in pairs for part in pair]))

        return take


def _found(kind: type, name: str) -> Any:
    """Look an attribute of a class up as Python would, without running anything."""
    for base in _mro(kind):
        members = _members(base)
        if name in members:
            return members[name]
    return None


def _float(value: float, _: int) -> Snapshot:
    return float.__float__(value)


def _text(value: str, _: int) -> Snapshot:
    return str.__str__(value)


def _int(value: int, _: int) -> Snapshot:
    return int.__int__(value)


def _by_repr(value: object, _: int) -> Snapshot:
    return (OPAQUE, type(value).__repr__(value)[:_OPAQUE_CHARS])


def _range(value: range, _: int) -> Snapshot:
    ends = (value.start, value.stop, value.step)
    if max(map(int.bit_length, ends)) > LONGEST_INT_BITS:
        return (OPAQUE, "<range>")
    return (OPAQUE, range.__repr__(value))


def _datetime(value: datetime, _: int) -> Snapshot:
    return (OPAQUE, datetime.isoformat(datetime.replace(value, tzinfo=None), " "))


def _fraction(value: Fraction, depth: int) -> Snapshot:
    ends = (
        vars(Fraction)["_numerator"].__get__(value),
        vars(Fraction)["_denominator"].__get__(value),
    )
    if any(type(end) is not int or int.bit_length(end) > LONGEST_INT_BITS for end in ends):
        return (OPAQUE, "<Fraction>")
    return (OBJECT, "Fraction", ("", ends[0], "", ends[1]))


def _enum_member(value: object, _: int) -> Snapshot:
    name = object.__getattribute__(value, "__dict__").get("_name_")
    shown = str.__str__(name)[:_OPAQUE_CHARS] if issubclass(type(name), str) else "?"
    return (OPAQUE, f"{type_name(type(value))}.{shown}")


def _order(member: Snapshot) -> tuple[int, int, str]:
    """Sort the members of a set: numbers as numbers, texts as texts, all else by what it is."""
    if type(member) is int:
        return (0, member, "")
    if type(member) is str:
        return (1, 0, member)
    return (2, 0, repr(member))
