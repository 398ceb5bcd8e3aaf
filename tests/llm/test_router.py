"""Requests go where their item is known, where a place is free, and no trouble is known."""

from __future__ import annotations

from collections import Counter
from typing import Any

import anyio
import pytest

from codeiod.config import EndpointSettings, Settings
from codeiod.llm.client import ChatRequest
from codeiod.llm.demand import Demand
from codeiod.llm.faults import FaultKind, Refused, RefusedKind, TransportFault
from codeiod.llm.limits import Place, Slots
from codeiod.llm.replies import Completion
from codeiod.llm.router import Router

pytestmark = pytest.mark.looptime


class Unused:
    """An endpoint that no one is meant to ask."""

    def __init__(self, _: EndpointSettings) -> None:
        pass

    async def complete(self, request: ChatRequest) -> Completion:
        raise AssertionError(request)

    async def close(self) -> None:
        pass


def router_of(
    limits: dict[str, int], weights: dict[str, float] | None = None, **stages: str
) -> Router:
    endpoints = [
        {
            "name": n,
            "base_url": f"http://{n}.test",
            "model": "m",
            "max_in_flight": limit,
            "concurrency": "fixed",
            "weight": (weights or {}).get(n, 1.0),
        }
        for n, limit in limits.items()
    ]
    sections: dict[str, Any] = {stage: {"endpoint": name} for stage, name in stages.items()}
    return Router(Settings.model_validate({"endpoint": endpoints, **sections}), Unused)


def preferred(router: Router, item: str, stage: str = "unify", avoid: str = "") -> str:
    return router.rank(stage, item, avoid)[0].name


def item_of(router: Router, name: str) -> str:
    """Return an item that prefers an endpoint."""
    return next(str(n) for n in range(1000) if preferred(router, str(n)) == name)


async def place_for(router: Router, item: str, stage: str = "unify", avoid: str = "") -> Place:
    ranked = router.rank(stage, item, avoid)
    return (await router.acquire(stage, ranked, Demand()))[1]


async def test_all_requests_of_an_item_prefer_one_endpoint() -> None:
    """Where its prompts' common start is cached; items spread by the weights."""
    router = router_of({"a": 9, "b": 9, "c": 9}, {"a": 1, "b": 2, "c": 1})
    chosen = Counter(preferred(router, str(n)) for n in range(4000))
    assert chosen == Counter(preferred(router, str(n), "revise") for n in range(4000))
    assert chosen["b"] == pytest.approx(2000, rel=0.1)
    assert chosen["a"] == pytest.approx(1000, rel=0.1)


async def test_only_the_items_of_a_lost_endpoint_move() -> None:
    """The others keep their caches."""
    three, two = router_of({"a": 9, "b": 9, "c": 9}), router_of({"a": 9, "b": 9})
    for n in range(300):
        before = preferred(three, str(n))
        assert before in ("c", preferred(two, str(n)))


async def test_a_full_endpoint_spills_over() -> None:
    """To one that has a place; where none has, it waits for the preferred one."""
    router = router_of({"a": 1, "b": 1})
    a, b = (router.endpoints[name].slots for name in "ab")
    item = item_of(router, "a")
    assert (await place_for(router, item)).slots is a
    assert (await place_for(router, item)).slots is b
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(place_for, router, item)
        await anyio.wait_all_tasks_blocked()
        assert (a.waiting, b.waiting) == (1, 0)
        a.release()
    assert (a.in_flight, b.in_flight) == (1, 1)


async def test_an_idle_endpoint_takes_from_the_lines_of_others() -> None:
    """First its own line is served, then the most urgent of the others'; no place stays empty."""
    router = router_of({"a": 1, "b": 1})
    a, b = (router.endpoints[name].slots for name in "ab")
    of_a, of_b = item_of(router, "a"), item_of(router, "b")
    for item in (of_a, of_b):
        await place_for(router, item)
    came: list[tuple[str, Slots]] = []

    async def wait(item: str, order: int) -> None:
        demand = Demand((1, order))
        _, place = await router.acquire("unify", router.rank("unify", item), demand)
        came.append((f"{item == of_a} {order}", place.slots))

    async with anyio.create_task_group() as tasks:
        for item, order in ((of_a, 5), (of_a, 3), (of_b, 7)):
            tasks.start_soon(wait, item, order)
        await anyio.wait_all_tasks_blocked()
        for _ in range(3):
            b.release()
            await anyio.wait_all_tasks_blocked()
    assert came == [("False 7", b), ("True 3", b), ("True 5", b)]
    assert (a.in_flight, b.in_flight) == (1, 1)


async def test_a_paced_endpoint_takes_over_when_its_moment_comes() -> None:
    """Who waits at a full one goes to the one that may be asked again sooner."""
    tables = [
        {"name": n, "base_url": f"http://{n}.test", "model": "m", "max_in_flight": most} | more
        for n, most, more in (("a", 1, {}), ("b", 9, {"requests_per_minute": 6}))
    ]
    router = Router(Settings.model_validate({"endpoint": tables}), Unused)
    item = item_of(router, "a")
    names = [(await place_for(router, item)).slots for _ in range(3)]
    assert names == [router.endpoints[n].slots for n in "abb"]
    assert anyio.current_time() == pytest.approx(10, abs=0.4)


async def test_a_retry_prefers_another_endpoint() -> None:
    """Where there is one; else it goes where it failed."""
    router = router_of({"a": 2, "b": 3}, predict="a")
    item = item_of(router, "b")
    assert preferred(router, item, avoid="b") == "a"
    assert preferred(router, item, "predict", avoid="a") == "a"


async def test_stages_keep_to_their_endpoints() -> None:
    """A stage with an endpoint of its own asks no other; endpoints of no stage are not opened."""
    router = router_of({"a": 1, "b": 9, "c": 99}, unify="a", predict="b", revise="b")
    assert sorted(router.endpoints) == ["a", "b"]
    assert {preferred(router, str(n)) for n in range(50)} == {"a"}
    assert {preferred(router, str(n), "revise") for n in range(50)} == {"b"}
    async with anyio.create_task_group() as tasks:
        for _ in range(2):
            tasks.start_soon(place_for, router, "item")
        await anyio.wait_all_tasks_blocked()
        assert router.endpoints["b"].slots.in_flight == 0
        tasks.cancel_scope.cancel()


@pytest.mark.parametrize(
    ("fault", "seconds"),
    [
        (Refused(RefusedKind.KEY, "401"), 60),
        (Refused(RefusedKind.QUOTA, "429 insufficient_quota"), 60),
        (TransportFault(FaultKind.UNREACHABLE, "closed"), 2),
        (Refused(RefusedKind.OTHER, "400"), 2),
    ],
)
async def test_an_endpoint_in_trouble_is_left_alone(fault: Any, seconds: float) -> None:
    """Those in its line go to another, its places draw no one; from time to time one probes it."""
    router = router_of({"a": 1, "b": 9})
    a, b = (router.endpoints[name] for name in "ab")
    item = item_of(router, "b")
    failed = await place_for(router, item)
    assert failed.slots is b.slots
    b.note_failure(failed, fault)
    b.slots.release()
    await place_for(router, item)
    assert a.slots.in_flight == 1
    async with anyio.create_task_group() as tasks:
        for _ in range(3):
            tasks.start_soon(place_for, router, item)
        await anyio.wait_all_tasks_blocked()
        assert (a.slots.waiting, b.slots.in_flight) == (3, 0)
        await anyio.sleep(seconds)
        await anyio.wait_all_tasks_blocked()
        assert (a.slots.waiting, b.slots.in_flight) == (2, 1)
        b.health.note_answer()
        b.slots.serve()
    assert (a.slots.waiting, b.slots.in_flight) == (0, 3)


async def test_a_line_moves_when_its_endpoint_falls() -> None:
    """No one waits for an endpoint that is left alone while another can be asked."""
    router = router_of({"a": 1, "b": 1})
    a, b = (router.endpoints[name] for name in "ab")
    item = item_of(router, "b")
    failed = await place_for(router, item)
    await place_for(router, item)
    async with anyio.create_task_group() as tasks:
        for _ in range(3):
            tasks.start_soon(place_for, router, item)
        await anyio.wait_all_tasks_blocked()
        assert (a.slots.waiting, b.slots.waiting) == (0, 3)
        b.note_failure(failed, Refused(RefusedKind.KEY, "401"))
        b.slots.release()
        await anyio.wait_all_tasks_blocked()
        assert (a.slots.waiting, b.slots.waiting, b.slots.in_flight) == (3, 0, 0)
        tasks.cancel_scope.cancel()
    assert (a.slots.waiting, a.slots.in_flight) == (0, 1)


async def test_when_all_are_in_trouble_they_are_asked_all_the_same() -> None:
    """Requests pace themselves by their retries."""
    router = router_of({"a": 1})
    router.endpoints["a"].health.note_failure(Refused(RefusedKind.KEY, "401"), 0)
    assert preferred(router, "item") == "a"


async def test_room_needs_a_place_for_unify_and_short_lines_elsewhere() -> None:
    """A new item is let in when it would be asked about at once and others are not overrun."""
    router = router_of({"a": 1, "b": 1}, unify="a", predict="b", revise="b")
    first, second = router.endpoints["a"].slots, router.endpoints["b"].slots
    await router.room()

    async def blocked() -> bool:
        with anyio.move_on_after(1) as scope:
            await router.room()
        return scope.cancelled_caught

    async with first.hold():
        assert await blocked()
    with second.away(), second.away():
        assert await blocked()
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(router.room)
            await anyio.wait_all_tasks_blocked()
            second.retrying -= 1
            second.eased.give()
        second.retrying += 1
    await router.room()


async def test_free_places_of_a_broken_endpoint_are_no_room() -> None:
    """While one endpoint is refused, the others' places decide."""
    router = router_of({"a": 1, "b": 9})
    router.endpoints["b"].health.note_failure(Refused(RefusedKind.KEY, "401"), 0)
    async with router.endpoints["a"].slots.hold():
        with anyio.move_on_after(1) as scope:
            await router.room()
    assert scope.cancelled_caught


async def test_a_closed_intake_starts_nothing() -> None:
    """No endpoint grants a place any more."""
    router = router_of({"a": 1, "b": 1})
    router.close_intake()
    with anyio.move_on_after(10) as scope:
        await place_for(router, "item")
    assert scope.cancelled_caught
