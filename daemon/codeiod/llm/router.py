"""The endpoints of a run, and which of them a request goes to.

May import ``config`` and its neighbours in ``llm``.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from hashlib import blake2b

import anyio

from codeiod.config import ASKING_STAGES, EndpointSettings, Settings
from codeiod.llm import clock
from codeiod.llm.address import shown_url
from codeiod.llm.client import Completer
from codeiod.llm.demand import Demand
from codeiod.llm.endpoint import Endpoint
from codeiod.llm.faults import Refused, TransportFault
from codeiod.llm.limits import Place, Slots
from codeiod.llm.notice import Notice
from codeiod.llm.watch import Watch

FIRST_STAGE = "unify"
"""The stage that a new item asks first."""
SHARE_BYTES = 8


class Router:
    """Knows the endpoints of each stage, and the order in which an item prefers them.

    All requests of an item prefer the same endpoint, where its prompts' common start is cached;
    how many items prefer it follows its weight (rendezvous hashing: when an endpoint falls out,
    only its own items move). Where it is full and another has a place, they go there.
    """

    def __init__(
        self, settings: Settings, client_of: Callable[[EndpointSettings], Completer]
    ) -> None:
        """Make every endpoint that a stage may use."""
        self._eased, trouble = Notice(), Notice()
        used = {e.name: e for stage in ASKING_STAGES for e in settings.endpoints_of(stage)}
        self.endpoints: Mapping[str, Endpoint] = {
            name: Endpoint.of(endpoint, client_of(endpoint), self._eased, trouble)
            for name, endpoint in used.items()
        }
        self._stages: Mapping[str, Sequence[Endpoint]] = {
            stage: [self.endpoints[e.name] for e in settings.endpoints_of(stage)]
            for stage in ASKING_STAGES
        }
        self._allowed = {
            stage: tuple(e.slots for e in endpoints) if len(endpoints) > 1 else ()
            for stage, endpoints in self._stages.items()
        }
        self._by_slots: Mapping[Slots, Endpoint] = {e.slots: e for e in self.endpoints.values()}
        for slots in self._by_slots:
            slots.peers = [peer for peer in self._by_slots if peer is not slots]
        self.watch = Watch(
            {stage: [e.health for e in endpoints] for stage, endpoints in self._stages.items()},
            trouble,
        )

    def rank(self, stage: str, item_id: str, avoid: str = "") -> Sequence[Endpoint]:
        """Return the endpoints that may be asked now, the item's preferred one first.

        :param avoid: the endpoint that failed last: it comes last.
        """
        endpoints = self._awake(stage)
        if len(endpoints) == 1:
            return endpoints
        return sorted(endpoints, key=lambda e: (e.name == avoid, -_affinity(e, item_id)))

    async def acquire(
        self, stage: str, ranked: Sequence[Endpoint], demand: Demand
    ) -> tuple[Endpoint, Place]:
        """Wait for a place: at the first of the endpoints that has one, else in the first's line.

        While it waits there, another one of the stage that falls idle takes it.
        """
        for endpoint in ranked:
            place = endpoint.slots.take(demand)
            if place is not None:
                return endpoint, place
        place = await ranked[0].slots.acquire(demand, self._allowed[stage])
        return self._by_slots[place.slots], place

    def others_awake(self, stage: str, name: str) -> int:
        """Return how many endpoints of a stage can be asked now beside one."""
        now = clock.now()
        return sum(e.name != name and not e.health.rests(now) for e in self._stages[stage])

    async def room(self) -> None:
        """Wait until a new item's first request would leave at once, and no line is too long."""
        while not self._has_room():
            await self._eased.wait()

    def obey(self, settings: Settings) -> None:
        """Take settings that differ in the endpoints' limits and weights alone, from now on."""
        for changed in settings.endpoint:
            if (endpoint := self.endpoints.get(changed.name)) and endpoint.settings != changed:
                endpoint.obey(changed)

    async def reach(self) -> str:
        """Find out whether each stage has an endpoint that is there; say why not."""
        faults = dict[str, str]()
        async with anyio.create_task_group() as tries:
            for endpoint in self.endpoints.values():
                tries.start_soon(_reach, endpoint, faults)
        for stage, endpoints in self._stages.items():
            if all(endpoint.name in faults for endpoint in endpoints):
                whys = "; ".join(faults[endpoint.name] for endpoint in endpoints)
                return f"no endpoint can answer ({stage}): {whys}"
        return ""

    def close_intake(self) -> None:
        """Let no request start until ``open_intake``."""
        for endpoint in self.endpoints.values():
            endpoint.slots.close()

    def open_intake(self) -> None:
        """Let requests start again."""
        for endpoint in self.endpoints.values():
            endpoint.slots.open()

    def _has_room(self) -> bool:
        first = self._awake(FIRST_STAGE)
        others = [e for e in self.endpoints.values() if e not in self._stages[FIRST_STAGE]]
        return any(endpoint.slots.has_room for endpoint in first) and not any(
            endpoint.slots.waiting + endpoint.slots.retrying > endpoint.slots.limit
            for endpoint in others
        )

    def _awake(self, stage: str) -> Sequence[Endpoint]:
        endpoints = self._stages[stage]
        if len(endpoints) == 1:
            return endpoints
        now = clock.now()
        return [e for e in endpoints if not e.health.rests(now)] or endpoints


async def _reach(endpoint: Endpoint, faults: dict[str, str]) -> None:
    """Find out whether an endpoint is there; put down why not."""
    if endpoint.health.last_sign is not None and not endpoint.health.failing:
        return  # it answers what it is asked for: some keys may not see the list of models
    try:
        await endpoint.client.reach()
    except (TransportFault, Refused) as fault:
        url = shown_url(endpoint.settings.base_url)
        faults[endpoint.name] = f"endpoint {endpoint.name!r} ({url}): {fault}"


def _affinity(endpoint: Endpoint, item_id: str) -> float:
    """Return how much an item prefers an endpoint: weighted rendezvous hashing."""
    data = f"{item_id} {endpoint.name}".encode()
    number = int.from_bytes(blake2b(data, digest_size=SHARE_BYTES).digest(), "big")
    drawn = (number + 0.5) / 2 ** (8 * SHARE_BYTES)
    return endpoint.settings.weight / -math.log(drawn)
