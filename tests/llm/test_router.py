"""Requests go where a place is free and no trouble is known."""

from __future__ import annotations

from typing import Any

import anyio
import pytest

from codeiod.config import EndpointSettings, Settings
from codeiod.llm.client import ChatRequest
from codeiod.llm.faults import FaultKind, Refused, RefusedKind, TransportFault
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


def router_of(limits: dict[str, int], **stages: str) -> Router:
    endpoints = [
        {"name": n, "base_url": f"http://{n}.test", "model": "m", "max_in_flight": limit}
        for n, limit in limits.items()
    ]
    sections: dict[str, Any] = {stage: {"endpoint": name} for stage, name in stages.items()}
    return Router(Settings.model_validate({"endpoint": endpoints, **sections}), Unused)


async def test_the_endpoint_with_most_free_places_is_chosen() -> None:
    """Those in line count as well as those in flight."""
    router = router_of({"a": 2, "b": 3})
    assert router.choose("unify").name == "b"
    async with router.endpoints["b"].slots.hold(), router.endpoints["b"].slots.hold():
        assert router.choose("unify").name == "a"


async def test_a_retry_prefers_another_endpoint() -> None:
    """Where there is one; else it goes where it failed."""
    router = router_of({"a": 2, "b": 3}, predict="a")
    assert router.choose("unify", avoid="b").name == "a"
    assert router.choose("predict", avoid="a").name == "a"


async def test_stages_keep_to_their_endpoints() -> None:
    """A stage with an endpoint of its own asks no other; endpoints of no stage are not opened."""
    router = router_of({"a": 1, "b": 9, "c": 99}, unify="a", predict="b", revise="b")
    assert sorted(router.endpoints) == ["a", "b"]
    assert router.choose("unify").name == "a"
    assert router.choose("revise").name == "b"


@pytest.mark.parametrize(
    ("fault", "seconds"),
    [
        (Refused(RefusedKind.KEY, "401"), 60),
        (TransportFault(FaultKind.UNREACHABLE, "closed"), 2),
        (Refused(RefusedKind.OTHER, "400"), 2),
    ],
)
async def test_an_endpoint_in_trouble_is_left_alone(fault: Any, seconds: float) -> None:
    """Its free places do not draw requests in; from time to time one probes it."""
    router = router_of({"a": 1, "b": 9})
    router.endpoints["b"].health.note_failure(fault, anyio.current_time())
    assert [router.choose("unify").name for _ in range(3)] == ["a"] * 3
    await anyio.sleep(seconds)
    assert [router.choose("unify").name for _ in range(3)] == ["b", "a", "a"]


async def test_when_all_are_in_trouble_they_are_asked_all_the_same() -> None:
    """Requests pace themselves by their retries."""
    router = router_of({"a": 1})
    router.endpoints["a"].health.note_failure(Refused(RefusedKind.KEY, "401"), 0)
    assert router.choose("unify").name == "a"


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
        await router.choose("unify").slots.acquire()
    assert scope.cancelled_caught
