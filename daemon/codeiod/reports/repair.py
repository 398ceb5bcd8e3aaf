"""Repair a damaged journal: set the damage aside, and keep all that can be proven good.

May import items, errors, ``journal``, ``dataset`` and ``salvage``. Blocking. What is damaged is
copied to journal/damaged/; in its place stand lines that say so, and a snapshot of all that is
known stands in for what was lost. A crash on the way is no harm: a repair can be done again.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

import orjson

from codeiod.dataset.lines import reject_line
from codeiod.dataset.recovery import read_committed, recover_streams
from codeiod.dataset.shards import PART_BYTES, Shard, part_path
from codeiod.errors import Damaged, DirectoryError
from codeiod.items import Fault, Item, Origin, Reason, Stage, Status
from codeiod.journal.codec import encode
from codeiod.journal.disk import Disk, OsDisk, failure, read_at, replace_whole
from codeiod.journal.folder import (
    DAMAGED,
    JOURNAL,
    REPAIRED,
    lock,
    release,
    repaired,
    require_ours,
    segment_name,
)
from codeiod.journal.frame import frame
from codeiod.journal.pending import Position
from codeiod.journal.records import FINISHED, FORMAT, Done, Open, Stream
from codeiod.journal.replay import read_state
from codeiod.journal.salvage import Salvage, Text
from codeiod.journal.snapshot import (
    BadSnapshot,
    Snapshot,
    list_snapshots,
    read_snapshot,
    remove_drafts,
    snapshot_name,
    write_snapshot,
)
from codeiod.journal.state import State
from codeiod.journal.tally import Tally, TaskTally

LOST_CONTENT = "its content was lost to damage of the journal"


@dataclass(frozen=True, slots=True)
class Repaired:
    """What was set aside, and what has to be done again."""

    files: tuple[str, ...] = ()
    """Under journal/damaged/, as they were."""
    missing: tuple[int, ...] = ()
    """Segments that are not there."""
    holes: int = 0
    lost_records: int = 0
    """Sound records that fit nothing without those that were lost."""
    asked_again: int = 0
    """Answers of unfinished items that were lost: these items are asked for them again."""
    rejected: tuple[str, ...] = ()
    """Unfinished items whose content was lost; their files have to be given again, changed."""


def repair(directory: Path, disk: Disk | None = None) -> Repaired | None:
    """Repair a directory; return None where there is nothing to repair.

    :raises DirectoryError: it is in use, of another, or of no use.
    """
    disk = disk or OsDisk()
    require_ours(disk, directory)
    if not disk.names(directory / JOURNAL):
        raise DirectoryError(f"{directory} is not a codeiod directory: name the --out of a run")
    held = lock(disk, directory / JOURNAL)
    try:
        return _repair(directory, disk)
    except OSError as error:
        raise failure(error, directory) from error
    finally:
        release(disk, held)


def _repair(directory: Path, disk: Disk) -> Repaired | None:
    if _is_damaged(directory, disk):
        return _Repair(directory, disk).run()
    if repaired(disk, directory / JOURNAL):  # perhaps by one that was killed in its last step
        disk.sync_folder(directory / JOURNAL / DAMAGED)
    return None


def _is_damaged(directory: Path, disk: Disk) -> bool:
    try:
        read_state(directory, disk, lambda *_: None)
    except Damaged:
        return True
    return False


class _Repair:
    """One repair, from the damage to the snapshot."""

    def __init__(self, directory: Path, disk: Disk) -> None:
        self._directory = directory
        self._folder = directory / JOURNAL
        self._disk = disk
        self._salvage = Salvage(disk, self._folder)
        self._files: list[str] = []

    def run(self) -> Repaired:
        base, state = self._base()
        for text in self._salvage.texts():
            self._salvage.fold(state, text, base)
            if text.holes or text.unreadable:
                self._mend(text)
        if self._salvage.last is None or not state.journal:
            raise DirectoryError(f"{self._folder} has no sound record left: restore it from a copy")
        state.swaps.announced.clear()
        state.retired |= self._salvage.missing
        self._end_what_has_lines(state)
        asked_again = self._forget(state)
        rejected = self._reject(state)
        self._stand_in(state)
        return Repaired(
            tuple(self._files),
            tuple(sorted(self._salvage.missing)),
            sum(map(len, self._salvage.holes.values())),
            self._salvage.lost_records,
            asked_again,
            rejected,
        )

    def _base(self) -> tuple[int, State]:
        """Begin with the newest snapshot that is whole, if there is one."""
        state = State()
        for seq in list_snapshots(self._disk, self._folder):
            try:
                state.thaw(read_snapshot(self._disk, self._folder, seq).facts)
            except BadSnapshot:
                continue
            return seq, state
        return 0, state

    def _mend(self, text: Text) -> None:
        """Put the mended text in the place of a segment, which is kept as it was."""
        assert text.path is not None  # it was read from there
        self._keep(text.path)
        mended = self._folder / segment_name(text.number)
        if not text.unreadable:
            replace_whole(self._disk, mended, text.mended())
        if text.path != mended:
            self._disk.remove(text.path)
            self._disk.sync_folder(text.path.parent)

    def _keep(self, path: Path) -> None:
        """Copy a file to what is set aside, under a name that is free."""
        kept = self._folder / DAMAGED
        self._disk.make_folder(kept)
        self._disk.sync_folder(self._folder)
        taken = self._disk.names(kept)
        number = next(n for n in range(len(taken) + 1) if f"{path.name}.{n}" not in taken)
        data = read_at(self._disk, path, 0, self._disk.size(path) or 0)
        replace_whole(self._disk, kept / f"{path.name}.{number}", data)
        self._files.append(f"{DAMAGED}/{path.name}.{number}")

    def _end_what_has_lines(self, state: State) -> None:
        """Take the lines for what they tell: whose commit was lost is done all the same."""
        tally = Tally()
        for stream, line in self._lines(state):
            item = state.pending.get(line["item_id"])
            epoch = line.get("epoch", item.epoch if item else 0)
            if stream is Stream.SAMPLES:
                right = [line[key] == Status.SUCCESS for key in ("status_1", "status_2")]
                tally += Tally({line["task"]: TaskTally(1, *right)})
            elif stream is Stream.REJECTS and line["task"]:
                tally += Tally(rejected_samples={line["reason"]: 1})
            elif item and item.epoch == epoch:
                del state.pending[line["item_id"]]
                outcome = FINISHED if stream is Stream.PROGRAMS else line["reason"]
                state.end_unseen(Done(line["item_id"], epoch, outcome))
        state.tally = tally

    def _lines(self, state: State) -> Iterator[tuple[Stream, dict[str, Any]]]:
        for stream in Stream:
            for part, end in sorted(state.ends.get(stream, {}).items()):
                path = self._directory / part_path(stream, part)
                rest = b""
                for chunk in read_committed(self._disk, path, end.length):
                    *lines, rest = (rest + chunk).split(b"\n")
                    try:
                        yield from ((stream, orjson.loads(line)) for line in lines)
                    except ValueError as error:
                        raise Damaged(f"{path} is damaged: restore it from a copy") from error

    def _forget(self, state: State) -> int:
        """Forget the steps of unfinished items that were lost; return how many answers were."""
        answers = 0
        for item in state.pending.values():
            for key, made in item.steps.items():
                if made.position and self._salvage.is_gone(made.position):
                    answers += made.attempts > 0
                    made.forget()
                    item.made_under.pop(key, None)
        return answers

    def _reject(self, state: State) -> tuple[str, ...]:
        """Reject the unfinished items whose content was lost: no source gives it again."""
        lost = [
            (item_id, item.epoch)
            for item_id, item in state.pending.items()
            if self._salvage.is_gone(item.admitted)
        ]
        for item_id in [
            i for i, one in state.faulted.items() if self._salvage.is_gone(one.admitted)
        ]:
            del state.faulted[item_id]
        if not lost:
            return ()
        for cut in recover_streams(self._disk, self._directory, state):
            state.cuts[cut.kept] = cut
        fault = Fault(Reason.UNREADABLE, LOST_CONTENT)
        shard = Shard(
            self._disk,
            self._directory,
            Stream.REJECTS,
            state.last_end(Stream.REJECTS),
            PART_BYTES,
            state.next_part(Stream.REJECTS),
        )
        lines = []
        for item_id, epoch in lost:
            item = Item(item_id, epoch, "", Origin("", ""), "", {})
            lines.append(reject_line(item, Stage.ADMIT, fault))
            del state.pending[item_id]
            state.end_unseen(Done(item_id, epoch, fault.reason))
        end = shard.append(b"".join(lines))
        shard.close()
        state.ends.setdefault(str(Stream.REJECTS), {})[end.part] = end
        return tuple(item_id for item_id, _ in lost)

    def _begin_segment(self, state: State, number: int, seq: int) -> Position:
        """Begin the segment that is written next, where the one that was is lost."""
        now = datetime.now(UTC).isoformat(timespec="seconds")
        header = Open(FORMAT, state.journal, version("codeiod"), now, number, start=False)
        line = frame(seq, seq - 1, Open.KIND, encode(header))
        replace_whole(self._disk, self._folder / segment_name(number), line)
        state.retired.discard(number)
        return Position(number, 0, len(line))

    def _stand_in(self, state: State) -> None:
        """Write the snapshot that the next start begins with, and set the others aside."""
        assert self._salvage.last is not None
        seq, last = self._salvage.last
        number = last.segment + 1
        if self._disk.size(self._folder / segment_name(last.segment)) is None:
            seq, last = seq + 1, self._begin_segment(state, number, seq + 1)
        others = list_snapshots(self._disk, self._folder)
        for other in others:
            self._keep(self._folder / snapshot_name(other))
        remove_drafts(self._disk, self._folder)
        write_snapshot(self._disk, self._folder, Snapshot(seq, last, state.freeze()))
        for other in set(others) - {seq}:
            self._disk.remove(self._folder / snapshot_name(other))
        self._disk.make_folder(self._folder / DAMAGED)
        self._disk.sync_folder(self._folder)
        replace_whole(self._disk, self._folder / DAMAGED / REPAIRED, b"")
