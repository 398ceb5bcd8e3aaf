"""Tell whether someone has a file open for writing, and keep them waiting while it is read.

May import the standard library alone. A read lease (``F_SETLEASE``) is given to a file's owner, or
with CAP_LEASE, while nobody writes; who opens the file for writing meanwhile waits for its end.
"""

from __future__ import annotations

import errno
import fcntl
import signal
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from enum import Enum, auto
from io import BufferedReader


class Lease(Enum):
    """What the system said to the wish for a lease."""

    HELD = auto()
    WRITER = auto()
    """Someone has the file open for writing."""
    UNKNOWN = auto()
    """Not for us, or not on this file system."""


@contextmanager
def leased(stream: BufferedReader) -> Iterator[Lease]:
    """Take a read lease on an open file while the block runs, where that is possible."""
    answer = _take(stream)
    try:
        yield answer
    finally:
        if answer is Lease.HELD:
            with suppress(OSError):  # it was taken from us: we have held it for too long
                fcntl.fcntl(stream, fcntl.F_SETLEASE, fcntl.F_UNLCK)


def _take(stream: BufferedReader) -> Lease:
    try:
        # Who wants to write makes the kernel signal us: by one that is ignored, not by SIGIO,
        # which ends a process that does not expect it.
        fcntl.fcntl(stream, fcntl.F_SETSIG, signal.SIGURG)
        fcntl.fcntl(stream, fcntl.F_SETLEASE, fcntl.F_RDLCK)
    except OSError as error:
        return Lease.WRITER if error.errno == errno.EAGAIN else Lease.UNKNOWN
    return Lease.HELD
