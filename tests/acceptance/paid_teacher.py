"""A teacher on loopback that tells what its answers cost, and counts what it is asked.

Imports the standard library and the answer of the shipped fakes. Every file becomes a program of
its own, so that no two prompts are the same.
"""

from __future__ import annotations

import json
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from hashlib import blake2b
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from codeiod.testing import UNIFY_ANSWER

INPUT_TOKENS = 100


@dataclass
class PaidTeacher:
    """What the teacher does now, and what it was asked."""

    output_tokens: int = 50
    """What every answer is said to use."""
    refuse: str = ""
    """Requests whose text holds this are refused by the content filter."""
    hold: threading.Event = field(default_factory=threading.Event)
    """While clear, answers are held back."""
    asked: Counter[str] = field(default_factory=Counter)
    """By prompt, all that came."""
    answered: Counter[str] = field(default_factory=Counter)
    waiting: threading.Semaphore = field(default_factory=lambda: threading.Semaphore(0))
    """Released once for each request that came."""
    base_url: str = ""

    def answer(self, messages: list[dict[str, str]]) -> str:
        """Answer a conversation, rightly."""
        prompt = messages[0]["content"]
        if "input_generator" in prompt:
            name = blake2b(prompt.encode(), digest_size=8).hexdigest()
            return UNIFY_ANSWER.replace("def main_solution", f"# {name}\ndef main_solution", 1)
        known = json.loads(prompt.splitlines()[-1])
        if isinstance(known, dict):
            return json.dumps({"output": 3 * known["n"] + 1})
        return json.dumps({"input": {"n": (known - 1) // 3}})


def _handler(teacher: PaidTeacher) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            messages = json.loads(body)["messages"]
            text = json.dumps(messages)
            teacher.asked[text] += 1
            teacher.waiting.release()
            teacher.hold.wait()
            if teacher.refuse and teacher.refuse in text:
                self._send(400, {"error": {"message": "no", "code": "content_filter"}})
                return
            teacher.answered[text] += 1
            usage = {"prompt_tokens": INPUT_TOKENS, "completion_tokens": teacher.output_tokens}
            message = {"role": "assistant", "content": teacher.answer(messages)}
            choice = {"index": 0, "message": message, "finish_reason": "stop"}
            self._send(200, {"model": "m", "choices": [choice], "usage": usage})

        def _send(self, status: int, reply: dict[str, Any]) -> None:
            data = json.dumps(reply).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    return Handler


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 64

    def handle_error(self, *_: object) -> None:
        """Say nothing of a client that was killed."""


@contextmanager
def paid_teacher(port: int = 0) -> Iterator[PaidTeacher]:
    """Run a teacher for the length of a block, at a free port or the one that is named."""
    teacher = PaidTeacher()
    teacher.hold.set()
    server = _Server(("127.0.0.1", port), _handler(teacher))
    teacher.base_url = f"http://127.0.0.1:{server.server_address[1]}/v1"
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield teacher
    finally:
        teacher.hold.set()
        server.shutdown()
        server.server_close()
        thread.join(10)
