"""What a trace tells of a name, a part of what it names, or a call: each value, and when.

May import ``claim_reading``, ``literals``, ``plain_values``, ``values`` and the sandbox's values.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from codeiod.stages.claim_reading import CallClaim, Claim, NameClaim, Path, read_path
from codeiod.stages.literals import Literal, read_literal
from codeiod.stages.plain_values import has_float, is_close, key_of, member_of, plain
from codeiod.stages.values import parse
from codeiod_sandbox.traces import Effect, Part, Shown, Step, StepKind, Trace

_MAX_LOOSE = 300
"""Distinct values with floats, of one name, that are compared one by one."""


@dataclass(slots=True)
class Told:
    """All values that a name, a part of it or a call takes in a trace."""

    is_whole: bool = True
    moments: list[tuple[int, Literal]] = field(default_factory=list)
    exact: dict[str, list[int]] = field(default_factory=dict)
    loose: dict[str, tuple[Any, list[int]]] = field(default_factory=dict)

    def add(self, place: int, literal: Literal) -> None:
        self.moments.append((place, literal))
        value = literal.value
        key = key_of(value)
        self.exact.setdefault(key, []).append(place)
        if has_float(value):
            if key not in self.loose and len(self.loose) >= _MAX_LOOSE:
                self.is_whole = False
                return
            self.loose.setdefault(key, (value, []))[1].append(place)

    def find(self, claimed: Literal, place: int) -> int | None:
        """Return where the value is shown: from `place` on if it is there, else anywhere."""
        # A text may be told without its quotation marks.
        keys = (key_of(plain(claimed.value)), key_of(claimed.text))
        places = self.exact.get(keys[0]) or self.exact.get(keys[1]) or []
        if not places:
            near = (shown for value, shown in self.loose.values() if is_close(value, claimed))
            places = sorted(place for shown in near for place in shown)
        if not places:
            return None
        later = bisect_left(places, place)
        return places[later] if later < len(places) else places[-1]

    def near(self, place: int) -> tuple[int, Literal]:
        """Return the next moment from a place on, or else the last one before it.

        :raises IndexError: there is none; what is told whole has one.
        """
        later = [moment for moment in self.moments if moment[0] >= place]
        return later[0] if later else self.moments[-1]


class Testimony:
    """A trace, to be asked for the values of names."""

    def __init__(self, trace: Trace) -> None:
        self._told: dict[object, Told] = {}
        self._changes: dict[str, list[tuple[int, Shown, tuple[Part, ...]]]] = {}
        for place, step in enumerate(trace.steps):
            for change in step.changes:
                row = (place, change.value, change.parts)
                self._changes.setdefault(change.name, []).append(row)
        self.names = self._changes.keys()
        self._calls: dict[str, list[Step]] = {}
        self._returns: dict[int, tuple[int, Shown]] = {}
        for place, step in enumerate(trace.steps):
            if step.kind is StepKind.CALL:
                self._calls.setdefault(step.function.rpartition(".")[2], []).append(step)
            elif step.kind is StepKind.RETURN and step.value:
                self._returns[step.frame] = (place, step.value)
        self.functions = self._calls.keys()
        self.parameters = [change.name for step in trace.steps[:1] for change in step.changes]
        """Of the outermost call, in their order."""
        self.before_the_return = _before_the_return(trace.steps)
        """The place of the last step before the outermost return statement begins."""

    def of(self, claim: Claim) -> Told:
        """Return what the trace tells of a claim's subject."""
        subject: object
        if isinstance(claim, NameClaim):
            subject = (claim.name, repr(claim.path))
            values = self._values_of(claim.name, claim.path)
        else:
            subject = claim.target
            values = self._values_of_call(claim)
        if subject not in self._told:
            told = self._told[subject] = Told()
            for place, value in values:
                if value is None:
                    told.is_whole = False
                else:
                    told.add(place, value)
            told.is_whole = told.is_whole and bool(told.moments)
        return self._told[subject]

    def _values_of(self, name: str, path: Path) -> Iterator[tuple[int, Literal | None]]:
        """Yield each value of a part of a name; None where it is not told whole."""
        for place, shown, parts in self._changes[name]:
            whole = _value_of(shown)
            if whole is not None:
                found = _walk(whole.value, path)
                if found is not None:
                    yield place, found
            elif not path:
                yield place, None
            else:
                yield from ((place, value) for value in _in_parts(parts, path))

    def _values_of_call(self, claim: CallClaim) -> Iterator[tuple[int, Literal | None]]:
        for step in self._calls[claim.function]:
            if _was_given(step, claim):
                place, shown = self._returns.get(step.frame, (0, None))
                yield place, _value_of(shown) if shown else None


def _before_the_return(steps: Sequence[Step]) -> int:
    before = -1
    for place, step in enumerate(steps):
        goes_on = step.kind is StepKind.CALL or (step.kind is StepKind.LINE and step.next_line)
        if step.frame == 0 and goes_on:
            before = place
    return before


def _value_of(shown: Shown) -> Literal | None:
    if shown.json is not None:
        return Literal(shown.text, plain(parse(shown.json)))
    if shown.is_cut:
        return None
    found = read_literal(shown.text)
    return Literal(shown.text, plain(found.value)) if found else None


def _walk(value: Any, path: Path) -> Literal | None:
    """Return the part of a value that a path leads to, None where it leads nowhere."""
    for _, key in path:
        if isinstance(value, list | str) and type(key) is int and -len(value) <= key < len(value):
            value = value[key]
        elif isinstance(value, dict) and member_of(key) in value:
            value = value[member_of(key)]
        else:
            return None
    return Literal(repr(value), value)


def _in_parts(parts: tuple[Part, ...], path: Path) -> Iterator[Literal | None]:
    """Yield what the parts that changed tell of a path."""
    if not parts:
        yield None
    for part in parts:
        found = read_path(part.path)
        if found is None or path[: len(found)] != found:
            continue
        if part.effect in (Effect.JOINED, Effect.LEFT):
            yield None  # the set that the path leads to is not shown
        elif part.effect is not Effect.REMOVED and found:
            whole = _value_of(part.value)
            yield _walk(whole.value, path[len(found) :]) if whole else None


def _was_given(step: Step, claim: CallClaim) -> bool:
    """Tell whether a call was made with these arguments."""
    given = list(step.changes)
    if "." in step.function and given and given[0].name in ("self", "cls"):
        given = given[1:]
    named = dict(claim.keywords)
    claimed = list(claim.arguments) + [
        named[change.name] for change in given[len(claim.arguments) :] if change.name in named
    ]
    if len(claimed) != len(claim.arguments) + len(named) or len(claimed) > len(given):
        return False
    values = [_value_of(change.value) for change in given[: len(claimed)]]
    return all(
        value is not None and key_of(value.value) == key_of(plain(argument))
        for value, argument in zip(values, claimed, strict=True)
    )
