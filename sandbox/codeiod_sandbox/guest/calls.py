"""System calls made ready: a row of plain numbers, so that to make one costs next to nothing.

Imports the standard library alone. Where one fails, its reason is asked for by ``syscalls``.
"""

import ctypes
import os
from collections.abc import Iterable
from typing import TypeAlias

from .syscall_table import NUMBERS

Prepared: TypeAlias = tuple[int, ...]

_WORDS = 5
_numbers = NUMBERS.get(os.uname().machine, {})
_syscall = ctypes.CDLL(None).syscall
_syscall.argtypes = [ctypes.c_long] * (1 + _WORDS)
_syscall.restype = ctypes.c_long
_kept: list[object] = []  # what prepared calls point to


def prepare(name: str, *words: int | bytes) -> Prepared:
    """Return a call that `make` makes; bytes stand for their address, and live for ever.

    :raises KeyError: where this machine's number of the call is not known.
    """
    padding = (0,) * (_WORDS - len(words))
    return (_numbers[name], *(_address_of(word) for word in words), *padding)


def _address_of(word: int | bytes) -> int:
    if isinstance(word, int):
        return word
    kept = ctypes.create_string_buffer(word, len(word))
    _kept.append(kept)
    return ctypes.addressof(kept)


def make(call: Prepared) -> bool:
    """Make a call; tell whether it succeeded."""
    return bool(_syscall(*call) >= 0)


def make_all(calls: Iterable[Prepared]) -> None:
    """Make calls in their order. :raises OSError: at the first that fails."""
    for call in calls:
        if _syscall(*call) < 0:
            raise OSError(f"system call {call[0]} failed")
