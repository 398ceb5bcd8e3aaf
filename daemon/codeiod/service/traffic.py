"""When a new item may enter: as lazily as keeps the teacher and the sandbox busy.

May import ``execution``, ``llm.limits``, ``teachers`` and the sandbox.
"""

from __future__ import annotations

from collections.abc import Sequence

import anyio

from codeiod.execution import Runner
from codeiod.llm.limits import Slots
from codeiod.teachers.asks import Teacher
from codeiod_sandbox import DEFAULT_TRACE_LIMITS, Call, Outcome, Program, Traced, TraceLimits

ITEMS_PER_CALL = 16
"""Items in flight per teacher call in flight, at the most: a bound on memory, seldom met."""
MIN_ITEMS = 64
SANDBOX_JOBS_PER_WORKER = 64
"""Jobs running and waiting before admission pauses. A few slow programs can hold all workers for
half a minute; meanwhile new items must still reach the teacher."""


class CountedRunner:
    """A runner whose jobs are counted, running and waiting: admission waits for room."""

    def __init__(self, runner: Runner, workers: int) -> None:
        self._runner = runner
        self._jobs = Slots(SANDBOX_JOBS_PER_WORKER * workers)

    async def run(
        self, program: Program, calls: Sequence[Call], *, twin: bool = False, alone: bool = False
    ) -> list[Outcome]:
        """Run calls; see ``Runner``."""
        async with self._jobs.hold():
            return await self._runner.run(program, calls, twin=twin, alone=alone)

    async def trace(
        self,
        program: Program,
        call: Call,
        limits: TraceLimits = DEFAULT_TRACE_LIMITS,
        *,
        twin: bool = False,
    ) -> Traced:
        """Trace a call; see ``Runner``."""
        async with self._jobs.hold():
            return await self._runner.trace(program, call, limits, twin=twin)

    async def room(self) -> None:
        """Wait until the sandbox is not behind."""
        await self._jobs.room()


class Traffic:
    """Who may enter, and how many are inside."""

    def __init__(self, teacher: Teacher, sandbox: CountedRunner, max_items: int) -> None:
        self._teacher = teacher
        self._sandbox = sandbox
        self._inside = anyio.Semaphore(max_items)

    async def enter(self) -> None:
        """Wait until the next item would find something to do, and count it in."""
        await self._inside.acquire()
        try:
            await self._sandbox.room()
            await self._teacher.room()
        except BaseException:
            self._inside.release()
            raise

    def leave(self) -> None:
        """Count an item out."""
        self._inside.release()


def max_items(in_flight: int, teacher_calls: int) -> int:
    """Return how many items may be inside: the setting, else by what the teacher can take."""
    return in_flight or max(MIN_ITEMS, ITEMS_PER_CALL * teacher_calls)
