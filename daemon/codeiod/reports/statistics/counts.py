"""What is counted of a run: by source, by direction, by turn.

May import items and ``lengths``. Sums alone: they cost the same after millions of samples.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from codeiod.items import Status, Task
from codeiod.reports.statistics.lengths import Lengths

MOST_NAMES = 1000
"""Sources, models and languages that are counted apart; the rest of them together."""
OTHERS = "others"

TEXTS = ("prompt", "turn_1", "feedback_1", "turn_2", "feedback_2")
PARTS = ("problem_description", "io_requirements", "refcode", "input_generator")


@dataclass(slots=True)
class Outcome:
    """The instances of one direction."""

    instances: int = 0
    right_1: int = 0
    """Right at turn 1."""
    right_2: int = 0
    """Right at turn 2 alone."""

    def add(self, sample: Mapping[str, Any]) -> None:
        """Count a sample."""
        self.instances += 1
        if sample["status_1"] == Status.SUCCESS:
            self.right_1 += 1
        elif sample["status_2"] == Status.SUCCESS:
            self.right_2 += 1


def by_task() -> dict[str, Outcome]:
    """Begin with nothing of either direction."""
    return {str(task): Outcome() for task in Task}


@dataclass(slots=True)
class Source:
    """What came of the files of one source."""

    files: int = 0
    """Files that are done: with a program, or rejected."""
    programs: int = 0
    pairs: int = 0
    tasks: dict[str, Outcome] = field(default_factory=by_task)


@dataclass(slots=True)
class Counted:
    """All sums of a run."""

    total: Source = field(default_factory=Source)
    sources: dict[str, Source] = field(default_factory=dict)
    reasons: dict[str, Counter[str]] = field(default_factory=dict)
    """Items that were rejected, by stage and reason."""
    lost_samples: Counter[str] = field(default_factory=Counter)
    """Samples that were rejected, by reason."""
    statuses: dict[str, dict[str, Counter[str]]] = field(
        default_factory=lambda: {str(task): {"1": Counter(), "2": Counter()} for task in Task}
    )
    """What the check of an answer found, by direction and turn."""
    lengths: dict[str, Lengths] = field(
        default_factory=lambda: {name: Lengths() for name in (*PARTS, *TEXTS)}
    )
    """Of texts, in characters; of a turn that was not taken, nothing."""
    values: dict[str, Lengths] = field(
        default_factory=lambda: {name: Lengths() for name in ("input", "output")}
    )
    """Of inputs and outputs, in characters of JSON."""
    pairs: Lengths = field(default_factory=Lengths)
    """Pairs of a program."""
    outputs: Lengths = field(default_factory=Lengths)
    """Different outputs of a program."""
    arguments: Counter[str] = field(default_factory=Counter)
    """Arguments by the kind of their value."""
    results: Counter[str] = field(default_factory=Counter)
    """Outputs by their kind."""
    languages: Counter[str] = field(default_factory=Counter)
    """Programs by the language of their file."""
    models: Counter[str] = field(default_factory=Counter)
    """Turns by who answered."""
    cost: float = 0.0
    """Of the turns of all samples, in whatever currency."""

    def source(self, name: str) -> Source:
        """Return the sums of a source; of one too many, those of all others."""
        known = name in self.sources or len(self.sources) < MOST_NAMES
        return self.sources.setdefault(name if known else OTHERS, Source())


def count(counts: Counter[str], name: str) -> None:
    """Count a name, or among the others where there are too many names already."""
    counts[name if name in counts or len(counts) < MOST_NAMES else OTHERS] += 1
