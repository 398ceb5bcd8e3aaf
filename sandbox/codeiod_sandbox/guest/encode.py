"""Write a value that untrusted code made as JSON text, strictly. Imports the standard library.

The value may lie: subclasses with methods of their own, patched builtins, a patched json module.
So the module keeps a private copy of the builtins, and copies by the exact methods of base classes.
A subclass is written as the value of its base: IntEnum as its number, numpy's float64 as its float;
numpy's other scalars and its arrays derive from no such base, and are refused.
"""

import builtins
import sys
from collections.abc import Iterator
from json.encoder import encode_basestring_ascii as _quoted
from typing import Any

# Functions look up builtins here from now on; a program's changes are not seen.
globals()["__builtins__"] = dict(vars(builtins))

DEPTH = 256
INT_DIGITS = 4300
_RECURSION = 4 * DEPTH + 1000
_SHORT, _SHORT_CHARS = 1 << 60, 20
_recursion_limit, _set_recursion_limit = sys.getrecursionlimit, sys.setrecursionlimit
_int_digits, _set_int_digits = sys.get_int_max_str_digits, sys.set_int_max_str_digits


class NotJsonError(Exception):
    """The value can't be written as JSON."""


class TooLongError(Exception):
    """The text would be longer than it may be."""


def encode(value: object, limit_bytes: int) -> str:
    """Return `value` as ASCII JSON with the standard separators, keys in their order.

    :raises NotJsonError: for anything that JSON has no exact word for, or that is too deep.
    :raises TooLongError: where the text would have more than `limit_bytes`.
    """
    if type(value) is int and -_SHORT < value < _SHORT and limit_bytes > _SHORT_CHARS:
        return int.__repr__(value)  # as most often, and as quickly
    recursion, digits = _recursion_limit(), _int_digits()
    _set_recursion_limit(max(recursion, _RECURSION))
    _set_int_digits(INT_DIGITS)
    try:
        writer = _Writer(limit_bytes)
        writer.write(value)
        return "".join(writer.pieces)
    finally:
        _set_int_digits(digits)
        _set_recursion_limit(recursion)


class _Writer:
    __slots__ = ("open_ids", "pieces", "room")

    def __init__(self, limit_bytes: int) -> None:
        self.pieces: list[str] = []
        self.room = limit_bytes
        self.open_ids: set[int] = set()

    def put(self, text: str) -> None:
        self.room -= len(text)
        if self.room < 0:
            raise TooLongError
        self.pieces.append(text)

    def write(self, value: object) -> None:
        if value is None:
            self.put("null")
        elif value is True:
            self.put("true")
        elif value is False:
            self.put("false")
        else:
            self._write_typed(value, type(value))

    def _write_typed(self, value: object, kind: type) -> None:
        if issubclass(kind, str):
            self._write_text(str.__str__(value))
        elif issubclass(kind, int):
            self._write_int(int.__int__(value))  # type: ignore[arg-type] # issubclass is the proof
        elif issubclass(kind, float):
            self._write_float(float.__float__(value))  # type: ignore[arg-type] # the same
        elif issubclass(kind, (list, tuple, dict)):
            self._write_container(value, kind)
        else:
            raise NotJsonError(f"a value of type {type_name(kind)}")

    def _write_text(self, text: str) -> None:
        if len(text) + 2 > self.room:
            raise TooLongError
        if not text.isascii():
            try:
                text.encode()
            except UnicodeEncodeError:
                raise NotJsonError("a lone surrogate in a string") from None
        self.put(_quoted(text))

    def _write_int(self, number: int) -> None:
        try:
            self.put(int.__repr__(number))
        except ValueError:
            raise NotJsonError(f"an integer of more than {INT_DIGITS} digits") from None

    def _write_float(self, number: float) -> None:
        if number - number != 0.0:
            raise NotJsonError("a number that is not finite")
        self.put(float.__repr__(number))

    def _write_container(self, value: object, kind: type) -> None:
        if id(value) in self.open_ids:
            raise NotJsonError("a value that contains itself")
        if len(self.open_ids) >= DEPTH:
            raise NotJsonError(f"nested deeper than {DEPTH}")
        self.open_ids.add(id(value))
        if issubclass(kind, dict):
            self._write_object(value)  # type: ignore[arg-type] # issubclass is the proof
        else:
            base: Any = list if issubclass(kind, list) else tuple
            self._write_array(base.__iter__(value))
        self.open_ids.discard(id(value))

    def _write_array(self, members: Iterator[object]) -> None:
        self.put("[")
        first = True
        for member in members:
            if not first:
                self.put(", ")
            first = False
            self.write(member)
        self.put("]")

    def _write_object(self, members: dict[object, object]) -> None:
        self.put("{")
        first = True
        for key, member in dict.items(members):
            if not issubclass(type(key), str):
                raise NotJsonError(f"a key of type {type_name(type(key))}")
            if not first:
                self.put(", ")
            first = False
            self._write_text(str.__str__(key))
            self.put(": ")
            self.write(member)
        self.put("}")


def type_name(kind: type) -> str:
    """Return the name of a type as ASCII, whatever its metaclass says."""
    name = type.__dict__["__name__"].__get__(kind)
    return str(name)[:100].encode("ascii", "backslashreplace").decode()
