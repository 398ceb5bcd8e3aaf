"""Whatever clocks do while the machine stands still, a sound program is not to blame for it."""

import os
import subprocess
from collections.abc import Iterator

import pytest

from codeiod_sandbox.guest import watch
from codeiod_sandbox.guest.messages import HEADER, Ended, Job

TICK_SECONDS = 0.1
JOB = Job(1, 4, call_seconds=5.0, wall_seconds=20.0, memory_bytes=1 << 20, output_bytes=1 << 10)


class Watched:
    """A child's account, kept by clocks that are set by hand."""

    def __init__(self, job: Job, child: int, outward: int) -> None:
        self.wall = self.cpu = 100.0
        self._account = watch._Account(job, child, outward, self.wall)
        self._account._clock = self.cpu

    def after(self, wall_seconds: float, cpu_seconds: float) -> Ended:
        """Return what the account says after so much time."""
        self.wall += wall_seconds
        self.cpu += cpu_seconds
        return self._account.overdrawn()


@pytest.fixture
def outward() -> Iterator[int]:
    descriptor = os.memfd_create("outward")
    os.pwrite(descriptor, HEADER.pack(1, 0), 0)
    yield descriptor
    os.close(descriptor)


@pytest.fixture(scope="module")
def child() -> Iterator[int]:
    """Return a process that is there, and does nothing."""
    with subprocess.Popen(["sleep", "600"]) as sleeper:
        yield sleeper.pid
        sleeper.kill()


@pytest.fixture
def watched(child: int, outward: int, monkeypatch: pytest.MonkeyPatch) -> Watched:
    watched = Watched(JOB, child, outward)
    monkeypatch.setattr(watch, "_monotonic", lambda: watched.wall)
    monkeypatch.setattr(watch, "cpu_seconds", lambda _: watched.cpu)
    monkeypatch.setattr(watch, "_CORES", 2)
    watched.after(TICK_SECONDS, 0.01)
    return watched


def looks(watched: Watched, cpu_seconds: float) -> int:
    """Return after how many looks a child is ended that uses so much between two of them."""
    for number in range(1, 10_000):
        ended = watched.after(TICK_SECONDS, cpu_seconds)
        if ended is not Ended.ITSELF:
            assert ended is Ended.CPU
            return number
    raise AssertionError("it is never ended")


def test_a_program_has_the_time_of_a_call(watched: Watched) -> None:
    """Not more, and not less."""
    assert looks(watched, TICK_SECONDS) in (50, 51)


def test_threads_use_up_the_time_of_a_call_together(watched: Watched) -> None:
    """On two cores it lasts half as long."""
    assert looks(watched, 2 * TICK_SECONDS) in (25, 26)


@pytest.mark.parametrize("cpu_seconds", [0.0, 6.0, 600.0])
@pytest.mark.parametrize("wall_seconds", [TICK_SECONDS, 6.0, 600.0])
def test_a_machine_that_stood_still(
    watched: Watched, wall_seconds: float, cpu_seconds: float
) -> None:
    """Neither clock's jump is held against a program, whichever of the two it was."""
    assert watched.after(wall_seconds, cpu_seconds) is Ended.ITSELF
    assert watched.after(TICK_SECONDS, 0.01) is Ended.ITSELF


def test_a_short_limit_bears_a_short_halt(
    child: int, outward: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No single lapse is as long as what one call may take."""
    short = Watched(JOB._replace(call_seconds=0.25, wall_seconds=1.0), child, outward)
    monkeypatch.setattr(watch, "_monotonic", lambda: short.wall)
    monkeypatch.setattr(watch, "cpu_seconds", lambda _: short.cpu)
    assert short.after(TICK_SECONDS, 0.01) is Ended.ITSELF
    assert short.after(0.3, 0.3) is Ended.ITSELF
    assert looks(short, TICK_SECONDS) <= 2
