"""The child of the index is kept alive, and who asks meanwhile is told so."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import anyio
import orjson
import pytest

from codeiod.web.index import Index, child, front
from codeiod.web.index.asks import Ask, FiltersAsk, ItemsAsk, SampleAsk, SamplesAsk
from codeiod.web.index.filling import Filler
from codeiod.web.index.samples import SampleLists
from codeiod.web.index.tables import Tables

SECONDS = 30


@asynccontextmanager
async def running(dataset: Any) -> AsyncIterator[Index]:
    """Keep an index of a dataset going."""
    index = Index(dataset.directory, lambda: dataset.ends)
    task = asyncio.create_task(index.run())
    try:
        yield index
    finally:
        task.cancel()
        await asyncio.wait([task], timeout=SECONDS)


async def found(index: Index, ask: Ask, enough: Callable[[Any], bool] = bool) -> Any:
    """Ask until there is an answer that will do."""
    with anyio.fail_after(SECONDS):
        while True:
            answer = await index.ask(ask)
            if answer.status == 200 and enough(value := orjson.loads(answer.body)):
                return value
            await anyio.sleep(0.02)


def whole(page: Any) -> bool:
    return bool(page["behind"] == 0)


async def in_thread(work: Callable[[], Any]) -> Any:
    return await anyio.to_thread.run_sync(work)


async def test_an_index_follows_what_is_committed(dataset: Any) -> None:
    """What is finished while it is asked is found the next time."""
    await in_thread(lambda: dataset.finish(1))
    async with running(dataset) as index:
        assert (await found(index, SamplesAsk(), whole))["total"] == 3
        await in_thread(lambda: dataset.finish(2))
        assert (await found(index, SamplesAsk(), lambda page: page["total"] == 6))["behind"] == 0
        assert (await found(index, FiltersAsk()))["item_statuses"] == {"finished": 2}
        assert (await index.ask(SampleAsk("0" * 32, SamplesAsk()))).status == 404


async def test_a_child_that_is_killed_comes_back(dataset: Any, monkeypatch: Any) -> None:
    """Asks that it owed are told to ask again; the next child goes on where it was."""
    monkeypatch.setattr(front, "FIRST_WAIT_SECONDS", 0.3)
    await in_thread(lambda: dataset.finish(1))
    async with running(dataset) as index:
        await found(index, SamplesAsk(), whole)
        before = index._process
        assert before is not None
        before.send_signal(signal.SIGSTOP)
        async with asyncio.TaskGroup() as group:
            owed = group.create_task(index.ask(SamplesAsk()))
            await anyio.sleep(0.1)
            os.kill(before.pid, signal.SIGKILL)
        assert owed.result().status == 503
        assert (await found(index, SamplesAsk(), whole))["total"] == 3
        assert index._process is not before


async def test_a_child_that_hangs_is_replaced(dataset: Any, monkeypatch: Any) -> None:
    """Nobody waits for it longer than is said, and it does not stay."""
    monkeypatch.setattr(front, "TELL_SECONDS", 0.1)
    await in_thread(lambda: dataset.finish(1))
    async with running(dataset) as index:
        await found(index, SamplesAsk(), whole)
        before = index._process
        assert before is not None
        monkeypatch.setattr(front, "ANSWER_SECONDS", 0.2)
        monkeypatch.setattr(front, "HUNG_SECONDS", 0.5)
        before.send_signal(signal.SIGSTOP)
        assert (await index.ask(SamplesAsk())).status == 503
        with anyio.fail_after(SECONDS):
            while index._process in (before, None):  # noqa: ASYNC110 -- nothing tells of a start
                await anyio.sleep(0.02)
        # A new one may take long to start, and to answer.
        monkeypatch.setattr(front, "HUNG_SECONDS", SECONDS)
        monkeypatch.setattr(front, "ANSWER_SECONDS", SECONDS)
        await found(index, SamplesAsk(), whole)


@pytest.mark.timeout(SECONDS)
async def test_a_child_that_says_much_in_one_line_is_heard() -> None:
    """A line without an end is taken in parts, and holds nothing up."""
    said = front._Said()
    script = "import sys; sys.stderr.write('x' * 10_000 + '\\nthe end\\n')"
    async with await anyio.open_process([sys.executable, "-c", script]) as process:
        await said.listen(process)
    assert said.last == "the end"


async def test_a_crowd_is_told_to_ask_again(dataset: Any, monkeypatch: Any) -> None:
    """No more asks wait than there are places."""
    monkeypatch.setattr(front, "MOST_ASKS", 4)
    async with running(dataset) as index:
        await found(index, SamplesAsk())
        answers = await asyncio.gather(*(index.ask(ItemsAsk()) for _ in range(50)))
        assert {answer.status for answer in answers} == {200, 503}
        assert sum(answer.status == 200 for answer in answers) >= 4


@pytest.mark.parametrize("how", ["junk in the index", "the index is a folder of others"])
async def test_an_index_that_breaks_costs_the_work_nothing(
    dataset: Any, how: str, monkeypatch: Any
) -> None:
    """It is made anew; where it can't be, queries are refused, and nothing else happens."""
    monkeypatch.setattr(front, "FIRST_WAIT_SECONDS", 0.1)
    await in_thread(lambda: dataset.finish(1))
    path = Path(dataset.directory, "cache", "index.sqlite")

    def spoil() -> None:
        path.parent.mkdir()
        if how.startswith("junk"):
            path.write_bytes(os.urandom(100_000))
        else:
            path.mkdir()

    await in_thread(spoil)
    async with running(dataset) as index:
        if how.startswith("junk"):
            assert (await found(index, SamplesAsk(), whole))["total"] == 3
        else:
            await anyio.sleep(1)
            assert (await index.ask(SamplesAsk())).status == 503


async def test_a_child_ends_with_its_daemon(dataset: Any) -> None:
    """None is left behind, and none keeps the end waiting."""
    async with running(dataset) as index:
        await found(index, SamplesAsk())
        process = index._process
        assert process is not None
    assert process.returncode is not None


def test_a_full_disk_leaves_an_index_behind_and_whole(dataset: Any, tmp_path: Path) -> None:
    """What finds no room is left for later; what is there is answered; later it goes on."""
    tables = Tables(tmp_path / "index.sqlite")
    dataset.finish(1)
    dataset.fill(tables)
    for number in range(2, 60):
        dataset.finish(number)
    filler = Filler(dataset.directory, tables)
    filler.tell(dataset.ends)
    pages = tables.database.execute("PRAGMA page_count").fetchone()[0]
    tables.database.execute(f"PRAGMA max_page_count = {pages}")
    while child._work(filler, tables):
        pass
    assert SampleLists(tables).page(SamplesAsk(), 0).total == 3
    tables.database.execute("PRAGMA max_page_count = 1000000")
    dataset.fill(tables)
    assert SampleLists(tables).page(SamplesAsk(), 0).total == 3 * 59
    tables.close()
