"""Read a journal back into a state, and tell a torn tail from damage.

May import errors and the modules below it in this package. A bad line in a sealed segment is
damage; so is one after which a sound line says that it had been durable. Any other bad line was
never promised to anyone: the journal ends before it.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from contextlib import closing, suppress
from dataclasses import dataclass, field
from pathlib import Path

from codeiod.errors import Damaged, DirectoryError
from codeiod.journal.codec import BadRecord, decode
from codeiod.journal.disk import Disk, read_at
from codeiod.journal.folder import JOURNAL, LOCK, list_segments, repaired, segment_name
from codeiod.journal.frame import BadLine, Frame, found_in, unframe
from codeiod.journal.records import FORMAT, Open, Record
from codeiod.journal.sealed import BadSeal
from codeiod.journal.segments import MOVES, Segments, lines_of
from codeiod.journal.snapshot import snapshot_name
from codeiod.journal.snapshots import Ending, Search
from codeiod.journal.state import Impossible, Position, State

Observer = Callable[[Record, Position], None]


@dataclass(slots=True)
class Replay:
    """A walk over the segments of a journal; afterwards, where the next record goes."""

    disk: Disk
    folder: Path
    observe: Observer | None = None
    """Called with each record after the state has taken it."""
    begin: Callable[[State], None] | None = None
    """Called with what a snapshot tells, if it begins with one, before the first record."""
    whole: bool = True
    """Whether to read all of the log that is there, not only what follows the newest snapshot."""
    state: State = field(default_factory=State)
    segment: int = 1
    offset: int = 0
    """The end of the last sound record in the last segment."""
    seq: int = 1
    """The number of the next record."""
    begun: Ending | None = None
    """Where the snapshot ends that it began with."""
    found: Search = field(init=False)
    """What it found of the snapshots that it tried."""
    _segments: Segments = field(init=False)
    _unsure: deque[tuple[int, int]] = field(default_factory=deque)
    """Number and offset of the last segment's records that none behind them calls durable."""

    def __post_init__(self) -> None:
        self._segments = Segments(self.disk, self.folder)
        self.found = Search(self.disk, self.folder, self._segments)

    def run(self) -> None:
        """Read it; works on a journal that another process is writing.

        :raises Damaged: a line is bad that was durable once, or a segment is missing.
        :raises DirectoryError: the journal is of a newer format.
        """
        numbers = self._segments.numbers()  # before all else: what goes later is told of at the end
        self._begin(numbers)
        self._read_all()
        self._require_explained(numbers)
        self._require_promised()

    def _begin(self, numbers: list[int]) -> None:
        """Begin with the newest snapshot; where all is to be read, only if the log has holes."""
        snapshot = None
        if not self.whole:
            snapshot = self.found.newest()
        elif numbers != list(range(1, len(numbers) + 1)) or repaired(self.disk, self.folder):
            snapshot = self.found.oldest()
        if snapshot is not None:
            seq, last, facts, size = snapshot
            self.begun = Ending(seq, last.segment, size)
            self.state.thaw(facts)
            if self.begin is not None:
                self.begin(self.state)
            self.segment, self.offset, self.seq = last.segment, last.offset + last.length, seq + 1

    def _read_all(self) -> None:
        while True:
            sealed = self.segment < self._last_segment()
            why = self._read_on(sealed=sealed)
            if sealed:
                if why is not None:
                    raise self._damaged(why)
                self.segment, self.offset = self.segment + 1, 0
                self._unsure.clear()  # it was synced before the next one was begun
            elif self.segment == self._last_segment() and (why is None or not self._grew()):
                return

    @property
    def unsure_from(self) -> int:
        """The end of what is durable for sure in the last segment."""
        return self._unsure[0][1] if self._unsure else self.offset

    def tail(self) -> bytes:
        """Return what stands after the last sound record of the last segment."""
        size = self.disk.size(self._path())
        return b"" if size is None or size <= self.offset else self.read(self.offset, size)

    def read(self, start: int, end: int) -> bytes:
        """Return what stands in the last segment from one offset to another."""
        return read_at(self.disk, self._path(), start, end - start)

    def _last_segment(self) -> int:
        """Return the number of the segment that is being written."""
        listed = list_segments(self.disk, self.folder)
        last = max(listed.plain, default=1)
        if last <= max(listed.compressed, default=0):  # those are sealed: there was one behind
            raise self._missing(max(listed.compressed) + 1, "others before it are sealed")
        return last

    def _path(self) -> Path:
        return self.folder / segment_name(self.segment)

    def _read_on(self, *, sealed: bool) -> str | None:
        """Take the sound records of this segment from ``offset``; return what is wrong after."""
        for _ in range(MOVES):
            # Where it goes while it is read, it was compressed or archived: read on there.
            with suppress(FileNotFoundError):
                return self._read_text()
        if sealed:
            raise self._missing(self.segment, "no snapshot stands in for it")
        return None  # it is about to begin

    def _read_text(self) -> str | None:
        try:
            found = self._segments.find_best(self.segment)
            with closing(found.text(self.offset)) as text:
                for line in lines_of(text):
                    self._take(self._expect(line), len(line))
        except (BadLine, BadSeal) as error:
            return str(error)
        return None

    def _expect(self, line: bytes) -> Frame:
        """Check that a line, with its newline, is the next one."""
        if not line.endswith(b"\n"):
            raise BadLine("cut short")
        frame = unframe(line[:-1])
        if frame.seq != self.seq:
            raise BadLine(f"record {frame.seq} in its place")
        return frame

    def _take(self, frame: Frame, length: int) -> None:
        position = Position(self.segment, self.offset, length)
        if frame.kind == Open.KIND and frame.body.get("format", 0) > FORMAT:
            raise DirectoryError(
                f"{self.folder.parent} is of the newer format {frame.body['format']}: "
                "use the codeiod that wrote it, or a newer one"
            )
        try:
            record = decode(frame.kind, frame.body)
            if self.offset == 0:
                self._require_header(record)
            self.state.apply(record, position)
        except (BadRecord, Impossible) as error:
            raise self._damaged(str(error)) from error
        if self.observe is not None:
            self.observe(record, position)
        self._unsure.append((self.seq, self.offset))
        while self._unsure and self._unsure[0][0] <= frame.synced:
            self._unsure.popleft()
        self.offset += length
        self.seq += 1

    def _require_header(self, record: Record) -> None:
        if not isinstance(record, Open) or record.segment != self.segment:
            raise Impossible("not the header of this segment")

    def _grew(self) -> bool:
        """Look at the tail of the last segment: has it grown to be sound meanwhile?

        :raises Damaged: what follows a bad line says that it had been durable.
        """
        tail = self.tail()
        with suppress(BadLine):
            self._expect(tail[: tail.find(b"\n") + 1])
            return True
        # A sound line further behind is no growth, whatever its number: it can't be read on to.
        for frame in found_in(tail):
            if frame.synced >= self.seq:
                raise self._damaged(f"record {frame.seq} says that it had been whole")
            if frame.kind == Open.KIND and frame.body.get("segment") != self.segment:
                raise self._damaged("it is another segment's")
        return False

    def _require_explained(self, numbers: list[int]) -> None:
        """Refuse to go on where a segment has gone that retention did not take away."""
        missing = set(range(1, self.segment)) - set(numbers) - self.state.retired
        if missing:
            raise self._missing(min(missing), "was not given up to retention")

    def _require_promised(self) -> None:
        """Refuse to go on where a snapshot holds what the log has lost: it had been durable."""
        for seq, journal in self.found.ahead.items():
            if seq >= self.seq and journal == self.state.journal:
                raise Damaged(
                    f"{self._path()} ends with record {self.seq - 1}, and {snapshot_name(seq)}"
                    f" holds record {seq}: restore {self.folder} from a copy"
                )

    def _missing(self, number: int, why: str) -> Damaged:
        path = self.folder / segment_name(number)
        return Damaged(f"{path} (or .zst) is missing and {why}: restore it, from archive or copy")

    def _damaged(self, why: str) -> Damaged:
        path = self._segments.path(self.segment)
        where = (
            f"byte {self.offset}" if path.suffix == ".jsonl" else f"byte {self.offset} of its text"
        )
        return Damaged(
            f"{path} is damaged at {where} (record {self.seq}): {why}; restore it from a copy"
        )


def read_state(
    directory: Path,
    disk: Disk,
    observe: Observer | None = None,
    begin: Callable[[State], None] | None = None,
) -> State:
    """Read the state of a directory that may be in use, without disturbing it.

    A run that was stopped when it had taken the directory and written nothing has an empty one.

    :param observe: called with each record that there still is; without it only those are read
        that follow the newest snapshot.
    :param begin: called with what a snapshot tells, where the log has holes, before any record.
    :raises DirectoryError: damaged, newer, or not ours.
    """
    replay = Replay(disk, directory / JOURNAL, observe, begin, whole=observe is not None)
    try:
        replay.run()
        ours = replay.state.journal != "" or _only_taken(disk, directory)
    except OSError as error:
        raise DirectoryError(f"{directory} can't be read: {error.strerror}") from error
    if not ours:
        raise DirectoryError(f"{directory} is not a codeiod directory: name the --out of a run")
    return replay.state


def _only_taken(disk: Disk, directory: Path) -> bool:
    """Tell whether a run took the directory and wrote nothing yet: there is its lock alone."""
    locked = disk.size(directory / JOURNAL / LOCK) is not None
    return locked and disk.names(directory) == [JOURNAL]
