"""A repair sets damage aside, keeps all that is proven good, and lets the run go on."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import anyio
import orjson
import pytest
from anyio import to_thread

from codeiod.admission import Recipe
from codeiod.config import load
from codeiod.dataset.committer import Committer
from codeiod.errors import Damaged, DirectoryError
from codeiod.journal import Journal
from codeiod.journal.disk import OsDisk
from codeiod.journal.folder import lock
from codeiod.journal.keeper import Keeping
from codeiod.journal.sealed import Sealed
from codeiod.reports.check import check
from codeiod.reports.repair import Repaired, repair
from codeiod.service.live import Live
from codeiod.service.parts import Parts
from codeiod.service.plan import Plan
from codeiod.service.recipes import agree
from codeiod.service.run import Run
from codeiod.service.traffic import CountedRunner
from codeiod.testing import FakeSandbox, FakeTeacher
from codeiod_prompts import Prompts

ITEMS = 8
PLAIN = Keeping()
Harm = Callable[[Path], None]


async def watch(_: Live) -> None:
    await anyio.sleep_forever()


def plan_of(folder: Path) -> tuple[Plan, Recipe]:
    file = folder / "items.jsonl"
    contents = [f"def f(n):\n    return n + {number}\n" for number in range(ITEMS)]
    file.write_text("".join(json.dumps({"content": text}) + "\n" for text in contents))
    where = f"output.dir={json.dumps(str(folder / 'out'))}"
    settings = load(None, ["teacher.kind=builtin", where], environ={}).settings
    return Plan(settings, (str(file),)), Recipe.of(settings, Prompts.load())


async def run(folder: Path, *, stop_after: int = 0, keeping: Keeping = PLAIN) -> FakeTeacher:
    """Run to the end, or until the teacher has answered so often."""
    plan, recipe = await to_thread.run_sync(plan_of, folder)
    teacher = FakeTeacher(latency_seconds=0.001)

    async def observe(_: Live) -> None:
        while not stop_after or teacher.asked.total() < stop_after:  # noqa: ASYNC110 -- a fake
            await anyio.sleep(0.001)
        scope.cancel()

    with anyio.CancelScope() as scope:
        async with (
            Journal.open(plan.directory, segment_bytes=3000, keeping=keeping) as journal,
            Committer.open(plan.directory, journal) as committer,
        ):
            recipes = agree(journal, recipe, new_recipe=False)
            runner = CountedRunner(FakeSandbox(), 1)
            await Run(plan, Parts(journal, committer, recipes, runner, teacher, "fake")).live(
                observe
            )
    return teacher


def samples(folder: Path) -> Counter[str]:
    parts = sorted((folder / "out/dataset/samples").glob("part-*.jsonl"))
    lines = [orjson.loads(line) for part in parts for line in part.read_bytes().splitlines()]
    return Counter(line["id"] for line in lines)


def sound(folder: Path) -> Any:
    result = check(folder / "out")
    assert result.ok, result.findings
    return result.report


def middle(folder: Path) -> Path:
    """A sealed segment in the middle."""
    segments = sorted((folder / "out/journal").glob("segment-*"))
    return segments[len(segments) // 2]


def flip(path: Path) -> None:
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(data)


def shorten(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-200])


def overwrite(path: Path) -> None:
    data = bytearray(path.read_bytes())
    data[100:1100] = bytes(1000)
    path.write_bytes(data)


@pytest.mark.parametrize(
    ("records", "compress"), [(10**6, True), (30, False)], ids=["log", "snapshots"]
)
@pytest.mark.parametrize("harm", [flip, shorten, overwrite, Path.unlink])
async def test_it_goes_on(tmp_path: Path, harm: Harm, records: int, *, compress: bool) -> None:
    """All samples are there once in the end, whatever was damaged, wherever the run stood."""
    keeping = Keeping(compress=compress, snapshot_records=records)
    await run(tmp_path, stop_after=50, keeping=keeping)
    await to_thread.run_sync(lambda: harm(middle(tmp_path)))
    assert not (await to_thread.run_sync(check, tmp_path / "out")).ok or records == 30
    done = await to_thread.run_sync(repair, tmp_path / "out")
    await to_thread.run_sync(sound, tmp_path)
    if done is not None:
        assert done.files or done.missing
        assert await to_thread.run_sync(repair, tmp_path / "out") is None
    await run(tmp_path)
    report = await to_thread.run_sync(sound, tmp_path)
    assert report.items.pending == 0
    found = await to_thread.run_sync(samples, tmp_path)
    assert set(found.values()) == {1}
    rejected = len(done.rejected) if done else 0
    assert len(found) == 6 * (ITEMS - rejected)


async def test_what_is_sound_is_left_alone(tmp_path: Path) -> None:
    """Where nothing is damaged, nothing changes."""
    await run(tmp_path)
    assert await to_thread.run_sync(repair, tmp_path / "out") is None
    assert not await anyio.Path(tmp_path / "out/journal/damaged").exists()


async def test_never_beside_a_daemon(tmp_path: Path) -> None:
    """While another process holds the directory, it refuses."""
    await run(tmp_path)

    def beside() -> Repaired | None:
        disk = OsDisk()
        held = lock(disk, tmp_path / "out/journal")
        try:
            return repair(tmp_path / "out")
        finally:
            disk.close(held)

    with pytest.raises(DirectoryError, match="in use"):
        await to_thread.run_sync(beside)


async def test_the_snapshot_that_stands_in_is_lost_too(tmp_path: Path) -> None:
    """Then the place of the damage is named, and nothing is guessed."""
    await run(tmp_path)
    await to_thread.run_sync(lambda: flip(middle(tmp_path)))
    await to_thread.run_sync(repair, tmp_path / "out")

    def lose() -> None:
        for snapshot in (tmp_path / "out/journal").glob("snapshot-*"):
            flip(snapshot)

    await to_thread.run_sync(lose)
    with pytest.raises(Damaged, match="is damaged at byte"):
        await run(tmp_path)


async def test_what_was_spent_is_known(tmp_path: Path) -> None:
    """The answers to an item whose admission was lost are paid for all the same."""
    await run(tmp_path)
    before = await to_thread.run_sync(sound, tmp_path)

    def lose_admissions() -> None:
        for segment in (tmp_path / "out/journal").glob("segment-*.zst"):
            text = b"".join(Sealed(OsDisk(), segment).text())
            segment.unlink()
            segment.with_suffix("").write_bytes(text.replace(b'"kind":"admit"', b'"kind":"adxit"'))

    await to_thread.run_sync(lose_admissions)
    done = await to_thread.run_sync(repair, tmp_path / "out")
    assert done is not None
    assert done.holes
    after = await to_thread.run_sync(sound, tmp_path)
    assert (after.money, after.items) == (before.money, before.items)
    assert (await run(tmp_path)).asked.total() == 0
