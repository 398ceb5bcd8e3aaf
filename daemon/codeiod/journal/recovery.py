"""Make a directory ready to be written: lock it, replay it, cut a torn tail and keep the bytes.

May import errors and the modules of this package below ``journal``. Blocking: runs in a thread.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

from codeiod.errors import Damaged, DirectoryError, DiskFull
from codeiod.journal.disk import Disk, failure
from codeiod.journal.folder import (
    JOURNAL,
    kept_cuts,
    lock,
    make,
    release,
    require_ours,
    segment_name,
    set_aside,
)
from codeiod.journal.records import Cut
from codeiod.journal.replay import Replay
from codeiod.journal.reserve import Reserve
from codeiod.journal.state import State


@dataclass(frozen=True, slots=True)
class Recovered:
    """A journal that is locked, sound and durable, and open at its end."""

    lock: int
    replay: Replay
    descriptor: int
    """Of the last segment, open for appending."""
    cuts: tuple[Cut, ...]
    """What was cut and no record tells of yet."""
    version: str
    """Of this program."""
    reserve: Reserve
    """Filled."""


def recover(
    directory: Path, disk: Disk, retry: Collection[str] = (), reserve_bytes: int = 0
) -> Recovered:
    """Make a directory ready.

    :param retry: reasons; the state keeps the items that were rejected so.
    :raises DirectoryError: in use, damaged, newer, not ours, or it can't be used.
    :raises DiskFull: no room to begin.
    """
    try:
        require_ours(disk, directory)
        folder = make(disk, directory)
        held = lock(disk, folder)
    except OSError as error:
        raise _unusable(error, directory) from error
    reserve = Reserve(disk, folder, reserve_bytes)
    try:
        reserve.fill()
        return _recover(disk, folder, held, retry, reserve)
    except BaseException as error:
        reserve.drop()
        release(disk, held)
        if isinstance(error, OSError):
            raise _unusable(error, directory) from error
        raise


def _recover(
    disk: Disk, folder: Path, held: int, retry: Collection[str], reserve: Reserve
) -> Recovered:
    replay = Replay(disk, folder, whole=bool(retry), state=State(retry))
    replay.run()
    if retry and replay.begun:
        raise DirectoryError(
            f"segments of {folder} were dropped: what was rejected in them can't be taken up again"
        )
    if replay.seq == 1:
        _require_new(disk, folder)
    path = folder / segment_name(replay.segment)
    if disk.size(path) is not None:
        descriptor = disk.open_append(path)
        cuts = _cut_tail(disk, replay, descriptor)
        # Where an earlier sync failed, the system may take these bytes for written, and they are
        # not: only what is written anew is sure to be synced.
        unsure = replay.read(replay.unsure_from, replay.offset)
        disk.rewrite(path, replay.unsure_from, unsure)
    else:
        descriptor, cuts = disk.create(path), []
    # What a daemon wrote and did not sync before it was killed is read here from memory: it must
    # be on disk before anything is built on it. The same goes for the names.
    disk.sync(descriptor)
    disk.sync_folder(folder)
    return Recovered(held, replay, descriptor, tuple(cuts), version("codeiod"), reserve)


def _require_new(disk: Disk, folder: Path) -> None:
    """Refuse a journal without one sound record, unless it was only about to begin."""
    others = set(disk.names(folder.parent)) - {JOURNAL}
    if others:
        path = folder / segment_name(1)
        raise Damaged(f"{path} is damaged at byte 0 (record 1): restore it from a copy")


def _cut_tail(disk: Disk, replay: Replay, descriptor: int) -> list[Cut]:
    """Cut what follows the last sound record; return the cuts that are not in the journal yet."""
    file = f"{JOURNAL}/{segment_name(replay.segment)}"
    if tail := replay.tail():
        set_aside(disk, replay.folder, file, replay.offset, tail)
        disk.truncate(descriptor, replay.offset)
    # A crash may have come between an earlier cut and its record: what is kept tells.
    return [cut for cut in kept_cuts(disk, replay.folder) if cut.kept not in replay.state.cuts]


def _unusable(error: OSError, directory: Path) -> DirectoryError | DiskFull:
    problem = failure(error, directory)
    if isinstance(problem, DiskFull):
        return problem
    return DirectoryError(f"{directory} can't be used: {error.strerror or error}")
