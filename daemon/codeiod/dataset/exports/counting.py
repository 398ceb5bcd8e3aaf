"""What an export holds, counted while it is written; for its card and its manifest.

May import items and ``cases``.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

from codeiod.dataset.exports.cases import Case, Labelled
from codeiod.dataset.exports.shards import Shard
from codeiod.items import Task

MOST_NAMES = 1000
"""Sources, models and so on that are counted apart; the rest of them together."""
OTHERS = "others"


@dataclass(slots=True)
class TaskCounts:
    """Samples of a task that were taken."""

    total: int = 0
    right_1: int = 0
    right_2: int = 0
    hard: int = 0
    tokens: int = 0
    claims_agreeing: int = 0
    """Samples all of whose checked claims a trace confirms."""
    claims_checked: int = 0
    """Samples any of whose claims were checked."""


@dataclass(slots=True)
class Counts:
    """All that was taken."""

    programs: int = 0
    samples: int = 0
    tasks: dict[Task, TaskCounts] = field(default_factory=lambda: {t: TaskCounts() for t in Task})
    sources: Counter[str] = field(default_factory=Counter)
    """Programs by their source."""
    languages: Counter[str] = field(default_factory=Counter)
    """Programs by the language of their file."""
    models: Counter[str] = field(default_factory=Counter)
    """Turns by who answered."""
    sandboxes: Counter[str] = field(default_factory=Counter)
    """Programs by where they ran."""

    def add(self, case: Case) -> None:
        """Count a case of which something is taken."""
        fields = case.program.fields
        self.programs += 1
        self.samples += len(case.samples)
        count(self.sources, fields["source"])
        count(self.sandboxes, fields["sandbox"])
        count(self.languages, case.samples[0].labels.language)
        for one in case.samples:
            self._add(one)

    def _add(self, one: Labelled) -> None:
        labels, sample = one.labels, one.sample.fields
        counts = self.tasks[sample["task"]]  # a task is its name
        counts.total += 1
        counts.right_1 += labels.right_at == 1
        counts.right_2 += labels.right_at == 2
        counts.hard += labels.hard
        counts.tokens += labels.tokens
        counts.claims_checked += labels.agreement >= 0
        counts.claims_agreeing += labels.agreement == 1
        for turn in ("1", "2"):
            if sample[f"turn_{turn}"]:
                count(self.models, sample[f"model_{turn}"] or sample["teacher"])


def count(counts: Counter[str], name: str) -> None:
    """Count a name, or among the others where there are too many names already."""
    counts[name if name in counts or len(counts) < MOST_NAMES else OTHERS] += 1


@dataclass(frozen=True, slots=True)
class Exported:
    """What came of an export."""

    counts: Counts
    shards: tuple[Shard, ...]

    def rows(self) -> dict[str, dict[str, int]]:
        """Count the rows by config and split."""
        found: dict[str, dict[str, int]] = {}
        for shard in self.shards:
            splits = found.setdefault(shard.config, {})
            splits[shard.split] = splits.get(shard.split, 0) + shard.rows
        return found
