"""Bring every stream back to what was committed: cut one unfinished batch, refuse anything else.

May import errors, items and ``journal``. Blocking: runs in a worker thread at the start.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from zlib import crc32

import orjson

from codeiod.dataset.shards import FOLDERS, part_numbers, part_path
from codeiod.errors import Damaged
from codeiod.items import ITEM_ID_BYTES
from codeiod.journal.disk import Disk, read_at
from codeiod.journal.folder import JOURNAL, set_aside
from codeiod.journal.records import Cut, End, Stream
from codeiod.journal.state import State

BATCH_ITEMS = 256
"""No batch holds more items; so more can't stand beyond what was committed."""

CHUNK_BYTES = 1 << 20


def recover_streams(disk: Disk, directory: Path, state: State) -> list[Cut]:
    """Cut every stream to its committed end; return what was cut, which is kept.

    :raises Damaged: a part is shorter, missing, changed, or more than one batch goes beyond.
    """
    remove_void(disk, directory, state)
    beyond: list[tuple[Path, int, bytes]] = []
    for stream in Stream:
        beyond += _beyond(disk, directory, stream, state)
    _require_one_batch(beyond, state, directory)
    cuts = [_cut(disk, directory, *piece) for piece in beyond]
    return [cut for cut in cuts if cut is not None]


def remove_void(disk: Disk, directory: Path, state: State) -> None:
    """Remove the parts that others took the place of, and those that never came to be in force."""
    for stream in Stream:
        folder = directory / FOLDERS[stream]
        void = state.swaps.void(stream)
        there = [number for number in part_numbers(disk.names(folder)) if number in void]
        for number in there:
            disk.remove(directory / part_path(stream, number))
        if there:
            disk.sync_folder(folder)


def read_committed(disk: Disk, path: Path, length: int) -> Iterator[bytes]:
    """Yield the first ``length`` bytes of a file in chunks, or as many as there are."""
    if disk.size(path) is None:
        return
    descriptor = disk.open_read(path)
    try:
        offset = 0
        while offset < length:
            chunk = disk.read(descriptor, offset, min(CHUNK_BYTES, length - offset))
            if not chunk:
                return
            offset += len(chunk)
            yield chunk
    finally:
        disk.close(descriptor)


def _beyond(
    disk: Disk, directory: Path, stream: Stream, state: State
) -> list[tuple[Path, int, bytes]]:
    """Check a stream's parts and return what stands beyond the committed end, by file."""
    ends = state.ends.get(stream, {})
    last = max(ends, default=-1)
    begun = {last, state.next_part(stream)}
    for part, end in sorted(ends.items()):
        _require_whole(disk, directory / part_path(stream, part), end, whole=part == last)
    found = []
    for number in part_numbers(disk.names(directory / FOLDERS[stream])):
        path = part_path(stream, number)
        start = ends[number].length if number in ends else 0
        data = _rest(disk, directory / path, start)
        if data or number not in ends:
            found.append((path, start, data))
            # A batch lies in one part: the last one, or the next new one.
            if len(found) > 1 or number not in begun:
                raise _goes_on(directory / path, start)
    return found


def _require_whole(disk: Disk, path: Path, end: End, *, whole: bool) -> None:
    """Check a part against its committed end; the checksum (``whole``) of the last part alone."""
    size = disk.size(path)
    if size is None:
        raise Damaged(f"{path} is missing: restore it from a copy")
    if size < end.length:
        raise Damaged(
            f"{path} is damaged: it ends at byte {size}, not {end.length}; restore it from a copy"
        )
    if not whole:
        return
    crc = 0
    for chunk in read_committed(disk, path, end.length):
        crc = crc32(chunk, crc)
    if crc != end.crc:
        raise Damaged(
            f"{path} is damaged: its checksum up to byte {end.length} is another one;"
            " restore it from a copy"
        )


def _rest(disk: Disk, path: Path, start: int) -> bytes:
    size = disk.size(path) or 0
    return read_at(disk, path, start, size - start) if size > start else b""


def _require_one_batch(beyond: list[tuple[Path, int, bytes]], state: State, root: Path) -> None:
    """Refuse what no unfinished batch can have left: lines of done items, or of too many."""
    items: set[str] = set()
    for path, start, data in beyond:
        for line in data.split(b"\n"):
            item_id = _item_of(line)
            if item_id and _is_done(state, item_id):
                raise _goes_on(root / path, start)
            items.add(item_id)
    if len(items - {""}) > BATCH_ITEMS:
        path, start, _ = beyond[0]
        raise Damaged(
            f"more than one batch goes beyond byte {start} of {root / path}: restore it from a copy"
        )


def _goes_on(path: Path, end: int) -> Damaged:
    return Damaged(f"{path} goes on behind its end at byte {end}: restore it from a copy")


def _is_done(state: State, item_id: str) -> bool:
    """Tell whether a batch after the last commit can't hold the item.

    An item that the journal has never heard of can: its admission need not have been durable.
    """
    return state.known(item_id) and item_id not in state.pending and item_id not in state.faulted


def _item_of(line: bytes) -> str:
    """Return the item of a line; ``""`` where the line is torn: it may hold anything."""
    try:
        item_id = str(orjson.loads(line)["item_id"])
        bytes.fromhex(item_id)
    except (ValueError, TypeError, KeyError):
        return ""
    return item_id if len(item_id) == 2 * ITEM_ID_BYTES else ""


def _cut(disk: Disk, directory: Path, path: Path, start: int, data: bytes) -> Cut | None:
    """Keep and cut what stands behind ``start``; None where a part was still empty."""
    cut = set_aside(disk, directory / JOURNAL, path.as_posix(), start, data) if data else None
    if start == 0:
        disk.remove(directory / path)
        disk.sync_folder(directory / path.parent)
        return cut
    descriptor = disk.open_append(directory / path)
    try:
        disk.truncate(descriptor, start)
        disk.sync(descriptor)
    finally:
        disk.close(descriptor)
    return cut
