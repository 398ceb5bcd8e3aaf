"""Where files are: printable paths, origins, and opening what was found.

May import ``items``. Everything here touches the file system and belongs in a worker thread.
"""

from __future__ import annotations

import errno
import os
import stat
from dataclasses import dataclass, replace
from io import BufferedReader

from codeiod.items import Entry, Fault, Origin, Reason, digest


@dataclass(frozen=True, slots=True)
class Found:
    """A file that a source leads to."""

    file: str
    """For the file system: holds lone surrogates where the name's bytes are not UTF-8."""
    name: str
    """Printable: below its folder, or as the operator wrote it."""
    origin: Origin
    """As it was when it was listed."""
    named: bool
    """By the operator: a symbolic link is followed then."""


def printable(path: str) -> str:
    r"""Write a path as text that any record can hold: bytes that are not UTF-8 become ``\xNN``."""
    return os.fsencode(path).decode("utf-8", "backslashreplace")


def origin_of(source: str, file: str, status: os.stat_result) -> Origin:
    """Make the origin of a file from what the file system says of it."""
    return Origin(
        source=printable(source),
        path=printable(file),
        size=status.st_size,
        mtime_ns=status.st_mtime_ns,
        inode=status.st_ino,
    )


def place_id(origin: Origin) -> str:
    """Name an item by its place, where its bytes could not be read."""
    return digest("place", origin.path, str(origin.offset))


def unreadable(origin: Origin, why: str) -> Entry:
    """Make the entry of what could not be read.

    Its origin tells neither size nor time: so the file never counts as seen, and a later run tries
    it again.
    """
    bare = replace(origin, size=0, mtime_ns=0, inode=0)
    return Entry(place_id(bare), bare, "", fault=Fault(Reason.UNREADABLE, why))


def reason_of(error: OSError) -> str:
    """Say what an error of the file system was, without its path."""
    return error.strerror or str(error)


def open_found(found: Found) -> tuple[BufferedReader, Origin]:
    """Open a regular file, and tell what it is now; never waits for the writer of a pipe.

    :raises OSError: it is gone, not readable, or no regular file any more.
    """
    own = os.O_NONBLOCK | os.O_NOCTTY | (0 if found.named else os.O_NOFOLLOW)
    stream = open(  # noqa: SIM115 -- Path.open takes no opener; closed by the caller
        found.file, "rb", opener=lambda file, flags: os.open(file, flags | own)
    )
    try:
        status = _status(stream)
    except OSError:
        stream.close()
        raise
    return stream, replace(
        found.origin, size=status.st_size, mtime_ns=status.st_mtime_ns, inode=status.st_ino
    )


def _status(stream: BufferedReader) -> os.stat_result:
    status = os.fstat(stream.fileno())
    if not stat.S_ISREG(status.st_mode):
        raise OSError(errno.EINVAL, "not a regular file")
    return status
