"""What held in every trial of a search, and what it asks of the input.

Imports ``items`` and its neighbour ``trying``; pure. Said as what was seen, never as a law.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from codeiod.items import canonical
from codeiod.teachers.builtin.searching.trying import Trial, Why

MIN_TRIALS = 5
MAX_SHOWN = 60


@dataclass(frozen=True, slots=True)
class Regularity:
    """What was seen, as a sentence, and the argument that it is about."""

    name: str
    told: str


def regularities(trials: Sequence[Trial], wanted: Any) -> list[Regularity]:
    """Return what the outputs of all trials had in common with an argument."""
    returned = [trial for trial in trials if trial.returned]
    if len(returned) < MIN_TRIALS or not isinstance(wanted, list | str):
        return []
    found = []
    for name in returned[0].arguments:
        if _everywhere(returned, name, _is_as_long) and _varies(returned):
            found.append(Regularity(name, _length(trials, name, wanted)))
        elif wanted and _everywhere(returned, name, _holds_all) and _varies(returned):
            what = "character" if isinstance(wanted, str) else "member"
            asked = _shown(list(dict.fromkeys(wanted)) if isinstance(wanted, str) else wanted)
            if asked:
                told = f"every {what} of the output also stands in `{name}`, so it needs {asked}"
                found.append(Regularity(name, told))
    return found


def _length(trials: Sequence[Trial], name: str, wanted: Any) -> str:
    size = len(wanted)
    what = "characters" if isinstance(trials[0].arguments.get(name), str) else "members"
    told = f"the output is as long as `{name}`, so {size} {what[:-1] if size == 1 else what} it is"
    drawn = [trial for trial in trials if trial.why is Why.DRAWN]
    fitting = sum(len(trial.arguments.get(name, ())) == size for trial in drawn)
    if drawn and 0 < fitting < len(drawn):
        has = "has" if fitting == 1 else "have"
        told += f", which {fitting} of the {len(drawn)} inputs that were drawn {has}"
    return told


def _everywhere(trials: Sequence[Trial], name: str, holds: Any) -> bool:
    return all(holds(trial.arguments.get(name), trial.value) for trial in trials)


def _varies(trials: Sequence[Trial]) -> bool:
    return len({len(trial.value) for trial in trials}) > 2


def _is_as_long(argument: Any, output: Any) -> bool:
    sized = isinstance(argument, list | str) and isinstance(output, list | str)
    return sized and len(argument) == len(output)


def _holds_all(argument: Any, output: Any) -> bool:
    if isinstance(argument, str) and isinstance(output, str):
        return set(output) <= set(argument)
    if isinstance(argument, list) and isinstance(output, list):
        return set(map(canonical, output)) <= set(map(canonical, argument))
    return False


def _shown(value: Any) -> str:
    text = repr(value) if isinstance(value, list) else ""
    return text if len(text) <= MAX_SHOWN else ""
