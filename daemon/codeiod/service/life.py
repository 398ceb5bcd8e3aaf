"""The life of a run: admit items, carry each through, drain on a signal, end with a report.

May import everything but ``cli`` and ``web``. One task group owns all that runs; leaving it means
that all has ended. A daemon's life is the same one with another feed and other things beside it:
see ``serve``.
"""

from __future__ import annotations

import signal
from collections.abc import Callable, Collection, Coroutine
from dataclasses import dataclass
from itertools import count
from typing import Any

import anyio
import structlog
from anyio import to_thread
from anyio.abc import TaskGroup

from codeiod.admission import Admission
from codeiod.dataset.committer import Finished
from codeiod.errors import CodeiodError, ExitStatus, known_cause
from codeiod.items import Entry, Fault, Item, Stage
from codeiod.journal import Steps
from codeiod.journal.records import FINISHED, Expected
from codeiod.reports import Report, report_of, write_report
from codeiod.reports.affairs import Phase
from codeiod.service.descriptors import make_room_for
from codeiod.service.feed import Feed, Sources
from codeiod.service.intake import Intake
from codeiod.service.live import Live
from codeiod.service.parts import Parts, calls_of, open_parts
from codeiod.service.plan import Plan
from codeiod.service.space import out_of_room
from codeiod.service.traffic import Traffic, first_items, max_items
from codeiod.sources.count import count as count_entries
from codeiod.stages.work import Work
from codeiod.synthesis import carry, set_aside

REPORT_SECONDS = 10.0
COMMIT_SECONDS = 30.0
"""How long the last items may take to reach the disk once their work has been cancelled."""

log = structlog.get_logger()

Observer = Callable[[Live], Coroutine[Any, Any, None]]


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
        return await Life(plan, parts).live(observe)


class Life:
    """One run from its first item to its report."""

    def __init__(self, plan: Plan, parts: Parts) -> None:
        self._plan = plan
        self._parts = parts
        self._live = Live(parts.journal.state)
        calls = calls_of(plan.settings)
        items = max_items(plan.settings.items.in_flight, calls)
        self._traffic = Traffic(parts.teacher, parts.sandbox, items, first_items(calls))
        self._orders = count(1)
        recipe = parts.recipes.current.digest
        self._admission = Admission(parts.journal, recipe, plan.limit)
        self._intake = Intake(parts.journal, recipe, self._admission, self._traffic, self._live)
        self._carrying = anyio.CancelScope()
        self._beside: TaskGroup

    async def live(self, observe: Observer) -> Ended:
        """Run to the end of the feed, or until stopped."""
        try:
            async with anyio.create_task_group() as self._beside:
                self._stand_by(self._beside)
                self._beside.start_soon(self._keep_report)
                self._beside.start_soon(observe, self._live)
                await self._work()
                self._beside.cancel_scope.cancel()
        except BaseExceptionGroup as group:
            if error := known_cause(group):
                raise error from group
            raise
        finally:
            await self._write_report(alive=False)
        return Ended(report_of(self._parts.journal.state, alive=False), self._live)

    def drain(self, why: str, advice: str = "") -> None:
        """Take in nothing more, and end once what is in flight has landed.

        Calls in flight get ``grace_seconds`` to land and be journalled; no item is run to its end.
        """
        if self._intake.closed:
            return
        self._live.stopping, self._live.advice = why, advice
        self._live.changed.give()
        self._intake.close()
        self._parts.teacher.close_intake()
        self._beside.start_soon(self._land)

    def pause(self, why: str) -> None:
        """Let no item in and no request leave, until ``resume``; what is in flight lands."""
        if not self._intake.closed:
            self._parts.teacher.close_intake()
            self._intake.pause(why)

    def resume(self) -> None:
        """Go on after ``pause``."""
        if not self._intake.closed:
            self._intake.reopen()
            self._parts.teacher.open_intake()

    async def take(self, entry: Entry) -> str | None:
        """Take one entry in, and carry it; it is durable on return.

        Returns the id of a new item, None where the content is known.

        :raises WorkLeft: nothing more is taken in.
        :raises DiskFull: there is no room for it now.
        """
        return await self._intake.take(entry)

    async def retry(self, reasons: Collection[str]) -> int:
        """Take up again what was rejected for such reasons; return how many items.

        :raises DirectoryError: the log that tells of them was given up to retention.
        """
        return await self._intake.retry(reasons)

    @property
    def phase(self) -> Phase:
        """What it is about."""
        return self._live.phase

    @property
    def why(self) -> str:
        """Why it drains, is paused or waits."""
        return self._live.why

    @property
    def ready(self) -> bool:
        """Whether it can work on what it is given."""
        return self._live.ready

    def hurry(self) -> None:
        """End at once: what is in flight is given up."""
        self._carrying.cancel()

    def _stand_by(self, beside: TaskGroup) -> None:
        """Start what runs beside the work: here, all that may end it."""
        beside.start_soon(self._obey_signals, beside)
        beside.start_soon(self._obey_budget)
        beside.start_soon(self._obey_disk)
        beside.start_soon(self._parts.teacher.watch)
        beside.start_soon(self._count_entries)

    def _feed(self) -> Feed:
        """Return where new entries come from."""
        plan = self._plan
        return Sources(plan.sources, plan.settings.items, self._admission, plan.directory)

    async def _work(self) -> None:
        """Carry all items, and see that what they gave is committed."""
        async with anyio.create_task_group() as committing:
            committing.start_soon(self._parts.committer.run)
            with self._carrying:
                await self._carry_all()
            self._parts.committer.close()
            if self._carrying.cancel_called:
                committing.cancel_scope.deadline = anyio.current_time() + COMMIT_SECONDS

    async def _carry_all(self) -> None:
        async with anyio.create_task_group() as items:
            with self._intake.scope:
                await self._intake.resume(items, self._carry, self._plan.retry)
                await self._admit(items)

    async def _admit(self, items: TaskGroup) -> None:
        """Take in what is new."""
        await self._intake.admit(self._feed(), items, self._carry)

    async def _carry(self, item: Item, fault: Fault | None) -> None:
        self._live.inside += 1
        try:
            finished = await self._finish(item, fault)
            await self._parts.committer.finish(finished)
        finally:
            self._live.inside -= 1
            self._traffic.leave()
        if finished.outcome == FINISHED:
            self._live.funnel.finished += 1
            self._traffic.widen()
        else:
            self._live.funnel.rejected += 1

    async def _finish(self, item: Item, fault: Fault | None) -> Finished:
        parts = self._parts
        if fault is not None:
            return set_aside(item, Stage.ADMIT, fault)
        work = Work(
            item=item,
            recipe=parts.recipes.of(item.recipe),
            steps=Steps(parts.journal, item.item_id, item.epoch, self._live.in_flight),
            teacher=parts.teacher,
            sandbox=parts.sandbox,
            funnel=self._live.funnel,
            provenance=parts.provenance,
            order=next(self._orders),
        )
        return await carry(work)

    async def _obey_signals(self, _: TaskGroup) -> None:
        """Drain on the first signal, stop at once on the second."""
        with anyio.open_signal_receiver(signal.SIGINT, signal.SIGTERM) as signals:
            async for number in signals:
                if self._intake.closed:
                    self.hurry()
                    return
                self._drain_on(signal.Signals(number))

    def _drain_on(self, number: signal.Signals) -> None:
        log.info(
            "run.stopping",
            signal=number.name,
            in_flight=self._live.in_flight.count,
            grace_seconds=self._plan.settings.service.grace_seconds,
        )
        self.drain(number.name)

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

    async def _land(self) -> None:
        """Let the calls in flight land and be journalled; items are not run to their end."""
        with anyio.move_on_after(self._plan.settings.service.grace_seconds):
            await self._live.in_flight.idle()
        self._carrying.cancel()

    async def _keep_report(self) -> None:
        while True:
            await self._write_report()
            await anyio.sleep(REPORT_SECONDS)

    async def _count_entries(self) -> None:
        """Find out how much there is, beside the work: a display tells the time left by it."""
        entries = await to_thread.run_sync(count_entries, self._plan.sources, self._plan.directory)
        self._live.total_entries = entries
        journal = self._parts.journal
        if entries and entries != journal.state.course.entries:
            journal.append(Expected(entries))

    async def _write_report(self, *, alive: bool = True) -> None:
        """Replace report.json; a run does not end for it: journal and shards decide that."""
        with anyio.CancelScope(shield=True), anyio.move_on_after(COMMIT_SECONDS):
            try:
                await write_report(self._plan.directory, self._parts.journal, alive=alive)
            except CodeiodError as error:
                log.warning("report.failed", why=str(error))
