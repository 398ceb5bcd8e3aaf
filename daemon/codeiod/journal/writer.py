"""The one thread that writes the journal: group commit over the descriptor that it alone owns.

May import errors, ``disk``, ``folder``, ``reserve`` and ``syncer``. It takes all that is queued,
writes it at once, tells the event loop, and wishes for a sync if someone waits for one: that is
another thread's, so a line is in the system's hands, where a kill can't reach it, however long a
sync takes. Where there is no room, it writes on what the reserve gives; any other failure, and that
of any sync, is final: nothing is promised after it.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from itertools import groupby
from pathlib import Path
from queue import Empty, SimpleQueue
from threading import Thread
from typing import NamedTuple

from codeiod.errors import DiskFailed
from codeiod.journal.disk import Disk, failure, sync_names, write_all
from codeiod.journal.folder import segment_name
from codeiod.journal.reserve import Reserve
from codeiod.journal.syncer import Landed, Syncer, Wish


class Chunk(NamedTuple):
    """A line to write; or, with no data, only a wish that all before it be durable."""

    seq: int
    segment: int
    data: bytes
    sync: bool
    settled: bool = False
    """Whether it says that all before it is durable, which must be so when it is written."""


class Writer:
    """Write what is put, in order, and tell how far it has come."""

    def __init__(
        self,
        disk: Disk,
        folder: Path,
        segment: int,
        descriptor: int,
        reserve: Reserve,
        report: Callable[[Landed], None],
    ) -> None:
        self._disk = disk
        self._reserve = reserve
        self._folder = folder
        self._segment = segment
        self._descriptor = descriptor
        self._report = report
        self._queue: SimpleQueue[Chunk | None] = SimpleQueue()
        self._written = 0
        self._failed = False
        self._syncer = Syncer(disk, self._tell)
        # A daemon thread: a disk that never answers must not keep the process from ending.
        self._thread = Thread(target=self._run, name="journal", daemon=True)

    def start(self) -> None:
        """Begin to write."""
        self._syncer.start()
        self._thread.start()

    def put(self, chunk: Chunk) -> None:
        """Queue a chunk; never waits."""
        self._queue.put(chunk)

    def stop(self, timeout_seconds: float) -> bool:
        """Write and sync what is queued and end; tell whether that took no longer than allowed."""
        self._queue.put(None)
        self._thread.join(timeout_seconds)
        return not self._thread.is_alive()

    def _run(self) -> None:
        going = True
        while going:
            group = self._next_group()
            if group[-1] is None:
                going = False
            chunks = [chunk for chunk in group if chunk is not None]
            if chunks and not self._failed:
                self._land(chunks)
        self._syncer.stop()
        with suppress(OSError):  # all that was promised has been synced
            self._disk.close(self._descriptor)

    def _next_group(self) -> list[Chunk | None]:
        group = [self._queue.get()]
        while group[-1] is not None:
            try:
                group.append(self._queue.get_nowait())
            except Empty:
                break
        return group

    def _land(self, chunks: list[Chunk]) -> None:
        try:
            self._write(chunks)
        except OSError as error:
            self._tell(Landed(error=failure(error, self._path())))
        except Exception as error:  # noqa: BLE001 -- a fault of ours must not leave waiters hanging
            self._tell(Landed(error=DiskFailed(f"writing {self._path()} failed: {error!r}")))

    def _tell(self, landed: Landed) -> None:
        """Pass on the news of this thread, or of the syncer's."""
        if landed.error is not None:
            self._failed = True
        self._report(landed)

    def _write(self, chunks: list[Chunk]) -> None:
        # Each settled line begins a group of its own, even behind another.
        for (segment, settled), group in groupby(
            chunks, lambda c: (c.segment, c.settled and c.seq)
        ):
            if settled and not self._settle():
                return
            if segment != self._segment:
                self._rotate(segment)
            lines = list(group)
            data = b"".join(chunk.data for chunk in lines)
            write_all(self._disk, self._descriptor, data, self._reserve.find)
            self._written = lines[-1].seq
        self._tell(Landed(written=self._written))
        if any(chunk.sync for chunk in chunks):
            self._wish()

    def _settle(self) -> bool:
        """Wait until all that is written is durable; tell whether it is."""
        self._wish()
        self._syncer.settle()
        return not self._failed

    def _wish(self) -> None:
        self._syncer.wish(Wish(self._written, self._descriptor, self._path()))

    def _rotate(self, segment: int) -> None:
        """Go on in a new file; the old one is durable, so a reader may call it sealed."""
        sealed, path = self._descriptor, self._folder / segment_name(segment)
        self._descriptor = self._reserve.spend(lambda: self._disk.create(path), self._reserve.find)
        self._segment = segment
        with suppress(OSError):
            self._disk.close(sealed)
        sync_names(self._disk, self._folder)

    def _path(self) -> Path:
        return self._folder / segment_name(self._segment)
