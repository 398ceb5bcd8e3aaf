"""What a child gives up before it loads a program, worked out by the zygote before the fork.

Imports the standard library alone. A child pays for each object that it is the first to touch, a
page for each: so all that is left for it is a short row of calls with numbers for arguments.
"""

import ctypes
import os
import signal
import struct
from typing import NamedTuple

from . import rlimits, seccomp
from .calls import Row
from .messages import outward_bytes
from .syscalls import PR_SET_PDEATHSIG

_CAPABILITY_VERSION_3 = 0x20080522
_SET_MODE_FILTER = 1
_ANY_PID = 0x7FFF_FFF1  # more than there can be: stands for the child's own
_FIRST = 1  # the pid of each child that has a pid namespace of its own
_AT_FDCWD = -100
_ROWS = 64  # as many kinds of jobs are kept ready for
_WORD = struct.Struct("=I")


class Jail(NamedTuple):
    """What a zygote has made ready for its children."""

    ruleset: int | None  # of landlock; the descriptor keeps its number
    filters_calls: bool
    address_bytes: int  # of the zygote itself
    processes: int | None  # None where the user has others, that are not ours
    shares_files: bool  # with the machine
    tmp: str
    twin: bool


class Lock:
    """What is given up, in an order that still permits the next step."""

    def __init__(self, jail: Jail) -> None:
        self._jail = jail
        template = seccomp.child_filter(_ANY_PID, shares_files=jail.shares_files)
        self._filter = ctypes.create_string_buffer(template, len(template))
        places = range(0, len(template), _WORD.size)
        self._own_pid_at = [at for at in places if _WORD.unpack_from(template, at) == (_ANY_PID,)]
        self._name_pid(_FIRST)
        self._rows: dict[tuple[int, ...], Row] = {}

    def ready_for(self, calls: int, memory_bytes: int, output_bytes: int) -> Row:
        """Return the calls for a child under these limits; to be called by the zygote."""
        limits = calls, memory_bytes, output_bytes
        if limits not in self._rows:
            if len(self._rows) >= _ROWS:
                self._rows.clear()
            self._rows[limits] = self._row(*limits)
        return self._rows[limits]

    def _row(self, calls: int, memory_bytes: int, output_bytes: int) -> Row:
        row, jail = Row(), self._jail
        budget = memory_bytes + outward_bytes(calls, output_bytes)
        for kind, most in rlimits.of_a_child(
            address_bytes=jail.address_bytes + budget,
            file_bytes=output_bytes,
            processes=jail.processes,
        ):
            row.add("setrlimit", kind, struct.pack("=QQ", most, most))
        row.add("chdir", os.fsencode(jail.tmp) + b"\0")
        _open_standard_files(row)
        if jail.ruleset is not None:
            row.add("landlock_restrict_self", jail.ruleset, 0)
        row.add("capset", struct.pack("=Ii", _CAPABILITY_VERSION_3, 0), bytes(24))
        row.add("prctl", PR_SET_PDEATHSIG, signal.SIGKILL)
        if jail.filters_calls:
            words = len(self._filter) // 8, ctypes.addressof(self._filter)
            row.add("seccomp", _SET_MODE_FILTER, 0, struct.pack("=H6xQ", *words))
        return row

    def close(self, row: Row) -> None:
        """Give it all up: from here on this process, a child, is in the jail."""
        if (own_pid := os.getpid()) != _FIRST:
            self._name_pid(own_pid)
        if self._jail.processes is None:
            rlimits.bound_processes_of_all()
        row.make()

    def _name_pid(self, pid: int) -> None:
        for at in self._own_pid_at:
            _WORD.pack_into(self._filter, at, pid)


def _open_standard_files(row: Row) -> None:
    """Open them anew: flags and locks on those of the zygote would last for the next program."""
    row.add("close_range", 0, 2, 0)
    row.add("openat", _AT_FDCWD, os.devnull.encode() + b"\0", os.O_RDWR)
    row.add("dup3", 0, 1, 0)
    row.add("dup3", 0, 2, 0)
