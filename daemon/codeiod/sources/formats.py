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
    ZIP = ".zip"
    TAR = ".tar"
    TAR_GZ = ".tar.gz"
    TGZ = ".tgz"
    TAR_BZ2 = ".tar.bz2"
    TBZ2 = ".tbz2"
    TAR_XZ = ".tar.xz"
    TXZ = ".txz"
    TAR_ZST = ".tar.zst"
    TZST = ".tzst"


ARCHIVES = frozenset(Format) - {Format.JSONL, Format.JSONL_GZ, Format.JSONL_ZST, Format.PARQUET}
"""Those that hold files."""

_ENDS = tuple(Format)


def format_of(name: str) -> Format | None:
    """Return the kind of container that a file's name tells, None where it is a plain file."""
    lowered = name.lower()
    if not lowered.endswith(_ENDS):
        return None
    return next(form for form in Format if lowered.endswith(form))


def is_container(name: str) -> bool:
    """Tell whether a file of this name holds many entries."""
    return format_of(name) is not None
