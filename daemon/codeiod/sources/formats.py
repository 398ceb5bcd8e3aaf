"""Which names are containers of many entries, and what kind each is.

May import the standard library alone.
"""

from __future__ import annotations

from enum import StrEnum


class Format(StrEnum):
    """A kind of container, by the end of its name."""

    JSONL = ".jsonl"
    JSONL_GZ = ".jsonl.gz"
    JSONL_ZST = ".jsonl.zst"
    PARQUET = ".parquet"


def format_of(name: str) -> Format | None:
    """Return the kind of container that a file's name tells, None where it is a plain file."""
    lowered = name.lower()
    return next((form for form in Format if lowered.endswith(form)), None)


def is_container(name: str) -> bool:
    """Tell whether a file of this name holds many entries."""
    return format_of(name) is not None
