"""kill -9 of a real daemon under load, with a real sandbox, a real disk and a paid teacher.

Imports the fakes' answer, and the daemon and its dataset as ``recorded_parts`` meet them. The
teacher keeps its own books: a conversation that it has answered to the end and is asked again must
be among those that the daemon itself calls lost in flight.
"""

from __future__ import annotations

import json
import random
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from recorded_parts.daemon import Run, kill, recorded_options
from recorded_parts.dataset import STREAMS

from codeiod.testing import UNIFY_ANSWER
from torture_parts.rig import TIMES

FILES = 30
LATENCY_SECONDS = 0.1
LIFE_SECONDS = 120.0
EARLY_SECONDS = 3.0
"""Every third kill comes so soon after the start that it mostly hits recovery."""
SETTINGS = (
    "journal.segment_bytes=65536",
    "journal.snapshot_records=100",
    "sandbox.minimum_level=1",
    "endpoint.0.max_in_flight=16",
    "predict.output_pairs=4",
    "predict.input_pairs=4",
)


@dataclass
class Teacher:
    """A teacher on loopback that counts what it has answered."""

    answered: Counter[str] = field(default_factory=Counter)
    """By conversation; all of the answer has been sent."""
    news: threading.Condition = field(default_factory=threading.Condition)
    """Guards the counter, which each connection's thread adds to."""
    base_url: str = ""

    def note(self, conversation: str) -> None:
        """Count an answer."""
        with self.news:
            self.answered[conversation] += 1
            self.news.notify_all()

    def wait_for(self, answers: int, seconds: float) -> None:
        """Wait until so many answers were given, or until the time is over."""
        with self.news:
            self.news.wait_for(lambda: self.answered.total() >= answers, seconds)

    @property
    def repeated(self) -> int:
        """How many answers were given again."""
        with self.news:
            return self.answered.total() - len(self.answered)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What many kills have left."""

    kills: int
    status: int
    answered: int
    repeated: int
    lost: int
    """Calls that the daemon calls lost in flight."""
    findings: tuple[str, ...]
    """What ``check`` found after the kills and at the end."""
    different: int
    """Lines of the dataset that are missing or too many."""

    @property
    def sound(self) -> bool:
        """Whether every promise was kept."""
        clean = self.status == 0 and not self.findings and not self.different
        return clean and self.repeated <= self.lost


def kill_often(folder: Path, kills: int, seed: int = 1) -> Outcome:
    """Run once undisturbed and once with kills, and compare."""
    draw = random.Random(seed)
    source = folder / "files.jsonl"
    contents = (f"def f(n):\n    return n * {number}\n" for number in range(FILES))
    source.write_text("".join(json.dumps({"content": content}) + "\n" for content in contents))
    with teaching() as teacher:
        calm = Run(folder / "calm", (source,), recorded_options(teacher.base_url, *SETTINGS))
        if calm.finish() != 0:
            raise RuntimeError(f"the undisturbed run fails: see {calm.log}")
        calls = teacher.answered.total()
    with teaching() as teacher:
        run = Run(folder / "killed", (source,), recorded_options(teacher.base_url, *SETTINGS))
        findings, done = [], 0
        for number in range(kills):
            early = number % 3 == 2
            target = teacher.answered.total() if early else calls * (number + 1) // (kills + 1)
            done += _kill_once(run, teacher, target, draw.uniform(0, EARLY_SECONDS) * early)
            if (run.directory / "journal").is_dir() and (found := run.findings()):
                findings.append(f"after kill {done}: {found}")
        status = run.finish()
        if found := run.findings():
            findings.append(f"at the end: {found}")
        answered, repeated = teacher.answered.total(), teacher.repeated
    ours, theirs = _lines(run.directory), _lines(calm.directory)
    different = (ours - theirs).total() + (theirs - ours).total()
    lost = run.report()["calls"]["in_flight_lost"]
    return Outcome(done, status, answered, repeated, lost, tuple(findings), different)


def _kill_once(run: Run, teacher: Teacher, answers: int, seconds: float) -> bool:
    """Start a run and kill it; tell whether it was still alive."""
    process = run.start()
    if seconds:
        time.sleep(seconds)
    else:
        teacher.wait_for(answers + 1, LIFE_SECONDS)
    alive = process.poll() is None
    kill(process)
    return alive


def _lines(directory: Path) -> Counter[str]:
    return Counter(
        f"{stream} {json.dumps(_timeless(json.loads(line)), sort_keys=True)}"
        for stream, folder in STREAMS.items()
        for part in sorted((directory / folder).glob("part-*.jsonl"))
        for line in part.read_bytes().splitlines()
    )


def _timeless(line: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in line.items() if name not in TIMES}


def _answer(messages: list[dict[str, str]]) -> str:
    """Answer: rightly to an output prediction, wrongly to an input prediction's first turn."""
    prompt = messages[0]["content"]
    if "input_generator" in prompt:
        number = prompt.partition("return n * ")[2].split("\n")[0]
        return UNIFY_ANSWER.replace("def main_solution", f"# {number}\ndef main_solution", 1)
    known = json.loads(prompt.splitlines()[-1])
    if isinstance(known, dict):
        return json.dumps({"output": 3 * known["n"] + 1})
    return json.dumps({"input": {"n": (known - 1) // 3 + (len(messages) == 1)}})


@contextmanager
def teaching() -> Iterator[Teacher]:
    """Run a teacher for the length of a block."""
    teacher = Teacher()
    server = _Server(("127.0.0.1", 0), _handler(teacher))
    teacher.base_url = f"http://127.0.0.1:{server.server_address[1]}/v1"
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield teacher
    finally:
        server.shutdown()
        server.server_close()
        thread.join(10)


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 64

    def handle_error(self, *_: object) -> None:
        """Say nothing of a client that was killed."""


def _handler(teacher: Teacher) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            messages = json.loads(body)["messages"]
            time.sleep(LATENCY_SECONDS)
            message = {"role": "assistant", "content": _answer(messages)}
            choice = {"index": 0, "message": message, "finish_reason": "stop"}
            usage = {"prompt_tokens": 100, "completion_tokens": 50}
            data = json.dumps({"model": "m", "choices": [choice], "usage": usage}).encode()
            self.send_response(200)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)
            teacher.note(json.dumps(messages))

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    return Handler
