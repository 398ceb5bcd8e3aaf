"""What trying came to: one combination of shapes, and how it did. Imports its neighbours; pure."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from codeiod.teachers.builtin.fitting.coverage import Coverage
from codeiod.teachers.builtin.fitting.generator import Shapes
from codeiod.teachers.builtin.fitting.probing import (
    MIN_COVERAGE,
    MIN_DISTINCT_OUTPUTS,
    MIN_PAIRS,
    MIN_SUCCESS,
    End,
    Ended,
    Tried,
)

MAX_COMMONEST = 0.7
"""The share of draws that may have one and the same output."""
MIN_STATEMENTS = 4


@dataclass(frozen=True, slots=True)
class Attempt:
    """How some cases, each with a shape for every argument, did in a few draws.

    :param rank: how far down the lists of likely shapes they stand.
    """

    cases: tuple[Shapes, ...]
    tried: Tried
    coverage: Coverage
    rank: float

    @property
    def lost(self) -> list[Ended]:
        return [one for one in self.tried.ends if one.end is not End.RETURNED]

    @property
    def success(self) -> float:
        return 1 - len(self.lost) / len(self.tried.ends)

    @property
    def flaw(self) -> str:
        """The first type that is no JSON in a result, ``""`` where there is none."""
        return next((one.flaw for one in self.lost if one.end is End.FLAWED), "")

    @property
    def has_late(self) -> bool:
        return self.tried.slow or any(one.end is End.LATE for one in self.lost)

    def is_mostly(self, *ends: End) -> bool:
        return 2 * sum(one.end in ends for one in self.lost) > len(self.lost)

    @property
    def score(self) -> float:
        varied = min(self.tried.distinct, MIN_DISTINCT_OUTPUTS) / MIN_DISTINCT_OUTPUTS
        varied -= max(0.0, self.tried.commonest - 0.5)
        covered = min(1.0, self.coverage.share / MIN_COVERAGE)
        return 2 * min(1.0, self.success / MIN_SUCCESS) + varied + covered - 0.015 * self.rank

    @property
    def fault(self) -> str:
        """What keeps it from being good, ``""`` where nothing does."""
        if self.success < MIN_SUCCESS:
            return self._lost()
        if self.tried.slow:
            return "its calls run out of time"
        if self.tried.pairs < MIN_PAIRS:
            return "its inputs hardly vary"
        if self.tried.distinct < MIN_DISTINCT_OUTPUTS or self.tried.commonest > MAX_COMMONEST:
            return "its outputs hardly vary"
        if self.coverage.share < MIN_COVERAGE:
            return f"its draws cover {self.coverage.share:.0%} of its branches"
        if self.coverage.statements < MIN_STATEMENTS:
            return f"only {self.coverage.statements} of its statements run"
        if self.tried.differs:
            return "its outputs hang on the calls before"
        if self.tried.idle:
            return f"changing {' and '.join(self.tried.idle)} changes nothing"
        return ""

    def _lost(self) -> str:
        (end, _), *_ = Counter(one.end for one in self.lost).most_common(1)
        flaw = next(one.flaw for one in self.lost if one.end is end)
        match end:
            case End.LATE:
                return "its calls run out of time"
            case End.BIG:
                return "its inputs or outputs are too long"
            case End.RAISED:
                return f"no inputs were found that it takes: {flaw}"
            case End.FLAWED:
                return f"its results are no JSON: {flaw}"
            case _:
                return f"its calls do not return: {flaw}"
