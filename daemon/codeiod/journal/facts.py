"""What is known of a run after one record of its journal: the state, without how records change it.

May import items and the modules of this package that read and write nothing. A finished item
shrinks to its digests; contents and answers are kept as positions alone. All of it can be frozen
for a snapshot, and thawed from one.
"""

from __future__ import annotations

import gc
from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, NamedTuple

from codeiod.items import ITEM_ID_BYTES, Origin
from codeiod.journal.calls import Calls
from codeiod.journal.course import Course
from codeiod.journal.digests import DigestSet, Table
from codeiod.journal.pending import Pending
from codeiod.journal.places import PLACE_BYTES, Places
from codeiod.journal.records import Cut, End
from codeiod.journal.swaps import Swaps
from codeiod.journal.tally import Tally


class Cursor(NamedTuple):
    """The next line or row of a file, and the stamp of the file that was read."""

    position: int
    stamp: str


class Frozen(NamedTuple):
    """The facts at one moment; what comes later does not show in them."""

    body: dict[str, Any]
    """All that JSON can carry."""
    tables: Sequence[Sequence[Table]]
    """Of the digests of items that are done, of places, of stamps."""


class Facts:
    """What is known. Changed by ``State.apply`` alone."""

    def __init__(self, retry: Collection[str] = ()) -> None:
        """Begin with nothing.

        :param retry: reasons; the items that were rejected so can be taken up again.
        """
        self.retry = frozenset(retry)
        self.journal = ""
        self.recipes: dict[str, Mapping[str, Any]] = {}
        self.recipe = ""
        """The digest of the recipe that items are admitted under now."""
        self._replaced: dict[str, str] = {}
        self.pending: dict[str, Pending] = {}
        """In the order of admission."""
        self.faulted: dict[str, Pending] = {}
        """Items that ended in a fault of ours and are to be tried once more."""
        self.retriable: dict[str, tuple[str, Pending]] = {}
        """Items whose rejection is to be tried again, with its reason."""
        self.reopened: dict[str, int] = {}
        """The present epoch of items that were taken up again: rejects before it are void."""
        self.cursors: dict[tuple[str, str], Cursor] = {}
        self.ends: dict[str, dict[int, End]] = {}
        """For each stream, the committed end of each of its parts."""
        self.items = 0
        self.duplicates = 0
        self.finished = 0
        self.rejected: Counter[str] = Counter()
        self.tally = Tally()
        self.calls = Calls()
        self.course = Course()
        self.cuts: dict[str, Cut] = {}
        """By the name under which the bytes are kept."""
        self.retired: set[int] = set()
        """Segments that retention took away, or is about to."""
        self.swaps = Swaps()
        self._done = DigestSet(ITEM_ID_BYTES)
        self.places = Places()

    @property
    def entries(self) -> int:
        """Places met: counted apart from items and duplicates, so that these can be checked."""
        return len(self.places)

    @property
    def cut_bytes(self) -> int:
        return sum(cut.bytes for cut in self.cuts.values())

    def recipe_in_force(self, recipe: str) -> str:
        """Return the digest of the recipe that items admitted under another are made under."""
        while recipe in self._replaced:
            recipe = self._replaced[recipe]
        return recipe

    def known(self, item_id: str) -> bool:
        """Tell whether this content was admitted before."""
        return item_id in self.pending or bytes.fromhex(item_id) in self._done

    def met(self, item_id: str, origin: Origin) -> bool:
        """Tell whether this content was met at this place before: then it is nothing new."""
        return self.places.met(item_id, origin)

    def seen(self, origin: Origin) -> bool:
        """Tell whether this very file, unchanged, was taken in whole before."""
        return self.places.seen(origin)

    def last_end(self, stream: str) -> End | None:
        """Return the committed end of a stream's last part."""
        parts = self.ends.get(stream)
        return parts[max(parts)] if parts else None

    def next_part(self, stream: str) -> int:
        """Return the number of a stream's next new part."""
        return self.swaps.next_part(stream, self.ends.get(stream, {}))

    def freeze(self) -> Frozen:
        """Return all that a snapshot keeps, in some tens of milliseconds whatever was done.

        Items that can be retried are left out: they are known to who has read the whole log.
        """
        body = {
            "journal": self.journal,
            "recipes": dict(self.recipes),
            "recipe": self.recipe,
            "replaced": dict(self._replaced),
            "pending": _dump(self.pending),
            "faulted": _dump(self.faulted),
            "reopened": dict(self.reopened),
            "cursors": [(*key, *cursor) for key, cursor in self.cursors.items()],
            "ends": {stream: list(parts.values()) for stream, parts in self.ends.items()},
            "items": self.items,
            "duplicates": self.duplicates,
            "finished": self.finished,
            "rejected": dict(self.rejected),
            "tally": self.tally,
            "calls": self.calls.dump(),
            "course": self.course.dump(),
            "cuts": list(self.cuts.values()),
            "retired": sorted(self.retired),
            "swaps": self.swaps.dump(),
        }
        met, seen = self.places.tables
        return Frozen(body, (self._done.freeze(), met.freeze(), seen.freeze()))

    def thaw(self, frozen: Frozen) -> None:
        """Take over what a snapshot kept, which is used up."""
        body = frozen.body
        self.journal, self.recipe = body["journal"], body["recipe"]
        self.recipes, self._replaced = body["recipes"], body["replaced"]
        self.pending, self.faulted = _load(body["pending"]), _load(body["faulted"])
        self.reopened = body["reopened"]
        self.cursors = {(source, path): Cursor(*at) for source, path, *at in body["cursors"]}
        self.ends = {
            stream: {part: End(part, *end) for part, *end in ends}
            for stream, ends in body["ends"].items()
        }
        self.items, self.duplicates = body["items"], body["duplicates"]
        self.finished, self.rejected = body["finished"], Counter(body["rejected"])
        self.tally = Tally.load(body["tally"])
        self.calls = Calls.load(body["calls"])
        self.course = Course.load(body["course"])
        self.cuts = {cut["kept"]: Cut(**cut) for cut in body["cuts"]}
        self.retired = set(body["retired"])
        self.swaps = Swaps.load(body["swaps"])
        done, met, seen = frozen.tables
        self._done = DigestSet.thaw(ITEM_ID_BYTES, done)
        self.places = Places(DigestSet.thaw(PLACE_BYTES, met), DigestSet.thaw(PLACE_BYTES, seen))


def _dump(items: Mapping[str, Pending]) -> dict[str, list[Any]]:
    with _uncollected():
        return {item_id: item.dump() for item_id, item in items.items()}


def _load(items: Mapping[str, Sequence[Any]]) -> dict[str, Pending]:
    with _uncollected():
        return {item_id: Pending.load(item) for item_id, item in items.items()}


@contextmanager
def _uncollected() -> Iterator[None]:
    """Make thousands of things that all stay: looking for what does not takes most of the time."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()
