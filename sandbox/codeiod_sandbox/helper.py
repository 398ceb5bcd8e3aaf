"""A sandbox in processes of its own: for machines with many cores, and for daemons with secrets.

Imports anyio and the package's daemon side. One event loop hands out some thousand programs a
second; beyond that, or where the process that starts programs should hold no keys, helpers do it.
"""

import os
import sys
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType, TracebackType
from typing import Self

import anyio
import anyio.to_thread
from anyio.abc import TaskGroup

from codeiod_sandbox.cgroups import NotDelegatedError, stake_out
from codeiod_sandbox.helper_process import HelperProcess
from codeiod_sandbox.modules import DEFAULT_MODULES, Modules
from codeiod_sandbox.outcomes import Call, Limits, Outcome, Program, SandboxError, SandboxLevel
from codeiod_sandbox.pool import DEFAULT_LIMITS
from codeiod_sandbox.seclusion import seclude_where_open
from codeiod_sandbox.trace_reading import trace_of
from codeiod_sandbox.traces import DEFAULT_TRACE_LIMITS, Traced, TraceLimits
from codeiod_sandbox.wire import Run, Settings, unpack_outcomes, unpack_told

_IN_A_THREAD_FROM_BYTES = 1 << 16


class HelperSandbox:
    """A `Sandbox` whose zygotes belong to helper processes; these share the programs.

    A helper has a small environment and none of this process's descriptors, and ends with it. One
    that dies costs what it had in hand a `SandboxError`, and is started anew for the next program.

    :param workers: of all helpers together, 0 for as many as there are cores.
    :param helpers: at least 1; those beyond the workers are not started. The rest is as in
        `Sandbox`.
    """

    def __init__(
        self,
        workers: int = 0,
        limits: Limits = DEFAULT_LIMITS,
        *,
        helpers: int = 1,
        python: Path | None = None,
        modules: Modules = DEFAULT_MODULES,
        at_most: SandboxLevel = SandboxLevel.CGROUP,
    ) -> None:
        self.limits = limits
        self.level = SandboxLevel.NONE
        self.layers: Mapping[str, str] = MappingProxyType({})
        settings = Settings(
            parent=os.getpid(),
            workers=0,
            limits=limits,
            python=python or Path(sys.executable),
            modules=modules,
            at_most=at_most,
        )
        self.workers = workers or len(os.sched_getaffinity(0))
        shares = _shares(self.workers, max(1, helpers))
        self._helpers = [_Helper(replace(settings, workers=share)) for share in shares]
        self._with_cgroups = at_most >= SandboxLevel.CGROUP
        self._described = ""
        self._group: TaskGroup | None = None

    async def __aenter__(self) -> Self:
        if self._with_cgroups:
            with suppress(NotDelegatedError):  # the helpers will say why
                # A group can be divided only when this process too has left it for one below.
                await anyio.to_thread.run_sync(stake_out)
        self._group = await anyio.create_task_group().__aenter__()
        try:
            # The others are started when there is something to do for them.
            process = await self._helpers[0].living(self._group)
        except BaseException:
            await self._close()
            raise
        self.level, self.layers = process.level, process.layers
        self._described = process.described
        seclude_where_open(self.layers)
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        await self._close()

    async def _close(self) -> None:
        group, self._group = self._group, None
        for helper in self._helpers:
            helper.hang_up()
        if group is not None:
            # Without the error of the body, which is not to come out in a group.
            await group.__aexit__(None, None, None)

    @property
    def backlog(self) -> int:
        """What runs and what waits."""
        return sum(helper.backlog for helper in self._helpers)

    async def resize(self, workers: int) -> None:
        """Run so many at a time from now on: see `Sandbox.resize`."""
        self.workers = workers
        for helper, share in zip(self._helpers, _shares(workers, len(self._helpers)), strict=True):
            helper.resize(share)

    def describe(self) -> str:
        """Say in one line what stands between a program and this machine."""
        return f"{self._described}, in {len(self._with_workers)} helper processes"

    async def run(
        self,
        program: Program,
        calls: Sequence[Call],
        *,
        twin: bool = False,
        alone: bool = False,
    ) -> list[Outcome]:
        """Return one outcome per call, in order: see `Sandbox.run`.

        :raises SandboxError: where the sandbox itself failed, or its helper was lost.
        :raises ValueError: where arguments are not JSON. :raises TypeError: likewise.
        """
        answer = await self._answer(Run(program, calls, twin, alone))
        if len(answer) < _IN_A_THREAD_FROM_BYTES:
            return unpack_outcomes(answer)
        return await anyio.to_thread.run_sync(unpack_outcomes, answer)

    async def trace(
        self,
        program: Program,
        call: Call,
        limits: TraceLimits = DEFAULT_TRACE_LIMITS,
        *,
        twin: bool = False,
    ) -> Traced:
        """Make one call and tell what it did: see `Sandbox.trace`.

        :raises SandboxError: as `run`. :raises ValueError: likewise. :raises TypeError: likewise.
        """
        answer = await self._answer(Run(program, [call], twin, False, limits))
        outcome, story = unpack_told(answer)
        return Traced(outcome, await trace_of(story, limits))

    async def _answer(self, run: Run) -> bytes:
        body = run.pack()
        helper = min(self._with_workers, key=lambda helper: helper.backlog)
        helper.backlog += 1
        try:
            return await (await self._process_of(helper)).run(body)
        finally:
            helper.backlog -= 1

    @property
    def _with_workers(self) -> "list[_Helper]":
        return [helper for helper in self._helpers if helper.workers]

    async def _process_of(self, helper: "_Helper") -> HelperProcess:
        if self._group is None:
            raise SandboxError("the sandbox is closed")
        process = await helper.living(self._group)
        if process.level < self.level:  # what programs ran behind is in the provenance of all
            process.hang_up()
            raise SandboxError(f"a helper came back at level {process.level:d} only")
        return process


class _Helper:
    """A share of the workers, and the process that has them now."""

    def __init__(self, settings: Settings) -> None:
        self.backlog = 0
        self._settings = settings
        self._process: HelperProcess | None = None
        self._starting = anyio.Lock()  # else many who find it lost would start one each

    async def living(self, group: TaskGroup) -> HelperProcess:
        """Return the process, started in `group` where there is none or it was lost."""
        if self._process is None or self._process.is_lost:
            async with self._starting:
                if self._process is None or self._process.is_lost:
                    begun = self._settings
                    self._process = await HelperProcess.start(begun, group)
                    if self.workers not in (0, begun.workers):  # it was resized meanwhile
                        self._process.resize(self.workers)
        return self._process

    @property
    def workers(self) -> int:
        return self._settings.workers

    def resize(self, workers: int) -> None:
        """Take another share; with none it ends what it has in hand, and gets nothing more."""
        self._settings = replace(self._settings, workers=workers)
        if self._process is not None and workers:
            self._process.resize(workers)

    def hang_up(self) -> None:
        if self._process is not None:
            self._process.hang_up()


def _shares(workers: int, helpers: int) -> list[int]:
    """Part the workers among the helpers, as evenly as it goes; some may get none."""
    whole, rest = divmod(workers, helpers)
    return [whole + (place < rest) for place in range(helpers)]
