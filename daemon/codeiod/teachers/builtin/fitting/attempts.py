"""What trying came to: one combination of shapes, and how it did. Imports its neighbours; pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from codeiod.teachers.builtin.fitting.coverage import Coverage, Marked
from codeiod.teachers.builtin.fitting.generator import Shapes
from codeiod.teachers.builtin.fitting.probing import End, Tried

MIN_SUCCESS = 0.8
MIN_DISTINCT_OUTPUTS = 3
MAX_COMMONEST = 0.7
"""The share of draws that may have one and the same output."""
MIN_DISTINCT_INPUTS = 0.4
MIN_STATEMENTS = 4
MIN_COVERAGE = 0.8
MIN_PLAUSIBLE = 0.5


@dataclass(frozen=True, slots=True)
class Attempt:
    """How some cases, each with a shape for every argument, did in a few draws.

    :param rank: how far down the lists of likely shapes they stand.
    """

    cases: tuple[Shapes, ...]
    tried: tuple[Tried, ...]
    coverage: Coverage
    rank: float

    @property
    def returned(self) -> list[Tried]:
        return [one for one in self.tried if one.end is End.RETURNED]

    @property
    def success(self) -> float:
        return len(self.returned) / len(self.tried)

    @property
    def distinct(self) -> int:
        return len({one.output for one in self.returned})

    @property
    def distinct_inputs(self) -> float:
        return len({repr(one.arguments) for one in self.tried}) / len(self.tried)

    @property
    def commonest(self) -> float:
        """How much of the outputs is one and the same."""
        outputs = Counter(one.output for one in self.returned)
        return max(outputs.values(), default=0) / (len(self.returned) or 1)

    def is_mostly(self, *ends: End) -> bool:
        lost = [one for one in self.tried if one.end is not End.RETURNED]
        return 2 * sum(one.end in ends for one in lost) > len(lost)

    @property
    def score(self) -> float:
        varied = min(self.distinct, MIN_DISTINCT_OUTPUTS) / MIN_DISTINCT_OUTPUTS
        varied -= max(0.0, self.commonest - 0.5)
        covered = min(1.0, self.coverage.share / MIN_COVERAGE)
        return 2 * min(1.0, self.success / MIN_SUCCESS) + varied + covered - 0.015 * self.rank

    @property
    def is_near(self) -> bool:
        """Whether more draws, or other cases, may still make it good."""
        return self.coverage.share > 0.5 and self.distinct > 1 and self.success >= MIN_PLAUSIBLE

    @property
    def fault(self) -> str:
        """What keeps it from being good, ``""`` where nothing does."""
        if self.success < MIN_SUCCESS:
            return self._lost()
        if self.distinct < MIN_DISTINCT_OUTPUTS or self.commonest > MAX_COMMONEST:
            return "its outputs hardly vary"
        if self.distinct_inputs < MIN_DISTINCT_INPUTS:
            return "its inputs hardly vary"
        if self.coverage.share < MIN_COVERAGE:
            return f"its draws cover {self.coverage.share:.0%} of its branches"
        if self.coverage.statements < MIN_STATEMENTS:
            return f"only {self.coverage.statements} of its statements run"
        return ""

    def _lost(self) -> str:
        ends = [one for one in self.tried if one.end is not End.RETURNED]
        match max((one.end for one in ends), key=[one.end for one in ends].count):
            case End.LATE:
                return "its calls run out of time"
            case End.BIG:
                return "its inputs or outputs are too long"
            case End.RAISED:
                return f"no inputs were found that it takes: {_first(ends, End.RAISED)}"
            case End.FLAWED:
                return f"its results are no JSON: {_first(ends, End.FLAWED)}"
            case _:
                return f"its calls do not return: {_first(ends, End.LOST)}"


def _first(ends: Sequence[Tried], end: End) -> str:
    return next(one.flaw for one in ends if one.end is end)


def attempt(
    cases: tuple[Shapes, ...], tried: Sequence[Tried], program: Marked, rank: float
) -> Attempt:
    passed = {mark for one in tried if one.end is End.RETURNED for mark in one.marks}
    return Attempt(cases, tuple(tried), program.measure(passed), rank)
