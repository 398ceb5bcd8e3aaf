"""One endpoint with all that is kept about it.

May import ``config``, ``telemetry`` and its neighbours in ``llm``.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from codeiod.config import EndpointSettings
from codeiod.llm import clock
from codeiod.llm.address import shown_url
from codeiod.llm.client import Completer
from codeiod.llm.concurrency import AdaptiveConcurrency, Concurrency, FixedConcurrency
from codeiod.llm.demand import Rates
from codeiod.llm.estimate import Estimator
from codeiod.llm.faults import Refused, TransportFault
from codeiod.llm.health import Health
from codeiod.llm.limits import Place, Slots
from codeiod.llm.notice import Notice
from codeiod.llm.pace import Pace
from codeiod.llm.replies import Completion
from codeiod.telemetry import EndpointMeter


@dataclass(slots=True, eq=False)
class Endpoint:
    """One endpoint."""

    settings: EndpointSettings
    """Those in force."""
    client: Completer
    slots: Slots
    health: Health
    estimator: Estimator
    meter: EndpointMeter = field(default_factory=EndpointMeter)

    @staticmethod
    def of(
        settings: EndpointSettings, client: Completer, eased: Notice, trouble: Notice
    ) -> Endpoint:
        """Make all that is kept about an endpoint.

        :param eased: given whenever its load falls.
        :param trouble: given whenever its health changes.
        """
        health = Health(settings.name, shown_url(settings.base_url), trouble)
        slots = Slots(_concurrency_of(settings), Pace(_rates_of(settings)), eased, health)
        return Endpoint(settings, client, slots, health, Estimator())

    @property
    def name(self) -> str:
        return self.settings.name

    def obey(self, settings: EndpointSettings) -> None:
        """Take settings that differ in limits and weight alone, from now on."""
        self.settings = settings
        self.slots.obey(settings.max_in_flight, _rates_of(settings))

    def note_answer(
        self, place: Place, stage: str, input_characters: int, completion: Completion
    ) -> None:
        """Learn from an answer, while its place is held."""
        self.health.note_answer(place.left_at)
        self.slots.note_answer(place, completion)
        if not completion.usage_estimated:
            self.estimator.learn(stage, input_characters, completion.usage)

    def note_failure(self, place: Place, fault: TransportFault | Refused) -> None:
        """Learn from a failure, while its place is held; an endpoint in trouble is left alone."""
        self.health.note_failure(fault, place.left_at)
        self.slots.note_failure(place, fault)
        if self.health.rests(clock.now()):
            self.slots.hand_over()
            self.slots.look_at(self.health.rests_until)


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
