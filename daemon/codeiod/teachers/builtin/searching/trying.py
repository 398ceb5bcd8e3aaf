"""The trials of a search: calls of the program that were made, and how near each came.

May import ``execution``, ``items``, the prompts and the sandbox.
"""

from __future__ import annotations

import ast
import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import StrEnum
from functools import lru_cache
from pathlib import Path
from typing import Any

from codeiod.execution import Runner, execute
from codeiod.items import Program, canonical
from codeiod.teachers.builtin.searching.distance import distance
from codeiod_prompts import GENERATOR
from codeiod_sandbox import Call, Outcome, Raised, Returned, TimedOut

MAX_TIMEOUTS = 9
MAX_BYTES = 4000
NO_VALUE = 1e9
TRIED, DRAWN = "tried_", "drawn_"
_LATE, _SKIPPED = "Late_", "Skipped_"
ENDLESS = "does not end in time"
_PROBE = "\n\n" + Path(__file__).with_name("probe.py").read_text(encoding="utf-8")
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

    async def draw(self, first: int, count: int) -> list[Trial]:
        """Let the generator draw inputs from the seeds ``first`` and on, and call them."""
        if not _is_apart(self.program):
            return await self._draw_apart(first, count)
        calls = [Call(DRAWN, {}, seed) for seed in range(first, first + count)]
        outcomes = await execute(self.runner, self.program.drawing_code + _PROBE, calls)
        made = []
        for outcome in outcomes:
            told = outcome.value if isinstance(outcome, Returned) else {}
            given = told.get("input")
            if told.get("raised") == _SKIPPED or not isinstance(given, dict) or not given:
                continue
            if self._is_new(given):
                made.append(self._drawn(Wish(given, Why.DRAWN), told))
        self.trials += made
        return made

    def _drawn(self, wish: Wish, told: dict[str, Any]) -> Trial:
        if "raised" in told:
            return self._trial(wish, Raised(told["raised"], "", 0))
        value = told["output"]
        return self._returned(wish, value, json.dumps(value))

    async def _draw_apart(self, first: int, count: int) -> list[Trial]:
        calls = [Call(GENERATOR, {}, seed) for seed in range(first, first + count)]
        outcomes = await execute(self.runner, self.program.drawing_code, calls)
        values = [outcome.value for outcome in outcomes if isinstance(outcome, Returned)]
        given = [value for value in values if isinstance(value, dict) and value]
        return await self.make((Wish(value, Why.DRAWN) for value in given), count)

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
        outcomes = await execute(self.runner, self.program.refcode + _PROBE, calls)
        pairs = list(zip(fresh, outcomes, strict=True))
        made = [self._trial(*pair) for pair in pairs if not _is_skipped(pair[1])]
        self._seen -= {canonical(wish.arguments) for wish, one in pairs if _is_skipped(one)}
        self.trials += made
        return made

    def _trial(self, wish: Wish, outcome: Outcome) -> Trial:
        if isinstance(outcome, Returned):
            return self._returned(wish, outcome.value, outcome.json)
        self._timeouts += _is_late(outcome)
        ended = _ended(outcome)
        return Trial(wish.arguments, wish.why, wish.told, None, "", NO_VALUE, ended)

    def _returned(self, wish: Wish, value: Any, text: str) -> Trial:
        apart = distance(self.wanted, value)
        return Trial(wish.arguments, wish.why, wish.told, value, text, apart)

    def _is_new(self, arguments: dict[str, Any]) -> bool:
        name = canonical(arguments)
        if name in self._seen or len(name) > MAX_BYTES:
            return False
        self._seen.add(name)
        return True


@lru_cache(maxsize=64)
def _is_apart(program: Program) -> bool:
    """Tell whether the generator leaves the program's own names as they are."""
    try:
        names = [_named(text) for text in (program.refcode, program.input_generator)]
    except (SyntaxError, ValueError, RecursionError):
        return False
    return not any(names[0].get(name, told) != told for name, told in names[1].items())


def _named(source: str) -> dict[str, str]:
    """Return what a text names at its top level, each with the statement that does."""
    found = {}
    for node in ast.parse(source).body:
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            found[node.name] = ast.dump(node)
            continue
        for inner in ast.walk(node):
            if isinstance(inner, ast.alias):
                found[(inner.asname or inner.name).split(".")[0]] = ast.dump(inner)
            elif isinstance(inner, ast.Name) and isinstance(inner.ctx, ast.Store):
                found[inner.id] = ast.dump(node)
    return found


def _is_skipped(outcome: Outcome) -> bool:
    return isinstance(outcome, Raised) and outcome.type == _SKIPPED


def _is_late(outcome: Outcome) -> bool:
    return isinstance(outcome, TimedOut) or (isinstance(outcome, Raised) and outcome.type == _LATE)


def _ended(outcome: Outcome) -> str:
    """Say how a call ended that returned nothing."""
    if _is_late(outcome):
        return ENDLESS
    match outcome:
        case Raised(type=kind):
            return f"raises {kind}"
    return "gives nothing that JSON can hold"
