"""The one way to the file system for journal, dataset and reports, so that a rig can replace it.

May import errors and ``locks``. Every call is plain and blocking: the callers run it in worker
threads. A call fails with OSError; ``failure`` turns that into what the operator sees.
"""

from __future__ import annotations

import errno
import os
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Protocol

from codeiod.errors import DiskFailed, DiskFull
from codeiod.journal import locks

FULL = frozenset({errno.ENOSPC, errno.EDQUOT})
# The last is what the C library says of a file for appending, where it would have to write itself.
_NO_ALLOCATING = frozenset({errno.EOPNOTSUPP, errno.ENOSYS, errno.EINVAL, errno.EBADF})
_ZEROS = bytes(1 << 20)


class Disk(Protocol):
    """What journal and dataset ask of a file system. Descriptors are integers."""

    def make_folder(self, folder: Path) -> None:
        """Make a folder whose parent exists; one that is there is fine."""

    def names(self, folder: Path) -> list[str]:
        """List a folder, sorted; one that is not there is empty."""

    def size(self, path: Path) -> int | None:
        """Return a file's bytes, None where there is no file."""

    def free(self, folder: Path) -> int:
        """Return how many bytes can still be written where a folder lies."""

    def create(self, path: Path) -> int:
        """Create a file that must not exist and open it for appending."""

    def open_append(self, path: Path) -> int:
        """Open a file that exists for appending."""

    def open_read(self, path: Path) -> int:
        """Open a file that exists for reading."""

    def close(self, descriptor: int) -> None:
        """Close a descriptor, a lock's too."""

    def read(self, descriptor: int, offset: int, length: int) -> bytes:
        """Read up to ``length`` bytes at ``offset``; fewer at the end of the file alone."""

    def write(self, descriptor: int, data: bytes | memoryview) -> int:
        """Append bytes and return how many were taken, which may be fewer."""

    def rewrite(self, path: Path, offset: int, data: bytes) -> None:
        """Write over bytes that are the same, so that the next sync takes them for new."""

    def sync(self, descriptor: int) -> None:
        """Make a file's bytes durable (fdatasync)."""

    def sync_folder(self, folder: Path) -> None:
        """Make a folder's names durable."""

    def truncate(self, descriptor: int, length: int) -> None:
        """Cut a file to ``length`` bytes."""

    def allocate(self, descriptor: int, length: int) -> None:
        """Grow a file to ``length`` bytes that really take their room."""

    def replace(self, source: Path, target: Path) -> None:
        """Rename a file over another at once."""

    def remove(self, path: Path) -> None:
        """Remove a file."""

    def lock(self, path: Path) -> int | None:
        """Take the exclusive lock on a file, made if need be; None where another holds it."""

    def locked(self, path: Path) -> bool:
        """Tell whether someone holds the lock, without taking it for a moment."""

    def note(self, descriptor: int, text: str) -> None:
        """Replace what stands in a lock's file: for people to read, nothing depends on it."""


class OsDisk:
    """The real file system."""

    def make_folder(self, folder: Path) -> None:
        folder.mkdir(exist_ok=True)

    def names(self, folder: Path) -> list[str]:
        try:
            return sorted(os.listdir(folder))  # noqa: PTH208 -- names alone, no Path for each
        except FileNotFoundError:
            return []

    def size(self, path: Path) -> int | None:
        try:
            return path.stat().st_size
        except (FileNotFoundError, NotADirectoryError):
            return None

    def free(self, folder: Path) -> int:
        told = os.statvfs(folder)
        return told.f_bavail * told.f_frsize

    def create(self, path: Path) -> int:
        return os.open(path, os.O_RDWR | os.O_APPEND | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o644)

    def open_append(self, path: Path) -> int:
        return os.open(path, os.O_RDWR | os.O_APPEND | os.O_CLOEXEC)

    def open_read(self, path: Path) -> int:
        return os.open(path, os.O_RDONLY | os.O_CLOEXEC)

    def close(self, descriptor: int) -> None:
        os.close(descriptor)

    def read(self, descriptor: int, offset: int, length: int) -> bytes:
        data = os.pread(descriptor, length, offset)
        while 0 < len(data) < length:
            more = os.pread(descriptor, length - len(data), offset + len(data))
            if not more:
                break
            data += more
        return data

    def write(self, descriptor: int, data: bytes | memoryview) -> int:
        return os.write(descriptor, data)

    def rewrite(self, path: Path, offset: int, data: bytes) -> None:
        descriptor = os.open(path, os.O_WRONLY | os.O_CLOEXEC)  # O_APPEND would ignore the offset
        try:
            left = memoryview(data)
            while left:
                left = left[os.pwrite(descriptor, left, offset + len(data) - len(left)) :]
        finally:
            os.close(descriptor)

    def sync(self, descriptor: int) -> None:
        os.fdatasync(descriptor)

    def sync_folder(self, folder: Path) -> None:
        descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)

    def truncate(self, descriptor: int, length: int) -> None:
        os.ftruncate(descriptor, length)

    def allocate(self, descriptor: int, length: int) -> None:
        try:
            os.posix_fallocate(descriptor, 0, length)
        except OSError as error:
            if error.errno not in _NO_ALLOCATING:
                raise
            _fill(descriptor, length)

    def replace(self, source: Path, target: Path) -> None:
        source.replace(target)

    def remove(self, path: Path) -> None:
        path.unlink()

    def lock(self, path: Path) -> int | None:
        return locks.take(path)

    def locked(self, path: Path) -> bool:
        return locks.is_held(path)

    def note(self, descriptor: int, text: str) -> None:
        os.ftruncate(descriptor, 0)
        os.pwrite(descriptor, text.encode(), 0)


def read_at(disk: Disk, path: Path, offset: int, length: int) -> bytes:
    """Read a stretch of a file; fewer bytes where it ends before."""
    descriptor = disk.open_read(path)
    try:
        return disk.read(descriptor, offset, length)
    finally:
        disk.close(descriptor)


def _fill(descriptor: int, length: int) -> None:
    """Write zeros up to a length, where a file system can't be asked for room alone."""
    missing = length - os.fstat(descriptor).st_size
    while missing > 0:
        missing -= os.write(descriptor, _ZEROS[:missing])


def no_more(_: int) -> bool:
    """Give nothing: a full disk stays full."""
    return False


def write_all(
    disk: Disk, descriptor: int, data: bytes, more: Callable[[int], bool] = no_more
) -> None:
    """Append all the bytes, however many calls it takes.

    :param more: asked where the disk is full, with the bytes left; whether it has made some room.
    """
    left = memoryview(data)
    while left:
        try:
            left = left[disk.write(descriptor, left) :]
        except OSError as error:
            if error.errno not in FULL or not more(len(left)):
                raise


def sync_once(disk: Disk, descriptor: int) -> None:
    """Make a file durable; a failure is final, even one for want of room.

    After a failed sync no one knows what is on disk, so it is never tried again.
    """
    try:
        disk.sync(descriptor)
    except OSError as error:
        raise _final(error) from error


def sync_names(disk: Disk, folder: Path) -> None:
    """Make a folder's names durable; a failure is final, as ``sync_once`` says."""
    try:
        disk.sync_folder(folder)
    except OSError as error:
        raise _final(error) from error


def _final(error: OSError) -> OSError:
    return OSError(errno.EIO, f"sync: {error.strerror or error}")


def replace_whole(disk: Disk, path: Path, data: bytes) -> None:
    """Put a file in another's place, whole and durable: readers see the old one or the new one."""
    draft = path.with_name(f".{path.name}.new")
    if disk.size(draft) is not None:
        disk.remove(draft)
    try:
        _write_draft(disk, draft, data)
        disk.replace(draft, path)
    except OSError:
        with suppress(OSError):  # on a full disk the draft's bytes are dear
            disk.remove(draft)
        raise
    sync_names(disk, path.parent)


def _write_draft(disk: Disk, draft: Path, data: bytes) -> None:
    descriptor = disk.create(draft)
    try:
        write_all(disk, descriptor, data)
        sync_once(disk, descriptor)
    finally:
        disk.close(descriptor)


def failure(error: OSError, path: Path) -> DiskFull | DiskFailed:
    """Name the disk's failure for the operator: full, or failed for good."""
    if error.errno in FULL:
        return DiskFull(f"no room left for {path}: make room, then run again to go on")
    reason = error.strerror or str(error)
    return DiskFailed(f"the disk failed at {path} ({reason}): look after it, then run again")
