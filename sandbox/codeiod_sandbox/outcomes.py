"""What a caller asks of the sandbox and what it may answer: plain values.

Imports nothing but the standard library; every other module may import this one.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import IntEnum
from typing import Any, Literal, TypeAlias


@dataclass(frozen=True, slots=True)
class Program:
    """Name the source text of one untrusted Python module."""

    source: str


@dataclass(frozen=True, slots=True)
class Call:
    """Ask for one function of a program, with keyword arguments that JSON can carry.

    :param seed: what `random` and `numpy.random` are seeded with before the call.
    """

    function: str
    arguments: Mapping[str, Any]
    seed: int = 0


@dataclass(frozen=True, slots=True)
class Limits:
    """Bound one call.

    :param call_seconds: CPU time; the wall clock may take four times that, and four times more
        where the program would compute but a busy machine does not let it.
    :param memory_bytes: address space beyond that of an idle guest.
    :param output_bytes: JSON text of one result, and the size of any file written.
    """

    call_seconds: float = 5.0
    memory_bytes: int = 1 << 30
    output_bytes: int = 1 << 20

    @property
    def wall_seconds(self) -> float:
        return 4 * self.call_seconds


@dataclass(frozen=True, slots=True)
class Returned:
    """The function returned a JSON value.

    :param json: its text: ASCII, keys in their order, the standard separators.
    :param value: what a strict parser reads from that text.
    """

    json: str
    value: Any
    cpu_seconds: float


@dataclass(frozen=True, slots=True)
class Raised:
    """The call ended in an exception; `line` is the program's own last line in it, 0 unknown."""

    type: str
    message: str
    line: int


@dataclass(frozen=True, slots=True)
class TimedOut:
    """The call used up its CPU time, or its wall clock without using the CPU."""

    limit: Literal["cpu", "wall"]


@dataclass(frozen=True, slots=True)
class OverMemory:
    """The call asked for more memory than it may have."""


@dataclass(frozen=True, slots=True)
class OverOutput:
    """The result, or a file that the program wrote, was larger than it may be."""


@dataclass(frozen=True, slots=True)
class NotJson:
    """The function returned something that JSON can't carry."""

    why: str


@dataclass(frozen=True, slots=True)
class Died:
    """The process ended without an answer: a signal's name, `exit N`, or `protocol`."""

    signal: str


@dataclass(frozen=True, slots=True)
class LoadFailed:
    """The program itself could not be loaded, or has no such function; `line` 0 is unknown."""

    type: str
    message: str
    line: int


Outcome: TypeAlias = (
    Returned | Raised | TimedOut | OverMemory | OverOutput | NotJson | Died | LoadFailed
)


class SandboxLevel(IntEnum):
    """How much stands between a program and this machine.

    At NO_NAMESPACES its folder has no quota. At WEAK a program makes no process, no socket and no
    signal to others; but each file that its user may read or write it may too, the memory of that
    user's other processes in /proc among them; the process that owns the sandbox closes its own.
    At NONE it may do all that its user may; what it has forked is dead before the next program.
    """

    NONE = 0  # a process of its own and rlimits
    WEAK = 1  # and seccomp
    NO_NAMESPACES = 2  # and landlock with signal scope
    FULL = 3  # and namespaces with a private root
    CGROUP = 4  # and memory and pids bound by a cgroup


class SandboxError(Exception):
    """The sandbox itself failed; what was asked may be asked again."""
