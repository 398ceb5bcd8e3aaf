"""Tell a search as a person reasons: what was tried, what it gave, what that suggested.

Imports ``items``; pure. Only calls that were made are told, each with what it gave.
"""

from __future__ import annotations

import json
import random
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

MAX_TOLD_DRAWS = 3
MAX_TOLD_STEPS = 6


class Why(StrEnum):
    """What suggested a trial."""

    EARLIER = "earlier"
    DRAWN = "drawn"
    LED = "led"
    ADJUSTED = "adjusted"


@dataclass(frozen=True, slots=True)
class Trial:
    """One call that was made. ``json`` is what it returned, ``""`` where it returned nothing."""

    arguments: dict[str, Any]
    why: Why
    lead: str
    value: Any
    json: str
    distance: float

    @property
    def returned(self) -> bool:
        return bool(self.json)


def tell(known: str, trials: Sequence[Trial], is_found: bool, rng: random.Random) -> str:
    """Write the reasoning and the answer: the best trial, or an empty object without any."""
    if not trials:
        return f"No input could be drawn to try, so the answer is open.\n\n{_answer({})}"
    best = min(trials, key=lambda trial: trial.distance)
    told = [
        _goal(known, rng),
        *_first_trials(trials, best, rng),
        *_steps(trials, best, rng),
        _end(known, trials, best, is_found, rng),
    ]
    return "\n".join(told) + "\n\n" + _answer(best.arguments)


def _answer(arguments: dict[str, Any]) -> str:
    return f'```json\n{{"input": {json.dumps(arguments)}}}\n```'


def _goal(known: str, rng: random.Random) -> str:
    return rng.choice(
        (
            f"The task is to find arguments for which the result is {known}.",
            f"We need an input that makes the function return {known}.",
            f"Which arguments lead to {known}? Let me work towards them.",
        )
    ) + rng.choice(
        (
            " First I see how the result depends on the arguments.",
            " To begin with, some inputs of the described kind.",
            " A few trials show how the function behaves.",
        )
    )


def _first_trials(trials: Sequence[Trial], best: Trial, rng: random.Random) -> list[str]:
    """Tell the answer that was wrong, and the first drawn inputs."""
    first = [trial for trial in trials if trial.why in (Why.EARLIER, Why.DRAWN)]
    told = []
    for trial in first[:MAX_TOLD_DRAWS]:
        if trial is best:
            break
        told.append(_given(trial, rng))
    return told


def _given(trial: Trial, rng: random.Random) -> str:
    shown = json.dumps(trial.arguments)
    if not trial.returned:
        return f"- With {shown} the call does not end in a result."
    if trial.why is Why.EARLIER:
        return f"- My earlier answer {shown} gives {trial.json}."
    opening = rng.choice(("With", "For", "Given"))
    return f"- {opening} {shown} the result is {trial.json}."


def _steps(trials: Sequence[Trial], best: Trial, rng: random.Random) -> list[str]:
    """Tell the trials that came nearer than all before, up to the best."""
    nearer: list[Trial] = []
    record = float("inf")
    for trial in trials:
        if trial.distance < record and trial.returned:
            record = trial.distance
            nearer.append(trial)
    told = [_step(trial, rng) for trial in nearer[1:] if trial is not best]
    return told[-MAX_TOLD_STEPS:]


def _step(trial: Trial, rng: random.Random) -> str:
    shown = json.dumps(trial.arguments)
    if trial.why is Why.LED:
        return f"In these trials {trial.lead}. That suggests {shown}; it gives {trial.json}."
    if trial.why is Why.ADJUSTED:
        opening = rng.choice(("Changing it a little,", "Adjusted to", "One step further,"))
        return f"{opening} {shown} gives {trial.json}, which is nearer."
    opening = rng.choice(("Nearer is", "Another one,", "Better:"))
    return f"{opening} {shown}, which gives {trial.json}."


def _end(
    known: str, trials: Sequence[Trial], best: Trial, is_found: bool, rng: random.Random
) -> str:
    shown = json.dumps(best.arguments)
    if not is_found:
        gave = f"which gives {best.json}" if best.returned else "which gives no result"
        return (
            f"None of the {len(trials)} inputs that I tried gives {known}. The nearest is {shown}, "
            f"{gave}; so this answer is only my best guess."
        )
    if best.why is Why.LED:
        return (
            f"In these trials {best.lead}. For the wanted result that asks for {shown}: "
            f"and this call gives {known}, as wanted."
        )
    opening = rng.choice(("Finally,", "Then", "Next,")) if len(trials) > 1 else "Right away,"
    return f"{opening} {shown} gives {known}, " + rng.choice(
        ("exactly what is wanted.", "so these arguments fit.", "and that is the wanted result.")
    )
