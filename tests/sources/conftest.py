"""Fixtures for the sources: a memory of what the journal holds, and reading sources to the end."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable, Iterator
from contextlib import aclosing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from blockbuster import BlockBuster, blockbuster_ctx

from codeiod.admission import Mark
from codeiod.config import ItemsSettings
from codeiod.items import Entry, Origin
from codeiod.sources import entries

# looptime asks for a loop even in plain tests; without this asyncio makes one that nobody closes.
asyncio.set_event_loop(None)


@pytest.fixture(autouse=True)
def blockbuster() -> Iterator[BlockBuster]:
    """A call of ours that blocks the event loop fails the test; tests may prepare files."""
    with blockbuster_ctx("codeiod") as blocker:
        yield blocker


@dataclass
class Remembered:
    """What a journal would hold."""

    files: set[Origin] = field(default_factory=set)
    positions: dict[Origin, int] = field(default_factory=dict)

    def seen(self, origin: Origin) -> bool:
        return origin in self.files

    def position(self, origin: Origin) -> int:
        return self.positions.get(origin, 0)

    def take(self, one: Entry | Mark) -> None:
        if isinstance(one, Mark):
            self.positions[one.origin] = one.position
        else:
            self.files.add(one.origin)


@pytest.fixture
def known() -> Remembered:
    return Remembered()


@pytest.fixture
def stream(known: Remembered, tmp_path: Path) -> Callable[..., AsyncGenerator[Entry | Mark]]:
    """Return the stream of some sources, with settings of ``[items]`` as keywords."""

    def start(*sources: Path | str, **settings: Any) -> AsyncGenerator[Entry | Mark]:
        texts = [str(source) for source in sources]
        return entries(texts, ItemsSettings(**settings), known, tmp_path / "out")

    return start


@pytest.fixture
def read(stream: Callable[..., AsyncGenerator[Entry | Mark]], known: Remembered) -> Any:
    """Read sources to their end; what came is remembered."""

    async def to_the_end(*sources: Path | str, **settings: Any) -> list[Entry | Mark]:
        found = []
        async with aclosing(stream(*sources, **settings)) as started:
            async for one in started:
                known.take(one)
                found.append(one)
        return found

    return to_the_end


@pytest.fixture
def read_entries(read: Any) -> Any:
    """Read the entries of sources, without marks."""

    async def entries_alone(*sources: Path | str, **settings: Any) -> list[Entry]:
        found = await read(*sources, **settings)
        return [one for one in found if isinstance(one, Entry)]

    return entries_alone
