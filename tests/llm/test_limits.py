"""Places are granted by urgency, when free and when the pace allows; waiting holds nothing."""

from __future__ import annotations

import asyncio
import itertools

import anyio
import pytest

from codeiod.items import Usage
from codeiod.llm.demand import Demand, Rates
from codeiod.llm.faults import FaultKind, TransportFault
from codeiod.llm.limits import Slots
from codeiod.llm.pace import SLACK_SECONDS, USED_SHARE, Pace
from codeiod.llm.replies import Completion

pytestmark = pytest.mark.looptime


async def test_places_are_granted_in_order_of_arrival() -> None:
    """First come, first served, and never more than the limit at once."""
    slots, order = Slots(2), []

    async def call(name: int) -> None:
        async with slots.hold():
            assert slots.in_flight <= 2
            order.append(name)
            await anyio.sleep(1)

    async with anyio.create_task_group() as tasks:
        for name in range(6):
            tasks.start_soon(call, name)
        await anyio.wait_all_tasks_blocked()
        assert (slots.in_flight, slots.waiting, slots.free) == (2, 4, -4)
    assert order == list(range(6))
    assert anyio.current_time() == pytest.approx(3)
    assert (slots.in_flight, slots.waiting, slots.free) == (0, 0, 2)


async def test_sixty_four_in_flight_stays_full() -> None:
    """While anyone waits, every place is taken: a freed one goes on in the same moment."""
    slots, seen = Slots(64), []

    async def call(seconds: float) -> None:
        async with slots.hold():
            await anyio.sleep(seconds)
        if slots.waiting:
            seen.append(slots.in_flight)

    async with anyio.create_task_group() as tasks:
        for i in range(640):
            tasks.start_soon(call, 1 + i % 7)
    assert len(seen) > 500
    assert set(seen) == {64}


async def test_the_more_urgent_goes_first_and_the_older_of_equals() -> None:
    """Whoever came when: what finishes an item before what starts one, older items before new."""
    slots, order = Slots(1), []

    async def call(priority: tuple[int, int]) -> None:
        async with slots.hold(Demand(priority)):
            order.append(priority)
            await anyio.sleep(1)

    wanted = [(0, 9), (1, 3), (1, 4), (2, 1), (2, 2)]
    async with anyio.create_task_group() as tasks, slots.hold():
        for priority in (wanted[4], wanted[1], wanted[3], wanted[0], wanted[2]):
            tasks.start_soon(call, priority)
        await anyio.wait_all_tasks_blocked()
    assert order == wanted


async def test_a_cancelled_wait_leaves_the_line() -> None:
    """Neither a place nor the count of waiting is lost by a cancellation."""
    slots = Slots(1)
    async with anyio.create_task_group() as tasks, slots.hold():
        for _ in range(3):
            tasks.start_soon(slots.acquire)
        await anyio.wait_all_tasks_blocked()
        assert slots.waiting == 3
        tasks.cancel_scope.cancel()
    assert (slots.in_flight, slots.waiting) == (0, 0)
    async with slots.hold():
        assert slots.in_flight == 1


async def test_a_place_granted_to_a_cancelled_task_is_given_back() -> None:
    """Grant and cancellation in the same moment: the next in line gets the place."""
    slots = Slots(1)
    await slots.acquire()
    first = asyncio.create_task(slots.acquire())
    second = asyncio.create_task(slots.acquire())
    await anyio.wait_all_tasks_blocked()
    slots.release()
    first.cancel()
    with pytest.raises(asyncio.CancelledError):
        await first
    await second
    assert (slots.in_flight, slots.waiting) == (1, 0)


async def test_room_is_a_place_that_no_one_waits_for() -> None:
    """A new request is let in when it would be in flight at once."""
    slots = Slots(2)
    async with anyio.create_task_group() as tasks:
        async with slots.hold(), slots.hold():
            tasks.start_soon(slots.room)
            await anyio.wait_all_tasks_blocked()
            assert not slots.has_room
        assert slots.has_room


async def test_requests_that_wait_for_a_retry_close_the_room() -> None:
    """In an outage requests pile up to the limit, not without end."""
    slots = Slots(1)
    with anyio.move_on_after(5), slots.away():
        assert slots.in_flight == 0
        await slots.room()
    assert anyio.current_time() == pytest.approx(5)
    await slots.room()


async def test_closed_slots_grant_nothing() -> None:
    """After the close no one starts, though places fall free; holders finish."""
    slots = Slots(1, Pace(Rates(requests=60)))
    with anyio.move_on_after(100) as scope:
        async with anyio.create_task_group() as tasks:
            async with slots.hold():
                tasks.start_soon(slots.acquire)
                await anyio.wait_all_tasks_blocked()
                slots.close()
            await slots.acquire()
    assert scope.cancelled_caught
    assert (slots.in_flight, slots.waiting) == (0, 0)


async def test_opened_again_slots_go_on_in_order() -> None:
    """Who waited meanwhile gets the places, at the pace, and no one has to ask again."""
    slots, started = Slots(2, Pace(Rates(requests=60))), list[int]()

    async def take(number: int) -> None:
        async with slots.hold():
            started.append(number)

    slots.close()
    async with anyio.create_task_group() as tasks:
        for number in range(3):
            tasks.start_soon(take, number)
        await anyio.sleep(100)
        assert started == []
        slots.open()
    assert started == [0, 1, 2]
    assert anyio.current_time() == pytest.approx(102, abs=0.5)
    assert slots.in_flight == 0


async def test_a_close_stops_what_the_pace_had_promised() -> None:
    """A moment that was reserved before the close passes unused."""
    slots = Slots(5, Pace(Rates(requests=1)))
    with anyio.move_on_after(200) as scope:
        for _ in range(3):
            async with anyio.create_task_group() as tasks:
                tasks.start_soon(slots.acquire)
                await anyio.wait_all_tasks_blocked()
                slots.close()
    assert scope.cancelled_caught
    assert slots.in_flight == 1


async def test_requests_a_minute_are_smooth() -> None:
    """600 a minute are one each 100 ms, and no place is held while waiting for the moment."""
    slots, moments = Slots(64, Pace(Rates(requests=600))), []

    async def call() -> None:
        async with slots.hold():
            moments.append(anyio.current_time())
            assert slots.in_flight <= 1 + SLACK_SECONDS / 0.1

    async with anyio.create_task_group() as tasks:
        for _ in range(100):
            tasks.start_soon(call)
    allowed_at_once = SLACK_SECONDS / 0.1
    assert moments[-1] == pytest.approx((100 - 1 - allowed_at_once) * 0.1, abs=0.2)
    gaps = [b - a for a, b in itertools.pairwise(moments[4:])]
    assert gaps == pytest.approx([0.1 / USED_SHARE] * len(gaps), abs=1e-4)


async def test_tokens_a_minute_are_paced_and_corrected() -> None:
    """What was used beyond the estimate delays the next; what was not is given back."""
    slots, hundred = Slots(64, Pace(Rates(tokens=6000 / USED_SHARE))), Demand((0, 0), 60, 40)
    async with slots.hold(Demand((0, 0), 1000, 0)):
        pass
    async with slots.hold(hundred) as place:
        assert anyio.current_time() == pytest.approx(10 - SLACK_SECONDS)
    slots.note_answer(place, Completion("", "", "m", "stop", Usage(500, 0, 100)))
    async with slots.hold(hundred) as place:
        assert anyio.current_time() == pytest.approx(16 - SLACK_SECONDS)
    slots.note_failure(place, TransportFault(FaultKind.STATUS, "503"))
    async with slots.hold(hundred):
        assert anyio.current_time() == pytest.approx(16 - SLACK_SECONDS)


async def test_a_cancelled_grant_gives_its_share_back() -> None:
    """Who was granted a place and did not use it costs the others nothing of the rate."""
    slots = Slots(1, Pace(Rates(requests=60 / USED_SHARE)))
    await slots.acquire()
    waiter = asyncio.create_task(slots.acquire())
    await anyio.sleep(10)
    slots.release()
    waiter.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiter
    await slots.acquire()
    assert anyio.current_time() == pytest.approx(10)
