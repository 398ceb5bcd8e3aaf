"""An endpoint of the bench as a process of its own. Imports the standard library and neighbours."""

from __future__ import annotations

import dataclasses
import json
import socket
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from llm_parts.ways import Ways

PROGRAM = Path(__file__).with_name("endpoint.py")
ANSWER_SECONDS = 30.0


class Serving:
    """A running endpoint."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.base_url = f"http://127.0.0.1:{port}/v1"

    def set(self, ways: Ways) -> None:
        """Change its ways."""
        self._ask("control", json.dumps(dataclasses.asdict(ways)).encode())

    def stats(self) -> dict[str, Any]:
        """Return what it has done so far."""
        return self._ask("stats", b"")

    def _ask(self, path: str, body: bytes) -> dict[str, Any]:
        url = f"http://127.0.0.1:{self.port}/{path}"
        request = urllib.request.Request(url, body, method="POST")
        with urllib.request.urlopen(request, timeout=ANSWER_SECONDS) as answer:
            return dict(json.load(answer))


@contextmanager
def serving(ways: Ways) -> Iterator[Serving]:
    """Run an endpoint for the length of a block."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = int(free.getsockname()[1])
    command = [sys.executable, str(PROGRAM), str(port)]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as process:
        try:
            assert process.stdout is not None
            if process.stdout.readline() != b"ready\n":
                raise RuntimeError("the endpoint of the bench does not start")
            served = Serving(port)
            served.set(ways)
            yield served
        finally:
            process.kill()
