"""Read a zip archive by its directory, holding one entry of it.

May import ``unpacking``. The standard library's reader holds the whole directory, which in an
archive of a million files is a gigabyte, and unpacks some methods without bound.
"""

from __future__ import annotations

import os
import stat
import struct
import zlib
from collections.abc import Generator, Iterator
from dataclasses import dataclass
from functools import partial
from io import BufferedReader
from typing import Final

from codeiod.sources.unpacking import CHUNK_BYTES, BadArchive, BadMember, Inside, Meter

_END = struct.Struct("<4s4H2LH")
_END_64 = struct.Struct("<4sQ2H2L4Q")
_LOCATOR_64 = struct.Struct("<4sLQL")
_ENTRY = struct.Struct("<4s4B4H3L5H2L")
_LOCAL = struct.Struct("<4s2B4H3L2H")
_MOST_COMMENT_BYTES: Final = 0xFFFF
_IN_EXTRA: Final = 0xFFFF_FFFF
_ENCRYPTED, _UTF_8 = 0x1, 0x800
_STORED, _DEFLATED = 0, 8


@dataclass(frozen=True, slots=True)
class _Directory:
    start: int
    size: int
    shift: int
    """What stands before the archive: the offsets in it do not count that."""


@dataclass(frozen=True, slots=True)
class _Packed:
    offset: int
    method: int
    packed_size: int
    size: int
    checksum: int


def zip_files(stream: BufferedReader, meter: Meter) -> Generator[Inside]:
    """Yield the members in the order of the directory.

    :raises BadArchive: it is broken.
    """
    directory = _find_directory(stream)
    for fields, name, extra in _entries(stream, directory):
        yield _inside(stream, directory, fields, name, extra, meter)


def _find_directory(stream: BufferedReader) -> _Directory:
    length = stream.seek(0, os.SEEK_END)
    tail_start = max(length - _MOST_COMMENT_BYTES - _END.size, 0)
    stream.seek(tail_start)
    tail = stream.read(_MOST_COMMENT_BYTES + _END.size)
    place = tail.rfind(b"PK\5\6")
    if place < 0 or place + _END.size > len(tail):
        raise BadArchive("it has no directory: it is cut off, or no zip archive")
    *_, size, start, _ = _END.unpack_from(tail, place)
    end = tail_start + place
    if found := _find_directory_64(stream, end):
        size, start, end = found
    shift = end - size - start
    if shift < 0:
        raise BadArchive("its directory lies where it can't")
    return _Directory(start + shift, size, shift)


def _find_directory_64(stream: BufferedReader, end: int) -> tuple[int, int, int] | None:
    """Read the larger form of the directory's end, which stands before the other."""
    place = end - _LOCATOR_64.size - _END_64.size
    if place < 0:
        return None
    stream.seek(place)
    data = stream.read(_END_64.size + _LOCATOR_64.size)
    if data[:4] != b"PK\6\6" or data[_END_64.size : _END_64.size + 4] != b"PK\6\7":
        return None
    *_, size, start = _END_64.unpack_from(data)
    return size, start, place


def _entries(
    stream: BufferedReader, directory: _Directory
) -> Iterator[tuple[tuple[int, ...], bytes, bytes]]:
    """Read the directory in chunks: its numbers, names, and extra fields."""
    place, left, data = directory.start, directory.size, b""
    while left or data:
        if len(data) < _ENTRY.size + 3 * 0xFFFF and left:
            stream.seek(place)
            chunk = stream.read(min(CHUNK_BYTES, left))
            left = left - len(chunk) if chunk else 0
            place += len(chunk)
            data += chunk
        if len(data) < _ENTRY.size or data[:4] != b"PK\1\2":
            raise BadArchive("its directory is broken")
        fields = _ENTRY.unpack_from(data)[1:]
        name_size, extra_size, comment_size = fields[11:14]
        name_end = _ENTRY.size + name_size
        end = name_end + extra_size + comment_size
        if end > len(data):
            raise BadArchive("its directory is cut off")
        yield fields, data[_ENTRY.size : name_end], data[name_end : name_end + extra_size]
        data = data[end:]


def _inside(
    stream: BufferedReader,
    directory: _Directory,
    fields: tuple[int, ...],
    name: bytes,
    extra: bytes,
    meter: Meter,
) -> Inside:
    flags, method, checksum, packed_size, size = fields[4], fields[5], *fields[8:11]
    attributes, offset = fields[16:18]
    size, packed_size, offset = _large(extra, size, packed_size, offset)
    shown = name.decode("utf-8", "backslashreplace") if flags & _UTF_8 else name.decode("cp437")
    kind = stat.S_IFMT(attributes >> 16)
    is_file = not shown.endswith("/") and kind in (0, stat.S_IFREG)
    why = ""
    if flags & _ENCRYPTED:
        why = "it is encrypted"
    elif method not in (_STORED, _DEFLATED):
        why = f"it is packed by method {method}: only deflate is read"
    elif offset + directory.shift >= directory.start:
        why = "it is not where the directory says"
    packed = _Packed(offset + directory.shift, method, packed_size, size, checksum)
    return Inside(shown, size, is_file, why, partial(_chunks, stream, packed, meter))


def _large(extra: bytes, *numbers: int) -> tuple[int, ...]:
    """Take from the extra field those numbers that have no room in the entry."""
    while len(extra) >= 4:
        kind, size = struct.unpack_from("<2H", extra)
        if kind == 1:
            rest = iter(
                struct.unpack_from(f"<{size // 8}Q", extra[4 : 4 + size].ljust(size, b"\0"))
            )
            return tuple(next(rest, n) if n == _IN_EXTRA else n for n in numbers)
        extra = extra[4 + size :]
    return numbers


def _chunks(stream: BufferedReader, packed: _Packed, meter: Meter) -> Iterator[bytes]:
    """Yield the bytes of a member; at its end they have proved to be whole."""
    stream.seek(packed.offset)
    header = stream.read(_LOCAL.size)
    if len(header) < _LOCAL.size or header[:4] != b"PK\3\4":
        raise BadMember("it is not where the directory says")
    stream.seek(sum(_LOCAL.unpack(header)[-2:]), os.SEEK_CUR)
    size = checksum = 0
    pieces = _stored if packed.method == _STORED else _inflated
    for chunk in pieces(stream, packed.packed_size):
        meter.add(len(chunk))
        size += len(chunk)
        checksum = zlib.crc32(chunk, checksum)
        if size > packed.size:
            raise BadMember("it is larger than the directory says")
        yield chunk
    if (size, checksum) != (packed.size, packed.checksum):
        raise BadMember("its size or checksum is not what the directory says")


def _stored(stream: BufferedReader, left: int) -> Iterator[bytes]:
    while left and (chunk := stream.read(min(left, CHUNK_BYTES))):
        left -= len(chunk)
        yield chunk


def _inflated(stream: BufferedReader, left: int) -> Iterator[bytes]:
    inflate = zlib.decompressobj(-zlib.MAX_WBITS)
    data = b""
    while not inflate.eof:
        if not data:
            data = stream.read(min(left, CHUNK_BYTES))
            left -= len(data)
        given = bool(data)
        try:
            chunk = inflate.decompress(data, CHUNK_BYTES)
        except zlib.error as error:
            raise BadMember(f"it can't be unpacked: {error}") from error
        data = inflate.unconsumed_tail
        if chunk:
            yield chunk
        elif not given:
            raise BadMember("it is cut off")
