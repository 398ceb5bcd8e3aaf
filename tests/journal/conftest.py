"""Builders of records and small journals for the tests of the journal."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from anyio.from_thread import start_blocking_portal

from codeiod.items import Answer, Origin, Usage, item_id_of
from codeiod.journal.disk import OsDisk
from codeiod.journal.folder import JOURNAL, list_segments
from codeiod.journal.journal import Journal
from codeiod.journal.keeper import Keeping
from codeiod.journal.records import FINISHED, Admit, Commit, Done, End, RecipeSet
from codeiod.journal.sealing import seal
from codeiod.journal.steps import Ledger, Steps
from codeiod.journal.tally import Tally


def admit_record(content: str, path: str = "") -> Admit:
    origin = Origin("src", path or f"{content}.py", 0, len(content), 1, 2)
    return Admit(item_id_of(content.encode()), "r1", origin, {"path": content}, content, "now")


async def write_journal(directory: Path, segment_bytes: int) -> None:
    """Three items: one done, one with a paid step, one fresh."""
    keeping = Keeping(compress=False)  # so that it depends on no thread what is compressed
    async with Journal.open(directory, segment_bytes=segment_bytes, keeping=keeping) as journal:
        journal.append(RecipeSet("r1", {"unify": {"attempts": 2}}))
        for content in ("one", "two", "three"):
            journal.append(admit_record(content))
        for content in ("one", "two"):
            steps = Steps(journal, item_id_of(content.encode()), 0)

            async def ask(ledger: Ledger) -> Answer:
                await ledger.intent("request", 10, 0.5, "USD")
                return Answer("text", usage=Usage(1, 2, 3), cost=0.25, currency="USD")

            await steps.pay("unify/1", ask, of="prompt")
        done = Done(item_id_of(b"one"), 0, FINISHED)
        ends = {"samples": End(0, 100, 7)}
        await journal.append_durable(Commit((done,), ends, Tally()))


@pytest.fixture
def admit() -> Callable[..., Admit]:
    """Make the record of an item from its content."""
    return admit_record


@pytest.fixture
def make_journal() -> Callable[..., None]:
    """Write a small journal with segments of a size, and close it; compress them if wanted."""

    def make(directory: Path, segment_bytes: int = 1 << 20, *, compress: bool = False) -> None:
        # In a thread: pytest-asyncio minds when another loop comes and goes in its own.
        with start_blocking_portal() as portal:
            portal.call(write_journal, directory, segment_bytes)
        if compress:
            disk, folder = OsDisk(), directory / JOURNAL
            *sealed, _ = sorted(list_segments(disk, folder).plain)
            for number in sealed:
                seal(disk, folder, number)

    return make
