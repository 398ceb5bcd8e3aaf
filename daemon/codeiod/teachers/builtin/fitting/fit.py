"""Fit inputs to a candidate: try shapes in the sandbox until calls succeed and cover its branches.

May import ``candidates``, ``execution``, its neighbours, the prompts. Nothing of a file runs here.
"""

from __future__ import annotations

import ast
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import zip_longest

from codeiod.execution import Runner
from codeiod.teachers.builtin.candidates import Candidate
from codeiod.teachers.builtin.fitting.attempts import Attempt
from codeiod.teachers.builtin.fitting.cases import denser, one_of, smaller
from codeiod.teachers.builtin.fitting.coverage import Coverage, marked
from codeiod.teachers.builtin.fitting.evidence import Cell, constants_of
from codeiod.teachers.builtin.fitting.generator import Shapes, generator_text
from codeiod.teachers.builtin.fitting.inference import shapes_for
from codeiod.teachers.builtin.fitting.probing import (
    MIN_COVERAGE,
    MIN_DISTINCT_OUTPUTS,
    MIN_SUCCESS,
    End,
)
from codeiod.teachers.builtin.fitting.reading import gather
from codeiod.teachers.builtin.fitting.results import helper_of, told
from codeiod.teachers.builtin.fitting.shapes import Shape
from codeiod.teachers.builtin.fitting.trying import Trier
from codeiod_prompts import GENERATOR

ROUNDS = 4
HOPELESS_ROUNDS = 2
"""Rounds after which no more are made where not a single call returned."""
FIRST_VARIANTS = 3
VARIANTS = 8
MAX_LATE_ROUNDS = 2
"""Rounds with calls that ran out of time, after which no more are made."""
MAX_DRAWS = 50
"""How many inputs are drawn at most to make pairs, as long as nothing else is set."""
_CHANGING = frozenset({"set", "frozenset", "random", "time", "date", "datetime", "hash", "id"})
"""Names in a program whose results may hang on more than its arguments."""


@dataclass(frozen=True, slots=True)
class Argument:
    """An argument of the entry point."""

    name: str
    shape: Shape
    told: str


@dataclass(frozen=True, slots=True)
class Fitted:
    """What fits a candidate.

    :param candidate: as it was given, with what the conversions need in its source.
    """

    candidate: Candidate
    arguments: tuple[Argument, ...]
    generator: str
    result_conversion: str
    result_told: str
    coverage: Coverage


@dataclass(frozen=True, slots=True)
class Unfit:
    """No inputs were found; ``reason`` says why to the operator."""

    reason: str


async def fit(
    runner: Runner, candidate: Candidate, seeds: Sequence[int] = range(MAX_DRAWS)
) -> Fitted | Unfit:
    """Find inputs with which a candidate shows what it does.

    :param seeds: those with which inputs will be drawn, in that order: what is asked of the pairs
        is asked of these draws.
    :raises codeiod_sandbox.SandboxError: the sandbox kept failing.
    """
    if not candidate.parameters:
        return Unfit("it takes no arguments")
    cells = gather(candidate.source, candidate.target)
    program, constants = marked(candidate.source), constants_of(cells.values())
    if program.most < MIN_COVERAGE:
        return Unfit(f"calls that return take at most {program.most:.0%} of its branches")
    return await _Search(Trier(runner, candidate, program, seeds, constants), cells).run()


@dataclass(slots=True)
class _Search:
    """The way from the likeliest shapes to those that do."""

    trier: Trier
    cells: Mapping[str, Cell]
    _ranked: list[list[Shape]] = field(default_factory=list)
    _seen: set[Shapes] = field(default_factory=set)

    async def run(self) -> Fitted | Unfit:
        self._rank()
        found: list[Attempt] = []
        late_rounds = 0
        batch = self._neighbours([], tuple(each[0] for each in self._ranked), FIRST_VARIANTS)
        for number in range(1, ROUNDS + 1):
            made = await self.trier.attempts(batch, self._ranked)
            if made and not made[-1].fault:
                return await self._fitted(made[-1])
            if not made:
                return Unfit("it takes too long to load")
            found = sorted(found + made, key=lambda one: -one.score)
            if any(one.tried.differs for one in made):
                break
            late_rounds += any(one.has_late for one in made)
            is_hopeless = number >= HOPELESS_ROUNDS and not found[0].success
            batch = self._next(found)
            if is_hopeless or late_rounds >= MAX_LATE_ROUNDS or not batch:
                break
        return Unfit(found[0].fault)

    def _rank(self) -> None:
        """Rank the shapes of each argument, the later ones with regard to the earlier."""
        candidate = self.trier.candidate
        for parameter in candidate.parameters:
            names = zip(self.trier.names, self._ranked, strict=False)
            earlier = [(name, ranked[0]) for name, ranked in names]
            self._ranked.append(shapes_for(candidate, parameter, self.cells, earlier))

    def _next(self, found: Sequence[Attempt]) -> list[Shapes]:
        """Give what to try next: smaller values where they were too big, else other shapes."""
        best = found[0]
        shapes = best.cases[0]
        batch: list[Shapes] = []
        if best.tried.slow or (best.lost and best.is_mostly(End.BIG, End.LATE)):
            less = tuple(map(smaller, shapes))
            batch = self._fresh([less, tuple(map(smaller, less))])
        elif best.success >= MIN_SUCCESS:
            batch = self._fresh([tuple(map(denser, shapes))])
            if best.tried.distinct < MIN_DISTINCT_OUTPUTS:
                batch += self._fresh([tuple(map(denser, batch[0]))] if batch else [])
        return batch + self._neighbours(self._blamed(best), shapes, VARIANTS - len(batch))

    def _fresh(self, variants: Iterable[Shapes]) -> list[Shapes]:
        fresh = [one for one in dict.fromkeys(variants) if one not in self._seen]
        self._seen.update(fresh)
        return fresh

    def _neighbours(self, blamed: Sequence[str], shapes: Shapes, count: int) -> list[Shapes]:
        """Give combinations that differ in one shape, those of a blamed argument first."""
        found = self._fresh([shapes])
        names = self.trier.names
        places = sorted(range(len(shapes)), key=lambda place: names[place] not in blamed)
        for row in zip_longest(*(self._ranked[place] for place in places)):
            for place, shape in zip(places, row, strict=True):
                if len(found) >= count:
                    return found
                if shape is not None:
                    found += self._fresh([(*shapes[:place], shape, *shapes[place + 1 :])])
        return found

    def _blamed(self, best: Attempt) -> list[str]:
        """Return the arguments that stand in a line that failed."""
        lines = self.trier.program.text.splitlines()
        failed = " ".join(lines[one.line - 1] for one in best.lost if 0 < one.line <= len(lines))
        return [name for name in self.trier.names if name in failed]

    async def _fitted(self, good: Attempt) -> Fitted | Unfit:
        trier = self.trier
        made = await trier.reproduced(good) if _may_change(trier.candidate.source) else good
        if made is None:
            return Unfit("its outputs differ from run to run")
        drawn = zip(trier.names, zip(*made.cases, strict=True), strict=True)
        return Fitted(
            _with_helper(trier.candidate, helper_of(trier.result)),
            tuple(Argument(name, one_of(shapes), "") for name, shapes in drawn),
            generator_text(trier.names, made.cases, trier.labels, GENERATOR),
            trier.result,
            told([json.loads(output) for _, output in made.tried.returned]),
            made.coverage,
        )


def _may_change(source: str) -> bool:
    return any(
        isinstance(node, ast.Set | ast.SetComp)
        or (isinstance(node, ast.Name) and node.id in _CHANGING)
        for node in ast.walk(ast.parse(source))
    )


def _with_helper(candidate: Candidate, helper: str) -> Candidate:
    """Put a helper function into a candidate's text, before its target where that must be last."""
    if not helper or helper in candidate.source:
        return candidate
    if not candidate.wrapped:
        return replace(candidate, source=f"{candidate.source.rstrip()}\n\n\n{helper}")
    lines = candidate.source.rstrip("\n").split("\n")
    start = max(i for i, line in enumerate(lines) if line.startswith(f"def {candidate.target}("))
    source = "\n".join([*lines[:start], *helper.split("\n"), "", *lines[start:]]) + "\n"
    return replace(candidate, source=source)
