"""From the wanted output back to an argument, by a relation that held in every trial.

Imports ``items``; pure. A relation ties one argument to the output, or to one part of it; where it
held in all trials, the argument that it asks for is worth a try, and is a reason to give.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any

from codeiod.items import canonical

MIN_TRIALS = 3
MAX_PARTS = 24

Path = tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class Relation:
    """One way in which an argument and a part of the output may hang together.

    ``told`` ends "the output is ...", with the argument's name in it; ``invert`` gets the wanted
    part and the argument of a trial, and raises where there is no such argument.
    """

    told: str
    holds: Callable[[Any, Any], bool]
    invert: Callable[[Any, Any], Any]


@dataclass(frozen=True, slots=True)
class Lead:
    """What a relation asks of one argument."""

    name: str
    value: Any
    told: str


def _resized(size: int, example: Sequence[Any]) -> Any:
    if not 0 <= size < 20 or (not example and size):
        raise ValueError("no such length")
    repeated = [example[i % len(example)] for i in range(size)]
    return "".join(repeated) if isinstance(example, str) else repeated


def _same(a: Any, b: Any) -> bool:
    return type(a) is type(b) and bool(a == b)


def _integer(text: str) -> int:
    if str(int(text)) != text:
        raise ValueError("not written so")
    return int(text)


_RELATIONS = (
    Relation("`{0}` itself", _same, lambda o, _: o),
    Relation("`{0}` in sorted order", lambda a, o: _same(sorted(a), o), lambda o, _: o),
    Relation(
        "`{0}` in descending order",
        lambda a, o: _same(sorted(a, reverse=True), o),
        lambda o, _: o,
    ),
    Relation("`{0}` reversed", lambda a, o: _same(a[::-1], o), lambda o, _: o[::-1]),
    Relation("the length of `{0}`", lambda a, o: _same(len(a), o), _resized),
    Relation("the sum of `{0}`", lambda a, o: _same(sum(a), o), lambda o, _: [o]),
    Relation("the largest of `{0}`", lambda a, o: _same(max(a), o), lambda o, a: _filled(o, a)),
    Relation("the smallest of `{0}`", lambda a, o: _same(min(a), o), lambda o, a: _filled(o, a)),
    Relation("the first of `{0}`", lambda a, o: _same(a[0], o), lambda o, a: _filled(o, a)),
    Relation("the last of `{0}`", lambda a, o: _same(a[-1], o), lambda o, a: _filled(o, a)),
    Relation("`{0}` written as a text", lambda a, o: _same(str(a), o), lambda o, _: _integer(o)),
    Relation("`{0}` read as a number", lambda a, o: _same(int(a), o), lambda o, _: str(o)),
    Relation("`{0}` in capitals", lambda a, o: _same(a.upper(), o), lambda o, _: o),
    Relation("`{0}` in small letters", lambda a, o: _same(a.lower(), o), lambda o, _: o),
    Relation("`{0}` without its outer spaces", lambda a, o: _same(a.strip(), o), lambda o, _: o),
    Relation(
        "the different members of `{0}`, sorted",
        lambda a, o: _same(sorted(set(a)), o),
        lambda o, _: o,
    ),
    Relation("as long as `{0}`", lambda a, o: len(a) == len(o), lambda o, a: _resized(len(o), a)),
)
_MISFIT = (TypeError, ValueError, AttributeError, IndexError, KeyError, OverflowError)


def _filled(member: Any, example: Any) -> Any:
    return member if isinstance(example, str) else [member]


def leads(trials: Sequence[tuple[dict[str, Any], Any]], wanted: Any) -> list[Lead]:
    """Return what the relations that held in all trials ask for, the whole output's first.

    :param trials: arguments and output of calls that returned.
    """
    if len(trials) < MIN_TRIALS:
        return []
    names = list(trials[0][0])
    found = [
        lead
        for path in islice(_paths(wanted), MAX_PARTS)
        for name in names
        for lead in _leads_at(trials, wanted, path, name)
    ]
    for name in names:
        found += _place_by_place(trials, wanted, name)
    return found


def _place_by_place(
    trials: Sequence[tuple[dict[str, Any], Any]], wanted: Any, name: str
) -> Iterator[Lead]:
    """Look up, member by member, what has led to each member of the wanted list or text."""
    if not isinstance(wanted, list | str):
        return
    leads_to: dict[str, str] = {}
    comes_from: dict[str, Any] = {}
    for arguments, output in trials:
        argument = arguments.get(name)
        if not isinstance(argument, list | str) or type(output) is not type(wanted):
            return
        if len(argument) != len(output):
            return
        for before, after in zip(argument, output, strict=True):
            if leads_to.setdefault(canonical(before), canonical(after)) != canonical(after):
                return
            comes_from.setdefault(canonical(after), before)
    try:
        members = [comes_from[canonical(member)] for member in wanted]
    except KeyError:
        return
    value = "".join(members) if isinstance(trials[0][0][name], str) else members
    yield Lead(name, value, f"each place of the output hangs on the same place of `{name}` alone")


def _leads_at(
    trials: Sequence[tuple[dict[str, Any], Any]], wanted: Any, path: Path, name: str
) -> Iterator[Lead]:
    try:
        tied = [(arguments[name], _part(output, path)) for arguments, output in trials]
    except _MISFIT:
        return
    if len({canonical(part) for _, part in tied}) < MIN_TRIALS:
        return  # what hardly varies shows no relation
    target, example = _part(wanted, path), tied[0][0]
    where = f"{_named(path)} is "
    for relation in _RELATIONS:
        if all(_holds(relation, argument, part) for argument, part in tied):
            try:
                value = relation.invert(target, example)
            except _MISFIT:
                continue
            if type(value) is type(example):
                yield Lead(name, value, where + relation.told.format(name))
                return
    yield from _proportional(tied, target, name, where)


def _holds(relation: Relation, argument: Any, part: Any) -> bool:
    try:
        return relation.holds(argument, part)
    except _MISFIT:
        return False


def _proportional(
    tied: Sequence[tuple[Any, Any]], target: Any, name: str, where: str
) -> Iterator[Lead]:
    """Find ``output = factor * argument + constant`` among whole numbers."""
    if not all(type(a) is int and type(o) is int for a, o in tied) or type(target) is not int:
        return
    (a0, o0), (a1, o1) = tied[0], next((t for t in tied if t[0] != tied[0][0]), tied[0])
    if a0 == a1 or (o1 - o0) % (a1 - a0) or o0 == o1:
        return
    factor = (o1 - o0) // (a1 - a0)
    constant = o0 - factor * a0
    if all(o == factor * a + constant for a, o in tied) and (target - constant) % factor == 0:
        told = f"{factor} times `{name}`" + (f" plus {constant}" if constant else "")
        yield Lead(name, (target - constant) // factor, where + told)


def _paths(value: Any) -> Iterator[Path]:
    """Give the whole and its parts, two levels deep."""
    yield ()
    for key, member in _members(value):
        yield (key,)
        for inner, _ in _members(member):
            yield (key, inner)


def _members(value: Any) -> Iterator[tuple[str | int, Any]]:
    if isinstance(value, dict):
        yield from value.items()
    elif isinstance(value, list):
        yield from enumerate(value)


def _part(value: Any, path: Path) -> Any:
    for key in path:
        value = value[key]
    return value


def _named(path: Path) -> str:
    if not path:
        return "the output"
    return "`output" + "".join(f"[{key!r}]" for key in path) + "`"
