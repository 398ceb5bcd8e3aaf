"""What an operator does to a running daemon, one thing after the other, and whether it is obeyed.

Imports the standard library only.
"""

from __future__ import annotations

import json
import signal
import subprocess
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import cycle
from pathlib import Path
from threading import Event
from typing import Any

from recorded_parts.daemon import COMMAND

ANSWER_SECONDS = 60.0
PAUSED_SECONDS = 1.0
REFUSED = 2


@dataclass
class Operator:
    """Someone at the controls."""

    process: subprocess.Popen[bytes]
    directory: Path
    config: Path
    seed: int = 0
    extra: Callable[[], bytes] = lambda: b""
    """Makes a content to hand in."""
    findings: list[str] = field(default_factory=list)
    done: Counter[str] = field(default_factory=Counter)

    def __post_init__(self) -> None:
        self._settings = self.config.read_text()
        self._number = 0

    def keep_changing(self, every_seconds: float, over: Event) -> None:
        """Do one thing after the other until it is over."""
        for what in self._things(over):
            if over.wait(every_seconds):
                break
            self.done[what.__name__.strip("_")] += 1
            what()
        self._reload()

    def status(self) -> dict[str, Any]:
        """Return how things stand, as ``codeiod ctl status`` tells it."""
        return dict(json.loads(self._ctl("status", "--json")))

    def _things(self, over: Event) -> Iterator[Callable[[], None]]:
        def pause() -> None:
            self._ctl("pause", "--why", "soak")
            over.wait(PAUSED_SECONDS)
            self._ctl("resume")

        things = (
            self._limits,
            self._reload,
            self._submit,
            self._limits,
            self._break,
            self._look,
            pause,
            self._nonsense,
        )
        return cycle(things)

    def _limits(self) -> None:
        self._number += 1
        n = self._number
        wishes = (f"max_in_flight={8 + 8 * (n % 4)}", f"workers={1 + n % 2}")
        self._ctl("limits", *wishes, f"requests_per_minute={0 if n % 3 else 6000}")

    def _reload(self) -> None:
        """Let the settings in the file be in force again, with another limit now and then."""
        self._number += 1
        most = 16 + 16 * (self._number % 2)
        self.config.write_text(
            self._settings.replace("max_in_flight = 32", f"max_in_flight = {most}")
        )
        self.process.send_signal(signal.SIGHUP)

    def _break(self) -> None:
        """Ask for a reload of settings that can't be: it goes on as it was."""
        self.config.write_text(self._settings + "\n[service]\nlisten = 7\n")
        self.process.send_signal(signal.SIGHUP)

    def _look(self) -> None:
        self.status()
        self.process.send_signal(signal.SIGUSR1)

    def _submit(self) -> None:
        file = self.config.with_name("handed_in.py")
        file.write_bytes(self.extra())
        self._ctl("submit", str(file))

    def _nonsense(self) -> None:
        self._ctl("limits", "max_in_flight=many", status=REFUSED)

    def _ctl(self, *words: str, status: int = 0) -> bytes:
        """Run ``codeiod ctl``, and note where it ends otherwise than it should."""
        command = [COMMAND, "ctl", "--out", str(self.directory), *words]
        done = subprocess.run(command, capture_output=True, timeout=ANSWER_SECONDS, check=False)
        if done.returncode != status:
            told = done.stderr.decode(errors="replace").strip()
            self.findings.append(f"ctl {' '.join(words)}: status {done.returncode}: {told}")
        return done.stdout
