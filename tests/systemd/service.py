"""The daemon as a service of a machine, with a teacher beside it.

Imports ``machine`` and the standard library.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from .machine import REPOSITORY, Machine, await_that

KEY = "key-of-the-tests-0123456789"
UNIT = "codeiod.service"
DROP_IN = "/run/systemd/system/codeiod.service.d/test.conf"
SETTINGS = "/etc/codeiod/codeiod.toml"
STATE = "/var/lib/codeiod"
LEDGER = "/run/teacher"
PYTHON = "/opt/codeiod/bin/python"

NOTES = REPOSITORY / "docs" / "install.md"
_TYPED = re.compile(r"^```sh\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def notes() -> list[str]:
    """Return what the notes on the installation say to type; the last three: start, use, remove."""
    return _TYPED.findall(NOTES.read_text())


@dataclass(frozen=True)
class Service:
    """An installed daemon."""

    machine: Machine
    unit: str = UNIT

    def start_teacher(self) -> None:
        """Start the teacher, which answers at once."""
        self.set_latency(0)
        script = "/src/tests/systemd/teacher.py"
        unit = f"[Service]\nType=exec\nExecStart={PYTHON} {script} {KEY} {LEDGER}\n"
        self.machine.write("/run/systemd/system/teacher.service", unit)
        self.machine.run("systemctl", "start", "teacher")

    def stop_teacher(self) -> None:
        """Let it answer no more."""
        self.machine.run("systemctl", "stop", "teacher")

    def set_latency(self, seconds: float) -> None:
        """Say how long an answer takes from now on."""
        self.machine.write(f"{LEDGER}/seconds", str(seconds))

    def ledger(self, name: str) -> list[str]:
        """Return the prompts that were ``asked`` or ``answered``, in order."""
        file = self.machine.path(f"{LEDGER}/{name}")
        return file.read_text().split() if file.exists() else []

    def clear(self) -> None:
        """Stop it, and take away its data, its files and what a test has changed."""
        script = f"""
        systemctl kill --signal=KILL {self.unit} 2>/dev/null || :
        systemctl stop {self.unit} 2>/dev/null || :
        systemctl reset-failed {self.unit} 2>/dev/null || :
        rm -rf {DROP_IN} {STATE}/out {STATE}/inbox/* {STATE}/inbox/.[a-z]* {LEDGER}/a*
        [ ! -e {SETTINGS}.kept ] || mv {SETTINGS}.kept {SETTINGS}
        systemctl daemon-reload
        systemctl start teacher
        """
        self.machine.run("sh", "-c", script)
        self.set_latency(0)

    def adapt(self, **directives: str) -> None:
        """Change directives of the unit by a drop-in."""
        lines = (f"{name}={value}\n" for name, value in directives.items())
        self.machine.write(DROP_IN, "[Service]\n" + "".join(lines))
        self.machine.run("systemctl", "daemon-reload")

    def set(self, text: str) -> None:
        """Add to the settings, or break them."""
        self.machine.run("cp", "--update=none", "--preserve", SETTINGS, f"{SETTINGS}.kept")
        file = self.machine.path(SETTINGS)
        file.write_text(file.read_text() + text)

    def write_settings(self, instance: str, text: str) -> None:
        """Write the settings of an instance, where and as the notes say."""
        self.machine.run(
            *("install", "-m", "640", "-g", "codeiod", "/dev/stdin"),
            f"/etc/codeiod/{instance}.toml",
            stdin=text,
        )

    def start(self) -> None:
        """Start it, and wait until it says that it can work."""
        self.machine.run("systemctl", "start", self.unit)

    def shows(self, name: str) -> str:
        """Return a property of its unit."""
        return self.machine.shows(self.unit, name)

    @property
    def main_pid(self) -> str:
        return self.shows("MainPID")

    @property
    def owner(self) -> str:
        """The number of its user."""
        return self.machine.run("id", "--user", "codeiod").strip()

    @property
    def cpu_seconds(self) -> float:
        """What all of its processes have used."""
        group = f"/sys/fs/cgroup{self.shows('ControlGroup')}"
        return float(self.machine.run("cat", f"{group}/cpu.stat").split()[1]) / 1e6

    @property
    def age(self) -> float:
        """How long the machine has been up, in seconds: for what has to last."""
        return float(self.machine.path("/proc/uptime").read_text().split()[0])

    def drop(self, *names: str) -> None:
        """Put small files, each of its own content, into its inbox, as its owner's group may."""
        for name in names:
            self.machine.write(f"{STATE}/inbox/.{name}", f"# {name}\ndef f(n): return n\n")
            self.machine.run("chmod", "644", f"{STATE}/inbox/.{name}")
            self.machine.run("mv", f"{STATE}/inbox/.{name}", f"{STATE}/inbox/{name}")

    def report(self) -> dict[str, Any]:
        """Return how the run stands, read from its directory."""
        report: dict[str, Any] = json.loads(
            self.machine.run("codeiod", "status", "--json", f"{STATE}/out")
        )
        return report

    def await_finished(self, items: int) -> None:
        """Wait until so many items are in the dataset."""
        await_that(lambda: self.report()["items"]["finished"] >= items)

    def check(self) -> str:
        """Return what the check of its directory finds."""
        return self.machine.run("codeiod", "check", f"{STATE}/out")

    def lines(self, stream: str) -> list[dict[str, Any]]:
        """Return a stream of the dataset."""
        folder: Path = self.machine.path(f"{STATE}/out/dataset/{stream}")
        return [
            json.loads(line)
            for part in sorted(folder.glob("part-*.jsonl"))
            for line in part.read_text().splitlines()
        ]

    def log(self, event: str = "") -> list[dict[str, Any]]:
        """Return what it has logged, or one kind of event, as journald has it: with priorities."""
        command = ["journalctl", "--output=json", "--no-pager", f"--unit={self.unit}"]
        entries = [json.loads(line) for line in self.machine.run(*command).splitlines()]
        told = [
            {**json.loads(entry["MESSAGE"]), "PRIORITY": entry["PRIORITY"]}
            for entry in entries
            if str(entry["MESSAGE"]).startswith("{")
        ]
        return [line for line in told if not event or line["event"] == event]
