"""Hand things from those who find them to the one who takes them, one at a time.

May import anyio. Who puts a thing there goes on only once it was dealt with: so what is looked at
next is looked at with the knowledge of it.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator
from typing import Generic, TypeVar

import anyio

T = TypeVar("T")


class Handover(Generic[T]):
    """A place for one thing. Any number may put, in turn; one takes."""

    def __init__(self) -> None:
        self._turn = anyio.Lock()  # whose thing lies there
        self._thing: list[T] = []
        self._there = anyio.Event()
        self._dealt_with = anyio.Event()

    async def put(self, thing: T) -> None:
        """Put a thing there, and wait until whoever takes it asks for the next one."""
        async with self._turn:
            self._dealt_with = anyio.Event()
            self._thing.append(thing)
            self._there.set()
            try:
                await self._dealt_with.wait()
            finally:
                self._thing.clear()

    async def take(self) -> AsyncGenerator[T]:
        """Yield what is put there, for ever."""
        while True:
            await self._there.wait()
            self._there = anyio.Event()
            if self._thing:  # else who put it there was cancelled
                dealt_with = self._dealt_with
                try:
                    yield self._thing.pop()
                finally:
                    dealt_with.set()
