"""The counts of samples that a batch adds to the report.

May import the standard library alone.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class TaskTally:
    """Samples of one task: all, right at turn 1, right at turn 2."""

    total: int = 0
    right_1: int = 0
    right_2: int = 0

    def __add__(self, other: TaskTally) -> TaskTally:
        return TaskTally(
            self.total + other.total, self.right_1 + other.right_1, self.right_2 + other.right_2
        )


@dataclass(frozen=True, slots=True)
class Tally:
    """What a batch adds to the report's counts of samples, by task and by reason."""

    samples: Mapping[str, TaskTally] = field(default_factory=dict)
    rejected_samples: Mapping[str, int] = field(default_factory=dict)

    def __add__(self, other: Tally) -> Tally:
        # orjson takes str alone as keys, not a StrEnum: hence str() here.
        samples = {str(task): tally for task, tally in self.samples.items()}
        for task, tally in other.samples.items():
            samples[str(task)] = samples.get(str(task), TaskTally()) + tally
        rejected = {str(reason): n for reason, n in self.rejected_samples.items()}
        for reason, n in other.rejected_samples.items():
            rejected[str(reason)] = rejected.get(str(reason), 0) + n
        return Tally(samples, rejected)

    @staticmethod
    def load(value: Mapping[str, Any]) -> Tally:
        """Read a tally back from the journal."""
        samples = {task: TaskTally(**counts) for task, counts in value["samples"].items()}
        return Tally(samples, value["rejected_samples"])
