"""How things stand with a daemon right now: what its page, socket, metrics and log tell.

May import items and ``status``. Values alone, frozen: they are gathered by ``service.affairs``, and
told by whoever likes. Times are Unix seconds, lengths of time are seconds.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from codeiod.reports.status import Report


class Phase(StrEnum):
    """What a daemon is about."""

    STARTING = "starting"
    WORKING = "working"
    IDLE = "idle"
    """All is done; it waits for files."""
    PAUSED = "paused"
    """An operator has closed the intake."""
    WAITING = "waiting"
    """Something is in the way: a budget, a disk, an endpoint; ``why`` says what."""
    DRAINING = "draining"
    STOPPED = "stopped"


class EndpointState(StrEnum):
    """Whether an endpoint is asked."""

    UP = "up"
    RESTING = "resting"
    """It fails for now, and is tried now and then."""
    OUT = "out"
    """It can't answer until someone mends it: a wrong key, an unknown model, no quota."""


@dataclass(frozen=True, slots=True)
class Percentiles:
    """A measure over the last values; 0 where there are none."""

    p50: float = 0.0
    p95: float = 0.0
    p99: float = 0.0


@dataclass(frozen=True, slots=True)
class EndpointAffairs:
    """One endpoint."""

    name: str
    url: str
    """Without what may be secret in it."""
    model: str
    state: EndpointState = EndpointState.UP
    why: str = ""
    in_flight: int = 0
    limit: int = 0
    """How many may be in flight now."""
    max_in_flight: int = 0
    waiting: int = 0
    """Requests in line for a place."""
    retrying: int = 0
    requests_per_minute: float = 0.0
    """The limit in force, set or learned; 0: none. The same below."""
    tokens_per_minute: float = 0.0
    answered: int = 0
    failed: Mapping[str, int] = field(default_factory=dict)
    """By kind of failure."""
    latency: Percentiles = Percentiles()


@dataclass(frozen=True, slots=True)
class SandboxAffairs:
    """The sandbox."""

    level: int = 0
    workers: int = 0
    running: int = 0
    waiting: int = 0
    calls: int = 0
    outcomes: Mapping[str, int] = field(default_factory=dict)
    """Calls by how they ended, under the names of the outcomes: ``returned``, ``timed_out``..."""
    cpu_seconds: float = 0.0


@dataclass(frozen=True, slots=True)
class BudgetAffairs:
    """The caps in force and what was spent; a cap of 0 is none."""

    currency: str = ""
    money: float = 0.0
    money_per_day: float = 0.0
    tokens: int = 0
    tokens_per_day: int = 0
    spent_money: float = 0.0
    spent_money_today: float = 0.0
    spent_tokens: int = 0
    spent_tokens_today: int = 0
    reserved_money: float = 0.0
    """What calls in flight may cost."""
    exhausted: str = ""
    """The cap that has no room, in words; ``""``: none."""


@dataclass(frozen=True, slots=True)
class WatchAffairs:
    """One watched folder."""

    folder: str
    there: bool = True
    why: str = ""
    """Why it can't be read."""
    taken: int = 0
    unsettled: int = 0
    """Files that are still being written, as it looks."""
    scan_seconds: float = 0.0
    """What the last look through it took."""
    scanned_at: float = 0.0


@dataclass(frozen=True, slots=True)
class JournalAffairs:
    """The journal and its disk."""

    segment: int = 0
    bytes: int = 0
    """Of all segments."""
    unsynced_records: int = 0
    sync: Percentiles = Percentiles()
    """How long a group took to reach the disk."""
    disk_free_bytes: int = 0
    low: bool = False
    """Whether the disk is full."""


@dataclass(frozen=True, slots=True)
class CallInFlight:
    """A teacher call that has not come back."""

    item_id: str
    key: str
    endpoint: str
    seconds: float


@dataclass(frozen=True, slots=True)
class Trouble:
    """A warning or an error that an operator should know of, in plain words."""

    at: float
    level: str
    event: str
    text: str
    times: int = 1
    """How often the same happened in a row."""


@dataclass(frozen=True, slots=True)
class FunnelCounts:
    """How far the items of this daemon's life have come."""

    admitted: int = 0
    unified: int = 0
    sampled: int = 0
    finished: int = 0
    rejected: int = 0
    instances: Mapping[str, int] = field(default_factory=dict)
    right_1: Mapping[str, int] = field(default_factory=dict)
    right_2: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Affairs:
    """How things stand."""

    phase: Phase
    why: str
    """Why it waits, is paused or drains, and what to do about it."""
    ready: bool
    version: str
    pid: int
    directory: str
    at: float
    started_at: float
    report: Report
    funnel: FunnelCounts = FunnelCounts()
    inside: int = 0
    """Items admitted and not done, in memory."""
    in_flight: int = 0
    total_entries: int = 0
    """How many entries the sources hold; 0 where that is not known."""
    teacher: str = ""
    endpoints: tuple[EndpointAffairs, ...] = ()
    sandbox: SandboxAffairs = SandboxAffairs()
    budget: BudgetAffairs = BudgetAffairs()
    watched: tuple[WatchAffairs, ...] = ()
    journal: JournalAffairs = JournalAffairs()
    calls: tuple[CallInFlight, ...] = ()
    """The oldest of those in flight, at most 50."""
    troubles: tuple[Trouble, ...] = ()
    """The last ones, newest first, at most 50."""
    memory_bytes: int = 0
    descriptors: int = 0
