"""Who may call an endpoint now: places in order of urgency, as many as serve, at a pace.

May import anyio, ``items``, ``llm.demand``, ``llm.pace`` and ``llm.notice``. One event loop and no
await between reading and writing the counters, so there is no lock.
"""

from __future__ import annotations

import asyncio
import heapq
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from itertools import count

import anyio

from codeiod.llm.concurrency import Concurrency, FixedConcurrency
from codeiod.llm.demand import NO_DEMAND, Demand
from codeiod.llm.faults import FaultKind, Refused, TransportFault
from codeiod.llm.notice import Notice
from codeiod.llm.pace import Pace
from codeiod.llm.replies import Completion


@dataclass(slots=True, eq=False)
class Place:
    """A place that a request holds."""

    demand: Demand
    left_at: float


@dataclass(slots=True, order=True)
class _Waiter:
    priority: tuple[int, int]
    number: int
    demand: Demand = field(compare=False)
    granted: asyncio.Future[Place] = field(compare=False)


class Slots:
    """The places of one endpoint: so many requests in flight, the others wait in line.

    A place is granted only when it is free and the pace allows: no one waits for the pace, or for
    a retry, inside a place.
    """

    def __init__(
        self,
        limit: int | Concurrency,
        pace: Pace | None = None,
        eased: Notice | None = None,
    ) -> None:
        """Take the limit, or what finds it, and the notice to give whenever the load falls."""
        self._concurrency = FixedConcurrency(limit) if isinstance(limit, int) else limit
        self.in_flight = 0
        self.waiting = 0
        self.retrying = 0
        """Requests that wait for their next try."""
        self.eased = eased or Notice()
        self._pace = pace or Pace()
        self._line: list[_Waiter] = []
        self._numbers = count()
        self._timer: asyncio.TimerHandle | None = None
        self._closed = False

    @property
    def limit(self) -> int:
        """How many may be in flight now."""
        return self._concurrency.limit

    @property
    def free(self) -> int:
        """Places that no one holds or waits for; below 0 where a line stands."""
        return self.limit - self.in_flight - self.waiting

    @property
    def has_room(self) -> bool:
        """Whether a new request would be in flight at once, and no outage piles requests up."""
        return self.free > 0 and not self.waiting and self.retrying < self.limit

    async def room(self) -> None:
        """Wait until there is room."""
        while not self.has_room:
            await self.eased.wait()

    async def acquire(self, demand: Demand = NO_DEMAND) -> Place:
        """Wait in line for a place; after ``close``, for ever."""
        now = anyio.current_time()
        if not self.waiting and self.is_ready(now):
            return self._place(demand, now)
        waiter = _Waiter(
            demand.priority,
            next(self._numbers),
            demand,
            asyncio.get_running_loop().create_future(),
        )
        heapq.heappush(self._line, waiter)
        self.waiting += 1
        self._grant()
        try:
            return await waiter.granted
        except BaseException:  # cancelled: leave the line, or give the place back
            if waiter.granted.cancelled():
                self.waiting -= 1
                self.eased.give()
            else:
                self._pace.give_back(demand)
                self.release()
            raise

    def is_ready(self, now: float) -> bool:
        """Whether a place could be granted now."""
        return self.in_flight < self.limit and not self._closed and self._pace.moment() <= now

    def release(self) -> None:
        """Give a place back; the most urgent in line takes it."""
        self.in_flight -= 1
        self._grant()
        self.eased.give()

    @asynccontextmanager
    async def hold(self, demand: Demand = NO_DEMAND) -> AsyncIterator[Place]:
        """Hold a place for the length of a block."""
        place = await self.acquire(demand)
        try:
            yield place
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

    def note_answer(self, place: Place, completion: Completion) -> None:
        """Learn from an answer what a request has used, and how the endpoint's limits stand."""
        now, usage = anyio.current_time(), completion.usage
        self._pace.correct(place.demand, usage.input, usage.output)
        if completion.ratelimit:
            self._pace.hear(now, completion.ratelimit, place.demand)
        self._concurrency.note_answer(now, place.left_at, usage.output, self.in_flight)

    def note_failure(self, place: Place, fault: TransportFault | Refused) -> None:
        """Give the shares of a request back that was not worked on; learn from a refusal."""
        if not fault.maybe_paid:
            self._pace.give_back(place.demand)
        if isinstance(fault, TransportFault):
            now = anyio.current_time()
            if fault.headers:
                self._pace.hear(now, fault.headers, place.demand)
            if fault.kind is FaultKind.RATE:
                if not self._pace.known:  # else it is the rate that was too high
                    self._concurrency.note_refusal(now, place.left_at)
                self._pace.note_refusal(now, place.left_at, fault.retry_after)
            elif not fault.unconnected:
                self._concurrency.note_fault()

    def give_back(self, place: Place) -> None:
        """Give the shares of a request back that was not sent."""
        self._pace.give_back(place.demand)

    def close(self) -> None:
        """Grant no place from now on; who holds one keeps it."""
        self._closed = True
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _place(self, demand: Demand, now: float) -> Place:
        self._pace.take(now, demand)
        self.in_flight += 1
        return Place(demand, now)

    def _grant(self) -> None:
        while self._line and self.in_flight < self.limit and not self._closed:
            if self._line[0].granted.cancelled():
                heapq.heappop(self._line)
                continue
            now = anyio.current_time()
            if self._pace.moment() > now:
                self._grant_at(self._pace.moment())
                return
            waiter = heapq.heappop(self._line)
            self.waiting -= 1
            waiter.granted.set_result(self._place(waiter.demand, now))
            self.eased.give()

    def _grant_at(self, moment: float) -> None:
        if self._timer is not None:
            if self._timer.when() <= moment:
                return  # it looks again then
            self._timer.cancel()
        self._timer = asyncio.get_running_loop().call_at(moment, self._grant_now)

    def _grant_now(self) -> None:
        self._timer = None
        self._grant()
