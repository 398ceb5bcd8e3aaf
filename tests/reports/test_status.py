"""The report holds exactly what the contract lists, and adds up."""

from __future__ import annotations

import errno
import json
from collections.abc import Callable
from pathlib import Path
from threading import Event

import anyio
import pytest
from anyio import to_thread

from codeiod.errors import DirectoryError, DiskFailed
from codeiod.items import Origin, item_id_of
from codeiod.journal import Journal
from codeiod.journal.disk import OsDisk
from codeiod.journal.places import Places
from codeiod.journal.records import Admit
from codeiod.journal.replay import read_state
from codeiod.reports import read_report, report_of, write_report
from codeiod.reports.status import broken_equations

Fill = Callable[[Path], None]

REPORT = {
    "format": 1,
    "recipe": "r1",
    "entries": 6,
    "duplicates": 1,
    "items": {"finished": 2, "rejected": 2, "pending": 1},
    "rejected": {"fault": 1, "unparsable": 1},
    "samples": {
        "output_prediction": {"total": 2, "right_1": 0, "right_2": 2},
        "input_prediction": {"total": 0, "right_1": 0, "right_2": 0},
    },
    "rejected_samples": {"truncated": 2},
    "calls": {"answered": 1, "failed": 0, "truncated": 0, "in_flight_lost": 1},
    "tokens": {"input": 5, "cached": 1, "output": 7, "estimated": 0},
    "money": {"USD": 0.25},
    "money_perhaps": {"USD": 0.5},
    "cut_bytes": 0,
}
"""All but the forecast, which has its own tests."""


def test_report(tmp_path: Path, fill_directory: Fill) -> None:
    """``report.json`` is what ``status`` says: the contract's keys, in their order, no others."""
    fill_directory(tmp_path)
    written = (tmp_path / "report.json").read_bytes()
    report = json.loads(written)
    assert list(report) == [*REPORT, "forecast"]
    assert report == REPORT | {"forecast": report["forecast"]}
    assert read_report(tmp_path).to_json() == written
    assert read_report(tmp_path).items.pending
    assert not [path for path in tmp_path.iterdir() if path.name.startswith(".")]


def test_lost_or_in_flight(tmp_path: Path, fill_directory: Fill) -> None:
    """A call in flight is lost where no daemon is alive, and only there."""
    fill_directory(tmp_path)
    state = read_state(tmp_path, OsDisk())
    assert report_of(state, alive=True).calls.in_flight_lost == 0
    assert report_of(state, alive=False).calls.in_flight_lost == 1


def test_not_ours(tmp_path: Path) -> None:
    """A directory without a journal has no report."""
    with pytest.raises(DirectoryError, match="not a codeiod directory"):
        read_report(tmp_path)


class ReportDisk(OsDisk):
    """A disk that refuses commits, or hangs when a report is put in place."""

    def __init__(self, *, refusing: bool = False) -> None:
        self.refusing = refusing
        self.hanging = False
        self.hung = Event()
        self.answer = Event()

    def write(self, descriptor: int, data: bytes | memoryview) -> int:
        if self.refusing and b'"kind":"admit"' in bytes(data):
            raise OSError(errno.EIO, "planted")
        return super().write(descriptor, data)

    def replace(self, source: Path, target: Path) -> None:
        if self.hanging:
            self.hung.set()
            self.answer.wait(30)
        super().replace(source, target)


def admit(name: str) -> Admit:
    return Admit(item_id_of(name.encode()), "r1", Origin("s", name), {}, name, "now")


async def items_told(directory: Path) -> int:
    data = await anyio.Path(directory, "report.json").read_bytes()
    return int(json.loads(data)["items"]["pending"])


async def test_never_ahead_of_the_journal(tmp_path: Path) -> None:
    """The report tells of nothing that is not durable; a journal that failed leaves the old one."""
    disk = ReportDisk()

    async def run() -> None:
        async with Journal.open(tmp_path, disk=disk) as journal:
            journal.append(admit("one"))
            await write_report(tmp_path, journal)
            assert journal._synced == journal._seq - 1
            disk.refusing = True
            journal.append(admit("two"))
            with pytest.raises(DiskFailed):
                await write_report(tmp_path, journal)

    with pytest.raises(DiskFailed):
        await run()
    assert await items_told(tmp_path) == 1


async def test_hung_report(tmp_path: Path) -> None:
    """A report that hangs can be left behind, and does not spoil a later one."""
    disk = ReportDisk()
    async with Journal.open(tmp_path, disk=disk) as journal:
        disk.hanging = True
        async with anyio.create_task_group() as group:
            group.start_soon(write_report, tmp_path, journal)
            await to_thread.run_sync(disk.hung.wait)
            group.cancel_scope.cancel()
        disk.hanging = False
        journal.append(admit("one"))
        async with anyio.create_task_group() as group:
            group.start_soon(write_report, tmp_path, journal)
            await journal.flush()
            disk.answer.set()
    assert await items_told(tmp_path) == 1


def test_equations(tmp_path: Path, fill_directory: Fill) -> None:
    """Both equations hold, and are named where they don't."""
    fill_directory(tmp_path)
    state = read_state(tmp_path, OsDisk())
    assert broken_equations(state) == []
    state.items += 1
    assert broken_equations(state) == [
        "6 entries are not 6 items + 1 duplicates",
        "6 items are not 2 finished + 2 rejected + 1 pending",
    ]
    state.items -= 1
    state.places = Places()
    state.places.add(item_id_of(b"one"), Origin("s", "one"))
    assert broken_equations(state) == ["1 entries are not 5 items + 1 duplicates"]
