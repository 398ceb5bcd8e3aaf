"""The life of a run: admit items, carry each through, drain on a signal, end with a report.

May import everything but ``cli`` and ``web``. One task group owns all that runs; leaving it means
that all has ended.
"""

from __future__ import annotations

import signal
from collections.abc import Callable, Coroutine
from contextlib import aclosing
from dataclasses import dataclass
from itertools import count
from typing import Any

import anyio
import structlog
from anyio import to_thread
from anyio.abc import TaskGroup

from codeiod import sources
from codeiod.admission import Admission, Mark
from codeiod.dataset.committer import Finished
from codeiod.errors import CodeiodError, ExitStatus, known_cause
from codeiod.items import Entry, Fault, Item, Stage
from codeiod.journal import Steps
from codeiod.journal.records import FINISHED, Expected
from codeiod.journal.retry import reopen_rejected
from codeiod.reports import Report, report_of, write_report
from codeiod.service.descriptors import make_room_for
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
        self._admission = Admission(parts.journal, parts.recipes.current.digest, plan.limit)
        self._intake = anyio.CancelScope()
        self._carrying = anyio.CancelScope()

    async def live(self, observe: Observer) -> Ended:
        """Run to the end of the sources, or until stopped."""
        try:
            async with anyio.create_task_group() as parts:
                parts.start_soon(self._obey_signals, parts)
                parts.start_soon(self._obey_budget)
                parts.start_soon(self._obey_disk)
                parts.start_soon(self._parts.teacher.watch)
                parts.start_soon(self._keep_report)
                parts.start_soon(self._count_entries)
                parts.start_soon(observe, self._live)
                await self._work()
                parts.cancel_scope.cancel()
        except BaseExceptionGroup as group:
            if error := known_cause(group):
                raise error from group
            raise
        finally:
            await self._write_report(alive=False)
        return Ended(report_of(self._parts.journal.state, alive=False), self._live)

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
            with self._intake:
                await self._resume(items)
                await self._admit(items)

    async def _resume(self, items: TaskGroup) -> None:
        """Go on with what the journal holds unfinished, in the order of admission."""
        journal = self._parts.journal
        journal.reopen_faults()
        if self._plan.retry:
            reopened = await reopen_rejected(journal)
            log.info("run.retry", rejected_as=", ".join(sorted(self._plan.retry)), items=reopened)
        for item_id in list(journal.state.pending):
            await self._traffic.enter()
            item, fault = await journal.load_item(item_id)
            items.start_soon(self._carry, item, fault)

    async def _admit(self, items: TaskGroup) -> None:
        """Take new entries from the sources, as lazily as the traffic allows."""
        settings = self._plan.settings.items
        new = sources.entries(self._plan.sources, settings, self._admission, self._plan.directory)
        async with aclosing(new):
            await self._traffic.enter()
            async for entry in new:
                if self._admission.full and self._is_new(entry):
                    self._live.stopping = "limit"
                    break
                if await self._admission.take(entry) and isinstance(entry, Entry):
                    self._live.funnel.admitted += 1
                    items.start_soon(self._carry, self._item_of(entry), entry.fault)
                    # The new item reaches its first call before this looks for room again.
                    await self._traffic.enter()
            self._traffic.leave()

    def _is_new(self, entry: Entry | Mark) -> bool:
        return isinstance(entry, Entry) and not self._parts.journal.state.known(entry.item_id)

    def _item_of(self, entry: Entry) -> Item:
        recipe = self._parts.recipes.current.digest
        return Item(entry.item_id, 0, recipe, entry.origin, entry.content, entry.meta)

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

    async def _obey_signals(self, parts: TaskGroup) -> None:
        """Drain on the first signal, stop at once on the second."""
        with anyio.open_signal_receiver(signal.SIGINT, signal.SIGTERM) as signals:
            async for number in signals:
                if self._intake.cancel_called:
                    self._carrying.cancel()
                    return
                log.info(
                    "run.stopping",
                    signal=signal.Signals(number).name,
                    in_flight=self._live.in_flight.count,
                    grace_seconds=self._plan.settings.service.grace_seconds,
                )
                self._live.stopping = signal.Signals(number).name
                self._intake.cancel()
                self._parts.teacher.close_intake()
                parts.start_soon(self._drain)

    async def _obey_budget(self) -> None:
        """Stop where a cap has no room for the next request."""
        why = await self._parts.budget.exhaustion()
        when = "raise it, or wait for the next day, and" if "_per_day" in why else "raise it and"
        await self._stop("budget", f"{why}; {when} run again to go on")

    async def _obey_disk(self) -> None:
        """Stop where the disk is full."""
        await self._stop("disk full", await out_of_room(self._parts.journal))

    async def _stop(self, why: str, advice: str) -> None:
        """Take in nothing more, and end once what was in flight has landed."""
        if self._intake.cancel_called:
            return
        log.warning("run.stopping", why=why, advice=advice)
        self._live.stopping, self._live.advice = why, advice
        self._intake.cancel()
        self._parts.teacher.close_intake()
        await self._drain()

    async def _drain(self) -> None:
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
