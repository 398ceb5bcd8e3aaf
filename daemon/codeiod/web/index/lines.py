"""Read lines of the dataset by their place.

May import ``dataset`` and ``journal.records``. A line that has gone meanwhile reads as nothing.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any, NamedTuple

import orjson

from codeiod.dataset.shards import part_path
from codeiod.journal.records import Stream


class Line(NamedTuple):
    """Where a line stands."""

    stream: Stream
    part: int
    offset: int
    length: int


class Lines:
    """Read lines of a directory."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory

    def text(self, line: Line) -> bytes:
        """Return a line as it stands; ``{}`` where it can't be read."""
        path = self._directory / part_path(line.stream, line.part)
        try:
            descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
        except OSError:
            return b"{}"
        try:
            text = os.pread(descriptor, line.length, line.offset)
        finally:
            os.close(descriptor)
        return text if len(text) == line.length and text.endswith(b"}") else b"{}"

    def read(self, line: Line) -> dict[str, Any]:
        """Return the fields of a line; none where it can't be read."""
        try:
            fields: dict[str, Any] = orjson.loads(self.text(line))
        except orjson.JSONDecodeError:
            return {}
        return fields
