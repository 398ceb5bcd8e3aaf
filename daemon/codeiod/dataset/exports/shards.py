"""What is written of an export: its files, and the seam behind which each kind of file stands.

May import the standard library alone.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Protocol

SHARD_BYTES = 512 * 1024 * 1024
"""Of rows as they are in memory; a row more begins the next file."""


@dataclass(frozen=True, slots=True)
class Shard:
    """A file of an export."""

    config: str
    split: str
    path: str
    """Within the export."""
    rows: int
    bytes: int
    """On disk."""
    raw_bytes: int
    """Of its rows, not compressed."""


class Writer(Protocol):
    """Writes the rows of an export, each to the file that it belongs to."""

    def add(self, config: str, split: str, fields: dict[str, Any]) -> None:
        """Take a row, whose fields are those of its config."""

    def close(self) -> list[Shard]:
        """Write what is left; return all files, in their order."""


def shard_path(config: str, split: str, number: int, suffix: str) -> str:
    """Name a file within its export."""
    return f"{config}/{split}-{number:05d}{suffix}"
