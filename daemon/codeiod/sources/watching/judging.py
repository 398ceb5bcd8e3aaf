"""Judge whether a file is complete, and read it so that nothing half-written is ever taken.

May import ``items`` and the other modules of ``sources``; belongs in a worker thread. A file is
complete when nobody has it open for writing, as far as that can be known, and when it was moved in
or has stood still; it is read only if nothing of it changed meanwhile.
"""

from __future__ import annotations

import errno
import os
import time
from collections.abc import Generator, Iterable
from dataclasses import dataclass
from io import BufferedReader
from pathlib import Path
from typing import NamedTuple, TypeAlias

from codeiod.items import Entry, Origin
from codeiod.sources.files import read_opened
from codeiod.sources.formats import is_container
from codeiod.sources.places import Found, open_found, reason_of, unreadable
from codeiod.sources.watching.clocks import has_our_clock
from codeiod.sources.watching.lease import Lease, leased

SKEW_SECONDS = 60.0
"""How far the clock of a file system may be from ours, where it may be another machine's."""

_GONE = frozenset({errno.ENOENT, errno.ENOTDIR, errno.ELOOP, errno.EINVAL, errno.ENXIO})


class Shape(NamedTuple):
    """What changes when a file does."""

    inode: int
    size: int
    mtime_ns: int
    ctime_ns: int


@dataclass(frozen=True, slots=True)
class Candidate:
    """A file that may be complete."""

    found: Found
    moved: bool = False
    """It was seen to come by a rename."""
    shape: Shape | None = None
    """What it was when it was looked at before, first so at ``since`` (monotonic)."""
    since: float = 0.0


@dataclass(frozen=True, slots=True)
class Unsettled:
    """A file that is to be looked at again."""

    found: Found
    shape: Shape


@dataclass(frozen=True, slots=True)
class Complete:
    """A container that can be read now."""

    found: Found
    origin: Origin
    shape: Shape


@dataclass(frozen=True, slots=True)
class Gone:
    """There is no such file any more."""

    found: Found


Judged: TypeAlias = Entry | Unsettled | Complete | Gone


def skew_of(status: os.stat_result) -> float:
    """Tell how far the clock that a file's times are from may be from ours."""
    return 0.0 if has_our_clock(status.st_dev) else SKEW_SECONDS


def shape_of(status: os.stat_result) -> Shape:
    """Tell what changes when a file does."""
    return Shape(status.st_ino, status.st_size, status.st_mtime_ns, status.st_ctime_ns)


def judge(
    candidates: Iterable[Candidate], settle_seconds: float, max_bytes: int
) -> Generator[Judged | None]:
    """Yield for each file its entry, or how it stands with it."""
    for candidate in candidates:
        yield _judge(candidate, settle_seconds, max_bytes)


def _judge(candidate: Candidate, settle_seconds: float, max_bytes: int) -> Judged:
    found = candidate.found
    try:
        if not candidate.moved and (early := _too_early(candidate, settle_seconds)):
            return early
        stream, origin = open_found(found)
    except OSError as error:
        if error.errno in _GONE:
            return Gone(found)
        return _closed_to_us(candidate, settle_seconds, error)
    with stream:
        status = os.fstat(stream.fileno())
        shape = shape_of(status)
        unsettled = Unsettled(found, shape)
        settled = stands_still(candidate, shape, settle_seconds, skew_of(status))
        if not _is_in_place(stream, found):
            return Gone(found)
        if not settled and not candidate.moved:
            return unsettled
        with leased(stream) as lease:
            if lease is Lease.WRITER:
                return unsettled
            if is_container(found.file):
                return Complete(found, origin, shape)
            entry = _read(stream, found, origin, max_bytes)
            if shape_of(os.fstat(stream.fileno())) != shape:
                return unsettled
            return entry


def _too_early(candidate: Candidate, settle_seconds: float) -> Unsettled | None:
    """Tell that a file has not stood still, without the cost of opening it.

    :raises OSError: as opening it does.
    """
    status = os.lstat(candidate.found.file)
    shape = shape_of(status)
    if stands_still(candidate, shape, settle_seconds, skew_of(status)):
        return None
    return Unsettled(candidate.found, shape)


def stands_still(
    candidate: Candidate, shape: Shape, settle_seconds: float, skew_seconds: float
) -> bool:
    """Tell whether a file has stood still for long enough: as we saw it, or by its own clock."""
    if shape == candidate.shape and time.monotonic() - candidate.since >= settle_seconds:
        return True
    age_seconds = time.time() - shape.ctime_ns / 1e9
    return age_seconds >= settle_seconds + skew_seconds or settle_seconds == 0


def _read(stream: BufferedReader, found: Found, origin: Origin, max_bytes: int) -> Entry:
    try:
        return read_opened(stream, origin, found.name, max_bytes)
    except OSError as error:
        return unreadable(found.origin, reason_of(error))


def _closed_to_us(candidate: Candidate, settle_seconds: float, error: OSError) -> Judged:
    """Say that a file can't be opened, once that has lasted: its maker may be about to allow it."""
    found = candidate.found
    try:
        early = _too_early(candidate, settle_seconds)
    except OSError:
        return Gone(found)
    return early or unreadable(found.origin, reason_of(error))


def _is_in_place(stream: BufferedReader, found: Found) -> bool:
    """Tell whether no symbolic link on the way has led out of the folder."""
    try:
        real = Path(f"/proc/self/fd/{stream.fileno()}").readlink()
    except OSError:  # no /proc: then no more is known than that the name itself is no link
        return True
    return str(real).removesuffix(" (deleted)") == found.file
