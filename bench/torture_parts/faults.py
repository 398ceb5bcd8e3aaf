"""Calls to the disk that fail: EIO on every one, ENOSPC on those that need room, a disk that fills.

Imports ``rig``, ``disk``, ``crashes`` and ``storage``. The run may end with one clear line or go on
without what failed; whichever it was, the next one ends as if nothing had been, and so it does
after a loss of power.
"""

from __future__ import annotations

import errno
import random
from collections.abc import Collection, Iterator
from dataclasses import dataclass

from codeiod.errors import DirectoryError, DiskFull
from torture_parts.crashes import finish
from torture_parts.disk import Call, Fail, SimDisk, Trouble
from torture_parts.rig import Bench, Broken, Ended, Run
from torture_parts.storage import Loss

SYNCS = frozenset({Call.SYNC})

SAYS = {errno.EIO: DirectoryError, errno.ENOSPC: DiskFull}
"""What the operator is told: a disk that fails ends a run with 4, a full one with 3."""


@dataclass(frozen=True, slots=True)
class Case:
    """A life with failing calls."""

    trouble: Trouble
    room_bytes: int | None = None
    power: bool = False
    """Whether power is lost after it."""

    @property
    def lasting(self) -> bool:
        """Whether all later calls fail, too."""
        return isinstance(self.trouble.what, Fail) and self.trouble.what.for_good


async def fail(bench: Bench, case: Case) -> bool:
    """Play a case; tell whether the trouble came.

    :raises Broken: a promise was not kept.
    """
    run = Run(bench)
    disk = SimDisk(run.storage, case.trouble, case.room_bytes)
    ended = await run.live(disk)
    _require_told(run, case, ended)
    disk.die()
    if case.power:
        run.storage.lose_power(Loss.DROPPED, 512, random.Random(0))
        run.after_power_loss()
    run.require_sound(whole=False)
    await finish(run)
    return bool(disk.struck) or not ended.done


def _require_told(run: Run, case: Case, ended: Ended) -> None:
    """What ends a run is one clear line that names the place."""
    if ended.done:
        return
    what = case.trouble.what
    kind = SAYS[what.number] if case.trouble.at and isinstance(what, Fail) else DiskFull
    if not ended.told or not isinstance(ended.error, kind) or "/torture" not in str(ended.error):
        raise Broken(f"not told clearly: {ended.error!r}; {run.lives}") from ended.error


def failing(
    number: int, last: int, step: int = 1, kinds: Collection[Call] = frozenset(Call)
) -> Iterator[Case]:
    """Name failures with an errno at every ``step``-th call of some kinds, once and for good."""
    for turn, at in enumerate(range(1, last + 1, step)):
        for for_good in (False, True):
            trouble = Trouble(at, Fail(number, for_good=for_good), kinds)
            yield Case(trouble, power=bool(turn % 2))


def filling(most_bytes: int, cases: int) -> Iterator[Case]:
    """Name disks that fill at some moment of the run."""
    for number in range(cases):
        yield Case(Trouble(), room_bytes=most_bytes * number // cases)
