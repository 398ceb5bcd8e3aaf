"""The snapshots of a journal: where a replay begins, when the next one is due, which are kept.

May import ``disk``, ``segments``, ``snapshot`` and the modules below it. A snapshot is used only
where it is whole and the log has the very record that it ends with; else the one before it is
tried, and then the log is read from its beginning.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

import structlog

from codeiod.journal.disk import Disk
from codeiod.journal.frame import BadLine, unframe
from codeiod.journal.sealed import BadSeal
from codeiod.journal.segments import Segments
from codeiod.journal.snapshot import (
    BadSnapshot,
    Snapshot,
    list_snapshots,
    read_snapshot,
    remove_drafts,
    snapshot_name,
    write_snapshot,
)

KEPT = 2
"""How many snapshots are kept: the newest, and the one to fall back on."""
SNAPSHOT_RECORDS = 100_000
"""After how many records one is taken at the latest: what a start replays in a second or two."""
WORTHWHILE_RECORDS = 1000
"""For fewer records none is taken: to replay them takes no time."""
HEADER_BYTES = 4096
"""More than the first line of a segment takes."""

log = structlog.get_logger()


class Ending(NamedTuple):
    """The last record of a snapshot, the segment where it stands, the bytes of the file."""

    seq: int
    segment: int
    bytes: int


NOWHERE = Ending(0, 0, 0)


@dataclass(slots=True)
class Search:
    """What the snapshots of a folder are good for."""

    disk: Disk
    folder: Path
    segments: Segments
    bad: set[int] = field(default_factory=set)
    """By their last records: those that were changed or are no snapshots of this journal."""
    ahead: dict[int, str] = field(default_factory=dict)
    """Sound ones whose last record the log does not have, with the journal that they are of."""

    def newest(self) -> Snapshot | None:
        """Return the newest snapshot that can be used."""
        return next(self._usable(list_snapshots(self.disk, self.folder)), None)

    def oldest(self) -> Snapshot | None:
        """Return the oldest snapshot that can be used: behind it stands the most of the log."""
        return next(self._usable(list_snapshots(self.disk, self.folder)[::-1]), None)

    def _usable(self, numbers: list[int]) -> Iterator[Snapshot]:
        for seq in numbers:
            try:
                snapshot = read_snapshot(self.disk, self.folder, seq)
            except FileNotFoundError:  # a daemon at work has taken two since
                continue
            except BadSnapshot as error:
                self.bad.add(seq)
                self._tell(seq, str(error))
                continue
            if self._borne_out(snapshot):
                yield snapshot
            else:
                self.ahead[seq] = snapshot.facts.body["journal"]
                self._tell(seq, "the log does not have the record that it ends with")

    def _borne_out(self, snapshot: Snapshot) -> bool:
        """Tell whether the log is of the same journal and has the snapshot's last record."""
        try:
            header = self.segments.find(snapshot.last.segment).read(0, HEADER_BYTES)
            journal = unframe(header.partition(b"\n")[0]).body.get("journal")
            last = unframe(self.segments.read(snapshot.last)[:-1])
        except (BadLine, BadSeal, FileNotFoundError):
            return False
        return journal == snapshot.facts.body["journal"] and last.seq == snapshot.seq

    def _tell(self, seq: int, why: str) -> None:
        name = snapshot_name(seq)
        log.warning("snapshot.unused", file=str(self.folder / name), why=why)


def broken_snapshots(disk: Disk, folder: Path) -> dict[str, str]:
    """Return the names of the snapshots that can't be read, and why."""
    found = {}
    for seq in list_snapshots(disk, folder):
        try:
            read_snapshot(disk, folder, seq)
        except BadSnapshot as error:
            found[snapshot_name(seq)] = str(error)
        except FileNotFoundError:  # a daemon at work has taken two since
            continue
    return found


class Snapshots:
    """The snapshots of a journal that is being written."""

    def __init__(
        self, disk: Disk, folder: Path, begun: Ending | None, bad: Iterable[int], every: int
    ) -> None:
        """Go on from where a replay began.

        :param begun: where the snapshot ends that it began with.
        :param bad: those that it could not use.
        :param every: after how many records one is taken at the latest.
        """
        self._disk = disk
        self._folder = folder
        self._every = every
        self._bad = frozenset(bad)
        self._proven = [begun] if begun else []
        """The newest that are whole; changed in the thread that writes."""
        self._on_its_way = False

    def due(self, seq: int) -> bool:
        """Tell whether so many records have come since the last one that it is time."""
        return seq - self._last.seq >= self._every and not self._on_its_way

    def worthwhile(self, seq: int) -> bool:
        """Tell whether a start would be quicker with one that is taken now."""
        return seq - self._last.seq >= min(WORTHWHILE_RECORDS, self._every)

    def outgrown(self, seq: int, segment: int, segment_bytes: int) -> bool:
        """Tell whether the log has grown by as much as a snapshot takes: writing stays cheap."""
        grown = (segment - self._last.segment) * segment_bytes
        return self.worthwhile(seq) and grown >= self._last.bytes and not self._on_its_way

    def begin(self) -> None:
        """Note that one is about to be written: until then no other is due."""
        self._on_its_way = True

    def write(self, snapshot: Snapshot) -> int:
        """Write a snapshot all of whose records are durable; remove the one before the last.

        Blocking: runs in a thread, one at a time.

        :return: the last segment that all that are kept cover whole; 0: none.
        :raises OSError: the disk failed; there is no new one then.
        """
        try:
            self._write(snapshot)
        finally:
            self._on_its_way = False
        return self._proven[0].segment - 1 if len(self._proven) == KEPT else 0

    def try_to_write(self, snapshot: Snapshot) -> None:
        """Write a snapshot; where the disk fails it, the next start only takes longer."""
        try:
            self.write(snapshot)
        except OSError as error:
            log.warning("snapshot.unwritten", folder=str(self._folder), why=str(error))

    @property
    def _last(self) -> Ending:
        return self._proven[-1] if self._proven else NOWHERE

    def _write(self, snapshot: Snapshot) -> None:
        remove_drafts(self._disk, self._folder)
        size = write_snapshot(self._disk, self._folder, snapshot)
        self._proven = [*self._proven, Ending(snapshot.seq, snapshot.last.segment, size)][-KEPT:]
        there = list_snapshots(self._disk, self._folder)
        good = [seq for seq in there if seq not in self._bad]
        for seq in set(there) - set(good[:KEPT]):
            self._disk.remove(self._folder / snapshot_name(seq))
