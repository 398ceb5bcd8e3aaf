"""A teacher for a machine: it asks for a key, takes its time, and counts what it was asked.

usage: teacher.py KEY FOLDER    in FOLDER: seconds, how long an answer takes; asked, answered
Imports the standard library and the answer of the shipped fakes. Every file becomes a program of
its own, so that no two prompts are the same.
"""

from __future__ import annotations

import json
import sys
import time
from hashlib import blake2b
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from codeiod.testing import UNIFY_ANSWER

KEY, FOLDER = sys.argv[1], Path(sys.argv[2])


def answer(prompt: str) -> str:
    """Answer a question, rightly."""
    if "input_generator" in prompt:
        name = digest(prompt)
        return UNIFY_ANSWER.replace("def main_solution", f"# {name}\ndef main_solution", 1)
    known = json.loads(prompt.splitlines()[-1])
    if isinstance(known, dict):
        return json.dumps({"output": 3 * known["n"] + 1})
    return json.dumps({"input": {"n": (known - 1) // 3}})


def digest(text: str) -> str:
    """Name a prompt."""
    return blake2b(text.encode(), digest_size=8).hexdigest()


def note(ledger: str, prompt: str) -> None:
    """Write a prompt down."""
    with (FOLDER / ledger).open("a") as file:
        file.write(digest(prompt) + "\n")


class Handler(BaseHTTPRequestHandler):
    """Answers chat completions."""

    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        """Answer."""
        body = self.rfile.read(int(self.headers["Content-Length"]))
        if self.headers["Authorization"] != f"Bearer {KEY}":
            self._send(401, {"error": {"message": f"wrong key {self.headers['Authorization']}"}})
            return
        prompt = json.loads(body)["messages"][0]["content"]
        note("asked", prompt)
        time.sleep(float((FOLDER / "seconds").read_text()))
        message = {"role": "assistant", "content": answer(prompt)}
        choice = {"index": 0, "message": message, "finish_reason": "stop"}
        usage = {"prompt_tokens": 100, "completion_tokens": 50}
        self._send(200, {"model": "my-model", "choices": [choice], "usage": usage})
        note("answered", prompt)

    def _send(self, status: int, reply: dict[str, object]) -> None:
        data = json.dumps(reply).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


class Server(ThreadingHTTPServer):
    """Takes many at once."""

    daemon_threads = True
    request_queue_size = 128

    def handle_error(self, *_: object) -> None:
        """Say nothing of a client that was killed."""


Server(("127.0.0.1", 8000), Handler).serve_forever()
