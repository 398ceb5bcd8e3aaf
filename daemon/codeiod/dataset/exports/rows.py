"""A row of an export, and what a format is: how a case becomes rows.

May import ``cases``, ``labels`` and the lines' fields.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple, TypeAlias

from codeiod.dataset.exports.cases import NAMES, Case
from codeiod.dataset.labels import LABELS
from codeiod.dataset.lines import FIELDS
from codeiod.journal.records import Stream

Columns: TypeAlias = Mapping[str, Any]
"""The columns of a config by name. A type of Python's; a dict where it is a struct; a list of one
where it is a list."""


class Row(NamedTuple):
    """A row of one config."""

    config: str
    fields: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Shape:
    """What the files of a format hold."""

    configs: Mapping[str, Columns]
    """The configs in their order; the first is the one that is loaded where none is named."""
    rows: Callable[[Case], Iterator[Row]]
    """All rows of a case."""
    told: str
    """What it is and who reads it, for the card: Markdown."""


MESSAGES: list[Any] = [{"role": str, "content": str}]
"""The column of a conversation."""

NAMED: Columns = {key: FIELDS[Stream.SAMPLES][key] for key in NAMES} | dict(LABELS)
"""The columns of ``Labelled.with_labels``."""


def message(role: str, content: str) -> dict[str, str]:
    """Write one message of a conversation."""
    return {"role": role, "content": content}
