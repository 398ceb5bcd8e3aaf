"""Follow the commits: read what they have added to the parts, drop the parts that are gone.

May import ``tables`` and ``rows``, ``journal.records`` and ``dataset``. It works in slices, so that
whoever asks meanwhile waits for one slice alone. When a part is read up to its committed end, the
checksum of all that was read is held against the commit's: what differs is read anew, once.
"""

from __future__ import annotations

import os
import time
from collections.abc import Mapping
from pathlib import Path
from zlib import crc32

import structlog

from codeiod.dataset.shards import part_path
from codeiod.journal.records import End, Stream
from codeiod.web.index.rows import Rows
from codeiod.web.index.tables import Part, Tables

Ends = Mapping[str, Mapping[int, End]]
"""Up to where the parts of each stream are committed."""

CHUNK_BYTES = 1 << 18
"""What is read and taken in at once: some ten milliseconds' work."""
LINE_BYTES = 1 << 28
"""No line is longer."""
DROPPED_ROWS = 5000
GOING = 1 << 62
"""Noted as the length of a part whose rows are being taken away: no end is so far."""
COMMIT_SECONDS = 2.0

log = structlog.get_logger()


class Filler:
    """Bring an index up to the ends that it is told."""

    def __init__(self, directory: Path, tables: Tables) -> None:
        self._directory = directory
        self._tables = tables
        self._rows = Rows(tables)
        self._ends: Ends = {}
        self._read_anew: set[tuple[Stream, int]] = set()
        """Parts that were not what was committed, and are read once more."""
        self._unreadable: set[tuple[Stream, int]] = set()
        self._written = time.monotonic()

    def tell(self, ends: Ends) -> None:
        """Take note of what is committed now."""
        self._ends = ends
        self._unreadable.clear()

    @property
    def behind(self) -> int:
        """Return how many committed bytes have not been read."""
        found = 0
        for stream in Stream:
            for number, end in self._ends.get(stream, {}).items():
                read = self._tables.parts.get((stream, number), Part()).length
                found += end.length - read if read <= end.length else end.length
        return found

    def work(self) -> bool:
        """Do a slice of what is to do; False where that was nothing."""
        busy = self._drop() or self._read()
        if not busy or time.monotonic() - self._written > COMMIT_SECONDS:
            self.write()
        return busy

    def write(self) -> None:
        """Make what was read stay."""
        if self._tables.database.in_transaction:
            self._tables.commit()
        self._written = time.monotonic()

    def _drop(self) -> bool:
        """Take away rows of a part that is gone, or is not what was read."""
        for key, part in self._tables.parts.items():
            end = self._ends.get(key[0], {}).get(key[1])
            if end is None or part.length > end.length:
                self._drop_rows(*key, part)
                return True
        return False

    def _drop_rows(self, stream: Stream, number: int, part: Part) -> None:
        upto = min(part.last, part.first + DROPPED_ROWS)
        self._rows.drop(stream, number, part.first, upto)
        if upto < part.last:
            rest = part._replace(length=GOING, first=upto + 1)
            self._tables.set_part(stream, number, rest)
        else:
            self._tables.forget_part(stream, number)

    def _read(self) -> bool:
        """Read a chunk of a part that has grown, of the stream that lags most.

        So finished and rejected items stand side by side, as they came, when all is read at once.
        """
        for stream in sorted(Stream, key=self._share):
            for number, end in sorted(self._ends.get(stream, {}).items()):
                part = self._tables.parts.get((stream, number), Part())
                if part.length < end.length and (stream, number) not in self._unreadable:
                    self._read_on(stream, number, part, end)
                    return True
        return False

    def _share(self, stream: Stream) -> float:
        """Return how much of a stream is read, up to 1."""
        told = sum(end.length for end in self._ends.get(stream, {}).values())
        read = sum(part.length for (of, _), part in self._tables.parts.items() if of is stream)
        return read / told if told else 1.0

    def _read_on(self, stream: Stream, number: int, part: Part, end: End) -> None:
        path = self._directory / part_path(stream, number)
        data = _whole_lines(path, part.length, end.length)
        if not data:  # it was told of and has gone since, or is damaged: the next telling shows
            self._unreadable.add((stream, number))
            log.warning("index.unreadable", part=str(path), offset=part.length)
            return
        first = self._rows.last + 1
        self._rows.take(stream, number, part.length, data)
        read = Part(
            part.length + len(data),
            crc32(data, part.crc),
            part.first or first,
            max(part.last, self._rows.last),
        )
        self._tables.set_part(stream, number, read)
        if read.length == end.length and read.crc != end.crc:
            self._doubt(stream, number, read)

    def _doubt(self, stream: Stream, number: int, read: Part) -> None:
        """Have a part read anew that is not what was committed; if it was before, leave it."""
        if (stream, number) in self._read_anew:
            log.warning("index.damaged", part=str(part_path(stream, number)))
            return
        self._read_anew.add((stream, number))
        self._tables.set_part(stream, number, read._replace(length=GOING))


def _whole_lines(path: Path, start: int, end: int) -> bytes:
    """Return the next lines of a part, as many as a chunk holds, at least one; none: ``b""``."""
    size = CHUNK_BYTES
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    except OSError:
        return b""
    try:
        while size <= LINE_BYTES:
            data = os.pread(descriptor, min(size, end - start), start)
            if newline := data.rfind(b"\n") + 1:
                return data[:newline]
            if len(data) < size:
                return b""
            size *= 2
        return b""
    finally:
        os.close(descriptor)
