"""Who waits for a place, the most urgent first.

May import ``llm.demand``. One event loop and no await in here, so there is no lock.
"""

from __future__ import annotations

import asyncio
import heapq
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import count
from typing import Generic, TypeVar

from codeiod.llm.demand import Demand

P = TypeVar("P")
"""What is granted."""
H = TypeVar("H")
"""Who may grant it."""

_NUMBERS = count()
"""Numbers those who wait: also in a line that they were moved to, who came first goes first."""


@dataclass(slots=True, order=True)
class Waiter(Generic[P, H]):
    """One who waits."""

    priority: tuple[int, int]
    number: int
    demand: Demand = field(compare=False)
    allowed: Sequence[H] = field(compare=False)
    """Who may grant a place beside the line's owner."""
    granted: asyncio.Future[P] = field(compare=False)
    line: Line[P, H] = field(compare=False)
    """Where it waits."""


class Line(Generic[P, H]):
    """Those who wait at one endpoint."""

    def __init__(self) -> None:
        self.waiting = 0
        self._heap: list[Waiter[P, H]] = []

    def join(self, demand: Demand, allowed: Sequence[H]) -> Waiter[P, H]:
        """Get in line."""
        granted: asyncio.Future[P] = asyncio.get_running_loop().create_future()
        waiter = Waiter(demand.priority, next(_NUMBERS), demand, allowed, granted, self)
        self.take_in(waiter)
        return waiter

    def first(self) -> Waiter[P, H] | None:
        """Return the most urgent; who was cancelled meanwhile is passed over."""
        while self._heap and self._heap[0].granted.cancelled():
            heapq.heappop(self._heap)
        return self._heap[0] if self._heap else None

    def serve(self, place: P) -> None:
        """Grant the first a place."""
        waiter = heapq.heappop(self._heap)
        self.waiting -= 1
        waiter.granted.set_result(place)

    def leave(self) -> None:
        """Count one out who was cancelled."""
        self.waiting -= 1

    def let_go(self) -> list[Waiter[P, H]]:
        """Send all away, and return them, the most urgent first; each is to be taken in again."""
        waiters = sorted(waiter for waiter in self._heap if not waiter.granted.cancelled())
        self._heap.clear()
        self.waiting -= len(waiters)  # who was cancelled counts itself out
        return waiters

    def take_in(self, waiter: Waiter[P, H]) -> None:
        """Take one in line whom another line, or this one, let go."""
        waiter.line = self
        self.waiting += 1
        heapq.heappush(self._heap, waiter)
