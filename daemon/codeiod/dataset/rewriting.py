"""Write parts anew without the lines of items that are taken up again.

May import errors and ``journal``. Blocking. The parts in force are read, never changed: what is
written are drafts under numbers that were never used, until a ``swap`` puts them in force.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from zlib import crc32

import orjson

from codeiod.dataset.recovery import read_committed
from codeiod.dataset.shards import part_path
from codeiod.errors import Damaged
from codeiod.items import ITEM_ID_BYTES, Status
from codeiod.journal.digests import DigestSet
from codeiod.journal.disk import Disk, failure, sync_once, write_all
from codeiod.journal.records import End, Stream
from codeiod.journal.state import State
from codeiod.journal.tally import Tally, TaskTally

CHUNK_BYTES = 1 << 20


@dataclass(frozen=True, slots=True)
class Touched:
    """A part that holds lines of such items, and the number under which it is written anew."""

    stream: Stream
    part: int
    number: int
    tally: Tally
    """Of the lines that go, below zero."""


class Leaving:
    """The items whose lines go. Of rejects only those of samples go: an item's own is history."""

    def __init__(self) -> None:
        self._items = DigestSet(ITEM_ID_BYTES)

    def add(self, item_id: str) -> None:
        """Take an item in."""
        self._items.add(bytes.fromhex(item_id))

    def tally(self, stream: Stream, line: bytes) -> Tally | None:
        """Return what the counts lose with a line; None where it stays.

        :raises ValueError: it is no line of a dataset.
        """
        fields = orjson.loads(line)
        if bytes.fromhex(fields["item_id"]) not in self._items:
            return None
        match stream:
            case Stream.SAMPLES:
                right = [fields[key] == Status.SUCCESS for key in ("status_1", "status_2")]
                return Tally({fields["task"]: TaskTally(-1, -right[0], -right[1])})
            case Stream.PROGRAMS:
                return Tally()
            case Stream.REJECTS:
                return Tally(rejected_samples={fields["reason"]: -1}) if fields["task"] else None


def touched(disk: Disk, directory: Path, state: State, leaving: Leaving) -> list[Touched]:
    """Find the parts that hold lines of items; all parts are proven on the way.

    :raises Damaged: a part is not as it was committed.
    """
    found = []
    for stream in Stream:
        number = state.next_part(stream)
        for part, end in sorted(state.ends.get(stream, {}).items()):
            lost = [
                tally
                for line in _lines(disk, directory / part_path(stream, part), end)
                if (tally := leaving.tally(stream, line)) is not None
            ]
            if lost:
                found.append(Touched(stream, part, number, sum(lost, Tally())))
                number += 1
    return found


def rewrite(
    disk: Disk, directory: Path, state: State, leaving: Leaving, one: Touched
) -> End | None:
    """Write a part anew, durably; None where nothing is left of it.

    :raises DiskFull: the disk is full.
    :raises DiskFailed: it failed.
    """
    path = directory / part_path(one.stream, one.number)
    old = directory / part_path(one.stream, one.part)
    kept = (
        line + b"\n"
        for line in _lines(disk, old, state.ends[one.stream][one.part])
        if leaving.tally(one.stream, line) is None
    )
    try:
        return _write(disk, path, one.number, kept)
    except OSError as error:
        raise failure(error, path) from error


def _write(disk: Disk, path: Path, number: int, lines: Iterator[bytes]) -> End | None:
    first = next(lines, None)
    if first is None:
        return None
    descriptor = disk.create(path)
    length = crc = 0
    try:
        chunk = bytearray(first)
        for line in lines:
            if len(chunk) >= CHUNK_BYTES:
                write_all(disk, descriptor, bytes(chunk))
                length, crc = length + len(chunk), crc32(chunk, crc)
                chunk.clear()
            chunk += line
        write_all(disk, descriptor, bytes(chunk))
        sync_once(disk, descriptor)
    finally:
        disk.close(descriptor)
    disk.sync_folder(path.parent)
    return End(number, length + len(chunk), crc32(chunk, crc))


def _lines(disk: Disk, path: Path, end: End) -> Iterator[bytes]:
    """Yield the committed lines of a part, without their newlines.

    :raises Damaged: it is not as it was committed.
    """
    crc = length = 0
    rest = b""
    for chunk in read_committed(disk, path, end.length):
        crc, length = crc32(chunk, crc), length + len(chunk)
        *lines, rest = (rest + chunk).split(b"\n")
        yield from lines
    if (length, crc, rest) != (end.length, end.crc, b""):
        raise Damaged(f"{path} is damaged: codeiod check tells more")
