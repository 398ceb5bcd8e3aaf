"""``top`` shows what matters in the lines that there are, whatever is in it, and ends with q."""

from __future__ import annotations

import fcntl
import json
import os
import pty
import select
import socketserver
import struct
import subprocess
import sys
import termios
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from codeiod.cli.glance import Speeds, glance
from codeiod.journal.state import State
from codeiod.journal.tally import TaskTally
from codeiod.reports.affairs import (
    Affairs,
    BudgetAffairs,
    CallInFlight,
    EndpointAffairs,
    EndpointState,
    FunnelCounts,
    Percentiles,
    Phase,
    SandboxAffairs,
    Trouble,
    WatchAffairs,
)
from codeiod.reports.forecast import Forecast, Range
from codeiod.reports.status import ItemCounts, report_of

COMMAND = str(Path(sys.executable).parent / "codeiod")
WIDTH, HEIGHT = 80, 24
PATIENCE_SECONDS = 30.0


def facts(text: str = "503 overloaded", name: str = "main", **values: Any) -> dict[str, Any]:
    """Return affairs with something of everything, as JSON has them."""
    report = replace(
        report_of(State()),
        items=ItemCounts(1100, 104, 60),
        rejected={"unparsable": 50, "trivial": 30, "timeout": 20, "error": 3, "too_big": 1},
        samples={"output_prediction": TaskTally(200, 100, 50)},
        money={"EUR": 12.345},
        forecast=Forecast(10, 20, money={"EUR": Range(1, 2, 3)}, seconds=Range(60, 70, 80)),
    )
    affairs = Affairs(
        phase=Phase.WORKING,
        why="",
        ready=True,
        version="1",
        pid=1,
        directory=f"/var/lib/{name}",
        at=10_000.0,
        started_at=100.0,
        report=report,
        funnel=FunnelCounts(1300, 1210, 1150, 1100, 104),
        total_entries=5000,
        endpoints=(
            EndpointAffairs(
                name, "http://h", "m", in_flight=7, limit=8, latency=Percentiles(0.2, 1.5, 130.0)
            ),
            EndpointAffairs("b", "http://h", "m", EndpointState.OUT, why=text, failed={"key": 3}),
        ),
        sandbox=SandboxAffairs(3, 2, 1, 4, 30, {"returned": 28, "timed_out": 2}),
        budget=BudgetAffairs("EUR", money=50.0, money_per_day=5.0, spent_money_today=2.0),
        watched=(WatchAffairs(f"/drop/{name}", taken=5), WatchAffairs("/b", there=False, why=text)),
        calls=tuple(CallInFlight("ab" * 16, "unify/1", name, 60.0 - n) for n in range(50)),
        troubles=tuple(Trouble(1.0 + n, "warning", "x", f"{text} {n}", 3) for n in range(50)),
        memory_bytes=82_000_000,
        descriptors=37,
    )
    return dict(orjson.loads(orjson.dumps(affairs)) | values)


def drawn(affairs: dict[str, Any], width: int = WIDTH, height: int = HEIGHT) -> list[str]:
    return [line.plain for line in glance(affairs, Speeds(12.3, 280), width, height)]


def test_what_matters_is_there() -> None:
    """In 80 columns and 24 lines stands all that an operator looks for first."""
    lines = drawn(facts())
    text = "\n".join(lines)
    assert len(lines) == HEIGHT
    for told in (
        "codeiod working",
        "1,204 of 5,000",
        "12.3/min",
        "12.3/min (280 answers)  left 1 min 10 s",
        "1,300 in → 1,210 unified 93%",
        "output 50%, then 75% of 200",
        "unparsable 50",
        "and 1 reasons more",
        "12.35 of 50.00 EUR",
        "today 2.00 of 5.00",
        "1 run on 2 workers, 4 wait",
        "6.7% of calls fail",
        "memory 82 MB, 37 files",
        "/drop/main: 5 taken",
        "200 ms",
        "1.5 s",
        "503 overloaded",
        "oldest calls in flight",
        "last troubles",
        "(3 times)",
    ):
        assert told in text, told


def test_why_it_waits_comes_second() -> None:
    """Where something is in the way, that is the second line."""
    assert (
        drawn(facts(phase="waiting", ready=False, why="the disk is full"))[1] == "the disk is full"
    )


def test_a_new_daemon() -> None:
    """Where nothing has happened yet there is nothing to divide by."""
    affairs = Affairs(Phase.IDLE, "", True, "1", 1, "out", 1.0, 1.0, report_of(State()))
    lines = [line.plain for line in glance(orjson.loads(orjson.dumps(affairs)), None, 80, 24)]
    assert any("0 of 0" in line for line in lines)


@settings(max_examples=60, deadline=None)
@given(
    st.text(max_size=200),
    st.text(min_size=1, max_size=60),
    st.integers(20, 200),
    st.integers(1, 60),
)
def test_it_fits_whatever_is_in_it(text: str, name: str, width: int, height: int) -> None:
    """No text is wider or longer than the terminal, and none can steer it."""
    clean = text.encode("utf-8", "replace").decode(), name.encode("utf-8", "replace").decode()
    lines = glance(facts(*clean), None, width, height)
    assert len(lines) <= height
    for line in lines:
        assert line.cell_len <= width
        assert not any(sign < " " or "\x7f" <= sign < "\xa0" for sign in line.plain)


class _Server(socketserver.ThreadingMixIn, socketserver.UnixStreamServer):
    daemon_threads = True


@contextmanager
def answering(path: Path, affairs: dict[str, Any]) -> Iterator[None]:
    """Answer at a socket as a daemon does."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            body = json.dumps(affairs).encode()
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def address_string(self) -> str:
            return "socket"

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    with _Server(str(path), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
        thread.start()
        try:
            yield
        finally:
            server.shutdown()
            thread.join(10)
            path.unlink()


class Terminal:
    """A terminal of 80 columns and 24 lines with ``top`` in it."""

    def __init__(self, path: Path) -> None:
        self.ours, theirs = pty.openpty()
        fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", HEIGHT, WIDTH, 0, 0))
        environment = os.environ | {"TERM": "xterm-256color"}
        for name in ("COLUMNS", "LINES", "NO_COLOR"):
            environment.pop(name, None)
        self.process = subprocess.Popen(
            [COMMAND, "top", "--socket", str(path)],
            stdin=theirs,
            stdout=theirs,
            stderr=theirs,
            env=environment,
            start_new_session=True,
        )
        os.close(theirs)
        self.seen = ""

    def wait_for(self, text: str) -> None:
        """Wait until a text is shown."""
        deadline = time.monotonic() + PATIENCE_SECONDS
        while text not in self.seen:
            assert time.monotonic() < deadline, self.seen[-2000:]
            if select.select([self.ours], [], [], 0.2)[0]:
                self.seen += os.read(self.ours, 1 << 16).decode(errors="replace")

    def end(self) -> int:
        """Read what still comes, and return the status with which it ends."""
        deadline = time.monotonic() + PATIENCE_SECONDS
        while (status := self.process.poll()) is None:
            assert time.monotonic() < deadline
            if select.select([self.ours], [], [], 0.1)[0]:
                with suppress(OSError):  # the other side is closed
                    os.read(self.ours, 1 << 16)
        return status

    def close(self) -> None:
        self.process.kill()
        self.process.wait(10)
        os.close(self.ours)


@pytest.fixture
def terminal(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """Return what opens a terminal, which is closed at the end."""
    opened: list[Terminal] = []

    def start(path: Path) -> Terminal:
        opened.append(Terminal(path))
        return opened[-1]

    yield start
    for one in opened:
        one.close()


def test_it_is_shown_until_q(tmp_path: Path, terminal: Any) -> None:
    """It is drawn on a terminal; a daemon that goes is missed, one that comes is shown."""
    path = tmp_path / "s"
    with answering(path, facts()):
        shown = terminal(path)
        shown.wait_for("1,204 of 5,000")
    shown.wait_for("no daemon listens")
    with answering(path, facts(phase="paused", why="by hand")):
        shown.wait_for("by hand")
        os.write(shown.ours, b"x")
        os.write(shown.ours, b"q")
        assert shown.end() == 0


def test_once(tmp_path: Path) -> None:
    """Into a pipe goes one look, and with --json the facts; without a daemon the status is 3."""
    path = tmp_path / "s"
    with answering(path, facts()):
        done = subprocess.run(
            [COMMAND, "top", "--socket", str(path)], capture_output=True, text=True
        )
        assert done.returncode == 0
        assert "1,204 of 5,000" in done.stdout
        assert "\x1b" not in done.stdout
        told = subprocess.run(
            [COMMAND, "top", "--json", "--socket", str(path)], capture_output=True, check=True
        )
        assert json.loads(told.stdout)["phase"] == "working"
    gone = subprocess.run([COMMAND, "top", "--socket", str(path)], capture_output=True, text=True)
    assert gone.returncode == 3
    assert gone.stderr.count("\n") == 1
