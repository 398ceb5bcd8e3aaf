"""Cut a stream of bytes into lines of bounded length.

May import the standard library alone. However long a line is, no more than the bound is held.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from enum import Enum, auto

CHUNK_BYTES = 1 << 18


class Gap(Enum):
    """What stands in the place of a line."""

    TOO_LONG = auto()
    """A line longer than the bound: it counts as a line, its bytes are gone."""
    PAUSE = auto()
    """No line: time to look up."""


def lines(read: Callable[[int], bytes], most_bytes: int) -> Iterator[bytes | Gap]:
    """Yield lines without their newline, and a pause before each read.

    :param read: reads at most so many bytes, none at the end.
    """
    held = bytearray()
    too_long = False
    while True:
        yield Gap.PAUSE
        if not (chunk := read(CHUNK_BYTES)):
            break
        *ended, rest = chunk.split(b"\n")
        for part in ended:
            too_long = too_long or len(held) + len(part) > most_bytes
            yield Gap.TOO_LONG if too_long else bytes(held) + part
            held.clear()
            too_long = False
        too_long = too_long or len(held) + len(rest) > most_bytes
        if too_long:
            held.clear()
        else:
            held += rest
    if held or too_long:
        yield Gap.TOO_LONG if too_long else bytes(held)
