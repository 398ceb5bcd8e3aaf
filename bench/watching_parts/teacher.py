"""A teacher on loopback that answers at once with nothing of use, and counts what it is asked."""

from __future__ import annotations

import json
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import blake2b

from aiohttp import web
from anyio.from_thread import BlockingPortal, start_blocking_portal

_ANSWER = {
    "choices": [{"message": {"role": "assistant", "content": "no"}, "finish_reason": "stop"}],
    "usage": {"prompt_tokens": 10, "completion_tokens": 1},
    "model": "none",
}


class Teacher:
    """What was asked, by the digest of the prompt."""

    def __init__(self) -> None:
        self.asked: Counter[bytes] = Counter()
        self.port = 0
        self._lock = threading.Lock()  # the count is read by another thread

    @property
    def base_url(self) -> str:
        """Where it answers."""
        return f"http://127.0.0.1:{self.port}/v1"

    async def _answer(self, request: web.Request) -> web.Response:
        prompt = json.loads(await request.read())["messages"][0]["content"]
        with self._lock:
            self.asked[blake2b(prompt.encode(), digest_size=16).digest()] += 1
        return web.json_response(_ANSWER)

    async def _models(self, _: web.Request) -> web.Response:
        return web.json_response({"data": [{"id": "none"}]})

    async def start(self) -> web.AppRunner:
        """Listen on a free port."""
        app = web.Application()
        app.router.add_post("/v1/chat/completions", self._answer)
        app.router.add_get("/v1/models", self._models)
        runner = web.AppRunner(app, access_log=None)
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        self.port = runner.addresses[0][1]
        return runner


@contextmanager
def teaching() -> Iterator[Teacher]:
    """Run a teacher in a thread."""
    teacher = Teacher()
    portal: BlockingPortal
    with start_blocking_portal() as portal:
        runner = portal.call(teacher.start)
        try:
            yield teacher
        finally:
            portal.call(runner.cleanup)
