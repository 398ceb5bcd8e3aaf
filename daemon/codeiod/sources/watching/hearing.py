"""Names that came up in watched folders, as the kernel tells them: hints where to look first.

May import ``inotify`` and ``sources.walk``. Bounded: hints that find no place are lost, and whoever
uses them is told to look everywhere.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import NamedTuple

import structlog

from codeiod.sources.walk import is_wanted
from codeiod.sources.watching.inotify import Change, Inotify

MOST_HINTS = 32_768

log = structlog.get_logger()


class Hint(NamedTuple):
    """Something to look at."""

    path: str
    moved: bool
    is_folder: bool


class Hearing:
    """Hints, gathered until they are asked for."""

    def __init__(self, awake: Callable[[], None]) -> None:
        """Gather nothing yet.

        :param awake: called on the loop when there is something new.
        """
        self._awake = awake
        self._hints: dict[str, Hint] = {}
        self._inotify: Inotify | None = None
        self.why_deaf = ""
        """Why not everything can be heard; ``""``: it can."""
        self.lost = False
        """Whether hints were lost since this was last set to False."""

    @contextmanager
    def opened(self) -> Iterator[None]:
        """Have an ear within the block; where the system has none for us, there are no hints."""
        try:
            inotify = self._inotify = Inotify()
        except OSError as error:
            self._be_deaf(error)
            yield
            return
        try:
            yield
        finally:
            self._inotify = None
            inotify.close()

    async def run(self) -> None:
        """Hear until cancelled, within ``opened``."""
        while self._inotify is not None:
            for change in await self._inotify.changes():
                self._note(change)
            if self._hints or self.lost:
                self._awake()

    def listen(self, folder: str) -> None:
        """Hear of a folder from now on; called in the thread that is about to list it."""
        if self._inotify is not None:
            try:
                self._inotify.listen(folder)
            except (FileNotFoundError, NotADirectoryError, PermissionError):
                return  # whoever lists it is told
            except OSError as error:
                self._be_deaf(error)

    def forget(self, root: str) -> None:
        """Hear no more of a folder and all below it."""
        if self._inotify is not None and root:
            self._inotify.forget(root)

    def take(self) -> list[Hint]:
        """Return what has come up since, in the order of coming."""
        hints = list(self._hints.values())
        self._hints.clear()
        return hints

    def _note(self, change: Change) -> None:
        if not change.name:
            self._note_end(change.folder)
            return
        if not (not change.name.startswith(".") if change.is_folder else is_wanted(change.name)):
            return
        self._put(Hint(f"{change.folder}/{change.name}", change.moved, change.is_folder))

    def _note_end(self, folder: str) -> None:
        """Take note that a folder is gone; or, where it has no name, that changes were lost."""
        if folder:
            self._put(Hint(folder, moved=False, is_folder=True))
        else:
            self.lost = True

    def _put(self, hint: Hint) -> None:
        if hint.path not in self._hints and len(self._hints) >= MOST_HINTS:
            self.lost = True
        else:
            self._hints[hint.path] = hint

    def _be_deaf(self, error: OSError) -> None:
        """Say once that changes are found by looking alone."""
        if not self.why_deaf:
            self.why_deaf = error.strerror or str(error)
            log.warning(
                "watch.deaf",
                why=self.why_deaf,
                advice="raise fs.inotify.max_user_watches; folders are looked through more often",
            )
