"""Work the output out piece by piece: the places of a text or list, the words of a text.

Imports its neighbour ``trying``; pure. Where every place of the output hangs on the same place of
an argument, a table of what each value leads to, place by place, gives the argument at once.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from codeiod.items import canonical
from codeiod.teachers.builtin.searching.trying import Trial

MIN_TRIALS = 3
MAX_ALPHABET = 56
MAX_DROPPED = 4
MAX_WORDS = 4
MAX_WORD_CHARACTERS = 14


def placewise(trials: Sequence[Trial], wanted: Any) -> list[str]:
    """Name the arguments that were as long as the output, of the same kind, in every trial."""
    if len(trials) < MIN_TRIALS or not isinstance(wanted, str | list) or len(wanted) < 2:
        return []
    return [
        name
        for name in trials[0].arguments
        if all(_goes_along(trial, name, wanted) for trial in trials)
        and len({len(trial.value) for trial in trials}) > 1
    ]


def _goes_along(trial: Trial, name: str, wanted: Any) -> bool:
    given: Any = trial.arguments.get(name)
    is_alike = type(given) is type(trial.value) is type(wanted)
    return is_alike and len(given) == len(trial.value)


def table(base: Trial, name: str, wanted: Any, trials: Sequence[Trial]) -> list[dict[str, Any]]:
    """Give inputs that hold one value at all places where the base's output is wrong."""
    given = base.arguments[name]
    wrong = [i for i, member in enumerate(wanted) if not _is_at(base.value, i, member)]
    made = []
    for value in _alphabet(name, wanted, trials):
        members = list(given)
        for index in wrong:
            if _is_alike(members[index], value):
                members[index] = value
        made.append(base.arguments | {name: _as(given, members)})
    return made


def filled(base: Trial, name: str, wanted: Any, trials: Sequence[Trial]) -> dict[str, Any]:
    """Take for each place a value that has led to what is wanted there."""
    members = list(base.arguments[name])
    for index, member in enumerate(wanted):
        if _is_at(base.value, index, member):
            continue
        for trial in reversed(trials):
            given: Any = trial.arguments.get(name)
            if type(given) is not type(wanted) or len(given) != len(wanted):
                continue
            if _is_at(trial.value, index, member):
                members[index] = given[index]
                break
    return base.arguments | {name: _as(base.arguments[name], members)}


def _alphabet(name: str, wanted: Any, trials: Sequence[Trial]) -> list[Any]:
    """Return the values to try: those of the wanted output and of the trials; for letters, all."""
    seen = list(wanted)
    for trial in trials[:20]:
        seen += trial.arguments[name]
    if isinstance(wanted, str):
        letters = sorted({c for c in seen if c.isascii() and c.isalpha()})
        if letters:
            seen = [c for c in seen if not c.isalpha()]
            alphabet = "abcdefghijklmnopqrstuvwxyz"
            small = alphabet if any(map(str.islower, wanted)) else ""
            large = alphabet.upper() if any(map(str.isupper, wanted)) else ""
            seen = [*small, *large, *seen]
    return list({canonical(value): value for value in seen}.values())[:MAX_ALPHABET]


def _is_alike(one: Any, other: Any) -> bool:
    if isinstance(one, str) and isinstance(other, str) and len(one) == len(other) == 1:
        return (one.islower(), one.isupper(), one.isspace()) == (
            other.islower(),
            other.isupper(),
            other.isspace(),
        )
    return type(one) is type(other)


def _is_at(value: Any, index: int, member: Any) -> bool:
    if not isinstance(value, str | list) or index >= len(value):
        return False
    return canonical(value[index]) == canonical(member)


def _as(example: Any, members: list[Any]) -> Any:
    return "".join(members) if isinstance(example, str) else members


def words(wanted: Any) -> list[str]:
    """Return the different words of a wanted text, if they are few and short."""
    if not isinstance(wanted, str):
        return []
    found = list(dict.fromkeys(wanted.split()))
    fits = len(found) <= MAX_WORDS and all(len(word) <= MAX_WORD_CHARACTERS for word in found)
    return found if fits and found else []


def sources(word: str) -> Iterator[str]:
    """Give words that a word may have been made of: its letters turned round, without an end."""
    low = word.lower()
    for dropped in range(MAX_DROPPED + 1):
        part = low[: len(low) - dropped]
        for turn in range(max(1, min(len(part), 8))):
            turned = part[turn:] + part[:turn]
            turned_back = part[len(part) - turn :] + part[: len(part) - turn]
            for made in dict.fromkeys((turned, turned_back)):
                if made:
                    yield made.capitalize() if word[:1].isupper() else made
