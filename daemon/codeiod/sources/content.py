"""Judge the bytes of an entry: text that can be taken, or a fault.

May import ``items``. The same content is the same item wherever it is met.
"""

from __future__ import annotations

import codecs
from collections.abc import Mapping
from hashlib import blake2b
from io import BufferedReader

from codeiod.items import ITEM_ID_BYTES, Entry, Fault, Origin, Reason, digest, item_id_of

HASHED_BYTES = 64 << 20
"""An oversized file up to this is named by its content, a larger one by its place and size."""

CHUNK_BYTES = 1 << 18
CONTROL_SHARE = 0.3
_UTF16_MARKS = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
_CONTROLS = bytes({*range(32), 127} - set(b"\t\n\v\f\r\b\x1b"))


def entry_of(data: bytes, origin: Origin, meta: Mapping[str, str], max_bytes: int) -> Entry:
    """Make an entry of content's bytes; a UTF-8 byte order mark is no part of them."""
    data = data.removeprefix(codecs.BOM_UTF8)
    fault = _fault(data, max_bytes)
    content = "" if fault else data.decode()
    return Entry(item_id_of(data), origin, content, meta, fault)


def oversized_fault(size: int, max_bytes: int) -> Fault:
    """Say that content is too large."""
    return Fault(Reason.OVERSIZED, f"{size:,} bytes; items.max_bytes is {max_bytes:,}")


def oversized_id(stream: BufferedReader, origin: Origin) -> str:
    """Name an oversized file without holding it: by its content, or by its place and size."""
    by_place = digest("place", origin.path, str(origin.size))
    if origin.size > HASHED_BYTES:
        return by_place
    stream.seek(0)
    hasher = blake2b(digest_size=ITEM_ID_BYTES)
    hasher.update(stream.read(len(codecs.BOM_UTF8)).removeprefix(codecs.BOM_UTF8))
    for _ in range(HASHED_BYTES // CHUNK_BYTES + 2):  # one for the mark, one for the end
        chunk = stream.read(CHUNK_BYTES)
        hasher.update(chunk)
        if not chunk:
            return hasher.hexdigest()
    return by_place  # it grows while we read


def _fault(data: bytes, max_bytes: int) -> Fault | None:
    if len(data) > max_bytes:
        return oversized_fault(len(data), max_bytes)
    if data.startswith(_UTF16_MARKS):
        return Fault(Reason.NOT_UTF8, "a UTF-16 byte order mark at byte 0")
    if (nul := data.find(0)) >= 0:
        return Fault(Reason.BINARY, f"a NUL at byte {nul}")
    controls = len(data) - len(data.translate(None, _CONTROLS))
    if controls > len(data) * CONTROL_SHARE:
        return Fault(Reason.BINARY, f"{controls} of {len(data)} bytes are control characters")
    return _fault_of_text(data)


def _fault_of_text(data: bytes) -> Fault | None:
    try:
        text = data.decode()
    except UnicodeDecodeError as error:
        return Fault(Reason.NOT_UTF8, f"byte {error.start}: {error.reason}")
    if not text.strip():
        return Fault(Reason.EMPTY, "only white space" if text else "no bytes")
    return None
