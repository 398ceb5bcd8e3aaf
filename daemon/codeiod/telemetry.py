"""What a run counts of itself while it goes, for people to look at.

May import ``items``. Nothing here is a record: what must be true after a crash is folded from the
journal. All of it is counted on the event loop, a few hundred nanoseconds an event, without locks.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter, deque
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple, TypeAlias

from codeiod.items import Stage, Task, Usage

RECENT_VALUES = 512
"""How many of the last values are kept where percentiles tell how it is now."""
LATENCY_BOUNDS = tuple(0.01 * 2**power for power in range(17))
"""Seconds, from 10 ms to 11 minutes: those that OpenTelemetry advises for teacher calls, and on."""
TOKEN_BOUNDS = tuple(4.0**power for power in range(11))
"""From 1 to a million, as OpenTelemetry advises."""
JOB_BOUNDS = (0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1.0, 3.0, 10.0, 30.0, 100.0)
SYNC_BOUNDS = (0.0003, 0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1.0, 3.0, 10.0)

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


class Distribution:
    """A histogram of all values, and some of the last ones as they were."""

    __slots__ = ("bounds", "counts", "recent", "total")

    def __init__(self, bounds: Sequence[float], *, recent: int = 0) -> None:
        """Take the upper bounds of the buckets, each of which holds values up to its own.

        :param recent: how many of the last values are kept.
        """
        self.bounds = bounds
        self.counts = [0] * (len(bounds) + 1)
        """By bucket, not cumulated; the last holds what is beyond all bounds."""
        self.total = 0.0
        self.recent: deque[float] = deque(maxlen=recent)

    def note(self, value: float) -> None:
        """Take in a value."""
        self.counts[bisect_left(self.bounds, value)] += 1
        self.total += value
        self.recent.append(value)

    @property
    def count(self) -> int:
        """How many values there were."""
        return sum(self.counts)


class CallMeter:
    """The calls of one stage to one endpoint."""

    __slots__ = ("answers", "cached_tokens", "failures", "input", "output", "queued", "truncated")

    def __init__(self) -> None:
        self.answers = Distribution(LATENCY_BOUNDS, recent=RECENT_VALUES)
        """Seconds of the calls that were answered, whole or cut off."""
        self.failures: dict[str, Distribution] = {}
        """Seconds of those that were not, by what went wrong: a closed list of kinds."""
        self.truncated = 0
        self.queued = Distribution(LATENCY_BOUNDS)
        """Seconds that requests waited for a place."""
        self.input = Distribution(TOKEN_BOUNDS)
        self.output = Distribution(TOKEN_BOUNDS)
        self.cached_tokens = 0

    def note_answer(self, seconds: float, usage: Usage, *, truncated: bool) -> None:
        """Count an answer."""
        self.answers.note(seconds)
        self.input.note(usage.input)
        self.output.note(usage.output)
        self.cached_tokens += usage.cached
        self.truncated += truncated

    def note_failure(self, seconds: float, kind: str) -> None:
        """Count a call that was not answered."""
        if kind not in self.failures:
            self.failures[kind] = Distribution(LATENCY_BOUNDS)
        self.failures[kind].note(seconds)


class Flight(NamedTuple):
    """A call that has not come back."""

    item_id: str
    request: str
    """The digest by which the journal knows it."""
    attempt: int
    left_at: float
    """By the clock of the loop."""


class EndpointMeter:
    """The calls to one endpoint."""

    __slots__ = ("flights", "stages")

    def __init__(self) -> None:
        self.stages: dict[Stage, CallMeter] = {}
        self.flights: dict[object, Flight] = {}
        """By the place that each holds; the oldest first."""

    def of(self, stage: Stage) -> CallMeter:
        """Return the meter of a stage."""
        meter = self.stages.get(stage)
        if meter is None:
            meter = self.stages[stage] = CallMeter()
        return meter


class SandboxMeter:
    """The jobs that ran in the sandbox, and how their calls ended."""

    __slots__ = ("cpu_seconds", "faults", "jobs", "outcomes", "queued")

    def __init__(self) -> None:
        self.jobs = Distribution(JOB_BOUNDS)
        """Seconds by the clock."""
        self.queued = Distribution(JOB_BOUNDS)
        """Seconds that jobs waited for their turn."""
        self.outcomes: Counter[type] = Counter()
        """Calls, by the type of what became of them."""
        self.cpu_seconds = 0.0
        """Of the calls that returned."""
        self.faults = 0
        """Jobs in which the sandbox itself failed."""

    def note_job(self, seconds: float, outcomes: Iterable[object]) -> None:
        """Count a job and its calls."""
        self.jobs.note(seconds)
        self.outcomes.update(map(type, outcomes))


def sync_times() -> Distribution:
    """Make the distribution of the times that syncs of the journal take."""
    return Distribution(SYNC_BOUNDS, recent=RECENT_VALUES)


@dataclass(frozen=True, slots=True)
class Telemetry:
    """All meters of a run."""

    endpoints: Mapping[str, EndpointMeter] = field(default_factory=dict)
    """By name."""
    sandbox: SandboxMeter = field(default_factory=SandboxMeter)
    syncs: Distribution = field(default_factory=sync_times)
    """Seconds that the journal's syncs took."""
