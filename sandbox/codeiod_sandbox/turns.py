"""How many programs run at a time: a semaphore whose size can change while it is held.

Imports anyio.
"""

from types import TracebackType

import anyio


class Turns:
    """So many turns; a smaller number waits for those that are taken to end."""

    def __init__(self, size: int) -> None:
        self.size = size
        self._free = anyio.Semaphore(size, fast_acquire=True)
        self._owed = 0
        """Turns that are taken and not to be given back."""

    def resize(self, size: int) -> None:
        """Have so many from now on; who has a turn keeps it."""
        more, self.size = size - self.size, size
        for _ in range(more):
            self._give()
        self._owed += max(0, -more)
        while self._owed and self._free.value:
            self._free.acquire_nowait()
            self._owed -= 1

    async def __aenter__(self) -> None:
        await self._free.acquire()

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._give()

    def _give(self) -> None:
        if self._owed:
            self._owed -= 1
        else:
            self._free.release()
