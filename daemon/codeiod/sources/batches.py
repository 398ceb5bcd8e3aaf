"""Drive a blocking generator from the event loop, a batch at a time in a worker thread.

May import anyio and ``items``. One hop to a thread serves a whole batch, so that many small files
cost few; no more than a batch is read ahead.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable, Generator
from functools import partial
from time import monotonic
from typing import TypeVar

import anyio
from anyio import to_thread

from codeiod.items import Entry

T = TypeVar("T")

BATCH_COUNT = 256
BATCH_CHARACTERS = 4 << 20
BATCH_SECONDS = 0.1
"""A batch ends after this at the latest, so that a cancelled reader is not waited for long."""
CLOSE_SECONDS = 10


async def batches(things: Generator[T | None]) -> AsyncGenerator[list[T]]:
    """Yield what ``things`` yields, in lists; None is nothing, but gives a batch time to end.

    Close it (``contextlib.aclosing``): that closes ``things``, with its files and processes.
    """
    take: Callable[[], tuple[list[T], bool]] = partial(_next_batch, things)
    more = True
    try:
        while more:
            batch, more = await to_thread.run_sync(take)
            if batch:
                yield batch
    finally:
        with anyio.move_on_after(CLOSE_SECONDS, shield=True):
            await to_thread.run_sync(things.close, abandon_on_cancel=True)


def _next_batch(things: Generator[T | None]) -> tuple[list[T], bool]:
    batch: list[T] = []
    characters = 0
    end = monotonic() + BATCH_SECONDS
    for thing in things:
        if thing is not None:
            batch.append(thing)
            characters += len(thing.content) if isinstance(thing, Entry) else 0
        if len(batch) == BATCH_COUNT or characters >= BATCH_CHARACTERS or monotonic() >= end:
            return batch, True
    return batch, False
