"""The journal's folder: whose it is, its lock, the names in it, and what was cut and kept.

May import structlog, errors, ``disk``, ``locks`` and ``records``. DIR/journal holds
``segment-00000001.jsonl.zst`` and so on (``.jsonl`` alone where it is not compressed), ``LOCK``,
``RESERVE`` while it is written, ``cut/`` and ``archive/``.
"""

from __future__ import annotations

import os
import re
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple
from zlib import crc32

import structlog

from codeiod.errors import DirectoryError
from codeiod.journal.disk import Disk, read_at, replace_whole
from codeiod.journal.locks import NO_LOCKS
from codeiod.journal.records import Cut

JOURNAL = "journal"
LOCK = "LOCK"
RESERVE = "RESERVE"
CUT = "cut"
ARCHIVE = "archive"
DAMAGED = "damaged"
REPAIRED = "REPAIRED"
"""In the folder of what was damaged: a snapshot stands in for it now."""
NOTE_BYTES = 32
"""More than a process number takes."""
_SEGMENT = re.compile(r"segment-(\d{8})\.jsonl(\.zst)?")
_KEPT = re.compile(r"([^.].*)-(\d+)-[0-9a-f]{8}")

log = structlog.get_logger()


class Listed(NamedTuple):
    """The segments in a folder: those as they were written, and those that are compressed."""

    plain: frozenset[int]
    compressed: frozenset[int]


def segment_name(number: int) -> str:
    """Name a segment by its number, from 1."""
    return f"segment-{number:08d}.jsonl"


def compressed_name(number: int) -> str:
    """Name a segment once it is compressed."""
    return f"{segment_name(number)}.zst"


def list_segments(disk: Disk, folder: Path) -> Listed:
    """List the segments that are in a folder; one can be there in both forms."""
    found = [match for name in disk.names(folder) if (match := _SEGMENT.fullmatch(name))]
    return Listed(
        frozenset(int(match[1]) for match in found if not match[2]),
        frozenset(int(match[1]) for match in found if match[2]),
    )


def require_ours(disk: Disk, directory: Path) -> None:
    """Refuse an output directory that holds something else.

    :raises DirectoryError: it isn't ours, or no directory.
    """
    try:
        names = disk.names(directory)
        inside = disk.names(directory / JOURNAL) if JOURNAL in names else []
    except OSError as error:
        raise DirectoryError(f"{directory} can't be used: {error.strerror}") from error
    began = any(_SEGMENT.fullmatch(name) for name in inside)
    strange = set(inside) - {LOCK, CUT, RESERVE} and not began
    if strange or (names not in ([], [JOURNAL]) and not began):
        raise DirectoryError(
            f"{directory} is not a codeiod directory and not empty: name another one"
        )


def make(disk: Disk, directory: Path) -> Path:
    """Make the output directory and the journal's folder in it, durably; return the latter."""
    missing = [folder for folder in (directory, *directory.parents) if disk.size(folder) is None]
    deepest = missing[-1].parent if missing else directory
    # A crash may have come right after it was made. It may also be no folder of ours.
    with suppress(PermissionError):
        disk.sync_folder(deepest.parent)
    for folder in reversed(missing):
        disk.make_folder(folder)
        disk.sync_folder(folder.parent)
    folder = directory / JOURNAL
    disk.make_folder(folder)
    disk.sync_folder(directory)
    return folder


def lock(disk: Disk, folder: Path) -> int:
    """Take the journal's lock.

    :raises DirectoryError: another process holds it, or the file system has no locks.
    """
    path = folder / LOCK
    try:
        descriptor = disk.lock(path)
    except OSError as error:
        if error.errno in NO_LOCKS:
            raise DirectoryError(
                f"the file system of {folder} has no locks ({error.strerror}): use a local disk"
            ) from error
        raise
    if descriptor is None:
        holder = _noted_pid(disk, path)
        whose = f"process {holder}" if holder else "another process"
        raise DirectoryError(f"{folder.parent} is in use by {whose}: let it end, or name another")
    try:
        disk.note(descriptor, f"{os.getpid()}\n")
    except OSError:
        disk.close(descriptor)
        raise
    return descriptor


def release(disk: Disk, descriptor: int) -> None:
    """Give the lock back; on a disk that fails, too: nothing of value is written here."""
    with suppress(OSError):
        disk.note(descriptor, "")
    with suppress(OSError):
        disk.close(descriptor)


def running(disk: Disk, directory: Path) -> bool:
    """Tell whether a daemon holds the lock, without trying it: that could turn one away."""
    try:
        return disk.locked(directory / JOURNAL / LOCK)
    except OSError:
        return False  # for display alone: who reads on will say what is wrong


def repaired(disk: Disk, folder: Path) -> bool:
    """Tell whether a repair has set something aside, and a snapshot stands in for it."""
    return disk.size(folder / DAMAGED / REPAIRED) is not None


def set_aside(disk: Disk, folder: Path, file: str, offset: int, data: bytes) -> Cut:
    """Keep bytes that are about to be cut off ``file`` (relative to DIR), in ``cut/``."""
    cut = folder / CUT
    disk.make_folder(cut)
    disk.sync_folder(folder)
    # The name holds the checksum: a cut that a crash interrupted is the same one when repeated.
    name = f"{file.replace('/', '+')}-{offset}-{crc32(data):08x}"
    replace_whole(disk, cut / name, data)
    log.warning(
        "file.cut", file=file, offset=offset, bytes=len(data), kept=f"{JOURNAL}/{CUT}/{name}"
    )
    return Cut(file, offset, len(data), name)


def kept_cuts(disk: Disk, folder: Path) -> list[Cut]:
    """List what was ever cut."""
    cuts = []
    for name in disk.names(folder / CUT):
        if match := _KEPT.fullmatch(name):  # a draft that a crash left is no cut
            size = disk.size(folder / CUT / name) or 0
            cuts.append(Cut(match[1].replace("+", "/"), int(match[2]), size, name))
    return cuts


def _noted_pid(disk: Disk, path: Path) -> int:
    if not disk.size(path):
        return 0
    text = read_at(disk, path, 0, NOTE_BYTES)
    return int(text) if text.strip().isdigit() else 0
