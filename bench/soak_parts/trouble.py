"""Disturbs the processes of a sandbox from outside: kills, stops and starves them, by a seed.

Imports ``machine`` and anyio. Only processes below this one are met: each is held by a descriptor
before it is looked at again and then signalled, so that no number can have come to mean another.
"""

from __future__ import annotations

import os
import resource
import signal
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from enum import Enum, IntEnum
from random import Random

import anyio

from soak_parts.machine import tree

PAUSE_SECONDS = (0.01, 1.5)
BURSTS = 8
BURST_SECONDS = 0.05
NICEST = 19
FEW_FILES = 4


class Role(IntEnum):
    """What a process is, by how far below this one it is; without a helper there is none at 0."""

    HELPER = 0
    KEEPER = 1
    ZYGOTE = 2
    CHILD = 3


class Kind(Enum):
    """What is done to a process."""

    KILL = "kill"
    STOP = "stop for good"
    PAUSE = "stop for a while"
    BURSTS = "stop and go"
    NICE = "lowest priority"
    FEW_FILES = "no more descriptors"
    NO_MEMORY = "no more memory"


# What a limit does to a child it does to its program: nobody could tell one from the other.
LIMITS = (Kind.FEW_FILES, Kind.NO_MEMORY)
CHOICES = [
    (kind, role) for kind in Kind for role in Role if role is Role.ZYGOTE or kind not in LIMITS
]


@dataclass(slots=True)
class Trouble:
    """Makes it, and keeps what was done when."""

    random: Random
    in_helper: bool = False
    log: list[tuple[float, Kind, Role]] = field(default_factory=list)

    async def make(self, times: int, mean_seconds: float) -> None:
        """Disturb so many times, at random moments; what was stopped for a while goes on."""
        choices = [(kind, role) for kind, role in CHOICES if self.in_helper or role]
        async with anyio.create_task_group() as group:
            while len(self.log) < times:
                await anyio.sleep(self.random.expovariate(1 / mean_seconds))
                kind, role = self.random.choice(choices)
                found = sorted(_at_depth(role + self.in_helper))
                if found:
                    group.start_soon(self._disturb, self.random.choice(found), kind, role)

    def between(self, first: float, last: float) -> list[tuple[Kind, Role]]:
        """List what was done between two moments."""
        return [(kind, role) for moment, kind, role in self.log if first <= moment <= last]

    def told(self) -> dict[str, int]:
        """Count what was done."""
        counts = Counter(f"{kind.value}: {role.name.lower()}" for _, kind, role in self.log)
        return dict(counts.most_common())

    async def _disturb(self, pid: int, kind: Kind, role: Role) -> None:
        with (
            suppress(ProcessLookupError, PermissionError),
            _held(pid, role + self.in_helper) as process,
        ):
            self.log.append((anyio.current_time(), kind, role))
            match kind:
                case Kind.KILL:
                    signal.pidfd_send_signal(process, signal.SIGKILL)
                case Kind.STOP:
                    signal.pidfd_send_signal(process, signal.SIGSTOP)
                case Kind.PAUSE:
                    await _pause(process, self.random.uniform(*PAUSE_SECONDS))
                case Kind.BURSTS:
                    for _ in range(BURSTS):
                        await _pause(process, BURST_SECONDS)
                        await anyio.sleep(BURST_SECONDS)
                case Kind.NICE:
                    os.setpriority(os.PRIO_PROCESS, pid, NICEST)
                case Kind.FEW_FILES:
                    resource.prlimit(pid, resource.RLIMIT_NOFILE, (FEW_FILES, FEW_FILES))
                case Kind.NO_MEMORY:
                    resource.prlimit(pid, resource.RLIMIT_AS, (1, 1))


async def _pause(process: int, seconds: float) -> None:
    signal.pidfd_send_signal(process, signal.SIGSTOP)
    try:
        await anyio.sleep(seconds)
    finally:
        signal.pidfd_send_signal(process, signal.SIGCONT)


@contextmanager
def _held(pid: int, depth: int) -> Iterator[int]:
    """Hold a process by a descriptor. :raises ProcessLookupError: it is no more, or elsewhere."""
    process = os.pidfd_open(pid)
    try:
        if pid not in _at_depth(depth):
            raise ProcessLookupError
        yield process
    finally:
        os.close(process)


def _at_depth(wanted: int) -> set[int]:
    depths = {os.getpid(): 0}
    for process in tree()[1:]:
        depths[process.pid] = depths[process.parent] + 1
    return {pid for pid, depth in depths.items() if depth == wanted}
