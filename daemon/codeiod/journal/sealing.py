"""Compress sealed segments, and take away those that retention gives up. Blocking.

May import ``disk``, ``folder``, ``sealed`` and ``segments``. At any moment a segment is there
whole: the compressed file is synced, read back and named, durably, before the plain one goes. What
a crash leaves half done is done again.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from zlib import crc32

from codeiod.journal.disk import Disk, sync_once, write_all
from codeiod.journal.folder import ARCHIVE, compressed_name, segment_name
from codeiod.journal.sealed import BadSeal, Sealed, in_pieces, pack
from codeiod.journal.segments import Plain, Segments


class Interrupted(Exception):
    """The daemon ends: the segment stays as it is."""


def seal(disk: Disk, folder: Path, number: int, going: Callable[[], bool] = lambda: True) -> None:
    """Put a segment's compressed form in the place of its plain one.

    :param going: asked now and then whether to go on.
    :raises Interrupted: it said no.
    :raises BadSeal: what was written is not what is read back.
    """
    plain, compressed = folder / segment_name(number), folder / compressed_name(number)
    if disk.size(plain) is None:
        return
    if Segments(disk, folder).whole(compressed) is None:
        _compress(disk, plain, compressed, going)
    # Also where it has its name from an earlier life, which may have ended before this.
    disk.sync_folder(folder)
    disk.remove(plain)


def take_away(disk: Disk, folder: Path, numbers: Iterable[int], *, archive: bool) -> None:
    """Remove segments, or move them into the archive."""
    if archive:
        disk.make_folder(folder / ARCHIVE)
        disk.sync_folder(folder)
    for number in numbers:
        for name in (segment_name(number), compressed_name(number)):
            if disk.size(folder / name) is None:
                continue
            if archive:
                disk.replace(folder / name, folder / ARCHIVE / name)
            else:
                disk.remove(folder / name)
    if archive:
        disk.sync_folder(folder / ARCHIVE)
    disk.sync_folder(folder)


def _compress(disk: Disk, plain: Path, compressed: Path, going: Callable[[], bool]) -> None:
    draft = compressed.with_name(f".{compressed.name}.new")
    _remove_if_there(disk, draft)
    try:
        _write_draft(disk, plain, draft, going)
    except BaseException:
        _remove_if_there(disk, draft)
        raise
    disk.replace(draft, compressed)


def _write_draft(disk: Disk, plain: Path, draft: Path, going: Callable[[], bool]) -> None:
    summed = _Summed(in_pieces(Plain(disk, plain).text()))
    descriptor = disk.create(draft)
    try:
        for piece in pack(summed):
            if not going():
                raise Interrupted
            write_all(disk, descriptor, piece)
        sync_once(disk, descriptor)
    finally:
        disk.close(descriptor)
    back = _Summed(Sealed(disk, draft).text())
    for _ in back:
        pass
    if (back.crc, back.length) != (summed.crc, summed.length):
        raise BadSeal(f"{draft} is not what was written")


def _remove_if_there(disk: Disk, path: Path) -> None:
    if disk.size(path) is not None:
        disk.remove(path)


class _Summed:
    """Pass pieces on, and keep their checksum."""

    def __init__(self, pieces: Iterable[bytes]) -> None:
        self.crc = 0
        self.length = 0
        self._pieces = pieces

    def __iter__(self) -> Iterator[bytes]:
        for piece in self._pieces:
            self.crc = crc32(piece, self.crc)
            self.length += len(piece)
            yield piece
