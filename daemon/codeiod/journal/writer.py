"""The one thread that writes the journal: group commit over the descriptor that it alone owns.

May import errors, ``disk`` and ``folder``. It takes all that is queued, writes it at once, syncs
once if someone waits for it, and wakes the event loop once. A failure is final: nothing is
written, synced or promised after it.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from itertools import groupby
from pathlib import Path
from queue import Empty, SimpleQueue
from threading import Thread
from typing import NamedTuple

from codeiod.errors import CodeiodError, DiskFailed
from codeiod.journal.disk import Disk, failure, sync_once, write_all
from codeiod.journal.folder import segment_name


class Chunk(NamedTuple):
    """A line to write; or, with no data, only a wish that all before it be durable."""

    seq: int
    segment: int
    data: bytes
    sync: bool


class Landed(NamedTuple):
    """What a group came to: written up to one number, durable up to another."""

    written: int
    synced: int
    error: CodeiodError | None = None


class Writer:
    """Write what is put, in order, and tell how far it has come."""

    def __init__(
        self,
        disk: Disk,
        folder: Path,
        segment: int,
        descriptor: int,
        report: Callable[[Landed], None],
    ) -> None:
        self._disk = disk
        self._folder = folder
        self._segment = segment
        self._descriptor = descriptor
        self._report = report
        self._queue: SimpleQueue[Chunk | None] = SimpleQueue()
        self._landed = Landed(0, 0)
        # A daemon thread: a disk that never answers must not keep the process from ending.
        self._thread = Thread(target=self._run, name="journal", daemon=True)

    def start(self) -> None:
        """Begin to write."""
        self._thread.start()

    def put(self, chunk: Chunk) -> None:
        """Queue a chunk; never waits."""
        self._queue.put(chunk)

    def stop(self, timeout_seconds: float) -> bool:
        """Write what is queued and end; tell whether that took no longer than allowed."""
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
            if chunks and self._landed.error is None:
                self._land(chunks)
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
            self._fail(failure(error, self._path()))
        except Exception as error:  # noqa: BLE001 -- a fault of ours must not leave waiters hanging
            self._fail(DiskFailed(f"writing {self._path()} failed: {error!r}"))
        self._report(self._landed)

    def _fail(self, error: CodeiodError) -> None:
        self._landed = self._landed._replace(error=error)

    def _write(self, chunks: list[Chunk]) -> None:
        for segment, group in groupby(chunks, key=lambda chunk: chunk.segment):
            if segment != self._segment:
                self._sync()
                self._rotate(segment)
            lines = list(group)
            write_all(self._disk, self._descriptor, b"".join(chunk.data for chunk in lines))
            self._landed = self._landed._replace(written=lines[-1].seq)
        if any(chunk.sync for chunk in chunks):
            self._sync()

    def _sync(self) -> None:
        sync_once(self._disk, self._descriptor)
        self._landed = self._landed._replace(synced=self._landed.written)

    def _rotate(self, segment: int) -> None:
        """Go on in a new file; the old one is durable, so a reader may call it sealed."""
        sealed, path = self._descriptor, self._folder / segment_name(segment)
        self._descriptor, self._segment = self._disk.create(path), segment
        with suppress(OSError):
            self._disk.close(sealed)
        self._disk.sync_folder(self._folder)

    def _path(self) -> Path:
        return self._folder / segment_name(self._segment)
