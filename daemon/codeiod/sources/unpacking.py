"""Unpack streams within bounds: of memory, of bytes, and of bytes for a byte.

May import the other modules of ``sources``; belongs in a worker thread.
"""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import sys
import zlib
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from io import BufferedIOBase, BufferedReader
from typing import TYPE_CHECKING, Final, cast

from codeiod.sources.formats import Format

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

CHUNK_BYTES: Final = 1 << 18
XZ_MEMORY_BYTES: Final = 256 << 20
"""The most that a stream of xz may have us hold; ``xz -9`` takes 65 MB."""
MOST_RATIO: Final = 200
"""Code packs to a fifth or a tenth; what packs to less than a two hundredth is a bomb."""
FREE_BYTES: Final = 64 << 20
"""As much may be unpacked whatever the ratio."""


class TooMuch(Exception):
    """An archive holds more than it may."""


class BadArchive(Exception):
    """An archive is broken from here on."""


class BadMember(Exception):
    """A member of an archive can't be read; the next one may be."""


BROKEN = (BadArchive, EOFError, zlib.error, lzma.LZMAError, zstd.ZstdError, OSError)
"""What ends the reading of an archive."""


def is_final(error: Exception) -> bool:
    """Tell whether an error is the file's own, and not of the disk that it lies on."""
    return not isinstance(error, OSError) or error.errno is None


class Meter:
    """Count what is unpacked, and stop where it is too much."""

    def __init__(self, most_bytes: int, packed_bytes: Callable[[], int] | None = None) -> None:
        """Begin at nothing.

        :param packed_bytes: tells how much was read so far of a stream that is packed whole.
        """
        self._most_bytes = most_bytes
        self._packed_bytes = packed_bytes
        self._bytes = 0

    def add(self, count: int) -> None:
        """Count bytes.

        :raises TooMuch: there are too many by now.
        """
        self._bytes += count
        if self._bytes > self._most_bytes:
            raise TooMuch(
                f"it unpacks to more than service.archive_bytes, {self._most_bytes:,} bytes"
            )
        if self._packed_bytes is not None and self._bytes > FREE_BYTES:
            packed = self._packed_bytes()
            if self._bytes > packed * MOST_RATIO:
                raise TooMuch(f"{packed:,} bytes of it unpack to {self._bytes:,}: no code does")


@dataclass(frozen=True, slots=True)
class Inside:
    """A member of an archive, as its header tells."""

    name: str
    size: int
    is_file: bool
    why: str
    """Why it can't be read; ``""``: it can."""
    chunks: Callable[[], Iterator[bytes]]
    """Its bytes, bounded in memory; to be read before the next member is asked for.

    Raises ``BadMember``, ``TooMuch``, or what is ``BROKEN``.
    """


@contextmanager
def unpacked(stream: BufferedReader, form: Format) -> Iterator[BufferedIOBase]:
    """Open what is packed in a stream, whose memory is bounded; it stays open itself."""
    if form in (Format.TAR_GZ, Format.TGZ):
        plain: BufferedIOBase = gzip.GzipFile(fileobj=stream)
    elif form in (Format.TAR_BZ2, Format.TBZ2):
        plain = bz2.BZ2File(stream)
    elif form in (Format.TAR_XZ, Format.TXZ):
        plain = io.BufferedReader(cast("io.RawIOBase", _Xz(stream)), CHUNK_BYTES)
    elif form in (Format.TAR_ZST, Format.TZST):
        plain = cast("BufferedIOBase", zstd.ZstdFile(stream))
    else:
        yield stream
        return
    with closing(plain):
        yield plain


class _Xz(io.RawIOBase):
    """Streams of xz, one after the other; the library's own file has no bound on memory."""

    def __init__(self, stream: BufferedReader) -> None:
        self._stream = stream
        self._data = b""
        self._begin()

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: WriteableBuffer, /) -> int:
        view = memoryview(buffer)
        while True:
            if self._decompressor.eof and not self._next():
                return 0
            if self._decompressor.needs_input and not self._data:
                self._data = self._stream.read(CHUNK_BYTES)
                if not self._data:
                    raise EOFError("cut off in a stream of xz")
            out = self._decompressor.decompress(self._data, len(view))
            self._data = b""
            if out:
                view[: len(out)] = out
                return len(out)

    def _next(self) -> bool:
        """Begin the next stream, beyond the zeroes that may stand between two."""
        rest = self._decompressor.unused_data.lstrip(b"\0")
        while not rest and (chunk := self._stream.read(CHUNK_BYTES)):
            rest = chunk.lstrip(b"\0")
        self._data = rest
        self._begin()
        return bool(rest)

    def _begin(self) -> None:
        self._decompressor = lzma.LZMADecompressor(memlimit=XZ_MEMORY_BYTES)
