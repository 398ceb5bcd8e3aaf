"""Fresh tasks from the programs of a dataset: their generators draw on, with seeds of their own.

May import ``tasks``, ``running``, items, ``dataset``, ``stages``, the sandbox and the prompts. A
fresh pair keeps to the limits of every pair, and is computed again alone in the twin, as those of
the dataset were.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from codeiod.admission.recipe import Recipe
from codeiod.dataset.exports.programs import split_pairs
from codeiod.dataset.exports.rows import message
from codeiod.dataset.lines import sample_id
from codeiod.items import Pair, Program, Task, canonical, draw_seed
from codeiod.rewards.running import Sandboxes
from codeiod.rewards.tasks import Export, RewardTask
from codeiod.stages.predict import prompt_of
from codeiod.stages.sample import CHANCES
from codeiod.stages.values import over_limit, parse
from codeiod_prompts import ENTRY_POINT, GENERATOR
from codeiod_sandbox import Call, Outcome, Returned, SandboxLevel, SyncSandbox
from codeiod_sandbox import Program as Source

DRAWS = 20
"""Inputs that are drawn for one task, in the hope of some that the dataset does not hold."""
MOST_DRAWS = 60
"""Where none of them gives a pair, as many are drawn again, up to so many: no fewer than a run."""
COMPUTED = 4
"""Of these, so many distinct ones are computed, in the hope of a new output."""


class _Nondeterministic(Exception):
    """A program gave another output for the same input."""


@dataclass(frozen=True, slots=True)
class FreshTask:
    """A task that no run has asked."""

    row: dict[str, Any]
    """With the columns of an exported task that trainers need."""
    new: bool
    """Whether the dataset holds no pair with its known side; some programs have few outputs."""

    @property
    def task(self) -> RewardTask:
        """Return what a verifier needs."""
        return RewardTask.of(self.row)


@dataclass(frozen=True, slots=True)
class _Known:
    """A program that tasks are drawn from, and what the dataset holds of it."""

    program: Program
    program_id: str
    recipe: str
    sides: Mapping[str, frozenset[str]]
    """The inputs and the outputs of its pairs, as canonical JSON."""

    @classmethod
    def of(cls, row: Mapping[str, Any]) -> Self:
        pairs = list(split_pairs(row["ios"]))
        program = Program(
            row["item_id"],
            row["refcode"],
            row["io_requirements"],
            row["input_generator"],
            row["problem_description"],
        )
        sides = {
            "input": frozenset(canonical(parse(one)) for one, _ in pairs),
            "output": frozenset(canonical(parse(other)) for _, other in pairs),
        }
        return cls(program, row["id"], row["recipe"], sides)

    def holds(self, side: str, value: Any) -> bool:
        """Tell whether the dataset has a pair with this value on a side."""
        return canonical(value) in self.sides[side]


class FreshTasks:
    """Tasks without end, the same for a seed; iterate, or ``draw`` from one program."""

    def __init__(
        self,
        folder: str | Path,
        split: str = "train",
        seed: int = 0,
        tasks: Sequence[Task] = tuple(Task),
        workers: int = 0,
        at_most: SandboxLevel = SandboxLevel.CGROUP,
    ) -> None:
        """:param folder: an ``rlvr`` export.
        :raises SettingsError: the folder is no such export.
        """
        self._export = Export(Path(folder))
        self._split, self._seed, self._tasks = split, seed, tuple(tasks)
        self._sandboxes = Sandboxes(self._export.recipes, workers, at_most)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._sandboxes.close()

    def __iter__(self) -> Iterator[FreshTask]:
        """Draw one task after another, program by program, round by round.

        Ends only where no program yields anything.

        :raises codeiod_sandbox.SandboxError: the sandbox itself failed.
        """
        for number in count():
            drawn = 0
            for row in self._export.programs(self._split):
                for task in self._tasks:
                    if (found := self.draw(row, task, number)) is not None:
                        drawn += 1
                        yield found
            if not drawn:
                return

    def draw(self, row: Mapping[str, Any], task: Task, number: int) -> FreshTask | None:
        """Draw the task of a number from a program; None where its generator gives no pair.

        :param row: of the export's programs.
        :raises codeiod_sandbox.SandboxError: the sandbox itself failed.
        """
        known = _Known.of(row)
        sandbox = self._sandboxes.of(known.recipe)
        pairs = self._pairs(sandbox, known, task, number)
        for pair in pairs:
            if not known.holds(task.known, parse(pair.side(task.known))):
                return self._fresh(known, task, pair, new=True)
        return self._fresh(known, task, pairs[0], new=False) if pairs else None

    def _pairs(self, sandbox: SyncSandbox, known: _Known, task: Task, number: int) -> list[Pair]:
        """Draw and compute, in rounds, until there are pairs."""
        name, refcode = f"{known.program_id}/{task}/{number}", known.program.refcode
        for start in range(0, MOST_DRAWS, DRAWS):
            seeds = [draw_seed(self._seed, name, start + i) for i in range(DRAWS)]
            drawn = self._drawn(sandbox, known, seeds)
            some, rest = drawn[:COMPUTED], drawn[COMPUTED:]
            try:
                pairs = _computed(sandbox, refcode, some) or _computed(sandbox, refcode, rest)
            except _Nondeterministic:
                return []
            if pairs:
                return pairs
        return []

    def _drawn(
        self, sandbox: SyncSandbox, known: _Known, seeds: Sequence[int]
    ) -> list[tuple[int, Returned]]:
        """Draw inputs, each with its seed; those that the dataset does not hold come first."""
        calls = [Call(GENERATOR, {}, seed) for seed in seeds]
        outcomes = sandbox.run(Source(known.program.drawing_code), calls)
        distinct: dict[str, tuple[int, Returned]] = {}
        for seed, outcome in zip(seeds, outcomes, strict=True):
            if (found := _usable(outcome)) and isinstance(found.value, dict):
                distinct.setdefault(canonical(found.value), (seed, found))
        return sorted(distinct.values(), key=lambda one: known.holds("input", one[1].value))

    def _fresh(self, known: _Known, task: Task, pair: Pair, *, new: bool) -> FreshTask:
        recipe: Recipe = self._export.recipes[known.recipe]
        side = pair.side(task.known)
        row = {
            "prompt": [message("user", prompt_of(recipe.prompts, known.program, task, side))],
            "answer": pair.side(task.asked),
            "known": side,
            "refcode": known.program.refcode,
            "seed": str(pair.seed),
            "recipe": known.recipe,
            "id": sample_id(known.program_id, task, side, 0),
            "item_id": known.program.item_id,
            "program_id": known.program_id,
            "task": str(task),
        }
        return FreshTask(row, new)


def _computed(
    sandbox: SyncSandbox, refcode: str, drawn: Sequence[tuple[int, Returned]]
) -> list[Pair]:
    """Compute outputs twice, each alone, then in the twin; what fails is left out.

    As when sampling, a program that names random numbers is computed again with several seeds.

    :raises _Nondeterministic: an output differed: the others may agree by chance.
    """
    if not drawn:
        return []
    source, chances = Source(refcode), range(CHANCES if "random" in refcode else 1)
    plain = [Call(ENTRY_POINT, one.value, seed) for seed, one in drawn]
    first = sandbox.run(source, plain, alone=True)  # a program may remember earlier calls
    calls = [Call(ENTRY_POINT, o.value, seed ^ chance) for seed, o in drawn for chance in chances]
    again = sandbox.run(source, calls, twin=True, alone=True)
    pairs = []
    for place, (seed, one) in enumerate(drawn):
        output = _usable(first[place])
        others = again[place * len(chances) : (place + 1) * len(chances)]
        if output is not None and all(_same(output, other) for other in others):
            pairs.append(Pair(one.json, output.json, seed))
    return pairs


def _usable(outcome: Outcome) -> Returned | None:
    return outcome if isinstance(outcome, Returned) and not over_limit(outcome.value) else None


def _same(first: Returned, second: Outcome) -> bool:
    """Tell whether a call came to the same; it may have failed the second time.

    :raises _Nondeterministic: it came to something else.
    """
    if not isinstance(second, Returned):
        return False
    if canonical(first.value) != canonical(second.value):
        raise _Nondeterministic
    return True
