"""Let files go that were taken in: moved or deleted, once the journal is on disk.

May import ``items`` and the other modules of ``sources``.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from contextlib import suppress
from functools import partial
from typing import Final

import anyio
import structlog
from anyio import to_thread
from anyio.streams.memory import MemoryObjectSendStream

from codeiod.items import Origin
from codeiod.sources.places import Found
from codeiod.sources.watching.folder import WatchedFolder
from codeiod.sources.watching.leaving import Leaving, put_away

AT_ONCE: Final = 1024

log = structlog.get_logger()


class Departing:
    """Files on their way out. Without effect where taken files are kept."""

    def __init__(self, taken: str, durable: Callable[[], Awaitable[None]]) -> None:
        """Let nothing go yet.

        :param taken: the setting: ``keep``, ``move`` or ``delete``.
        :param durable: returns once all that was taken in is on disk.
        """
        self.wanted = taken != "keep"
        """Whether files go at all."""
        self._delete = taken == "delete"
        self._durable = durable
        self._announced: dict[str, Leaving] = {}
        """What is handed out, by the paths of their origins."""
        self._queue: MemoryObjectSendStream[Leaving] | None = None

    def announce(self, found: Found, origin: Origin, folder: WatchedFolder) -> None:
        """Take note of a file that is handed out: it may go once ``taken`` names it."""
        if self.wanted:
            self._announced[origin.path] = _leaving(found, origin, folder)

    async def taken(self, path: str) -> None:
        """Let go what was announced under the path of its origin."""
        if leaving := self._announced.pop(path, None):
            await self._put(leaving)

    def stays(self, path: str) -> None:
        """Forget what was announced under the path of its origin: it is broken."""
        self._announced.pop(path, None)

    async def let_go(self, found: Found, folder: WatchedFolder) -> None:
        """Let go what the journal has had since an earlier look, or an earlier life."""
        if self.wanted:
            await self._put(_leaving(found, found.origin, folder))

    async def run(self) -> None:
        """Move or delete, until cancelled.

        :raises CodeiodError: what ``durable`` raises.
        """
        self._queue, queued = anyio.create_memory_object_stream[Leaving](AT_ONCE)
        with self._queue, queued:
            told = ""
            async for first in queued:
                waiting = queued.statistics().current_buffer_used
                files = [first, *(queued.receive_nowait() for _ in range(waiting))]
                await self._durable()
                why = await to_thread.run_sync(partial(put_away, files, delete=self._delete))
                if why not in ("", told):
                    told = why
                    log.warning("watch.stays", why=why, advice="it is taken in all the same")

    async def _put(self, leaving: Leaving) -> None:
        """Put a file in line; where nobody sees to the line any more, the next life will."""
        if self._queue is not None:
            with suppress(anyio.BrokenResourceError, anyio.ClosedResourceError):
                await self._queue.send(leaving)


def _leaving(found: Found, origin: Origin, folder: WatchedFolder) -> Leaving:
    return Leaving(found.file, folder.root, folder.done, origin)
