"""Hand things from those who find them to the one who takes them, a batch at a time.

May import anyio. Who puts things there goes on only once they were dealt with: so what is looked at
next is looked at with the knowledge of them.
"""

from __future__ import annotations

from collections import deque
from collections.abc import AsyncGenerator, Sequence
from typing import Generic, TypeVar

import anyio
from anyio.lowlevel import checkpoint

T = TypeVar("T")


CHECKPOINT = 16
"""After so many things the loop gets to do something else."""


class Handover(Generic[T]):
    """A place for some things. Any number may put, in turn; one takes."""

    def __init__(self) -> None:
        self._turn = anyio.Lock()  # whose things lie there
        self._things: deque[T] = deque()
        self._there = anyio.Event()
        self._dealt_with = anyio.Event()

    async def put(self, things: Sequence[T]) -> None:
        """Put things there, and wait until whoever takes them asks for the one after the last."""
        async with self._turn:
            self._dealt_with = anyio.Event()
            self._things.extend(things)
            self._there.set()
            try:
                await self._dealt_with.wait()
            finally:
                self._things.clear()

    async def take(self) -> AsyncGenerator[T]:
        """Yield what is put there, for ever."""
        taken = 0
        while True:
            while self._things:
                yield self._things.popleft()
                taken += 1
                if taken % CHECKPOINT == 0:
                    await checkpoint()
            self._dealt_with.set()
            self._there = anyio.Event()
            await self._there.wait()
