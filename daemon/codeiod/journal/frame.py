"""The form of a journal line, and the check that it is whole.

May import orjson. A line is one JSON object that jq reads:
``{"crc":"0a1b2c3d","seq":7,"synced":5,"kind":"step",...}``. The checksum stands first, at a fixed
place, and covers every byte after it up to the end of the line.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple
from zlib import crc32

import orjson

START = b'{"crc":"'
_COVERED_FROM = len(START) + 8 + len(b'",')


class BadLine(ValueError):
    """The bytes are no sound line of a journal."""


class Frame(NamedTuple):
    """A sound line: its number, what was durable when it was written, its kind and fields."""

    seq: int
    synced: int
    kind: str
    body: dict[str, Any]


def frame(seq: int, synced: int, kind: str, body: bytes) -> bytes:
    """Make the line of a record from its encoded fields, with the newline."""
    covered = b'"seq":%d,"synced":%d,"kind":"%s",%s' % (seq, synced, kind.encode(), body[1:])
    return b'%s%08x",%s\n' % (START, crc32(covered), covered)


def unframe(line: bytes) -> Frame:
    """Check a line (without its newline) and take it apart.

    :raises BadLine: cut short, changed, or never a line of ours.
    """
    covered = memoryview(line)[_COVERED_FROM:]
    if line[:_COVERED_FROM] != b'%s%08x",' % (START, crc32(covered)):
        raise BadLine("checksum")
    try:
        body = orjson.loads(line)
        body.pop("crc")
        return Frame(body.pop("seq"), body.pop("synced"), body.pop("kind"), body)
    except (ValueError, KeyError, AttributeError) as error:
        raise BadLine("form") from error


def found_in(data: bytes) -> Iterator[Frame]:
    """Yield the sound lines in bytes that hold anything, even behind a newline that is lost."""
    for piece in data.split(START)[1:]:
        line, newline, _ = piece.partition(b"\n")
        if newline:
            try:
                yield unframe(START + line)
            except BadLine:
                continue
