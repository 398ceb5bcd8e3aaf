"""How many calls are in flight: a loopback proxy before the teacher that counts them.

Imports the standard library and aiohttp. The figure is the mean over time, from the first call to
the last first request for a new item: every admitted item makes that one before the next comes in.
"""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import aiohttp
from aiohttp import web

from recorded_parts.teacher import Teacher, free_port

UNIFY_WORD = b"input_generator"
"""By this word the recorded teacher knows a request for a program."""
START_SECONDS = 10.0
MAX_BODY_BYTES = 64 << 20


@dataclass(slots=True)
class Flight:
    """What the proxy has seen: the moments at which the number of calls in flight changed."""

    now: int = 0
    changes: list[tuple[float, int]] = field(default_factory=list)
    last_new_item: float = 0.0

    def change(self, by: int, *, new_item: bool = False) -> None:
        """Count a call in or out."""
        moment = time.monotonic()
        self.now += by
        self.changes.append((moment, self.now))
        if new_item:
            self.last_new_item = moment

    @property
    def seconds(self) -> float:
        """From the first call to the last new item."""
        return self.last_new_item - self.changes[0][0] if self.changes else 0.0

    @property
    def peak(self) -> int:
        return max((count for _, count in self.changes), default=0)

    def mean(self) -> float:
        """Return the mean over time, to the last new item."""
        area = 0.0
        for (start, count), (end, _) in zip(self.changes, self.changes[1:], strict=False):
            area += count * max(0.0, min(end, self.last_new_item) - start)
        return area / self.seconds if self.seconds else 0.0


@contextmanager
def counted(teacher: Teacher) -> Iterator[tuple[Teacher, Flight]]:
    """Stand before a teacher for the length of a block, in a thread with its own loop."""
    flight = Flight()
    front = Teacher(free_port())
    loop = asyncio.new_event_loop()
    started, ended = threading.Event(), asyncio.Event()

    async def serve() -> None:
        async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0)) as session:
            runner = web.AppRunner(_app(session, teacher, flight))
            await runner.setup()
            await web.TCPSite(runner, "127.0.0.1", front.port, backlog=1024).start()
            started.set()
            await ended.wait()
            await runner.cleanup()

    thread = threading.Thread(target=loop.run_until_complete, args=(serve(),))
    thread.start()
    try:
        if not started.wait(START_SECONDS):
            raise RuntimeError("the proxy does not start")
        yield front, flight
    finally:
        loop.call_soon_threadsafe(ended.set)
        thread.join(START_SECONDS)
        loop.close()


def _app(session: aiohttp.ClientSession, teacher: Teacher, flight: Flight) -> web.Application:
    async def pass_on(request: web.Request) -> web.Response:
        body = await request.read()
        flight.change(1, new_item=UNIFY_WORD in body and b'"assistant"' not in body)
        try:
            async with session.post(
                f"{teacher.base_url}/chat/completions",
                data=body,
                headers={"Content-Type": "application/json"},
            ) as reply:
                return web.Response(
                    body=await reply.read(), status=reply.status, content_type=reply.content_type
                )
        finally:
            flight.change(-1)

    app = web.Application(client_max_size=MAX_BODY_BYTES)
    app.router.add_post("/v1/chat/completions", pass_on)
    return app
