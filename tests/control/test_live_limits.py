"""Limits of an endpoint that change while requests wait and fly: the next one obeys them."""

from __future__ import annotations

from collections import deque

import anyio
import pytest
from anyio import to_thread
from hypothesis import given, settings
from hypothesis import strategies as st

from codeiod.config import Settings, load
from codeiod.llm.concurrency import AdaptiveConcurrency
from codeiod.llm.demand import NO_DEMAND, Rates
from codeiod.llm.limits import Place, Slots
from codeiod.llm.pace import Pace
from codeiod.llm.replies import Completion
from codeiod.llm.router import Router

pytestmark = pytest.mark.looptime


async def wait_in_line(slots: Slots, count: int, group: anyio.abc.TaskGroup) -> deque[Place]:
    """Let so many requests ask for a place; return those that have one, as they come."""
    granted: deque[Place] = deque()

    async def ask() -> None:
        granted.append(await slots.acquire())

    for _ in range(count):
        group.start_soon(ask)
    await anyio.wait_all_tasks_blocked()
    return granted


async def test_a_raised_limit_lets_those_in_line_go() -> None:
    """More places are taken at once by those who wait."""
    slots = Slots(2)
    async with anyio.create_task_group() as group:
        granted = await wait_in_line(slots, 6, group)
        assert len(granted) == 2
        slots.obey(5)
        await anyio.wait_all_tasks_blocked()
        assert (len(granted), slots.in_flight, slots.waiting) == (5, 5, 1)
        group.cancel_scope.cancel()


async def test_a_lowered_limit_bites_for_the_next() -> None:
    """Who holds a place keeps it; none is granted until fewer are held than may be."""
    slots = Slots(4)
    async with anyio.create_task_group() as group:
        granted = await wait_in_line(slots, 6, group)
        slots.obey(2)
        assert (slots.in_flight, slots.limit, slots.has_room) == (4, 2, False)
        for in_flight in (3, 2, 2, 2):
            slots.release()
            await anyio.wait_all_tasks_blocked()
            assert slots.in_flight == in_flight
        assert (len(granted), slots.waiting) == (6, 0)


async def test_a_rate_that_is_lifted_frees_who_waits_for_it() -> None:
    """Who waits for its moment leaves at once when there is no rate any more."""
    loop_time = anyio.current_time
    slots = Slots(100, Pace(Rates(requests=1)))
    began = loop_time()
    async with anyio.create_task_group() as group:
        granted = await wait_in_line(slots, 3, group)
        assert len(granted) == 1
        slots.obey(100, Rates())
        await anyio.wait_all_tasks_blocked()
        assert (len(granted), loop_time() - began) == (3, 0)


async def test_another_rate_holds_from_now_on() -> None:
    """Of what is left to wait, the new rate decides: ten times as fast, a tenth of the wait."""
    slots = Slots(100, Pace(Rates(requests=6)))
    async with anyio.create_task_group() as group:
        granted = await wait_in_line(slots, 12, group)
        assert len(granted) == 1
        slots.obey(100, Rates(requests=60))
        began = anyio.current_time()
        while len(granted) < 12:  # noqa: ASYNC110 -- under looptime
            await anyio.sleep(0.1)
        assert 10 <= anyio.current_time() - began <= 12


async def test_a_rate_where_there_was_none() -> None:
    """What has left before counts for nothing; from now on it is the pace."""
    slots = Slots(100)
    async with anyio.create_task_group() as group:
        assert len(await wait_in_line(slots, 20, group)) == 20
        slots.obey(100, Rates(requests=60))
        granted = await wait_in_line(slots, 5, group)
        assert len(granted) == 1
        await anyio.sleep(4.2)
        assert len(granted) == 5


def test_what_was_learned_of_an_endpoint_stays() -> None:
    """A lower rate that the endpoint has announced holds on, whatever the operator sets."""
    pace = Pace(Rates(requests=600))
    told = {"x-ratelimit-limit-requests": "60", "x-ratelimit-remaining-requests": "59"}
    pace.hear(0.0, told, NO_DEMAND)
    pace.set_rates(1.0, Rates(requests=1200))
    pace.take(1.0, NO_DEMAND)
    assert pace.moment() == pytest.approx(1.75, abs=0.02)


def test_an_adaptive_limit_within_other_bounds() -> None:
    """It is cut to a lower bound at once, and tries more where the old bound held it back."""
    concurrency = AdaptiveConcurrency(8, 4, 8)
    concurrency.bound(0.0, 2)
    assert concurrency.limit == 2
    concurrency.bound(1.0, 64)
    assert concurrency.limit == 2
    now = 2.0
    for _ in range(400):
        now += 0.1
        concurrency.note_answer(now, now - 1.0, 100, concurrency.limit)
    assert concurrency.limit > 16


class Silent:
    """A client that is never asked."""

    async def complete(self, *_: object, **__: object) -> Completion:
        raise AssertionError

    async def close(self) -> None:
        pass


def two_endpoints(*assignments: str) -> Settings:
    each = {"base_url": "http://127.0.0.1:1/v1", "model": "m"}
    assigned = [f"endpoint.{n}.name={name}" for n, name in enumerate("ab")]
    assigned += [f"endpoint.{n}.{key}={value}" for n in range(2) for key, value in each.items()]
    return load(None, [*assigned, *assignments], environ={}).settings


async def test_only_the_endpoint_that_changed_is_touched() -> None:
    """Settings reach their endpoint by its name, and are shown as those in force."""
    before = await to_thread.run_sync(two_endpoints)
    after = await to_thread.run_sync(two_endpoints, "endpoint.1.max_in_flight=3")
    router = Router(before, lambda _: Silent())
    router.obey(after)
    of_a, of_b = router.endpoints["a"], router.endpoints["b"]
    assert (of_a.settings.max_in_flight, of_a.slots.limit) == (64, 8)
    assert (of_b.settings.max_in_flight, of_b.slots.limit) == (3, 3)


MOVES = st.tuples(st.integers(0, 4), st.integers(0, 4), st.integers(1, 6))
"""How many come, how many are done, and the limit from then on."""


@settings(max_examples=25, deadline=None)
@given(st.lists(MOVES, max_size=8))
def test_places_add_up(moves: list[tuple[int, int, int]]) -> None:
    """Whatever comes, goes and changes: no place is idle while some wait, none is one too many."""

    async def play() -> None:
        slots = Slots(3)
        async with anyio.create_task_group() as group:
            for coming, done, limit in moves:
                await wait_in_line(slots, coming, group)
                held = slots.in_flight
                slots.obey(limit)
                assert slots.in_flight <= max(held, limit)
                for _ in range(min(done, slots.in_flight)):
                    held = slots.in_flight
                    slots.release()
                    assert slots.in_flight <= max(held - 1, limit)
                assert not slots.waiting or slots.in_flight >= limit
            group.cancel_scope.cancel()

    anyio.run(play)
