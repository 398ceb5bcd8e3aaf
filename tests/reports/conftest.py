"""A finished output directory for the tests of reports."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import anyio
import pytest
from anyio.from_thread import start_blocking_portal

from codeiod.dataset import Committer, Finished
from codeiod.dataset.lines import program_line, reject_line, sample_line
from codeiod.items import (
    Answer,
    Fault,
    Instance,
    Item,
    Origin,
    Pair,
    Program,
    Reason,
    Stage,
    Status,
    Task,
    Usage,
    Verdict,
    item_id_of,
)
from codeiod.journal import Journal, Ledger, Steps
from codeiod.journal.records import FINISHED, Admit, Duplicate, RecipeSet
from codeiod.journal.tally import Tally, TaskTally
from codeiod.reports import write_report

ANSWER = Answer("text", model="m", usage=Usage(5, 1, 7), cost=0.25, currency="USD")
RIGHT = Verdict(Status.SUCCESS, "1", "")
WRONG = Verdict(Status.MISMATCH, "2", "no")


def finished(item: Item) -> Finished:
    """An item with two samples, one of them lost."""
    program = Program(item.item_id, "code", "io", "gen", "problem")
    pair = Pair('{"n": 1}', "1", 1)
    asked = Instance(Task.OUTPUT_PREDICTION, 0, 0)
    lost = Instance(Task.INPUT_PREDICTION, 0, 0)
    turns = [(ANSWER, WRONG), (ANSWER, RIGHT)]
    sample = sample_line(
        item,
        program,
        pair,
        asked,
        "prompt",
        turns,
        teacher="openai",
        finished_at="now",
        pass_rate=0.0,
    )
    return Finished(
        item.item_id,
        item.epoch,
        FINISHED,
        (sample,),
        (program_line(item, program, [pair], "python"),),
        (reject_line(item, Stage.PREDICT, Fault(Reason.TRUNCATED, "3 times"), lost),),
        Tally({Task.OUTPUT_PREDICTION: TaskTally(1, 0, 1)}, {Reason.TRUNCATED: 1}),
    )


def rejected(item: Item, reason: Reason) -> Finished:
    line = reject_line(item, Stage.UNIFY, Fault(reason, "why"))
    return Finished(item.item_id, item.epoch, reason, rejects=(line,))


async def ask(ledger: Ledger) -> Answer:
    await ledger.intent("q", 1, 0.5, "USD")
    return ANSWER


async def lose(ledger: Ledger) -> Answer:
    await ledger.intent("q", 1, 0.5, "USD")
    raise TimeoutError


async def fill(directory: Path, segment_bytes: int) -> None:
    """Two items finished, one rejected, one faulted and tried again, one pending; a duplicate."""
    async with (
        Journal.open(directory, segment_bytes=segment_bytes) as journal,
        Committer.open(directory, journal, part_bytes=700) as committer,
        anyio.create_task_group() as group,
    ):
        group.start_soon(committer.run)
        journal.append(RecipeSet("r1", {}))
        for name in ("one", "two", "poor", "fault", "pending"):
            item_id = item_id_of(name.encode())
            journal.append(Admit(item_id, "r1", Origin("s", name), {}, name, "now"))
        journal.append(Duplicate(item_id_of(b"one"), Origin("s", "copy")))
        items = {
            item.content: item
            for item_id in journal.state.pending
            for item, _ in [await journal.load_item(item_id)]
        }
        await Steps(journal, items["one"].item_id, 0).pay("unify/1", ask, of="a")
        await committer.finish(finished(items["one"]))
        await committer.finish(rejected(items["poor"], Reason.UNPARSABLE))
        await committer.finish(rejected(items["fault"], Reason.FAULT))
        journal.reopen_faults()
        again, _ = await journal.load_item(items["fault"].item_id)
        await committer.finish(rejected(again, Reason.FAULT))
        await committer.finish(finished(items["two"]))
        try:
            await Steps(journal, items["pending"].item_id, 0).pay("unify/1", lose, of="a")
        except TimeoutError:
            await write_report(directory, journal, alive=False)
        committer.close()


@pytest.fixture
def fill_directory() -> Callable[..., None]:
    """Fill an output directory, and leave it."""

    def filled(directory: Path, segment_bytes: int = 1 << 20) -> None:
        with start_blocking_portal() as portal:
            portal.call(fill, directory, segment_bytes)

    return filled
