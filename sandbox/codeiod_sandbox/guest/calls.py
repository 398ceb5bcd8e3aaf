"""System calls made ready: rows of plain numbers, so that to make one costs next to nothing.

Imports the standard library alone.
"""

import ctypes
import os

from .syscall_table import NUMBERS

_WORDS = 4  # the most that one of ours takes
_numbers = NUMBERS.get(os.uname().machine, {})
_syscall = ctypes.CDLL(None).syscall
_syscall.argtypes = [ctypes.c_long] * (1 + _WORDS)
_syscall.restype = ctypes.c_long


class Row:
    """Calls to be made one after the other, any number of times."""

    __slots__ = ("_calls", "_kept")

    def __init__(self) -> None:
        self._calls: list[tuple[int, ...]] = []
        self._kept: list[object] = []

    def add(self, name: str, *words: int | bytes) -> "Row":
        """Add a call; bytes stand for their address.

        :raises OSError: where this machine's number of the call is not known.
        """
        if name not in _numbers:
            raise OSError(38, f"{name}: not known on {os.uname().machine}")
        padding = (0,) * (_WORDS - len(words))
        self._calls.append((_numbers[name], *(self._number(word) for word in words), *padding))
        return self

    def _number(self, word: int | bytes) -> int:
        if isinstance(word, int):
            return word
        kept = ctypes.create_string_buffer(word, len(word))
        self._kept.append(kept)
        return ctypes.addressof(kept)

    def make(self) -> None:
        """Make the calls. :raises OSError: at the first that fails; why is not known."""
        for call in self._calls:
            if _syscall(*call) < 0:
                raise OSError(f"system call {call[0]} failed")
