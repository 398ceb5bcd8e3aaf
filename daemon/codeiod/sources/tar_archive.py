"""Read a tar archive as a stream, holding one block of it.

May import ``unpacking``. The standard library's reader keeps every member, and reads headers of any
length into memory. Read are: ustar, the long names of GNU, the extended headers of POSIX.
"""

from __future__ import annotations

from collections.abc import Generator, Iterator
from dataclasses import dataclass
from io import BufferedIOBase
from typing import Final

from codeiod.sources.unpacking import CHUNK_BYTES, BadArchive, Inside, Meter

BLOCK_BYTES: Final = 512
MOST_HEADER_BYTES: Final = 1 << 20

_FILES = frozenset({b"0", b"\0", b"7"})
_WITHOUT_DATA = frozenset({b"1", b"2", b"3", b"4", b"5", b"6"})
_LONG_NAME, _LONG_LINK, _SPARSE, _EXTENDED, _GLOBAL = b"L", b"K", b"S", b"x", b"g"
_PATH, _SIZE, _SPARSE_KEYS = "path", "size", "GNU.sparse."


@dataclass(frozen=True, slots=True)
class _Header:
    name: str
    size: int
    type: bytes
    more: bool
    """Of an old sparse file: another block of its map follows."""


def tar_files(stream: BufferedIOBase, meter: Meter) -> Generator[Inside | None]:
    """Yield the members in their order, None to take a breath.

    :raises TooMuch: there is more than there may be.
    :raises BadArchive: it is broken; or what else is ``BROKEN``.
    """
    tape = _Tape(stream, meter)
    said: dict[str, str] = {}
    while (header := tape.header()) is not None:
        if header.type == _LONG_NAME:
            said[_PATH] = _text(tape.field(header.size).rstrip(b"\0"))
        elif header.type == _EXTENDED:
            said |= _telling(_records(tape.field(header.size)))
        elif header.type in (_LONG_LINK, _GLOBAL):
            tape.begin(header.size)
        else:
            yield _inside(header, said, tape)
            said = {}
        yield from tape.pass_by()


def _inside(header: _Header, said: dict[str, str], tape: _Tape) -> Inside:
    name = said.get(_PATH, header.name)
    sparse = header.type == _SPARSE or _SPARSE_KEYS in said
    more = header.more
    while header.type == _SPARSE and more:
        more = tape.block()[504] != 0
    size = _decimal(said.get(_SIZE, ""), header.size)
    tape.begin(0 if header.type in _WITHOUT_DATA else size)
    is_file = header.type in _FILES | {_SPARSE} and not name.endswith("/")
    return Inside(name, size, is_file, "it is a sparse file" if sparse else "", tape.chunks)


class _Tape:
    """A stream of blocks, and how much of the present member is still to come."""

    def __init__(self, stream: BufferedIOBase, meter: Meter) -> None:
        self._stream = stream
        self._meter = meter
        self._left = 0
        self._padding = 0

    def header(self) -> _Header | None:
        """Read the header of the next member; None at the end."""
        block = self._read(BLOCK_BYTES)
        if not block or not block.strip(b"\0"):
            return None
        if len(block) < BLOCK_BYTES:
            raise BadArchive("it is cut off in a header")
        return _parse(block)

    def block(self) -> bytes:
        """Read one block."""
        return self._exactly(BLOCK_BYTES)

    def field(self, size: int) -> bytes:
        """Read the data of a header that speaks of the next member."""
        if size > MOST_HEADER_BYTES:
            raise BadArchive(f"it has a header of {size:,} bytes")
        self.begin(size)
        return b"".join(self.chunks())

    def begin(self, size: int) -> None:
        """Take the data that follow for those of a member."""
        self._left = size
        self._padding = -size % BLOCK_BYTES

    def chunks(self) -> Iterator[bytes]:
        """Yield what is left of a member."""
        while self._left:
            chunk = self._exactly(min(self._left, CHUNK_BYTES))
            self._left -= len(chunk)
            yield chunk

    def pass_by(self) -> Iterator[None]:
        """Go to the end of a member, with breaths in between."""
        for _ in self.chunks():
            yield None
        self._exactly(self._padding)
        self._padding = 0

    def _exactly(self, size: int) -> bytes:
        data = self._read(size)
        if len(data) < size:
            raise BadArchive("it is cut off")
        return data

    def _read(self, size: int) -> bytes:
        data = self._stream.read(size)
        self._meter.add(len(data))
        return data


def _parse(block: bytes) -> _Header:
    """Read a header.

    :raises BadArchive: it is none.
    """
    spaces = block[:148] + b" " * 8 + block[156:]
    signed = sum(spaces) - 256 * sum(byte > 127 for byte in spaces)
    if _number(block[148:156]) not in (sum(spaces), signed):
        raise BadArchive("a header's checksum differs")
    name = block[:100].partition(b"\0")[0]
    kind = block[156:157]
    if block[257:263] == b"ustar\0" and (prefix := block[345:500].partition(b"\0")[0]):
        name = prefix + b"/" + name
    return _Header(_text(name), _number(block[124:136]), kind, kind == _SPARSE and block[482] != 0)


def _number(field: bytes) -> int:
    """Read a number: of octal digits, or binary where the first bit is set."""
    if field[0] & 0x80:
        value = int.from_bytes(bytes([field[0] & 0x7F]) + field[1:], "big")
    else:
        try:
            value = int(field.partition(b"\0")[0].strip() or b"0", 8)
        except ValueError as error:
            raise BadArchive("a header holds no number where one belongs") from error
    if not 0 <= value < 1 << 63:
        raise BadArchive("a header holds a number that can't be")
    return value


def _records(data: bytes) -> dict[str, str]:
    """Read the records of an extended header: their length, a key, a value."""
    found: dict[str, str] = {}
    while data.strip(b"\0"):
        length, _, _ = data.partition(b" ")
        size = _decimal(_text(length[:20]), 0)
        key, equals, value = data[len(length) + 1 : size - 1].partition(b"=")
        if not equals or not len(length) < size <= len(data):
            raise BadArchive("an extended header is broken")
        found[_text(key)] = _text(value)
        data = data[size:]
    return found


def _telling(records: dict[str, str]) -> dict[str, str]:
    """Keep what is looked at: there may be any number of others, before a member ever comes."""
    kept = {key: records[key] for key in (_PATH, _SIZE) if key in records}
    if any(key.startswith(_SPARSE_KEYS) for key in records):
        kept[_SPARSE_KEYS] = ""
    return kept


def _decimal(text: str, default: int) -> int:
    if not text:
        return default
    if not (text.isascii() and text.isdigit()) or len(text) > 18:
        raise BadArchive("an extended header holds no number where one belongs")
    return int(text)


def _text(data: bytes) -> str:
    return data.decode("utf-8", "backslashreplace")
