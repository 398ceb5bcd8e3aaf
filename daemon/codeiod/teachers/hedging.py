"""Send a late request once more, take the first answer, and account for the other.

May import ``items``, ``config``, ``llm`` and ``teachers.sending``. Off unless a stage sets
``hedge_percentile``: then each of its requests takes two tasks, else none.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import anyio
from anyio.abc import TaskGroup

from codeiod.config import ASKING_STAGES, Settings
from codeiod.errors import known_cause
from codeiod.llm import Endpoint, GivenUp, Refused, TransportFault
from codeiod.llm.tail import Tail
from codeiod.teachers.sending import Question, Sender, Sent

CANCELLED = "cancelled: another attempt was answered first"
TOO_LATE = "answered after another attempt"


@dataclass(slots=True, eq=False)
class _Attempt:
    """One of the two."""

    number: int = 0
    """As the ledger counts; 0 while it has not left, and once it has ended."""
    endpoint: str = ""
    left_at: float = 0.0
    left: anyio.Event = field(default_factory=anyio.Event)

    def note_leaving(self, number: int, endpoint: Endpoint) -> None:
        self.number, self.endpoint = number, endpoint.name
        self.left_at = anyio.current_time()
        self.left.set()


@dataclass(slots=True, eq=False)
class _Race:
    """A request and its hedge."""

    running: int = 0
    sent: Sent | None = None
    ends: list[TransportFault | Refused | GivenUp] = field(default_factory=list)
    over: anyio.Event = field(default_factory=anyio.Event)


class Hedger:
    """Sends requests; those of the stages that are to be hedged once more where they are late."""

    def __init__(self, settings: Settings, sender: Sender) -> None:
        self._sender = sender
        percentiles = {stage: getattr(settings, stage).hedge_percentile for stage in ASKING_STAGES}
        self._tails: Mapping[str, Tail] = {
            stage: Tail(percentile) for stage, percentile in percentiles.items() if percentile
        }

    @property
    def hedges(self) -> bool:
        """Whether any stage is to be hedged."""
        return bool(self._tails)

    async def send(self, question: Question) -> Sent:
        """Send a request, once, or twice where it is late.

        :raises TransportFault: or Refused: there is no answer; ``tries`` knows.
        :raises codeiod.llm.GivenUp: and there will be none.
        """
        tail = self._tails.get(question.ask.stage)
        if tail is None:
            return await self._sender.send(question)
        race, attempts = _Race(), [_Attempt()]
        try:
            await self._race(question, race, attempts, tail)
        except BaseExceptionGroup as errors:
            if error := known_cause(errors):
                raise error from errors
            raise
        return _settle(question, race, attempts, tail)

    async def _race(
        self, question: Question, race: _Race, attempts: list[_Attempt], tail: Tail
    ) -> None:
        async with anyio.create_task_group() as group:
            self._start(group, question, race, attempts[0])
            await attempts[0].left.wait()
            with anyio.move_on_after(tail.late_after_seconds):
                await race.over.wait()
            if not race.over.is_set() and tail.allow():
                attempts.append(_Attempt())
                hedge = question._replace(avoid=attempts[0].endpoint)
                self._start(group, hedge, race, attempts[1])
            await race.over.wait()
            group.cancel_scope.cancel()

    def _start(self, group: TaskGroup, question: Question, race: _Race, attempt: _Attempt) -> None:
        race.running += 1
        group.start_soon(self._run, question._replace(left=attempt.note_leaving), race, attempt)

    async def _run(self, question: Question, race: _Race, attempt: _Attempt) -> None:
        try:
            sent = await self._sender.send(question)
        except (TransportFault, Refused, GivenUp) as end:
            attempt.number = 0
            race.ends.append(end)
        else:
            if race.sent is None:
                race.sent = sent
            else:
                attempt.number = 0
                question.ledger.failed(sent.attempt, TOO_LATE, paid=True)
        race.running -= 1
        if race.sent or not race.running:
            attempt.left.set()  # it may have ended without leaving
            race.over.set()


def _settle(question: Question, race: _Race, attempts: Sequence[_Attempt], tail: Tail) -> Sent:
    """Account for what came of a race.

    :raises TransportFault: or Refused, or GivenUp: no attempt was answered.
    """
    if race.sent is None:
        raise next((end for end in race.ends if isinstance(end, GivenUp)), race.ends[-1])
    for attempt in attempts:
        if attempt.number and attempt.number != race.sent.attempt:
            question.ledger.failed(attempt.number, CANCELLED, paid=True)
    if len(attempts) > 1:
        question.ledger.answered(race.sent.attempt)
    tail.note(anyio.current_time() - attempts[0].left_at)
    return race.sent
