"""A real daemon, controlled over its real socket while it works."""

from __future__ import annotations

import os
import signal
import stat
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from codeiod.cli.asking import NoDaemon, Refused
from codeiod.errors import SettingsError
from codeiod.reports.check import check

from ..acceptance.paid_teacher import (  # noqa: TID252 -- as in conftest
    PaidTeacher,
    paid_teacher,
)
from .daemon_process import SECONDS, Daemon, daemon_in

MakeDaemon = Callable[..., Daemon]
PRICE = {"currency": "USD", "output": 1000.0}
"""An answer of 50 tokens costs 0.05."""


def came(teacher: PaidTeacher, requests: int) -> None:
    """Wait until so many more requests have come to the teacher."""
    for _ in range(requests):
        assert teacher.waiting.acquire(timeout=SECONDS)


def none_came(teacher: PaidTeacher) -> None:
    assert not teacher.waiting.acquire(blocking=False)


def test_more_in_flight_at_once(make_daemon: MakeDaemon, teacher: PaidTeacher) -> None:
    """A raised limit is used at once by those who wait; a lowered one when enough have landed."""
    daemon = make_daemon(teacher.base_url, endpoint__max_in_flight=2)
    daemon.start()
    daemon.submit(*range(6))
    came(teacher, 2)
    changed = daemon.post("/limits", limits={"max_in_flight": "5"})["changed"]
    assert changed == [{"key": "endpoint.main.max_in_flight", "before": 2, "after": 5}]
    came(teacher, 3)
    daemon.post("/limits", limits={"main.max_in_flight": 1})
    assert daemon.get("/limits")["limits"]["main.max_in_flight"] == 1
    none_came(teacher)
    assert teacher.asked.total() == 5


def test_a_rate_from_now_on(make_daemon: MakeDaemon, teacher: PaidTeacher) -> None:
    """Who waits for a slow rate leaves when it is lifted."""
    daemon = make_daemon(teacher.base_url, endpoint__requests_per_minute=0.01)
    daemon.start()
    daemon.submit(*range(3))
    came(teacher, 1)
    none_came(teacher)
    daemon.post("/limits", limits={"requests_per_minute": 0})
    came(teacher, 2)


def test_a_cap_that_is_raised(make_daemon: MakeDaemon, teacher: PaidTeacher) -> None:
    """A daemon that waits for its budget goes on when that is raised; what it spent counts."""
    teacher.hold.set()
    daemon = make_daemon(
        teacher.base_url, endpoint__price=PRICE, endpoint__max_in_flight=1, budget__money=1.5
    )
    daemon.start()
    daemon.submit(1, 2)
    came(teacher, 1 + 6)
    daemon.post("/limits", limits={"money": 3})
    came(teacher, 1)
    with pytest.raises(SettingsError, match="greater than or equal to 0"):
        daemon.post("/limits", limits={"money": -1})


def test_a_cap_on_money_without_prices(make_daemon: MakeDaemon, teacher: PaidTeacher) -> None:
    """What can't be counted can't be capped, and the refusal says what is missing."""
    daemon = make_daemon(teacher.base_url)
    daemon.start()
    with pytest.raises(SettingsError, match=r"endpoint\.0 \(main\) has no price"):
        daemon.post("/limits", limits={"money": 5})
    assert daemon.get("/limits")["limits"]["money"] == 0
    assert daemon.changes() == []


def test_pause_and_resume(make_daemon: MakeDaemon, teacher: PaidTeacher) -> None:
    """While it is paused nothing is asked, and what is handed in waits in the journal."""
    daemon = make_daemon(teacher.base_url)
    daemon.start()
    told = daemon.post("/pause", why="lunch")
    assert told == {"phase": "paused", "why": f"paused by uid {os.getuid()}: lunch"}
    (item,) = daemon.submit(1)
    assert daemon.get(f"/items/{item}")["outcome"] == "pending"
    none_came(teacher)
    assert daemon.post("/resume")["phase"] == "working"
    came(teacher, 1)


def test_drain(make_daemon: MakeDaemon, teacher: PaidTeacher) -> None:
    """What is in flight lands and is kept, then the daemon ends in order and its socket is gone."""
    daemon = make_daemon(teacher.base_url)
    daemon.start()
    daemon.submit(1, 2)
    came(teacher, 2)
    assert daemon.post("/drain")["phase"] == "draining"
    with pytest.raises(Refused):
        daemon.submit(3)
    teacher.hold.set()
    assert daemon.ended() == 0
    assert not daemon.path.exists()
    with pytest.raises(NoDaemon, match="no daemon listens at"):
        daemon.get("/status")
    result = check(daemon.out)
    assert result.ok, result.findings
    assert result.report is not None
    assert result.report.calls.answered == 2


def test_every_change_is_journalled(make_daemon: MakeDaemon) -> None:
    """Who changed what, when, from what to what: it all stands in the journal, and check passes."""
    daemon = make_daemon()
    daemon.start()
    daemon.post("/limits", limits={"workers": 2, "tokens": 1000})
    daemon.post("/pause", why="why")
    daemon.post("/resume")
    daemon.post("/retry", reasons=["trivial"])
    (item,) = daemon.submit(1)
    daemon.post("/reload")
    daemon.post("/drain")
    assert daemon.ended() == 0
    told = [(one["what"], one["before"], one["after"]) for one in daemon.changes()]
    assert told == [
        (
            "limits",
            {"sandbox.workers": 1, "budget.tokens": 0},
            {"sandbox.workers": 2, "budget.tokens": 1000},
        ),
        ("pause", {}, {"why": "why"}),
        ("resume", {}, {}),
        ("retry", {}, {"reasons": ["trivial"]}),
        ("submit", {}, {"name": "f.py", "item": item}),
        (
            "reload",
            {"sandbox.workers": 2, "budget.tokens": 1000},
            {"sandbox.workers": 1, "budget.tokens": 0},
        ),
        ("drain", {}, {}),
    ]
    assert {one["by"] for one in daemon.changes()} == {f"uid {os.getuid()}"}
    assert all(one["at"] > 1_700_000_000 for one in daemon.changes())
    assert check(daemon.out).ok


def test_settings_read_anew_on_sighup(make_daemon: MakeDaemon, teacher: PaidTeacher) -> None:
    """Good settings come into force; broken ones, and those of the recipe, are told, not taken."""
    daemon = make_daemon(teacher.base_url, endpoint__max_in_flight=3)
    daemon.start()

    def reloaded() -> int:
        daemon.signal(signal.SIGHUP)
        daemon.told("READY=1")
        in_flight: int = daemon.get("/limits")["limits"]["main.max_in_flight"]
        return in_flight

    daemon.configure(endpoint__max_in_flight=7, service__log_level="debug")
    assert reloaded() == 7
    daemon.configure(endpoint__max_in_flight=9, predict__output_pairs=1)
    assert reloaded() == 7
    assert "predict.output_pairs can't change while the daemon runs" in daemon.log
    daemon.config.write_text("[nonsense")
    assert reloaded() == 7
    assert "is not TOML" in daemon.log
    (change,) = daemon.changes()
    assert (change["by"], change["what"]) == ("reload", "reload")
    assert change["after"] == {"endpoint.main.max_in_flight": 7, "service.log_level": "debug"}


def test_limits_hold_until_a_reload_or_a_restart(make_daemon: MakeDaemon) -> None:
    """What was set over the socket goes with either; what the file says holds again."""
    daemon = make_daemon(budget__tokens=500)
    daemon.start()
    daemon.post("/limits", limits={"tokens": 700, "workers": 3})
    assert daemon.get("/limits")["limits"]["tokens"] == 700
    daemon.post("/reload")
    assert daemon.get("/limits")["limits"]["tokens"] == 500
    daemon.post("/limits", limits={"tokens": 700})
    daemon.submit(1)  # it is on the disk, and so is all that was journalled before
    daemon.kill()
    with pytest.raises(NoDaemon):
        daemon.get("/status")
    assert daemon.path.exists()  # of the one that was killed
    daemon.start()
    assert daemon.get("/limits")["limits"]["tokens"] == 500
    whats = [one["what"] for one in daemon.changes()]
    assert whats == ["limits", "reload", "limits", "submit"]


@pytest.mark.parametrize("mode", ["0600", "0660", "0666"])
def test_the_mode_of_the_socket(make_daemon: MakeDaemon, mode: str) -> None:
    """Who may connect is what the settings say, whatever the umask is."""
    before = os.umask(0o077)
    try:
        daemon = make_daemon(service__socket_mode=mode)
        daemon.start()
    finally:
        os.umask(before)
    assert stat.S_IMODE(daemon.path.stat().st_mode) == int(mode, 8)


def test_a_socket_that_another_daemon_has(make_daemon: MakeDaemon, folder: Path) -> None:
    """A second daemon on the same socket is refused in a line, and the first one is left alone."""
    shared = str(folder / "s")
    first, second = (make_daemon(service__socket=shared) for _ in range(2))
    first.start()
    second.start(ready=False)
    assert second.ended() == 2
    assert f"control socket: another daemon listens at {shared}" in second.log
    assert first.get("/status")["directory"] == str(first.out)


def test_workers_and_watch_list(make_daemon: MakeDaemon, folder: Path) -> None:
    """The sandbox is resized, and a folder that is added to the list is watched."""
    folders = [folder / name for name in ("a", "b")]
    for one in folders:
        one.mkdir()
    daemon = make_daemon(service__watch=[str(folders[0])], service__settle_seconds=0.0)
    daemon.start()
    daemon.configure(service__watch=[str(one) for one in folders], sandbox__workers=2)
    changed = daemon.post("/reload")["changed"]
    assert [one["key"] for one in changed] == ["sandbox.workers", "service.watch"]
    assert daemon.get("/limits")["limits"]["workers"] == 2
    daemon.configure(service__watch=[str(daemon.out / "inside")])
    with pytest.raises(SettingsError, match=r"service\.watch"):
        daemon.post("/reload")
    assert daemon.post("/resume")["phase"] == "idle"


@pytest.mark.parametrize(
    ("target", "order", "why"),
    [
        ("/limits", {"limits": {"speed": 1}}, "there is no limit speed; there are: "),
        ("/limits", {"limits": {"other.max_in_flight": 1}}, "there is no limit other.max"),
        ("/limits", {"limits": {"main.max_in_flight": 0}}, "greater than or equal to 1"),
        ("/limits", {"limits": {"workers": "many"}}, "valid integer"),
        ("/limits", {}, "name a limit and its value"),
        ("/retry", {"reasons": ["bad_luck"]}, "no reason of a rejection; known: "),
        ("/retry", {"reasons": ["empty"]}, "is not read again"),
        ("/retry", {"reasons": []}, "name one reason"),
        ("/nowhere", {}, "Not Found"),
    ],
)
def test_wrong_orders(running: Daemon, target: str, order: dict[str, object], why: str) -> None:
    """What is wrong is refused in one line that says what there is; nothing has changed."""
    with pytest.raises(SettingsError, match=why) as refused:
        running.post(target, **order)
    assert "\n" not in str(refused.value)
    assert running.changes() == []


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Daemon]:
    """Return a daemon that is only asked what it refuses."""
    folder = tmp_path_factory.mktemp("d")
    with paid_teacher() as teacher, daemon_in(folder, teacher.base_url) as daemon:
        daemon.start()
        yield daemon
