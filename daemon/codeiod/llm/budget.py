"""What a run may still spend: its caps, what it has spent, and what calls in flight may cost.

May import anyio. Who wants to send a paid request reserves its estimate first; how the request
ends says what becomes of it. One event loop and no await between reading and writing the sums, so
there is no lock.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Self

import anyio

SECONDS_PER_DAY = 86_400
LONGEST_WAIT_SECONDS = 600.0
"""How long a request waits before it looks again: clocks are set, and machines sleep."""
ROUNDING = 1e-9
"""By which share of a cap a sum of floats may be off."""


def utc_day(seconds: float) -> int:
    """Return the day of a Unix time, in UTC, as days since 1970."""
    return int(seconds // SECONDS_PER_DAY)


@dataclass(frozen=True, slots=True)
class Caps:
    """What may be spent, over all of a directory's runs and on one day (UTC); 0: no cap."""

    money: float = 0.0
    money_per_day: float = 0.0
    tokens: int = 0
    tokens_per_day: int = 0
    currency: str = ""
    """Of both caps on money; what is paid in another one does not count."""


@dataclass(slots=True)
class Spent:
    """Money in the caps' currency, and tokens of input and output."""

    money: float = 0.0
    tokens: int = 0

    def add(self, money: float, tokens: int) -> None:
        """Count more, or (below 0) take back."""
        self.money += money
        self.tokens += tokens


class Reservation:
    """The estimate of one request, set aside until it is known how that ended.

    The first of ``settle``, ``release`` and ``keep`` counts; any later one changes nothing. As a
    context manager it is kept at the end of the block, where it has not ended otherwise.
    """

    __slots__ = ("_budget", "_currency", "_money", "_open", "_tokens")

    def __init__(self, budget: Budget, money: float, currency: str, tokens: int) -> None:
        self._budget = budget
        self._money = money
        self._currency = currency
        self._tokens = tokens
        self._open = True

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.keep()

    def settle(self, cost: float, tokens: int) -> None:
        """Count what the answer cost, in the estimate's currency, in place of the estimate."""
        self._end(self._budget.counted(cost, self._currency), tokens)

    def release(self) -> None:
        """Give it back: nothing was paid."""
        self._end(0.0, 0)

    def keep(self) -> None:
        """Count the estimate as spent: the request was perhaps paid."""
        self._end(self._money, self._tokens)

    def _end(self, money: float, tokens: int) -> None:
        if self._open:
            self._open = False
            self._budget.end(Spent(self._money, self._tokens), Spent(money, tokens))


@dataclass(slots=True, eq=False)
class _Waiter:
    money: float
    tokens: int
    woken: anyio.Event = field(default_factory=anyio.Event)
    gone: bool = False


class Budget:
    """The caps of a run, and how far they are used."""

    def __init__(
        self,
        caps: Caps,
        spent: Spent | None = None,
        by_day: Mapping[int, Spent] | None = None,
        *,
        clock: Callable[[], float] = time.time,
    ) -> None:
        """Take the caps, and what was spent before: in all, and by day (``utc_day``)."""
        self.caps = caps
        self.in_flight = 0
        """Reservations that have not ended."""
        self.spent = spent or Spent()
        """In all runs of the directory."""
        self._by_day = dict(by_day or {})
        self._reserved = Spent()
        self._clock = clock
        self._line: deque[_Waiter] = deque()
        self._stuck = anyio.Event()
        self._moved = anyio.Event()

    def reserve(self, cost: float, currency: str, tokens: int) -> Reservation | None:
        """Set a request's estimate aside; None where a cap leaves no room for it now."""
        money = self.counted(cost, currency)
        if self._full(money, tokens):
            return None
        self.in_flight += 1
        self._reserved.add(money, tokens)
        return Reservation(self, money, currency, tokens)

    async def room(self, cost: float, currency: str, tokens: int) -> None:
        """Wait until a request of this estimate would fit: then reserve it, or wait again.

        What makes room: others cost less than thought, a cap is raised, or the day turns.
        """
        money = self.counted(cost, currency)
        while self._full(money, tokens):
            waiter = _Waiter(money, tokens)
            self._line.append(waiter)
            self._note_stuck()
            try:
                with anyio.move_on_after(min(self._seconds_of_day(), LONGEST_WAIT_SECONDS)):
                    await waiter.woken.wait()
            except BaseException:  # cancelled: what woke this one is there for another
                waiter.gone = True
                self._wake()
                raise
            waiter.gone = True

    @property
    def exhausted(self) -> str:
        """Say why nothing more can be sent, ``""`` while something can, or is in flight."""
        first = self._first()
        if first is None or self.in_flight:
            return ""
        return self._told(self._full(first.money, first.tokens))

    async def exhaustion(self) -> str:
        """Wait until a request waits that no cap has room for, and none is in flight; say why."""
        while not (why := self.exhausted):
            self._stuck = anyio.Event()
            await self._stuck.wait()
        return why

    async def relief(self) -> None:
        """Wait until there is room for who waits, after ``exhaustion``: of a cap or a new day."""
        while self.exhausted:
            self._moved = anyio.Event()
            with anyio.move_on_after(min(self._seconds_of_day(), LONGEST_WAIT_SECONDS)):
                await self._moved.wait()

    def recap(self, caps: Caps) -> None:
        """Take other caps, in the same currency, from now on."""
        self.caps = caps
        self._wake()

    def counted(self, cost: float, currency: str) -> float:
        """Return what of a cost counts against the caps on money."""
        return cost if currency and currency == self.caps.currency else 0.0

    def end(self, estimated: Spent, paid: Spent) -> None:
        """Put what was paid for a request in the place of its estimate."""
        self.in_flight -= 1
        self._reserved.add(-estimated.money, -estimated.tokens)
        if not self.in_flight:
            self._reserved = Spent()  # without what rounding left of it
        self.spent.add(paid.money, paid.tokens)
        self._today().add(paid.money, paid.tokens)
        if self._line:
            self._wake()

    @property
    def spent_today(self) -> Spent:
        """What was spent on this day (UTC)."""
        return self._by_day.get(utc_day(self._clock()), Spent())

    @property
    def reserved(self) -> Spent:
        """What the calls in flight may cost."""
        return self._reserved

    def _today(self) -> Spent:
        return self._by_day.setdefault(utc_day(self._clock()), Spent())

    def _full(self, money: float, tokens: int) -> str:
        """Name the first cap that a request would exceed, ``""`` where it fits."""
        caps, spent = self.caps, self.spent
        money += self._reserved.money
        tokens += self._reserved.tokens
        if _over(spent.money + money, caps.money):
            return "money"
        if _over(spent.tokens + tokens, caps.tokens):
            return "tokens"
        if not (caps.money_per_day or caps.tokens_per_day):
            return ""
        today = self._today()
        if _over(today.money + money, caps.money_per_day):
            return "money_per_day"
        if _over(today.tokens + tokens, caps.tokens_per_day):
            return "tokens_per_day"
        return ""

    def _told(self, key: str) -> str:
        """Say in words which cap is reached, and by what; ``""`` for none."""
        if not key:
            return ""
        spent = self._today() if key.endswith("_per_day") else self.spent
        when = " today (UTC)" if key.endswith("_per_day") else ""
        cap = getattr(self.caps, key)
        if key.startswith("money"):
            limit, used = f"{cap:g} {self.caps.currency}", f"{spent.money:.4f}"
        else:
            limit, used = f"{cap} tokens", f"{spent.tokens}"
        return f"budget.{key} = {limit} has no room for another request: {used} spent{when}"

    def _wake(self) -> None:
        """Wake from the head of the line those who would fit together."""
        self._moved.set()
        money, tokens = 0.0, 0
        while (first := self._first()) is not None:
            money, tokens = money + first.money, tokens + first.tokens
            if self._full(money, tokens):
                break
            self._line.popleft()
            first.woken.set()
        self._note_stuck()

    def _first(self) -> _Waiter | None:
        while self._line and self._line[0].gone:
            self._line.popleft()
        return self._line[0] if self._line else None

    def _note_stuck(self) -> None:
        if self._line and not self.in_flight:
            self._stuck.set()

    def _seconds_of_day(self) -> float:
        now = self._clock()
        return (utc_day(now) + 1) * SECONDS_PER_DAY - now


def _over(amount: float, cap: float) -> bool:
    return cap > 0 and amount > cap * (1 + ROUNDING)
