"""The daemon under a real systemd: what it does, whatever happens to it.

Where no machine with a systemd can be had, these skip and say why.
"""

from __future__ import annotations

import re
from collections import Counter

import pytest

from .machine import await_that
from .service import KEY, SETTINGS, STATE, Service

pytestmark = pytest.mark.timeout(300)

FULL = 3
"""The level of the sandbox that namespaces give; cgroups, where there are some, give 4."""


def test_files_that_are_dropped_become_samples(service: Service) -> None:
    """Out of the inbox, in a sandbox, as a user of its own."""
    service.start()
    service.drop("one.py", "two.py")
    service.await_finished(2)
    assert len(service.lines("samples")) == 12
    inbox = service.machine.path(f"{STATE}/inbox")
    await_that(lambda: sorted(f.name for f in (inbox / "done").iterdir()) == ["one.py", "two.py"])
    level = re.search(r"level (\d)", service.lines("programs")[0]["sandbox"])
    assert level is not None
    assert int(level[1]) >= FULL
    assert str(service.machine.path(f"/proc/{service.main_pid}").stat().st_uid) == service.owner
    assert service.machine.path(f"{STATE}/out").stat().st_mode & 0o777 == 0o750


def test_its_key_is_a_credential(service: Service) -> None:
    """It is given to the daemon alone: not to its environment, its programs, its log."""
    service.start()
    service.drop("one.py")
    service.await_finished(1)  # the teacher asks for the key
    pids = service.machine.run("pgrep", "--uid", "codeiod").split()
    assert service.main_pid in pids
    assert len(pids) > 1
    for pid in pids:
        assert KEY.encode() not in service.machine.path(f"/proc/{pid}/environ").read_bytes()
    assert service.machine.attempt(
        "setpriv", f"--reuid={service.owner}", "--clear-groups", "cat", "/etc/codeiod/keys/main"
    ).returncode
    assert KEY not in service.machine.journal(service.unit)


def test_it_is_ready_only_when_it_can_work(service: Service) -> None:
    """While no endpoint answers it stays activating, beyond its start's time, and says why."""
    service.adapt(TimeoutStartSec="10s")
    service.machine.run("systemctl", "stop", "teacher")
    service.machine.run("systemctl", "start", "--no-block", service.unit)
    await_that(lambda: "no connection" in service.shows("StatusText"))
    began = service.age
    await_that(lambda: service.age > began + 11)
    assert service.shows("ActiveState") == "activating"
    service.machine.run("systemctl", "start", "teacher")
    await_that(lambda: service.shows("ActiveState") == "active")
    assert service.shows("NRestarts") == "0"


def test_a_stalled_daemon_is_killed_and_comes_back(service: Service) -> None:
    """Its watchdog hears from the event loop alone; one that goes round is left in peace."""
    service.adapt(WatchdogSec="4s", RestartSec="100ms", RestartSteps="0")
    service.start()
    before = service.main_pid
    service.drop("one.py")
    service.await_finished(1)
    began = service.age
    await_that(lambda: service.age > began + 5)
    assert service.main_pid == before

    service.machine.run("kill", "-STOP", before)
    await_that(lambda: service.main_pid not in (before, "0"))
    await_that(lambda: service.shows("ActiveState") == "active")
    assert "Watchdog timeout" in service.machine.journal(service.unit)
    service.drop("two.py")
    service.await_finished(2)
    assert service.check()


def test_a_reload_takes_what_is_right_and_refuses_what_is_wrong(service: Service) -> None:
    """At once, without a restart; after a refusal the settings before stay in force."""
    service.start()
    before = service.main_pid
    service.set('log_level = "warning"\n')
    service.machine.run("systemctl", "reload", service.unit)
    service.drop("one.py")
    service.await_finished(1)

    service.set("no_such_key = 1\n")
    service.machine.run("systemctl", "reload", service.unit)
    await_that(lambda: "no_such_key" in service.machine.journal(service.unit))
    assert (service.main_pid, service.shows("ActiveState")) == (before, "active")
    service.drop("two.py")
    service.await_finished(2)


def test_a_stop_lets_calls_in_flight_land(service: Service) -> None:
    """It ends with 0; what has landed is in the journal, and nothing is asked again."""
    service.start()
    service.set_latency(2)
    service.drop(*(f"{n}.py" for n in range(4)))
    await_that(lambda: len(service.ledger("asked")) >= 4)
    service.machine.run("systemctl", "stop", service.unit)
    assert (service.shows("Result"), service.shows("ExecMainStatus")) == ("success", "0")
    assert len(service.ledger("answered")) == len(service.ledger("asked"))
    assert service.report()["calls"]["in_flight_lost"] == 0

    service.set_latency(0)
    service.start()
    service.await_finished(4)
    assert set(Counter(service.ledger("asked")).values()) == {1}
    assert service.check()


def test_a_killed_daemon_comes_back_and_goes_on(service: Service) -> None:
    """Without help; only what was in flight may be asked again, and all is finished once."""
    service.adapt(RestartSec="100ms", RestartSteps="0")
    service.start()
    service.set_latency(0.5)
    names = [f"{n}.py" for n in range(5)]
    service.drop(*names)
    for kills in range(1, 4):
        asked = len(service.ledger("asked"))
        await_that(lambda asked=asked: len(service.ledger("asked")) > asked + 2)
        service.machine.run("kill", "-KILL", service.main_pid)
        await_that(lambda kills=kills: service.shows("NRestarts") == str(kills))
        await_that(lambda: service.shows("ActiveState") == "active")
    service.set_latency(0)
    service.await_finished(len(names))
    lines = service.lines("samples")
    assert len({line["id"] for line in lines}) == len(lines) == 6 * len(names)
    lost = service.report()["calls"]["in_flight_lost"]
    assert len(service.ledger("asked")) - len(set(service.ledger("asked"))) <= lost
    assert service.check()


def test_wrong_settings_are_not_tried_again(service: Service) -> None:
    """It ends with 2, says why in one line, an error, and stays ended."""
    service.set("[nonsense]\n")
    assert service.machine.attempt("systemctl", "start", service.unit).returncode
    assert (service.shows("ActiveState"), service.shows("ExecMainStatus")) == ("failed", "2")
    assert service.shows("NRestarts") == "0"
    errors = service.machine.run(
        *("journalctl", "--unit", service.unit, "--identifier", "codeiod"),
        *("--priority", "err", "--output", "cat"),
    )
    assert errors.splitlines()[-1].startswith("codeiod: unknown setting nonsense")


def test_a_directory_in_use_is_not_tried_again(service: Service) -> None:
    """It ends with 4 beside a run that has the directory."""
    service.start()
    service.write_settings("two", service.machine.path(SETTINGS).read_text() + 'listen = ""\n')
    assert service.machine.attempt("systemctl", "start", "codeiod@two").returncode
    assert service.machine.shows("codeiod@two", "ExecMainStatus") == "4"
    assert service.machine.shows("codeiod@two", "NRestarts") == "0"
    assert service.shows("ActiveState") == "active"


def test_one_that_was_told_to_drain_stays_ended(service: Service) -> None:
    """An operator's word counts more than Restart=."""
    service.start()
    service.machine.run("codeiod", "ctl", "--config", SETTINGS, "drain")
    await_that(lambda: service.shows("ActiveState") == "inactive")
    assert (service.shows("Result"), service.shows("NRestarts")) == ("success", "0")


def test_two_daemons_stand_beside_each_other(service: Service) -> None:
    """Each instance of the template has its own settings and data."""
    two = Service(service.machine, "codeiod@two.service")
    service.write_settings("two", '[teacher]\nkind = "builtin"\n[service]\nlisten = ""\n')
    service.start()
    two.start()
    assert two.shows("ActiveState") == service.shows("ActiveState") == "active"
    assert service.machine.path("/var/lib/codeiod-two/out/journal").is_dir()
    service.machine.run("systemctl", "stop", two.unit)


def test_its_log_has_the_journal_s_priorities(service: Service) -> None:
    """JSON with names of events; a dump of the state when SIGUSR1 asks for one."""
    service.start()
    service.machine.run("systemctl", "kill", "-s", "USR1", "--kill-whom=main", service.unit)
    await_that(lambda: service.log("state.daemon"))
    (ready, *_) = service.log("daemon.ready")
    assert ready["PRIORITY"] == "6"
    assert ready["level"] == "info"
    service.machine.run("systemctl", "stop", "teacher")
    service.drop("one.py")
    await_that(lambda: any(line["PRIORITY"] == "4" for line in service.log()))


def test_systemd_knows_the_words_of_the_drop_in(service: Service) -> None:
    """Those that older ones do not know, so that it is none of the unit's own."""
    ended = service.machine.attempt("systemd-analyze", "verify", "--man=no", service.unit)
    assert (ended.returncode, ended.stdout, ended.stderr) == (0, "", "")
    assert service.shows("Type") == "notify-reload"
    assert service.shows("RestartSteps") == "8"


def test_an_idle_daemon_costs_next_to_nothing(service: Service) -> None:
    """Under 0.5% of a core for all of its processes, once it has done what there was."""
    service.start()
    service.drop("one.py")
    service.await_finished(1)
    await_that(lambda: service.shows("StatusText").startswith("idle"))
    began, spent = service.age, service.cpu_seconds
    await_that(lambda: service.age > began + 15)
    assert service.cpu_seconds - spent < 0.005 * (service.age - began)
