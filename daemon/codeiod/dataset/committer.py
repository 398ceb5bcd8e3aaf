"""The one task that writes the dataset: an item is done when its lines and its commit are on disk.

May import errors and ``journal``. The order is the promise: lines, sync, commit record, durable;
only then the next batch. So at any crash at most one batch stands beyond what was committed. Where
the disk is full, a batch waits for room: the answers that it is made of are in the journal.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

import anyio
from anyio import to_thread

from codeiod.dataset.recovery import BATCH_ITEMS, recover_streams
from codeiod.dataset.shards import PART_BYTES, Shard
from codeiod.errors import CodeiodError, DiskFull, WorkLeft
from codeiod.journal.disk import failure
from codeiod.journal.journal import Journal
from codeiod.journal.records import Commit, Cut, Done, End, Rewriting, Stream, unix_seconds
from codeiod.journal.state import Impossible
from codeiod.journal.tally import Tally

BATCH_BYTES = 16 * 1024 * 1024
"""A batch is closed by the item that brings it to this many bytes."""


@dataclass(frozen=True, slots=True)
class Finished:
    """An item at its end, with its lines (each with its newline)."""

    item_id: str
    epoch: int
    outcome: str
    """``records.FINISHED`` or a ``Reason``."""
    samples: tuple[bytes, ...] = ()
    programs: tuple[bytes, ...] = ()
    rejects: tuple[bytes, ...] = ()
    tally: Tally = field(default_factory=Tally)

    def lines(self, stream: Stream) -> bytes:
        """Return all its lines of one stream."""
        match stream:
            case Stream.SAMPLES:
                return b"".join(self.samples)
            case Stream.PROGRAMS:
                return b"".join(self.programs)
            case Stream.REJECTS:
                return b"".join(self.rejects)

    @property
    def size_bytes(self) -> int:
        """What its lines take."""
        return sum(map(len, (*self.samples, *self.programs, *self.rejects)))


class _Waiting:
    """A finished item whose coroutine waits for its commit."""

    __slots__ = ("committed", "finished", "over")

    def __init__(self, finished: Finished) -> None:
        self.finished = finished
        self.committed = False
        self.over = anyio.Event()


class Committer:
    """Take finished items and make them durable, batch by batch."""

    def __init__(self, journal: Journal, shards: dict[Stream, Shard]) -> None:
        self._journal = journal
        self._shards = shards
        self._error: CodeiodError | None = None
        self._waiting: list[_Waiting] = []
        """Of the batch that is being written."""
        self._handed_in: set[str] = set()
        """Items that no batch has carried through yet."""
        self._ending = anyio.Event()
        self._send, self._receive = anyio.create_memory_object_stream[_Waiting](BATCH_ITEMS)

    @classmethod
    @asynccontextmanager
    async def open(
        cls, directory: Path, journal: Journal, *, part_bytes: int = PART_BYTES
    ) -> AsyncIterator[Committer]:
        """Bring the streams back to what was committed, and be ready to ``run``.

        :raises Damaged: they hold something else.
        """
        await recover_dataset(directory, journal)
        disk, state = journal.disk, journal.state
        shards = {
            stream: Shard(
                disk,
                directory,
                stream,
                state.last_end(stream),
                part_bytes,
                state.next_part(stream),
            )
            for stream in Stream
        }
        committer = cls(journal, shards)
        try:
            yield committer
        finally:
            committer.close()
            committer._close_intake()
            for shard in shards.values():
                shard.close()

    async def finish(self, finished: Finished) -> None:
        """Hand in an item and wait until it is done for good.

        :raises Impossible: the item is not pending, or was handed in before.
        :raises WorkLeft: (DiskFull) or DiskFailed: it will not be done; the next run does it.
        """
        self._journal.state.require_pending(finished.item_id, finished.epoch)
        if finished.item_id in self._handed_in:
            raise Impossible(f"item {finished.item_id} is handed in twice")
        self._handed_in.add(finished.item_id)
        waiting = _Waiting(finished)
        try:
            await self._send.send(waiting)
        except (anyio.BrokenResourceError, anyio.ClosedResourceError) as error:
            raise self._failure() from error
        await waiting.over.wait()
        if not waiting.committed:
            raise self._failure()

    async def run(self) -> None:
        """Commit what is handed in until ``close``; the service starts it as a task.

        What finds no room until then stays undone; the next run does it.

        :raises DiskFull: the disk is full, even for the journal.
        :raises DiskFailed: it failed.
        """
        try:
            async for first in self._receive:
                batch = self._batch(first)
                if (ends := await self._land(batch)) is None:
                    return
                await self._commit(batch, ends)
        except CodeiodError as error:
            self._error = error
            raise
        finally:
            self._let_go(committed=False)
            self._close_intake()

    def close(self) -> None:
        """Take no more; ``run`` ends when what was handed in is committed."""
        self._send.close()
        self._ending.set()

    def _batch(self, first: _Waiting) -> list[Finished]:
        """Take what waits as one batch, bounded in items and bytes."""
        self._waiting = [first]
        size = first.finished.size_bytes
        while len(self._waiting) < BATCH_ITEMS and size < BATCH_BYTES:
            try:
                waiting = self._receive.receive_nowait()
            except (anyio.WouldBlock, anyio.EndOfStream):
                break
            self._waiting.append(waiting)
            size += waiting.finished.size_bytes
        return [waiting.finished for waiting in self._waiting]

    async def _land(self, batch: list[Finished]) -> dict[str, End] | None:
        """Append the batch's lines, durably; None where there is no room for them to the end."""
        room = self._journal.room
        while True:
            try:
                return await to_thread.run_sync(self._write, batch)
            except DiskFull:
                room.lose()
            async with anyio.create_task_group() as either:
                for event in (room.there, self._ending.wait):
                    either.start_soon(_first, event, either.cancel_scope)
            if room.low:
                return None

    async def _commit(self, batch: list[Finished], ends: dict[str, End]) -> None:
        items = tuple(Done(done.item_id, done.epoch, str(done.outcome)) for done in batch)
        tally = sum((done.tally for done in batch), Tally())
        await self._journal.append_durable(Commit(items, ends, tally, unix_seconds()))
        self._let_go(committed=True)

    def _write(self, batch: list[Finished]) -> dict[str, End]:
        """Append the batch's lines, one write a stream, each durable on return.

        :raises DiskFull: the disk is full, and none is there.
        :raises DiskFailed: it failed.
        """
        before = {stream: shard.end for stream, shard in self._shards.items()}
        ends: dict[str, End] = {}
        try:
            for stream, shard in self._shards.items():
                if data := b"".join(done.lines(stream) for done in batch):
                    ends[str(stream)] = shard.append(data)
        except DiskFull:
            for stream, shard in self._shards.items():
                shard.take_back(before[stream])
            raise
        return ends

    def _let_go(self, *, committed: bool) -> None:
        """Wake those whose batch is through, one way or the other."""
        for waiting in self._waiting:
            waiting.committed = committed
            waiting.over.set()
            self._handed_in.discard(waiting.finished.item_id)
        self._waiting = []

    def _close_intake(self) -> None:
        """Take no more, and wake those whose items no batch will take."""
        with suppress(anyio.WouldBlock, anyio.EndOfStream, anyio.ClosedResourceError):
            while True:
                self._receive.receive_nowait().over.set()
        self._receive.close()

    def _failure(self) -> CodeiodError:
        if self._error is not None:
            return type(self._error)(str(self._error))
        return WorkLeft("stopped before an item was committed")


async def recover_dataset(directory: Path, journal: Journal) -> None:
    """Bring the streams back to what was committed, and journal what was cut.

    :raises Damaged: they hold something else.
    """
    try:
        cuts = await to_thread.run_sync(recover_streams, journal.disk, directory, journal.state)
    except OSError as error:
        raise failure(error, directory) from error
    for cut in cuts:
        _record(journal, cut)
    if journal.state.swaps.drafts:
        journal.append(Rewriting({}))


async def _first(wait: Callable[[], Awaitable[object]], scope: anyio.CancelScope) -> None:
    """Wait for one of several things, and leave the others."""
    await wait()
    scope.cancel()


def _record(journal: Journal, cut: Cut) -> None:
    if cut.kept not in journal.state.cuts:
        journal.append(cut)
