"""How right the answers of a run are, and how true their claims. Imports the standard library."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

Sample = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Answers:
    """The instances of one task, counted."""

    total: int
    right_1: int
    right_2: int
    claims: int
    true: int

    @property
    def share_1(self) -> float:
        return self.right_1 / self.total if self.total else 0.0

    @property
    def share_2(self) -> float:
        """The share that is right after two turns."""
        return (self.right_1 + self.right_2) / self.total if self.total else 0.0


def count(samples: Sequence[Sample], task: str) -> Answers:
    """Count the answers to one task."""
    of_task = [sample for sample in samples if sample["task"] == task]
    agreed = [sample["trace_agreement"] for sample in of_task]
    return Answers(
        total=len(of_task),
        right_1=sum(sample["status_1"] == "success" for sample in of_task),
        right_2=sum(sample["status_2"] == "success" for sample in of_task),
        claims=sum(each["claims"] for each in agreed),
        true=sum(each["true"] for each in agreed),
    )


def instances_per_second(samples: Sequence[Sample]) -> float:
    """Instances by the time between the first and the last that was finished: no start-up in it."""
    moments = sorted(datetime.fromisoformat(sample["finished_at"]) for sample in samples)
    lasted = (moments[-1] - moments[0]).total_seconds() if moments else 0.0
    return len(samples) / lasted if lasted else 0.0
