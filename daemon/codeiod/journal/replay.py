"""Read a journal back into a state, and tell a torn tail from damage.

May import errors and the modules below it in this package. A bad line in a sealed segment is
damage; so is one after which a sound line says that it had been durable. Any other bad line was
never promised to anyone: the journal ends before it.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from codeiod.errors import Damaged, DirectoryError
from codeiod.journal.codec import BadRecord, decode
from codeiod.journal.disk import Disk, read_at
from codeiod.journal.folder import JOURNAL, LOCK, segment_name, segment_numbers
from codeiod.journal.frame import BadLine, Frame, found_in, unframe
from codeiod.journal.records import FORMAT, Open, Record
from codeiod.journal.state import Impossible, Position, State

CHUNK_BYTES = 1 << 20

Observer = Callable[[Record, Position], None]


@dataclass(slots=True)
class Replay:
    """A walk over the segments of a journal; afterwards, where the next record goes."""

    disk: Disk
    folder: Path
    observe: Observer | None = None
    """Called with each record after the state has taken it."""
    state: State = field(default_factory=State)
    segment: int = 1
    offset: int = 0
    """The end of the last sound record in the last segment."""
    seq: int = 1
    """The number of the next record."""
    _unsure: deque[tuple[int, int]] = field(default_factory=deque)
    """Number and offset of the last segment's records that none behind them calls durable."""

    def run(self) -> None:
        """Read it all; works on a journal that another process is writing.

        :raises Damaged: a line is bad that was durable once.
        :raises DirectoryError: the journal is of a newer format.
        """
        while True:
            sealed = self.segment < self._last_segment()
            why = self._read_on()
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
        return max(segment_numbers(self.disk, self.folder), default=1)

    def _path(self) -> Path:
        return self.folder / segment_name(self.segment)

    def _read_on(self) -> str | None:
        """Take the sound records of this segment from ``offset``; return what is wrong after."""
        if self.disk.size(self._path()) is None:
            return None
        descriptor = self.disk.open_read(self._path())
        try:
            for line in _lines(self.disk, descriptor, self.offset):
                try:
                    frame = self._expect(line)
                except BadLine as error:
                    return str(error)
                self._take(frame, len(line))
        finally:
            self.disk.close(descriptor)
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

    def _damaged(self, why: str) -> Damaged:
        return Damaged(
            f"{self._path()} is damaged at byte {self.offset} (record {self.seq}): {why}; "
            "restore it from a copy"
        )


def read_state(directory: Path, disk: Disk, observe: Observer | None = None) -> State:
    """Read the state of a directory that may be in use, without disturbing it.

    A run that was stopped when it had taken the directory and written nothing has an empty one.

    :raises DirectoryError: damaged, newer, or not ours.
    """
    replay = Replay(disk, directory / JOURNAL, observe)
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


def _lines(disk: Disk, descriptor: int, offset: int) -> Iterator[bytes]:
    """Yield the lines of a file from an offset, with their newlines; the last may lack its own."""
    rest = b""
    while chunk := disk.read(descriptor, offset, CHUNK_BYTES):
        offset += len(chunk)
        *lines, rest = (rest + chunk).split(b"\n")
        for line in lines:
            yield line + b"\n"
    if rest:
        yield rest
