"""The trials of a search: calls of the program that were made, and how near each came.

May import ``execution``, ``items``, the prompts and the sandbox.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from codeiod.execution import Runner, execute
from codeiod.items import Program, canonical
from codeiod.teachers.builtin.searching.distance import distance
from codeiod_prompts import GENERATOR
from codeiod_sandbox import Call, Outcome, Raised, Returned, TimedOut

MAX_TIMEOUTS = 3
MAX_BYTES = 4000
NO_VALUE = 1e9
TRIED = "tried_"
_LATE = "Late_"
_TRIED = """

import signal as signal_


class Late_(BaseException):
    pass


late_ = [0]


def stop_(number, frame):
    raise Late_


def tried_(**arguments):
    if late_[0] >= 3:
        raise Late_
    signal_.signal(signal_.SIGVTALRM, stop_)
    signal_.setitimer(signal_.ITIMER_VIRTUAL, 0.2, 0.2)
    try:
        return main_solution(**arguments)
    except Late_:
        late_[0] += 1
        raise
    finally:
        signal_.setitimer(signal_.ITIMER_VIRTUAL, 0)
"""
"""Below a program: calls that are only tried get little time, and the slow ones end the batch."""


class Why(StrEnum):
    """What suggested a trial."""

    EARLIER = "earlier"
    DRAWN = "drawn"
    LED = "led"
    MADE = "made"
    ADJUSTED = "adjusted"


@dataclass(frozen=True, slots=True)
class Wish:
    """A call that is worth making, and the words that say why."""

    arguments: dict[str, Any]
    why: Why
    told: str = ""


@dataclass(frozen=True, slots=True)
class Trial:
    """One call that was made.

    ``json`` is what it returned, ``""`` where it did not; ``ended`` says how it ended then.
    """

    arguments: dict[str, Any]
    why: Why
    lead: str
    value: Any
    json: str
    distance: float
    ended: str = ""

    @property
    def returned(self) -> bool:
        return bool(self.json)


@dataclass(slots=True)
class Attempts:
    """Makes calls, no call twice, and keeps what they gave."""

    runner: Runner
    program: Program
    wanted: Any
    trials: list[Trial] = field(default_factory=list)
    _seen: set[str] = field(default_factory=set)
    _timeouts: int = 0

    @property
    def found(self) -> bool:
        return any(trial.distance == 0.0 for trial in self.trials)

    @property
    def over(self) -> bool:
        return self.found or self._timeouts >= MAX_TIMEOUTS

    @property
    def returned(self) -> list[Trial]:
        return [trial for trial in self.trials if trial.returned]

    def best(self, count: int) -> list[Trial]:
        """Return the nearest that returned; the first of those that are as near."""
        return sorted(self.returned, key=lambda trial: trial.distance)[:count]

    async def drawn(self, first: int, count: int) -> list[dict[str, Any]]:
        """Let the generator draw inputs, from the seeds ``first`` and on."""
        calls = [Call(GENERATOR, {}, seed) for seed in range(first, first + count)]
        outcomes = await execute(self.runner, self.program.drawing_code, calls)
        values = [outcome.value for outcome in outcomes if isinstance(outcome, Returned)]
        return [value for value in values if isinstance(value, dict) and value]

    async def make(self, wishes: Iterable[Wish], limit: int) -> list[Trial]:
        """Make the calls that were not made before, up to a limit; return their trials."""
        fresh: list[Wish] = []
        for wish in wishes:
            if len(fresh) == limit:
                break
            if self._is_new(wish.arguments):
                fresh.append(wish)
        if not fresh:
            return []
        calls = [Call(TRIED, wish.arguments) for wish in fresh]
        outcomes = await execute(self.runner, self.program.refcode + _TRIED, calls)
        made = [self._trial(*pair) for pair in zip(fresh, outcomes, strict=True)]
        self.trials += made
        return made

    def _trial(self, wish: Wish, outcome: Outcome) -> Trial:
        if isinstance(outcome, Returned):
            apart = distance(self.wanted, outcome.value)
            value, json = outcome.value, outcome.json
            return Trial(wish.arguments, wish.why, wish.told, value, json, apart)
        self._timeouts += _is_late(outcome)
        ended = _ended(outcome)
        return Trial(wish.arguments, wish.why, wish.told, None, "", NO_VALUE, ended)

    def _is_new(self, arguments: dict[str, Any]) -> bool:
        name = canonical(arguments)
        if name in self._seen or len(name) > MAX_BYTES:
            return False
        self._seen.add(name)
        return True


def _is_late(outcome: Outcome) -> bool:
    return isinstance(outcome, TimedOut) or (isinstance(outcome, Raised) and outcome.type == _LATE)


def _ended(outcome: Outcome) -> str:
    """Say how a call ended that returned nothing."""
    if _is_late(outcome):
        return "does not end in time"
    match outcome:
        case Raised(type=kind):
            return f"raises {kind}"
    return "gives nothing that JSON can hold"
