"""The front of the sandbox: hands programs to zygotes, a bounded number at a time.

Imports anyio and the rest of the package's daemon side.
"""

import os
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import MappingProxyType, TracebackType
from typing import Self

import anyio
import anyio.to_thread

from codeiod_sandbox.doubts import Doubts
from codeiod_sandbox.flavours import Flavour, flavour_of
from codeiod_sandbox.guest.messages import Job, Report
from codeiod_sandbox.killers import Killer
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
from codeiod_sandbox.records import (
    Reading,
    bytes_in_use,
    make_outward,
    read_outcomes,
    write_request,
)
from codeiod_sandbox.seclusion import seclude_where_open
from codeiod_sandbox.spawning import Jailing
from codeiod_sandbox.stock import CALLS_PER_CHILD, DEFAULT_RETIREMENT, Retirement, Stock
from codeiod_sandbox.trace_reading import trace_of
from codeiod_sandbox.traces import DEFAULT_TRACE_LIMITS, Traced, TraceLimits
from codeiod_sandbox.turns import Turns
from codeiod_sandbox.zygote import ZygoteLost

DEFAULT_LIMITS = Limits()
TIMEOUTS_PER_PROGRAM = 2
_IN_A_THREAD_FROM_BYTES = 1 << 16
_LANDLOCK_WITH_SIGNAL_SCOPE = 6
_IDLE_PER_WORKER = 5


class Sandbox:
    """Run untrusted programs, each in a process of its own, `workers` at a time, under asyncio.

    :param workers: 0 for as many as there are cores.
    :param python: the interpreter that runs the programs; its modules are what they may import.
    :param modules: which of them, and what is imported before a program asks for it.
    :param at_most: the level not to go beyond, where the machine would grant a higher one.
    :param retirement: when a fork server has served long enough.
    """

    def __init__(
        self,
        workers: int = 0,
        limits: Limits = DEFAULT_LIMITS,
        *,
        python: Path | None = None,
        modules: Modules = DEFAULT_MODULES,
        at_most: SandboxLevel = SandboxLevel.CGROUP,
        retirement: Retirement = DEFAULT_RETIREMENT,
    ) -> None:
        self.limits = limits
        self.level = SandboxLevel.NONE
        self.layers: Mapping[str, str] = MappingProxyType({})
        self.backlog = 0
        self._turns = Turns(workers or len(os.sched_getaffinity(0)))
        self._modules = modules
        self._stock = Stock(
            python or Path(sys.executable),
            Jailing.up_to(at_most),
            limits,
            with_cgroups=at_most >= SandboxLevel.CGROUP,
            most_idle=_IDLE_PER_WORKER * self.workers,
            retirement=retirement,
        )
        self._jobs = 0

    async def __aenter__(self) -> Self:
        flavour = flavour_of("", twin=False, modules=self._modules)
        try:
            layers = await self._stock.open(flavour)
        except (ZygoteLost, OSError) as error:
            raise SandboxError(f"the sandbox can't be started: {error}") from error
        self.layers = MappingProxyType(dict(layers))
        self.level = _level(self.layers)
        seclude_where_open(self.layers)
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        await self._stock.close()

    @property
    def workers(self) -> int:
        """How many programs run at a time."""
        return self._turns.size

    async def resize(self, workers: int) -> None:
        """Run so many at a time from now on; what runs goes on, and is one of them."""
        self._turns.resize(workers)
        await self._stock.keep(_IDLE_PER_WORKER * workers)

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
        order = flavour.order_of(len(calls)) if alone else list(range(len(calls)))
        calls = [calls[index] for index in order]
        outcomes: list[Outcome] = []
        doubts = Doubts()
        self.backlog += 1
        try:
            async with self._turns:
                while len(outcomes) < len(calls):
                    size = 1 if alone else CALLS_PER_CHILD
                    batch = calls[len(outcomes) : len(outcomes) + size]
                    kind = flavour.for_call(order[len(outcomes)]) if alone else flavour
                    reading, killer = await self._run_batch(program, batch, kind)
                    by_itself = reading.may_be_its_own or self.level == SandboxLevel.NONE
                    settled = doubts.settle(reading.outcomes, killer, by_itself=by_itself)
                    outcomes += settled
                    if len(settled) == len(reading.outcomes):
                        outcomes += _given_up(outcomes, reading, len(calls))
        finally:
            self.backlog -= 1
        return [outcome for _, outcome in sorted(zip(order, outcomes, strict=True), key=_index)]

    async def trace(
        self,
        program: Program,
        call: Call,
        limits: TraceLimits = DEFAULT_TRACE_LIMITS,
        *,
        twin: bool = False,
    ) -> Traced:
        """Make one call and tell what it did; its limits and its outcome are as in `run`.

        There is no trace where the call did not end by itself, or the program spoilt it. A trace
        was made where the program ran: it is well-formed, and true of honest programs.

        :raises SandboxError: as `run`. :raises ValueError: likewise. :raises TypeError: likewise.
        """
        outcome, story = await self.tell(program, call, limits, twin=twin)
        return Traced(outcome, await trace_of(story, limits))

    async def tell(
        self, program: Program, call: Call, limits: TraceLimits, *, twin: bool
    ) -> tuple[Outcome, str | None]:
        """Do what `trace` does; return the trace as the text that came out, still to be read."""
        flavour = flavour_of(program.source, twin=twin, modules=self._modules)
        doubts = Doubts()
        self.backlog += 1
        try:
            async with self._turns:
                while True:
                    reading, killer = await self._run_batch(program, [call], flavour, limits)
                    by_itself = reading.may_be_its_own or self.level == SandboxLevel.NONE
                    if settled := doubts.settle(reading.outcomes, killer, by_itself=by_itself):
                        return settled[0], reading.story
        finally:
            self.backlog -= 1

    async def _run_batch(
        self,
        program: Program,
        batch: Sequence[Call],
        flavour: Flavour,
        traced: TraceLimits | None = None,
    ) -> tuple[Reading, Killer | None]:
        """Run one child, on a fresh zygote if the first one is lost meanwhile."""
        try:
            try:
                return await self._run_child(program, batch, flavour, traced, fresh=False)
            except ZygoteLost:
                return await self._run_child(program, batch, flavour, traced, fresh=True)
        except ZygoteLost as error:
            raise SandboxError(f"the sandbox failed twice: {error}") from error
        except OSError as error:
            raise SandboxError(f"the machine has no room for it: {error}") from error

    async def _run_child(
        self,
        program: Program,
        batch: Sequence[Call],
        flavour: Flavour,
        traced: TraceLimits | None,
        *,
        fresh: bool,
    ) -> tuple[Reading, Killer | None]:
        """Run one child; say who killed it, if somebody did."""
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
        inward = write_request(program, batch, traced)
        try:
            outward = make_outward(len(batch), limits.output_bytes, traced)
            try:
                return await self._on_a_zygote(job, inward, outward, flavour, traced, fresh=fresh)
            finally:
                os.close(outward)
        finally:
            os.close(inward)

    async def _on_a_zygote(
        self,
        job: Job,
        inward: int,
        outward: int,
        flavour: Flavour,
        traced: TraceLimits | None,
        *,
        fresh: bool,
    ) -> tuple[Reading, Killer | None]:
        zygote = await self._stock.take(flavour, fresh=fresh)
        try:
            report = await zygote.do(job, inward, outward)
            reading = await _read(outward, job.calls, job.output_bytes, report, traced)
            killer = await self._stock.killer_at(zygote) if reading.ended_by else None
            return reading, killer
        finally:
            await self._stock.put_back(flavour, zygote)


async def _read(
    outward: int, calls: int, output_bytes: int, report: Report, traced: TraceLimits | None
) -> Reading:
    used_bytes = bytes_in_use(outward)
    written = outward, used_bytes, calls, output_bytes, report, traced
    if used_bytes < _IN_A_THREAD_FROM_BYTES:
        return read_outcomes(*written)
    return await anyio.to_thread.run_sync(read_outcomes, *written)


def _given_up(outcomes: Sequence[Outcome], reading: Reading, calls: int) -> list[Outcome]:
    """Return the outcomes of calls that are not to be made any more, if so."""
    timeouts = [outcome for outcome in outcomes if isinstance(outcome, TimedOut)]
    if not reading.loaded:
        last = outcomes[-1]
    elif len(timeouts) >= TIMEOUTS_PER_PROGRAM:
        last = timeouts[-1]
    else:
        return []
    return [last] * (calls - len(outcomes))


def _index(numbered: tuple[int, Outcome]) -> int:
    return numbered[0]


def _level(layers: Mapping[str, str]) -> SandboxLevel:
    if layers.get("seccomp") != "on":
        return SandboxLevel.NONE
    if layers.get("namespaces") == layers.get("private root") == "on":
        return SandboxLevel.CGROUP if layers.get("cgroup") == "on" else SandboxLevel.FULL
    scoped = int(layers.get("landlock abi", "0")) >= _LANDLOCK_WITH_SIGNAL_SCOPE
    own_user = os.getuid() != 0 or layers.get("foreign user") == "on"
    return SandboxLevel.NO_NAMESPACES if scoped and own_user else SandboxLevel.WEAK
