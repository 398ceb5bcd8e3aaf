"""The daemon under a service manager of the test's own: start, watchdog, reload, drain, restart."""

from __future__ import annotations

import math
import signal
import socket
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from recorded_parts import dataset

from .paid_teacher import PaidTeacher, paid_teacher
from .serving import PATIENCE_SECONDS, Daemon, await_that, daemon_in, stallable

FILES = 6
PER_ITEM = 1 + 6
AT_ONCE = 4
DONE, SETTINGS, DIRECTORY = 0, 2, 4


@pytest.fixture
def teacher() -> Iterator[PaidTeacher]:
    """Run a paid teacher beside the test."""
    with paid_teacher() as running:
        yield running


@pytest.fixture
def daemon(short_folder: Path, teacher: PaidTeacher) -> Iterator[Daemon]:
    """Prepare a daemon that asks the paid teacher."""
    with daemon_in(short_folder, taught_by(teacher)) as prepared:
        yield prepared


def taught_by(teacher: PaidTeacher, at_once: int = AT_ONCE) -> tuple[str, ...]:
    """Return the flags that name a teacher."""
    settings = (f"endpoint.0.max_in_flight={at_once}", "endpoint.0.concurrency=fixed")
    assigned = [part for setting in settings for part in ("--set", setting)]
    return ("--base-url", teacher.base_url, "--model", "m", *assigned)


def file(number: int) -> str:
    return f"def f(n):\n    return n + {number}\n"


def test_from_start_to_drain(daemon: Daemon, teacher: PaidTeacher) -> None:
    """Ready once it can work, alive all along, told in words, drained with 0, nothing left over."""
    daemon.watchdog_seconds = 1.0
    daemon.put(*map(file, range(FILES)))
    daemon.begin()
    manager = daemon.manager
    assert manager.said("EXTEND_TIMEOUT_USEC", "30000000")
    manager.await_status(f"{FILES:,} items done ({FILES} finished, 0 rejected)")
    manager.await_word("WATCHDOG", times=3)
    await_that(lambda: daemon.pending() == 0, "report.json is not kept")
    daemon.put(file(FILES))
    manager.await_status(f"{FILES + 1} items done")
    assert daemon.ask("/readyz")[0] == 200
    assert daemon.stop() == DONE
    keys = [key for message in manager.heard for key in message]
    assert keys.index("READY") < keys.index("STOPPING")
    assert keys.count("READY") == keys.count("STOPPING") == 1
    assert daemon.findings() == ""
    assert len(dataset.read(daemon.out).samples) == 6 * (FILES + 1)
    assert set(teacher.asked.values()) == {1}
    assert not (daemon.out / "control.sock").exists()
    assert "Traceback" not in daemon.log


def test_ready_only_when_someone_can_be_asked(short_folder: Path) -> None:
    """While no endpoint is there it says why and is not ready; once one is, it goes on."""
    with socket.create_server(("127.0.0.1", 0)) as found:
        port = found.getsockname()[1]
    nowhere = PaidTeacher(base_url=f"http://127.0.0.1:{port}/v1")
    with daemon_in(short_folder, taught_by(nowhere)) as daemon:
        daemon.start()
        daemon.manager.await_status("can answer")
        daemon.manager.await_word("EXTEND_TIMEOUT_USEC", "30000000")
        assert not daemon.manager.said("READY")
        await_that(lambda: "web.listening" in daemon.log, "it does not listen")
        status, facts = daemon.ask("/readyz")
        assert (status, facts["ready"]) == (503, False)
        with paid_teacher(port) as teacher:
            daemon.put(file(1))
            daemon.manager.await_word("READY")
            daemon.manager.await_status("1 items done")
            assert teacher.answered.total() == PER_ITEM
            assert daemon.stop() == DONE


def test_sigterm_before_it_is_ready(short_folder: Path) -> None:
    """A start that waits is ended by a signal, with 0."""
    nowhere = PaidTeacher(base_url="http://127.0.0.1:9/v1")
    with daemon_in(short_folder, taught_by(nowhere)) as daemon:
        daemon.start()
        daemon.manager.await_status("can answer")
        assert daemon.stop() == DONE
        assert not daemon.manager.said("READY")


def test_a_stalled_loop_is_found_out(daemon: Daemon) -> None:
    """It says nothing while its loop stands still; the manager's SIGABRT leaves the stack."""
    daemon.watchdog_seconds = 0.4
    daemon.command = stallable()
    daemon.begin()
    manager = daemon.manager
    manager.await_word("WATCHDOG", times=3)
    daemon.send(signal.SIGUSR2)
    last = -1
    deadline = time.monotonic() + PATIENCE_SECONDS
    while last != (last := manager.said("WATCHDOG")):  # until none has come for some of its times
        assert time.monotonic() < deadline
        time.sleep(4 * daemon.watchdog_seconds)
    daemon.send(signal.SIGCONT)
    manager.await_word("WATCHDOG", times=last + 2)
    daemon.send(signal.SIGUSR2)
    daemon.send(signal.SIGABRT)
    assert daemon.ended() == -signal.SIGABRT
    assert "most recent call first" in daemon.log
    daemon.begin()
    assert daemon.stop() == DONE


def test_reload(daemon: Daemon, teacher: PaidTeacher) -> None:
    """SIGHUP brings new settings in, and is told as systemd wants it; broken ones are refused."""
    daemon.config["budget.tokens"] = 1
    daemon.put(file(1))
    daemon.begin()
    manager = daemon.manager
    manager.await_status("budget.tokens = 1 tokens")
    status, facts = daemon.ask("/readyz")
    assert (status, facts["phase"]) == (503, "waiting")
    assert not teacher.asked
    before = time.clock_gettime_ns(time.CLOCK_MONOTONIC) // 1000

    daemon.settings_file().write_text("this is = = no TOML")
    daemon.send(signal.SIGHUP)
    manager.await_word("READY", times=2)
    told = next(message for message in manager.heard if "RELOADING" in message)
    assert int(told["MONOTONIC_USEC"]) >= before
    assert "reload.refused" in daemon.log
    assert not teacher.asked

    daemon.config["budget.tokens"] = 1_000_000
    daemon.settings_file()
    daemon.send(signal.SIGHUP)
    manager.await_word("READY", times=3)
    manager.await_status("1 items done")
    assert teacher.answered.total() == PER_ITEM
    assert daemon.ask("/readyz")[0] == 200
    assert daemon.stop() == DONE


def test_the_state_is_told_to_the_log(daemon: Daemon) -> None:
    """SIGUSR1 writes it down, line by line, and changes nothing."""
    daemon.begin()
    daemon.send(signal.SIGUSR1)
    await_that(lambda: "state.journal" in daemon.log, "no dump")
    for line in ("state.daemon", "state.items", "state.endpoint", "state.watch", "state.budget"):
        assert line in daemon.log
    assert daemon.stop() == DONE


def test_kill_and_restart(daemon: Daemon, teacher: PaidTeacher) -> None:
    """After kill -9 it goes on where it was; all that is asked again is what was in flight."""
    teacher.hold.clear()
    daemon.put(*map(file, range(FILES)))
    daemon.begin()
    for _ in range(AT_ONCE):
        assert teacher.waiting.acquire(timeout=PATIENCE_SECONDS)
    daemon.send(signal.SIGKILL)
    assert daemon.ended() == -signal.SIGKILL
    assert daemon.report()["calls"]["in_flight_lost"] == AT_ONCE
    teacher.hold.set()
    daemon.begin()
    daemon.manager.await_status(f"{FILES} items done ({FILES} finished")
    assert daemon.stop() == DONE
    assert sorted(teacher.asked.values())[-AT_ONCE - 1 :] == [1] + [2] * AT_ONCE
    assert len(dataset.read(daemon.out).samples) == 6 * FILES
    assert daemon.findings() == ""


def test_what_can_never_work_ends_it(daemon: Daemon) -> None:
    """Wrong settings give 2, a directory in use 4: statuses after which no restart helps."""
    daemon.begin()
    second = Daemon(daemon.folder, daemon.manager, daemon.options, config=daemon.config)
    assert second.start().wait(PATIENCE_SECONDS) == DIRECTORY
    assert "in use" in daemon.log
    assert daemon.ask("/readyz")[0] == 200
    assert daemon.stop() == DONE
    daemon.config["service.watch"] = [str(daemon.out / "in")]
    daemon.start()
    assert daemon.ended() == SETTINGS
    assert "lies in the output directory" in daemon.log


class Gate:
    """Lets so many answers through, and holds the others back."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._places = 0.0

    def let(self, answers: float) -> None:
        """Let so many through."""
        with self._changed:
            self._places += answers
            self._changed.notify_all()

    def set(self) -> None:
        """Let all through from now on."""
        self.let(math.inf)

    def wait(self) -> None:
        """Wait for the turn of an answer."""
        with self._changed:
            self._changed.wait_for(lambda: self._places > 0)
            self._places -= 1


CALLS = 64


@pytest.mark.parametrize("landing", [CALLS, 40], ids=["all land", "some land"])
def test_sigterm_under_64_calls_in_flight(
    short_folder: Path, teacher: PaidTeacher, landing: int
) -> None:
    """All that land within the grace are in the journal; none of them is asked again.

    Where some never land, a second signal ends the grace: those alone are asked again.
    """
    gate = Gate()
    teacher.hold = gate  # type: ignore[assignment] -- it is waited for and set, as an event is
    with daemon_in(short_folder, taught_by(teacher, CALLS)) as daemon:
        daemon.config["service.grace_seconds"] = 3600
        daemon.put(*map(file, range(CALLS + 8)))
        daemon.begin()
        for _ in range(CALLS):
            assert teacher.waiting.acquire(timeout=PATIENCE_SECONDS)
        daemon.send(signal.SIGTERM)
        daemon.manager.await_word("STOPPING")
        gate.let(landing)
        if landing < CALLS:

            def landed() -> bool:
                return bool(daemon.report()["calls"]["answered"] == landing)

            await_that(landed, "not all that was let through has landed")
            daemon.send(signal.SIGTERM)
        assert daemon.ended() == DONE
        gate.set()
        calls = daemon.report()["calls"]
        assert (calls["answered"], calls["in_flight_lost"]) == (landing, CALLS - landing)
        first = dict(teacher.asked)
        assert len(first) == sum(first.values()) == CALLS
        assert daemon.findings() == ""

        daemon.begin()
        daemon.manager.await_status(f"{CALLS + 8} items done ({CALLS + 8} finished")
        assert daemon.stop() == DONE
        again = sorted(teacher.asked[prompt] for prompt in first)
        assert again == [1] * landing + [2] * (CALLS - landing)
        assert daemon.findings() == ""
