"""The zygotes that a sandbox has: started on demand, kept while of use, replaced when they grow.

Imports anyio, and what makes a zygote and the places it lives in.
"""

from collections.abc import Callable, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import anyio
import anyio.to_thread

from codeiod_sandbox.cgroups import Grounds, NotDelegatedError, Slot, stake_out
from codeiod_sandbox.flavours import Flavour
from codeiod_sandbox.guest.messages import outward_bytes
from codeiod_sandbox.killers import Killer, Machine, Witness
from codeiod_sandbox.outcomes import Limits, SandboxError
from codeiod_sandbox.scratch import Scratch, make_scratch
from codeiod_sandbox.spawning import Jailing
from codeiod_sandbox.zygote import Zygote, ZygoteLost, ZygoteRefused

CALLS_PER_CHILD = 64
_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class Retirement:
    """When a zygote has served long enough: its heap only grows, and each fork has to walk it."""

    jobs: int = 20_000
    growth_bytes: int = 64 << 20

    def is_due(self, zygote: Zygote) -> bool:
        return zygote.jobs >= self.jobs or zygote.grown_bytes > self.growth_bytes


DEFAULT_RETIREMENT = Retirement()


@dataclass(frozen=True, slots=True)
class Lodging:
    """What a zygote has outside of itself, to be removed after it."""

    scratch: Scratch | None
    slot: Slot | None

    def remove(self) -> None:
        with ExitStack() as last:
            if self.scratch is not None:
                last.callback(self.scratch.remove)
            if self.slot is not None:
                last.callback(self.slot.remove)  # first, as it ends what may still write


class _NotEntered(ZygoteLost):
    """A zygote could not enter the cgroup that was made for it."""


class Stock:
    """Zygotes of several flavours; `idle` are those that wait, the least recently used first.

    :param with_cgroups: whether to look for a cgroup to divide among them.
    :param most_idle: how many may wait.
    """

    def __init__(
        self,
        python: Path,
        jailing: Jailing,
        limits: Limits,
        *,
        with_cgroups: bool,
        most_idle: int,
        retirement: Retirement = DEFAULT_RETIREMENT,
    ) -> None:
        self.idle: list[tuple[Flavour, Zygote]] = []
        self._python = python
        self._jailing = jailing
        self._limits = limits
        self._with_cgroups = with_cgroups
        self._most_idle = most_idle
        self._retirement = retirement
        self._grounds: Grounds | None = None
        self._machine: Machine | None = None
        self._alive: dict[Zygote, Lodging] = {}
        self._closed = False

    async def open(self, flavour: Flavour) -> Mapping[str, str]:
        """Start the first zygote, with as many layers as there can be; return what holds.

        :raises ZygoteLost: where none can be started at all. :raises OSError: likewise.
        """
        self._machine = await _in_thread(Machine)
        refused = await self._find_grounds()
        while True:
            try:
                zygote = await self._start_the_first(flavour)
                break
            except _NotEntered as error:
                self._grounds, refused["cgroup"] = None, str(error)
            except ZygoteLost as error:
                if not self._jailing.namespaces:
                    raise
                refused["namespaces"] = str(error)
                self._jailing = self._jailing.without_namespaces()
        self.idle.append((flavour, zygote))
        return refused | dict(zygote.layers)

    async def take(self, flavour: Flavour, *, fresh: bool) -> Zygote:
        """Return a zygote for one job: one that waits, unless it must be fresh."""
        if not fresh:
            for place in reversed(range(len(self.idle))):
                if self.idle[place][0] == flavour:
                    return self.idle.pop(place)[1]
        return await self._start(flavour)

    async def put_back(self, flavour: Flavour, zygote: Zygote) -> None:
        """Keep a zygote for the next job; end one that is lost, has served, or is one too many."""
        if not zygote.is_of_use or self._retirement.is_due(zygote):
            await self._end(zygote)
            return
        self.idle.append((flavour, zygote))
        await self.keep(self._most_idle)

    async def keep(self, most_idle: int) -> None:
        """Let so many wait from now on, and end those that have waited longest."""
        self._most_idle = most_idle
        while len(self.idle) > self._most_idle:
            _, oldest = self.idle.pop(0)
            await self._end(oldest)

    async def killer_at(self, zygote: Zygote) -> Killer:
        """Say who killed what ran below a zygote of ours."""
        lodging = self._alive.get(zygote)
        slot = lodging.slot if lodging else None
        witness: Witness | None = slot or self._machine
        return await _in_thread(witness.killer) if witness else Killer.KERNEL

    async def close(self) -> None:
        """End them all, those that have a job too."""
        self._closed = True
        with anyio.CancelScope(shield=True):
            async with anyio.create_task_group() as ending:
                for zygote in list(self._alive):
                    ending.start_soon(self._end, zygote)

    async def _find_grounds(self) -> dict[str, str]:
        if not self._with_cgroups:
            return {"cgroup": "switched off"}
        try:
            self._grounds = await _in_thread(stake_out)
        except NotDelegatedError as error:
            return {"cgroup": str(error)}
        return {}

    async def _start_the_first(self, flavour: Flavour) -> Zygote:
        """Start one; what ends without a word may have been killed, and is tried again."""
        try:
            return await self._start(flavour)
        except (ZygoteRefused, _NotEntered):
            raise
        except ZygoteLost:
            return await self._start(flavour)

    async def _start(self, flavour: Flavour) -> Zygote:
        if self._closed:
            raise SandboxError("the sandbox is closed")
        lodging = await _in_thread(self._lodge)
        try:
            zygote = await self._start_in(lodging, flavour)
        except BaseException:
            await _remove(lodging)
            raise
        self._alive[zygote] = lodging
        if self._closed:  # meanwhile
            await self._end(zygote)
            raise SandboxError("the sandbox is closed")
        return zygote

    async def _start_in(self, lodging: Lodging, flavour: Flavour) -> Zygote:
        scratch, slot = lodging.scratch, lodging.slot
        tmp, cgroup = str(scratch.path) if scratch else "/tmp", str(slot.folder) if slot else ""
        zygote = await Zygote.start(self._python, flavour, self._jailing, tmp, cgroup)
        try:
            if slot is not None:
                await self._bound(slot, zygote.layers["cgroup"])
        except BaseException:
            await zygote.end()
            raise
        return zygote

    async def _bound(self, slot: Slot, state: str) -> None:
        if state != "on":
            raise _NotEntered(state)
        limits = self._limits
        records_bytes = outward_bytes(CALLS_PER_CHILD, limits.output_bytes)
        await _in_thread(slot.bound_memory, limits.memory_bytes + records_bytes)

    def _lodge(self) -> Lodging:
        scratch = None if self._jailing.namespaces else make_scratch()
        try:
            return Lodging(scratch, self._grounds.make_slot() if self._grounds else None)
        except OSError:
            Lodging(scratch, None).remove()
            raise

    async def _end(self, zygote: Zygote) -> None:
        if zygote in self._alive:
            lodging = self._alive.pop(zygote)
            await zygote.end()
            await _remove(lodging)


async def _remove(lodging: Lodging) -> None:
    with anyio.CancelScope(shield=True):
        await _in_thread(lodging.remove)


async def _in_thread(function: Callable[..., _T], *arguments: object) -> _T:
    return await anyio.to_thread.run_sync(function, *arguments)
