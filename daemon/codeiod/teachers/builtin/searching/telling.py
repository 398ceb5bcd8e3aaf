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


def tell(known: str, trials: Sequence[Trial], is_found: bool, rng: random.Random) -> str:
    """Write the reasoning and the answer: the best trial, or an empty object without any."""
    if not trials:
        return f"No input could be drawn to try, so the answer is open.\n\n{_answer({})}"
    # An answer that was wrong is not given again, however near it came.
    others = [trial for trial in trials if trial.why is not Why.EARLIER]
    best = min(others or trials, key=lambda trial: trial.distance)
    first = _first_trials(trials, best)
    steps = _steps(trials, first, best)
    silent = list(trials).index(best) - len(first) - len(steps)
    told = [
        _goal(known, rng) + (_opening(rng) if first else ""),
        *(_given(trial, rng) for trial in first),
        *(_step(trial, rng) for trial in steps),
        _end(known, best, rng, silent) if is_found else _guess(known, len(trials), best),
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
    )


def _opening(rng: random.Random) -> str:
    return rng.choice(
        (
            " First I see how the output depends on the arguments.",
            " To begin with, some inputs of the described kind.",
            " A few trials show how the function behaves.",
        )
    )


def _first_trials(trials: Sequence[Trial], best: Trial) -> list[Trial]:
    """Return the answer that was wrong, and the first drawn inputs, up to the best one."""
    first = [trial for trial in trials if trial.why in (Why.EARLIER, Why.DRAWN)][:MAX_TOLD_DRAWS]
    return first[: first.index(best)] if best in first else first


def _given(trial: Trial, rng: random.Random) -> str:
    shown = json.dumps(trial.arguments)
    if not trial.returned:
        return f"- With {shown} the call {trial.ended}."
    if trial.why is Why.EARLIER:
        return f"- My earlier answer {shown} gives {trial.json}."
    opening = rng.choice(("With", "For", "Given"))
    return f"- {opening} {shown} it gives {trial.json}."


def _steps(trials: Sequence[Trial], first: Sequence[Trial], best: Trial) -> list[Trial]:
    """Return the last trials that came nearer than all before, up to the best."""
    nearer: list[Trial] = []
    record = min((trial.distance for trial in first), default=float("inf"))
    for trial in trials:
        if trial.distance < record and trial.returned:
            record = trial.distance
            nearer.append(trial)
    return [trial for trial in nearer if trial is not best][-MAX_TOLD_STEPS:]


def _step(trial: Trial, rng: random.Random) -> str:
    shown = json.dumps(trial.arguments)
    if trial.why is Why.LED:
        return f"In these trials {trial.lead}. That suggests {shown}; it gives {trial.json}."
    if trial.why is Why.ADJUSTED:
        opening = rng.choice(("Changing it a little,", "Adjusted to", "One step further,"))
        return f"{opening} {shown} gives {trial.json}, which is nearer."
    opening = rng.choice(("Nearer is", "Another one,", "Better:"))
    return f"{opening} {shown}, which gives {trial.json}."


def _guess(known: str, trials: int, best: Trial) -> str:
    gave = f"which gives {best.json}" if best.returned else f"with which it {best.ended}"
    return (
        f"None of the {trials} inputs that I tried gives {known}. The nearest is "
        f"{json.dumps(best.arguments)}, {gave}; so this answer is only my best guess."
    )


def _end(known: str, best: Trial, rng: random.Random, silent: int) -> str:
    """Say which trial is the answer, and how many there were before it that were not told."""
    shown = json.dumps(best.arguments)
    if best.why is Why.LED:
        return (
            f"In these trials {best.lead}. For the wanted output that asks for {shown}: "
            f"and this call gives {known}, as wanted."
        )
    opening = f"After {silent} more that do not," if silent > 1 else "Then"
    return f"{opening} {shown} gives {known}, " + rng.choice(
        ("exactly what is wanted.", "so these arguments fit.", "and that is what is wanted.")
    )
