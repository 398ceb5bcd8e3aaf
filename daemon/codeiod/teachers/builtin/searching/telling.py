"""Tell a search as a person reasons: what the code asks, what was tried, what that suggested.

Imports its neighbours; pure. Only calls that were made are told, each once, with what it gave.
"""

from __future__ import annotations

import json
import random
from collections.abc import Sequence
from typing import Any

from codeiod.items import canonical
from codeiod.teachers.builtin.searching.nearness import compared
from codeiod.teachers.builtin.searching.regularities import regularities
from codeiod.teachers.builtin.searching.trying import ENDLESS, Trial, Why

MAX_TOLD_DRAWS = 3
MAX_TOLD_STEPS = 5
MAX_REGULARITIES = 2
OFF = "0.05% (or a millionth)"


def tell(
    known: str, wanted: Any, trials: Sequence[Trial], why: Sequence[str], rng: random.Random
) -> str:
    """Write the reasoning and the answer: the best trial, or an empty object without any.

    :param why: sentences on what the code asks of an input, to give the wanted output.
    """
    goal = " ".join([_goal(known, rng), *_backwards(why, rng)])
    # An answer that was wrong is not given again, however near it came.
    others = [trial for trial in trials if trial.why is not Why.EARLIER]
    if not others:
        return f"{goal}\nNo input could be drawn to try, so the answer is open.\n\n{_answer({})}"
    best = min(others, key=lambda trial: (trial.distance, trial.ended == ENDLESS))
    return (
        "\n".join([goal, *_told(known, wanted, trials, best, rng)])
        + "\n\n"
        + _answer(best.arguments)
    )


def _told(
    known: str, wanted: Any, trials: Sequence[Trial], best: Trial, rng: random.Random
) -> list[str]:
    first = _first_trials(trials, best)
    steps = _steps(trials, first, best, wanted)
    lines = [_earlier(trial, wanted) for trial in first if trial.why is Why.EARLIER]
    drawn = [trial for trial in first if trial.why is Why.DRAWN]
    if drawn:
        lines += [_opening(rng), *(_given(trial, rng) for trial in drawn)]
    lines += _seen(trials, wanted)
    last = first[-1] if first else None
    for step in steps:
        lines.append(_step(step, wanted, last, rng))
        last = step
    if best.distance == 0.0:
        silent = list(trials).index(best) - len(first) - len(steps)
        lines.append(_end(known, wanted, best, last, silent, rng))
    else:
        lines.append(_guess(known, wanted, best))
    return lines


def _answer(arguments: dict[str, Any]) -> str:
    return f'```json\n{{"input": {json.dumps(arguments)}}}\n```'


def _goal(known: str, rng: random.Random) -> str:
    return rng.choice(
        (
            f"The task is to find arguments for which the call returns {known}.",
            f"We need an input that makes the function return {known}.",
            f"Which arguments lead to {known}? Let me work towards them.",
        )
    )


def _backwards(why: Sequence[str], rng: random.Random) -> list[str]:
    if not why:
        return []
    opening = rng.choice(
        (
            "Backwards from the code:",
            "I start at the end of the code.",
            "First, what the code asks for:",
        )
    )
    return [opening, *why]


def _opening(rng: random.Random) -> str:
    return rng.choice(
        (
            "To see how the output depends on the arguments, some inputs of the described kind:",
            "To begin with, some inputs of the described kind:",
            "A few trials show how the function behaves:",
        )
    )


def _first_trials(trials: Sequence[Trial], best: Trial) -> list[Trial]:
    """Return the answer that was wrong, and some drawn inputs with different outputs."""
    first: list[Trial] = []
    seen: set[str] = set()
    for trial in trials:
        if trial is best or len(first) == MAX_TOLD_DRAWS:
            break
        gave = trial.json or trial.ended
        if trial.why in (Why.EARLIER, Why.DRAWN) and gave not in seen:
            first.append(trial)
            seen.add(gave)
    return first


def _shown(trial: Trial) -> str:
    return json.dumps(trial.arguments)


def _earlier(trial: Trial, wanted: Any) -> str:
    if not trial.returned:
        return f"My earlier answer can't stand: with {_shown(trial)} the call {trial.ended}."
    apart = compared(wanted, trial.value)
    told = f" ({apart})" if apart else ""
    return f"My earlier answer {_shown(trial)} gives {trial.json}{told}, so I go on from there."


def _given(trial: Trial, rng: random.Random) -> str:
    if not trial.returned:
        return f"- With {_shown(trial)} the call {trial.ended}."
    return f"- {rng.choice(('With', 'For', 'Given'))} {_shown(trial)} it gives {trial.json}."


def _seen(trials: Sequence[Trial], wanted: Any) -> list[str]:
    """Say what held in every trial, and what it asks of the arguments."""
    told = [found.told for found in regularities(trials, wanted)[:MAX_REGULARITIES]]
    return [f"In all trials {'; and '.join(told)}."] if told else []


def _steps(
    trials: Sequence[Trial], first: Sequence[Trial], best: Trial, wanted: Any
) -> list[Trial]:
    """Return the last trials that came nearer than all before, up to the best.

    Of those that compare with the wanted output in the same words, the nearest alone.
    """
    nearer: dict[str, Trial] = {}
    record = min((trial.distance for trial in first), default=float("inf"))
    for trial in trials:
        if trial is best:
            break
        if trial.distance < record and trial.returned and trial not in first:
            record = trial.distance
            apart = compared(wanted, trial.value)
            nearer.pop(apart, None)
            nearer[apart] = trial
    return list(nearer.values())[-MAX_TOLD_STEPS:]


def _step(trial: Trial, wanted: Any, last: Trial | None, rng: random.Random) -> str:
    apart = compared(wanted, trial.value)
    gives = f"{trial.json}" + (f": {apart}" if apart else "")
    if trial.why is Why.LED:
        return (
            f"In the trials so far {trial.lead}. That suggests {_shown(trial)}; it gives {gives}."
        )
    if trial.why is Why.MADE:
        return f"{_sentence(trial.lead)}: {_shown(trial)} gives {gives}."
    if trial.why is Why.ADJUSTED:
        return f"{_change(trial, last, rng)} {_shown(trial)} gives {gives}."
    opening = rng.choice(("Another input of that kind, {},", "One more draw, {},", "After that {}"))
    return f"{opening.format(_shown(trial))} gives {gives}."


def _change(trial: Trial, last: Trial | None, rng: random.Random) -> str:
    """Say which arguments are other than in the trial that was told before."""
    if last is None or last.arguments.keys() != trial.arguments.keys():
        return "Changed a little,"
    before, after = last.arguments, trial.arguments
    names = [f"`{n}`" for n in after if canonical(before[n]) != canonical(after[n])]
    if len(names) == len(after) > 1:
        return "Changing all of it,"
    told = ", ".join(names[:-1]) + (" and " if len(names) > 1 else "") + names[-1]
    return rng.choice(("With another {},", "Changing {},", "I change {}:")).format(told)


def _sentence(told: str) -> str:
    return told[:1].upper() + told[1:]


def _guess(known: str, wanted: Any, best: Trial) -> str:
    apart = compared(wanted, best.value) if best.returned else ""
    gave = f"which gives {best.json}" if best.returned else f"with which the call {best.ended}"
    told = f" ({apart})" if apart else ""
    return (
        f"Nothing that I worked through gives {known}. What comes nearest is {_shown(best)}, "
        f"{gave}{told}; so this answer is only my best guess."
    )


def _end(
    known: str, wanted: Any, best: Trial, last: Trial | None, silent: int, rng: random.Random
) -> str:
    """Say which trial is the answer, and how it was come by."""
    gives = f"gives {known}"
    if canonical(best.value) != canonical(wanted):
        gives = f"gives {best.json}, where no number is off by more than {OFF}"
    if best.why is Why.LED:
        return (
            f"In the trials so far {best.lead}. So I take {_shown(best)}: this {gives}, as wanted."
        )
    if best.why is Why.MADE:
        return f"{_sentence(best.lead)}. So I try {_shown(best)}, and it {gives}, as wanted."
    if last is None and not silent:
        return f"Already a first input of the described kind fits: {_shown(best)} {gives}."
    opening = f"After {silent} more that give something else," if silent > 1 else "Then"
    if best.why is Why.ADJUSTED:
        opening = _change(best, last, rng)
    ending = rng.choice(("exactly what is wanted.", "so these arguments fit.", "as wanted."))
    return f"{opening} {_shown(best)} {gives}, {ending}"
