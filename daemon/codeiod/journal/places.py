"""Where content was met, and which files were read whole, as short digests.

May import items and ``digests``.
"""

from __future__ import annotations

from hashlib import blake2b

from codeiod.items import Origin
from codeiod.journal.digests import DigestSet

PLACE_BYTES = 8


def stamp_of(origin: Origin) -> str:
    """Name a file as it was met: path, inode, size and time of change, as 16 hex digits."""
    return _stamp(origin).hex()


class Places:
    """The places of all entries, and the stamps of the files that were one entry."""

    def __init__(self, met: DigestSet | None = None, seen: DigestSet | None = None) -> None:
        self._met = DigestSet(PLACE_BYTES) if met is None else met
        self._seen = DigestSet(PLACE_BYTES) if seen is None else seen

    def __len__(self) -> int:
        return len(self._met)

    def add(self, item_id: str, origin: Origin) -> bool:
        """Remember that an item was met there; tell whether that is new."""
        if origin.offset == 0:  # a line of a file says nothing of the rest of it
            self._seen.add(_stamp(origin))
        return self._met.add(_place(item_id, origin))

    def met(self, item_id: str, origin: Origin) -> bool:
        """Tell whether the item was met at this very place."""
        return _place(item_id, origin) in self._met

    def seen(self, origin: Origin) -> bool:
        """Tell whether this very file, unchanged, was taken in as one entry."""
        return _stamp(origin) in self._seen

    @property
    def tables(self) -> tuple[DigestSet, DigestSet]:
        """Both sets, as they are given at the making: places, and stamps."""
        return self._met, self._seen

    @property
    def memory_bytes(self) -> int:
        """What both tables take."""
        return self._met.memory_bytes + self._seen.memory_bytes


def _place(item_id: str, origin: Origin) -> bytes:
    return _short(item_id, origin.path, str(origin.offset))


def _stamp(origin: Origin) -> bytes:
    return _short(origin.path, str(origin.inode), str(origin.size), str(origin.mtime_ns))


def _short(*parts: str) -> bytes:
    data = "\0".join(parts).encode("utf-8", "surrogatepass")
    return blake2b(data, digest_size=PLACE_BYTES).digest()
