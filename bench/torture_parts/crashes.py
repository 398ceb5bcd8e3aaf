"""Crashes at every call to the disk, and losses of power: what is left goes on as promised.

Imports ``rig``, ``disk`` and ``storage``. A case is a run that is struck, goes on, and is held
against the oracle after each life; it raises ``Broken``, with what befell it.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass

from torture_parts.disk import Crash, SimDisk, Trouble
from torture_parts.rig import Bench, Broken, Ended, Run
from torture_parts.storage import Loss

TEARS = (0.0, 0.5, 1.0)
"""A call is done not at all, half (what is one step: wholly), or but for one byte."""
EARLY_CALLS = 23
"""Of the life after a crash: recovery and what comes next."""
NEVER = 10**9
LOSSES = (
    (Loss.DROPPED, 512),
    (Loss.TORN, 512),
    (Loss.TORN, 4096),
    (Loss.REORDERED, 512),
    (Loss.REORDERED, 4096),
)


@dataclass(frozen=True, slots=True)
class Point:
    """A crash in the first life at one call, and one in the next; then a life in peace."""

    at: int
    done: float
    again_at: int
    """NEVER: the next life is in peace, too."""
    power: tuple[Loss, int] | None = None
    """How power is lost at both; None: only the process is killed."""
    seed: int = 0


async def crash(bench: Bench, point: Point) -> bool:
    """Play a case; tell whether the first crash came before the run was through.

    :raises Broken: a promise was not kept.
    """
    run = Run(bench)
    draw = random.Random(point.seed)
    first = await _life(run, point, point.at, draw)
    if not first.done:
        await _life(run, point, point.again_at, draw)
    await finish(run)
    return not first.done


async def finish(run: Run) -> None:
    """Let the run go on to its end, lose the power once more, and judge.

    :raises Broken: a promise was not kept, or it does not go on.
    """
    disk = SimDisk(run.storage)
    ended = await run.live(disk)
    if not ended.done:
        raise Broken(f"it does not go on: {run.lives}") from ended.error
    disk.die()
    run.require_sound(whole=True)
    # What is done is done for good.
    run.storage.lose_power(Loss.DROPPED, 512, random.Random(0))
    run.lives.append("power lost at the end")
    run.require_sound(whole=True)


async def _life(run: Run, point: Point, at: int, draw: random.Random) -> Ended:
    disk = SimDisk(run.storage, Trouble(at, Crash(point.done)))
    ended = await run.live(disk)
    if not disk.dead:
        if not ended.done:
            raise Broken(f"it does not go on: {run.lives}") from ended.error
        disk.die()
    if point.power is None:
        run.after_kill()
    else:
        loss, sector = point.power
        with run.storage.turn:
            run.storage.lose_power(loss, sector, draw)
        run.lives.append(f"power lost, {loss.value}, {sector}")
        run.after_power_loss()
    run.require_sound(whole=False)
    return ended


def kill_points(last: int, step: int = 1) -> Iterator[Point]:
    """Name crashes at every ``step``-th call up to the last one, torn in each way."""
    for number, at in enumerate(range(1, last + 1, step)):
        for done in TEARS:
            yield Point(at, done, (7 * number) % EARLY_CALLS + 1)


def resume_points(last: int, step: int = 1) -> Iterator[Point]:
    """Name crashes half-way, and at every ``step``-th call of the next life, in each way."""
    for again_at in range(1, last + 1, step):
        for done in TEARS:
            yield Point(last // 2, done, again_at)


def power_points(cases: int, last: int, seed: int = 1) -> Iterator[Point]:
    """Name losses of power at any call, in each way in turn."""
    draw = random.Random(seed)
    for number in range(cases):
        at, again = draw.randint(1, last), draw.choice((draw.randint(1, EARLY_CALLS), NEVER))
        power = LOSSES[number % len(LOSSES)]
        yield Point(at, draw.choice(TEARS), again, power, draw.randrange(2**32))
