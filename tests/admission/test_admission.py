"""Promises of admission: every entry is in the journal once, as what it is."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest

from codeiod.admission import END, Admission, Mark
from codeiod.admission import admission as module
from codeiod.items import Entry, Fault, Origin, Reason, item_id_of
from codeiod.journal.journal import Journal
from codeiod.journal.records import Commit, Done

# looptime asks for a loop even in plain tests; without this asyncio makes one that nobody closes.
asyncio.set_event_loop(None)

RECIPE = "7e" * 16


def entry(content: str, path: str = "/s/a.py", offset: int = 0, size: int = 1) -> Entry:
    origin = Origin("s", path, offset, size=size, mtime_ns=2, inode=3)
    return Entry(item_id_of(content.encode()), origin, content, {"language": "Python"})


@pytest.fixture
async def journal(tmp_path: Path) -> AsyncIterator[Journal]:
    async with Journal.open(tmp_path / "out") as opened:
        yield opened


@pytest.fixture
def admission(journal: Journal) -> Admission:
    return Admission(journal, RECIPE)


def counts(journal: Journal) -> tuple[int, int, int]:
    state = journal.state
    return state.entries, state.items, state.duplicates


async def test_a_new_item_is_journalled_whole(journal: Journal, admission: Admission) -> None:
    """From the record alone the item can be made again: content, metadata, origin, recipe."""
    new = entry("x = 1\n")
    assert await admission.take(new) == new.item_id
    item, fault = await journal.load_item(new.item_id)
    assert (item.content, item.meta, item.origin) == (new.content, new.meta, new.origin)
    assert (item.recipe, item.epoch, fault) == (RECIPE, 0, None)


async def test_what_cannot_be_taken_is_an_item_too(journal: Journal, admission: Admission) -> None:
    """A fault is kept with its item, to be rejected at admission."""
    bad = replace(entry(""), fault=Fault(Reason.EMPTY, "no bytes"))
    assert await admission.take(bad) == bad.item_id
    assert (await journal.load_item(bad.item_id))[1] == bad.fault


async def test_known_content_elsewhere_is_a_duplicate(
    journal: Journal, admission: Admission
) -> None:
    """A new place of known content counts as an entry, not as an item."""
    assert await admission.take(entry("x")) is not None
    assert await admission.take(entry("x", "/s/b.py")) is None
    assert await admission.take(entry("x", "/s/c.jsonl", 7)) is None
    assert await admission.take(entry("x", "/s/c.jsonl", 8)) is None
    assert counts(journal) == (4, 1, 3)


async def test_the_same_place_again_is_nothing(journal: Journal, admission: Admission) -> None:
    """Meeting an entry or a duplicate again, even when the file was touched, changes nothing."""
    for again in range(3):
        await admission.take(entry("x", size=again))
        await admission.take(entry("x", "/s/b.py", size=again))
    assert counts(journal) == (2, 1, 1)


async def test_changed_content_is_a_new_item(journal: Journal, admission: Admission) -> None:
    """A file that holds something else now is a new item at the old place."""
    assert await admission.take(entry("x")) is not None
    assert await admission.take(entry("y")) is not None
    assert counts(journal) == (2, 2, 0)


@pytest.mark.parametrize("outcome", ["finished", Reason.UNPARSABLE])
async def test_done_items_are_known(journal: Journal, admission: Admission, outcome: str) -> None:
    """Content is a duplicate whatever became of it."""
    done = entry("x")
    await admission.take(done)
    await journal.append_durable(Commit((Done(done.item_id, 0, outcome),), {}, journal.state.tally))
    assert await admission.take(entry("x", "/s/b.py")) is None
    assert await admission.take(done) is None
    assert counts(journal) == (2, 1, 1)


async def test_the_limit_counts_new_items_alone(journal: Journal) -> None:
    """Duplicates, places met again and marks don't use up what a run may take."""
    admission = Admission(journal, RECIPE, limit=2)
    await admission.take(entry("x"))
    await admission.take(entry("x", "/s/b.py"))
    await admission.take(entry("x"))
    await admission.take(Mark(Origin("s", "/s/c.jsonl"), 200))
    assert not admission.full
    await admission.take(entry("y", "/s/c.py"))
    assert admission.full
    assert admission.admitted == 2
    assert Admission(journal, RECIPE, limit=0).full
    assert not Admission(journal, RECIPE).full


async def test_what_is_known_outlives_a_restart(tmp_path: Path) -> None:
    """Seen files and positions come back from disk, and hold for unchanged files alone."""
    plain, rows = entry("x"), Origin("s", "/s/c.jsonl", 0, 10, 11, 12)
    async with Journal.open(tmp_path / "out") as journal:
        admission = Admission(journal, RECIPE)
        await admission.take(plain)
        await admission.take(entry("y", "/s/d.jsonl", offset=3))
        await admission.take(Mark(rows, 200))
        await admission.take(Mark(rows, 400))
        await admission.take(Mark(replace(rows, path="/s/e.jsonl"), END))
    async with Journal.open(tmp_path / "out") as journal:
        admission = Admission(journal, RECIPE)
        assert admission.seen(plain.origin)
        assert not admission.seen(replace(plain.origin, mtime_ns=99))
        assert not admission.seen(replace(plain.origin, path="/s/d.jsonl"))
        assert admission.position(rows) == 400
        assert admission.position(replace(rows, size=11)) == 0
        assert admission.position(replace(rows, path="/s/e.jsonl")) == END
        assert admission.position(replace(rows, path="/s/f.jsonl")) == 0


async def test_what_is_on_its_way_to_disk_is_bounded(
    journal: Journal, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Much content waits for the disk now and then, little never does."""
    flushes = 0
    flush = journal.flush

    async def counted() -> None:
        nonlocal flushes
        flushes += 1
        await flush()

    monkeypatch.setattr(journal, "flush", counted)
    monkeypatch.setattr(module, "UNSYNCED_BYTES", 100_000)
    admission = Admission(journal, RECIPE)
    for number in range(10):
        await admission.take(entry(f"{number}", f"/s/{number}.py"))
    assert flushes == 0
    for number in range(10):
        await admission.take(entry(f"{number}".ljust(50_000), f"/s/b{number}.py"))
    assert flushes == 5
