"""Who may call an endpoint now: slots in order of arrival, paced by requests and tokens a minute.

May import anyio and ``llm.notice``. One event loop and no await between reading and writing the
counters, so there is no lock.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field

import anyio

from codeiod.llm.notice import Notice

SLACK_SECONDS = 0.25
"""How far the pace may catch up after a moment without demand or a late timer."""


class Pace:
    """A smooth rate: each request moves the next free moment by its share of a minute."""

    def __init__(self, requests_per_minute: float = 0, tokens_per_minute: float = 0) -> None:
        """Take the limits; 0 is none."""
        self._seconds_per_request = 60 / requests_per_minute if requests_per_minute else 0.0
        self._seconds_per_token = 60 / tokens_per_minute if tokens_per_minute else 0.0
        self._next_request = self._next_token = float("-inf")

    def moment(self) -> float:
        """Return the time from which the next request may leave."""
        return max(self._next_request, self._next_token)

    def take(self, now: float, tokens: int) -> None:
        """Reserve the shares of a request that leaves now."""
        earliest = now - SLACK_SECONDS
        self._next_request = max(self._next_request, earliest) + self._seconds_per_request
        self._next_token = max(self._next_token, earliest) + self._seconds_per_token * tokens

    def correct(self, tokens: int) -> None:
        """Charge tokens that were not reserved, or (below 0) give back what was not used."""
        self._next_token += self._seconds_per_token * tokens


@dataclass(slots=True, eq=False)
class _Waiter:
    tokens: int
    granted: anyio.Event = field(default_factory=anyio.Event)
    gone: bool = False


class Slots:
    """The places of one endpoint: at most ``limit`` requests in flight, the others wait in line.

    A place is granted only when it is free and the pace allows: no one waits for the pace, or for
    a retry, inside a place.
    """

    def __init__(self, limit: int, pace: Pace | None = None, eased: Notice | None = None) -> None:
        """Take the limit, and the notice to give whenever the load falls."""
        self.limit = limit
        self.in_flight = 0
        self.waiting = 0
        self.retrying = 0
        """Requests that wait for their next try."""
        self.eased = eased or Notice()
        self._pace = pace or Pace()
        self._line: deque[_Waiter] = deque()
        self._timer: asyncio.TimerHandle | None = None
        self._closed = False

    @property
    def free(self) -> int:
        """Places that no one holds or waits for; below 0 where a line stands."""
        return self.limit - self.in_flight - self.waiting

    @property
    def has_room(self) -> bool:
        """Whether a new request would be in flight at once, and no outage piles requests up."""
        return self.free > 0 and self.retrying < self.limit

    async def room(self) -> None:
        """Wait until there is room."""
        while not self.has_room:
            await self.eased.wait()

    async def acquire(self, tokens: int = 0) -> None:
        """Wait in line for a place; after ``close``, for ever."""
        waiter = _Waiter(tokens)
        self._line.append(waiter)
        self.waiting += 1
        self._grant()
        try:
            await waiter.granted.wait()
        except BaseException:  # cancelled: leave the line, or give the place back
            if waiter.granted.is_set():
                self.release()
            else:
                waiter.gone = True
                self.waiting -= 1
                self.eased.give()
            raise

    def release(self) -> None:
        """Give a place back; the first in line takes it."""
        self.in_flight -= 1
        self._grant()
        self.eased.give()

    @asynccontextmanager
    async def hold(self, tokens: int = 0) -> AsyncIterator[None]:
        """Hold a place for the length of a block."""
        await self.acquire(tokens)
        try:
            yield
        finally:
            self.release()

    @contextmanager
    def away(self) -> Iterator[None]:
        """Count a request that waits for its retry, outside any place."""
        self.retrying += 1
        try:
            yield
        finally:
            self.retrying -= 1
            self.eased.give()

    def correct(self, tokens: int) -> None:
        """Tell the pace how far the tokens used differ from those reserved."""
        self._pace.correct(tokens)

    def close(self) -> None:
        """Grant no place from now on; who holds one keeps it."""
        self._closed = True
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _grant(self) -> None:
        while self._line and self.in_flight < self.limit and not self._closed:
            if self._line[0].gone:
                self._line.popleft()
                continue
            now = anyio.current_time()
            if self._pace.moment() > now:
                self._grant_at(self._pace.moment())
                return
            waiter = self._line.popleft()
            self._pace.take(now, waiter.tokens)
            self.waiting -= 1
            self.in_flight += 1
            waiter.granted.set()

    def _grant_at(self, moment: float) -> None:
        if self._timer is None:
            self._timer = asyncio.get_running_loop().call_at(moment, self._grant_now)

    def _grant_now(self) -> None:
        self._timer = None
        self._grant()
