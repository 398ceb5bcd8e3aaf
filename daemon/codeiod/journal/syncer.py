"""The thread that makes the journal durable while the writer goes on writing.

May import errors and ``disk``. Wishes that come while a sync is under way are all met by the next
one. A failed sync is final: no wish is taken after it.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from threading import Condition, Thread
from time import perf_counter
from typing import NamedTuple

from codeiod.errors import CodeiodError, DiskFailed
from codeiod.journal.disk import Disk, failure, sync_once


class Landed(NamedTuple):
    """News of the disk: written up to one record, durable up to another, or failed."""

    written: int = 0
    synced: int = 0
    error: CodeiodError | None = None
    sync_seconds: float = 0.0
    """How long the sync took, where it tells of one."""


class Wish(NamedTuple):
    """That a file be durable, which is written up to a record."""

    seq: int
    descriptor: int
    path: Path


class Syncer:
    """Sync what the writer wishes for, the latest wish for all before it."""

    def __init__(self, disk: Disk, report: Callable[[Landed], None]) -> None:
        self._disk = disk
        self._report = report
        # Guards the two below, which both threads change.
        self._changed = Condition()
        self._wish: Wish | None = None
        """The latest that is not met yet."""
        self._over = False
        self._thread = Thread(target=self._run, name="journal-sync", daemon=True)

    def start(self) -> None:
        """Begin to sync."""
        self._thread.start()

    def wish(self, wish: Wish) -> None:
        """Put a wish in the place of the one before; never waits."""
        with self._changed:
            if not self._over:
                self._wish = wish
                self._changed.notify_all()

    def settle(self) -> None:
        """Wait until every wish is met, or none will be."""
        with self._changed:
            self._changed.wait_for(lambda: self._wish is None)

    def stop(self) -> None:
        """Meet the last wish and end."""
        with self._changed:
            self._over = True
            self._changed.notify_all()
        self._thread.join()

    def _run(self) -> None:
        while (wish := self._next()) is not None:
            landed = self._meet(wish)
            self._report(landed)  # first: who settles must know of a failure
            with self._changed:
                self._over = self._over or landed.error is not None
                if self._wish is wish or landed.error is not None:
                    self._wish = None
                self._changed.notify_all()

    def _next(self) -> Wish | None:
        with self._changed:
            self._changed.wait_for(lambda: self._wish is not None or self._over)
            return self._wish

    def _meet(self, wish: Wish) -> Landed:
        began = perf_counter()
        try:
            sync_once(self._disk, wish.descriptor)
        except OSError as error:
            return Landed(error=failure(error, wish.path))
        except Exception as error:  # noqa: BLE001 -- a fault of ours must not leave waiters hanging
            return Landed(error=DiskFailed(f"syncing {wish.path} failed: {error!r}"))
        return Landed(synced=wish.seq, sync_seconds=perf_counter() - began)
