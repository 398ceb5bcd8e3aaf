"""Items that are done are made anew: from a stage on, or under the present recipe."""

from __future__ import annotations

import io
import json
import sys
from functools import partial
from importlib import import_module
from pathlib import Path
from typing import Any
from unittest.mock import patch

import anyio
import orjson
import pytest
from anyio import to_thread

from codeiod.admission import Recipe
from codeiod.cli.redo import agreed, told
from codeiod.config import load
from codeiod.dataset.committer import Committer, recover_dataset
from codeiod.errors import SettingsError
from codeiod.items import GaveUp, Reason
from codeiod.journal import Journal, Keeping, Retention
from codeiod.journal.disk import OsDisk
from codeiod.journal.redo import Quote, Since
from codeiod.journal.replay import read_state
from codeiod.journal.state import State
from codeiod.reports import Report
from codeiod.reports.check import check
from codeiod.service.live import Live
from codeiod.service.parts import Parts
from codeiod.service.plan import Plan
from codeiod.service.recipes import agree
from codeiod.service.redo import Redo, make_anew, quote
from codeiod.service.run import Run
from codeiod.service.traffic import CountedRunner
from codeiod.teachers.asks import Ask, UnifyAsk
from codeiod.testing import FakeSandbox, FakeTeacher
from codeiod_prompts import Prompts

ITEMS = 4
QUESTIONS = 6
PLAIN = Keeping()
check_module = import_module("codeiod.reports.check")


async def watch(_: Live) -> None:
    await anyio.sleep_forever()


class Home:
    """A directory, its source and its settings."""

    def __init__(self, folder: Path) -> None:
        self.out = folder / "out"
        self.file = folder / "items.jsonl"
        contents = [f"def f(n):\n    return n + {number}\n" for number in range(ITEMS)]
        self.file.write_text("".join(json.dumps({"content": text}) + "\n" for text in contents))

    def plan(self, *assignments: str) -> tuple[Plan, Recipe]:
        where = f"output.dir={json.dumps(str(self.out))}"
        settings = load(None, ["teacher.kind=builtin", where, *assignments], environ={}).settings
        return Plan(settings, (str(self.file),)), Recipe.of(settings, Prompts.load())

    def quote(self, since: Since | None, *assignments: str) -> Redo:
        """Ask what it would cost, and agree."""
        _, present = self.plan(*assignments)
        cost = quote(self.out, OsDisk(), Redo(present, since))
        return Redo(present, since, cost)

    def lines(self, stream: str) -> list[dict[str, Any]]:
        parts = sorted((self.out / stream).glob("part-*.jsonl"))
        return [orjson.loads(line) for part in parts for line in part.read_bytes().splitlines()]

    def sound(self) -> Report:
        result = check(self.out)
        assert result.ok, result.findings
        assert result.report is not None
        return result.report


async def run(
    home: Home,
    *assignments: str,
    teacher: FakeTeacher,
    redo: Redo | None = None,
    keeping: Keeping = PLAIN,
) -> Report:
    """Run as the service does, with fakes at the seams."""
    plan, recipe = await to_thread.run_sync(home.plan, *assignments)
    async with Journal.open(plan.directory, segment_bytes=4000, keeping=keeping) as journal:
        await recover_dataset(plan.directory, journal)
        recipes = agree(journal, recipe, new_recipe=redo is not None and redo.since is None)
        if redo is not None:
            await make_anew(plan.directory, journal, redo)
        async with Committer.open(plan.directory, journal, part_bytes=5000) as committer:
            runner = CountedRunner(FakeSandbox(), 1)
            parts = Parts(journal, committer, recipes, runner, teacher, "fake")
            await Run(plan, parts).live(watch)
    return await to_thread.run_sync(home.sound)


@pytest.fixture
async def home(tmp_path: Path) -> Home:
    """A directory in which all is done: all first turns wrong, all second ones right."""
    home = await to_thread.run_sync(Home, tmp_path)
    report = await run(home, teacher=FakeTeacher((0.0, 1.0)))
    assert report.items.finished == ITEMS
    return home


@pytest.mark.parametrize(
    ("since", "calls"),
    [
        (Since.UNIFY, ITEMS * (1 + 2 * QUESTIONS)),
        (Since.SAMPLE, ITEMS * 2 * QUESTIONS),
        (Since.PREDICT, ITEMS * 2 * QUESTIONS),
        (Since.REVISE, ITEMS * QUESTIONS),
    ],
)
async def test_from_a_stage_on(home: Home, since: Since, calls: int) -> None:
    """It costs what was told, all lines are there once, and the counts are of the new ones."""
    before = await to_thread.run_sync(home.lines, "dataset/samples")
    redo = await to_thread.run_sync(home.quote, since)
    assert redo.agreed == Quote(ITEMS, calls, calls, calls, {"FAKE": calls})
    teacher = FakeTeacher((0.0, 0.0))
    report = await run(home, teacher=teacher, redo=redo)
    assert teacher.asked.total() == calls
    samples = await to_thread.run_sync(home.lines, "dataset/samples")
    assert sorted(one["id"] for one in samples) == sorted(one["id"] for one in before)
    assert {one["status_2"] for one in samples} == {"mismatch"}
    assert all(tally.right_2 == 0 for tally in report.samples.values())
    assert (report.entries, report.items.finished, report.items.total) == (ITEMS, ITEMS, ITEMS)


async def test_checked_again(home: Home) -> None:
    """From verify on nothing is paid where the check finds what it found."""
    redo = await to_thread.run_sync(home.quote, Since.VERIFY)
    teacher = FakeTeacher()
    await run(home, teacher=teacher, redo=redo)
    assert not teacher.asked
    assert len(await to_thread.run_sync(home.lines, "dataset/samples")) == ITEMS * QUESTIONS


async def test_again_and_again(home: Home) -> None:
    """What was made anew can be made anew, after a restart too; nothing is done without it."""
    for _ in range(3):
        teacher = FakeTeacher((1.0, 1.0))
        await run(home, teacher=teacher)
        assert not teacher.asked
        redo = await to_thread.run_sync(home.quote, Since.PREDICT)
        await run(home, teacher=teacher, redo=redo)
        assert teacher.asked.total() == ITEMS * QUESTIONS


async def test_upgrade(home: Home) -> None:
    """Another recipe makes anew what it touches, and keeps what it does not."""
    changed = ("revise.temperature=0.5",)
    redo = await to_thread.run_sync(home.quote, None, *changed)
    assert redo.agreed is not None
    assert (redo.agreed.items, redo.agreed.calls) == (ITEMS, ITEMS * QUESTIONS)
    teacher = FakeTeacher((0.0, 0.0))
    await run(home, *changed, teacher=teacher, redo=redo)
    assert teacher.asked.total() == ITEMS * QUESTIONS
    samples = await to_thread.run_sync(home.lines, "dataset/samples")
    assert {one["recipe"] for one in samples} == {redo.present.digest}
    again = await to_thread.run_sync(home.quote, None, *changed)
    assert again.agreed == Quote()
    # And once more, from an earlier stage: what was kept twice is still known for what it is.
    changed = ("revise.temperature=0.5", "predict.temperature=0.1")
    redo = await to_thread.run_sync(home.quote, None, *changed)
    await run(home, *changed, teacher=teacher, redo=redo)
    assert teacher.asked.total() == 3 * ITEMS * QUESTIONS


async def test_more_questions(home: Home) -> None:
    """More samples of each question cost those alone that are new."""
    changed = ("predict.samples=2",)
    redo = await to_thread.run_sync(home.quote, None, *changed)
    assert redo.agreed is not None
    assert redo.agreed.calls == 2 * ITEMS * QUESTIONS
    teacher = FakeTeacher((0.0, 0.0))
    await run(home, *changed, teacher=teacher, redo=redo)
    assert teacher.asked.total() == 2 * ITEMS * QUESTIONS
    assert len(await to_thread.run_sync(home.lines, "dataset/samples")) == 2 * ITEMS * QUESTIONS


async def test_rejected_items(tmp_path: Path) -> None:
    """An upgrade takes up rejected items that came as far as the difference; --redo none."""
    home = await to_thread.run_sync(Home, tmp_path)

    def refuse(ask: Ask) -> GaveUp | None:
        if isinstance(ask, UnifyAsk) and "+ 1" in ask.item.content:
            return GaveUp(Reason.CONTENT_FILTER, "no")
        if not isinstance(ask, UnifyAsk):
            return GaveUp(Reason.TRUNCATED, "cut")
        return None

    report = await run(home, teacher=FakeTeacher(script=refuse))
    assert report.items.rejected == ITEMS
    redo = await to_thread.run_sync(home.quote, Since.UNIFY)
    assert redo.agreed == Quote()
    changed = ("predict.temperature=0.1",)
    redo = await to_thread.run_sync(home.quote, None, *changed)
    report = await run(home, *changed, teacher=FakeTeacher(), redo=redo)
    assert (report.items.finished, report.rejected) == (ITEMS - 1, {"content_filter": 1})
    assert not report.rejected_samples
    rejects = await to_thread.run_sync(home.lines, "rejects")
    assert [(one["reason"], one["epoch"]) for one in rejects].count(("no_samples", 0)) == ITEMS - 1


async def test_other_cost_than_was_agreed_to(home: Home) -> None:
    """Where the directory has changed since, nothing is done."""
    redo = await to_thread.run_sync(home.quote, Since.PREDICT)
    await run(home, teacher=FakeTeacher(), redo=redo)
    redo = Redo(redo.present, Since.REVISE, redo.agreed)
    with pytest.raises(SettingsError, match="changed since"):
        await run(home, teacher=FakeTeacher(), redo=redo)
    await run(home, teacher=FakeTeacher())


async def test_dropped_segments(tmp_path: Path) -> None:
    """Where segments were dropped it refuses, and says what it would cost from the start."""
    home = await to_thread.run_sync(Home, tmp_path)
    dropping = Keeping(retention=Retention.DROP, snapshot_records=20)
    await run(home, teacher=FakeTeacher(), keeping=dropping)
    await run(home, teacher=FakeTeacher(), keeping=dropping)
    there = sorted((home.out / "journal").glob("segment-*"))
    assert there
    assert there[0].name > "segment-00000002"
    with pytest.raises(
        SettingsError, match=r"from unify on, .*, 4 items would take about \d+ calls"
    ):
        await to_thread.run_sync(home.quote, Since.PREDICT)
    assert await to_thread.run_sync(home.sound)


async def test_archived_segments(tmp_path: Path) -> None:
    """Those that are in the archive are read from there."""
    home = await to_thread.run_sync(Home, tmp_path)
    archiving = Keeping(retention=Retention.ARCHIVE, snapshot_records=20)
    await run(home, teacher=FakeTeacher(), keeping=archiving)
    await run(home, teacher=FakeTeacher(), keeping=archiving)
    assert list((home.out / "journal/archive").glob("segment-*"))
    redo = await to_thread.run_sync(home.quote, Since.REVISE)
    teacher = FakeTeacher()
    await run(home, teacher=teacher, redo=redo)
    assert teacher.asked.total() == redo.agreed.calls if redo.agreed else False


async def test_nobody_to_ask(home: Home) -> None:
    """Without a terminal it is told what it costs, and nothing is done without --yes."""

    def ask(*, yes: bool) -> Plan:
        with patch.object(sys, "stdin", io.StringIO("y\n")):
            return agreed(home.plan()[0], "revise", upgrade=False, yes=yes)

    with pytest.raises(SettingsError, match="give --yes"):
        await to_thread.run_sync(partial(ask, yes=False))
    plan = await to_thread.run_sync(partial(ask, yes=True))
    assert plan.redo is not None
    assert plan.redo.agreed is not None
    calls = ITEMS * QUESTIONS
    assert told(plan.redo.agreed, "from revise on") == (
        f"making {ITEMS} items anew from revise on takes about {calls} calls, {calls} tokens in and"
        f" {calls} out, {calls}.00 FAKE, by what the same steps cost before"
    )


async def test_a_check_meanwhile(home: Home) -> None:
    """A check that looks for parts that are swapped just then looks again."""
    redo = await to_thread.run_sync(home.quote, Since.PREDICT)
    before = await to_thread.run_sync(read_state, home.out, OsDisk())
    await run(home, teacher=FakeTeacher(), redo=redo)
    seen = iter([before])

    def late(*arguments: Any) -> State:
        return next(seen, None) or read_state(*arguments)

    with patch.object(check_module, "read_state", late):
        result = await to_thread.run_sync(check, home.out)
    assert result.ok, result.findings


async def test_the_index_can_be_lost(home: Home) -> None:
    """Broken, of another directory or not there: it is made anew, and says the same."""
    wanted = (await to_thread.run_sync(home.quote, Since.PREDICT)).agreed
    index = home.out / "cache/history.sqlite3"
    await anyio.Path(index).write_bytes(b"no index " * 1000)
    assert (await to_thread.run_sync(home.quote, Since.PREDICT)).agreed == wanted
    await anyio.Path(index).unlink()
    assert (await to_thread.run_sync(home.quote, Since.PREDICT)).agreed == wanted
