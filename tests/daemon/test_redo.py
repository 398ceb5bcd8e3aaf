"""Items that are done are made anew: from a stage on, or under the present recipe."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import anyio
import orjson
import pytest
from anyio import to_thread

from codeiod.admission import Recipe
from codeiod.config import load
from codeiod.dataset.committer import Committer, recover_dataset
from codeiod.errors import SettingsError
from codeiod.items import GaveUp, Reason
from codeiod.journal import Journal
from codeiod.journal.disk import OsDisk
from codeiod.journal.redo import Quote, Since
from codeiod.reports import Report
from codeiod.reports.check import check
from codeiod.service.life import Life
from codeiod.service.live import Live
from codeiod.service.parts import Parts
from codeiod.service.plan import Plan
from codeiod.service.recipes import agree
from codeiod.service.redo import Redo, make_anew, quote
from codeiod.service.traffic import CountedRunner
from codeiod.teachers.asks import Ask, UnifyAsk
from codeiod.testing import FakeSandbox, FakeTeacher
from codeiod_prompts import Prompts

ITEMS = 4
QUESTIONS = 6
ASK_NONE: list[str] = []


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
    home: Home, *assignments: str, teacher: FakeTeacher, redo: Redo | None = None
) -> Report:
    """Run as the service does, with fakes at the seams."""
    plan, recipe = await to_thread.run_sync(home.plan, *assignments)
    async with Journal.open(plan.directory, segment_bytes=4000) as journal:
        await recover_dataset(plan.directory, journal)
        recipes = agree(journal, recipe, new_recipe=redo is not None and redo.since is None)
        if redo is not None:
            await make_anew(plan.directory, journal, redo)
        async with Committer.open(plan.directory, journal, part_bytes=5000) as committer:
            runner = CountedRunner(FakeSandbox(), 1)
            parts = Parts(journal, committer, recipes, runner, teacher, "fake")
            await Life(plan, parts).live(watch)
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
    """It costs what was told, all lines are there once, and the counts are those of the new ones."""
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


async def test_dropped_segments(home: Home) -> None:
    """Where segments are gone it refuses, and says what it would cost from the start."""
    segment = sorted((home.out / "journal").glob("segment-*"))[0]
    await anyio.Path(segment).unlink()
    _, present = await to_thread.run_sync(home.plan)

    def ask() -> None:
        quote(home.out, OsDisk(), Redo(present, Since.PREDICT))

    with pytest.raises(Exception, match="segment-00000001") as refused:
        await to_thread.run_sync(ask)
    assert refused.value
