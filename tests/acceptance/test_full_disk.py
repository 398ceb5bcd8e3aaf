"""Whole runs on a disk that is really full: what is paid for lands, and the next run goes on."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from recorded_parts import dataset

from ..daemon.warm import WARM, Process  # noqa: TID252 -- tests are in no named package
from .paid_teacher import PaidTeacher, paid_teacher
from .small_disk import SmallDisk, small_disk

FILES = 12
AT_ONCE = 4
PER_ITEM = 1 + 6
SECONDS = 100.0
WORK_LEFT = 3
MIB = 1 << 20
SETTINGS = (
    f"endpoint.0.max_in_flight={AT_ONCE}",
    "endpoint.0.concurrency=fixed",
    "sandbox.minimum_level=1",
    "sandbox.workers=1",
)


class FullRun:
    """A run on a small disk."""

    def __init__(self, disk: SmallDisk, sources: Path, teacher: PaidTeacher) -> None:
        self.disk = disk
        self.sources = sources
        self.teacher = teacher

    @property
    def out(self) -> Path:
        """The directory, seen from outside."""
        return self.disk.outside / "out"

    def start(self, *settings: str) -> Process:
        """Start it; its words are read from standard error."""
        options = [part for setting in (*SETTINGS, *settings) for part in ("--set", setting)]
        whom = ("--base-url", self.teacher.base_url, "--model", "m")
        where = ("--out", str(self.disk.folder / "out"))
        return WARM.start(
            ("run", str(self.sources), *where, *whom, *options),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            inside=self.disk.keeper,
        )

    def finish(self, *settings: str) -> tuple[int, str]:
        """Run it to its end; return its exit status and its words."""
        return ended(self.start(*settings))

    def tell(self, command: str) -> dict[str, Any]:
        """Return what a command of codeiod tells of the directory."""
        arguments = (command, str(self.disk.folder / "out"), "--json")
        told = WARM.run(arguments, self.sources, SECONDS, inside=self.disk.keeper)
        told.check_returncode()
        return dict(json.loads(told.stdout))


def ended(process: Process) -> tuple[int, str]:
    """Wait for a run; return its exit status and its words."""
    try:
        words, _ = process.communicate(timeout=SECONDS)
    except BaseException:
        process.kill()
        process.wait(SECONDS)
        raise
    return process.returncode, words


@pytest.fixture
def teacher() -> Iterator[PaidTeacher]:
    """Run a teacher that counts beside the test."""
    with paid_teacher() as running:
        yield running


@pytest.fixture
def sources(tmp_path: Path) -> Path:
    """Return a folder of small files."""
    folder = tmp_path / "src"
    folder.mkdir()
    for number in range(FILES):
        (folder / f"f{number}.py").write_text(f"def f(n):\n    return n + {number}\n")
    return folder


@pytest.fixture
def expected(sources: Path, tmp_path: Path) -> set[str]:
    """Return the samples of an undisturbed run."""
    with paid_teacher() as teacher, small_disk(tmp_path / "wide", 64 * MIB) as disk:
        run = FullRun(disk, sources, teacher)
        assert run.finish("journal.reserve_bytes=1000000")[0] == 0
        return set(dataset.read(run.out).ids)


def test_filled_up_during_a_run(
    teacher: PaidTeacher, sources: Path, tmp_path: Path, expected: set[str]
) -> None:
    """Full while calls are in flight: all answers land, 3, one line; the next run ends the work."""
    reserve = f"journal.reserve_bytes={MIB}"
    with small_disk(tmp_path / "disk", 16 * MIB) as disk:
        run = FullRun(disk, sources, teacher)
        process = run.start(reserve)
        for _ in range(3 * PER_ITEM):
            assert teacher.waiting.acquire(timeout=SECONDS)
        teacher.hold.clear()
        while teacher.asked.total() - teacher.answered.total() < AT_ONCE:
            assert teacher.waiting.acquire(timeout=SECONDS)
        disk.fill()
        teacher.output_tokens = 51  # told apart in the report
        teacher.hold.set()
        status, words = ended(process)
        assert status == WORK_LEFT, words
        line = f"no room left on the disk of {disk.folder / 'out'}: make room and run again to go"
        assert line in " ".join(words.split())
        assert "Traceback" not in words
        assert not (run.out / "journal" / "RESERVE").exists()

        disk.relieve()
        report = run.tell("status")
        assert report["calls"]["answered"] == teacher.answered.total()
        assert report["calls"]["in_flight_lost"] == 0
        assert report["items"]["pending"] > 0
        assert run.tell("check")["ok"]

        status, words = run.finish(reserve)
        assert status == 0, words
        assert max(teacher.asked.values()) == 1
        assert teacher.asked.total() == FILES * PER_ITEM
        assert set(dataset.read(run.out).ids) == expected
        assert run.tell("check")["ok"]


def test_a_disk_that_grows_by_little(
    teacher: PaidTeacher, sources: Path, tmp_path: Path, expected: set[str]
) -> None:
    """Full again and again, wherever it happens to be: nothing is asked twice, nothing is lost."""
    size, step = 224 * 1024, 64 * 1024
    settings = ("journal.reserve_bytes=131072", "journal.segment_bytes=65536")
    with small_disk(tmp_path / "disk", size) as disk:
        run = FullRun(disk, sources, teacher)
        runs = 1
        while (found := run.finish(*settings))[0] == WORK_LEFT:
            assert "no room" in found[1]
            assert "Traceback" not in found[1]
            size, runs = size + step, runs + 1
            disk.resize(size)
        assert found[0] == 0, found[1]
        assert runs > 1
        assert max(teacher.asked.values()) == 1
        assert teacher.asked.total() == FILES * PER_ITEM
        assert set(dataset.read(run.out).ids) == expected
        assert run.tell("check")["ok"]


def test_no_room_to_begin(teacher: PaidTeacher, sources: Path, tmp_path: Path) -> None:
    """Without room for the reserve nothing is asked, and the line names the setting."""
    with small_disk(tmp_path / "disk", MIB) as disk:
        run = FullRun(disk, sources, teacher)
        status, words = run.finish()
        assert status == WORK_LEFT, words
        assert "journal.reserve_bytes" in words
        assert teacher.asked.total() == 0
        assert [path.name for path in (run.out / "journal").iterdir()] == ["LOCK"]
        assert run.finish("journal.reserve_bytes=65536")[0] == 0
