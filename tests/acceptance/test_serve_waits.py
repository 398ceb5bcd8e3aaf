"""What ends a run makes a daemon wait: it says why, is not ready meanwhile, and then goes on."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from ..daemon.warm import WARM  # noqa: TID252 -- tests are in no named package
from .paid_teacher import PaidTeacher, paid_teacher
from .serving import PATIENCE_SECONDS, await_that, daemon_in
from .small_disk import SmallDisk, small_disk

FILES = 12
AT_ONCE = 4
PER_ITEM = 1 + 6
MIB = 1 << 20


@pytest.fixture
def teacher() -> Iterator[PaidTeacher]:
    """Run a paid teacher beside the test."""
    with paid_teacher() as running:
        yield running


@pytest.fixture
def disk(short_folder: Path) -> Iterator[SmallDisk]:
    """Mount a small disk."""
    with small_disk(short_folder / "disk", 16 * MIB) as mounted:
        yield mounted


def test_a_full_disk(disk: SmallDisk, short_folder: Path, teacher: PaidTeacher) -> None:
    """What is in flight lands on the reserve, nothing new is paid for; with room all goes on."""
    out = disk.folder / "out"
    flags = ("--base-url", teacher.base_url, "--model", "m")
    with daemon_in(short_folder, flags) as daemon:
        daemon.inside = disk.keeper
        daemon.config |= {
            "output.dir": str(out),
            "journal.reserve_bytes": MIB,
            "items.in_flight": AT_ONCE,
        }
        teacher.hold.clear()
        daemon.begin()
        daemon.put(*(f"def f(n):\n    return n + {number}\n" for number in range(FILES)))
        for _ in range(AT_ONCE):
            assert teacher.waiting.acquire(timeout=PATIENCE_SECONDS)
        disk.fill()
        teacher.hold.set()
        daemon.manager.await_status("no room left on the disk")
        assert daemon.ask("/readyz")[0] == 503
        assert daemon.process is not None
        assert daemon.process.poll() is None
        disk.relieve()
        daemon.manager.await_status(f"{FILES} items done ({FILES} finished")
        await_that(lambda: daemon.ask("/readyz")[0] == 200, "it is not ready again")
        assert daemon.stop() == 0
        assert set(teacher.asked.values()) == {1}
        assert teacher.asked.total() == FILES * PER_ITEM
        checked = WARM.run(("check", str(out)), short_folder, PATIENCE_SECONDS, inside=disk.keeper)
        assert checked.returncode == 0, checked.stdout


def test_a_disk_that_is_full_at_the_start(
    disk: SmallDisk, short_folder: Path, teacher: PaidTeacher
) -> None:
    """It waits for room to begin in, and says so."""
    flags = ("--base-url", teacher.base_url, "--model", "m")
    with daemon_in(short_folder, flags) as daemon:
        daemon.inside = disk.keeper
        daemon.config |= {
            "output.dir": str(disk.folder / "out"),
            "journal.reserve_bytes": 15 * MIB,
        }
        (disk.outside / "ballast").write_bytes(bytes(4 * MIB))
        daemon.start()
        daemon.manager.await_status("waiting: no room")
        assert not daemon.manager.said("READY")
        disk.relieve()
        daemon.manager.await_word("READY")
        assert daemon.stop() == 0


@pytest.mark.parametrize("reserve_bytes", [MIB, 0])
def test_a_drain_on_a_full_disk(
    disk: SmallDisk, short_folder: Path, teacher: PaidTeacher, reserve_bytes: int
) -> None:
    """What is in flight lands on the reserve; without one it ends all the same, with 1.

    The next start goes on, and asks again at most what could not be written.
    """
    flags = ("--base-url", teacher.base_url, "--model", "m")
    with daemon_in(short_folder, flags) as daemon:
        daemon.inside = disk.keeper
        daemon.config |= {
            "output.dir": str(disk.folder / "out"),
            "journal.reserve_bytes": reserve_bytes,
            "items.in_flight": AT_ONCE,
            "service.grace_seconds": 1 if not reserve_bytes else 3600,
        }
        teacher.hold.clear()
        daemon.begin()
        daemon.put(*(f"def f(n):\n    return n + {number}\n" for number in range(FILES)))
        for _ in range(AT_ONCE):
            assert teacher.waiting.acquire(timeout=PATIENCE_SECONDS)
        disk.fill()
        teacher.hold.set()
        daemon.manager.await_status("no room left on the disk")
        assert daemon.stop() == (0 if reserve_bytes else 1)
        assert "\nTraceback" not in daemon.log
        disk.relieve()
        daemon.begin()
        daemon.manager.await_status(f"{FILES} items done ({FILES} finished")
        assert daemon.stop() == 0
        again = teacher.asked.total() - len(teacher.asked)
        assert again <= (0 if reserve_bytes else AT_ONCE)
