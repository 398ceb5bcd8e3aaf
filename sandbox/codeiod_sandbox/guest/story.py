"""Write what was recorded of a call, as JSON can carry it. Imports the standard library alone.

The daemon's side reads it back in `trace_reading`.
"""

import builtins
from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

from .differences import differences
from .shown_text import json_of, text_of
from .snapshots import Snapshot

# Functions look up builtins here from now on; a program's changes are not seen.
globals()["__builtins__"] = dict(vars(builtins))

CALL, LINE, RETURN, RAISE, YIELD = range(5)
NOTHING = ("nothing",)
"""In the place of a snapshot where there is no value, or was none before."""
_STEP_BYTES = 50
_TAIL_SHARE = 0.25  # of the bytes


class Limits(NamedTuple):
    """`TraceLimits`, as they come in with a request."""

    max_steps: int
    max_tail_steps: int
    visits_first: int
    visits_last: int
    max_events: int
    max_values: int
    max_value_chars: int
    max_json_chars: int
    max_bytes: int


Change = tuple[str, Snapshot, Snapshot]
"""A name, what it was before (perhaps `NOTHING`), what it is now."""


class Row:
    """One step as it is recorded; see `traces.Step`."""

    __slots__ = (
        "changes",
        "frame",
        "is_summary",
        "kind",
        "line",
        "next_line",
        "number",
        "value",
        "visit",
    )

    def __init__(
        self,
        number: int,
        kind: int,
        line: int,
        frame: int,
        visit: int,
        next_line: int,
        changes: list[Change],
        value: Snapshot,
        is_summary: bool,
    ) -> None:
        self.number = number
        self.kind = kind
        self.line = line
        self.frame = frame
        self.visit = visit
        self.next_line = next_line
        self.changes = changes
        self.value = value
        self.is_summary = is_summary


class Writer:
    """Writes rows within a number of bytes."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._room = 0

    def written(self, head: Iterable[Row], tail: list[Row]) -> list[list[Any]]:
        """Write the rows of the head from its beginning, those of the tail from its end."""
        share = int(self._limits.max_bytes * _TAIL_SHARE) if tail else 0
        last = [*self._fitting(tail[::-1], share)][::-1]
        first = self._fitting(head, self._limits.max_bytes - share)
        return [*first, *last]

    def _fitting(self, rows: Iterable[Row], room: int) -> Iterator[list[Any]]:
        self._room = room
        for row in rows:
            written = self._row(row)
            self._room -= _STEP_BYTES
            if self._room < 0:
                return
            yield written

    def _row(self, row: Row) -> list[Any]:
        return [
            row.number,
            row.kind,
            row.line,
            row.frame,
            row.visit,
            row.next_line,
            [self._change(change) for change in row.changes],
            None if row.value is NOTHING else self._shown(row.value),
            row.is_summary,
        ]

    def _change(self, change: Change) -> list[Any]:
        name, old, new = change
        parts = [[*where, self._shown(part)] for *where, part in differences(old, new)]
        self._room -= len(name)
        return [name, self._shown(new), parts]

    def _shown(self, snapshot: Snapshot) -> Any:
        """Write a value: its text alone where its JSON is the same."""
        limits = self._limits
        text, is_cut = text_of(snapshot, limits.max_value_chars)
        json = json_of(snapshot, limits.max_json_chars)
        self._room -= len(text)
        if json == text:
            return text
        self._room -= len(json or "")
        return [text, json, is_cut]
