"""Whether the disk has room for more work, as the event loop sees it.

May import ``reserve`` and errors. Where a write finds no room, no new paid request leaves until
there is room for the whole reserve again; what is in flight lands on the reserve meanwhile.
"""

from __future__ import annotations

import asyncio
from contextlib import suppress

import anyio
from anyio import to_thread

from codeiod.errors import DiskFull
from codeiod.journal.reserve import Reserve


class Room:
    """Room on a journal's disk. Not thread-safe, as the journal: it belongs to one event loop."""

    def __init__(self, reserve: Reserve) -> None:
        self.reserve = reserve
        self._loop = asyncio.get_running_loop()
        self._lost = anyio.Event()
        self._there = anyio.Event()
        self._there.set()
        reserve.lacking = self._tell

    @property
    def low(self) -> bool:
        """Whether a write has found no room, and there has not been enough since."""
        return self._lost.is_set()

    def lose(self) -> None:
        """Take note that a write has found no room."""
        if not self.low:
            self._there = anyio.Event()
            self._lost.set()

    async def lost(self) -> None:
        """Wait until a write has found no room."""
        await self._lost.wait()

    async def there(self) -> None:
        """Wait until there is room for more work."""
        while self.low:
            await self._there.wait()

    async def regain(self) -> None:
        """Set the whole reserve aside again, where there is room for it and for more.

        :raises OSError: the disk failed.
        """
        with suppress(DiskFull):
            await to_thread.run_sync(self.reserve.refill)
            self._lost = anyio.Event()
            self._there.set()

    def _tell(self) -> None:
        with suppress(RuntimeError):  # the loop is gone: there is no one left to tell
            self._loop.call_soon_threadsafe(self.lose)
