"""A real daemon takes code over its API and shows what it makes of it; so does a stopped run."""

from __future__ import annotations

import json
import re
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import pytest

from ..daemon.warm import WARM  # noqa: TID252 -- tests are in no named package
from .serving import PATIENCE_SECONDS, Daemon, await_that, daemon_in

EXAMPLE = Path(__file__).resolve().parents[2] / "examples" / "algorithms" / "best_run.py"
BUILTIN = ("--teacher", "builtin", "--set", "sandbox.minimum_level=1")


@pytest.fixture
def daemon(short_folder: Path) -> Iterator[Daemon]:
    """Prepare a daemon with the built-in teacher."""
    with daemon_in(short_folder, BUILTIN) as prepared:
        yield prepared


def test_code_goes_in_and_samples_come_out_over_the_api(daemon: Daemon) -> None:
    """Submitted, listed, told whole, with its story; known the second time, and after a stop."""
    daemon.begin()
    await_that(lambda: "web.listening" in daemon.log, "no page is served")
    body = {"content": EXAMPLE.read_text(), "name": "best.py", "meta": {"source": "test"}}
    status, told = post(daemon, body)
    assert (status, told["new"]) == (201, True)
    item_id = told["item_id"]
    await_that(lambda: daemon.ask(f"/api/items/{item_id}")[0] == 200, "it is not known")
    await_that(lambda: status_of(daemon, item_id) == "finished", daemon.log)
    samples = daemon.ask(f"/api/samples?item={item_id}")[1]["samples"]
    assert samples
    whole = daemon.ask(f"/api/samples/{samples[0]['id']}")[1]
    assert whole["sample"]["item_id"] == item_id
    assert whole["program"]["path"] == "best.py"
    assert daemon.ask(f"/api/items/{item_id}/story")[1]["outcome"] == "finished"
    assert post(daemon, body) == (201, {"item_id": item_id, "new": False})
    assert daemon.stop() == 0
    assert daemon.findings() == ""
    with viewed(daemon.out) as url, urlopen(f"{url}api/status", timeout=PATIENCE_SECONDS) as found:
        report = json.load(found)["report"]
    assert report["items"] == {"finished": 1, "rejected": 0, "pending": 0}


def status_of(daemon: Daemon, item_id: str) -> str:
    return str(daemon.ask(f"/api/items/{item_id}")[1].get("item", {}).get("status"))


def post(daemon: Daemon, body: dict[str, Any]) -> tuple[int, dict[str, Any]]:
    """Submit an item."""
    address = re.findall(r"web\.listening.*? address=(\S+)", daemon.log)[-1]
    headers = {"Content-Type": "application/json"}
    request = Request(f"http://{address}/api/items", json.dumps(body).encode(), headers)
    try:
        with urlopen(request, timeout=PATIENCE_SECONDS) as answer:
            return int(answer.status), dict(json.load(answer))
    except HTTPError as error:
        with error:
            return error.code, dict(json.load(error))


@contextmanager
def viewed(directory: Path) -> Iterator[str]:
    """Show a directory by ``codeiod view``, and see that it ends well."""
    command = ("view", str(directory), "--port", "0")
    with WARM.start(command, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        try:
            yield process.stdout.readline().split()[0]
        finally:
            process.send_signal(signal.SIGTERM)
            assert process.wait(PATIENCE_SECONDS) == 0


def test_a_port_that_is_taken_is_told_in_a_line(short_folder: Path) -> None:
    """An operator is told which address, and what to try."""
    out = short_folder / "out"
    command = ("run", str(EXAMPLE), "--out", str(out), *BUILTIN)
    assert WARM.run(command, short_folder, PATIENCE_SECONDS).returncode == 0
    with viewed(out) as url:
        port = url.rstrip("/").rpartition(":")[2]
        command = ("view", str(out), "--port", port)
        again = WARM.run(command, short_folder, PATIENCE_SECONDS)
    assert again.returncode == 2
    assert f"127.0.0.1:{port} can't be listened on" in again.stderr
    assert "Traceback" not in again.stderr
