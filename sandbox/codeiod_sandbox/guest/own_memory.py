"""How large the zygote itself is, asked of the kernel even where /proc is gone.

Imports the standard library alone. Children inherit the descriptor and close it unread.
"""

import os
from dataclasses import dataclass

_PAGE_BYTES = os.sysconf("SC_PAGE_SIZE")
_LINE_BYTES = 200


@dataclass(frozen=True, slots=True)
class OwnMemory:
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
