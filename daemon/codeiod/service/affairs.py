"""Gather how things stand, for all that show it: cheaply, and at most once a second.

May import ``plan``, ``parts``, ``live`` and ``views`` of this package, and all that lies below it.
What takes long is kept longer (the forecast), or looked at in a thread (the process and its disk).
Looking changes nothing.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from importlib.metadata import version
from typing import Protocol

import anyio
from anyio import to_thread

from codeiod.llm import Endpoint
from codeiod.reports.affairs import Affairs, WatchAffairs
from codeiod.reports.forecast import Forecast, forecast_of
from codeiod.reports.status import report_of
from codeiod.reports.troubles import TROUBLES, Troubles
from codeiod.service.live import Live
from codeiod.service.parts import Parts
from codeiod.service.plan import Plan
from codeiod.service.views import (
    Measured,
    budget_affairs,
    calls_in_flight,
    endpoint_affairs,
    funnel_counts,
    journal_affairs,
    measure,
    sandbox_affairs,
)
from codeiod.sources.places import printable
from codeiod.teachers.openai import OpenAITeacher
from codeiod.telemetry import Telemetry

VERSION = version("codeiod")
FRESH_SECONDS = 1.0
FORECAST_SHARE = 0.001
"""Of the time, at the most, that may go into forecasts..."""
FORECAST_SECONDS = 10.0
"""...and how old one is at the least when the next is made."""
MEASURE_SECONDS = 10.0


class Watching(Protocol):
    """Who watches folders."""

    def affairs(self) -> tuple[WatchAffairs, ...]: ...


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
            directory=printable(str(plan.directory)),
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
