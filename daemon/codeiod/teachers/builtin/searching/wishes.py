"""Inputs that are worth trying for a reason: what relations ask, what undoes, what is neutral.

Imports its neighbours; pure.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import islice, pairwise, product
from typing import Any

from codeiod.items import canonical
from codeiod.teachers.builtin.searching.backwards import Lead
from codeiod.teachers.builtin.searching.materials import materials
from codeiod.teachers.builtin.searching.trying import Trial, Why, Wish

MAX_TOGETHER = 24
MAX_BACK = 12
MAX_PRODUCT = 10_000
MAX_PRODUCTS = 2


def led(bases: Sequence[dict[str, Any]], found: Sequence[Lead], wanted: Any) -> Iterator[Wish]:
    """Give inputs with what the leads ask of each argument, then with what the output holds."""
    first: dict[str, Lead] = {}
    for lead in found:
        first.setdefault(lead.name, lead)
    for base in bases:
        if len(first) > 1:
            together = base | {name: lead.value for name, lead in first.items()}
            yield Wish(together, Why.LED, " and ".join(lead.told for lead in first.values()))
        for lead in found:
            yield Wish(base | {lead.name: lead.value}, Why.LED, lead.told)
    for base in bases[:1]:
        yield from _made(base, wanted)


def _made(base: dict[str, Any], wanted: Any) -> Iterator[Wish]:
    """Put what can be made of the wanted output into each argument alone, and into two."""
    made = {name: materials(value, wanted) for name, value in base.items()}
    for name, values in made.items():
        for value, told in values:
            yield Wish(base | {name: value}, Why.MADE, f"`{name}` may be {told}")
    names = [name for name, values in made.items() if values]
    for one, other in islice(pairwise(names), 2):
        pairs = sorted(
            product(enumerate(made[one]), enumerate(made[other])), key=lambda p: p[0][0] + p[1][0]
        )
        yield from _factors(base, one, other, wanted)
        for (_, (first, told)), (_, (second, told_too)) in pairs[:MAX_TOGETHER]:
            both = base | {one: first, other: second}
            yield Wish(both, Why.MADE, f"`{one}` may be {told} and `{other}` {told_too}")


def _factors(base: dict[str, Any], one: str, other: str, wanted: Any) -> Iterator[Wish]:
    """Give two whole numbers whose product is a number in the wanted output."""
    if type(base[one]) is not int or type(base[other]) is not int:
        return
    numbers = [value for value, _ in materials(base[one], wanted) if 1 < value <= MAX_PRODUCT]
    for number in numbers[:MAX_PRODUCTS]:
        told = f"`{one}` times `{other}` may be {number}, from the wanted output"
        divisors = [d for d in range(2, number) if number % d == 0]
        for divisor in divisors[:MAX_BACK]:
            both = {one: divisor, other: number // divisor}
            yield Wish(base | both, Why.MADE, told)


def undone(trials: Sequence[Trial], wanted: Any) -> Iterator[Wish]:
    """Give inputs that undo what the wanted output led to, and those with a neutral partner."""
    for trial in [t for t in trials if t.why in (Why.LED, Why.MADE)][:MAX_BACK]:
        for name, value in trial.arguments.items():
            if canonical(value) == canonical(wanted) and type(trial.value) is type(value):
                told = f"{trial.json} is what the wanted output itself as `{name}` leads to"
                for back in (_rounded(trial.value), trial.value):
                    for other in _switched(trial.arguments | {name: back}):
                        yield Wish(other, Why.MADE, f"{told}; given back, it may undo that")
    if trials:
        yield from _with_neutral(trials[0].arguments, wanted)


def _switched(arguments: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield arguments
    for name, value in arguments.items():
        if isinstance(value, bool):
            yield arguments | {name: not value}


def _rounded(value: Any) -> Any:
    if isinstance(value, list):
        return [_rounded(member) for member in value]
    return round(value) if isinstance(value, float) else value


def _with_neutral(base: dict[str, Any], wanted: Any) -> Iterator[Wish]:
    """Give the wanted output to one argument and what changes nothing to the others."""
    for name, value in base.items():
        others = [other for other in base if other != name]
        if type(value) is not type(wanted) or not others:
            continue
        for number in (0, 1):
            neutral = {other: _neutral(base[other], wanted, number) for other in others}
            told = f"`{name}` may pass as it is where the others change nothing"
            yield Wish(base | neutral | {name: wanted}, Why.MADE, told)


def _neutral(value: Any, wanted: Any, number: int) -> Any:
    if isinstance(value, bool) or value is None:
        return value
    if isinstance(value, int | float):
        return type(value)(number)
    if isinstance(value, str):
        return ""
    if isinstance(value, list) and any(isinstance(row, list) for row in value):
        rows = wanted if isinstance(wanted, list) and wanted else [wanted]
        size = len(rows[0] if isinstance(rows[0], list) and not number else rows)
        return [[int(down == across) for across in range(size)] for down in range(size)]
    return [] if isinstance(value, list) else value
