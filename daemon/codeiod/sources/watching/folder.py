"""One watched folder: how it is looked through, how often, and how things stand with it.

May import ``items``, ``reports.affairs`` and the other modules of ``sources``. ``scan`` and
``locate`` belong in a worker thread.
"""

from __future__ import annotations

import errno
import os
import stat
import time
from collections.abc import Generator, Iterable
from pathlib import Path

import structlog

from codeiod.items import Entry
from codeiod.reports.affairs import WatchAffairs
from codeiod.sources.places import Found, printable, reason_of
from codeiod.sources.walk import Folder, identity
from codeiod.sources.watching.hearing import Hearing

DONE = "done"
"""The folder below a watched one where files are moved once they are taken."""

LOST_SHARE = 0.25
"""How much of the time looking may take where it is known that there is more to be found."""
BUSY_SHARE = 0.05
"""How much of it while files come, or while changes can't be heard."""
QUIET_SHARE = 0.0025
"""How much of it otherwise."""
LONGEST_SECONDS = 3600.0

log = structlog.get_logger()


class WatchedFolder:
    """A folder as the operator named it; it may vanish, and come back as another one."""

    def __init__(self, name: str, directory: Path, hearing: Hearing, rescan_seconds: float) -> None:
        """Look at nothing yet.

        :param directory: the output directory.
        :param rescan_seconds: how often it is looked through, at the shortest.
        """
        self.name = name
        self.source = printable(name)
        self.root = ""
        """The real path, as of the last look."""
        self.taken = 0
        self.due = 0.0
        """When to look through it again, by ``time.monotonic``."""
        self._directory = directory
        self._hearing = hearing
        self._rescan_seconds = rescan_seconds
        self._why = ""
        self._trouble = ""
        self._there = True
        self._seconds = 0.0
        self._scanned = 0.0
        self._scanned_at = 0.0

    @property
    def done(self) -> str:
        """Where files are moved once they are taken."""
        return f"{self.root}/{DONE}"

    def holds(self, path: str) -> bool:
        """Tell whether a path lies in it, and not where taken files are moved."""
        inside = self.root != "" and path.startswith(f"{self.root}/")
        return inside and not f"{path}/".startswith(f"{self.done}/")

    def scan(self, start: str = "") -> Generator[Found | None]:
        """Yield its files, or those of a folder below it.

        What is worth an operator's word is said by ``scanned``, which comes after a whole scan.
        """
        if not start:
            self.root = os.path.realpath(self.name)  # a loop of links is no folder, and no fault
            self._trouble, self._there, self._seconds = "", True, 0.0
        elif identity(Path(start)) == identity(self._directory):
            return
        since = time.perf_counter()
        for one in self._below().files(start):
            self._seconds += time.perf_counter() - since
            yield None if isinstance(one, Entry) else one
            since = time.perf_counter()
        self._seconds += time.perf_counter() - since

    def locate(self, files: Iterable[str]) -> Generator[Found | None]:
        """Yield those of some paths that are files."""
        below = self._below()
        for file in files:
            try:
                status = os.lstat(file)
            except OSError:
                continue
            if stat.S_ISREG(status.st_mode):
                yield below.found(file, status)

    def scanned(self, *, busy: bool) -> None:
        """Take note that a scan has ended, and say what was in its way.

        :param busy: files come, or changes can't be heard.
        """
        if not self._scanned_at:
            log.info("watch.looked", folder=self.source, seconds=round(self._seconds, 3))
        self._scanned, self._scanned_at = time.monotonic(), time.time()
        if self._trouble != self._why:
            self._why = self._trouble
            if self._why:
                log.warning("watch.unreadable", folder=self.source, why=self._why)
            else:
                log.info("watch.readable", folder=self.source)
        self.due = float("inf")
        self.hurry(busy=busy)

    def hurry(self, *, busy: bool) -> None:
        """Look again after a time that grows with what the last look cost, not later."""
        pause = self._seconds / (BUSY_SHARE if busy else QUIET_SHARE)
        pause = min(max(pause, self._rescan_seconds), LONGEST_SECONDS)
        self.due = min(self.due, self._scanned + pause)

    def hurry_for_lost(self) -> None:
        """Look again soon: there is something that was not heard of, or had no place."""
        pause = min(self._seconds / LOST_SHARE, LONGEST_SECONDS)
        self.due = min(self.due, self._scanned + pause)

    def affairs(self, unsettled: int) -> WatchAffairs:
        """Tell how things stand with it."""
        return WatchAffairs(
            folder=self.source,
            there=self._there,
            why=self._why,
            taken=self.taken,
            unsettled=unsettled,
            scan_seconds=self._seconds,
            scanned_at=self._scanned_at,
        )

    def note(self, path: str, error: OSError) -> None:
        """Remember the first thing that could not be listed, unless it has only just gone."""
        if error.errno not in (errno.ENOENT, errno.ENOTDIR) or path == self.root:
            self._trouble = self._trouble or f"{printable(path)}: {reason_of(error)}"
            self._there = self._there and path != self.root

    def _below(self) -> _Below:
        return _Below(self, self._directory, self._hearing)


class _Below(Folder):
    """The files of a watched folder."""

    def __init__(self, folder: WatchedFolder, directory: Path, hearing: Hearing) -> None:
        super().__init__(folder.name, folder.root, identity(directory))
        self._folder = folder
        self._hearing = hearing

    def before_listing(self, folder: str) -> None:
        """Listen before it is listed, so that nothing can come in between."""
        self._hearing.listen(folder)

    def may_enter(self, folder: os.DirEntry[str]) -> bool:
        """Keep out of where taken files are moved."""
        return folder.path != self._folder.done and super().may_enter(folder)

    def unlisted(self, path: str, error: OSError, what: str = "") -> None:
        """Make no item of what can't be listed now."""
        self._folder.note(path, error)
