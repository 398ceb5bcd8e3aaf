"""What a zygote says: datagrams, received as they come.

Imports asyncio, on whose loops alone the package runs: a reader that stays registered, and a timer
that many waits share, cost a job a fraction of what it costs anyio to wait for one event in a
bounded time.
"""

import asyncio
import socket
from collections import deque
from collections.abc import Callable

WAKE_SECONDS = 5.0
_DATAGRAM_BYTES = 65536


class Inbox:
    """The receiving side of a socket; one task waits at a time.

    What nobody waits for is kept, and nothing after it is read until somebody asks for it.

    :param line: one that does not block; close the inbox before it.
    :param still_waiting: called every `WAKE_SECONDS` while a task waits.
    """

    def __init__(self, line: socket.socket, still_waiting: Callable[[], None]) -> None:
        self._line = line
        self._still_waiting = still_waiting
        self._loop = asyncio.get_running_loop()
        self._kept: deque[bytes] = deque()
        self._waiting: asyncio.Future[bytes] | None = None
        self._give_up_at = 0.0
        self._timer: asyncio.TimerHandle | None = None
        self._hung_up = asyncio.Event()
        self._is_ending = False
        self._listen()

    @property
    def has_ended(self) -> bool:
        """Whether the last holder of the other end is known to be gone."""
        return self._hung_up.is_set()

    async def next(self, longest_seconds: float) -> bytes:
        """Return the next datagram, an empty one where none will come.

        :raises TimeoutError: after that long, or up to `WAKE_SECONDS` later.
        """
        if self._kept:
            datagram = self._kept.popleft()
            self._listen()
            return datagram
        if self.has_ended:
            return b""
        self._give_up_at = self._loop.time() + longest_seconds
        if self._timer is None:
            self._timer = self._loop.call_later(WAKE_SECONDS, self._look)
        waiting: asyncio.Future[bytes] = self._loop.create_future()
        self._waiting = waiting
        try:
            return await waiting
        except asyncio.CancelledError:
            if waiting.done() and not waiting.cancelled() and waiting.exception() is None:
                self._kept.appendleft(waiting.result())
            raise
        finally:
            self._waiting = None

    async def end(self) -> None:
        """Wait until the last holder of the other end is gone; what it says meanwhile is lost."""
        self._is_ending = True
        self._kept.clear()
        self._listen()
        await self._hung_up.wait()

    def close(self) -> None:
        """Listen no more."""
        self._loop.remove_reader(self._line)
        if self._timer is not None:
            self._timer.cancel()

    def _listen(self) -> None:
        if not self.has_ended:
            self._loop.add_reader(self._line, self._receive)

    def _receive(self) -> None:
        try:
            datagram = self._line.recv(_DATAGRAM_BYTES)
        except BlockingIOError:
            return
        except OSError:  # closed by the other side, with something of ours unread
            datagram = b""
        if not datagram:
            self._hung_up.set()
            self._loop.remove_reader(self._line)
        if self._waiting is not None and not self._waiting.done():
            self._waiting.set_result(datagram)
        elif datagram and not self._is_ending:
            self._kept.append(datagram)
            self._loop.remove_reader(self._line)

    def _look(self) -> None:
        self._timer = None
        waiting = self._waiting
        if waiting is None or waiting.done():
            return
        if self._loop.time() > self._give_up_at:
            waiting.set_exception(TimeoutError())
            return
        self._still_waiting()
        self._timer = self._loop.call_later(WAKE_SECONDS, self._look)
