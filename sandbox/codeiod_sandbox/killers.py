"""Who killed a process that its zygote did not kill: the kernel, short of memory, or somebody.

Imports the standard library alone; blocks, so it is called in threads. No program can kill itself
by SIGKILL, so a count that the kernel keeps of its own kills tells which of the two it was.
"""

from enum import Enum, auto
from pathlib import Path
from typing import Protocol

_MACHINE = Path("/proc/vmstat")


class Killer(Enum):
    """Who it was, as far as is known."""

    ITS_OWN_LIMIT = auto()  # the kernel, as the program's own group had used up its memory
    KERNEL = auto()  # most likely, and perhaps on behalf of others
    SOMEBODY = auto()


class Witness(Protocol):
    """Whoever counts kills; each is told of once."""

    def killer(self) -> Killer:
        """Say who may have killed, of all that was not told of before."""


class Machine:
    """The kernel's count of all processes that it killed for want of memory."""

    def __init__(self) -> None:
        self._seen = _kills()

    def killer(self) -> Killer:
        """Hold it for the kernel's doing where this kernel does not count."""
        kills = _kills()
        more, self._seen = kills is None or kills != self._seen, kills
        return Killer.KERNEL if more else Killer.SOMEBODY


def _kills() -> int | None:
    try:
        return counters(_MACHINE).get("oom_kill")
    except OSError:
        return None


def counters(path: Path) -> dict[str, int]:
    """Read a file of the kernel's that has a name and a number in each line."""
    pairs = (line.split() for line in path.read_text().splitlines())
    return {name: int(number) for name, number in pairs}
