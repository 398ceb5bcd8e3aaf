"""The recorded teacher as a process of its own on a free loopback port.

Imports the standard library only.
"""

from __future__ import annotations

import json
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

START_SECONDS = 30.0
STOP_SECONDS = 10.0
PROBE_SECONDS = 0.05


@dataclass(frozen=True, slots=True)
class Teacher:
    """A running teacher."""

    port: int

    @property
    def base_url(self) -> str:
        return f"http://127.0.0.1:{self.port}/v1"

    def stats(self) -> dict[str, Any]:
        """Return what it has answered so far."""
        with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/stats", timeout=10) as reply:
            return dict(json.load(reply))


@contextmanager
def teaching(recorded: Path, **knobs: float) -> Iterator[Teacher]:
    """Run the teacher for the length of a block; ``knobs`` are its options, such as latency."""
    port = free_port()
    options = [part for name, value in knobs.items() for part in (f"--{name}", str(value))]
    program = recorded.resolve().parent / "teacher.py"
    process = subprocess.Popen(
        [sys.executable, program, "--data", recorded, "--port", str(port), *options],
        stdout=subprocess.DEVNULL,
    )
    try:
        teacher = Teacher(port)
        _await_start(teacher, process)
        yield teacher
    finally:
        process.kill()  # it keeps nothing, and would wait for calls that hang
        process.wait(STOP_SECONDS)


def free_port() -> int:
    """Find a port on loopback that no one listens on."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        return int(server.getsockname()[1])


def _await_start(teacher: Teacher, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + START_SECONDS
    while process.poll() is None and time.monotonic() < deadline:
        try:
            teacher.stats()
        except (urllib.error.URLError, ConnectionError):
            time.sleep(PROBE_SECONDS)  # another process: there is no event to wait for
        else:
            return
    raise RuntimeError(f"the teacher does not start (status {process.poll()})")
