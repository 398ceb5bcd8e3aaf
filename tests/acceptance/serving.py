"""A daemon as its service manager sees it: a process, a notify socket, signals, an exit status.

Imports the standard library and the tests' loaded process: daemons start warm, but for those
with a command of their own.
"""

from __future__ import annotations

import json
import os
import re
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.error import HTTPError
from urllib.request import urlopen

from ..daemon.warm import WARM, Process  # noqa: TID252 -- tests are in no named package

PATIENCE_SECONDS = 90.0
"""For a machine that has much else to do."""


def await_that(fact: Callable[[], object], what: str) -> None:
    """Wait until something is the case in another process."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not fact():
        assert time.monotonic() < deadline, what
        time.sleep(0.02)


class Manager:
    """A service manager's end of the notify socket."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.heard: list[dict[str, str]] = []
        """All messages, in order."""
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self._socket.bind(str(path))
        self._thread = threading.Thread(target=self._listen, daemon=True)
        self._thread.start()

    def _listen(self) -> None:
        while message := self._socket.recv(1 << 16):
            lines = message.decode().splitlines()
            self.heard.append(dict(line.split("=", 1) for line in lines))

    def close(self) -> None:
        """Hear no more."""
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as own:
            own.sendto(b"", str(self.path))
        self._thread.join(PATIENCE_SECONDS)
        self._socket.close()

    def said(self, key: str, value: str = "1") -> int:
        """Return how often something was said."""
        return sum(message.get(key) == value for message in list(self.heard))

    def statuses(self) -> list[str]:
        """Return all that was said of how things stand."""
        return [message["STATUS"] for message in list(self.heard) if "STATUS" in message]

    def await_word(self, key: str, value: str = "1", times: int = 1) -> None:
        """Wait until something was said so often."""
        await_that(lambda: self.said(key, value) >= times, f"{key}={value} was not said")

    def await_status(self, part: str) -> None:
        """Wait until a status holds some words."""
        await_that(lambda: any(part in status for status in self.statuses()), f"no {part!r}")

    def forget(self) -> None:
        """Forget all that was said."""
        self.heard = []


@dataclass
class Daemon:
    """A daemon that can be started again and again."""

    folder: Path
    """With a short name: sockets lie in it."""
    manager: Manager
    options: tuple[str, ...] = ()
    watchdog_seconds: float = 0.0
    command: tuple[str, ...] = ()
    """Another way to run codeiod, from a cold start."""
    inside: int = 0
    """A process whose namespaces it enters."""
    config: dict[str, Any] = field(default_factory=dict)
    """What the settings file says, by dotted key."""
    process: subprocess.Popen[bytes] | Process | None = None

    @property
    def out(self) -> Path:
        return self.folder / "out"

    @property
    def watched(self) -> Path:
        return self.folder / "in"

    @property
    def log(self) -> str:
        """What it has said to its log, in all of its lives."""
        path = self.folder / "log"
        return path.read_text() if path.exists() else ""

    def settings_file(self) -> Path:
        """Write the settings file."""
        lines = [f"{key} = {json.dumps(value)}" for key, value in self.config.items()]
        path = self.folder / "codeiod.toml"
        path.write_text("\n".join(lines) + "\n")
        return path

    def put(self, *contents: str) -> None:
        """Move files into the watched folder, each under its number."""
        for content in contents:
            number = sum(1 for _ in self.watched.iterdir())
            draft = self.folder / "draft"
            draft.write_text(content)
            draft.rename(self.watched / f"f{number}.py")

    def start(self) -> subprocess.Popen[bytes] | Process:
        """Start it."""
        arguments = ("serve", "--config", str(self.settings_file()), *self.options)
        environment = {**os.environ, "NOTIFY_SOCKET": str(self.manager.path)}
        if self.watchdog_seconds:
            environment["WATCHDOG_USEC"] = f"{self.watchdog_seconds * 1e6:.0f}"
        with (self.folder / "log").open("ab") as log:
            if self.command:
                self.process = subprocess.Popen(
                    (*self.command, *arguments),
                    env=environment,
                    stdin=subprocess.DEVNULL,
                    stdout=log,
                    stderr=log,
                    start_new_session=True,
                )
            else:
                self.process = WARM.start(
                    arguments, env=environment, stdout=log, stderr=log, inside=self.inside
                )
        return self.process

    def begin(self) -> None:
        """Start it, and wait until it is ready."""
        self.manager.forget()
        self.start()
        self.await_word_or_end("READY")

    def await_word_or_end(self, key: str) -> None:
        """Wait until something was said; fail at once where the daemon has ended instead."""
        process = self.process
        assert process is not None

        def has() -> bool:
            assert process.poll() is None, self.log
            return self.manager.said(key) > 0

        await_that(has, f"{key} was not said")

    def send(self, number: signal.Signals) -> None:
        """Send it a signal."""
        assert self.process is not None
        self.process.send_signal(number)

    def ended(self) -> int:
        """Wait for its end and return its exit status."""
        assert self.process is not None
        return self.process.wait(PATIENCE_SECONDS)

    def stop(self) -> int:
        """Drain it and return its exit status."""
        self.send(signal.SIGTERM)
        return self.ended()

    def report(self) -> dict[str, Any]:
        """Return the report, as ``codeiod status`` tells it."""
        told = WARM.run(("status", str(self.out), "--json"), self.folder, PATIENCE_SECONDS)
        told.check_returncode()
        return dict(json.loads(told.stdout))

    def pending(self) -> int:
        """Return how many items are on their way, as report.json says; -1: there is none yet."""
        path = self.out / "report.json"
        return int(json.loads(path.read_bytes())["items"]["pending"]) if path.exists() else -1

    def findings(self) -> str:
        """Return what ``codeiod check`` finds wrong; ``""``: nothing."""
        done = WARM.run(("check", str(self.out)), self.folder, PATIENCE_SECONDS)
        return "" if done.returncode == 0 else f"{done.returncode}: {done.stdout}{done.stderr}"

    def ask(self, path: str) -> tuple[int, dict[str, Any]]:
        """Ask its page; return the status and the facts."""
        addresses = re.findall(r"web\.listening.*? address=(\S+)", self.log)
        assert addresses, self.log
        try:
            with urlopen(f"http://{addresses[-1]}{path}", timeout=PATIENCE_SECONDS) as answer:
                return int(answer.status), dict(json.load(answer))
        except HTTPError as error:
            with error:
                return error.code, dict(json.load(error))

    def end(self) -> None:
        """Leave no process behind."""
        if self.process is not None and self.process.poll() is None:
            with suppress(ProcessLookupError):
                os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait(PATIENCE_SECONDS)


@contextmanager
def daemon_in(folder: Path, options: Sequence[str]) -> Iterator[Daemon]:
    """Prepare a daemon that watches a folder; it ends with the block."""
    manager = Manager(folder / "notify")
    config = {
        "output.dir": str(folder / "out"),
        "service.watch": [str(folder / "in")],
        "service.rescan_seconds": 0.5,
        "service.listen": "127.0.0.1:0",
        "sandbox.minimum_level": 1,
        "sandbox.workers": 1,
    }
    daemon = Daemon(folder, manager, tuple(options), config=config)
    daemon.watched.mkdir()
    try:
        yield daemon
    finally:
        daemon.end()
        manager.close()


def stallable() -> tuple[str, ...]:
    """Return a command of codeiod whose event loop stands still from SIGUSR2 to SIGCONT."""
    program = (
        "import signal\n"
        "from codeiod.cli.main import main\n"
        "signal.signal(signal.SIGUSR2, lambda *_: signal.sigwait({signal.SIGCONT}))\n"
        "signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGCONT})\n"
        "main()\n"
    )
    return (sys.executable, "-c", program)
