"""Gather how things stand, for all that show it: cheaply, and at most once a second.

May import ``plan``, ``parts`` and ``live`` of this package, and all that lies below it. What takes
long is kept longer (the forecast), or looked at in a thread (the process and its disk). Looking
changes nothing.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from importlib.metadata import version
from itertools import chain, islice
from pathlib import Path
from typing import Protocol

import anyio
from anyio import to_thread

from codeiod.journal import Journal
from codeiod.llm import Endpoint, clock
from codeiod.llm.budget import Budget
from codeiod.llm.health import BROKEN
from codeiod.reports.affairs import (
    Affairs,
    BudgetAffairs,
    CallInFlight,
    EndpointAffairs,
    EndpointState,
    FunnelCounts,
    JournalAffairs,
    Percentiles,
    SandboxAffairs,
    WatchAffairs,
)
from codeiod.reports.forecast import Forecast, forecast_of
from codeiod.reports.status import report_of
from codeiod.reports.troubles import TROUBLES, Troubles
from codeiod.service.live import Live
from codeiod.service.parts import Parts
from codeiod.service.plan import Plan
from codeiod.service.traffic import CountedRunner
from codeiod.teachers.openai import OpenAITeacher
from codeiod.telemetry import Distribution, EndpointMeter, Funnel, SandboxMeter, Telemetry

VERSION = version("codeiod")
FRESH_SECONDS = 1.0
FORECAST_SHARE = 0.001
"""Of the time, at the most, that may go into forecasts..."""
FORECAST_SECONDS = 10.0
"""...and how old one is at the least when the next is made."""
MEASURE_SECONDS = 10.0
MOST_CALLS = 50


class Watching(Protocol):
    """Who watches folders."""

    def affairs(self) -> tuple[WatchAffairs, ...]: ...


@dataclass(frozen=True, slots=True)
class Measured:
    """What the system says of this process and of the journal's disk."""

    memory_bytes: int = 0
    descriptors: int = 0
    journal_bytes: int = 0
    disk_free_bytes: int = 0


class Gatherer:
    """Tells how things stand with a daemon."""

    def __init__(
        self,
        plan: Plan,
        parts: Parts,
        live: Live,
        watching: Watching | None = None,
        *,
        troubles: Troubles = TROUBLES,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        """Take all that is looked at."""
        self._plan = plan
        self._parts = parts
        self._live = live
        self._watching = watching
        self._troubles = troubles
        self._monotonic = monotonic
        self._measured = Measured()
        self._last: Affairs | None = None
        self._gathered = 0.0
        self._forecast = Forecast()
        self._forecast_due = 0.0

    def affairs(self) -> Affairs:
        """Tell how things stand, as of a second ago at the most, or of the last change of phase."""
        now = self._monotonic()
        if self._last is None or now >= self._gathered + FRESH_SECONDS or self._has_turned():
            self._last, self._gathered = self._gather(now), now
        return self._last

    def telemetry(self) -> Telemetry:
        """Return the meters as they go on counting."""
        meters = {one.name: one.meter for one in self._endpoints()}
        return Telemetry(meters, self._parts.sandbox.meter, self._parts.journal.syncs)

    async def keep_measuring(self) -> None:
        """Look at the process and its disk now and then, for ever."""
        while True:
            with suppress(OSError):  # what is shown stays as it was
                self._measured = await to_thread.run_sync(
                    measure, self._parts.journal, abandon_on_cancel=True
                )
            await anyio.sleep(MEASURE_SECONDS)

    def _has_turned(self) -> bool:
        last = self._last
        return last is not None and (last.phase, last.ready) != (
            self._live.phase,
            self._live.ready,
        )

    def _gather(self, now: float) -> Affairs:
        plan, parts, live = self._plan, self._parts, self._live
        state, measured = parts.journal.state, self._measured
        endpoints = self._endpoints()
        return Affairs(
            phase=live.phase,
            why=live.why,
            ready=live.ready,
            version=VERSION,
            pid=os.getpid(),
            directory=str(plan.directory),
            at=time.time(),
            started_at=live.started_at,
            report=report_of(state, forecast=self._forecast_at(now)),
            funnel=funnel_counts(live.funnel),
            inside=live.inside,
            in_flight=live.in_flight.count,
            total_entries=live.total_entries or 0,
            teacher=plan.settings.teacher_kind,
            endpoints=tuple(map(endpoint_affairs, endpoints)),
            sandbox=sandbox_affairs(parts.sandbox, parts.level),
            budget=budget_affairs(parts.budget),
            watched=self._watching.affairs() if self._watching else (),
            journal=journal_affairs(parts.journal, measured),
            calls=calls_in_flight(parts.journal, endpoints),
            troubles=self._troubles.newest(),
            memory_bytes=measured.memory_bytes,
            descriptors=measured.descriptors,
        )

    def _endpoints(self) -> Sequence[Endpoint]:
        teacher = self._parts.teacher
        return teacher.endpoints if isinstance(teacher, OpenAITeacher) else ()

    def _forecast_at(self, now: float) -> Forecast:
        """Return a forecast; the longer it takes to make one, the longer it is kept."""
        if now >= self._forecast_due:
            began = self._monotonic()
            self._forecast = forecast_of(self._parts.journal.state)
            took = self._monotonic() - began
            self._forecast_due = now + max(FORECAST_SECONDS, took / FORECAST_SHARE)
        return self._forecast


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
    stages = endpoint.meter.stages.values()
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
        requests_per_minute=settings.requests_per_minute,
        tokens_per_minute=settings.tokens_per_minute,
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
    return SandboxAffairs(
        level=level,
        workers=runner.workers,
        running=runner.running,
        waiting=runner.waiting,
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
        journal_bytes = sum(file.stat().st_size for file in files if file.is_file())
    return Measured(
        memory_bytes=pages * os.sysconf("SC_PAGE_SIZE"),
        descriptors=descriptors,
        journal_bytes=journal_bytes,
        disk_free_bytes=journal.disk.free(journal.folder),
    )
