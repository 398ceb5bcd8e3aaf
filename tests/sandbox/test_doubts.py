"""Who killed a child, and what that says of its program."""

import os
import signal
from pathlib import Path

import pytest

from codeiod_sandbox import Died, Outcome, OverMemory, Returned, SandboxError, TimedOut
from codeiod_sandbox.doubts import Doubts
from codeiod_sandbox.guest.messages import HEADER, Ended, Report
from codeiod_sandbox.killers import Killer, Machine, counters
from codeiod_sandbox.records import Reading, bytes_in_use, make_outward, read_outcomes

DONE = Returned("1", 1, 0.0)
GUESS: list[Outcome] = [DONE, OverMemory()]


def settled(killers: list[Killer | None], *, by_itself: bool = False) -> list[Outcome]:
    """Return what stands after a program was killed by these, one after the other."""
    doubts = Doubts()
    for killer in killers[:-1]:
        assert doubts.settle(GUESS, killer, by_itself=by_itself) == [DONE]
    return list(doubts.settle(GUESS, killers[-1], by_itself=by_itself))


@pytest.mark.parametrize(
    ("killers", "expected"),
    [
        ([None], GUESS),
        ([Killer.ITS_OWN_LIMIT], GUESS),
        ([Killer.KERNEL], [DONE]),
        ([Killer.KERNEL, Killer.KERNEL], GUESS),
        ([Killer.SOMEBODY] * 3, [DONE]),
        ([Killer.SOMEBODY, Killer.KERNEL, Killer.SOMEBODY, Killer.SOMEBODY], [DONE]),
        ([Killer.SOMEBODY, Killer.KERNEL, Killer.KERNEL], GUESS),
    ],
)
def test_what_stands(killers: list[Killer | None], expected: list[Outcome]) -> None:
    """The kernel is believed at the second time, somebody never."""
    assert settled(killers) == expected


def test_killed_by_somebody_again_and_again() -> None:
    """It is an error of the sandbox, as it says nothing of the program."""
    with pytest.raises(SandboxError, match="killed from outside 4 times"):
        settled([Killer.SOMEBODY] * 4)


def test_killed_by_itself() -> None:
    """Where nothing keeps it from that, it is what the program does."""
    assert settled([Killer.SOMEBODY] * 4, by_itself=True) == [DONE, Died("SIGKILL")]


@pytest.mark.parametrize(
    ("status", "ended", "expected", "own"),
    [
        (signal.SIGKILL, Ended.ITSELF, OverMemory(), False),
        (signal.SIGKILL, Ended.STOPPED, TimedOut("wall"), False),
        (signal.SIGTERM, Ended.ITSELF, Died("SIGTERM"), True),
        (signal.SIGKILL, Ended.CPU, TimedOut("cpu"), None),
        (signal.SIGSEGV, Ended.ITSELF, Died("SIGSEGV"), None),
        (signal.SIGXCPU, Ended.ITSELF, Died("SIGXCPU"), None),
        (70 << 8, Ended.ITSELF, Died("exit 70"), None),
    ],
)
def test_ends_that_leave_a_doubt(
    status: int, ended: Ended, expected: Outcome, own: bool | None
) -> None:
    """Only a signal that nobody of ours sent does, and that nothing in the jail explains."""
    outward = make_outward(1, 1 << 10)
    os.pwrite(outward, HEADER.pack(1, 0), 0)
    reading = read_outcomes(
        outward, bytes_in_use(outward), 1, 1 << 10, Report(1, status, ended, 0.0, 0)
    )
    os.close(outward)
    assert reading.outcomes == [expected]
    assert (reading.may_be_its_own if reading.ended_by else None) == own
    assert isinstance(reading, Reading)


def test_the_machine_counts_its_kills() -> None:
    """While the kernel kills nobody, whoever is killed was killed by somebody."""
    if "oom_kill" not in counters(Path("/proc/vmstat")):
        pytest.skip("this kernel does not count")
    assert Machine().killer() is Killer.SOMEBODY


def test_a_machine_that_does_not_count(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """It may have been the kernel each time."""
    monkeypatch.setattr("codeiod_sandbox.killers._MACHINE", tmp_path / "vmstat")
    assert Machine().killer() is Killer.KERNEL
    (tmp_path / "vmstat").write_text("nr_free_pages 5\noom_kill 7\n")
    machine = Machine()
    assert machine.killer() is Killer.SOMEBODY
    (tmp_path / "vmstat").write_text("nr_free_pages 5\noom_kill 8\n")
    assert machine.killer() is Killer.KERNEL
    assert machine.killer() is Killer.SOMEBODY
