"""The records of the journal: a closed union of frozen dataclasses.

May import items and ``tally``. Each record's fields are its JSON keys (``codec`` writes them).
"""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, ClassVar, NamedTuple, TypeAlias

from codeiod.items import Fault, Origin, Reason, Usage
from codeiod.journal.tally import Tally as Tally  # a part of Commit, offered beside it
from codeiod.journal.tally import TaskTally as TaskTally

FORMAT = 1
"""The version of the journal's format; a directory of a higher one is refused."""

FINISHED = "finished"
"""The outcome of an item that ended well; any other is a :class:`Reason`."""


def unix_seconds() -> int:
    """Return the present, as records tell it."""
    return int(time.time())


class Stream(StrEnum):
    """The three files-of-lines that a run writes beside its journal."""

    SAMPLES = "samples"
    PROGRAMS = "programs"
    REJECTS = "rejects"


class End(NamedTuple):
    """Up to where one part of a stream is committed."""

    part: int
    length: int
    crc: int


class Done(NamedTuple):
    """An item's end: ``finished`` or the reason of its rejection."""

    item: str
    epoch: int
    outcome: str


@dataclass(frozen=True, slots=True)
class Open:
    """The first record of each segment, and of each start of a daemon."""

    KIND: ClassVar[str] = "open"
    format: int
    journal: str
    """Names this journal: a segment of another one is never taken for ours."""
    version: str
    time: str
    segment: int
    start: bool
    """Whether a daemon started here: intents that are open now were lost by the one before."""


@dataclass(frozen=True, slots=True)
class Close:
    """The last record of a daemon that ended in order; its ``synced`` covers all before it.

    Without it a change to the last records would look like a tail that was never promised.
    """

    KIND: ClassVar[str] = "close"
    time: str


@dataclass(frozen=True, slots=True)
class RecipeSet:
    """The recipe that items are admitted under from here on, whole."""

    KIND: ClassVar[str] = "recipe"
    recipe: str
    body: Mapping[str, Any]
    replaces: str = ""
    """The recipe that items on their way had before, where nothing had been answered under it."""


@dataclass(frozen=True, slots=True)
class Admit:
    """An item taken in, with all that later steps need of its source."""

    KIND: ClassVar[str] = "admit"
    item: str
    recipe: str
    origin: Origin
    meta: Mapping[str, str]
    content: str
    time: str
    fault: Fault | None = None
    epoch: int = 0

    @staticmethod
    def load(body: dict[str, Any]) -> Admit:
        body["origin"] = Origin(**body["origin"])
        if (fault := body["fault"]) is not None:
            body["fault"] = Fault(Reason(fault["reason"]), fault["detail"])
        return Admit(**body)


@dataclass(frozen=True, slots=True)
class Duplicate:
    """Known content met at a new place."""

    KIND: ClassVar[str] = "duplicate"
    item: str
    origin: Origin

    @staticmethod
    def load(body: dict[str, Any]) -> Duplicate:
        return Duplicate(body["item"], Origin(**body["origin"]))


@dataclass(frozen=True, slots=True)
class CursorAt:
    """How far a file of many entries has been read: the next line or row."""

    KIND: ClassVar[str] = "cursor"
    source: str
    path: str
    position: int
    stamp: str
    """The file's stamp (``places.stamp_of``), so that a changed file is read anew."""


@dataclass(frozen=True, slots=True)
class Intent:
    """A paid request that is about to leave, with what it is estimated to cost."""

    KIND: ClassVar[str] = "intent"
    item: str
    epoch: int
    key: str
    attempt: int
    request: str
    tokens: int
    cost: float
    currency: str
    at: int = 0
    """When, as whole seconds since 1970; 0 in records of older versions, here and below."""


@dataclass(frozen=True, slots=True)
class Failed:
    """An attempt that ended without an answer; ``paid``: it may have been charged."""

    KIND: ClassVar[str] = "failed"
    item: str
    epoch: int
    key: str
    attempt: int
    why: str
    paid: bool
    at: int = 0


@dataclass(frozen=True, slots=True)
class Step:
    """The result of a durable step. ``attempt`` is 0 for what was computed, not paid."""

    KIND: ClassVar[str] = "step"
    item: str
    epoch: int
    key: str
    attempt: int
    of: str
    value: Any
    """A frozen dataclass when written, a mapping when read back."""
    usage: Usage | None = None
    cost: float = 0.0
    currency: str = ""
    truncated: bool = False
    """Counted and paid, never used as a result."""
    gave_up: bool = False
    """The value is a ``GaveUp``, not an answer."""
    at: int = 0

    @property
    def answered(self) -> bool:
        """Whether it holds an answer that was paid for."""
        return self.attempt > 0 and not self.gave_up

    @staticmethod
    def load(body: dict[str, Any]) -> Step:
        if (usage := body["usage"]) is not None:
            body["usage"] = Usage(**usage)
        return Step(**body)


@dataclass(frozen=True, slots=True)
class Commit:
    """Items that are done, and up to where the streams hold their lines."""

    KIND: ClassVar[str] = "commit"
    items: tuple[Done, ...]
    ends: Mapping[str, End]
    tally: Tally
    at: int = 0

    @staticmethod
    def load(body: dict[str, Any]) -> Commit:
        return Commit(
            tuple(Done(*done) for done in body["items"]),
            {stream: End(*end) for stream, end in body["ends"].items()},
            Tally.load(body["tally"]),
            body.get("at", 0),
        )


@dataclass(frozen=True, slots=True)
class Rewriting:
    """The numbers of the parts, by stream, that are written anew from here on.

    They are drafts until a ``swap`` names their ends; a start without one removes them.
    """

    KIND: ClassVar[str] = "rewriting"
    parts: Mapping[str, Sequence[int]]


@dataclass(frozen=True, slots=True)
class Swap:
    """The items that were announced are taken up, and parts without their lines are in force.

    All of it at once: before this record nothing has changed, after it everything has.
    """

    KIND: ClassVar[str] = "swap"
    items: int
    """How many were announced."""
    ends: Mapping[str, Sequence[End]]
    drops: Mapping[str, Sequence[int]]
    """The parts, by stream, whose place these take."""
    tally: Tally
    """Of the lines that are gone, below zero."""
    at: int = 0

    @staticmethod
    def load(body: dict[str, Any]) -> Swap:
        body["ends"] = {
            stream: [End(*end) for end in ends] for stream, ends in body["ends"].items()
        }
        body["tally"] = Tally.load(body["tally"])
        return Swap(**body)


@dataclass(frozen=True, slots=True)
class Cut:
    """Bytes that a recovery cut off a file; they are kept in ``journal/cut/`` as ``kept``."""

    KIND: ClassVar[str] = "cut"
    file: str
    offset: int
    bytes: int
    kept: str


@dataclass(frozen=True, slots=True)
class Lost:
    """What a repair put in the place of damaged bytes, so that all else stays where it was.

    No replay passes it: a snapshot behind it stands in for what was lost.
    """

    KIND: ClassVar[str] = "lost"
    room: str = ""
    """As long as it takes to fill the place."""


@dataclass(frozen=True, slots=True)
class Retired:
    """Segments that retention takes away from here on: no item needs them any more.

    Each of them is covered by a snapshot; one that is missing and was not retired is damage.
    """

    KIND: ClassVar[str] = "retired"
    segments: tuple[int, ...]
    archived: bool
    """Whether they go to ``journal/archive/``, where they can still be read."""

    @staticmethod
    def load(body: dict[str, Any]) -> Retired:
        return Retired(tuple(body["segments"]), body["archived"])


@dataclass(frozen=True, slots=True)
class Expected:
    """How many entries the sources of the present run hold, about: a forecast goes by it."""

    KIND: ClassVar[str] = "expected"
    entries: int


@dataclass(frozen=True, slots=True)
class Change:
    """What an operator, or settings that were read anew, changed of a daemon while it went.

    It changes nothing of the state: it is there for who reads the log, and in no snapshot.
    """

    KIND: ClassVar[str] = "change"
    by: str
    """``reload``, or the user who asked for it: ``uid 1000``."""
    what: str
    """``limits``, ``pause``, ``resume``, ``drain``, ``retry``, ``submit``, ``reload``."""
    before: Mapping[str, Any]
    after: Mapping[str, Any]
    """Both by dotted key, or what was asked for."""
    at: int


class Kept(NamedTuple):
    """What had been made of a step when its item was re-opened."""

    attempts: int
    truncated: int
    of: str
    position: Sequence[int] | None
    """Of its result, where that is used again."""
    recipe: str = ""
    """What it was made under, where that is not the item's recipe now."""
    gave_up: bool = False


@dataclass(frozen=True, slots=True)
class Reopen:
    """A done item taken up again as ``epoch``; ``since`` (``from``): ``""`` keeps all its steps.

    Where a person asked for it, the record holds all that the state has forgotten of the item.
    """

    KIND: ClassVar[str] = "reopen"
    item: str
    epoch: int
    since: str = ""
    """The first step that is made anew."""
    was: str = ""
    """Why it was rejected, or ``finished``; ``""``: a fault of ours, taken up by itself."""
    admitted: Sequence[int] = (0, 0, 0)
    """The position of its ``admit`` record."""
    steps: Mapping[str, Kept] = field(default_factory=dict)
    announced: bool = False
    """It counts from the next ``swap`` on, if that comes before another start."""
    recipe: str = ""
    """What the item is made under from here on; ``""``: as before."""

    @staticmethod
    def load(body: dict[str, Any]) -> Reopen:
        since = body.pop("from")
        body["steps"] = {key: Kept(*kept) for key, kept in body.get("steps", {}).items()}
        return Reopen(since=since, **body)


Record: TypeAlias = (
    Open
    | Close
    | RecipeSet
    | Admit
    | Duplicate
    | CursorAt
    | Intent
    | Failed
    | Step
    | Commit
    | Rewriting
    | Swap
    | Cut
    | Lost
    | Retired
    | Expected
    | Change
    | Reopen
)
