"""A snapshot: the state of a journal up to one record, in a file, so that a start reads the rest.

May import ``disk``, ``facts`` and the modules below it. ``snapshot-000000004567.bin`` is the state
after record 4567: a line of JSON that tells what it is of, another one with the facts, the cells of
the three tables as they stand in memory, and the BLAKE2b-128 of all that in hex. All of it can be
made anew from the log, as long as no segment was dropped.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from contextlib import suppress
from hashlib import blake2b
from itertools import chain
from pathlib import Path
from typing import Any, NamedTuple

import orjson

from codeiod.journal.digests import Table
from codeiod.journal.disk import Disk, sync_once, write_all
from codeiod.journal.facts import Frozen
from codeiod.journal.pending import Position

FORMAT = 1
"""A snapshot of another one is not read."""
HEAD_BYTES = 1 << 16
"""More than the first line takes."""
CHUNK_BYTES = 1 << 20
_DIGEST_BYTES = 16
_SEAL_BYTES = 2 * _DIGEST_BYTES + 1
_NAME = re.compile(r"snapshot-(\d{12})\.bin")
_DRAFT = re.compile(r"\.snapshot-\d{12}\.bin\.new")


class BadSnapshot(ValueError):
    """The file is no sound snapshot of this journal."""


class Snapshot(NamedTuple):
    """What is known after one record of a journal."""

    seq: int
    """The number of the last record that it holds."""
    last: Position
    """Where that record stands."""
    facts: Frozen
    bytes: int = 0
    """Of the file that it was read from."""


def snapshot_name(seq: int) -> str:
    """Name the snapshot that ends with a record."""
    return f"snapshot-{seq:012d}.bin"


def list_snapshots(disk: Disk, folder: Path) -> list[int]:
    """Return the last records of the snapshots that are there, the newest first."""
    found = (match for name in disk.names(folder) if (match := _NAME.fullmatch(name)))
    return sorted((int(match[1]) for match in found), reverse=True)


def write_snapshot(disk: Disk, folder: Path, snapshot: Snapshot) -> int:
    """Put a snapshot into the folder, whole and durable, and return its bytes.

    Until then there is none of its name.
    """
    path = folder / snapshot_name(snapshot.seq)
    draft = path.with_name(f".{path.name}.new")
    try:
        size = _write_draft(disk, draft, snapshot)
    except OSError:
        with suppress(OSError):  # the disk may be full: every byte that is free counts
            disk.remove(draft)
        raise
    disk.replace(draft, path)
    disk.sync_folder(folder)
    return size


def remove_drafts(disk: Disk, folder: Path) -> None:
    """Remove what a crash left half written."""
    for name in disk.names(folder):
        if _DRAFT.fullmatch(name):
            disk.remove(folder / name)


def _write_draft(disk: Disk, draft: Path, snapshot: Snapshot) -> int:
    size = 0
    descriptor = disk.create(draft)
    try:
        for piece in _sealed(_pieces(snapshot)):
            write_all(disk, descriptor, piece)
            size += len(piece)
        sync_once(disk, descriptor)
    finally:
        disk.close(descriptor)
    return size


def read_snapshot(disk: Disk, folder: Path, seq: int) -> Snapshot:
    """Read a snapshot back.

    :raises BadSnapshot: it was changed, cut short, or is of another format.
    :raises FileNotFoundError: it has gone.
    """
    path = folder / snapshot_name(seq)
    descriptor = disk.open_read(path)
    try:
        size = disk.size(path) or 0
        _prove(disk, descriptor, size)
        return _read(disk, descriptor, seq)._replace(bytes=size)
    finally:
        disk.close(descriptor)


def _read(disk: Disk, descriptor: int, seq: int) -> Snapshot:
    """Take a file apart whose digest is right."""
    line = disk.read(descriptor, 0, HEAD_BYTES).partition(b"\n")[0]
    head = _parsed(line)
    if head.get("format") != FORMAT:
        raise BadSnapshot(f"it is of format {head.get('format')}")
    if head["seq"] != seq:
        raise BadSnapshot(f"it is of record {head['seq']}")
    at = len(line) + 1
    body = _parsed(disk.read(descriptor, at, head["facts_bytes"]))
    at += head["facts_bytes"]
    found: list[list[Table]] = []
    for tables in head["tables"]:
        found.append([])
        for used, has_zero, length in tables:
            found[-1].append(Table(used, has_zero, bytearray(disk.read(descriptor, at, length))))
            at += length
    return Snapshot(seq, Position(*head["last"]), Frozen(body, found))


def _pieces(snapshot: Snapshot) -> Iterator[bytes]:
    facts = snapshot.facts
    options = orjson.OPT_NON_STR_KEYS | orjson.OPT_APPEND_NEWLINE
    body = orjson.dumps(facts.body, default=_plain, option=options)
    head = {
        "format": FORMAT,
        "journal": facts.body["journal"],
        "seq": snapshot.seq,
        "last": snapshot.last,
        "facts_bytes": len(body),
        "tables": [
            [(used, has_zero, len(cells)) for used, has_zero, cells in tables]
            for tables in facts.tables
        ],
    }
    yield orjson.dumps(head, default=_plain, option=options)
    yield body
    for table in chain.from_iterable(facts.tables):
        yield bytes(table.cells)


def _sealed(pieces: Iterable[bytes]) -> Iterator[bytes]:
    """Yield the pieces, then the line that holds their digest."""
    hasher = blake2b(digest_size=_DIGEST_BYTES)
    for piece in pieces:
        hasher.update(piece)
        yield piece
    yield _seal(hasher)


def _seal(hasher: blake2b) -> bytes:
    return f"{hasher.hexdigest()}\n".encode()


def _prove(disk: Disk, descriptor: int, size: int) -> None:
    """Hold a file against its digest."""
    hasher = blake2b(digest_size=_DIGEST_BYTES)
    end = size - _SEAL_BYTES
    for start in range(0, end, CHUNK_BYTES):
        hasher.update(disk.read(descriptor, start, min(CHUNK_BYTES, end - start)))
    if end < 0 or disk.read(descriptor, end, _SEAL_BYTES) != _seal(hasher):
        raise BadSnapshot("its checksum is another one")


def _parsed(data: bytes) -> dict[str, Any]:
    """Read a line whose checksum is right: it can only be of another program's making."""
    try:
        found = orjson.loads(data)
    except ValueError as error:
        raise BadSnapshot(f"it can't be read: {error}") from error
    if not isinstance(found, dict):
        raise BadSnapshot("it is of another kind")
    return found


def _plain(value: object) -> object:
    if isinstance(value, tuple):
        return list(value)
    if isinstance(value, dict):
        return dict(value)
    raise TypeError(f"{type(value).__name__} is not JSON")
