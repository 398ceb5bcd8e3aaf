"""Fit inputs to a candidate: try shapes in the sandbox until calls succeed and cover its branches.

May import ``candidates``, ``execution``, the prompts and the sandbox. Nothing of a file runs here.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from codeiod.execution import Runner, execute, trace
from codeiod.items import canonical
from codeiod.teachers.builtin.candidates import Candidate
from codeiod.teachers.builtin.fitting.coverage import Coverage, measure
from codeiod.teachers.builtin.fitting.evidence import Cell, gather
from codeiod.teachers.builtin.fitting.generator import Shapes, entry_text, generator_text
from codeiod.teachers.builtin.fitting.inference import shapes_for
from codeiod.teachers.builtin.fitting.results import PLAIN, conversions_for, told
from codeiod.teachers.builtin.fitting.shapes import AS_IT_IS, Shape, narrow, special
from codeiod_prompts import GENERATOR
from codeiod_sandbox import Call, NotJson, Outcome, Raised, Returned, TimedOut

ROUNDS = 6
VARIANTS = 7
DRAWS = 4
FINAL_DRAWS = 12
MIN_SUCCESS = 0.8
MIN_DISTINCT_OUTPUTS = 3
MIN_STATEMENTS = 4
MIN_COVERAGE = 0.8
MAX_TIMEOUTS = 2
MAX_INPUT_CHARACTERS = 900

PROBE_SECONDS = 0.4
"""User time of one call that is only tried: the sandbox's own limit is for calls that count."""

_PROBES = f"""\
def probe_{{number}}():
    import copy, signal
    def late(number, frame):
        raise TimeoutError
    signal.signal(signal.SIGVTALRM, late)
    arguments = draw_{{number}}()
    signal.setitimer(signal.ITIMER_VIRTUAL, {PROBE_SECONDS})
    try:
        return [arguments, main_{{number}}(**copy.deepcopy(arguments))]
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
"""
_ALL_DRAWS = """\
def probe_all():
    for seed in range({draws}):
        random.seed(seed)
        try:
            main_0(**draw_0())
        except Exception:
            pass
"""


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


@dataclass(frozen=True, slots=True)
class _Attempt:
    """How one combination of shapes did in a few draws."""

    shapes: Shapes
    outcomes: tuple[Outcome, ...]
    rank: int

    @property
    def pairs(self) -> list[tuple[Any, Any]]:
        made = (o.value for o in self.outcomes if isinstance(o, Returned))
        return [(value[0], value[1]) for value in made]

    @property
    def success(self) -> float:
        return len(self.pairs) / len(self.outcomes)

    @property
    def distinct(self) -> int:
        return len({canonical(output) for _, output in self.pairs})

    @property
    def score(self) -> float:
        varied = min(self.distinct, MIN_DISTINCT_OUTPUTS) / MIN_DISTINCT_OUTPUTS
        return 2 * self.success + varied - 0.01 * self.rank

    @property
    def is_good(self) -> bool:
        return self.success >= MIN_SUCCESS and self.distinct >= MIN_DISTINCT_OUTPUTS


async def fit(runner: Runner, candidate: Candidate, seed: int = 0) -> Fitted | Unfit:
    """Find inputs with which a candidate shows what it does.

    :raises codeiod_sandbox.SandboxError: the sandbox kept failing.
    """
    return await _Fitting(runner, candidate, seed).fit()


@dataclass(slots=True)
class _Fitting:
    runner: Runner
    candidate: Candidate
    seed: int
    result: str = AS_IT_IS
    _timeouts: int = 0
    _ranked: list[list[Shape]] = field(default_factory=list)
    _cells: Mapping[str, Cell] = field(default_factory=dict)

    @property
    def _names(self) -> list[str]:
        return [parameter.name for parameter in self.candidate.parameters]

    async def fit(self) -> Fitted | Unfit:
        candidate = self.candidate
        self._cells = gather(candidate.source, candidate.target)
        self._ranked = [
            shapes_for(
                candidate,
                parameter,
                self._cells.get(parameter.name, Cell()),
                candidate.parameters[:place],
            )
            for place, parameter in enumerate(candidate.parameters)
        ]
        best = await self._search()
        if isinstance(best, Unfit):
            return best
        return await self._covering(best.shapes)

    async def _search(self) -> _Attempt | Unfit:
        """Change one argument's shape at a time, many changes in one go, until calls succeed."""
        best: _Attempt | None = None
        combination = [0] * len(self._ranked)
        tried = {tuple(combination)}
        batch = [tuple(combination)]
        for _ in range(ROUNDS):
            attempts = await self._attempts(batch)
            for attempt, choice in zip(attempts, batch, strict=True):
                if best is None or attempt.score > best.score + 1e-9:
                    best, combination = attempt, list(choice)
            if best is None or self._timeouts >= MAX_TIMEOUTS:
                return Unfit("its calls run out of time")
            if best.is_good:
                return best
            batch = self._neighbours(combination, best, tried)
            if not batch:
                break
        return self._unfit(best)

    def _neighbours(
        self, combination: Sequence[int], best: _Attempt, tried: set[tuple[int, ...]]
    ) -> list[tuple[int, ...]]:
        """Give combinations that differ in one shape, those of a blamed argument first."""
        found: list[tuple[int, ...]] = []
        blamed = self._blamed(best)
        longest = max(map(len, self._ranked), default=0)
        for index in range(longest):
            for place in blamed:
                choice = (*combination[:place], index, *combination[place + 1 :])
                if index < len(self._ranked[place]) and choice not in tried:
                    tried.add(choice)
                    found.append(choice)
                    if len(found) == VARIANTS:
                        return found
        return found

    def _blamed(self, best: _Attempt) -> list[int]:
        """Return the places of the arguments, those first that stand in a line that failed."""
        lines = self.candidate.source.splitlines()
        failed = " ".join(
            lines[o.line - 1]
            for o in best.outcomes
            if isinstance(o, Raised) and 0 < o.line <= len(lines)
        )
        places = range(len(self._ranked))
        return sorted(places, key=lambda place: self._names[place] not in failed)

    async def _attempts(self, batch: Sequence[tuple[int, ...]]) -> list[_Attempt]:
        variants = [
            tuple(self._ranked[place][index] for place, index in enumerate(choice))
            for choice in batch
        ]
        rows = await self._probe(variants)
        whys = [o.why for row in rows for o in row if isinstance(o, NotJson)]
        if whys and not any(isinstance(o, Returned) for row in rows for o in row):
            rows = await self._converted(variants, whys[0], rows)
        return [
            _Attempt(shapes, tuple(row), sum(choice))
            for shapes, row, choice in zip(variants, rows, batch, strict=True)
        ]

    async def _converted(
        self, variants: Sequence[Shapes], why: str, rows: list[list[Outcome]]
    ) -> list[list[Outcome]]:
        for conversion in conversions_for(why):
            self.result = conversion
            self._carry_plain()
            rows = await self._probe(variants)
            if any(isinstance(o, Returned) for row in rows for o in row):
                break
        return rows

    def _carry_plain(self) -> None:
        if "plain(" in self.result and PLAIN not in self.candidate.source:
            source = _with_helper(self.candidate, PLAIN)
            self.candidate = replace(self.candidate, source=source)

    async def _probe(self, variants: Sequence[Shapes]) -> list[list[Outcome]]:
        """Draw from each variant a few times, all in one process."""
        calls = [
            Call(f"probe_{number}", {}, self.seed + draw)
            for number in range(len(variants))
            for draw in range(DRAWS)
        ]
        outcomes = await self._run(self._text(variants), calls)
        return [outcomes[i : i + DRAWS] for i in range(0, len(outcomes), DRAWS)]

    async def _run(self, text: str, calls: Sequence[Call]) -> list[Outcome]:
        outcomes = await execute(self.runner, text, calls)
        self._timeouts += any(map(_is_late, outcomes))
        return outcomes

    def _text(self, variants: Sequence[Shapes]) -> str:
        """Write the candidate, and an entry point, a generator and a probe for each variant."""
        parts = [self.candidate.source]
        for number, shapes in enumerate(variants):
            parts.append(self._entry(shapes, f"main_{number}"))
            parts.append(generator_text(self._names, [shapes], f"draw_{number}"))
            parts.append(_PROBES.format(number=number))
        return "\n\n".join(parts)

    def _entry(self, shapes: Shapes, name: str) -> str:
        named = zip(self._names, shapes, strict=True)
        conversions = {argument: shape.conversion for argument, shape in named}
        return entry_text(self.candidate, conversions, self.result, name)

    def _unfit(self, best: _Attempt | None) -> Unfit:
        if best is None:
            return Unfit("it takes no arguments that could be tried")
        raised = [o for o in best.outcomes if isinstance(o, Raised)]
        if best.success < MIN_SUCCESS and raised:
            return Unfit(f"no inputs were found that it takes: {raised[0].type}")
        if best.success < MIN_SUCCESS:
            return Unfit(f"its calls do not return: {type(best.outcomes[0]).__name__}")
        return Unfit("its outputs hardly vary")

    async def _covering(self, shapes: Shapes) -> Fitted | Unfit:
        """Choose the cases that the generator draws from by the branches that they cover."""
        constants = _constants(self._cells.values())
        edges = tuple(special(shape, constants) for shape in shapes)
        few = tuple(narrow(shape) for shape in shapes)
        options = ([shapes], [shapes, edges], [shapes, few], [edges, few], [shapes, edges, few])
        best: tuple[Coverage, list[Shapes]] | None = None
        for cases in dict.fromkeys(map(tuple, options)):
            coverage = await self._coverage(cases)
            if coverage is not None and (best is None or coverage.share > best[0].share):
                best = coverage, list(cases)
            if best is not None and best[0].share >= MIN_COVERAGE:
                break
        if best is None:
            return Unfit("its run can't be followed")
        return await self._final(*best)

    async def _coverage(self, cases: Sequence[Shapes]) -> Coverage | None:
        text = "\n\n".join(
            (
                self.candidate.source,
                self._entry(cases[0], "main_0"),
                generator_text(self._names, cases, "draw_0"),
                _ALL_DRAWS.format(draws=10),
            )
        )
        traced = await trace(self.runner, text, Call("probe_all", {}))
        return None if traced.trace is None else measure(self.candidate.source, traced.trace)

    async def _final(self, coverage: Coverage, cases: list[Shapes]) -> Fitted | Unfit:
        """Draw from the generator as it will stand, and see whether all that is asked is there."""
        if coverage.share < MIN_COVERAGE:
            return Unfit(f"its draws cover {coverage.share:.0%} of its branches")
        if coverage.statements + 1 < MIN_STATEMENTS:
            return Unfit(f"only {coverage.statements} of its statements run")
        generator = generator_text(self._names, cases)
        probe = _PROBES.format(number=0).replace("draw_0", GENERATOR)
        entry = self._entry(cases[0], "main_0")
        text = "\n\n".join((self.candidate.source, entry, generator, probe))
        calls = [Call("probe_0", {}, self.seed + 1000 + draw) for draw in range(FINAL_DRAWS)]
        attempt = _Attempt(cases[0], tuple(await self._run(text, calls)), 0)
        if not attempt.is_good:
            return self._unfit(attempt)
        if max(len(canonical(pair)) for pair in attempt.pairs) > MAX_INPUT_CHARACTERS:
            return Unfit("its inputs or outputs are too long")
        arguments = zip(self._names, cases[0], strict=True)
        return Fitted(
            self.candidate,
            tuple(Argument(name, shape, "") for name, shape in arguments),
            generator,
            self.result,
            told([output for _, output in attempt.pairs]),
            coverage,
        )


def _is_late(outcome: Outcome) -> bool:
    late = isinstance(outcome, Raised) and outcome.type == "TimeoutError"
    return late or isinstance(outcome, TimedOut)


def _constants(cells: Any) -> tuple[Any, ...]:
    """Return the constants of cells and of all cells below them."""
    found: list[Any] = []
    pending, seen = list(cells), set[int]()
    while pending:
        cell = pending.pop()
        if id(cell) in seen:
            continue
        seen.add(id(cell))
        found += cell.constants
        pending += [*cell.keys.values(), *cell.places.values()]
        if cell.member is not None:
            pending.append(cell.member)
    return tuple(dict.fromkeys(found))


def _with_helper(candidate: Candidate, helper: str) -> str:
    """Put a helper function into a candidate's text, before its target where that must be last."""
    if not candidate.wrapped:
        return f"{candidate.source.rstrip()}\n\n\n{helper}"
    lines = candidate.source.rstrip("\n").split("\n")
    start = max(i for i, line in enumerate(lines) if line.startswith(f"def {candidate.target}("))
    return "\n".join([*lines[:start], *helper.split("\n"), "", *lines[start:]]) + "\n"
