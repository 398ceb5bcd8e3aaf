"""Tell the sound lines of a damaged journal from the holes, and fold what fits.

May import the modules of this package below ``journal``. Blocking. A hole keeps its size: the lines
behind it stay where items look for them.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

from codeiod.items import Origin
from codeiod.journal.codec import BadRecord, decode, encode
from codeiod.journal.disk import Disk
from codeiod.journal.folder import compressed_name, list_segments
from codeiod.journal.frame import START, BadLine, Frame, frame, unframe
from codeiod.journal.pending import Impossible, Position
from codeiod.journal.records import Commit, Done, Lost, Record, Step
from codeiod.journal.sealed import BadSeal, Sealed
from codeiod.journal.segments import Segments
from codeiod.journal.state import State


class Hole(NamedTuple):
    """Bytes of the text of a segment that are no lines of it."""

    start: int
    end: int
    seq: int
    """The record that begins it."""


@dataclass(slots=True)
class Text:
    """What there is of a segment, and what is wrong with it."""

    number: int
    path: Path | None
    """The file that holds it; None: there is none."""
    data: bytes = b""
    lines: list[tuple[int, int, Frame]] = field(default_factory=list)
    """The sound ones: where they begin and end."""
    holes: list[Hole] = field(default_factory=list)
    unreadable: bool = False
    """Whether nothing of the file can be told."""

    def mended(self) -> bytes:
        """Return the text with a line in the place of each hole."""
        mended = bytearray(self.data)
        for hole in self.holes:
            room = hole.end - hole.start - len(_filler(hole.seq))
            mended[hole.start : hole.end] = _filler(hole.seq, " " * room)
        return bytes(mended)


class Salvage:
    """What can be proven good of a journal."""

    def __init__(self, disk: Disk, folder: Path) -> None:
        self._disk = disk
        self._folder = folder
        self._segments = Segments(disk, folder)
        self.holes: dict[int, list[Hole]] = defaultdict(list)
        self.missing: set[int] = set()
        self.lost_records = 0
        """Sound ones that fit nothing any more."""
        self.last: tuple[int, Position] | None = None
        """The last sound record, its number and place."""

    def texts(self) -> Iterator[Text]:
        """Yield the segments, one by one."""
        last = max(list_segments(self._disk, self._folder).plain, default=0)
        last = max((last, *self._segments.numbers()), default=0)
        seq = 0
        for number in range(1, last + 1):
            text = self._text(number)
            if text.path is None or text.unreadable:
                self.missing.add(number)
            else:
                _find(text, seq, is_last=number == last)
                self.holes[number] = text.holes
            if text.lines:
                start, end, found = text.lines[-1]
                seq = found.seq
                self.last = seq, Position(number, start, end - start)
            yield text

    def is_gone(self, position: Position) -> bool:
        """Tell whether a record was lost."""
        segment, start, length = position
        holes = self.holes.get(segment, [])
        return segment in self.missing or any(
            hole.start < start + length and start < hole.end for hole in holes
        )

    def fold(self, state: State, text: Text, after: int) -> None:
        """Let a state take the records of a segment behind one, as far as they fit."""
        for start, end, found in text.lines:
            if found.seq > after and found.kind != Lost.KIND:
                position = Position(text.number, start, end - start)
                try:
                    self._apply(state, decode(found.kind, dict(found.body)), position)
                except (BadRecord, Impossible):
                    self.lost_records += 1

    def _apply(self, state: State, record: Record, position: Position) -> None:
        if not isinstance(record, Commit):
            try:
                state.apply(record, position)
            except Impossible:
                if isinstance(record, Step) and record.answered:
                    state.calls.pay(record)  # the item is lost, the money was spent
                raise
            return
        fits = [done for done in record.items if _is_pending(state, done)]
        for done in record.items:
            if not state.known(done.item):
                restore(state, done)
        state.apply(Commit(tuple(fits), record.ends, record.tally, record.at), position)

    def _text(self, number: int) -> Text:
        """Read what there is of a segment; of a frame that is bad, as many zeros."""
        path = self._segments.path(number)
        if self._disk.size(path) is None:
            return Text(number, None)
        if path.name != compressed_name(number):
            return Text(number, path, b"".join(self._segments.find(number).text()))
        try:
            sealed = Sealed(self._disk, path)
        except BadSeal:
            return Text(number, path, unreadable=True)
        starts = sealed.index.offsets[:-1]
        return Text(number, path, b"".join(_frame(sealed, start) for start in starts))


def restore(state: State, done: Done) -> None:
    """Know of an item that is done and whose admission was lost."""
    state.places.add(done.item, Origin("", f"lost {done.item}"))
    state.items += 1
    state.end_unseen(done)


def _is_pending(state: State, done: Done) -> bool:
    item = state.pending.get(done.item)
    return item is not None and item.epoch == done.epoch


def _frame(sealed: Sealed, offset: int) -> bytes:
    try:
        return next(sealed.text(offset))
    except BadSeal:
        number = sealed.index.frame_at(offset)
        return bytes(sealed.index.offsets[number + 1] - offset)


def _find(text: Text, seq: int, *, is_last: bool) -> None:
    """Find the sound lines of a text, and the holes between them."""
    end = 0
    for start, stop, found in _candidates(text.data):
        if found.seq <= seq:
            continue  # it stands in another place, too
        if 0 < start - end < len(_filler(seq + 1)):
            continue  # no line fits in: it goes with the hole
        if start > end:
            text.holes.append(Hole(end, start, seq + 1))
        text.lines.append((start, stop, found))
        seq, end = found.seq, stop
    rest = len(text.data) - end
    if rest and not is_last:  # of the last one it is a tail, which the next start cuts
        text.holes.append(Hole(end, end + max(rest, len(_filler(seq + 1))), seq + 1))
    text.holes += [Hole(a, b, f.seq) for a, b, f in text.lines if f.kind == Lost.KIND]
    text.lines = [line for line in text.lines if line[2].kind != Lost.KIND]


def _candidates(data: bytes) -> Iterator[tuple[int, int, Frame]]:
    """Yield the lines that are sound by themselves."""
    start = 0
    while (stop := data.find(b"\n", start) + 1) > 0:
        begins = data.rfind(START, start, stop)  # behind bytes that are none of its own
        if begins >= 0:
            with suppress(BadLine):
                yield begins, stop, unframe(data[begins : stop - 1])
        start = stop


def _filler(seq: int, room: str = "") -> bytes:
    return frame(seq, 0, Lost.KIND, encode(Lost(room)))
