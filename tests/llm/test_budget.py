"""Caps hold whatever ends how; who waits is woken in order when there is room; no one spins."""

from __future__ import annotations

from typing import Any

import anyio
import pytest
from anyio.abc import TaskGroup
from hypothesis import given
from hypothesis import strategies as st

from codeiod.llm.budget import (
    LONGEST_WAIT_SECONDS,
    SECONDS_PER_DAY,
    Budget,
    Caps,
    Spent,
    utc_day,
)

NOON = 100 * SECONDS_PER_DAY + SECONDS_PER_DAY / 2


class Clock:
    """A wall clock that is set by hand."""

    def __init__(self, now: float = NOON) -> None:
        self.now = now

    def __call__(self) -> float:
        return self.now


def budget(spent: Spent | None = None, clock: Clock | None = None, **caps: Any) -> Budget:
    currency = "USD" if "money" in caps or "money_per_day" in caps else ""
    return Budget(Caps(currency=currency, **caps), spent, clock=clock or Clock())


def test_no_caps() -> None:
    """Without caps everything fits, and nothing is ever exhausted."""
    free = budget()
    assert all(free.reserve(1e9, "EUR", 10**12) for _ in range(10))
    assert free.exhausted == ""


def test_estimates_are_reserved() -> None:
    """A request leaves only if spent, reserved and its own estimate fit together."""
    capped = budget(Spent(7.0, 0), money=10.0)
    first, second = (capped.reserve(1.5, "USD", 100) for _ in range(2))
    assert first
    assert second
    assert capped.reserve(0.1, "USD", 1) is None
    first.settle(0.5, 80)
    assert capped.reserve(1.1, "USD", 1) is None
    third = capped.reserve(1.0, "USD", 1)
    assert third
    third.release()
    second.keep()
    assert capped.in_flight == 0
    assert capped.reserve(1.1, "USD", 1) is None
    assert capped.reserve(1.0, "USD", 1)


def test_the_first_end_counts() -> None:
    """A reservation ends once; what is said of it later changes nothing."""
    capped = budget(tokens=100)
    reservation = capped.reserve(0.0, "", 60)
    assert reservation
    reservation.settle(0.0, 40)
    reservation.keep()
    reservation.release()
    assert capped.in_flight == 0
    assert capped.reserve(0.0, "", 60)
    assert capped.reserve(0.0, "", 1) is None


def test_sums_of_floats_fit() -> None:
    """Ten times a tenth is no more than one."""
    capped = budget(money=1.0)
    for _ in range(10):
        reservation = capped.reserve(0.1, "USD", 1)
        assert reservation
        reservation.settle(0.1, 1)
    assert capped.reserve(0.1, "USD", 1) is None


def test_another_currency_does_not_count() -> None:
    """What is paid in another currency than the caps' is not held against them."""
    capped = budget(money=1.0)
    other = capped.reserve(100.0, "EUR", 1)
    assert other
    other.settle(100.0, 1)
    assert capped.reserve(1.0, "USD", 1)


def test_days_turn() -> None:
    """A daily cap counts today alone, with what was spent today before this start."""
    clock = Clock()
    today, yesterday = utc_day(NOON), utc_day(NOON) - 1
    capped = Budget(
        Caps(tokens_per_day=100),
        Spent(0, 1000),
        {yesterday: Spent(0, 950), today: Spent(0, 50)},
        clock=clock,
    )
    reservation = capped.reserve(0.0, "", 50)
    assert reservation
    assert capped.reserve(0.0, "", 1) is None
    clock.now += SECONDS_PER_DAY / 2
    assert capped.reserve(0.0, "", 50)
    assert capped.reserve(0.0, "", 1) is None  # the first one is still in flight, and ends today
    reservation.settle(0.0, 10)
    assert capped.reserve(0.0, "", 40)


@given(
    st.lists(
        st.tuples(
            st.floats(0.01, 5), st.floats(0, 10), st.sampled_from(("settle", "release", "keep"))
        ),
        max_size=40,
    ),
    st.integers(1, 8),
)
def test_never_more_than_in_flight_beyond(
    asked: list[tuple[float, float, str]], at_once: int
) -> None:
    """Whatever answers cost, the cap is exceeded by no more than requests in flight cost more."""
    capped = budget(money=10.0)
    spent, over = 0.0, 0.0
    flying: list[tuple[Any, float, float, str]] = []
    for estimate, cost, end in asked:
        if reservation := capped.reserve(estimate, "USD", 1):
            flying.append((reservation, estimate, cost, end))
        if len(flying) == at_once or not reservation:
            for one, guessed, paid, how in flying:
                one.settle(paid, 1) if how == "settle" else getattr(one, how)()
                spent += {"settle": paid, "keep": guessed, "release": 0.0}[how]
            if spent > 10:
                over = max(over, sum(max(0.0, f[2] - f[1]) for f in flying if f[3] == "settle"))
                assert spent <= 10 + over + 1e-6
                return
            flying = []


async def ask(capped: Budget, cost: float, done: list[float]) -> None:
    """Send one request as a teacher does."""
    while not (reservation := capped.reserve(cost, "USD", 1)):
        await capped.room(cost, "USD", 1)
    try:
        await anyio.sleep(1)
        reservation.settle(cost, 1)
        done.append(cost)
    finally:
        reservation.release()


@pytest.mark.looptime
async def test_waiting_for_room() -> None:
    """Requests that do not fit wait, and go on when the cap is raised."""
    capped = budget(money=3.0)
    done: list[float] = []
    async with anyio.create_task_group() as tasks:
        for _ in range(5):
            tasks.start_soon(ask, capped, 1.0, done)
        assert "budget.money = 3 USD" in await capped.exhaustion()
        assert len(done) == 3
        assert "3.0000 spent" in capped.exhausted
        capped.recap(Caps(money=4.0, currency="USD"))
        assert capped.exhausted == ""
        await anyio.sleep(2)
        assert len(done) == 4
        assert capped.exhausted
        capped.recap(Caps())
    assert len(done) == 5


@pytest.mark.looptime
async def test_cheaper_than_thought_makes_room() -> None:
    """What an answer cost less than its estimate lets a waiting request go."""
    capped = budget(money=1.0)
    first = capped.reserve(0.9, "USD", 1)
    assert first
    done: list[float] = []
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(ask, capped, 0.5, done)
        await anyio.wait_all_tasks_blocked()
        assert capped.exhausted == ""  # one is in flight: it may cost less
        first.settle(0.4, 1)
    assert done == [0.5]


@pytest.mark.looptime
async def test_cancelled_waiters_leave_room_to_others() -> None:
    """Room that woke a request which is gone goes to the next one."""
    capped = budget(money=1.0)
    first = capped.reserve(1.0, "USD", 1)
    assert first
    done: list[float] = []
    async with anyio.create_task_group() as tasks, anyio.create_task_group() as doomed:
        doomed.start_soon(ask, capped, 1.0, done)
        await anyio.wait_all_tasks_blocked()
        tasks.start_soon(ask, capped, 1.0, done)
        await anyio.wait_all_tasks_blocked()
        first.release()
        doomed.cancel_scope.cancel()
    assert done == [1.0]


@pytest.mark.looptime
async def test_the_day_ends_a_wait() -> None:
    """Who waits for the cap of the day goes on in the next, by the wall clock, looked at again."""
    clock = Clock()
    capped = budget(clock=clock, money_per_day=1.0)
    done: list[float] = []

    async def let_time_pass(tasks: TaskGroup) -> None:
        while len(done) != 2:
            await anyio.sleep(60)
            clock.now += 60
        tasks.cancel_scope.cancel()

    started = anyio.current_time()
    async with anyio.create_task_group() as tasks:
        for _ in range(2):
            tasks.start_soon(ask, capped, 1.0, done)
        tasks.start_soon(let_time_pass, tasks)
    waited = anyio.current_time() - started
    half = SECONDS_PER_DAY / 2
    assert half <= waited <= half + LONGEST_WAIT_SECONDS + 120


@pytest.mark.looptime
@pytest.mark.parametrize("raised", [True, False])
async def test_relief(raised: bool) -> None:
    """Who heard of the exhaustion hears when it is over: a cap is raised, or the day turns."""
    clock = Clock()
    capped = budget(Spent(1.0, 0), clock=clock, money_per_day=1.0)
    capped.reserve(1.0, "USD", 1).settle(1.0, 1)  # type: ignore[union-attr]  # it fits
    done: list[float] = []
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(ask, capped, 1.0, done)
        assert "money_per_day" in await capped.exhaustion()
        with anyio.move_on_after(1000) as too_early:
            await capped.relief()
        assert too_early.cancelled_caught
        if raised:
            capped.recap(Caps(money_per_day=9.0, currency="USD"))
        else:
            clock.now += SECONDS_PER_DAY / 2
        await capped.relief()
        await anyio.sleep(LONGEST_WAIT_SECONDS)
        assert done == [1.0]
        assert capped.exhausted == ""
