"""Put away what was taken in: move it to ``done/``, or delete it, and never anything else.

May import ``items`` and the other modules of ``sources``; belongs in a worker thread. A file is
first given a name that nobody else uses, and only then looked at: if it is not what was taken, or
someone writes to it, it goes back.
"""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import count
from pathlib import Path

from codeiod.items import Origin
from codeiod.sources.places import reason_of
from codeiod.sources.watching.lease import Lease, leased


@dataclass(frozen=True, slots=True)
class Leaving:
    """A file that was taken in for good."""

    file: str
    root: str
    """The watched folder that it lies in."""
    done: str
    """The folder that it goes to, with the folders between."""
    origin: Origin
    """What it was when it was taken."""


def put_away(files: Iterable[Leaving], *, delete: bool) -> str:
    """Move or delete files; return why one could not be, ``""`` where all could.

    One that has changed or gone stays as it is.
    """
    why = ""
    for leaving in files:
        try:
            if _is_same(leaving.file, leaving.origin):
                _put_away(leaving, delete=delete)
        except FileNotFoundError:
            continue
        except OSError as error:
            why = f"{leaving.origin.path}: {reason_of(error)}"
    return why


def _put_away(leaving: Leaving, *, delete: bool) -> None:
    file = Path(leaving.file)
    if delete:
        target = file.with_name(f".codeiod-{leaving.origin.inode}")
    else:
        target = Path(leaving.done) / file.relative_to(leaving.root)
    if os.path.realpath(target.parent) != str(target.parent):
        raise OSError(errno.ELOOP, "a symbolic link is on its way")
    target.parent.mkdir(parents=True, exist_ok=True)
    target = _unused(target)
    file.rename(target)
    if not _is_same(str(target), leaving.origin) or _is_written(target):
        _give_back(target, file)
    elif delete:
        target.unlink()


def _is_same(file: str, origin: Origin) -> bool:
    """Tell whether a name stands for what was taken."""
    status = os.lstat(file)
    same = (status.st_ino, status.st_size, status.st_mtime_ns)
    return stat.S_ISREG(status.st_mode) and same == (origin.inode, origin.size, origin.mtime_ns)


def _is_written(file: Path) -> bool:
    try:
        with file.open("rb") as stream, leased(stream) as lease:
            return lease is Lease.WRITER
    except PermissionError:
        return False


def _unused(target: Path) -> Path:
    """Return a name beside the target that nothing has."""
    if not os.path.lexists(target):
        return target
    names = (target.with_name(f"{target.stem}.{n}{target.suffix}") for n in count(1))
    return next(name for name in names if not os.path.lexists(name))


def _give_back(target: Path, file: Path) -> None:
    """Give a file its name back, or one beside it where that is taken again."""
    try:
        file.hardlink_to(target)
    except FileExistsError:
        _unused(file).hardlink_to(target)
    target.unlink()
