"""Text from files, programs and teachers, made fit for a terminal: nothing in it can steer one.

May import the standard library alone.
"""

from __future__ import annotations

import os
import re

_STEERING = re.compile(
    "["
    "\x00-\x08\x0b-\x1f\x7f-\x9f"  # control characters: escape sequences begin with one
    "\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069"  # that turn the direction of what follows
    "\u2028\u2029\ufeff"
    "\ud800-\udfff"  # that no terminal is told, as they can't be encoded
    "]"
)


def printable(text: str) -> str:
    r"""Show what would steer the terminal as an escape: ``\x1b``, ``\u202e``. Line ends stay."""
    return _STEERING.sub(_escaped, text.replace("\r\n", "\n"))


def one_line(text: str, limit: int) -> str:
    """Make a printable line of a text, cut to a length."""
    line = printable(" ".join(text.split()))
    return line if len(line) <= limit else line[: limit - 1] + "…"


def recorded(argument: str) -> str:
    r"""Write an argument as records hold it: bytes that are not UTF-8 as ``\xNN``."""
    return os.fsencode(argument).decode("utf-8", "backslashreplace")


def _escaped(sign: re.Match[str]) -> str:
    code = ord(sign.group())
    return f"\\x{code:02x}" if code <= 0xFF else f"\\u{code:04x}"
