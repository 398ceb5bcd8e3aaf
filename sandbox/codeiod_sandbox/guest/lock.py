"""What a child gives up before it loads a program, worked out by the zygote before the fork.

Imports the standard library alone. A child pays for each object that it is the first to touch, a
page for each: so all that is left for it is a short row of calls with numbers for arguments.
"""

import ctypes
import os
import signal
import struct
from collections.abc import Iterator
from dataclasses import dataclass

from . import calls, rlimits, seccomp
from .messages import Job, outward_bytes
from .syscalls import PR_SET_PDEATHSIG

_CAPABILITY_VERSION_3 = 0x20080522
_SET_MODE_FILTER = 1
_ANY_PID = 0x7FFF_FFF1  # more than there can be: stands for the child's own
_WORD = struct.Struct("=I")


@dataclass(frozen=True, slots=True)
class Jail:
    """What a zygote has made ready for its children."""

    ruleset: int | None  # of landlock; the descriptor keeps its number
    filters_calls: bool
    address_bytes: int  # of the zygote itself
    processes: int | None
    tmp: str
    twin: bool


class Lock:
    """What is given up, in an order that still permits the next step."""

    __slots__ = ("_calls", "_filter", "_jail", "_own_pid_at")

    def __init__(self, jail: Jail) -> None:
        self._jail = jail
        template = seccomp.child_filter(_ANY_PID)
        self._filter = ctypes.create_string_buffer(template, len(template))
        places = range(0, len(template), _WORD.size)
        self._own_pid_at = [at for at in places if _WORD.unpack_from(template, at) == (_ANY_PID,)]
        self._calls = tuple(self._prepared())

    def _prepared(self) -> Iterator[calls.Prepared]:
        if self._jail.ruleset is not None:
            yield calls.prepare("landlock_restrict_self", self._jail.ruleset, 0)
        version, nothing = struct.pack("=Ii", _CAPABILITY_VERSION_3, 0), bytes(24)
        yield calls.prepare("capset", version, nothing)
        yield calls.prepare("prctl", PR_SET_PDEATHSIG, signal.SIGKILL)
        if self._jail.filters_calls:
            program = struct.pack("=H6xQ", len(self._filter) // 8, ctypes.addressof(self._filter))
            yield calls.prepare("seccomp", _SET_MODE_FILTER, 0, program)

    def close(self, job: Job) -> None:
        """Give it all up: from here on this process is in the jail."""
        jail = self._jail
        budget = job.memory_bytes + outward_bytes(job.calls, job.output_bytes)
        rlimits.bind_child(
            address_bytes=jail.address_bytes + budget,
            file_bytes=job.output_bytes,
            processes=jail.processes,
        )
        for at in self._own_pid_at:
            _WORD.pack_into(self._filter, at, os.getpid())
        calls.make_all(self._calls)
