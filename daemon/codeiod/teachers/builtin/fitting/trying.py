"""Try combinations of shapes on one candidate, in the sandbox.

May import ``candidates``, ``execution``, its neighbours. Nothing of a file runs here.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from codeiod.execution import Runner, execute
from codeiod.teachers.builtin.candidates import Candidate
from codeiod.teachers.builtin.fitting.attempts import Attempt
from codeiod.teachers.builtin.fitting.cases import narrow, special
from codeiod.teachers.builtin.fitting.coverage import Coverage, Marked
from codeiod.teachers.builtin.fitting.generator import Shapes, entry_text, generator_text
from codeiod.teachers.builtin.fitting.probing import (
    Combination,
    again_call,
    probe_text,
    read_again,
    read_trial,
    trial_call,
)
from codeiod.teachers.builtin.fitting.results import AS_SORTED, conversions_for, helper_of
from codeiod.teachers.builtin.fitting.shapes import AS_IT_IS, Shape

DRAW = "draw_"
MAIN = "main_"
Options = tuple[tuple[Shapes, ...], ...]
"""Which cases are drawn from, the simplest choice first."""
_LABELS = ("the usual case", "edges, and what the rules single out", "few different values")


@dataclass(slots=True)
class Trier:
    """One candidate with what is known of how to try it.

    :param seeds: those with which inputs are drawn, in the order in which pairs are made.
    :param constants: what the rules single out.
    :param result: the format of the expression that makes a result JSON.
    """

    runner: Runner
    candidate: Candidate
    program: Marked
    seeds: Sequence[int]
    constants: tuple[Any, ...]
    result: str = AS_IT_IS
    labels: dict[Shapes, str] = field(default_factory=dict)
    """What each case is called in the generator."""

    @property
    def names(self) -> list[str]:
        return [parameter.name for parameter in self.candidate.parameters]

    async def attempts(self, batch: Sequence[Shapes], ranked: Ranked) -> list[Attempt]:
        """Try each combination in its usual, edge and narrow cases; the best choice of each.

        They end with the first that is good.
        """
        found = await self._tried(batch, ranked)
        flawed = [(each, each.flaw) for each in found if each.flaw]
        if flawed and self.result == AS_IT_IS and found[-1].fault:
            first, flaw = flawed[0]
            for self.result in conversions_for(flaw):
                if any(one.success for one in await self._tried(first.cases[:1], ranked)):
                    return await self._tried(batch, ranked)
            self.result = AS_IT_IS
        return found

    async def _tried(self, batch: Sequence[Shapes], ranked: Ranked) -> list[Attempt]:
        options = [self._options(shapes) for shapes in batch]
        combinations = [self._combination(each) for each in options]
        call = trial_call(combinations, self.seeds, self.program)
        (outcome,) = await execute(self.runner, probe_text(self.program), [call])
        found: list[Attempt] = []
        for each, tried in zip(options, read_trial(outcome, len(batch)), strict=False):
            made = [
                Attempt(cases, one, self._measured(one.marks), _rank(cases[0], ranked))
                for cases, one in zip(each, tried, strict=False)
            ]
            good = [one for one in made if not one.fault]
            found.append(good[0] if good else max(made, key=lambda one: one.score))
        return found

    def _measured(self, marks: Iterable[int]) -> Coverage:
        """Measure a trial; the entry point's statement counts where it is not the candidate's."""
        made = self.program.measure(marks)
        return replace(made, statements=made.statements + (not self.candidate.wrapped))

    def _options(self, shapes: Shapes) -> Options:
        edges = tuple(special(shape, self.constants) for shape in shapes)
        few = tuple(map(narrow, shapes))
        for case, label in zip((shapes, edges, few), _LABELS, strict=True):
            self.labels.setdefault(case, label)
        chosen = [(shapes,), (shapes, edges), (shapes, few), (shapes, edges, few), (edges, few)]
        return tuple(dict.fromkeys(tuple(dict.fromkeys(cases)) for cases in chosen))

    def _combination(self, options: Options) -> Combination:
        named = zip(self.names, options[0][0], strict=True)
        conversions = {name: shape.conversion for name, shape in named}
        entry = entry_text(self.candidate, conversions, self.result, MAIN)
        drawings = [generator_text(self.names, cases, self.labels, DRAW) for cases in options]
        return f"{helper_of(self.result)}\n{entry}", drawings

    async def reproduced(self, made: Attempt) -> Attempt | None:
        """Draw again where sets are hashed otherwise; sort what they gave where that helps.

        None where outputs differ from run to run.
        """
        first = made.tried.returned
        if not _differ(first, await self._again(made, twin=True)):
            return made
        if self.result != AS_IT_IS or not first[0][1].startswith("["):
            return None
        self.result = AS_SORTED
        again = await self._again(made, twin=False)
        if not again or _differ(again, await self._again(made, twin=True)):
            return None
        return replace(made, tried=replace(made.tried, returned=again))

    async def _again(self, made: Attempt, *, twin: bool) -> tuple[tuple[Any, str], ...]:
        entry, drawings = self._combination((made.cases,))
        call = again_call((entry, drawings), self.seeds, self.program, salt=int(twin))
        (outcome,) = await execute(self.runner, probe_text(self.program), [call], twin=twin)
        return read_again(outcome)


Ranked = Sequence[Sequence[Shape]]
"""The shapes of each argument, the likeliest first."""


def _rank(shapes: Shapes, ranked: Ranked) -> float:
    return sum(
        each.index(shape) if shape in each else 1.0
        for each, shape in zip(ranked, shapes, strict=True)
    )


def _differ(first: Sequence[tuple[Any, str]], again: Sequence[tuple[Any, str]]) -> bool:
    """Say whether inputs that returned twice returned two values."""
    known = {repr(arguments): output for arguments, output in first}
    return any(known.get(repr(arguments), output) != output for arguments, output in again)
