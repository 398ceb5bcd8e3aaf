"""Wake all who wait for a change, without polling.

May import anyio.
"""

from __future__ import annotations

import anyio


class Notice:
    """A change that tasks wait for; each wait ends with the next notice."""

    def __init__(self) -> None:
        self._event: anyio.Event | None = None

    def give(self) -> None:
        """Wake everyone who waits now; nearly free where no one does."""
        if self._event is not None:
            self._event.set()
            self._event = None

    async def wait(self) -> None:
        """Wait for the next notice."""
        if self._event is None:
            self._event = anyio.Event()
        await self._event.wait()
