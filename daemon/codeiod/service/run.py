"""A run: the life of a directory from the first source to the last, or to what stands in its way.

May import everything but ``cli`` and ``web``.
"""

from __future__ import annotations

import signal
from dataclasses import dataclass

import anyio
import structlog
from anyio import to_thread
from anyio.abc import TaskGroup

from codeiod.errors import ExitStatus
from codeiod.journal.records import Expected
from codeiod.reports import Report, report_of
from codeiod.service.descriptors import make_room_for
from codeiod.service.feed import Sources
from codeiod.service.life import Life, Observer
from codeiod.service.live import Live
from codeiod.service.parts import calls_of, open_parts
from codeiod.service.plan import Plan
from codeiod.service.space import out_of_room
from codeiod.sources.archives import Bounds
from codeiod.sources.count import count as count_entries

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Ended:
    """How a run ended."""

    report: Report
    live: Live

    @property
    def status(self) -> ExitStatus:
        return ExitStatus.WORK_LEFT if self.live.stopping else ExitStatus.DONE


async def run(plan: Plan, observe: Observer) -> Ended:
    """Work through the sources to the end, going on where the directory stands.

    :param observe: started beside the work and cancelled with it: a display.
    :raises CodeiodError: it can't begin, or can't go on; nothing durable is lost.
    """
    make_room_for(calls_of(plan.settings))
    async with open_parts(plan) as parts:
        return await Run(plan, parts).live(observe)


class Run(Life):
    """The life of a run."""

    async def live(self, observe: Observer) -> Ended:
        """Run to the end of the sources, or until stopped."""
        await self._live(observe)
        return Ended(report_of(self._parts.journal.state, alive=False), self.shown)

    def _stand_by(self, beside: TaskGroup) -> None:
        """Start all that may end it, and the count of what there is."""
        beside.start_soon(self._obey_signals)
        beside.start_soon(self._obey_budget)
        beside.start_soon(self._obey_disk)
        beside.start_soon(self._parts.teacher.watch)
        beside.start_soon(self._count_entries)

    async def _let_in(self, items: TaskGroup) -> None:
        """Let in what was begun before, and then what is new."""
        plan = self._plan
        bounds = Bounds.of(plan.settings.service)
        items_settings = plan.settings.items
        new = Sources(plan.sources, items_settings, self._admission, plan.directory, bounds)
        await self._intake.let_in(items, self._carry)
        await self._intake.admit(new, items, self._carry)

    async def _obey_signals(self) -> None:
        """Drain on the first signal, stop at once on the second."""
        with anyio.open_signal_receiver(signal.SIGINT, signal.SIGTERM) as signals:
            async for number in signals:
                if self._intake.closed:
                    self.hurry()
                    return
                log.info(
                    "run.stopping",
                    signal=signal.Signals(number).name,
                    in_flight=self.shown.in_flight.count,
                    grace_seconds=self.settings.service.grace_seconds,
                )
                self.drain(signal.Signals(number).name)

    async def _obey_budget(self) -> None:
        """Stop where a cap has no room for the next request."""
        why = await self._parts.budget.exhaustion()
        when = "raise it, or wait for the next day, and" if "_per_day" in why else "raise it and"
        self._stop("budget", f"{why}; {when} run again to go on")

    async def _obey_disk(self) -> None:
        """Stop where the disk is full."""
        self._stop("disk full", await out_of_room(self._parts.journal))

    def _stop(self, why: str, advice: str) -> None:
        if not self._intake.closed:
            log.warning("run.stopping", why=why, advice=advice)
            self.drain(why, advice)

    async def _count_entries(self) -> None:
        """Find out how much there is, beside the work: a display tells the time left by it."""
        entries = await to_thread.run_sync(count_entries, self._plan.sources, self._plan.directory)
        self.shown.total_entries = entries
        journal = self._parts.journal
        if entries and entries != journal.state.course.entries:
            journal.append(Expected(entries))
