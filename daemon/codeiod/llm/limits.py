"""Who may call an endpoint now: places in order of urgency, as many as serve, at a pace.

May import its neighbours in ``llm``. One event loop and no await between reading and
writing the counters, so there is no lock.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass

from codeiod.llm import clock
from codeiod.llm.concurrency import Concurrency, FixedConcurrency
from codeiod.llm.demand import NO_DEMAND, Demand, Rates
from codeiod.llm.faults import FaultKind, Refused, TransportFault
from codeiod.llm.health import Gate
from codeiod.llm.line import Line
from codeiod.llm.notice import Notice
from codeiod.llm.pace import Pace
from codeiod.llm.replies import Completion


@dataclass(slots=True, eq=False)
class Place:
    """A place that a request holds."""

    slots: Slots
    demand: Demand
    left_at: float


class Slots:
    """The places of one endpoint: so many requests in flight, the others wait in line.

    A place is granted only when it is free and the pace allows: no one waits for the pace, or for
    a retry, inside a place. Where it has a place for which no one waits, it takes the first of its
    peers' lines who may come.
    """

    def __init__(
        self,
        limit: int | Concurrency,
        pace: Pace | None = None,
        eased: Notice | None = None,
        gate: Gate | None = None,
    ) -> None:
        """Take the limit, or what finds it, and the notice to give whenever the load falls.

        :param gate: says when no request of the peers' shall come here.
        """
        self._concurrency = FixedConcurrency(limit) if isinstance(limit, int) else limit
        self.in_flight = 0
        self.retrying = 0
        """Requests that wait for their next try."""
        self.eased = eased or Notice()
        self.peers: Sequence[Slots] = ()
        """Those of other endpoints, from whose lines this one may take."""
        self.line: Line[Place, Slots] = Line()
        self._pace = pace or Pace()
        self._gate = gate
        self._timer: asyncio.TimerHandle | None = None
        self._closed = False

    @property
    def limit(self) -> int:
        """How many may be in flight now."""
        return self._concurrency.limit

    @property
    def rates(self) -> Rates:
        """The limits a minute that are in force."""
        return self._pace.rates

    @property
    def waiting(self) -> int:
        """How many wait in line."""
        return self.line.waiting

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

    async def acquire(self, demand: Demand = NO_DEMAND, allowed: Sequence[Slots] = ()) -> Place:
        """Wait in line for a place; after ``close``, until ``open``.

        :param allowed: the peers whose place is as good.
        """
        place = self.take(demand)
        if place is not None:
            return place
        waiter = self.line.join(demand, allowed)
        for slots in (self, *allowed):  # one of them may have a place now, or soon
            slots.serve()
        try:
            return await waiter.granted
        except BaseException:  # cancelled: leave the line, or give the place back
            if waiter.granted.cancelled():
                waiter.line.leave()
                self.eased.give()
            else:
                place = waiter.granted.result()
                place.slots.give_back(place)
                place.slots.release()
            raise

    def take(self, demand: Demand) -> Place | None:
        """Take a place for which no one waits, if there is one now."""
        if self.waiting or self.in_flight >= self.limit or self._closed:
            return None
        now = clock.now()
        return self._place(demand, now) if self._pace.moment() <= now else None

    def hand_over(self) -> None:
        """Send those in line to peers that do not rest: this endpoint is left alone for now."""
        if not self.peers:
            return
        now = clock.now()
        for waiter in self.line.let_go():
            others = [slots for slots in waiter.allowed if slots is not self and slots.is_up(now)]
            to = min(others, key=lambda slots: slots.waiting / slots.limit) if others else self
            to.line.take_in(waiter)
            if to is not self:
                to.serve()

    def is_up(self, now: float) -> bool:
        """Whether it is not to be left alone."""
        return self._gate is None or not self._gate.rests(now)

    def release(self) -> None:
        """Give a place back; the most urgent in line takes it."""
        self.in_flight -= 1
        self.serve()
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
        now, usage = clock.now(), completion.usage
        self._pace.correct(place.demand, usage.input, usage.output)
        if completion.ratelimit:
            self._pace.hear(now, completion.ratelimit, place.demand)
        self._concurrency.note_answer(now, place.left_at, usage.output, self.in_flight)

    def note_failure(self, place: Place, fault: TransportFault | Refused) -> None:
        """Give the shares of a request back that was not worked on; learn from a refusal."""
        if not fault.maybe_paid:
            self._pace.give_back(place.demand)
        if isinstance(fault, TransportFault):
            now = clock.now()
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

    def obey(self, most: int, rates: Rates | None = None) -> None:
        """Take other limits from now on; who holds a place keeps it."""
        now = clock.now()
        self._concurrency.bound(now, most)
        if rates is not None:
            self._pace.set_rates(now, rates)
        self.serve()
        self.eased.give()

    def close(self) -> None:
        """Grant no place until ``open``; who holds one keeps it."""
        self._closed = True
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def open(self) -> None:
        """Grant places again after ``close``."""
        self._closed = False
        self.serve()
        self.eased.give()

    def look_at(self, moment: float) -> None:
        """Look then, if not sooner, whether someone may have a place."""
        if self._timer is not None:
            if self._timer.when() <= moment:
                return  # it looks again then
            self._timer.cancel()
        self._timer = asyncio.get_running_loop().call_at(moment, self._look)

    def _look(self) -> None:
        self._timer = None
        self.serve()

    def _place(self, demand: Demand, now: float) -> Place:
        self._pace.take(now, demand)
        self.in_flight += 1
        if self._gate is not None:
            self._gate.probe(now)
        return Place(self, demand, now)

    def serve(self) -> None:
        """Grant what there is to grant."""
        while self.in_flight < self.limit and not self._closed:
            line = self._next_line()
            first = line.first() if line else None
            if line is None or first is None:
                return
            now = clock.now()
            if self._pace.moment() > now:
                self.look_at(self._pace.moment())
                return
            line.serve(self._place(first.demand, now))
            self.eased.give()

    def _next_line(self) -> Line[Place, Slots] | None:
        """Return the line to serve: the own one, else that of who is most urgent and may come."""
        if self.line.first() is not None:
            return self.line
        if not self.peers or not self.is_up(clock.now()):
            return None
        lines = [peer.line for peer in self.peers]
        who = [first for line in lines if (first := line.first()) and self in first.allowed]
        return min(who).line if who else None
