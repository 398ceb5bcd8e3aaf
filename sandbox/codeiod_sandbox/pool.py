"""The front of the sandbox: hands programs to zygotes, a bounded number at a time.

Imports anyio and the rest of the package's daemon side.
"""

import os
import sys
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path
from types import MappingProxyType, TracebackType
from typing import Self

import anyio
import anyio.to_thread

from codeiod_sandbox.flavours import Flavour, flavour_of
from codeiod_sandbox.guest.messages import Job, Report
from codeiod_sandbox.modules import DEFAULT_MODULES, Modules
from codeiod_sandbox.outcomes import (
    Call,
    Limits,
    Outcome,
    Program,
    SandboxError,
    SandboxLevel,
    TimedOut,
)
from codeiod_sandbox.records import Reading, make_outward, read_outcomes, write_request
from codeiod_sandbox.scratch import Scratch, make_scratch
from codeiod_sandbox.zygote import Jailing, Zygote, ZygoteLost

DEFAULT_LIMITS = Limits()
CALLS_PER_CHILD = 32
TIMEOUTS_PER_PROGRAM = 2
_IN_A_THREAD_FROM_BYTES = 1 << 16
_LANDLOCK_WITH_SIGNAL_SCOPE = 6
_IDLE_PER_WORKER = 5


class Sandbox:
    """Run untrusted programs, each in a process of its own, `workers` at a time.

    :param workers: 0 for as many as there are cores.
    :param python: the interpreter that runs the programs; its modules are what they may import.
    :param modules: which of them, and what is imported before a program asks for it.
    :param at_most: the level not to go beyond, where the machine would grant a higher one.
    """

    def __init__(
        self,
        workers: int = 0,
        limits: Limits = DEFAULT_LIMITS,
        *,
        python: Path | None = None,
        modules: Modules = DEFAULT_MODULES,
        at_most: SandboxLevel = SandboxLevel.CGROUP,
    ) -> None:
        self.limits = limits
        self.level = SandboxLevel.NONE
        self.layers: Mapping[str, str] = MappingProxyType({})
        self.backlog = 0
        self._slots = anyio.CapacityLimiter(workers or len(os.sched_getaffinity(0)))
        self._python = python or Path(sys.executable)
        self._modules = modules
        self._jailing = Jailing.up_to(at_most)
        self._idle: list[tuple[Flavour, Zygote]] = []  # the least recently used first
        self._alive: dict[Zygote, Scratch | None] = {}
        self._jobs = 0
        self._closed = False

    async def __aenter__(self) -> Self:
        flavour = flavour_of("", twin=False, modules=self._modules)
        refused = {}
        try:
            try:
                zygote = await self._start(flavour)
            except ZygoteLost as error:
                if not self._jailing.namespaces:
                    raise
                refused["namespaces"] = str(error)
                self._jailing = Jailing.up_to(SandboxLevel.NO_NAMESPACES)
                zygote = await self._start(flavour)
        except (ZygoteLost, OSError) as error:
            raise SandboxError(f"the sandbox can't be started: {error}") from error
        self.layers = MappingProxyType(refused | dict(zygote.layers))
        self.level = _level(self.layers)
        self._idle.append((flavour, zygote))
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._closed = True
        with anyio.CancelScope(shield=True):
            async with anyio.create_task_group() as ending:
                for zygote in list(self._alive):
                    ending.start_soon(self._end, zygote)

    def describe(self) -> str:
        """Say in one line what stands between a program and this machine."""
        layers = ", ".join(f"{name}: {state}" for name, state in self.layers.items())
        return f"level {self.level.value} {self.level.name} ({layers})"

    async def run(
        self,
        program: Program,
        calls: Sequence[Call],
        *,
        twin: bool = False,
        alone: bool = False,
    ) -> list[Outcome]:
        """Return one outcome per call, in order.

        The calls are made one after the other in one process, or each in a process of its own if
        `alone`. One that kills the process or runs out of time costs itself alone; a program that
        ran out of time twice is given up, and its other calls count as timed out too.

        :param twin: run where hash seed, memory layout, random state, clock and time zone differ;
            calls that are made alone take turns between two such places.
        :raises SandboxError: where the sandbox itself failed twice.
        :raises ValueError: where arguments are not JSON. :raises TypeError: likewise.
        """
        flavour = flavour_of(program.source, twin=twin, modules=self._modules)
        outcomes: list[Outcome] = []
        was_spared = False
        self.backlog += 1
        try:
            async with self._slots:
                while len(outcomes) < len(calls):
                    size = 1 if alone else CALLS_PER_CHILD
                    batch = calls[len(outcomes) : len(outcomes) + size]
                    kind = flavour.for_call(len(outcomes)) if alone else flavour
                    reading = await self._run_batch(program, batch, kind)
                    if reading.was_killed and not was_spared:
                        was_spared = True  # the kernel may have been short of memory for another
                        outcomes += reading.outcomes[:-1]
                        continue
                    outcomes += reading.outcomes
                    if (last := _gives_up(outcomes, reading)) is not None:
                        outcomes += [last] * (len(calls) - len(outcomes))
        finally:
            self.backlog -= 1
        return outcomes

    async def _run_batch(
        self, program: Program, batch: Sequence[Call], flavour: Flavour
    ) -> Reading:
        """Run one child, on a fresh zygote if the first one is lost meanwhile."""
        try:
            try:
                return await self._run_child(program, batch, flavour, fresh=False)
            except ZygoteLost:
                return await self._run_child(program, batch, flavour, fresh=True)
        except ZygoteLost as error:
            raise SandboxError(f"the sandbox failed twice: {error}") from error
        except OSError as error:
            raise SandboxError(f"the machine has no room for it: {error}") from error

    async def _run_child(
        self, program: Program, batch: Sequence[Call], flavour: Flavour, *, fresh: bool
    ) -> Reading:
        limits = self.limits
        self._jobs += 1
        job = Job(
            self._jobs,
            len(batch),
            limits.call_seconds,
            limits.wall_seconds,
            limits.memory_bytes,
            limits.output_bytes,
        )
        with ExitStack() as files:
            inward = write_request(program, batch)
            files.callback(os.close, inward)
            outward = make_outward(len(batch), limits.output_bytes)
            files.callback(os.close, outward)
            report = await self._on_some_zygote(job, inward, outward, flavour, fresh=fresh)
            reading = (outward, len(batch), limits.output_bytes, report)
            if os.fstat(outward).st_blocks * 512 < _IN_A_THREAD_FROM_BYTES:
                return read_outcomes(*reading)
            return await anyio.to_thread.run_sync(read_outcomes, *reading)

    async def _on_some_zygote(
        self, job: Job, inward: int, outward: int, flavour: Flavour, *, fresh: bool
    ) -> Report:
        zygote = None if fresh else self._take_idle(flavour)
        zygote = zygote or await self._start(flavour)
        try:
            return await zygote.do(job, inward, outward)
        finally:
            await self._put_back(flavour, zygote)

    def _take_idle(self, flavour: Flavour) -> Zygote | None:
        for place in reversed(range(len(self._idle))):
            if self._idle[place][0] == flavour:
                return self._idle.pop(place)[1]
        return None

    async def _put_back(self, flavour: Flavour, zygote: Zygote) -> None:
        """Keep a zygote for the next job, and end one that is lost or one too many."""
        if not zygote.is_of_use:
            await self._end(zygote)
            return
        self._idle.append((flavour, zygote))
        if len(self._idle) > _IDLE_PER_WORKER * self._slots.total_tokens:
            _, oldest = self._idle.pop(0)
            await self._end(oldest)

    async def _start(self, flavour: Flavour) -> Zygote:
        if self._closed:
            raise SandboxError("the sandbox is closed")
        scratch = None
        if not self._jailing.namespaces:
            scratch = await anyio.to_thread.run_sync(make_scratch)
        tmp = str(scratch.path) if scratch else "/tmp"
        try:
            zygote = await Zygote.start(self._python, flavour, self._jailing, tmp)
        except BaseException:
            await _remove(scratch)
            raise
        self._alive[zygote] = scratch
        return zygote

    async def _end(self, zygote: Zygote) -> None:
        if zygote in self._alive:
            scratch = self._alive.pop(zygote)
            await zygote.end()
            await _remove(scratch)


async def _remove(scratch: Scratch | None) -> None:
    if scratch is not None:
        with anyio.CancelScope(shield=True):
            await anyio.to_thread.run_sync(scratch.remove)


def _gives_up(outcomes: Sequence[Outcome], reading: Reading) -> Outcome | None:
    """Return the outcome of all calls that are not to be made any more, if so."""
    if not reading.loaded:
        return outcomes[-1]
    timeouts = [outcome for outcome in outcomes if isinstance(outcome, TimedOut)]
    return timeouts[-1] if len(timeouts) >= TIMEOUTS_PER_PROGRAM else None


def _level(layers: Mapping[str, str]) -> SandboxLevel:
    if layers.get("seccomp") != "on":
        return SandboxLevel.NONE
    if layers.get("namespaces") == layers.get("private root") == "on":
        return SandboxLevel.FULL
    scoped = int(layers.get("landlock abi", "0")) >= _LANDLOCK_WITH_SIGNAL_SCOPE
    own_user = os.getuid() != 0 or layers.get("foreign user") == "on"
    return SandboxLevel.NO_NAMESPACES if scoped and own_user else SandboxLevel.WEAK
