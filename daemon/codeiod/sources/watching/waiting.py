"""Files that were not complete when they were looked at, and when to look again.

May import ``judging`` and ``sources.places``. Bounded: what finds no place is met again at the next
look through its folder.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from heapq import heappop, heappush

from codeiod.sources.places import Found
from codeiod.sources.watching.judging import Candidate, Shape, Unsettled

MOST_FILES = 20_000
LONGEST_SECONDS = 60.0
"""How long the next look at a file is put off at the most, however long it has been written."""


@dataclass(frozen=True, slots=True)
class _Kept:
    found: Found
    shape: Shape
    since: float
    first: float
    due: float


class Waiting:
    """What is waited for. Times are those of ``time.monotonic``."""

    def __init__(self, settle_seconds: float) -> None:
        self._settle_seconds = settle_seconds
        self._files: dict[str, _Kept] = {}
        self._queue: list[tuple[float, str]] = []
        self.overflowed = False
        """Whether a file found no place since this was last set to False."""

    def __len__(self) -> int:
        return len(self._files)

    def put(self, one: Unsettled) -> None:
        """Look at a file again once it can have stood still, later the longer that has lasted."""
        now = time.monotonic()
        path = one.found.origin.path
        kept = self._files.get(path)
        if kept is None and len(self._files) >= MOST_FILES:
            self.overflowed = True
            return
        first = kept.first if kept else now
        since = kept.since if kept and kept.shape == one.shape else now
        due = since + self._settle_seconds
        if due <= now:  # it stands still, and someone has it open for writing
            due = now + min(max(self._settle_seconds, now - first), LONGEST_SECONDS)
        self._files[path] = _Kept(one.found, one.shape, since, first, due)
        if kept is None or kept.due != due:
            heappush(self._queue, (due, path))

    def drop(self, path: str) -> None:
        """Wait no more for a file, told by its origin's path: it was taken, or it is gone."""
        self._files.pop(path, None)

    def candidate(self, found: Found, *, moved: bool = False) -> Candidate:
        """Make a candidate of a file, with what is remembered of it."""
        if (kept := self._files.get(found.origin.path)) is None:
            return Candidate(found, moved)
        return Candidate(found, moved, kept.shape, kept.since)

    def below(self, root: str) -> int:
        """Count the files that are waited for below a folder."""
        return sum(kept.found.file.startswith(f"{root}/") for kept in self._files.values())

    def due_in(self) -> float:
        """Return after how many seconds a file is to be looked at; infinity where there is none."""
        while self._queue and not self._is_current(*self._queue[0]):
            heappop(self._queue)
        return max(self._queue[0][0] - time.monotonic(), 0.0) if self._queue else float("inf")

    def take_due(self, most: int) -> list[Candidate]:
        """Return files that are to be looked at now; they stay until ``drop`` or ``put``."""
        found: list[Candidate] = []
        while len(found) < most and self.due_in() <= 0:
            _, path = heappop(self._queue)
            found.append(self.candidate(self._files[path].found))
        return found

    def _is_current(self, due: float, path: str) -> bool:
        kept = self._files.get(path)
        return kept is not None and kept.due == due
