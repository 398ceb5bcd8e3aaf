"""When a new item may enter: as lazily as keeps the teacher and the sandbox busy.

May import ``execution``, ``urgency``, ``telemetry``, ``llm.limits``, ``teachers`` and the sandbox.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Protocol

from anyio.lowlevel import checkpoint

from codeiod.execution import Runner
from codeiod.llm import clock
from codeiod.llm.demand import Demand
from codeiod.llm.limits import Slots
from codeiod.llm.notice import Notice
from codeiod.teachers.asks import Teacher
from codeiod.telemetry import SandboxMeter
from codeiod.urgency import priority
from codeiod_sandbox import (
    DEFAULT_TRACE_LIMITS,
    Call,
    Outcome,
    Program,
    Returned,
    SandboxError,
    Traced,
    TraceLimits,
)

ITEMS_PER_CALL = 16
"""Items in flight per teacher call in flight, at the most: a bound on memory, seldom met."""
MIN_ITEMS = 64
SANDBOX_JOBS_PER_WORKER = 64
"""Jobs running and waiting before admission pauses. A few slow programs can hold all workers for
half a minute; meanwhile new items must still reach the teacher."""
SPARE_JOBS = 2
"""Jobs in the sandbox beyond its workers, so that none is idle; all others wait by urgency."""


class Workers(Protocol):
    """What of a sandbox can be made larger and smaller while it works."""

    async def resize(self, workers: int) -> None:
        """Run so many programs at a time from now on."""
        ...


class CountedRunner:
    """A runner whose jobs wait in line by their urgency, and are counted: admission waits."""

    def __init__(self, runner: Runner, workers: int, sandbox: Workers | None = None) -> None:
        """Take who runs the jobs, for how many workers, and the sandbox that has these."""
        self._runner = runner
        self._sandbox = sandbox
        self._jobs = Slots(workers + SPARE_JOBS)
        self._most_jobs = SANDBOX_JOBS_PER_WORKER * workers
        self.workers = workers
        self.meter = SandboxMeter()

    async def run(
        self, program: Program, calls: Sequence[Call], *, twin: bool = False, alone: bool = False
    ) -> list[Outcome]:
        """Run calls; see ``Runner``."""
        async with self._turn(twin=twin) as outcomes:
            outcomes += await self._runner.run(program, calls, twin=twin, alone=alone)
        return outcomes

    async def trace(
        self,
        program: Program,
        call: Call,
        limits: TraceLimits = DEFAULT_TRACE_LIMITS,
        *,
        twin: bool = False,
    ) -> Traced:
        """Trace a call; see ``Runner``."""
        async with self._turn(twin=twin) as outcomes:
            traced = await self._runner.trace(program, call, limits, twin=twin)
            outcomes.append(traced.outcome)
        return traced

    async def resize(self, workers: int) -> None:
        """Have so many workers from now on; what runs is not disturbed."""
        self.workers = workers
        self._most_jobs = SANDBOX_JOBS_PER_WORKER * workers
        if self._sandbox is not None:
            await self._sandbox.resize(workers)
        self._jobs.obey(workers + SPARE_JOBS)

    @property
    def running(self) -> int:
        """Jobs that the sandbox has."""
        return self._jobs.in_flight

    @property
    def waiting(self) -> int:
        """Jobs that wait for their turn."""
        return self._jobs.waiting

    async def room(self) -> None:
        """Wait until the sandbox is not behind."""
        while self._jobs.in_flight + self._jobs.waiting >= self._most_jobs:
            await self._jobs.eased.wait()

    @asynccontextmanager
    async def _turn(self, *, twin: bool) -> AsyncIterator[list[Outcome]]:
        """Wait for a turn, and count the job that is done in it, with the outcomes put there."""
        outcomes: list[Outcome] = []
        came_at = clock.now()
        async with self._jobs.hold(Demand(priority(twin=twin))):
            began_at = clock.now()
            try:
                yield outcomes
            except SandboxError:
                self.meter.faults += 1
                raise
            self.meter.queued.note(began_at - came_at)
            self.meter.note_job(clock.now() - began_at, outcomes)
            self.meter.cpu_seconds += sum(
                one.cpu_seconds for one in outcomes if isinstance(one, Returned)
            )


class Traffic:
    """Who may enter, and how many are inside.

    Each item brings several calls once its program is there. How many that keeps busy is not known
    at first, and what has entered can't be sent back; so no more enter than can be asked about at
    once, and one more for each that came through. So the first samples come early.
    """

    def __init__(
        self, teacher: Teacher, sandbox: CountedRunner, max_items: int, first_items: int
    ) -> None:
        """Take how many items may be inside at the most, and how many before one came through."""
        self._teacher = teacher
        self._sandbox = sandbox
        self._most = max_items
        self._now = min(first_items, max_items)
        self._inside = 0
        self._left = Notice()

    async def enter(self) -> None:
        """Wait until the next item would find something to do, and count it in."""
        await checkpoint()
        while self._inside >= self._now:
            await self._left.wait()
        self._inside += 1
        try:
            await self._sandbox.room()
            await self._teacher.room()
        except BaseException:
            self.leave()
            raise

    def leave(self) -> None:
        """Count an item out."""
        self._inside -= 1
        self._left.give()

    def bound(self, max_items: int) -> None:
        """Let so many inside at the most from now on; who is inside stays."""
        self._most, self._now = max_items, min(self._now, max_items)
        self._left.give()

    def widen(self) -> None:
        """Let one more inside from now on: an item has come through to its samples."""
        if self._now < self._most:
            self._now += 1
            self._left.give()


def max_items(in_flight: int, teacher_calls: int) -> int:
    """Return how many items may be inside: the setting, else by what the teacher can take."""
    return in_flight or max(MIN_ITEMS, ITEMS_PER_CALL * teacher_calls)


def first_items(teacher_calls: int) -> int:
    """Return how many items may be inside before one came through: one for each call in flight."""
    return max(MIN_ITEMS, teacher_calls)
