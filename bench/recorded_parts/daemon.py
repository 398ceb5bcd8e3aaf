"""codeiod as its operators meet it: a command that runs, is checked, stopped and killed.

Imports the standard library only.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any

COMMAND = str(Path(sys.executable).parent / "codeiod")
RUN_SECONDS = 1800.0
STOP_SECONDS = 60.0


@dataclass(frozen=True, slots=True)
class Run:
    """A run that can be started again and again, always with the same command."""

    directory: Path
    sources: tuple[Path, ...] = ()
    """None: go on with what the directory holds."""
    options: tuple[str, ...] = ()
    log: Path = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "log", self.directory.with_suffix(".log"))

    def start(self) -> subprocess.Popen[bytes]:
        """Start it; its words go to the log beside the directory."""
        sources = map(str, self.sources)
        with self.log.open("ab") as log:
            return self.begin(
                ("run", *sources, "--out", str(self.directory), *self.options, "--json"), log
            )

    def begin(self, arguments: tuple[str, ...], log: IO[bytes]) -> subprocess.Popen[bytes]:
        """Start codeiod with arguments."""
        return subprocess.Popen(
            [COMMAND, *arguments],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=log,
            start_new_session=True,
        )

    def tell(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run codeiod with arguments to its end."""
        return subprocess.run([COMMAND, *arguments], capture_output=True, text=True)

    def finish(self, seconds: float = RUN_SECONDS) -> int:
        """Run it to its end and return the exit status."""
        process = self.start()
        try:
            return process.wait(seconds)
        except BaseException:
            process.kill()
            process.wait(STOP_SECONDS)
            raise

    def journal_bytes(self) -> int:
        """Return how long the journal is."""
        return sum(part.stat().st_size for part in (self.directory / "journal").glob("segment-*"))

    def report(self) -> dict[str, Any]:
        """Return the report as ``codeiod status`` tells it."""
        told = self.tell("status", str(self.directory), "--json")
        told.check_returncode()
        return dict(json.loads(told.stdout))

    def findings(self) -> str:
        """Return what ``codeiod check`` finds wrong; ``""``: nothing."""
        done = self.tell("check", str(self.directory))
        return "" if done.returncode == 0 else f"{done.returncode}: {done.stdout}{done.stderr}"


def recorded_options(base_url: str, *settings: str) -> tuple[str, ...]:
    """Return the options that let a run be taught at an address."""
    assignments = [part for setting in settings for part in ("--set", setting)]
    return ("--base-url", base_url, "--model", "recorded", *assignments)


def kill(process: subprocess.Popen[bytes]) -> None:
    """Kill a daemon as a power cut of its own would: it alone, at once."""
    os.kill(process.pid, signal.SIGKILL)
    process.wait(STOP_SECONDS)
