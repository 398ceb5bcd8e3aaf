"""Fit inputs to a candidate: try shapes in the sandbox until calls succeed and cover its branches.

May import ``candidates``, ``execution``, the prompts and the sandbox. Nothing of a file runs here.
"""

from __future__ import annotations

import ast
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import zip_longest

from codeiod.execution import Runner, execute
from codeiod.teachers.builtin.candidates import Candidate
from codeiod.teachers.builtin.fitting.attempts import (
    MIN_DISTINCT_OUTPUTS,
    MIN_SUCCESS,
    Attempt,
    attempt,
)
from codeiod.teachers.builtin.fitting.cases import denser, narrow, one_of, smaller, special
from codeiod.teachers.builtin.fitting.coverage import Coverage, Marked, marked
from codeiod.teachers.builtin.fitting.evidence import Cell, constants_of
from codeiod.teachers.builtin.fitting.generator import Shapes, entry_text, generator_text
from codeiod.teachers.builtin.fitting.inference import shapes_for
from codeiod.teachers.builtin.fitting.probing import (
    End,
    Tried,
    probe_call,
    probe_text,
    read_probe,
    swaying_call,
)
from codeiod.teachers.builtin.fitting.reading import gather
from codeiod.teachers.builtin.fitting.results import AS_SORTED, PLAIN, conversions_for, told
from codeiod.teachers.builtin.fitting.shapes import AS_IT_IS, Shape
from codeiod_prompts import GENERATOR
from codeiod_sandbox import Outcome, Returned

ROUNDS = 6
FIRST_VARIANTS = 3
VARIANTS = 8
DRAWS = 8
FINAL_DRAWS = 20
"""Twice as many as become pairs: each half is to stand up to all that is asked."""
FINALS = 3
SWAYS = 7
MAX_LATE_ATTEMPTS = 8
"""Combinations with calls that ran out of time, after which no more are tried."""
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


async def fit(runner: Runner, candidate: Candidate, seed: int = 0) -> Fitted | Unfit:
    """Find inputs with which a candidate shows what it does.

    :raises codeiod_sandbox.SandboxError: the sandbox kept failing.
    """
    return await _Fitting(runner, candidate, seed, marked(candidate.source)).fit()


@dataclass(slots=True)
class _Fitting:
    runner: Runner
    candidate: Candidate
    seed: int
    _program: Marked
    _result: str = AS_IT_IS
    _ranked: list[list[Shape]] = field(default_factory=list)
    _cells: Mapping[str, Cell] = field(default_factory=dict)
    _labels: dict[Shapes, str] = field(default_factory=dict)
    """What each case is called in the generator."""
    _seen: set[Shapes] = field(default_factory=set)

    @property
    def _names(self) -> list[str]:
        return [parameter.name for parameter in self.candidate.parameters]

    async def fit(self) -> Fitted | Unfit:
        if not self.candidate.parameters:
            return Unfit("it takes no arguments")
        self._rank()
        found: list[Attempt] = []
        faults: list[str] = []
        batch = self._neighbours([], self._first, FIRST_VARIANTS)
        for _ in range(ROUNDS):
            found = sorted(found + await self._attempts(batch), key=lambda one: -one.score)
            good = [one for one in found if not one.fault][: FINALS - len(faults)]
            fitted = await self._first_final(good, faults)
            if isinstance(fitted, Fitted):
                return fitted
            found = [one for one in found if one not in good]
            late = sum(any(t.end is End.LATE for t in one.tried) for one in found)
            is_over = len(faults) == FINALS or late >= MAX_LATE_ATTEMPTS
            batch = [] if is_over or not found else self._next(found)
            if not batch:
                break
        fitted = await self._first_final(
            [one for one in found if one.is_near][: FINALS - len(faults)], faults
        )
        return fitted or Unfit(faults[0] if faults else found[0].fault)

    def _rank(self) -> None:
        """Rank the shapes of each argument, the later ones with regard to the earlier."""
        self._cells = gather(self.candidate.source, self.candidate.target)
        for parameter in self.candidate.parameters:
            earlier = [(n, ranked[0]) for n, ranked in zip(self._names, self._ranked, strict=False)]
            self._ranked.append(shapes_for(self.candidate, parameter, self._cells, earlier))

    async def _first_final(self, attempts: Sequence[Attempt], faults: list[str]) -> Fitted | None:
        """Return the first that stands up to all that is asked; note why the others do not."""
        for one in attempts:
            fitted = await self._final(one)
            if isinstance(fitted, Fitted):
                return fitted
            faults.append(fitted.reason)
        return None

    @property
    def _first(self) -> Shapes:
        return tuple(shapes[0] for shapes in self._ranked)

    def _next(self, found: Sequence[Attempt]) -> list[Shapes]:
        """Give what to try next: smaller values where they were too big, else other shapes."""
        best = found[0]
        shapes = best.cases[0]
        batch: list[Shapes] = []
        if best.is_mostly(End.BIG, End.LATE):
            less = tuple(map(smaller, shapes))
            batch = self._fresh([less, tuple(map(smaller, less))])
        elif best.success >= MIN_SUCCESS and best.distinct < MIN_DISTINCT_OUTPUTS:
            batch = self._fresh([tuple(map(denser, shapes))])
        return batch + self._neighbours(self._blamed(best), shapes, VARIANTS - len(batch))

    def _fresh(self, variants: Iterable[Shapes]) -> list[Shapes]:
        fresh = [one for one in dict.fromkeys(variants) if one not in self._seen]
        self._seen.update(fresh)
        return fresh

    def _neighbours(self, blamed: Sequence[str], shapes: Shapes, count: int) -> list[Shapes]:
        """Give combinations that differ in one shape, those of a blamed argument first."""
        found = self._fresh([shapes])
        places = sorted(range(len(shapes)), key=lambda place: self._names[place] not in blamed)
        for row in zip_longest(*(self._ranked[place] for place in places)):
            for place, shape in zip(places, row, strict=True):
                if len(found) >= count:
                    return found
                if shape is not None:
                    found += self._fresh([(*shapes[:place], shape, *shapes[place + 1 :])])
        return found

    def _blamed(self, best: Attempt) -> list[str]:
        """Return the arguments that stand in a line that failed."""
        lines = self._program.text.splitlines()
        failed = " ".join(lines[one.line - 1] for one in best.tried if 0 < one.line <= len(lines))
        return [name for name in self._names if name in failed]

    async def _attempts(self, batch: Sequence[Shapes]) -> list[Attempt]:
        """Try each combination in its usual, edge and narrow cases."""
        all_cases = [self._cases(shapes) for shapes in batch]
        found = await self._tried(all_cases, DRAWS)
        flaws = [o.flaw for one in found for o in one.tried if o.end is End.FLAWED]
        if flaws and self._result == AS_IT_IS and all(one.fault for one in found):
            for conversion in conversions_for(flaws[0]):
                self._convert(conversion)
                found = await self._tried(all_cases, DRAWS)
                if any(one.returned for one in found):
                    break
        return found

    def _cases(self, shapes: Shapes) -> tuple[Shapes, ...]:
        constants = constants_of(self._cells.values())
        edges = tuple(special(shape, constants) for shape in shapes)
        few = tuple(map(narrow, shapes))
        cases = dict.fromkeys([shapes, edges, few])
        labels = ("the usual case", "edges, and what the rules single out", "few different values")
        for case, label in zip((shapes, edges, few), labels, strict=True):
            self._labels.setdefault(case, label)
        return tuple(cases)

    def _convert(self, conversion: str) -> None:
        self._result = conversion
        if "plain(" in conversion and PLAIN not in self.candidate.source:
            source = _with_helper(self.candidate, PLAIN)
            self.candidate = replace(self.candidate, source=source)

    async def _tried(self, all_cases: Sequence[tuple[Shapes, ...]], draws: int) -> list[Attempt]:
        """Draw from each a few times, all in one process."""
        seeds = [self.seed + draw for draw in range(draws)]
        calls = [probe_call(number, seeds) for number in range(len(all_cases))]
        outcomes = await execute(self.runner, self._text(all_cases), calls)
        return [
            self._read(cases, outcome, draws)
            for cases, outcome in zip(all_cases, outcomes, strict=True)
        ]

    def _read(self, cases: tuple[Shapes, ...], outcome: Outcome, draws: int) -> Attempt:
        rank = sum(
            ranked.index(shape) if shape in ranked else 1.0
            for ranked, shape in zip(self._ranked, cases[0], strict=True)
        )
        return attempt(cases, read_probe(outcome, draws), self._program, rank)

    def _text(self, all_cases: Sequence[tuple[Shapes, ...]]) -> str:
        entries, drawing = [], []
        if "plain(" in self._result:
            entries.append(PLAIN)
        for number, cases in enumerate(all_cases):
            entries.append(self._entry(cases[0], f"main_{number}"))
            drawing.append(generator_text(self._names, cases, self._labels, f"draw_{number}"))
        return probe_text(self._program.text, entries, "\n\n".join(drawing))

    def _entry(self, shapes: Shapes, name: str) -> str:
        named = zip(self._names, shapes, strict=True)
        conversions = {argument: shape.conversion for argument, shape in named}
        return entry_text(self.candidate, conversions, self._result, name)

    async def _final(self, best: Attempt) -> Fitted | Unfit:
        """Choose the cases to draw from, and see whether all that is asked is there."""
        usual, *others = best.cases
        options = [(usual,), *((usual, other) for other in others), best.cases]
        options += [(*others,)] if others else []
        options = list(dict.fromkeys(options))
        seeds = self._final_seeds
        calls = [probe_call(number, seeds) for number in range(len(options))]
        calls += [probe_call(number, seeds[::-1]) for number in range(len(options))]
        calls += [swaying_call(number, seeds[:SWAYS]) for number in range(len(options))]
        outcomes = await execute(self.runner, self._text(options), calls)
        again, swayings = outcomes[len(options) :], outcomes[2 * len(options) :]
        faults: list[str] = []
        for cases, outcome, later, swaying in zip(options, outcomes, again, swayings, strict=False):
            made = self._read(cases, outcome, FINAL_DRAWS)
            if _differ(made.tried, read_probe(later, FINAL_DRAWS)[::-1]):
                return Unfit("its outputs hang on the calls before")
            worst = self._worst_half(made)
            made = replace(made, coverage=worst.coverage)
            fault = worst.fault or self._idle(swaying)
            if fault:
                faults.append(fault)
            elif (sure := await self._reproduced(made)) is None:
                return Unfit("its outputs differ from run to run")
            elif not sure.fault:
                return self._fitted(sure)
        return Unfit(faults[0] if faults else "its outputs hardly vary")

    def _worst_half(self, made: Attempt) -> Attempt:
        middle = FINAL_DRAWS // 2
        halves = [
            attempt(made.cases, tried, self._program, 0)
            for tried in (made.tried[:middle], made.tried[middle:])
        ]
        return max(halves, key=lambda half: (bool(half.fault), -half.coverage.share))

    def _idle(self, swaying: Outcome) -> str:
        found = swaying.value if isinstance(swaying, Returned) else []
        idle = [name for name in self._names if name not in found]
        return f"changing {' and '.join(idle)} changes nothing" if idle else ""

    async def _reproduced(self, made: Attempt) -> Attempt | None:
        """Draw again where sets are hashed otherwise; sort what they gave where that helps."""
        if not _may_change(self.candidate.source):
            return made
        if not _differ(made.tried, await self._again(made, twin=True)):
            return made
        if self._result != AS_IT_IS or not made.returned[0].output.startswith("["):
            return None
        self._result = AS_SORTED
        tried = await self._again(made, twin=False)
        if not _differ(tried, await self._again(made, twin=True)):
            return replace(made, tried=tried)
        self._result = AS_IT_IS
        return None

    async def _again(self, made: Attempt, *, twin: bool) -> tuple[Tried, ...]:
        call = probe_call(0, self._final_seeds, salt=int(twin))
        (outcome,) = await execute(self.runner, self._text([made.cases]), [call], twin=twin)
        return tuple(read_probe(outcome, FINAL_DRAWS))

    @property
    def _final_seeds(self) -> list[int]:
        return [self.seed + 1000 + draw for draw in range(FINAL_DRAWS)]

    def _fitted(self, made: Attempt) -> Fitted:
        return Fitted(
            self.candidate,
            tuple(
                Argument(name, one_of(shapes), "")
                for name, shapes in zip(self._names, zip(*made.cases, strict=True), strict=True)
            ),
            generator_text(self._names, made.cases, self._labels, GENERATOR),
            self._result,
            told([json.loads(one.output) for one in made.returned]),
            made.coverage,
        )


def _may_change(source: str) -> bool:
    return any(
        isinstance(node, ast.Set | ast.SetComp)
        or (isinstance(node, ast.Name) and node.id in _CHANGING)
        for node in ast.walk(ast.parse(source))
    )


def _differ(first: Sequence[Tried], again: Sequence[Tried]) -> bool:
    """Say whether a draw that returned twice returned two values."""
    both = zip(first, again, strict=True)
    return any(one.output != two.output for one, two in both if one.output and two.output)


def _with_helper(candidate: Candidate, helper: str) -> str:
    """Put a helper function into a candidate's text, before its target where that must be last."""
    if not candidate.wrapped:
        return f"{candidate.source.rstrip()}\n\n\n{helper}"
    lines = candidate.source.rstrip("\n").split("\n")
    start = max(i for i, line in enumerate(lines) if line.startswith(f"def {candidate.target}("))
    return "\n".join([*lines[:start], *helper.split("\n"), "", *lines[start:]]) + "\n"
