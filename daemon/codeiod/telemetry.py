"""What a run counts of itself while it goes, for people to look at.

May import ``items``. Nothing here is a record: what must be true after a crash is
folded from the journal.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TypeAlias

from codeiod.items import Task

TaskCounts: TypeAlias = dict[Task, int]


def _zeros() -> TaskCounts:
    return dict.fromkeys(Task, 0)


@dataclass(slots=True)
class Funnel:
    """How far the items of this call have come; each step counts those that passed it."""

    admitted: int = 0
    unified: int = 0
    sampled: int = 0
    finished: int = 0
    rejected: int = 0
    instances: TaskCounts = field(default_factory=_zeros)
    right_1: TaskCounts = field(default_factory=_zeros)
    right_2: TaskCounts = field(default_factory=_zeros)
