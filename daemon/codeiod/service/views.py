"""How each part of a daemon stands, as values that can be shown.

May import what the parts are made of. Looking changes nothing.
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import chain, islice
from pathlib import Path

from codeiod.journal import Journal
from codeiod.llm import Endpoint, clock
from codeiod.llm.budget import Budget
from codeiod.llm.health import BROKEN
from codeiod.reports.affairs import (
    BudgetAffairs,
    CallInFlight,
    EndpointAffairs,
    EndpointState,
    FunnelCounts,
    JournalAffairs,
    Percentiles,
    SandboxAffairs,
)
from codeiod.service.traffic import CountedRunner
from codeiod.telemetry import Distribution, EndpointMeter, Funnel, SandboxMeter

MOST_CALLS = 50
JOURNAL_FILES = ("segment-", "snapshot-")


@dataclass(frozen=True, slots=True)
class Measured:
    """What the system says of this process and of the journal's disk."""

    memory_bytes: int = 0
    descriptors: int = 0
    journal_bytes: int = 0
    disk_free_bytes: int = 0


def funnel_counts(funnel: Funnel) -> FunnelCounts:
    """Copy a funnel as it stands."""
    return FunnelCounts(
        funnel.admitted,
        funnel.unified,
        funnel.sampled,
        funnel.finished,
        funnel.rejected,
        {str(task): n for task, n in funnel.instances.items()},
        {str(task): n for task, n in funnel.right_1.items()},
        {str(task): n for task, n in funnel.right_2.items()},
    )


def percentiles_of(*distributions: Distribution) -> Percentiles:
    """Return the percentiles of the last values, of all distributions together."""
    values = sorted(chain.from_iterable(one.recent for one in distributions))
    if not values:
        return Percentiles()
    last = len(values) - 1
    return Percentiles(*(values[round(share * last)] for share in (0.5, 0.95, 0.99)))


def endpoint_affairs(endpoint: Endpoint) -> EndpointAffairs:
    """Tell how things stand with an endpoint."""
    settings, slots, health = endpoint.settings, endpoint.slots, endpoint.health
    stages, rates = endpoint.meter.stages.values(), slots.rates
    return EndpointAffairs(
        name=endpoint.name,
        url=health.url,
        model=settings.model,
        state=_state_of(endpoint),
        why=health.describe() if health.failing else "",
        in_flight=slots.in_flight,
        limit=slots.limit,
        max_in_flight=settings.max_in_flight,
        waiting=slots.waiting,
        retrying=slots.retrying,
        requests_per_minute=round(rates.requests, 3),
        tokens_per_minute=round(rates.tokens, 3),
        answered=sum(one.answers.count for one in stages),
        failed=_failures(endpoint.meter),
        latency=percentiles_of(*(one.answers for one in stages)),
    )


def _state_of(endpoint: Endpoint) -> EndpointState:
    health = endpoint.health
    if health.standing in BROKEN.values():
        return EndpointState.OUT
    resting = health.failing and (health.rests(clock.now()) or not health.answered)
    return EndpointState.RESTING if resting else EndpointState.UP


def _failures(meter: EndpointMeter) -> dict[str, int]:
    counts: dict[str, int] = {}
    for stage in meter.stages.values():
        for kind, failed in stage.failures.items():
            counts[kind] = counts.get(kind, 0) + failed.count
    return counts


def sandbox_affairs(runner: CountedRunner, level: int) -> SandboxAffairs:
    """Tell how things stand with the sandbox."""
    meter = runner.meter
    outcomes = outcome_counts(meter)
    running = min(runner.running, runner.workers)  # a few more are handed over, so none is idle
    return SandboxAffairs(
        level=level,
        workers=runner.workers,
        running=running,
        waiting=runner.waiting + runner.running - running,
        calls=sum(outcomes.values()),
        outcomes=outcomes,
        cpu_seconds=round(meter.cpu_seconds, 3),
    )


def outcome_counts(meter: SandboxMeter) -> dict[str, int]:
    """Return the calls by how they ended, under the names of the outcomes in small letters."""
    return {snake_case(kind.__name__): n for kind, n in meter.outcomes.items()}


def snake_case(name: str) -> str:
    """Write ``TimedOut`` as ``timed_out``."""
    return "".join(f"_{c.lower()}" if c.isupper() else c for c in name).lstrip("_")


def budget_affairs(budget: Budget) -> BudgetAffairs:
    """Tell what may be spent, and what was."""
    caps, spent, today = budget.caps, budget.spent, budget.spent_today
    return BudgetAffairs(
        currency=caps.currency,
        money=caps.money,
        money_per_day=caps.money_per_day,
        tokens=caps.tokens,
        tokens_per_day=caps.tokens_per_day,
        spent_money=spent.money,
        spent_money_today=today.money,
        spent_tokens=spent.tokens,
        spent_tokens_today=today.tokens,
        reserved_money=budget.reserved.money,
        exhausted=budget.exhausted,
    )


def journal_affairs(journal: Journal, measured: Measured) -> JournalAffairs:
    """Tell how things stand with the journal."""
    return JournalAffairs(
        segment=journal.segment,
        bytes=measured.journal_bytes,
        unsynced_records=journal.unsynced,
        sync=percentiles_of(journal.syncs),
        disk_free_bytes=measured.disk_free_bytes,
        low=journal.room.low,
    )


def calls_in_flight(journal: Journal, endpoints: Iterable[Endpoint]) -> tuple[CallInFlight, ...]:
    """Return the oldest calls that have not come back; the journal knows their keys."""
    now = clock.now()
    flights = {
        flight[:3]: (endpoint.name, flight.left_at)
        for endpoint in endpoints
        for flight in endpoint.meter.flights.values()
    }
    found = (
        CallInFlight(intent.item, intent.key, name, round(now - left_at, 1))
        for intent in journal.state.calls.open.values()
        for name, left_at in [flights.get((intent.item, intent.request, intent.attempt), ("", 0))]
        if name
    )
    return tuple(islice(found, MOST_CALLS))


def measure(journal: Journal) -> Measured:
    """Ask the system; in a thread, as a disk can be slow to answer.

    :raises OSError: it does not say.
    """
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    descriptors = sum(1 for _ in Path("/proc/self/fd").iterdir()) - 1  # without its own
    with os.scandir(journal.folder) as files:
        journal_bytes = sum(
            file.stat().st_size for file in files if file.name.startswith(JOURNAL_FILES)
        )
    return Measured(
        memory_bytes=pages * os.sysconf("SC_PAGE_SIZE"),
        descriptors=descriptors,
        journal_bytes=journal_bytes,
        disk_free_bytes=journal.disk.free(journal.folder),
    )
