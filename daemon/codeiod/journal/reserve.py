"""Room that is set aside on the disk, so that what is paid for lands when all other room is gone.

May import errors, ``disk`` and ``folder``. A file that is nothing but room; where a write finds
none, it is cut shorter, a piece at a time, as others on a full disk take what they find. Blocking,
and shared by the threads of writer and reports.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from threading import Event, Lock
from typing import TypeVar

from codeiod.errors import DiskFull
from codeiod.journal.disk import FULL, Disk
from codeiod.journal.folder import RESERVE

PIECE_BYTES = 1 << 20
"""What is given at least; a small reserve gives an eighth of itself."""
LOOK_SECONDS = 0.5
"""How often the disk is tried again once all is given: the system gives no event of room."""

T = TypeVar("T")


class Reserve:
    """The reserve of a journal."""

    lacking: Callable[[], None]
    """Called, in any thread, when a write has found no room."""
    patient: bool
    """Whether a write waits for room once all is given: in a daemon that someone looks after."""

    def __init__(self, disk: Disk, folder: Path, size_bytes: int) -> None:
        self._disk = disk
        self._path = folder / RESERVE
        self._size = size_bytes
        self._piece = min(PIECE_BYTES, max(1, size_bytes // 8))
        # Guards the file and what is known of it.
        self._busy = Lock()
        self._left = 0
        self._hurried = Event()
        self.lacking = lambda: None
        self.patient = False

    @property
    def enough_bytes(self) -> int:
        """What must be free for work to go on after a full disk, with what is set aside."""
        return self._size + max(self._size, PIECE_BYTES)

    def fill(self) -> None:
        """Set all of it aside.

        :raises DiskFull: there is no room for it; what there was of it stays.
        :raises OSError: the disk failed.
        """
        with self._busy:
            there = self._disk.size(self._path)
            if self._size == 0:
                self._remove(there)
                return
            try:
                self._resize(there)
            except OSError as error:
                self._shrink_to(min(there or 0, self._size))
                if error.errno not in FULL:
                    raise
                raise DiskFull(
                    f"no room for a reserve of {self._size:,} bytes at {self._path}: make room, or"
                    " lower journal.reserve_bytes, then run again to go on"
                ) from error
            self._left = self._size

    def refill(self) -> None:
        """Set all of it aside again, if as much is free beside it.

        :raises: as ``fill``.
        """
        self.fill()
        free, enough = self._disk.free(self._path.parent), self.enough_bytes - self._size
        if free < enough:
            raise DiskFull(f"{free:,} bytes are free at {self._path.parent}, and not {enough:,}")

    def give(self, wanted: int) -> bool:
        """Give up some of it for bytes that found no room; tell whether there was any left."""
        self.lacking()
        with self._busy:
            if self._left == 0:
                return False
            left = max(0, self._left - max(wanted, self._piece))
            return self._shrink_to(left)

    def find(self, wanted: int) -> bool:
        """Give, or where others on the disk took all that was given, wait for room a while.

        Tell whether to try once more; without ``patient`` no one waits.
        """
        if self.give(wanted):
            return True
        return self.patient and not self._hurried.wait(LOOK_SECONDS)

    def hurry(self) -> None:
        """Let no one wait from now on: it is about to end."""
        self._hurried.set()

    def spend(self, act: Callable[[], T], more: Callable[[int], bool] | None = None) -> T:
        """Do what needs a little room, and where there is none, ask for more: ``give``, or another.

        :raises OSError: there is none left; or another failure.
        """
        more = more or self.give
        while True:
            try:
                return act()
            except OSError as error:
                if error.errno not in FULL or not more(self._piece):
                    raise

    def drop(self) -> None:
        """Give all of it back: nothing more is to be written."""
        with self._busy, suppress(OSError):
            self._remove(self._disk.size(self._path))

    def _resize(self, there: int | None) -> None:
        path = self._path
        descriptor = self._disk.create(path) if there is None else self._disk.open_append(path)
        try:
            if there is not None and there > self._size:
                self._disk.truncate(descriptor, self._size)
            self._disk.allocate(descriptor, self._size)
        finally:
            self._disk.close(descriptor)

    def _shrink_to(self, length: int) -> bool:
        """Cut the file to a length; tell whether that could be done."""
        self._left = length
        with suppress(OSError):
            descriptor = self._disk.open_append(self._path)
            try:
                self._disk.truncate(descriptor, length)
            finally:
                self._disk.close(descriptor)
            return True
        return False

    def _remove(self, there: int | None) -> None:
        self._left = 0
        if there is not None:
            self._disk.remove(self._path)
