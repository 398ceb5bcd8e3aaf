"""A run from its first item to its report, over a real journal: ended, stopped and resumed."""

from __future__ import annotations

import json
import os
import signal
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import anyio
import anyio.lowlevel
import orjson
import pytest
from anyio import to_thread

from codeiod.admission import Recipe
from codeiod.config import load
from codeiod.dataset.committer import Committer
from codeiod.errors import ExitStatus, SettingsError
from codeiod.items import Answer, GaveUp
from codeiod.journal import Journal, Ledger
from codeiod.reports import read_report
from codeiod.reports.check import check
from codeiod.service.live import Live
from codeiod.service.parts import Parts
from codeiod.service.plan import Plan
from codeiod.service.recipes import agree
from codeiod.service.run import Ended, Run
from codeiod.service.traffic import CountedRunner
from codeiod.teachers.asks import Ask, PredictAsk, UnifyAsk
from codeiod.testing import FakeSandbox, FakeTeacher
from codeiod_prompts import Prompts

ITEMS = 12
BOUND_SECONDS = 30
Observe = Callable[[Live], Awaitable[None]]


async def watch(_: Live) -> None:
    await anyio.sleep_forever()


async def until(holds: Callable[[], object]) -> None:
    """Let all others run until something holds."""
    while not holds():  # noqa: ASYNC110 -- a state that is looked at gives no event
        await anyio.sleep(0.001)


async def start(
    folder: Path,
    *assignments: str,
    teacher: FakeTeacher,
    sandbox: FakeSandbox | None = None,
    limit: int | None = None,
    new_recipe: bool = False,
    observe: Observe = watch,
    source: bool = True,
) -> Ended:
    """Run a source of twelve files with fakes at the seams; all else is real."""

    def prepare() -> tuple[Plan, Recipe]:
        file = folder / "items.jsonl"
        if not file.exists():
            contents = [f"def f(n):\n    return n + {number}\n" for number in range(ITEMS)]
            file.write_text("".join(json.dumps({"content": c}) + "\n" for c in contents))
        where = f"output.dir={json.dumps(str(folder / 'out'))}"
        assigned = ["teacher.kind=builtin", where, *assignments]
        settings = load(None, assigned, environ={}).settings
        plan = Plan(settings, (str(file),) if source else (), limit, new_recipe)
        return plan, Recipe.of(settings, Prompts.load())

    plan, recipe = await to_thread.run_sync(prepare)
    with anyio.fail_after(BOUND_SECONDS):
        async with (
            Journal.open(plan.directory) as journal,
            Committer.open(plan.directory, journal) as committer,
        ):
            recipes = agree(journal, recipe, new_recipe=new_recipe)
            runner = CountedRunner(sandbox or FakeSandbox(), 1)
            parts = Parts(journal, committer, recipes, runner, teacher, "fake")
            return await Run(plan, parts).live(observe)  # type: ignore[arg-type]  # a coroutine


def lines(folder: Path, stream: str) -> list[dict[str, Any]]:
    parts = sorted((folder / "out" / stream).glob("part-*.jsonl"))
    return [orjson.loads(line) for part in parts for line in part.read_bytes().splitlines()]


def ids(folder: Path) -> list[str]:
    return sorted(sample["id"] for sample in lines(folder, "dataset/samples"))


async def sound(folder: Path) -> None:
    """Let ``check`` prove the directory, and hold report.json to ``status --json``."""
    result = await to_thread.run_sync(check, folder / "out")
    assert result.ok, result.findings
    report = await to_thread.run_sync(read_report, folder / "out")
    assert json.loads((folder / "out/report.json").read_bytes()) == json.loads(report.to_json())


async def test_to_the_end(tmp_path: Path) -> None:
    """Every entry is finished, each prompt was asked once, each sample stands there once."""
    teacher = FakeTeacher()
    ended = await start(tmp_path, teacher=teacher)
    assert ended.status is ExitStatus.DONE
    report = ended.report
    assert (report.entries, report.items.finished, report.items.pending) == (ITEMS, ITEMS, 0)
    assert set(teacher.asked.values()) == {1}
    assert report.calls.answered == teacher.asked.total()
    found = ids(tmp_path)
    assert len(set(found)) == len(found) == 6 * ITEMS
    assert ended.live.funnel.finished == ITEMS
    await sound(tmp_path)


async def test_the_same_work_is_the_same_anywhere(tmp_path: Path) -> None:
    """Where the source and the directory lie is in no prompt and in no id."""
    found, asked = [], []
    for name in ("here", "there"):
        folder = tmp_path / name
        folder.mkdir()
        teacher = FakeTeacher()
        await start(folder, teacher=teacher)
        found.append(ids(folder))
        asked.append(teacher.asked)
    assert found[0] == found[1]
    assert asked[0] == asked[1]


async def test_again_there_is_nothing_to_do(tmp_path: Path) -> None:
    """A second run of a finished directory asks nothing, with its source and without."""
    await start(tmp_path, teacher=FakeTeacher())
    before = ids(tmp_path)
    for source in (True, False):
        teacher = FakeTeacher()
        ended = await start(tmp_path, teacher=teacher, source=source)
        assert (ended.status, teacher.asked.total()) == (ExitStatus.DONE, 0)
    assert ids(tmp_path) == before
    await sound(tmp_path)


@pytest.mark.parametrize("moments", [(1, 1, 1), (3, 17, 5), (12, 13, 40), (30, 2, 2, 50)])
async def test_cut_off_at_any_moment(tmp_path: Path, moments: tuple[int, ...]) -> None:
    """However often it is cut off, the ids are those of an undisturbed run, each paid once."""
    undisturbed = tmp_path / "undisturbed"
    undisturbed.mkdir()
    alone = FakeTeacher()
    await start(undisturbed, teacher=alone)

    left = 0

    def cut(_: Ask) -> None:
        nonlocal left
        left -= 1
        if left == 0:
            scope.cancel()

    teacher = FakeTeacher(script=cut)
    for left in moments:
        with anyio.CancelScope() as scope:
            await start(tmp_path, teacher=teacher, source=left != 2)
    left = -1
    ended = await start(tmp_path, teacher=teacher)
    assert ended.status is ExitStatus.DONE
    assert ids(tmp_path) == ids(undisturbed)
    assert teacher.asked == alone.asked
    assert ended.report.calls.answered == alone.asked.total()
    await sound(tmp_path)


async def test_limit(tmp_path: Path) -> None:
    """--limit admits so many new items in this call, and says that work is left while it is."""
    for finished in (5, 10):
        ended = await start(tmp_path, teacher=FakeTeacher(), limit=5)
        assert ended.status is ExitStatus.WORK_LEFT
        assert ended.live.stopping == "limit"
        assert ended.report.items.finished == finished
    ended = await start(tmp_path, teacher=FakeTeacher(), limit=5)
    assert (ended.status, ended.report.items.finished) == (ExitStatus.DONE, ITEMS)
    await sound(tmp_path)


async def test_a_limit_of_just_what_there_is(tmp_path: Path) -> None:
    """When the limit is reached with the last entry, no work is left."""
    ended = await start(tmp_path, teacher=FakeTeacher(), limit=ITEMS)
    assert ended.status is ExitStatus.DONE


async def test_a_limit_of_none(tmp_path: Path) -> None:
    """--limit 0 admits nothing; what is pending is carried all the same."""
    ended = await start(tmp_path, teacher=FakeTeacher(), limit=0)
    assert (ended.status, ended.report.entries) == (ExitStatus.WORK_LEFT, 0)


def send(number: signal.Signals) -> None:
    os.kill(os.getpid(), number)


class Slow(FakeTeacher):
    """A teacher whose answers are on their way until they are let go."""

    def __init__(self) -> None:
        super().__init__()
        self.go_on = anyio.Event()
        self.landed = 0

    async def answer(self, ask: Ask, ledger: Ledger) -> Answer | GaveUp:
        answer = await super().answer(ask, ledger)
        await self.go_on.wait()
        self.landed += 1
        return answer


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
async def test_the_first_signal_drains(tmp_path: Path, number: signal.Signals) -> None:
    """No new call starts; those in flight land, are journalled and are not asked again."""
    teacher = Slow()
    flying = 0

    async def stop(live: Live) -> None:
        nonlocal flying
        await until(lambda: live.in_flight.count == ITEMS)
        flying = live.in_flight.count
        send(number)
        await until(lambda: live.stopping)
        teacher.go_on.set()
        await anyio.sleep_forever()

    ended = await start(tmp_path, teacher=teacher, observe=stop)
    assert ended.status is ExitStatus.WORK_LEFT
    assert ended.live.stopping == number.name
    assert teacher.landed == teacher.asked.total() == flying == ITEMS
    assert ended.report.calls.answered == flying
    assert ended.report.calls.in_flight_lost == 0
    assert ended.report.items.pending == ITEMS
    await sound(tmp_path)
    second = FakeTeacher()
    assert (await start(tmp_path, teacher=second, source=False)).status is ExitStatus.DONE
    assert not second.asked & teacher.asked
    await sound(tmp_path)


@pytest.mark.parametrize("signals", [1, 2])
async def test_what_does_not_land_is_given_up(tmp_path: Path, signals: int) -> None:
    """After the grace period, or at once at a second signal; what was in flight is counted."""
    grace = "0.05" if signals == 1 else "3600"

    async def stop(live: Live) -> None:
        await until(lambda: live.in_flight.count == ITEMS)
        send(signal.SIGTERM)
        await until(lambda: live.stopping)
        if signals == 2:
            send(signal.SIGINT)
        await anyio.sleep_forever()

    teacher = Slow()
    ended = await start(tmp_path, f"service.grace_seconds={grace}", teacher=teacher, observe=stop)
    assert ended.status is ExitStatus.WORK_LEFT
    assert ended.report.calls.answered == 0
    assert ended.report.calls.in_flight_lost == ITEMS
    await sound(tmp_path)
    teacher = FakeTeacher()
    ended = await start(tmp_path, teacher=teacher)
    assert ended.status is ExitStatus.DONE
    assert ended.report.calls.in_flight_lost == ITEMS
    await sound(tmp_path)


async def test_items_done_before_the_signal_stay_done(tmp_path: Path) -> None:
    """What was handed in for commitment when the signal came is committed."""

    async def stop(live: Live) -> None:
        await until(lambda: live.state.finished >= 3)
        send(signal.SIGTERM)
        await anyio.sleep_forever()

    settings = ("items.in_flight=2",)
    teacher = FakeTeacher(latency_seconds=0.02)
    ended = await start(tmp_path, *settings, teacher=teacher, observe=stop)
    assert ended.status is ExitStatus.WORK_LEFT
    assert 3 <= ended.report.items.finished < ITEMS
    await sound(tmp_path)


@pytest.mark.parametrize("mended", [True, False])
async def test_a_fault_is_retried_once_at_the_next_start(tmp_path: Path, mended: bool) -> None:
    """Then it finishes, or stays rejected for good; no start after that takes it up."""
    broken = True

    def breaks(ask: Ask) -> None:
        if broken and isinstance(ask, UnifyAsk) and "n + 7" in ask.item.content:
            raise RuntimeError("our own mistake")

    teacher = FakeTeacher(script=breaks)
    first = await start(tmp_path, teacher=teacher)
    assert first.status is ExitStatus.DONE
    assert dict(first.report.rejected) == {"fault": 1}
    broken = not mended
    asked = teacher.asked.total()
    second = await start(tmp_path, teacher=teacher)
    assert teacher.asked.total() == asked + (7 if mended else 1)
    assert second.report.items.finished == ITEMS - (not mended)
    assert dict(second.report.rejected) == ({} if mended else {"fault": 1})
    third = await start(tmp_path, teacher=teacher)
    assert third.report.items == second.report.items
    assert [r["epoch"] for r in lines(tmp_path, "rejects")] == ([0] if mended else [0, 1])
    await sound(tmp_path)


async def test_another_recipe(tmp_path: Path) -> None:
    """Refused by name; with --new-recipe later items take it, and older ones keep theirs."""
    await start(tmp_path, teacher=FakeTeacher(), limit=4)
    with pytest.raises(SettingsError, match=r"sample.pairs: 4 here, 10 there"):
        await start(tmp_path, "sample.pairs=4", teacher=FakeTeacher())
    changed = await start(tmp_path, "sample.pairs=4", teacher=FakeTeacher(), new_recipe=True)
    assert changed.status is ExitStatus.DONE
    numbers = [len(json.loads(p["ios"])) for p in lines(tmp_path, "dataset/programs")]
    assert sorted(numbers) == [4] * 8 + [10] * 4
    recipes = {sample["recipe"] for sample in lines(tmp_path, "dataset/samples")}
    assert len(recipes) == 2
    await sound(tmp_path)


async def test_items_inside_are_bounded(tmp_path: Path) -> None:
    """items.in_flight holds: no more are carried at once."""
    most = 0

    async def look(live: Live) -> None:
        nonlocal most
        while True:
            most = max(most, live.inside)
            await anyio.lowlevel.checkpoint()

    await start(tmp_path, "items.in_flight=3", teacher=FakeTeacher(), observe=look)
    assert most == 3


async def test_a_fault_in_one_sample_wastes_no_call_of_the_others(tmp_path: Path) -> None:
    """Its siblings' answers land, and the retry finds them in the journal."""
    broken: list[str] = []

    def breaks(ask: Ask) -> None:
        if isinstance(ask, PredictAsk) and not broken:
            broken.append(ask.known)
            raise RuntimeError("our own mistake")

    teacher = FakeTeacher(latency_seconds=0.01, script=breaks)
    first = await start(tmp_path, teacher=teacher)
    assert dict(first.report.rejected) == {"fault": 1}
    second = await start(tmp_path, teacher=teacher)
    assert second.report.items.finished == ITEMS
    assert second.report.calls.in_flight_lost == 1  # the broken one itself
    assert sorted(teacher.asked.values())[-2:] == [1, 2]
    await sound(tmp_path)


async def test_the_limit_counts_new_items_alone(tmp_path: Path) -> None:
    """What is known already is taken in as a duplicate, also when the limit is reached."""
    content = json.dumps({"content": "def f(n):\n    return n\n"}) + "\n"
    await to_thread.run_sync((tmp_path / "items.jsonl").write_text, content * 3)
    ended = await start(tmp_path, teacher=FakeTeacher(), limit=1)
    assert ended.status is ExitStatus.DONE
    assert (ended.report.entries, ended.report.duplicates) == (3, 2)
    await sound(tmp_path)
