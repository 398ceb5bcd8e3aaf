"""Take entries in: each into the journal, once, as a new item, a duplicate, or nothing.

May import ``items``, ``journal`` and ``marks``.
"""

from __future__ import annotations

from datetime import UTC, datetime

from codeiod.admission.marks import Mark
from codeiod.items import Entry, Origin
from codeiod.journal.journal import Journal
from codeiod.journal.places import stamp_of
from codeiod.journal.records import Admit, CursorAt, Duplicate, Record

UNSYNCED_BYTES = 8 << 20
RECORD_BYTES = 512
"""What a record is counted as beside its content."""


class Admission:
    """What is taken in by this run; it also tells sources what the journal already holds."""

    def __init__(self, journal: Journal, recipe_digest: str, limit: int | None = None) -> None:
        self._journal = journal
        self._recipe = recipe_digest
        self._limit = limit
        self._unsynced_bytes = 0
        self.admitted = 0
        """Items newly admitted by this run."""

    @property
    def full(self) -> bool:
        """Whether as many new items are in as this run may take."""
        return self._limit is not None and self.admitted >= self._limit

    def seen(self, origin: Origin) -> bool:
        """Tell whether a file was taken in before, and has not changed since."""
        return self._journal.state.seen(origin)

    def position(self, origin: Origin) -> int:
        """Tell how many lines or rows of a container were, if it has not changed since."""
        cursor = self._journal.state.cursors.get((origin.source, origin.path))
        return cursor.position if cursor and cursor.stamp == stamp_of(origin) else 0

    async def take(self, entry: Entry | Mark) -> str | None:
        """Journal an entry or a mark; return the id of a new item, None where there is none.

        Known content at a new place is a duplicate, whatever became of it; the same content at the
        same place again is nothing. Waits only where much content is on its way to the disk.

        :raises DiskFailed: or DiskFull: the disk has failed.
        """
        if isinstance(entry, Mark):
            stamp = stamp_of(entry.origin)
            origin = entry.origin
            await self._append(CursorAt(origin.source, origin.path, entry.position, stamp), 0)
            return None
        state = self._journal.state
        if state.met(entry.item_id, entry.origin):
            return None
        if state.known(entry.item_id):
            await self._append(Duplicate(entry.item_id, entry.origin), 0)
            return None
        self.admitted += 1
        await self._append(self._admit(entry), len(entry.content))
        return entry.item_id

    def _admit(self, entry: Entry) -> Admit:
        now = datetime.now(UTC).isoformat(timespec="seconds")
        return Admit(
            item=entry.item_id,
            recipe=self._recipe,
            origin=entry.origin,
            meta=entry.meta,
            content=entry.content,
            time=now,
            fault=entry.fault,
        )

    async def _append(self, record: Record, content_bytes: int) -> None:
        self._journal.append(record)
        self._unsynced_bytes += content_bytes + RECORD_BYTES
        if self._unsynced_bytes >= UNSYNCED_BYTES:
            self._unsynced_bytes = 0
            await self._journal.flush()
