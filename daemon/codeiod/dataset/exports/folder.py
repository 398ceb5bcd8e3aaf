"""The folder of an export: written under another name beside its place, and renamed when whole.

May import errors, ``journal.disk`` and ``journal.folder``. What is cut short leaves at most a
folder whose name says so: nothing at the place itself, or the export that stood there before.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from secrets import token_hex

from codeiod.errors import CodeiodError, DiskFull, SettingsError
from codeiod.journal.disk import FULL, OsDisk
from codeiod.journal.folder import JOURNAL

MANIFEST_NAME = "export.json"
"""By this file a folder is known for an export, which ``--overwrite`` may replace."""
UNFINISHED = ".unfinished"
REPLACED = ".replaced"


class ExportFailed(CodeiodError):
    """The disk failed under an export."""


@contextmanager
def whole_folder(out: Path, directory: Path, *, overwrite: bool) -> Iterator[Path]:
    """Give a folder to write into; at the end of the block it is durable, whole, and in its place.

    :param directory: what is exported; the export may not lie in it, nor it in the export.
    :raises SettingsError: the place is taken, or is none.
    :raises DiskFull: there is no room; nothing is left of the export.
    :raises ExportFailed: the disk failed.
    """
    require_free(out, directory, overwrite=overwrite)
    draft = _beside(out, UNFINISHED)  # named before it is there: whatever comes, it goes away
    try:
        draft.mkdir(parents=True)
        yield draft
        _sync(draft)
        _put_in_place(draft, out)
    except OSError as error:
        raise _failed(error, out) from error
    finally:
        shutil.rmtree(draft, ignore_errors=True)


def require_free(out: Path, directory: Path, *, overwrite: bool) -> None:
    """Refuse a place that must not be written to. :raises SettingsError: it is one."""
    here, there = out.resolve(), directory.resolve()
    if here == there or there in here.parents or here in there.parents:
        raise SettingsError(f"{out} and {directory} lie in each other: export to another place")
    if not os.path.lexists(out):
        return
    if not overwrite:
        raise SettingsError(f"{out} exists: name another place, or give --overwrite")
    if not out.is_dir() or out.is_symlink():
        raise SettingsError(f"{out} is no folder")
    if (out / JOURNAL).exists() or not _may_go(out):
        raise SettingsError(f"{out} is no export of codeiod: remove it yourself")


def _may_go(out: Path) -> bool:
    return (out / MANIFEST_NAME).is_file() or not any(out.iterdir())


def _beside(out: Path, why: str) -> Path:
    """Name a folder beside the place that no other export uses."""
    return out.with_name(f".{out.name}.{token_hex(4)}{why}")


def _put_in_place(draft: Path, out: Path) -> None:
    old = _beside(out, REPLACED) if out.exists() else None
    if old is not None:
        out.replace(old)
    try:
        draft.replace(out)
    except OSError:
        if old is not None:
            old.replace(out)
        raise
    OsDisk().sync_folder(out.parent)
    if old is not None:
        shutil.rmtree(old, ignore_errors=True)


def _sync(folder: Path) -> None:
    """Make all that is in a folder durable."""
    for root, _, names in os.walk(folder):
        for name in names:
            descriptor = os.open(Path(root, name), os.O_RDONLY | os.O_CLOEXEC)
            try:
                os.fsync(descriptor)
            finally:
                os.close(descriptor)
        OsDisk().sync_folder(Path(root))


def _failed(error: OSError, out: Path) -> CodeiodError:
    if error.errno in FULL:
        return DiskFull(f"no room left for {out}: nothing is left of it; make room, export again")
    return ExportFailed(f"{out} can't be written ({error.strerror or error})")
