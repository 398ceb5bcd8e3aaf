"""Make an entry of one row of a container, given as the text of a JSON object.

May import ``items``, ``config`` and the other modules of ``sources``. The standard library's JSON
reads the rows: it changes no number.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from math import isnan
from typing import Any, Literal, TypeAlias

from codeiod.config import ItemsSettings
from codeiod.items import Entry, Fault, Origin, Reason
from codeiod.sources.content import entry_of
from codeiod.sources.languages import language_of
from codeiod.sources.lines import Gap
from codeiod.sources.places import place_id

_SURROGATE = re.compile(r"\\u[dD][89a-fA-F]")


@dataclass(frozen=True, slots=True)
class Row:
    """One row of a container."""

    offset: int
    """The line (from 1) or row (from 0)."""
    position: int
    """How many lines or rows are done with when this one is."""
    where: str
    """As an operator says it: ``line 7``."""
    text: bytes | Literal[Gap.TOO_LONG]


@dataclass(frozen=True, slots=True)
class Member:
    """A file in an archive."""

    offset: int
    """Which of its members it is, from 1; so many are done with when this one is."""
    name: str
    data: bytes
    fault: Fault | None = None
    """Why there is no data."""

    @property
    def position(self) -> int:
        return self.offset


@dataclass(frozen=True, slots=True)
class Passed:
    """A member that is not for us."""

    position: int


@dataclass(frozen=True, slots=True)
class Break:
    """The rest of a container can't be read, or is not to be."""

    offset: int
    why: str
    final: bool
    """It is the file that is broken: reading it again helps only when it has changed."""
    reason: Reason = Reason.UNREADABLE


AnyRow: TypeAlias = Row | Member | Passed | Break


class BadRow(Exception):
    """A row holds no content that can be taken."""


def most_row_bytes(items: ItemsSettings) -> int:
    """Bound a row's text: room for content all of escapes, and for metadata."""
    return 8 * items.max_bytes + (64 << 10)


def row_entry(row: Row | Member, origin: Origin, items: ItemsSettings) -> Entry:
    """Make the entry of a row; one without content is named by its place."""
    if isinstance(row, Member):
        return _member_entry(row, origin, items)
    if row.text is Gap.TOO_LONG:
        why = f"{row.where}: longer than {most_row_bytes(items):,} bytes"
        return Entry(place_id(origin), origin, "", fault=Fault(Reason.OVERSIZED, why))
    try:
        fields = parse(row.text)
        content = _content(fields, items.content_field)
    except BadRow as bad:
        fault = Fault(Reason.MALFORMED_LINE, f"{row.where}: {bad}")
        return Entry(place_id(origin), origin, "", fault=fault)
    return entry_of(content.encode(), origin, meta_of(fields, items), items.max_bytes)


def _member_entry(member: Member, origin: Origin, items: ItemsSettings) -> Entry:
    meta = {"path": member.name}
    if language := language_of(member.name):
        meta["language"] = language
    if member.fault is not None:
        return Entry(place_id(origin), origin, "", meta, member.fault)
    return entry_of(member.data, origin, meta, items.max_bytes)


def parse(row: bytes) -> dict[str, Any]:
    """Read the text of a JSON object; of keys that are there twice the last one counts.

    NaN and Infinity pass: writers of many kinds put them, and no value of ours comes from here.

    :raises BadRow: it is none, or holds a lone surrogate.
    """
    try:
        text = row.decode()
        value = _load(text)
        if _SURROGATE.search(text):
            json.dumps(value, ensure_ascii=False).encode()
    except UnicodeDecodeError as error:
        raise BadRow(f"not UTF-8 at byte {error.start}") from error
    except UnicodeEncodeError as error:
        raise BadRow("a string holds a lone surrogate") from error
    except json.JSONDecodeError as error:
        raise BadRow(f"not JSON: {error.msg} at character {error.pos}") from error
    except RecursionError as error:
        raise BadRow("nested too deeply") from error
    if not isinstance(value, dict):
        raise BadRow("not an object")
    return value


def _load(text: str) -> Any:
    try:
        return json.loads(text)
    except json.JSONDecodeError:
        raise
    except ValueError:  # an integer of more digits than Python makes a number of
        return json.loads(text, parse_int=str)


def meta_of(fields: dict[str, Any], items: ItemsSettings) -> dict[str, str]:
    """Take the metadata that there is, as text; null and NaN mean that there is none."""
    meta = {
        name: value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
        for name in items.meta_fields
        if name != items.content_field and not _is_absent(value := fields.get(name))
    }
    if "language" not in meta and (language := language_of(meta.get("path", ""))):
        meta["language"] = language
    return meta


def _is_absent(value: Any) -> bool:
    """Tell whether a value stands for none."""
    return value is None or (isinstance(value, float) and isnan(value))


def _content(fields: dict[str, Any], name: str) -> str:
    if name not in fields:
        raise BadRow(f"no field {name!r}")
    content = fields[name]
    if not isinstance(content, str):
        raise BadRow(f"field {name!r} is no text")
    return content
