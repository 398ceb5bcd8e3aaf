"""A set of digests in flat memory: at most 30 bytes for a digest of 16, 15 for one of 8.

May import the standard library alone. Open addressing, split by the first byte, so that no single
growth takes long on the event loop. A frozen copy takes no time: it shares its tables with the set,
which copies one of them before it changes it.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

SHARDS = 256
FIRST_SLOTS = 8


class Table(NamedTuple):
    """One of the tables of a set, as it is; not to be changed."""

    used: int
    has_zero: bool
    """Whether it holds the digest of zeroes, which can't stand among the cells."""
    cells: bytearray


class DigestSet:
    """Remember digests of one width; they must be evenly spread, as digests are."""

    __slots__ = ("_shards", "_width")

    def __init__(self, width: int) -> None:
        self._width = width
        self._shards: list[_Shard | None] = [None] * SHARDS

    def add(self, digest: bytes) -> bool:
        """Add a digest and tell whether it is new."""
        shard = self._shards[digest[0]]
        if shard is None:
            shard = self._shards[digest[0]] = _Shard(self._width)
        return shard.add(digest)

    def __contains__(self, digest: bytes) -> bool:
        shard = self._shards[digest[0]]
        return shard is not None and digest in shard

    def __len__(self) -> int:
        return sum(len(shard) for shard in self._shards if shard is not None)

    def freeze(self) -> list[Table]:
        """Return all tables as they are now; what is added later does not show in them."""
        return [
            Table(0, False, bytearray()) if one is None else one.freeze() for one in self._shards
        ]

    @staticmethod
    def thaw(width: int, tables: Iterable[Table]) -> DigestSet:
        """Make the set again that was frozen."""
        found = DigestSet(width)
        found._shards = [_Shard.thaw(width, table) if table.cells else None for table in tables]
        return found

    @property
    def memory_bytes(self) -> int:
        """What the tables take."""
        return sum(shard.slots * self._width for shard in self._shards if shard is not None)


class _Shard:
    """The digests that share their first byte, in one table with linear probing."""

    __slots__ = ("_empty", "_has_zero", "_shared", "_table", "_used", "_width", "slots")

    def __init__(self, width: int) -> None:
        self._width = width
        self._empty = bytes(width)
        self._has_zero = False
        """The digest of zeroes can't stand in the table, where it means an empty slot."""
        self.slots = FIRST_SLOTS
        self._table = bytearray(FIRST_SLOTS * width)
        self._used = 0
        self._shared = False
        """Whether a frozen copy holds the table too."""

    def __len__(self) -> int:
        return self._used + self._has_zero

    def __contains__(self, digest: bytes) -> bool:
        if digest == self._empty:
            return self._has_zero
        offset = self._find(digest)
        return self._table[offset : offset + self._width] == digest

    def add(self, digest: bytes) -> bool:
        if digest == self._empty:
            new, self._has_zero = not self._has_zero, True
            return new
        offset = self._find(digest)
        if self._table[offset : offset + self._width] == digest:
            return False
        if self._shared:
            self._table, self._shared = self._table[:], False
        self._table[offset : offset + self._width] = digest
        self._used += 1
        if self._used * 5 > self.slots * 4:
            self._grow()
        return True

    def freeze(self) -> Table:
        self._shared = True
        return Table(self._used, self._has_zero, self._table)

    @staticmethod
    def thaw(width: int, table: Table) -> _Shard:
        shard = _Shard(width)
        shard._used, shard._has_zero, shard._table = table
        shard._shared = True
        shard.slots = len(table.cells) // width
        return shard

    def _find(self, digest: bytes) -> int:
        """Return the offset of the digest, or of the empty slot where it belongs."""
        table, width, empty = self._table, self._width, self._empty
        end = self.slots * width
        offset = int.from_bytes(digest[1:8], "big") % self.slots * width
        while True:
            held = table[offset : offset + width]
            if held in (digest, empty):
                return offset
            offset += width
            if offset == end:
                offset = 0

    def _grow(self) -> None:
        """Move to a table half as large again: doubling would leave too much of it empty."""
        old, width, empty = self._table, self._width, self._empty
        self.slots += self.slots // 2
        table = self._table = bytearray(self.slots * width)
        end = len(table)
        for start in range(0, len(old), width):  # each is new, so this is all of ``_find``
            held = old[start : start + width]
            if held != empty:
                offset = int.from_bytes(held[1:8], "big") % self.slots * width
                while table[offset : offset + width] != empty:
                    offset = (offset + width) % end
                table[offset : offset + width] = held
        self._shared = False
