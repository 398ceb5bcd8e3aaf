"""The journal of an output directory, open for writing: the one writer, and the live state.

May import items, errors, ``telemetry`` and the modules of this package.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Collection
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import TypeAlias
from uuid import uuid4

import anyio
from anyio import CancelScope, move_on_after, to_thread

from codeiod.errors import CodeiodError, Damaged, DiskFailed
from codeiod.items import Fault, Item
from codeiod.journal.codec import BadRecord, decode, encode
from codeiod.journal.disk import Disk, OsDisk, failure
from codeiod.journal.folder import release
from codeiod.journal.frame import BadLine, frame, unframe
from codeiod.journal.keeper import Keeper, Keeping
from codeiod.journal.records import FORMAT, Admit, Close, Cut, Open, Record, Reopen, Retired
from codeiod.journal.recovery import Recovered, recover
from codeiod.journal.retention import Retention, free
from codeiod.journal.room import Room
from codeiod.journal.sealed import BadSeal
from codeiod.journal.segments import Segments
from codeiod.journal.snapshot import Snapshot
from codeiod.journal.snapshots import Snapshots
from codeiod.journal.state import Position, State
from codeiod.journal.syncer import Landed
from codeiod.journal.writer import Chunk, Writer
from codeiod.telemetry import sync_times

SEGMENT_BYTES = 64 * 1024 * 1024
CLOSE_SECONDS = 30.0
DEFAULT_KEEPING = Keeping()

Waiting: TypeAlias = deque[tuple[int, anyio.Event]]
"""Who waits for which record, in the order of records."""


class Journal:
    """Append records and read them back. Not thread-safe: it belongs to one event loop."""

    def __init__(
        self, recovered: Recovered, disk: Disk, segment_bytes: int, keeping: Keeping
    ) -> None:
        replay = recovered.replay
        self.folder = replay.folder
        self.disk = disk
        self.state: State = replay.state
        """The live fold: it knows of a record as soon as that is appended."""
        self.failed = anyio.Event()
        """Set when the disk has failed: nothing more will ever be written."""
        self.error: CodeiodError | None = None
        self._segment_bytes = segment_bytes
        self._segment, self._offset, self._seq = replay.segment, replay.offset, replay.seq
        self._synced = replay.seq - 1  # recovery has synced what it read
        self._id = self.state.journal or uuid4().hex
        self._version = recovered.version
        self._queued: deque[tuple[int, Position]] = deque()
        self._unwritten: dict[Position, bytes] = {}
        self._for_write: Waiting = deque()
        self._for_sync: Waiting = deque()
        self._closing = False
        self._loop = asyncio.get_running_loop()
        self._segments = Segments(disk, self.folder)
        self._keeping = keeping
        self._keeper = Keeper(disk, self.folder, keeping)
        self._snapshots = Snapshots(
            disk, self.folder, replay.begun, replay.found.bad, keeping.snapshot_records
        )
        self.room = Room(recovered.reserve)
        self.syncs = sync_times()
        """How long each sync took, in seconds."""
        self._writer = Writer(
            disk,
            self.folder,
            self._segment,
            recovered.descriptor,
            recovered.reserve,
            self._wake,
        )

    @classmethod
    @asynccontextmanager
    async def open(
        cls,
        directory: Path,
        *,
        disk: Disk | None = None,
        segment_bytes: int = SEGMENT_BYTES,
        close_seconds: float = CLOSE_SECONDS,
        retry: Collection[str] = (),
        keeping: Keeping = DEFAULT_KEEPING,
        reserve_bytes: int = 0,
    ) -> AsyncIterator[Journal]:
        """Lock a directory's journal, recover it and replay it; on leaving, write what is queued.

        :param retry: reasons; items that were rejected so can be re-opened.
        :param reserve_bytes: set aside on the disk, for what is written when it is full.
        :raises DirectoryError: in use, damaged, newer, not ours, or it can't be used.
        :raises DiskFull: no room to begin; or, on leaving, for what was appended.
        :raises DiskFailed: it failed; on leaving, even where the failure was told before.
        """
        disk = disk or OsDisk()
        recovered = await to_thread.run_sync(recover, directory, disk, retry, reserve_bytes)
        try:
            journal = cls(recovered, disk, segment_bytes, keeping)
            journal._begin(recovered.cuts)
            try:
                # Nothing may stand beside a journal that a loss of power would make one of no line.
                await journal.flush()
                yield journal
            finally:
                await journal._close(close_seconds)
        finally:
            with CancelScope(shield=True):
                await to_thread.run_sync(recovered.reserve.drop)
                await to_thread.run_sync(release, disk, recovered.lock)

    @property
    def segment(self) -> int:
        """The number of the segment that is written now."""
        return self._segment

    @property
    def records(self) -> int:
        """How many records there are; it grows with each."""
        return self._seq - 1

    @property
    def unsynced(self) -> int:
        """How many records are not known to be on disk yet."""
        return self._seq - 1 - self._synced

    def append(self, record: Record) -> Position:
        """Queue a record for the next group, without waiting; the state takes it at once.

        :raises Unwritable: it can't be written as JSON; nothing has changed.
        :raises Impossible: it contradicts the state; nothing has changed.
        :raises DiskFailed: or DiskFull: the disk has failed before.
        """
        return self._append(record, sync=False)

    async def append_written(self, record: Record) -> Position:
        """Append a record and wait until the system has it: a kill of this process can't lose it.

        It costs no sync; a loss of power can lose it.

        :raises: as ``append``.
        """
        position = self._append(record, sync=False)
        await self._reach(self._for_write)
        return position

    async def append_durable(self, record: Record) -> Position:
        """Append a record and wait until it is on disk; on cancellation it stays queued.

        :raises: as ``append``.
        """
        position = self._append(record, sync=True)
        await self._reach(self._for_sync)
        return position

    async def flush(self) -> None:
        """Wait until all that was appended is on disk.

        :raises DiskFailed: or DiskFull: it will never be.
        """
        self._raise_failure()
        last = self._seq - 1
        if self._synced < last:
            self._writer.put(Chunk(last, self._segment, b"", sync=True))
            await self._reach(self._for_sync)

    async def read(self, position: Position) -> Record:
        """Read one record back, even when it is still queued.

        :raises Damaged: the file has been changed.
        """
        line = self._unwritten.get(position)
        if line is None:
            return await to_thread.run_sync(self._read, position)
        return _record(line)

    async def load_item(self, item_id: str) -> tuple[Item, Fault | None]:
        """Read a pending item back, with why it can't be taken, if so.

        :raises KeyError: the item is not pending.
        """
        pending = self.state.pending[item_id]
        record = await self.read(pending.admitted)
        if not isinstance(record, Admit):
            raise TypeError(f"not an admit record: {record.KIND}")
        recipe = pending.recipe or self.state.recipe_in_force(record.recipe)
        item = Item(item_id, pending.epoch, recipe, record.origin, record.content, record.meta)
        return item, record.fault

    def reopen_faults(self) -> int:
        """Take up once more the items that ended in a fault of ours; return how many."""
        faulted = [(item_id, item.epoch) for item_id, item in self.state.faulted.items()]
        for item_id, epoch in faulted:
            self.append(Reopen(item_id, epoch + 1))
        return len(faulted)

    def covered_up_to(self, segment: int) -> None:
        """Take note that every snapshot that is kept covers the segments up to this one.

        Retention takes away those of them that no item needs, once that is on record.

        :raises: as ``append``.
        """
        if self._keeping.retention is Retention.KEEP:
            return
        if gone := free(self.state, min(segment, self._segment - 1)):
            archive = self._keeping.retention is Retention.ARCHIVE
            self._append(Retired(gone, archive), sync=True)
            self._keeper.retire_after(self._seq - 1, gone)

    def _begin(self, cuts: tuple[Cut, ...]) -> None:
        self._writer.start()
        self._keeper.start(self._segment, self.state.retired)
        self._append_header(start=True)
        for cut in cuts:
            self.append(cut)

    def _append_header(self, *, start: bool) -> Position:
        header = Open(FORMAT, self._id, self._version, _now(), self._segment, start)
        return self._put(header, encode(header), sync=False, settled=True)

    def _append(self, record: Record, *, sync: bool, settled: bool = False) -> Position:
        self._raise_failure()
        body = encode(record)
        if self._offset >= self._segment_bytes:
            self._segment, self._offset = self._segment + 1, 0
            header = self._append_header(start=False)
            self._keeper.seal_after(self._seq - 1, self._segment - 1)
            if self._snapshots.outgrown(self._seq - 1, self._segment, self._segment_bytes):
                self._take_snapshot(header)
        return self._put(record, body, sync=sync, settled=settled)

    def _put(self, record: Record, body: bytes, *, sync: bool, settled: bool) -> Position:
        synced = self._seq - 1 if settled else self._synced
        line = frame(self._seq, synced, record.KIND, body)
        position = Position(self._segment, self._offset, len(line))
        self.state.apply(record, position)
        self._unwritten[position] = line
        self._queued.append((self._seq, position))
        self._writer.put(Chunk(self._seq, self._segment, line, sync, settled))
        self._seq += 1
        self._offset += len(line)
        if self._snapshots.due(self._seq - 1):
            self._take_snapshot(position)
        return position

    def _take_snapshot(self, last: Position) -> None:
        """Freeze what is known now; it is written once all of it is durable in the log."""
        if self.room.low:  # what is left is for what is paid for
            return
        seq = self._seq - 1
        snapshot = Snapshot(seq, last, self.state.freeze())
        self._snapshots.begin()
        self._keeper.after(seq, partial(self._write_snapshot, snapshot))
        self._writer.put(Chunk(seq, last.segment, b"", sync=True))

    def _write_snapshot(self, snapshot: Snapshot) -> None:
        """Write a snapshot, in the keeper's thread."""
        covered = self._snapshots.write(snapshot)
        with suppress(RuntimeError):  # the loop is gone: the next life takes segments away
            self._loop.call_soon_threadsafe(self._cover, covered)

    def _cover(self, segment: int) -> None:
        if self.error is None and not self._closing:
            self.covered_up_to(segment)

    async def _reach(self, waiting: Waiting) -> None:
        """Wait, among others, until all that is appended by now is written, or durable."""
        event = anyio.Event()
        waiting.append((self._seq - 1, event))
        await event.wait()
        self._raise_failure()

    def _wake(self, landed: Landed) -> None:
        """Tell the loop how far it has come; called in the threads of writer and syncer."""
        with suppress(RuntimeError):  # the loop is gone: there is no one left to tell
            self._loop.call_soon_threadsafe(self._take, landed)

    def _take(self, landed: Landed) -> None:
        while self._queued and self._queued[0][0] <= landed.written:
            del self._unwritten[self._queued.popleft()[1]]
        if landed.synced:
            self._synced = max(self._synced, landed.synced)
            self.syncs.note(landed.sync_seconds)
        if landed.error is not None:
            self.error = self.error or landed.error
            self.failed.set()
        self._release(self._for_write, landed.written)
        self._release(self._for_sync, landed.synced)
        self._keeper.synced(self._synced)

    def _release(self, waiting: Waiting, reached: int) -> None:
        while waiting and (self.error or waiting[0][0] <= reached):
            waiting.popleft()[1].set()

    def _raise_failure(self) -> None:
        if self.error is not None:
            raise type(self.error)(str(self.error)) from self.error

    def _read(self, position: Position) -> Record:
        try:
            return _record(self._segments.read(position))
        except OSError as error:
            raise failure(error, self._segments.path(position.segment)) from error
        except (BadLine, BadRecord, BadSeal) as error:
            path = self._segments.path(position.segment)
            raise Damaged(
                f"{path} is damaged at byte {position.offset}: {error}; restore it from a copy"
            ) from error

    async def _close(self, close_seconds: float) -> None:
        """Write and sync what is queued, and say so; a disk that never answers is left behind."""
        with CancelScope(shield=True):
            self._closing = True
            self.room.reserve.hurry()
            if self.error is None:
                last = self._append(Close(_now()), sync=True, settled=True)
            await to_thread.run_sync(self._keeper.stop, close_seconds)
            if not await to_thread.run_sync(self._writer.stop, close_seconds):
                raise DiskFailed(f"the disk of {self.folder} did not answer in time")
            self._raise_failure()  # the last news came before the writer's end
            if self._snapshots.worthwhile(self._seq - 1) and not self.room.low:
                snapshot = Snapshot(self._seq - 1, last, self.state.freeze())
                with move_on_after(close_seconds):
                    await to_thread.run_sync(
                        self._snapshots.try_to_write, snapshot, abandon_on_cancel=True
                    )


def _record(line: bytes) -> Record:
    found = unframe(line[:-1])
    return decode(found.kind, found.body)


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")
