"""A daemon's life: for ever, waiting where a run would end.

May import everything but ``cli`` and ``web``.
"""

from __future__ import annotations

import anyio
import structlog
from anyio.abc import TaskGroup

from codeiod.service.life import Life, Observer
from codeiod.service.parts import Parts
from codeiod.service.plan import Plan
from codeiod.service.space import wait_for_room
from codeiod.sources.watching import Watcher

REACH_SECONDS = 5.0
"""How often endpoints are tried that no connection leads to, until one of them is asked."""

log = structlog.get_logger()


class Served(Life):
    """The life of a daemon."""

    def __init__(self, plan: Plan, parts: Parts) -> None:
        super().__init__(plan, parts)
        self.shown.starting = True
        self.watcher = Watcher(
            plan.settings.service,
            plan.settings.items,
            self._admission,
            plan.directory,
            parts.journal.flush,
        )
        self._reaching = anyio.CancelScope()

    async def live(self, observe: Observer) -> None:
        """Work until drained."""
        await self._live(observe)

    def _stand_by(self, beside: TaskGroup) -> None:
        """Start the waits for what a run would end for."""
        beside.start_soon(self._await_room)
        beside.start_soon(self._await_budget)
        beside.start_soon(self._parts.teacher.watch, self._hear_of_endpoints)
        beside.start_soon(self._reach_endpoints)
        beside.start_soon(self.watcher.run)

    async def _let_in(self, items: TaskGroup) -> None:
        """Let in what was begun before, what is handed in, and what the folders bring."""
        async with anyio.create_task_group() as ways:
            ways.start_soon(self._intake.keep_letting_in, items, self._carry)
            ways.start_soon(self._intake.collect, self.watcher)

    async def _await_room(self) -> None:
        await wait_for_room(self._parts.journal, lambda why: self.shown.hinder("disk", why))

    async def _await_budget(self) -> None:
        budget = self._parts.budget
        while True:
            why = await budget.exhaustion()
            when = "it goes on with the next day, or" if "_per_day" in why else "it goes on"
            self.shown.hinder("budget", f"{why}; {when} when the cap is raised")
            log.warning("budget.exhausted", why=self.shown.hindrances["budget"])
            await budget.relief()
            self.shown.hinder("budget", "")
            log.info("budget.room")

    def _hear_of_endpoints(self, why: str) -> None:
        self._reaching.cancel()  # by now requests have found out
        self.shown.hinder("endpoint", why)

    async def _reach_endpoints(self) -> None:
        """Find out, before there is anything to ask, whether there is someone to ask."""
        with self._reaching:
            while why := await self._parts.teacher.reach():
                if not self.shown.hindrances:
                    log.warning("endpoints.unreachable", why=why)
                self.shown.hinder("endpoint", why)
                await anyio.sleep(REACH_SECONDS)
            self.shown.hinder("endpoint", "")
        self.shown.starting = False
        self.shown.changed.give()
