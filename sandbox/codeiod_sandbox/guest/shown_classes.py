"""How the values of less usual classes are taken apart, a program's own among them.

Imports the standard library alone. Attributes are read by C descriptors, found as Python would find
them: no method of a program's class runs.
"""

import builtins
from collections.abc import Callable, Iterable
from datetime import datetime
from enum import Enum
from fractions import Fraction
from itertools import islice
from types import GetSetDescriptorType, MemberDescriptorType
from typing import Any, Protocol, TypeAlias

from .encode import type_name
from .snapshots import (
    ELIDED,
    HEAD,
    LONGEST_INT_BITS,
    OBJECT,
    OPAQUE,
    OPAQUE_CHARS,
    RECORD,
    Snapshot,
)

# Functions look up builtins here from now on; a program's changes are not seen.
globals()["__builtins__"] = dict(vars(builtins))

Way: TypeAlias = Callable[[Any, int], Snapshot]
"""Takes a value of the class, so many levels deep."""
Look: TypeAlias = Callable[[object], list[object]]
"""Returns the names and values of an object's attributes by turns."""

_Slot: TypeAlias = tuple[str, Callable[[object], object]]
_HEAP_TYPE = 1 << 9
_MOST_MEMBERS = 400  # of an array
_OURS = ("program", "__main__")
_mro = type.__dict__["__mro__"].__get__
_members = type.__dict__["__dict__"].__get__
_flags = type.__dict__["__flags__"].__get__
_arguments = vars(BaseException)["args"].__get__
_numerator, _denominator = (vars(Fraction)[name].__get__ for name in ("_numerator", "_denominator"))


class Opener(Protocol):
    """Who takes the members of a value."""

    def all(self, value: object, members: Iterable[object], depth: int) -> tuple[Snapshot, ...]:
        """Take them."""

    def is_closed(self, value: object, depth: int) -> bool:
        """Tell whether the value is not to be opened."""


def way_of_atom(kind: type) -> Way | None:
    """Take members of enums by name, and other kinds of texts and numbers as these."""
    if issubclass(kind, Enum):
        return _enum_member
    if issubclass(kind, str):
        return lambda value, _: str.__str__(value)
    if issubclass(kind, int):
        return lambda value, _: int.__int__(value)
    if issubclass(kind, float):
        return lambda value, _: float.__float__(value)
    return None


def opaque(kind: type) -> Way:
    """Tell of a value no more than its class."""
    told = (OPAQUE, f"<{type_name(kind)}>")
    return lambda value, depth: told


def way_of_exception(kind: type, opener: Opener) -> Way:
    """Take an exception by its arguments."""
    name = type_name(kind)

    def take(value: BaseException, depth: int) -> Snapshot:
        if opener.is_closed(value, depth):
            return ELIDED
        members = opener.all(value, tuple.__iter__(_arguments(value)), depth)
        return (OBJECT, name, tuple([part for member in members for part in ("", member)]))

    return take


def way_of_record(kind: type, opener: Opener) -> Way | None:
    """Take a named tuple by its fields."""
    fields, name = _found(kind, "_fields"), type_name(kind)
    if type(fields) is not tuple or any(type(field) is not str for field in fields):
        return None

    def take(value: Any, depth: int) -> Snapshot:
        if opener.is_closed(value, depth):
            return ELIDED
        pairs = zip(fields, opener.all(value, tuple.__iter__(value), depth), strict=False)
        return (RECORD, name, tuple([part for pair in pairs for part in pair]))

    return take


def way_of_array(kind: type, numpy: object, opener: Opener) -> Way | None:
    """Take arrays and scalars of numpy, where they are its own and not a program's, as lists."""
    if numpy is None or _flags(kind) & _HEAP_TYPE:
        return None
    array, scalar = vars(numpy).get("ndarray"), vars(numpy).get("generic")
    members: Any = _members(kind)
    if kind is array:

        def take(value: Any, depth: int) -> Snapshot:
            if members["size"].__get__(value) > _MOST_MEMBERS:
                shape = ", ".join(map(int.__repr__, members["shape"].__get__(value)))
                return (OPAQUE, f"<array of shape ({shape})>")
            return plain(value, members["tolist"](value), depth)

    elif type(scalar) is type and issubclass(kind, scalar):

        def take(value: Any, depth: int) -> Snapshot:
            return plain(value, vars(scalar)["item"](value), depth)

    else:
        return None

    def plain(array: object, value: object, depth: int) -> Snapshot:
        if way_of_array(type(value), numpy, opener):
            return (OPAQUE, f"<{type_name(type(value))}>")
        (taken,) = opener.all(array, (value,), depth + 1)
        return taken

    return take


def look_of(kind: type) -> Look | None:
    """Return how the attributes of a program's class are read; None where it is a library's."""
    if not any(_members(base).get("__module__") in _OURS for base in _mro(kind)):
        return None
    read_dict = _found(kind, "__dict__")
    slots = [
        (slot, found.__get__)
        for base in reversed(_mro(kind))
        if _flags(base) & _HEAP_TYPE
        for slot, found in _members(base).items()
        if type(found) is MemberDescriptorType and type(slot) is str
    ]
    if type(read_dict) is not GetSetDescriptorType:
        return (lambda value: _in_slots(slots, value)) if slots else None

    def look(value: object) -> list[object]:
        found = _in_slots(slots, value)
        for name, member in islice(dict.items(read_dict.__get__(value)), HEAD):
            if type(name) is str:
                found += (name, member)
        return found

    return look


def way_of_object(kind: type, look: Look, opener: Opener) -> Way:
    """Take an object by its attributes."""
    name = type_name(kind)

    def take(value: object, depth: int) -> Snapshot:
        if opener.is_closed(value, depth):
            return ELIDED
        return (OBJECT, name, opener.all(value, look(value), depth))

    return take


def _in_slots(
    slots: Iterable[tuple[str, Callable[[object], object]]], value: object
) -> list[object]:
    found: list[object] = []
    for name, read in slots:
        try:
            found += (name, read(value))
        except AttributeError:
            continue
    return found


def _found(kind: type, name: str) -> Any:
    """Look an attribute of a class up as Python would, without running anything."""
    for base in _mro(kind):
        members = _members(base)
        if name in members:
            return members[name]
    return None


def by_repr(value: object, _: int) -> Snapshot:
    """Take a value of one of Python's own simple classes."""
    return (OPAQUE, type(value).__repr__(value)[:OPAQUE_CHARS])


def range_of(value: range, _: int) -> Snapshot:
    """Take a range; its ends may be large."""
    ends = (value.start, value.stop, value.step)
    if max(map(int.bit_length, ends)) > LONGEST_INT_BITS:
        return (OPAQUE, "<range>")
    return (OPAQUE, range.__repr__(value))


def date_and_time(value: datetime, _: int) -> Snapshot:
    """Take a date without its time zone, which may be a program's."""
    return (OPAQUE, datetime.isoformat(datetime.replace(value, tzinfo=None), " "))


def fraction(value: Fraction, _: int) -> Snapshot:
    """Take a fraction by its ends, which a program may have changed."""
    ends = _numerator(value), _denominator(value)
    if any(type(end) is not int or int.bit_length(end) > LONGEST_INT_BITS for end in ends):
        return (OPAQUE, "<Fraction>")
    return (OBJECT, "Fraction", ("", ends[0], "", ends[1]))


def _enum_member(value: object, _: int) -> Snapshot:
    name = object.__getattribute__(value, "__dict__").get("_name_")
    shown = str.__str__(name)[:OPAQUE_CHARS] if issubclass(type(name), str) else "?"
    return (OPAQUE, f"{type_name(type(value))}.{shown}")
