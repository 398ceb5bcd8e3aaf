"""The thread that looks after sealed segments, so that the event loop never compresses.

May import errors, ``disk``, ``folder``, ``retention`` and ``sealing``. What it does can always be
done later: where the disk fails it, that is logged and the journal goes on.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from functools import partial
from pathlib import Path
from queue import SimpleQueue
from threading import Event, Thread
from typing import NamedTuple, TypeAlias

import structlog

from codeiod.journal.disk import Disk
from codeiod.journal.folder import list_segments
from codeiod.journal.retention import Retention
from codeiod.journal.sealed import BadSeal
from codeiod.journal.sealing import Interrupted, seal, take_away
from codeiod.journal.snapshots import SNAPSHOT_RECORDS

log = structlog.get_logger()

Job: TypeAlias = Callable[[], None]


class Keeping(NamedTuple):
    """How sealed segments are kept, and what makes a start quick."""

    compress: bool = True
    retention: Retention = Retention.KEEP
    snapshot_records: int = SNAPSHOT_RECORDS
    """After how many records a snapshot is taken at the latest."""


class Keeper:
    """Compress and take away segments, in the order in which they are told of."""

    def __init__(self, disk: Disk, folder: Path, keeping: Keeping) -> None:
        self._disk = disk
        self._folder = folder
        self._keeping = keeping
        self._due: deque[tuple[int, Job]] = deque()
        """What may be done once a record is durable, in the order of records."""
        self._jobs: SimpleQueue[Job | None] = SimpleQueue()
        self._over = Event()
        # A daemon thread: a disk that never answers must not keep the process from ending.
        self._thread = Thread(target=self._run, name="journal-keep", daemon=True)

    def start(self, last: int, retired: set[int]) -> None:
        """Begin with what an earlier life has left undone below the last segment."""
        self._jobs.put(partial(self._catch_up, last, frozenset(retired)))
        self._thread.start()

    def seal_after(self, seq: int, segment: int) -> None:
        """Compress a segment once a record of the next one is durable."""
        if self._keeping.compress:
            self.after(seq, partial(self._seal, segment))

    def retire_after(self, seq: int, segments: tuple[int, ...]) -> None:
        """Take segments away once the record that says so is durable."""
        self.after(seq, partial(self._take_away, segments))

    def after(self, seq: int, job: Job) -> None:
        """Do a job once a record is durable; the disk may fail it."""
        self._due.append((seq, job))

    def synced(self, seq: int) -> None:
        """Note that a record is durable; never waits."""
        while self._due and self._due[0][0] <= seq:
            self._jobs.put(self._due.popleft()[1])

    def stop(self, timeout_seconds: float) -> None:
        """Let go of what is not done yet: the next life does it."""
        self._over.set()
        self._jobs.put(None)
        self._thread.join(timeout_seconds)

    def _run(self) -> None:
        while (job := self._jobs.get()) is not None and not self._over.is_set():
            try:
                job()
            except Interrupted:
                return
            except (OSError, BadSeal) as error:
                log.warning("journal.upkeep_failed", folder=str(self._folder), why=str(error))

    def _catch_up(self, last: int, retired: frozenset[int]) -> None:
        listed = list_segments(self._disk, self._folder)
        left = tuple(sorted((listed.plain | listed.compressed) & retired))
        if left and self._keeping.retention is not Retention.KEEP:
            self._take_away(left)
        if self._keeping.compress:
            for number in sorted(listed.plain):
                if number < last:
                    self._jobs.put(partial(self._seal, number))

    def _seal(self, segment: int) -> None:
        seal(self._disk, self._folder, segment, lambda: not self._over.is_set())

    def _take_away(self, segments: tuple[int, ...]) -> None:
        archive = self._keeping.retention is Retention.ARCHIVE
        take_away(self._disk, self._folder, segments, archive=archive)
