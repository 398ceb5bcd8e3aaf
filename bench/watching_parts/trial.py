"""One trial: writers at work, a daemon that watches them and is killed, and what came of it.

May import the other parts, and ``codeiod`` to read what the daemon wrote.
"""

from __future__ import annotations

import json
import os
import random
import re
import signal
import socket
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime
from itertools import pairwise
from pathlib import Path
from uuid import uuid4

from codeiod.journal.disk import OsDisk
from codeiod.journal.records import Admit, Record
from codeiod.journal.replay import read_state
from codeiod.journal.state import Position
from watching_parts import writers
from watching_parts.teacher import Teacher

COMMAND = str(Path(sys.executable).parent / "codeiod")
LONGEST_SECONDS = 3600.0
STOP_SECONDS = 120.0
_LOOKED = re.compile(r"^timestamp=(\S+) .*event=watch\.looked", re.MULTILINE)
QUIET_SECONDS = 15.0
"""How long nothing must have happened at the end: more than the shortest look again takes."""


@dataclass(frozen=True, slots=True)
class Trial:
    """What is to be tried."""

    folder: Path
    """Empty."""
    files: int
    kills: int
    settle_seconds: float
    rate: float
    """Files a second, of all writers."""
    taken: str = "keep"
    seed: int = 0

    @property
    def watched(self) -> Path:
        return self.folder / "in"

    @property
    def out(self) -> Path:
        return self.folder / "out"


@dataclass(slots=True)
class Found:
    """What came of it; all lists but ``seconds`` should be empty."""

    standing: int = 0
    """Contents that had to be taken."""
    admitted: int = 0
    missing: list[str] = field(default_factory=list)
    torn: list[str] = field(default_factory=list)
    """Contents that never stood in any file."""
    unfinished: int = 0
    asked_again: int = 0
    in_flight_lost: int = 0
    kills: int = 0
    check: str = ""
    writing_seconds: float = 0.0
    seconds: float = 0.0
    cpu_seconds: float = 0.0
    peak_mb: float = 0.0

    @property
    def broken(self) -> bool:
        """Whether a promise was."""
        wrong = self.missing or self.torn or self.unfinished or self.check
        return bool(wrong) or self.asked_again > self.in_flight_lost


class _Daemon:
    """A daemon that can be killed and started again, and when it was alive."""

    def __init__(self, trial: Trial, teacher: Teacher) -> None:
        settings = {
            "service.watch": json.dumps([str(trial.watched)]),
            "service.settle_seconds": trial.settle_seconds,
            "service.taken": trial.taken,
            "service.listen": "",
            "endpoint.0.max_in_flight": 32,
            "endpoint.0.concurrency": "fixed",
            "unify.attempts": 1,
            "sandbox.minimum_level": 1,
        }
        given = [part for key, value in settings.items() for part in ("--set", f"{key}={value}")]
        self._command = [COMMAND, "serve", "--out", str(trial.out), *given]
        self._command += ["--base-url", teacher.base_url, "--model", "none"]
        self._log = (trial.folder / "daemon.log").open("ab")
        self._process: subprocess.Popen[bytes] | None = None
        self.ends: list[float] = []
        self.peak_mb = 0.0
        self.cpu_seconds = 0.0

    def start(self) -> None:
        """Start it, and wait until it says that it is ready."""
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as manager:
            address = f"\0{uuid4().hex}"
            manager.bind(address)
            manager.settimeout(STOP_SECONDS)
            environ = {**os.environ, "NOTIFY_SOCKET": address.replace("\0", "@")}
            self._process = subprocess.Popen(
                self._command, stdout=self._log, stderr=self._log, env=environ
            )
            while b"READY=1" not in manager.recv(1 << 16):
                self.require_alive()

    def stop(self, number: signal.Signals) -> int:
        assert self._process is not None
        self._measure()
        self.ends.append(time.time())
        self._process.send_signal(number)
        try:
            return self._process.wait(STOP_SECONDS)
        finally:
            self._process.kill()
            self._process = None

    def close(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.wait(STOP_SECONDS)
        self._log.close()

    def lives(self) -> list[tuple[float, float]]:
        """Return from when to when it watched: from the end of its first look on."""
        text = Path(self._log.name).read_text()
        looks = [datetime.fromisoformat(one).timestamp() for one in _LOOKED.findall(text)]
        begins = [0.0, *self.ends]
        first = [[one for one in looks if begin < one < end] for begin, end in pairwise(begins)]
        return [(found[0], end) for found, end in zip(first, self.ends, strict=True) if found]

    def require_alive(self) -> None:
        if self._process is None or self._process.poll() is not None:
            raise RuntimeError(f"the daemon ended; see {self._log.name}")

    def _measure(self) -> None:
        assert self._process is not None
        status = Path(f"/proc/{self._process.pid}/status").read_text()
        peak = next(line for line in status.splitlines() if line.startswith("VmHWM"))
        self.peak_mb = max(self.peak_mb, int(peak.split()[1]) / 1024)
        fields = Path(f"/proc/{self._process.pid}/stat").read_text().rpartition(")")[2].split()
        self.cpu_seconds += (int(fields[11]) + int(fields[12])) / 100


def try_it(trial: Trial, teacher: Teacher) -> Found:
    """Run a trial to its end."""
    trial.watched.mkdir(parents=True)
    daemon = _Daemon(trial, teacher)
    found = Found()
    began = time.monotonic()
    try:
        daemon.start()
        with _writing(trial) as processes:
            draw = random.Random(trial.seed)
            for _ in range(trial.kills):
                _kill(daemon, draw, found)
            for process in processes:
                if process.wait(LONGEST_SECONDS):
                    raise RuntimeError("a writer failed")
            found.writing_seconds = time.monotonic() - began
        _wait_until_quiet(trial, daemon, teacher)
        found.seconds = time.monotonic() - began
        status = daemon.stop(signal.SIGTERM)
        found.check = "" if status == 0 else f"exit status {status}"
    finally:
        daemon.close()
    found.peak_mb, found.cpu_seconds = daemon.peak_mb, daemon.cpu_seconds
    _judge(trial, daemon.lives(), teacher, found)
    return found


def _kill(daemon: _Daemon, draw: random.Random, found: Found) -> None:
    """Kill the daemon after a while, at any moment of its life."""
    time.sleep(draw.uniform(2, 8))
    daemon.require_alive()
    daemon.stop(signal.SIGKILL)
    found.kills += 1
    time.sleep(draw.uniform(0, 1))
    daemon.start()


@contextmanager
def _writing(trial: Trial) -> Iterator[list[subprocess.Popen[bytes]]]:
    """Start all writers at once, and end what is left of them."""
    processes = []
    for way in writers.WAYS:
        given = [way, trial.watched, trial.files // 4, trial.rate / 4]
        given += [trial.settle_seconds, _log_of(trial, way)]
        command = [sys.executable, writers.__file__, *map(str, given)]
        processes.append(subprocess.Popen(command))
    try:
        yield processes
    finally:
        for process in processes:
            process.kill()
            process.wait(STOP_SECONDS)


def _log_of(trial: Trial, way: str) -> Path:
    return trial.folder / f"{way}.jsonl"


def _wait_until_quiet(trial: Trial, daemon: _Daemon, teacher: Teacher) -> None:
    """Wait until nothing is pending and nobody has asked the teacher for a while."""
    end = time.monotonic() + LONGEST_SECONDS
    last, since = -1, time.monotonic()
    while time.monotonic() < end:
        daemon.require_alive()
        now = sum(teacher.asked.values())
        if now != last:
            last, since = now, time.monotonic()
        quiet = time.monotonic() - since > QUIET_SECONDS + 2 * trial.settle_seconds
        if quiet and _pending(trial) == 0:
            return
        time.sleep(0.5)
    raise RuntimeError("it is never done")


def _pending(trial: Trial) -> int:
    with suppress(OSError, ValueError):
        report = json.loads((trial.out / "report.json").read_text())
        return int(report["items"]["pending"])
    return -1


def _judge(trial: Trial, lives: list[tuple[float, float]], teacher: Teacher, found: Found) -> None:
    admitted: set[str] = set()

    def note(record: Record, _: Position) -> None:
        if isinstance(record, Admit):
            admitted.add(record.content)

    state = read_state(trial.out, OsDisk(), note)
    found.admitted, found.unfinished = len(admitted), len(state.pending)
    stood: set[str] = set()
    must: set[str] = set()
    for way in writers.WAYS:
        for one in writers.notes(_log_of(trial, way)):
            stood.add(one["content"])
            if _had_to_be_taken(one["since"], one["until"], trial.settle_seconds, lives):
                must.add(one["content"])
    found.standing = len(must)
    found.missing = sorted(must - admitted)
    found.torn = sorted(admitted - stood)
    found.asked_again = sum(teacher.asked.values()) - len(teacher.asked)
    found.in_flight_lost = state.calls.lost
    done = subprocess.run(
        [COMMAND, "check", str(trial.out)], capture_output=True, text=True, check=False
    )
    found.check = found.check or ("" if done.returncode == 0 else done.stdout + done.stderr)
    ways = Counter(content.split()[1] for content in found.missing)
    if ways:
        print("missing, by writer:", dict(ways))


def _had_to_be_taken(
    since: float, until: float, settle_seconds: float, lives: list[tuple[float, float]]
) -> bool:
    """Tell whether a content stood for twice the time, within one life of the daemon."""
    if not until:
        return True
    stood = (min(until, end) - max(since, begin) for begin, end in lives)
    return any(seconds >= 2 * settle_seconds for seconds in stood)
