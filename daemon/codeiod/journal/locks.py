"""The lock of a directory: one that decides, and one that can be asked about.

May import the standard library alone. ``flock`` decides who may write: the system gives it back
whatever way its holder ends, so no number of a process is ever trusted. But it can't be asked about
without being tried, and a reader that tries it could turn away a daemon that starts right then. So
the holder takes a record lock on the same descriptor too, of which the system tells who asks.
"""

from __future__ import annotations

import errno
import fcntl
import os
import struct
from contextlib import suppress
from pathlib import Path

NO_LOCKS = frozenset({errno.ENOLCK, errno.ENOSYS, errno.EOPNOTSUPP, errno.EINVAL})
"""What a file system says that has none."""

_RECORD = struct.Struct("@hhqqi0q")
"""The kernel's ``struct flock``: type, whence, start, length, process."""


def take(path: Path) -> int | None:
    """Take the lock on a file, made if need be; None where another holds it."""
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        os.close(descriptor)
        if isinstance(error, BlockingIOError):
            return None
        raise
    with suppress(OSError):  # where it can't be had, a display knows less: nothing depends on it
        fcntl.fcntl(descriptor, fcntl.F_OFD_SETLK, _on_the_whole(fcntl.F_WRLCK))
    return descriptor


def is_held(path: Path) -> bool:
    """Tell whether someone holds the lock, without taking any for a moment."""
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    except FileNotFoundError:
        return False
    try:
        told = fcntl.fcntl(descriptor, fcntl.F_OFD_GETLK, _on_the_whole(fcntl.F_RDLCK))
    except OSError as error:
        if error.errno in NO_LOCKS:
            return False
        raise
    finally:
        os.close(descriptor)
    kind: int = _RECORD.unpack(told)[0]
    return kind != fcntl.F_UNLCK


def _on_the_whole(kind: int) -> bytes:
    """Describe a lock on all of a file."""
    return _RECORD.pack(kind, os.SEEK_SET, 0, 0, 0)
