"""What the journal promises of the lines of a dataset.

May import items and ``journal``. Where retention has taken the first segments away, what a snapshot
knows stands in for them: how many lines there are, and which items are done, not how each ended.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from hashlib import blake2b

from codeiod.items import ITEM_ID_BYTES
from codeiod.journal.digests import DigestSet
from codeiod.journal.records import FINISHED, Commit, Open, Record, Reopen, Swap
from codeiod.journal.state import State
from codeiod.journal.tally import Tally

REJECTED = "rejected items"


class Promises:
    """The fold of a journal's records into what its lines must be."""

    def __init__(self) -> None:
        self.lines: Counter[str] = Counter()
        """How many lines of each kind there must be."""
        self._finished = DigestSet(ITEM_ID_BYTES)
        self._rejected = DigestSet(ITEM_ID_BYTES)
        """By item and epoch: an item that was re-opened can be rejected once for each."""
        self._before: DigestSet | None = None
        """Items that were done when the log begins, where that is not its start."""
        self._announced: dict[str, str] = {}
        """Items that a swap will take up, and how they had ended."""
        self._anew: set[str] = set()
        """Items that had finished, and have not again since they were taken up."""

    def begin(self, state: State) -> None:
        """Take over what is known of the records that are gone."""
        self._before = DigestSet.thaw(ITEM_ID_BYTES, state.freeze().tables[0])
        self.lines["programs"] += state.finished
        self.lines[REJECTED] += sum(state.rejected.values())
        self._count(state.tally)
        self._announced = {name: one.was for name, one in state.swaps.announced.items()}

    def take(self, record: Record) -> Iterator[str]:
        """Take one record; yield what is wrong with it."""
        match record:
            case Open(start=True):
                self._announced.clear()
            case Reopen():
                yield from self._reopen(record)
            case Swap():
                self._swap(record)
            case Commit():
                for item_id, epoch, outcome in record.items:
                    self._end(item_id, epoch, outcome)
                self._count(record.tally)

    def broken(self, held: Counter[str]) -> Iterator[str]:
        """Yield which counts of lines are not those that were promised."""
        for what in sorted(self.lines.keys() | held.keys()):
            wanted = self.lines[what]
            # Of an item that was taken up again before the log begins, more than one line can tell.
            more = what == REJECTED and self._before is not None and held[what] > wanted
            if held[what] != wanted and not more:
                yield f"{held[what]} {what}, the journal has {wanted}"

    def finished(self, item_id: str) -> bool:
        """Tell whether an item may have samples and a program."""
        if item_id in self._anew:
            return False
        return _digest(item_id) in self._finished or self._was_done(item_id)

    def rejected(self, item_id: str, epoch: int) -> bool:
        """Tell whether an item may have been rejected as an epoch."""
        return name_of(item_id, epoch) in self._rejected or self._was_done(item_id)

    def _reopen(self, record: Reopen) -> Iterator[str]:
        finished = record.was == FINISHED
        if record.announced:
            self._announced[record.item] = record.was
        if finished and not self.finished(record.item):
            yield f"item {record.item} is taken up again and was not finished"
        if not finished and not self.rejected(record.item, record.epoch - 1):
            yield f"item {record.item} is taken up again and was not rejected"

    def _swap(self, record: Swap) -> None:
        """Count the lines that are gone; those of rejected items stay."""
        for item_id, was in self._announced.items():
            if was == FINISHED:
                self.lines["programs"] -= 1
                self._anew.add(item_id)
        self._announced.clear()
        self._count(record.tally)

    def _end(self, item_id: str, epoch: int, outcome: str) -> None:
        if outcome == FINISHED:
            self._finished.add(bytes.fromhex(item_id))
            self._anew.discard(item_id)
            self.lines["programs"] += 1
        else:
            self._rejected.add(name_of(item_id, epoch))
            self.lines[REJECTED] += 1

    def _count(self, tally: Tally) -> None:
        for task, samples in tally.samples.items():
            self.lines[f"{task} samples"] += samples.total
            self.lines[f"{task} right at turn 1"] += samples.right_1
            self.lines[f"{task} right at turn 2"] += samples.right_2
        for reason, n in tally.rejected_samples.items():
            self.lines[f"samples rejected as {reason}"] += n

    def _was_done(self, item_id: str) -> bool:
        return self._before is not None and _digest(item_id) in self._before


def name_of(*parts: object) -> bytes:
    """Name a thing by a short digest."""
    return blake2b(repr(parts).encode(), digest_size=ITEM_ID_BYTES).digest()


def _digest(item_id: str) -> bytes:
    try:
        return bytes.fromhex(item_id).ljust(ITEM_ID_BYTES, b"\0")
    except ValueError:
        return bytes(ITEM_ID_BYTES)
