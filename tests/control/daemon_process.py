"""A daemon as a process, with a notify socket of the test's own and a folder with a short path.

Imports the standard library and the client of the control socket. What is waited for is always
told by the daemon: nothing is polled.
"""

from __future__ import annotations

import json
import os
import signal
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from codeiod.cli.asking import ask

from ..daemon.warm import WARM, Process  # noqa: TID252 -- tests are in no named package

SECONDS = 60.0
DEFAULTS = {
    "sandbox.minimum_level": 1,
    "sandbox.workers": 1,
    "service.listen": "",
    "service.grace_seconds": 20,
}


@dataclass
class Daemon:
    """One output directory, and the daemon that serves it now."""

    folder: Path
    settings: dict[str, Any] = field(default_factory=dict)
    endpoint: dict[str, Any] = field(default_factory=dict)
    process: Process | None = None
    manager: socket.socket | None = None

    @property
    def out(self) -> Path:
        return self.folder / "out"

    @property
    def path(self) -> Path:
        """The control socket."""
        return Path(self.settings.get("service.socket") or self.out / "control.sock")

    @property
    def config(self) -> Path:
        return self.folder / "codeiod.toml"

    @property
    def log(self) -> str:
        return (self.folder / "log").read_text()

    def configure(self, **changes: Any) -> None:
        """Write the settings file; ``__`` stands for a dot, ``endpoint__`` is for its endpoint."""
        for name, value in changes.items():
            section, _, key = name.partition("__")
            if section == "endpoint":
                self.endpoint[key] = value
            else:
                self.settings[f"{section}.{key}"] = value
        lines = [f"{key} = {_toml(value)}" for key, value in self.settings.items()]
        if self.endpoint:
            lines.append("[[endpoint]]")
            lines += [f"{key} = {_toml(value)}" for key, value in self.endpoint.items()]
        self.config.write_text("\n".join(lines) + "\n")

    def start(self, *, ready: bool = True) -> None:
        """Start the daemon, and wait until it says that it is ready."""
        self.manager = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.manager.settimeout(SECONDS)
        notify = self.folder / "notify"
        notify.unlink(missing_ok=True)
        self.manager.bind(str(notify))
        with (self.folder / "log").open("ab") as log:
            self.process = WARM.start(
                ("serve", "--config", str(self.config)),
                env=os.environ | {"NOTIFY_SOCKET": str(notify)},
                folder=self.folder,
                stderr=log,
                stdout=log,
            )
        if ready:
            self.told("READY=1")

    def told(self, what: str) -> None:
        """Wait until the daemon tells its manager so."""
        assert self.manager is not None
        while what not in self.manager.recv(1 << 16).decode().split("\n"):
            pass

    def signal(self, number: signal.Signals) -> None:
        assert self.process is not None
        self.process.send_signal(number)

    def ended(self) -> int:
        """Wait for its end; return its exit status."""
        assert self.process is not None
        assert self.manager is not None
        status = self.process.wait(SECONDS)
        self.manager.close()
        self.process = None
        return status

    def kill(self) -> None:
        """Kill it, if it is there."""
        if self.process is not None:
            self.process.kill()
            self.ended()

    def get(self, target: str) -> Any:
        return ask(self.path, "GET", target)

    def post(self, target: str, **order: Any) -> Any:
        return ask(self.path, "POST", target, json.dumps(order).encode())

    def submit(self, *numbers: int) -> list[str]:
        """Hand in files, each another one; return their items' ids."""
        contents = [f"def f(n):\n    return n + {number}\n".encode() for number in numbers]
        answers = [ask(self.path, "POST", "/items?name=f.py", content) for content in contents]
        return [answer["item_id"] for answer in answers]

    def changes(self) -> list[dict[str, Any]]:
        """Return the changes that the journal holds."""
        lines = (self.out / "journal" / "segment-00000001.jsonl").read_bytes().splitlines()
        records = [json.loads(line) for line in lines]
        return [record for record in records if record["kind"] == "change"]


def _toml(value: Any) -> str:
    if isinstance(value, dict):
        return f"{{{', '.join(f'{key} = {_toml(part)}' for key, part in value.items())}}}"
    return json.dumps(value)


@contextmanager
def daemon_in(folder: Path, base_url: str = "", **settings: Any) -> Iterator[Daemon]:
    """Prepare a daemon; whatever becomes of the test, none is left at its end."""
    folder.mkdir(exist_ok=True)
    daemon = Daemon(folder, {**DEFAULTS, "output.dir": str(folder / "out")})
    if base_url:
        daemon.endpoint = {"base_url": base_url, "model": "m", "concurrency": "fixed"}
    else:
        daemon.settings["teacher.kind"] = "builtin"
    daemon.configure(**settings)
    try:
        yield daemon
    finally:
        daemon.kill()
