"""A crash while a journal is repaired is no harm: it is repaired again."""

from __future__ import annotations

import random
from contextlib import suppress
from functools import partial

from anyio.from_thread import BlockingPortal
from torture_parts.crashes import LOSSES, TEARS, finish
from torture_parts.disk import Crash, Dead, SimDisk, Trouble
from torture_parts.rig import JOURNAL, Bench, Run
from torture_parts.storage import Storage

from codeiod.errors import CodeiodError
from codeiod.reports.repair import repair

NEVER = 10**9
STEP = 3


def damaged(storage: Storage) -> None:
    """Change a byte in a sealed segment."""
    segments = sorted(
        path for path in storage.names if path.parent == JOURNAL and "segm" in path.name
    )
    file = storage.names[segments[len(segments) // 2]]
    file.data[len(file.data) // 2] ^= 1
    file.durable[:] = file.data


def test_crash_at_calls(bench: Bench, portal: BlockingPortal) -> None:
    """Whatever was done of a repair, the next one ends it, and all lines are there once."""
    run = Run(bench)
    assert portal.call(run.live, SimDisk(run.storage)).done
    damaged(run.storage)
    whole = SimDisk(run.storage.copy(), Trouble(NEVER))
    assert repair(bench.plan.directory, whole) is not None
    assert whole.calls > 10
    for number, at in enumerate(range(1, whole.calls + 1, STEP)):
        case = Run(bench, run.storage.copy())
        disk = SimDisk(case.storage, Trouble(at, Crash(TEARS[number % len(TEARS)])))
        with suppress(Dead, CodeiodError):
            repair(bench.plan.directory, disk)
        disk.die()
        if number % 2:
            loss, sector = LOSSES[number % len(LOSSES)]
            case.storage.lose_power(loss, sector, random.Random(at))
        case.power_lost = True  # what was asked by an earlier run is in no book of this one
        repair(bench.plan.directory, SimDisk(case.storage))
        portal.call(partial(finish, case))
