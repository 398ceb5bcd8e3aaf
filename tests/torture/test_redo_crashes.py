"""A crash while items are made anew leaves the dataset as it was, or as it is to be."""

from __future__ import annotations

import random
from functools import partial
from pathlib import Path
from unittest.mock import patch

import pytest
from anyio.from_thread import BlockingPortal
from torture_parts.crashes import LOSSES, TEARS, finish
from torture_parts.disk import Crash, SimDisk, Trouble
from torture_parts.rig import (
    PART_BYTES,
    Bench,
    Ended,
    QuietLife,
    Run,
    Teacher,
    WatchedSteps,
    _watch,
    open_journal,
)
from torture_parts.storage import Storage

from codeiod.dataset.committer import Committer, recover_dataset
from codeiod.journal.redo import Since
from codeiod.service import life
from codeiod.service.parts import Parts
from codeiod.service.recipes import agree
from codeiod.service.redo import Redo, make_anew, quote
from codeiod.service.traffic import CountedRunner
from codeiod.testing import FakeSandbox

CASES = 18
"""In a night, take more: each is a crash, a loss or none of power, and the life after it."""


async def redo_life(run: Run, disk: SimDisk, redo: Redo) -> Ended:
    """Live once as ``run --redo`` does, to the end or to death."""

    async def live(disk: SimDisk) -> Ended:
        plan = run.bench.plan
        watched = type("Watched", (WatchedSteps,), {"promises": run.promises})
        async with open_journal(plan.directory, disk, run.bench.keeping) as journal:
            run.promises.durable |= run.promises.written
            await recover_dataset(plan.directory, journal)
            recipes = agree(journal, run.bench.recipe, new_recipe=False)
            await make_anew(plan.directory, journal, redo)
            async with Committer.open(plan.directory, journal, part_bytes=PART_BYTES) as committer:
                runner = CountedRunner(FakeSandbox(), 1)
                parts = Parts(journal, committer, recipes, runner, Teacher(run.promises), "fake")
                with patch.object(life, "Steps", watched):
                    await QuietLife(plan, parts).live(_watch)
        return Ended(done=True)

    with patch.object(Run, "_live", lambda _, disk: live(disk)):
        return await run.live(disk)


@pytest.fixture(scope="module")
def done(bench: Bench, portal: BlockingPortal) -> Storage:
    """What an undisturbed run leaves."""
    run = Run(bench)
    assert portal.call(run.live, SimDisk(run.storage)).done
    return run.storage


def begun(bench: Bench, done: Storage, cache: Path) -> tuple[Run, Redo]:
    """A run that is done, and what is agreed to be made anew."""
    run = Run(bench, done.copy())
    asked = Redo(bench.recipe, Since.PREDICT, cache=cache)
    cost = quote(bench.plan.directory, SimDisk(run.storage), asked)
    assert cost.calls > 0
    return run, Redo(bench.recipe, Since.PREDICT, cost, cache)


def test_crash_at_calls(
    bench: Bench, done: Storage, portal: BlockingPortal, tmp_path: Path
) -> None:
    """Wherever it dies, and however: the lines are there once, and no new answer is paid twice."""
    run, redo = begun(bench, done, tmp_path)
    disk = SimDisk(run.storage)
    assert portal.call(redo_life, run, disk, redo).done
    portal.call(finish, run)
    assert run.promises.asked > 0
    calls = disk.calls
    taken_up = 0
    for case in range(CASES):
        run, redo = begun(bench, done, tmp_path)
        at = 1 + case * calls // CASES
        disk = SimDisk(run.storage, Trouble(at, Crash(TEARS[case % len(TEARS)])))
        portal.call(redo_life, run, disk, redo)
        disk.die()  # where the call did not come: it is not always the same number
        if case % 2:
            run.after_kill()
        else:
            loss, sector = LOSSES[case % len(LOSSES)]
            run.storage.lose_power(loss, sector, random.Random(case))
            run.after_power_loss()
        run.require_sound(whole=False)
        portal.call(partial(finish, run))
        taken_up += run.promises.asked > 0
    assert 0 < taken_up < CASES
