"""Send a request once: a place, the budget, the note in the ledger, the endpoint, what came of it.

May import ``items``, ``config``, ``telemetry``, ``llm`` and ``teachers.asks``. Each attempt is
announced to the ledger in its place, right before it leaves; waiting for a place or for money is
done outside.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import NamedTuple, Protocol

from codeiod.config import ASKING_STAGES, Settings
from codeiod.items import Answer, Stage, Usage
from codeiod.llm import (
    ChatRequest,
    Completion,
    Demand,
    Endpoint,
    Place,
    Refused,
    Router,
    TransportFault,
    Tries,
    clock,
    cost,
)
from codeiod.llm.budget import Budget
from codeiod.teachers.asks import Ask
from codeiod.telemetry import Flight

RANKS = {Stage.REVISE: 0, Stage.PREDICT: 1, Stage.UNIFY: 2}
"""What finishes an item goes before what starts one."""


class Ledger(Protocol):
    """What of the journal's ledger is needed to pay for one key."""

    @property
    def truncated(self) -> int:
        """Truncated answers so far, over all restarts."""
        ...

    async def intent(self, request: str, tokens: int, cost: float, currency: str) -> int: ...

    def failed(self, attempt: int, why: str, *, paid: bool) -> None: ...

    def answered(self, attempt: int) -> None: ...

    async def truncated_answer(self, attempt: int, answer: Answer) -> None: ...


class Question(NamedTuple):
    """One request with all who have to know how its attempts end; made for each, so it is light."""

    request: ChatRequest
    characters: int
    """The length of its messages."""
    ask: Ask
    ledger: Ledger
    tries: Tries
    avoid: str = ""
    """The endpoint that another attempt waits for."""
    left: Callable[[int, Endpoint], None] | None = None
    """Told of each attempt that leaves: its number, and where to."""


class Sent(NamedTuple):
    """An attempt that was answered."""

    attempt: int
    completion: Completion
    endpoint: Endpoint


class Sender:
    """Sends requests to the endpoints of their stages."""

    def __init__(self, settings: Settings, router: Router, budget: Budget) -> None:
        self._router = router
        self._budget = budget
        self._deadlines: Mapping[str, float] = {
            stage: getattr(settings, stage).deadline_seconds for stage in ASKING_STAGES
        }

    async def send(self, question: Question) -> Sent:
        """Send a request, once.

        :raises TransportFault: or Refused: there is no answer; ``tries`` knows.
        :raises codeiod.llm.GivenUp: and there will be none.
        """
        ask = question.ask
        while True:
            avoid = question.avoid or question.tries.last_endpoint
            ranked = self._router.rank(ask.stage, ask.item_id, avoid)
            came_at = clock.now()
            estimator = ranked[0].estimator
            expected = estimator.expect(ask.stage, question.characters, question.request.max_tokens)
            demand = Demand((RANKS[ask.stage], ask.order), expected.input, expected.output)
            endpoint, place = await self._router.acquire(ask.stage, ranked, demand)
            endpoint.meter.of(ask.stage).queued.note(place.left_at - came_at)
            try:
                sent = await self._send_if_paid(question, expected, endpoint, place)
            finally:
                place.slots.release()
            if sent is not None:
                return sent
            with endpoint.slots.away():
                await self._budget.room(*_estimate(expected, endpoint), expected.tokens)

    async def _send_if_paid(
        self, question: Question, expected: Usage, endpoint: Endpoint, place: Place
    ) -> Sent | None:
        """Send if the budget has room for it; None where it has not, and nothing was sent."""
        estimate = _estimate(expected, endpoint)
        reserved = self._budget.reserve(*estimate, expected.tokens)
        if reserved is None:
            place.slots.give_back(place)
            return None
        ask, digest = question.ask, question.request.digest
        meter, flights = endpoint.meter.of(ask.stage), endpoint.meter.flights
        with reserved:
            attempt = await question.ledger.intent(digest, expected.tokens, *estimate)
            if question.left is not None:
                question.left(attempt, endpoint)
            left_at = clock.now()
            flights[place] = Flight(ask.item_id, digest, attempt, left_at)
            try:
                completion = await self._completing(question, endpoint)
            except (TransportFault, Refused) as fault:
                meter.note_failure(clock.now() - left_at, fault.kind.name.lower())
                if not fault.maybe_paid:
                    reserved.release()
                self._note_failure(question, attempt, endpoint, place, fault)
                raise
            finally:
                del flights[place]
            usage = completion.usage
            truncated = completion.finish == "length"
            meter.note_answer(clock.now() - left_at, usage, truncated=truncated)
            reserved.settle(cost(usage, endpoint.settings.price), usage.tokens)
        endpoint.note_answer(place, ask.stage, question.characters, completion)
        return Sent(attempt, completion, endpoint)

    def _completing(self, question: Question, endpoint: Endpoint) -> Awaitable[Completion]:
        deadline_seconds = self._deadlines[question.ask.stage]
        if deadline_seconds:
            return endpoint.client.complete(question.request, deadline_seconds=deadline_seconds)
        return endpoint.client.complete(question.request)

    def _note_failure(
        self,
        question: Question,
        attempt: int,
        endpoint: Endpoint,
        place: Place,
        fault: TransportFault | Refused,
    ) -> None:
        endpoint.note_failure(place, fault)
        question.ledger.failed(attempt, f"{endpoint.name}: {fault}", paid=fault.maybe_paid)
        others = self._router.others_awake(question.ask.stage, endpoint.name)
        question.tries.judge(fault, endpoint.name, endpoint.health.answered, others)


def _estimate(expected: Usage, endpoint: Endpoint) -> tuple[float, str]:
    price = endpoint.settings.price
    return cost(expected, price), price.currency
