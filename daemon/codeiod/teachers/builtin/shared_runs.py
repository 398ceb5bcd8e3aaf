"""Runs of a program that several questions ask for, most of them at once, are made once.

May import ``execution`` and the sandbox. All searches of a program begin with the same draws, with
the program called on each: these are calls without arguments.
"""

from __future__ import annotations

from collections.abc import Sequence

import anyio

from codeiod.execution import Runner
from codeiod_sandbox import (
    DEFAULT_TRACE_LIMITS,
    Call,
    Outcome,
    Program,
    Traced,
    TraceLimits,
)

MOST_KEPT = 64
"""Runs; each holds some 10 kB."""

_Key = tuple[str, tuple[tuple[str, int], ...]]


class SharedRuns:
    """A runner that makes the same calls without arguments once, as long as it remembers.

    Others are hardly made twice. Those in a twin, or alone, are made each time: they are to show
    whether they give the same.
    """

    def __init__(self, runner: Runner) -> None:
        self._runner = runner
        self._made: dict[_Key, list[Outcome]] = {}
        self._making: dict[_Key, anyio.Event] = {}

    async def run(
        self, program: Program, calls: Sequence[Call], *, twin: bool = False, alone: bool = False
    ) -> list[Outcome]:
        """Run calls, or return what the same ones came to; see ``Runner``."""
        if twin or alone or any(call.arguments for call in calls):
            return await self._runner.run(program, calls, twin=twin, alone=alone)
        key = program.source, tuple((call.function, call.seed) for call in calls)
        while key in self._making:
            await self._making[key].wait()
        if key not in self._made:
            await self._make(key, program, calls)
        return self._made[key]

    async def trace(
        self,
        program: Program,
        call: Call,
        limits: TraceLimits = DEFAULT_TRACE_LIMITS,
        *,
        twin: bool = False,
    ) -> Traced:
        """Trace a call; see ``Runner``."""
        return await self._runner.trace(program, call, limits, twin=twin)

    async def _make(self, key: _Key, program: Program, calls: Sequence[Call]) -> None:
        """Run them; where that fails, the next who waits for them tries."""
        made = self._making[key] = anyio.Event()
        try:
            self._made[key] = await self._runner.run(program, calls)
        finally:
            del self._making[key]
            made.set()
        while len(self._made) > MOST_KEPT:
            del self._made[next(iter(self._made))]
