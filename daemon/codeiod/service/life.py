"""The life of a directory at work: items come in, each is carried through, and what is done stays.

May import everything but ``cli`` and ``web``. One task group owns all that runs; leaving it means
that all has ended. What lets items in and what ends it is ``run``'s (to the end of the sources) or
``served``'s (for ever).
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Collection, Coroutine
from itertools import count
from typing import Any

import anyio
import structlog
from anyio.abc import TaskGroup

from codeiod.admission import Admission
from codeiod.dataset.committer import Finished
from codeiod.errors import CodeiodError, known_cause
from codeiod.items import Entry, Fault, Item, Stage
from codeiod.journal import Steps
from codeiod.journal.records import FINISHED
from codeiod.reports import write_report
from codeiod.reports.affairs import Phase
from codeiod.service.intake import Intake
from codeiod.service.live import Live
from codeiod.service.parts import Parts, calls_of
from codeiod.service.plan import Plan
from codeiod.service.traffic import Traffic, first_items, max_items
from codeiod.stages.work import Work
from codeiod.synthesis import carry, set_aside

REPORT_SECONDS = 10.0
COMMIT_SECONDS = 30.0
"""How long the last items may take to reach the disk once their work has been cancelled."""

log = structlog.get_logger()

Observer = Callable[[Live], Coroutine[Any, Any, None]]


class Life(ABC):
    """From the first item to the last report."""

    def __init__(self, plan: Plan, parts: Parts) -> None:
        self._plan = plan
        self._parts = parts
        self.settings = plan.settings
        """Those in force; what of them holds for a life of its own is read when it is needed."""
        self.shown = Live(parts.journal.state)
        calls = calls_of(plan.settings)
        items = max_items(plan.settings.items.in_flight, calls)
        self.traffic = Traffic(parts.teacher, parts.sandbox, items, first_items(calls))
        self._orders = count(1)
        recipe = parts.recipes.current.digest
        self._admission = Admission(parts.journal, recipe, plan.limit)
        self._intake = Intake(parts.journal, recipe, self._admission, self.traffic, self.shown)
        self._carrying = anyio.CancelScope()
        self._beside: TaskGroup | None = None
        self._reported = 0

    @abstractmethod
    def _stand_by(self, beside: TaskGroup) -> None:
        """Start what runs beside the work until it ends."""

    @abstractmethod
    async def _let_in(self, items: TaskGroup) -> None:
        """Let items in until there will be no more; cancelled where the intake is closed."""

    @property
    def phase(self) -> Phase:
        """What it is about."""
        return self.shown.phase

    @property
    def why(self) -> str:
        """Why it drains, is paused or waits."""
        return self.shown.why

    @property
    def ready(self) -> bool:
        """Whether it can work on what it is given."""
        return self.shown.ready

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

    def bound(self, max_items: int) -> None:
        """Let so many items inside at the most from now on; those inside stay."""
        self.traffic.bound(max_items)

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

    def drain(self, why: str, advice: str = "") -> None:
        """Take in nothing more, and end once what is in flight has landed.

        Calls in flight get ``grace_seconds`` to land and be journalled; no item is run to its end.
        """
        if self._intake.closed:
            return
        self.shown.stopping, self.shown.advice = why, advice
        self.shown.changed.give()
        self._intake.close()
        self._parts.teacher.close_intake()
        if self._beside is None:  # nothing has begun yet
            self.hurry()
        else:
            self._beside.start_soon(self._land)

    def hurry(self) -> None:
        """End at once: what is in flight is given up, and no write waits for room any more."""
        self._parts.journal.room.reserve.hurry()
        self._carrying.cancel()

    async def _live(self, observe: Observer) -> None:
        """Work until all that was let in is done, or until stopped."""
        try:
            async with anyio.create_task_group() as beside:
                self._beside = beside
                self._stand_by(beside)
                beside.start_soon(self._keep_report)
                beside.start_soon(observe, self.shown)
                await self._work()
                beside.cancel_scope.cancel()
        except BaseExceptionGroup as group:
            if error := known_cause(group):
                raise error from group
            raise
        finally:
            await self._write_report(alive=False)

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
                await self._intake.resume(self._plan.retry)
                await self._let_in(items)

    async def _carry(self, item: Item, fault: Fault | None) -> None:
        self.shown.inside += 1
        try:
            finished = await self._finish(item, fault)
            await self._parts.committer.finish(finished)
        finally:
            self.shown.inside -= 1
            self.traffic.leave()
        if finished.outcome == FINISHED:
            self.shown.funnel.finished += 1
            self.traffic.widen()
        else:
            self.shown.funnel.rejected += 1

    async def _finish(self, item: Item, fault: Fault | None) -> Finished:
        parts = self._parts
        if fault is not None:
            return set_aside(item, Stage.ADMIT, fault)
        work = Work(
            item=item,
            recipe=parts.recipes.of(item.recipe),
            steps=Steps(parts.journal, item.item_id, item.epoch, self.shown.in_flight),
            teacher=parts.teacher,
            sandbox=parts.sandbox,
            funnel=self.shown.funnel,
            provenance=parts.provenance,
            order=next(self._orders),
        )
        return await carry(work)

    async def _land(self) -> None:
        """Let the calls in flight land and be journalled; items are not run to their end."""
        with anyio.move_on_after(self.settings.service.grace_seconds):
            await self.shown.in_flight.idle()
        self.hurry()

    async def _keep_report(self) -> None:
        while True:
            records = self._parts.journal.records
            if records != self._reported:
                await self._write_report()
                self._reported = records
            await anyio.sleep(REPORT_SECONDS)

    async def _write_report(self, *, alive: bool = True) -> None:
        """Replace report.json; a run does not end for it: journal and shards decide that."""
        with anyio.CancelScope(shield=True), anyio.move_on_after(COMMIT_SECONDS):
            try:
                await write_report(self._plan.directory, self._parts.journal, alive=alive)
            except CodeiodError as error:
                log.warning("report.failed", why=str(error))
