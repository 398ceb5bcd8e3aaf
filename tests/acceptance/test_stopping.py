"""How a run stops, how it goes on, and that a directory has one run at a time."""

from __future__ import annotations

import signal
import subprocess
import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import replace

from recorded_parts import dataset
from recorded_parts.daemon import Run, kill
from recorded_parts.material import File
from recorded_parts.teacher import Teacher
from recorded_parts.undisturbed import Undisturbed

PATIENCE_SECONDS = 60.0
NEVER_SECONDS = 3600.0
FILES = 16
WORK_LEFT, DIRECTORY = 3, 4


Taught = Callable[..., AbstractContextManager[tuple[Run, Teacher]]]
"""Prepares a run and its teacher."""


def await_that(fact: Callable[[], object]) -> None:
    """Wait until something is the case in another process."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not fact():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def begun(run: Run, teacher: Teacher, answers: int = 0) -> subprocess.Popen[bytes]:
    """Start a run and wait until its teacher has been asked, or has answered so often."""
    process = run.start()
    await_that(lambda: teacher.stats()["peak"] and teacher.stats()["answers"] >= answers)
    return process


def test_sigterm_drains_and_the_next_runs_go_on(
    taught: Taught, undisturbed: Undisturbed, files: list[File]
) -> None:
    """Calls in flight land, nothing is asked again; without SOURCE what is begun is ended."""
    with taught("endpoint.0.max_in_flight=4", items=FILES, latency=0.3) as (run, teacher):
        process = begun(run, teacher, answers=8)
        process.send_signal(signal.SIGTERM)
        assert process.wait(PATIENCE_SECONDS) == WORK_LEFT
        stopped = run.report()
        assert run.findings() == ""
        assert stopped["items"]["pending"] > 0
        assert stopped["calls"]["in_flight_lost"] == 0

        assert replace(run, sources=()).finish() == 0
        resumed = run.report()
        assert resumed["items"]["pending"] == 0
        assert resumed["entries"] == stopped["entries"]

        assert run.finish() == 0
        assert teacher.stats()["repeated"] == 0
    expected = undisturbed.lines.of({file.item_id for file in files[:FILES]})
    assert dataset.read(run.directory).ids == expected.ids


def test_a_second_sigint_stops_at_once(taught: Taught) -> None:
    """The first waits for the calls in flight, which never come; the second does not."""
    with taught(latency=NEVER_SECONDS) as (run, teacher):
        process = begun(run, teacher)
        process.send_signal(signal.SIGINT)
        await_that(lambda: b"run.stopping" in run.log.read_bytes())
        assert process.poll() is None
        process.send_signal(signal.SIGINT)
        assert process.wait(PATIENCE_SECONDS) == WORK_LEFT
        assert run.findings() == ""
        assert run.report()["calls"]["in_flight_lost"] > 0


def test_a_directory_has_one_run_at_a_time(taught: Taught) -> None:
    """A second run on it is refused in one line and disturbs nothing."""
    with taught(latency=NEVER_SECONDS) as (run, teacher):
        process = begun(run, teacher)
        try:
            before = run.log.stat().st_size
            assert run.finish(PATIENCE_SECONDS) == DIRECTORY
            said = run.log.read_bytes()[before:].decode()
            assert "in use" in said
            assert "Traceback" not in said
            assert process.poll() is None
        finally:
            kill(process)
