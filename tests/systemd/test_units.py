"""The unit files: systemd knows every word of them, and they close all that the sandbox leaves."""

from __future__ import annotations

import configparser
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from codeiod.config import Settings
from codeiod.errors import ExitStatus

UNITS = Path(__file__).resolve().parents[2] / "systemd"
NAMES = ("codeiod.service", "codeiod@.service")
MOST_EXPOSED = 36
"""In tenths; how far systemd rates a service as exposed."""

needs_analyze = pytest.mark.skipif(
    not shutil.which("systemd-analyze"), reason="systemd-analyze is not installed"
)


def directives(name: str) -> dict[str, str]:
    """Return the directives of a unit's service section; none is given twice."""
    parser = configparser.ConfigParser(interpolation=None, delimiters="=", strict=True)
    parser.optionxform = str  # type: ignore[assignment, method-assign] -- as configparser's doc has it
    parser.read_string((UNITS / name).read_text())
    return dict(parser["Service"])


def here(name: str, folder: Path) -> Path:
    """Write a unit whose program is one that this machine has."""
    text = (UNITS / name).read_text().replace("/opt/codeiod/bin/codeiod", sys.executable)
    unit = folder / name.replace("@", "@one")
    unit.write_text(text)
    return unit


@needs_analyze
@pytest.mark.parametrize("name", NAMES)
def test_systemd_has_nothing_to_say_to_a_unit(name: str, tmp_path: Path) -> None:
    """It ends with 0 on words that it does not know, too; it only says so."""
    command = ["systemd-analyze", "verify", "--man=no", str(here(name, tmp_path))]
    ended = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (ended.returncode, ended.stdout, ended.stderr) == (0, "", "")


@needs_analyze
def test_a_word_that_systemd_does_not_know_would_be_found(tmp_path: Path) -> None:
    """The check above can fail."""
    unit = here(NAMES[0], tmp_path)
    unit.write_text(unit.read_text().replace("[Install]", "RestartSlope=8\n[Install]"))
    command = ["systemd-analyze", "verify", "--man=no", str(unit)]
    ended = subprocess.run(command, capture_output=True, text=True, check=False)
    assert "RestartSlope" in ended.stderr


@needs_analyze
@pytest.mark.parametrize("name", NAMES)
def test_a_unit_is_little_exposed(name: str, tmp_path: Path) -> None:
    """Systemd's own rating, from 0 (safe) to 10."""
    command = ["systemd-analyze", "security", "--offline=true", f"--threshold={MOST_EXPOSED}"]
    ended = subprocess.run(
        [*command, "--no-pager", str(here(name, tmp_path))],
        capture_output=True,
        text=True,
        check=False,
    )
    assert ended.returncode == 0, ended.stdout + ended.stderr
    assert re.search(r"Overall exposure level for \S+: \d\.\d", ended.stdout)


def test_the_template_is_the_unit_with_places_of_its_own() -> None:
    """What one of them allows or forbids, the other one does, too."""
    one, many = (directives(name) for name in NAMES)
    assert one.keys() == many.keys()
    differing = {key for key in one if one[key] != many[key]}
    assert differing == {"ExecStart", "StateDirectory", "WorkingDirectory"}
    assert all("%i" in many[key] for key in differing)


def test_a_unit_keeps_what_the_sandbox_needs() -> None:
    """Each of these would cost the sandbox a level; SystemCallFilter must be right on 252, too."""
    service = directives(NAMES[0])
    namespaces = "user mnt pid net ipc uts cgroup"
    assert service["RestrictNamespaces"] == namespaces
    assert {"memory", "pids"} <= set(service["Delegate"].split())
    assert "ProtectControlGroups" not in service
    assert "MemoryDenyWriteExecute" not in service
    calls = set(service["SystemCallFilter"].split())
    assert {"@system-service", "@mount", "seccomp", "sethostname"} <= calls
    assert {f"landlock_{what}" for what in ("create_ruleset", "add_rule", "restrict_self")} <= calls
    assert "@sandbox" not in calls


def test_what_a_restart_cannot_mend_is_not_restarted() -> None:
    """Wrong settings and a directory that is not ours stay ended; all else comes again."""
    service = directives(NAMES[0])
    prevented = {int(status) for status in service["RestartPreventExitStatus"].split()}
    assert prevented == {ExitStatus.SETTINGS, ExitStatus.DIRECTORY}
    assert service["Restart"] == "on-failure"
    assert "StartLimitIntervalSec=0\n" in (UNITS / NAMES[0]).read_text()


def test_a_stop_waits_for_the_calls_in_flight() -> None:
    """The default grace fits into what systemd waits before it kills."""
    grace = Settings().service.grace_seconds
    assert int(directives(NAMES[0])["TimeoutStopSec"]) >= grace + 30
