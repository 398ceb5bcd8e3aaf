"""What the index is asked, and the rows that it answers with.

May import items. Frozen values; the rows are what the API shows.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any, ClassVar, Self, TypeAlias

import orjson

PAGE_ROWS = 50
MOST_ROWS = 200
"""The largest page."""


@dataclass(frozen=True, slots=True)
class _Ask:
    KIND: ClassVar[str]

    @classmethod
    def load(cls, body: Mapping[str, Any]) -> Self:
        """Read it from the fields that ``dump`` wrote."""
        return cls(**{field.name: body[field.name] for field in fields(cls)})


@dataclass(frozen=True, slots=True)
class SamplesAsk(_Ask):
    """Samples that fit all filters; ``""`` and 0 fit all."""

    KIND: ClassVar[str] = "samples"
    task: str = ""
    status: str = ""
    """A ``Status``, ``right`` or ``wrong``."""
    turn: int = 0
    """The turn whose status is meant; 0: the last one."""
    reason: str = ""
    """Why they were rejected: then these are no samples of the dataset."""
    model: str = ""
    item: str = ""
    q: str = ""
    after: str = ""
    limit: int = PAGE_ROWS


@dataclass(frozen=True, slots=True)
class ItemsAsk(_Ask):
    """Items that are done and fit all filters."""

    KIND: ClassVar[str] = "items"
    status: str = ""
    stage: str = ""
    reason: str = ""
    q: str = ""
    after: str = ""
    limit: int = PAGE_ROWS


@dataclass(frozen=True, slots=True)
class SampleAsk(_Ask):
    """One sample, whole, and its neighbours in a list."""

    KIND: ClassVar[str] = "sample"
    id: str
    among: SamplesAsk

    @classmethod
    def load(cls, body: Mapping[str, Any]) -> Self:
        return cls(body["id"], SamplesAsk.load(body["among"]))


@dataclass(frozen=True, slots=True)
class ItemAsk(_Ask):
    """One item that is done, whole."""

    KIND: ClassVar[str] = "item"
    id: str


@dataclass(frozen=True, slots=True)
class FiltersAsk(_Ask):
    """All that can be filtered by."""

    KIND: ClassVar[str] = "filters"


Ask: TypeAlias = SamplesAsk | ItemsAsk | SampleAsk | ItemAsk | FiltersAsk

ASKS: Mapping[str, type[Ask]] = {
    kind.KIND: kind for kind in (SamplesAsk, ItemsAsk, SampleAsk, ItemAsk, FiltersAsk)
}


@dataclass(frozen=True, slots=True)
class SampleRow:
    """One line in a list of samples; where it was rejected, ``id`` and the statuses are empty."""

    id: str
    item_id: str
    task: str
    pair: int
    sample: int
    status_1: str
    status_2: str
    model_1: str
    path: str
    cost: float
    at: float
    """When it was finished, as Unix seconds; 0: not known. The same below."""
    reason: str = ""


@dataclass(frozen=True, slots=True)
class ItemRow:
    """One line in a list of items."""

    item_id: str
    path: str
    source: str
    status: str
    """``finished``, ``rejected`` or ``pending``."""
    stage: str = ""
    reason: str = ""
    detail: str = ""
    samples: int = 0
    right_1: int = 0
    right_2: int = 0
    """Right at the second turn, wrong at the first."""
    cost: float = 0.0
    at: float = 0.0


@dataclass(frozen=True, slots=True)
class SamplesPage:
    """A page of samples, the newest first."""

    samples: tuple[SampleRow, ...]
    next: str
    """Asks for what follows, as ``after``; ``""``: nothing does."""
    total: int
    """How many there are on all pages; -1: not known."""
    behind: int
    """Bytes of the dataset that the index has not read yet."""


@dataclass(frozen=True, slots=True)
class ItemsPage:
    """A page of items, the newest first."""

    items: tuple[ItemRow, ...]
    next: str
    total: int
    behind: int


@dataclass(frozen=True, slots=True)
class Filters:
    """What there is to filter by, with how many samples or items each has."""

    tasks: Mapping[str, int]
    statuses: Mapping[str, int]
    models: Mapping[str, int]
    reasons: Mapping[str, int]
    """Of rejected samples."""
    item_statuses: Mapping[str, int]
    item_stages: Mapping[str, int]
    item_reasons: Mapping[str, int]


def dump(number: int, ask: Ask) -> bytes:
    """Write a numbered ask as one line."""
    return orjson.dumps({"n": number, "kind": ask.KIND, "ask": ask}) + b"\n"
