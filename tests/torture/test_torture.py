"""Journal and dataset keep their promises on a disk that crashes, loses its power and fails.

The long form is ``make torture``: every call, every way. Here it is some of each.
"""

from __future__ import annotations

import errno
from collections.abc import Iterable
from itertools import chain

import pytest
from anyio.from_thread import BlockingPortal
from torture_parts import crashes, faults
from torture_parts.bugs import PLANTED, Bug
from torture_parts.crashes import Point, crash
from torture_parts.disk import GROWING
from torture_parts.faults import SYNCS, Case, fail
from torture_parts.rig import Bench, Broken

MANY = 500
"""Cases within which a planted bug must be found."""


def crash_all(portal: BlockingPortal, bench: Bench, points: Iterable[Point]) -> None:
    assert sum(portal.call(crash, bench, point) for point in points) > 8


def fail_all(portal: BlockingPortal, bench: Bench, cases: Iterable[Case]) -> None:
    assert sum(portal.call(fail, bench, case) for case in cases) > 3


def test_a_kill_at_any_call(portal: BlockingPortal, bench: Bench) -> None:
    """Wherever it is killed, and killed again, the next run ends as if nothing had been."""
    crash_all(portal, bench, crashes.kill_points(bench.calls, 41))


def test_a_loss_of_power_at_any_call(portal: BlockingPortal, bench: Bench) -> None:
    """What was not synced is dropped, torn or reordered; nothing that was promised is gone."""
    crash_all(portal, bench, crashes.power_points(15, bench.calls))


def test_a_failing_disk(portal: BlockingPortal, bench: Bench) -> None:
    """An EIO anywhere ends the run in one clear line, or nothing; the next one goes on."""
    fail_all(portal, bench, faults.failing(errno.EIO, bench.calls, 61))


def test_a_full_disk(portal: BlockingPortal, bench: Bench) -> None:
    """So does an ENOSPC where room is needed, and a disk that fills at some moment."""
    full = faults.failing(errno.ENOSPC, bench.calls // 2, 47, GROWING)
    fail_all(portal, bench, chain(full, faults.filling(100_000, 6)))


@pytest.mark.parametrize("bug", PLANTED.values(), ids=PLANTED.keys())
def test_planted_bugs_are_found(portal: BlockingPortal, bench: Bench, bug: Bug) -> None:
    """Whoever forgets a sync, turns the order around or retries a failed sync, is found."""
    with bug():
        assert found(portal, bench)


def found(portal: BlockingPortal, bench: Bench) -> bool:
    """Tell whether the rig finds something."""
    syncs = faults.failing(errno.EIO, bench.calls // 3, 1, SYNCS)
    once = (case for case in syncs if not case.lasting)
    for point, case in zip(crashes.power_points(MANY, bench.calls), once, strict=False):
        try:
            portal.call(fail, bench, case)
            portal.call(crash, bench, point)
        except Broken:
            return True
    return False
