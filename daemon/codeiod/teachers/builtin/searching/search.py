"""Search an input that leads to a wanted output: draw, reason backwards, adjust; by real calls.

May import ``execution``, ``items``, the prompts and the sandbox.
"""

from __future__ import annotations

import json
import random
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from codeiod.execution import Runner, execute
from codeiod.items import Program, canonical
from codeiod.teachers.builtin.searching.backwards import Lead, leads
from codeiod.teachers.builtin.searching.directed import directed
from codeiod.teachers.builtin.searching.distance import distance
from codeiod.teachers.builtin.searching.mutation import Pool, along, changed
from codeiod.teachers.builtin.searching.telling import Trial, Why, tell
from codeiod_prompts import ENTRY_POINT, GENERATOR, find_answer
from codeiod_sandbox import Call, Outcome, Raised, Returned, TimedOut

BATCH = 24
BEAM = 4
DRAWS = (2, 5)
"""Batches of inputs that the generator draws, in the first and in the second turn."""
ROUNDS = (5, 16)
"""Batches of adjusted inputs, likewise."""
MAX_TIMEOUTS = 2
NO_VALUE = 1e9
_DRAWN = "drawn_and_called_"
_DRAWING = f"""

def {_DRAWN}():
    import json
    text = json.dumps({GENERATOR}())
    try:
        return [json.loads(text), {ENTRY_POINT}(**json.loads(text)), ""]
    except Exception as error:
        return [json.loads(text), None, type(error).__name__]
"""
"""Draws and calls at once: a job more for each draw would cost far more than the calls."""


async def search_input(
    runner: Runner, program: Program, known: str, *, turn: int = 0, earlier: str = ""
) -> str:
    """Write how an input was searched that gives the output ``known``, ending in the answer.

    :param turn: 1 where a first answer was wrong: another search, further and from other draws.
    :param earlier: the text of that answer; the search goes on from its input.
    :raises codeiod_sandbox.SandboxError: the sandbox kept failing.
    """
    search = _Search(runner, program, json.loads(known), turn)
    await search.go(earlier)
    rng = random.Random(f"{program.program_id}\0{known}\0{turn}\0words")
    return tell(known, search.trials, search.wanted_found, rng)


@dataclass(slots=True)
class _Search:
    runner: Runner
    program: Program
    wanted: Any
    turn: int
    trials: list[Trial] = field(default_factory=list)
    _seen: set[str] = field(default_factory=set)
    _timeouts: int = 0
    _rng: random.Random = field(init=False)

    def __post_init__(self) -> None:
        key = f"{self.program.program_id}\0{canonical(self.wanted)}\0{self.turn}"
        self._rng = random.Random(key)

    @property
    def wanted_found(self) -> bool:
        return bool(self.trials) and min(trial.distance for trial in self.trials) == 0.0

    @property
    def _is_over(self) -> bool:
        return self.wanted_found or self._timeouts >= MAX_TIMEOUTS

    async def go(self, earlier: str) -> None:
        """Try until an input is found or the budget is spent."""
        answered = find_answer(earlier, "input") if earlier else None
        if answered is not None and isinstance(answered.value, dict):
            await self._try([(answered.value, Why.EARLIER, "")])
        for batch in range(DRAWS[self.turn]):
            await self._draw(batch)
            if batch == 0 and not self._is_over:
                await self._try(self._led())
            if self._is_over:
                return
        for _ in range(ROUNDS[self.turn]):
            await self._try(self._adjusted())
            if self._is_over:
                return

    async def _draw(self, batch: int) -> None:
        """Draw inputs, and keep what they gave; the same draws whatever output is wanted."""
        first = (self.turn * 100 + batch) * BATCH
        calls = [Call(_DRAWN, {}, seed) for seed in range(first, first + BATCH)]
        outcomes = await execute(self.runner, self.program.drawing_code + _DRAWING, calls)
        for outcome in outcomes:
            self._timeouts += isinstance(outcome, TimedOut)
            if not isinstance(outcome, Returned):
                continue
            arguments, value, error = outcome.value
            if not isinstance(arguments, dict) or not arguments or not self._is_new(arguments):
                continue
            if error:
                self._lose(arguments, Why.DRAWN, "", f"raises {error}")
            else:
                self._keep(arguments, Why.DRAWN, "", value, json.dumps(value))

    def _led(self) -> Iterator[tuple[dict[str, Any], Why, str]]:
        """Give inputs that a relation between arguments and output asks for."""
        returned = [(t.arguments, t.value) for t in self.trials if t.returned]
        found = leads(returned, self.wanted)
        bases = [trial.arguments for trial in self._best() if trial.returned]
        for base in bases:
            yield from _with_leads(base, found)

    def _adjusted(self) -> Iterator[tuple[dict[str, Any], Why, str]]:
        """Give inputs that differ a little from the best so far."""
        best = self._best()
        if not best:
            return
        pool = Pool(self.wanted, *(trial.arguments for trial in best))
        for base in best[:2]:
            for arguments in directed(base.arguments, base.value, self.wanted, BATCH // 2):
                yield arguments, Why.ADJUSTED, ""
        for arguments in along(best[0].arguments, BATCH // 2, self._rng):
            yield arguments, Why.ADJUSTED, ""
        for _ in range(BATCH // 2):
            weights = [1 / (1 + place) for place in range(len(best))]
            (base,) = self._rng.choices(best, weights)
            yield changed(base.arguments, pool, self._rng), Why.ADJUSTED, ""

    def _best(self) -> list[Trial]:
        return sorted(self.trials, key=lambda trial: trial.distance)[:BEAM]

    async def _try(self, wishes: Iterable[tuple[dict[str, Any], Why, str]]) -> None:
        """Make the calls that were not made before, and keep what they gave."""
        fresh = [wish for wish in wishes if self._is_new(wish[0])]
        calls = [Call(ENTRY_POINT, arguments) for arguments, _, _ in fresh]
        outcomes = await execute(self.runner, self.program.refcode, calls) if calls else []
        for (arguments, why, lead), outcome in zip(fresh, outcomes, strict=True):
            if isinstance(outcome, Returned):
                self._keep(arguments, why, lead, outcome.value, outcome.json)
            else:
                self._timeouts += isinstance(outcome, TimedOut)
                self._lose(arguments, why, lead, _ended(outcome))

    def _keep(self, arguments: dict[str, Any], why: Why, lead: str, value: Any, text: str) -> None:
        self.trials.append(Trial(arguments, why, lead, value, text, self._distance(value)))

    def _lose(self, arguments: dict[str, Any], why: Why, lead: str, ended: str) -> None:
        self.trials.append(Trial(arguments, why, lead, None, "", NO_VALUE, ended))

    def _distance(self, value: Any) -> float:
        return distance(self.wanted, value)

    def _is_new(self, arguments: dict[str, Any]) -> bool:
        name = canonical(arguments)
        if name in self._seen:
            return False
        self._seen.add(name)
        return True


def _ended(outcome: Outcome) -> str:
    """Say how a call ended that returned nothing."""
    match outcome:
        case Raised(type=kind):
            return f"raises {kind}"
        case TimedOut():
            return "does not end in time"
    return "gives nothing that JSON can hold"


def _with_leads(
    base: dict[str, Any], found: Sequence[Lead]
) -> Iterator[tuple[dict[str, Any], Why, str]]:
    """Give the input with the first lead for each argument, and with each lead alone."""
    first: dict[str, Lead] = {}
    for lead in found:
        first.setdefault(lead.name, lead)
    if len(first) > 1:
        together = base | {name: lead.value for name, lead in first.items()}
        yield together, Why.LED, " and ".join(lead.told for lead in first.values())
    for lead in found:
        yield base | {lead.name: lead.value}, Why.LED, lead.told
