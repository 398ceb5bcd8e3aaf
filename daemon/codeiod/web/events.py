"""Server-sent events: how things stand, each second, to all who listen.

May import ``answers``, ``daemon``, ``series`` and aiohttp. What is told is encoded once, whoever
listens; who reads too slowly misses some of it, and is let go if he reads nothing.
"""

from __future__ import annotations

import asyncio
from contextlib import suppress

import anyio
import orjson
from aiohttp import web

from codeiod.web.answers import Refusal
from codeiod.web.daemon import Daemon
from codeiod.web.series import Point

MOST_STREAMS = 32
STATUS_SECONDS = 1.0
WRITE_SECONDS = 10.0
"""Who has not read for so long is let go."""
RETRY_MILLISECONDS = 2000
MOST_WAITING = 8
"""Events that may wait for a slow listener; the oldest go."""


class _Listener:
    """One who listens: what he has not been told yet."""

    __slots__ = ("_there", "_waiting")

    def __init__(self) -> None:
        self._waiting: list[bytes] = []
        self._there = anyio.Event()

    def tell(self, event: bytes) -> None:
        self._waiting = [*self._waiting[1 - MOST_WAITING :], event]
        self._there.set()

    async def next(self) -> bytes:
        """Wait for something, and return all of it."""
        await self._there.wait()
        self._there = anyio.Event()
        told, self._waiting = b"".join(self._waiting), []
        return told


class Events:
    """All who listen."""

    def __init__(self, daemon: Daemon) -> None:
        self._daemon = daemon
        self._listeners: set[_Listener] = set()
        self._somebody = anyio.Event()
        self._closing = False

    async def run(self) -> None:
        """Tell how things stand while somebody listens, for ever."""
        while True:
            await self._somebody.wait()
            while self._listeners:
                self._tell(self._status())
                await anyio.sleep(STATUS_SECONDS)
            self._somebody = anyio.Event()

    def tell_point(self, point: Point) -> None:
        """Tell of a new point of the charts."""
        if self._listeners:
            self._tell(_event("series", orjson.dumps(point)))

    async def close(self, _: web.Application) -> None:
        """Let everybody go: the application ends."""
        self._closing = True
        self._tell(b"")

    async def stream(self, request: web.Request) -> web.StreamResponse:
        """Answer with events, for as long as they are read."""
        if len(self._listeners) >= MOST_STREAMS or self._closing:
            raise Refusal(503, f"{MOST_STREAMS} are listening already: ask again later")
        listener = _Listener()
        self._listeners.add(listener)
        response = web.StreamResponse(
            headers={"Content-Type": "text/event-stream", "X-Accel-Buffering": "no"}
        )
        try:
            with suppress(ConnectionError):
                await response.prepare(request)
                await _write(request, response, b"retry: %d\n\n" % RETRY_MILLISECONDS)
                await _write(request, response, self._status())
                self._somebody.set()
                while not self._closing:
                    await _write(request, response, await listener.next())
        finally:
            self._listeners.discard(listener)
        return response

    def _status(self) -> bytes:
        return _event("status", orjson.dumps(self._daemon.affairs()))

    def _tell(self, event: bytes) -> None:
        for listener in self._listeners:
            listener.tell(event)


async def _write(request: web.Request, response: web.StreamResponse, data: bytes) -> None:
    """Write to one who listens.

    :raises ConnectionError: he has gone, or does not read.
    """
    try:
        async with asyncio.timeout(WRITE_SECONDS):
            await response.write(data)
    except TimeoutError as error:
        if request.transport is not None:
            request.transport.abort()
        raise ConnectionAbortedError from error


def _event(name: str, data: bytes) -> bytes:
    return b"event: %s\ndata: %s\n\n" % (name.encode(), data)
