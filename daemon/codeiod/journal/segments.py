"""The segments of a journal, read by place in their text, whichever file holds them.

May import ``disk``, ``folder``, ``pending`` and ``sealed``. A segment is plain while it is written;
once sealed it can be compressed, then moved to the archive. What takes its place is there before
it goes, so a reader that looks in this order always finds one.
"""

from __future__ import annotations

from collections.abc import Generator, Iterable, Iterator
from contextlib import suppress
from functools import lru_cache
from pathlib import Path
from typing import Protocol

from codeiod.journal.disk import Disk, read_at
from codeiod.journal.folder import ARCHIVE, compressed_name, list_segments, segment_name
from codeiod.journal.pending import Position
from codeiod.journal.sealed import BadSeal, Sealed

CHUNK_BYTES = 1 << 20
KEPT_OPEN = 8
"""Compressed segments whose index, and a few frames, are kept in memory."""
MOVES = 3
"""A file that goes while it is looked for was compressed, archived, or both; not more often."""


class Text(Protocol):
    """The text of a segment."""

    @property
    def path(self) -> Path:
        """The file that holds it."""

    def read(self, offset: int, length: int) -> bytes:
        """Return a stretch; less where the text ends before.

        :raises BadSeal: the file was changed.
        :raises FileNotFoundError: it has gone; another one has taken its place.
        """

    def text(self, offset: int = 0) -> Generator[bytes, None, None]:
        """Yield all from a place on, in chunks.

        :raises: as ``read``.
        """


class Plain:
    """A segment as it was written."""

    def __init__(self, disk: Disk, path: Path) -> None:
        self.path = path
        self._disk = disk

    def read(self, offset: int, length: int) -> bytes:
        return read_at(self._disk, self.path, offset, length)

    def text(self, offset: int = 0) -> Generator[bytes, None, None]:
        descriptor = self._disk.open_read(self.path)
        try:
            while chunk := self._disk.read(descriptor, offset, CHUNK_BYTES):
                offset += len(chunk)
                yield chunk
        finally:
            self._disk.close(descriptor)


class Segments:
    """Find and read segments; safe for several threads, and beside a daemon that moves them."""

    def __init__(self, disk: Disk, folder: Path) -> None:
        self._disk = disk
        self._folder = folder
        self._sealed = lru_cache(KEPT_OPEN)(self._open_sealed)

    def numbers(self) -> list[int]:
        """List the segments that are there, in the archive too."""
        folders = (self._folder, self._folder / ARCHIVE)
        return sorted({n for folder in folders for n in self._all_in(folder)})

    def path(self, number: int) -> Path:
        """Return the file that holds a segment; where there is none, the one that should."""
        for folder in (self._folder, self._folder / ARCHIVE):
            for name in (segment_name(number), compressed_name(number)):
                if self._disk.size(folder / name) is not None:
                    return folder / name
        return self._folder / segment_name(number)

    def find(self, number: int) -> Text:
        """Open the text of a segment for a few reads.

        :raises BadSeal: its file was changed.
        :raises FileNotFoundError: there is none.
        """
        path = self.path(number)
        return (
            self._sealed(path) if path.name == compressed_name(number) else Plain(self._disk, path)
        )

    def find_best(self, number: int) -> Text:
        """Open the text of a segment to read it all.

        Where a crash has left both forms it is the compressed one, if that is whole.

        :raises: as ``find``.
        """
        found = self.find(number)
        compressed = found.path.with_name(compressed_name(number))
        if found.path != compressed and (whole := self.whole(compressed)):
            return whole
        return found

    def whole(self, compressed: Path) -> Sealed | None:
        """Open a compressed segment if it is there and all of it can be read."""
        try:
            sealed = self._sealed(compressed)
            return sealed if sealed.is_whole() else None
        except (BadSeal, FileNotFoundError):
            return None

    def read(self, position: Position) -> bytes:
        """Return the line of a record; less where its segment ends before.

        :raises: as ``find``.
        """
        number, offset, length = position
        for _ in range(MOVES):
            with suppress(FileNotFoundError):
                return self.find(number).read(offset, length)
        return self.find(number).read(offset, length)

    def _open_sealed(self, path: Path) -> Sealed:
        return Sealed(self._disk, path)

    def _all_in(self, folder: Path) -> frozenset[int]:
        listed = list_segments(self._disk, folder)
        return listed.plain | listed.compressed


def lines_of(text: Iterable[bytes]) -> Iterator[bytes]:
    """Yield the lines of a text, with their newlines; the last may lack its own."""
    rest = b""
    for chunk in text:
        *lines, rest = (rest + chunk).split(b"\n")
        for line in lines:
            yield line + b"\n"
    if rest:
        yield rest
