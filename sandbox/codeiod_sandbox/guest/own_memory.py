"""What the kernel holds of the zygote's memory, asked and told even where /proc is gone.

Imports the standard library alone. Children inherit the descriptors and close them unused.
"""

import os
from typing import NamedTuple

_PAGE_BYTES = os.sysconf("SC_PAGE_SIZE")
_LINE_BYTES = 200
SCORE_OF_A_ZYGOTE, SCORE_OF_A_PROGRAM = b"500", b"1000"  # the daemon has 0


class OwnMemory(NamedTuple):
    """One process's own line in /proc, held open."""

    descriptor: int

    @classmethod
    def open(cls) -> "OwnMemory":
        return cls(os.open("/proc/self/statm", os.O_RDONLY | os.O_CLOEXEC))

    def address_bytes(self) -> int:
        """Return what a limit on address space would count."""
        return self._pages()[0] * _PAGE_BYTES

    def resident_bytes(self) -> int:
        """Return what lies in memory and is no file's: each fork has to walk it."""
        _, resident, of_files, *_ = self._pages()
        return (resident - of_files) * _PAGE_BYTES

    def _pages(self) -> list[int]:
        return [int(word) for word in os.pread(self.descriptor, _LINE_BYTES, 0).split()]


class FirstToGo(NamedTuple):
    """Who goes first where memory runs out: programs before zygotes, zygotes before the daemon.

    Where it is a cgroup's that runs out there is nobody but a zygote and its child to choose from,
    and what a program makes the kernel hold is not counted as either's.
    """

    descriptor: int
    score: bytes  # of the zygote: a service manager may have set one that can't be gone below

    @classmethod
    def open(cls) -> "FirstToGo":
        descriptor = os.open("/proc/self/oom_score_adj", os.O_RDWR | os.O_CLOEXEC)
        return cls(descriptor, os.pread(descriptor, _LINE_BYTES, 0).strip())

    def as_zygote(self) -> None:
        os.pwrite(self.descriptor, self.score, 0)

    def as_program(self) -> None:
        """Be like one while it is forked: it can't say so itself."""
        os.pwrite(self.descriptor, SCORE_OF_A_PROGRAM, 0)
