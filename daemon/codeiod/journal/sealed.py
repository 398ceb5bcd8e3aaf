"""A compressed segment: zstd frames of whole lines, and an index of them at its end.

May import zstd and ``disk``. It is the seekable format of zstd: ``zstd -dc`` gives the text of the
segment back, and a frame is read by itself. Behind the frames stand two that zstd skips: a checksum
of each frame as it stands in the file and one of the index; then the index, which is the format's
seek table. So every byte of the file is held against another.
"""

from __future__ import annotations

import sys
from bisect import bisect_right
from collections.abc import Generator, Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import accumulate, pairwise
from pathlib import Path
from struct import Struct
from typing import NamedTuple
from zlib import crc32

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

from codeiod.journal.disk import Disk, read_at

FRAME_BYTES = 256 * 1024
"""Of text in a frame at most, unless one line is longer: what reading one record costs."""
LEVEL = 3
KEPT_FRAMES = 4
"""Records are mostly read beside others: items are resumed in the order of their admission."""
_OPTIONS: dict[int, int] = {
    zstd.CompressionParameter.compression_level: LEVEL,
    zstd.CompressionParameter.checksum_flag: 1,
}
_SKIPPED = Struct("<II")
"""Magic number and length of what zstd skips."""
_CHECKSUMS_MAGIC = 0x184D2A5C
_INDEX_MAGIC = 0x184D2A5E
_CHECKSUM = Struct("<I")
_ENTRY = Struct("<II")
"""A frame's bytes in the file, and in the text."""
_FOOTER = Struct("<IBI")
"""Number of frames, a descriptor (0: entries without checksums), the magic number of the format."""
_FOOTER_MAGIC = 0x8F92EAB1


class BadSeal(ValueError):
    """The file is no sound compressed segment."""


class Entry(NamedTuple):
    """What the index tells of a frame."""

    packed: int
    """Its bytes in the file."""
    length: int
    """Its bytes of text."""
    crc: int
    """Of its bytes in the file."""


@dataclass(frozen=True, slots=True)
class Index:
    """Where the frames of a compressed segment stand."""

    starts: tuple[int, ...]
    """Where each begins in the file, and where the last ends."""
    offsets: tuple[int, ...]
    """Where each begins in the text, and where the last ends."""
    checksums: tuple[int, ...]

    @staticmethod
    def of(entries: Iterable[Entry]) -> Index:
        """Add frames up."""
        frames = tuple(entries)
        return Index(
            tuple(accumulate((entry.packed for entry in frames), initial=0)),
            tuple(accumulate((entry.length for entry in frames), initial=0)),
            tuple(entry.crc for entry in frames),
        )

    def __len__(self) -> int:
        return len(self.checksums)

    def frame_at(self, offset: int) -> int:
        """Return the number of the frame that holds a byte of the text; their count behind it."""
        return bisect_right(self.offsets, offset) - 1

    def dump(self) -> bytes:
        """Write what stands behind the frames."""
        sizes = zip(_steps(self.starts), _steps(self.offsets), strict=True)
        body = b"".join(_ENTRY.pack(*size) for size in sizes)
        body += _FOOTER.pack(len(self), 0, _FOOTER_MAGIC)
        index = _SKIPPED.pack(_INDEX_MAGIC, len(body)) + body
        checks = b"".join(_CHECKSUM.pack(crc) for crc in (*self.checksums, crc32(index)))
        return _SKIPPED.pack(_CHECKSUMS_MAGIC, len(checks)) + checks + index

    @staticmethod
    def load(data: bytes) -> Index:
        """Read what stands behind the frames.

        :raises BadSeal: it was changed, or is another thing.
        """
        count = _count(data)
        checks_end = _SKIPPED.size + (count + 1) * _CHECKSUM.size
        checks = _CHECKSUM.iter_unpack(data[_SKIPPED.size : checks_end - _CHECKSUM.size])
        sizes = _ENTRY.iter_unpack(data[checks_end + _SKIPPED.size : -_FOOTER.size])
        index = Index.of(Entry(*size, *crc) for size, crc in zip(sizes, checks, strict=True))
        if index.dump() != data or 0 in (*_steps(index.starts), *_steps(index.offsets)):
            raise BadSeal("its index was changed")
        return index


class Sealed:
    """A compressed segment, open for reading by place in its text; safe for several threads."""

    def __init__(self, disk: Disk, path: Path) -> None:
        """Read the index.

        :raises BadSeal: it was changed, or is another thing.
        :raises FileNotFoundError: there is no such file.
        """
        self.path = path
        self.index = _read_index(disk, path)
        self._disk = disk
        self._frame = lru_cache(KEPT_FRAMES)(self._read_frame)

    def read(self, offset: int, length: int) -> bytes:
        """Return a stretch of the text; less where that ends before.

        :raises BadSeal: it was changed.
        """
        data = b""
        for number in range(self.index.frame_at(offset), len(self.index)):
            start = offset - self.index.offsets[number]
            data += self._frame(number)[max(0, start) : start + length]
            if self.index.offsets[number + 1] >= offset + length:
                break
        return data

    def text(self, offset: int = 0) -> Generator[bytes, None, None]:
        """Yield the text from a place on, in frames.

        :raises BadSeal: it was changed.
        """
        first = self.index.frame_at(offset)
        for number in range(first, len(self.index)):
            skipped = max(0, offset - self.index.offsets[number])
            yield self._read_frame(number)[skipped:]

    def is_whole(self) -> bool:
        """Tell whether all of it can be read."""
        try:
            for _ in self.text():
                pass
        except BadSeal:
            return False
        return True

    def _read_frame(self, number: int) -> bytes:
        start, end = self.index.starts[number : number + 2]
        packed = read_at(self._disk, self.path, start, end - start)
        if len(packed) < end - start or crc32(packed) != self.index.checksums[number]:
            raise BadSeal(f"frame {number} (byte {start} of the file) was changed")
        decompressor = zstd.ZstdDecompressor()
        try:
            text = decompressor.decompress(packed)
        except zstd.ZstdError as error:
            raise BadSeal(f"frame {number} (byte {start} of the file): {error}") from error
        whole = decompressor.eof and not decompressor.unused_data
        if not whole or len(text) != self.index.offsets[number + 1] - self.index.offsets[number]:
            raise BadSeal(f"frame {number} (byte {start} of the file) is of another length")
        return text


def pack(pieces: Iterable[bytes]) -> Iterator[bytes]:
    """Yield the bytes of a compressed segment from its text, in pieces that become a frame each."""
    entries = []
    for piece in pieces:
        frame = zstd.compress(piece, options=_OPTIONS)
        entries.append(Entry(len(frame), len(piece), crc32(frame)))
        yield frame
    yield Index.of(entries).dump()


def in_pieces(text: Iterable[bytes]) -> Iterator[bytes]:
    """Part a text into whole lines, of the size of a frame together, or one line that is longer."""
    rest = b""
    for chunk in text:
        rest += chunk
        while end := _piece_end(rest):
            yield rest[:end]
            rest = rest[end:]
    if rest:
        yield rest


def _piece_end(data: bytes) -> int:
    """Return where the first piece ends; 0 where more bytes are wanted to tell."""
    if len(data) < FRAME_BYTES:
        return 0
    return data.rfind(b"\n", 0, FRAME_BYTES) + 1 or data.find(b"\n", FRAME_BYTES) + 1


def _read_index(disk: Disk, path: Path) -> Index:
    size = disk.size(path)
    if size is None:
        raise FileNotFoundError(path)
    footer = read_at(disk, path, max(0, size - _FOOTER.size), _FOOTER.size)
    if len(footer) < _FOOTER.size:
        raise BadSeal("it is cut short")
    count, _, magic = _FOOTER.unpack(footer)
    behind = _behind(count)
    if magic != _FOOTER_MAGIC or behind > size:
        raise BadSeal("it has no index at its end")
    index = Index.load(read_at(disk, path, size - behind, behind))
    if index.starts[-1] != size - behind:
        raise BadSeal("its index tells of another length")
    return index


def _behind(count: int) -> int:
    """Return how many bytes stand behind so many frames."""
    return 2 * _SKIPPED.size + (count + 1) * _CHECKSUM.size + count * _ENTRY.size + _FOOTER.size


def _count(data: bytes) -> int:
    if len(data) < _behind(0):
        raise BadSeal("its index is cut short")
    count: int = _FOOTER.unpack(data[-_FOOTER.size :])[0]
    if len(data) != _behind(count):
        raise BadSeal("its index is of another length")
    return count


def _steps(sums: tuple[int, ...]) -> Iterator[int]:
    return (after - before for before, after in pairwise(sums))
