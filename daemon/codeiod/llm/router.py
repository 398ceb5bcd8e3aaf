"""The endpoints of a run, and which of them a request goes to.

May import ``config`` and its neighbours in ``llm``.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import anyio

from codeiod.config import ASKING_STAGES, EndpointSettings, Settings
from codeiod.llm.client import Completer, shown_url
from codeiod.llm.concurrency import AdaptiveConcurrency, Concurrency, FixedConcurrency
from codeiod.llm.demand import Rates
from codeiod.llm.estimate import Estimator
from codeiod.llm.health import Health, Watch
from codeiod.llm.limits import Slots
from codeiod.llm.notice import Notice
from codeiod.llm.pace import Pace

FIRST_STAGE = "unify"
"""The stage that a new item asks first."""


@dataclass(frozen=True, slots=True)
class Endpoint:
    """One endpoint with all that is kept about it."""

    settings: EndpointSettings
    client: Completer
    slots: Slots
    health: Health
    estimator: Estimator

    @property
    def name(self) -> str:
        return self.settings.name


class Router:
    """Knows the endpoints of each stage."""

    def __init__(
        self, settings: Settings, client_of: Callable[[EndpointSettings], Completer]
    ) -> None:
        """Make every endpoint that a stage may use."""
        self._eased, trouble = Notice(), Notice()
        used = {e.name: e for stage in ASKING_STAGES for e in settings.endpoints_of(stage)}
        self.endpoints: Mapping[str, Endpoint] = {
            name: Endpoint(
                settings=endpoint,
                client=client_of(endpoint),
                slots=Slots(
                    _concurrency_of(endpoint),
                    Pace(_rates_of(endpoint)),
                    self._eased,
                ),
                health=Health(name, shown_url(endpoint.base_url), trouble),
                estimator=Estimator(),
            )
            for name, endpoint in used.items()
        }
        self._stages = {
            stage: [self.endpoints[e.name] for e in settings.endpoints_of(stage)]
            for stage in ASKING_STAGES
        }
        self.watch = Watch(
            {stage: [e.health for e in endpoints] for stage, endpoints in self._stages.items()},
            trouble,
        )

    def choose(self, stage: str, avoid: str = "") -> Endpoint:
        """Choose the endpoint with the most free places among those that are not in trouble.

        :param avoid: the endpoint that failed last: another is preferred.
        """
        now = anyio.current_time()
        awake = self._awake(stage)
        others = [endpoint for endpoint in awake if endpoint.name != avoid]
        chosen = max(others or awake, key=lambda endpoint: endpoint.slots.free)
        chosen.health.probe(now)
        return chosen

    async def room(self) -> None:
        """Wait until a new item's first request would leave at once, and no line is too long."""
        while not self._has_room():
            await self._eased.wait()

    def close_intake(self) -> None:
        """Let no request start from now on."""
        for endpoint in self.endpoints.values():
            endpoint.slots.close()

    def _has_room(self) -> bool:
        first = self._awake(FIRST_STAGE)
        others = [e for e in self.endpoints.values() if e not in self._stages[FIRST_STAGE]]
        return any(endpoint.slots.has_room for endpoint in first) and not any(
            endpoint.slots.waiting + endpoint.slots.retrying > endpoint.slots.limit
            for endpoint in others
        )

    def _awake(self, stage: str) -> list[Endpoint]:
        endpoints = self._stages[stage]
        now = anyio.current_time()
        return [e for e in endpoints if not e.health.rests(now)] or endpoints


def _concurrency_of(endpoint: EndpointSettings) -> Concurrency:
    most = endpoint.max_in_flight
    if endpoint.concurrency == "fixed":
        return FixedConcurrency(most)
    return AdaptiveConcurrency(endpoint.start_in_flight, min(endpoint.min_in_flight, most), most)


def _rates_of(endpoint: EndpointSettings) -> Rates:
    return Rates(
        requests=endpoint.requests_per_minute,
        tokens=endpoint.tokens_per_minute,
        input_tokens=endpoint.input_tokens_per_minute,
        output_tokens=endpoint.output_tokens_per_minute,
    )
