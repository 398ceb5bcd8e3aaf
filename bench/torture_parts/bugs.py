"""Bugs planted in journal and dataset: the rig is worth what it finds of them.

Imports the product and ``disk``. Each is a block within which the bug is there.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from unittest.mock import patch
from zlib import crc32

from anyio import to_thread

from codeiod.dataset import shards
from codeiod.dataset.shards import Shard
from codeiod.journal import Journal, syncer
from codeiod.journal.disk import Disk, sync_once
from codeiod.journal.pending import Position
from codeiod.journal.records import Commit, End, Record
from torture_parts.disk import SimDisk


@contextmanager
def no_sync_before_commit() -> Iterator[None]:
    """The dataset's lines are not durable when the journal says that they are there."""
    with patch.object(shards, "sync_once", lambda disk, descriptor: None):
        yield


@contextmanager
def no_sync_of_journal() -> Iterator[None]:
    """An answer counts as durable when it is written."""
    with patch.object(syncer, "sync_once", lambda disk, descriptor: None):
        yield


@contextmanager
def no_sync_of_folders() -> Iterator[None]:
    """Files are durable, their names are not."""
    with patch.object(SimDisk, "sync_folder", lambda disk, folder: None):
        yield


@contextmanager
def journal_before_shards() -> Iterator[None]:
    """The journal says that lines are there before they are written."""

    held: list[tuple[Shard, bytes]] = []
    write, append_durable = Shard.append, Journal.append_durable

    def hold(shard: Shard, data: bytes) -> End:
        held.append((shard, data))
        part, length, crc = shard._end
        if shard._there and length >= shard._part_bytes:
            part, length, crc = part + 1, 0, 0
        return End(part, length + len(data), crc32(data, crc))

    async def append_first(journal: Journal, record: Record) -> Position:
        position = await append_durable(journal, record)
        if isinstance(record, Commit):
            # What a life left behind that was killed in between is lost.
            for shard, data in [one for one in held if one[0]._disk is journal.disk]:
                await to_thread.run_sync(write, shard, data)
            held.clear()
        return position

    with (
        patch.object(Shard, "append", hold),
        patch.object(Journal, "append_durable", append_first),
    ):
        yield


@contextmanager
def retry_of_failed_sync() -> Iterator[None]:
    """A sync that failed is tried again, and what it says then is believed."""

    def sync_twice(disk: Disk, descriptor: int) -> None:
        try:
            disk.sync(descriptor)
        except OSError:
            sync_once(disk, descriptor)

    with (
        patch.object(syncer, "sync_once", sync_twice),
        patch.object(shards, "sync_once", sync_twice),
    ):
        yield


Bug = Callable[[], AbstractContextManager[None]]

PLANTED: dict[str, Bug] = {
    "no fsync before commit": no_sync_before_commit,
    "no fsync of the journal": no_sync_of_journal,
    "no folder fsync": no_sync_of_folders,
    "journal before shards": journal_before_shards,
    "retry after a failed fsync": retry_of_failed_sync,
}
