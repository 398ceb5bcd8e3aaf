"""Which samples of a case are exported, and to which split: the same for a seed, in any order.

May import items, ``cases`` and ``options``. Whatever is left to chance hangs on a digest
of the seed and of an id, never on a generator: so what one sample gets hangs on no other one.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from hashlib import blake2b

from codeiod.dataset.exports.cases import Case, Labelled
from codeiod.dataset.exports.options import Keep, Options
from codeiod.items import Task

TRAIN, TEST = "train", "test"
CHANCE_BYTES = 8


@dataclass(frozen=True, slots=True)
class Choice:
    """What is taken of each case."""

    options: Options
    shares: Mapping[Task, float] = field(default_factory=dict)
    """Of each task that has a weight, the share of its samples that is taken."""

    def split(self, item_id: str) -> str:
        """Return the split of an item: all that comes of it goes there."""
        return TEST if self._chance("holdout", item_id) < self.options.holdout else TRAIN

    def of(self, case: Case) -> Case:
        """Return the case with what is taken of it, in its order."""
        kept = list(case.samples)
        if self.shares or self.options.keep is not Keep.ALL:
            kept = [one for one in kept if self._keeps(one) and self._has_share(one)]
        most = self.options.max_per_program
        if most and len(kept) > most:
            first = sorted(kept, key=lambda one: self._chance("most", one.sample.id))[:most]
            chosen = {one.sample.id for one in first}
            kept = [one for one in kept if one.sample.id in chosen]
        return case.of(kept)

    def _keeps(self, one: Labelled) -> bool:
        match self.options.keep:
            case Keep.ALL:
                return True
            case Keep.ONLY_RIGHT:
                last = 2 if self.options.takes_second_turns else 1
                return 0 < one.labels.right_at <= last
            case Keep.ONLY_HARD:
                return one.labels.hard

    def _has_share(self, one: Labelled) -> bool:
        share = self.shares.get(one.sample.task, 1.0)
        return share >= 1 or self._chance("weight", one.sample.id) < share

    def _chance(self, purpose: str, name: str) -> float:
        """Return a number from 0 to below 1 that hangs on the seed, a purpose and a name alone."""
        data = f"{self.options.seed}\0{purpose}\0{name}".encode()
        drawn = int.from_bytes(blake2b(data, digest_size=CHANCE_BYTES).digest(), "big")
        return (drawn >> 11) / (1 << 53)


def weighed(options: Options, cases: Iterable[Case]) -> Choice:
    """Choose so that the tasks come out in the shares of their weights, losing as little as can be.

    Reads all cases once more where there are weights.
    """
    unweighed = Choice(options)
    if not options.weights:
        return unweighed
    counts = dict.fromkeys(Task, 0)
    for task in _tasks(unweighed, cases):
        counts[task] += 1
    return Choice(options, shares_of(counts, options.weights))


def shares_of(counts: Mapping[Task, int], weights: Mapping[Task, float]) -> dict[Task, float]:
    """Return which share of each task to take, so that what is taken is as the weights are."""
    wanted = {task: weight for task, weight in weights.items() if weight > 0}
    there = [counts[task] / weight for task, weight in wanted.items()]
    unit = min(there, default=0.0)
    return {
        task: min(1.0, unit * weights[task] / counts[task]) if counts[task] else 0.0
        for task in weights
    }


def _tasks(choice: Choice, cases: Iterable[Case]) -> Iterator[Task]:
    for case in cases:
        yield from (one.sample.task for one in choice.of(case).samples)
