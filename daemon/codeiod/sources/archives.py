"""Read the files in an archive, one after the other, and stop where it is more than it may be.

May import ``config``, ``items`` and the other modules of ``sources``; belongs in a worker thread.
Nothing is unpacked to the disk; of an archive no more is held than one member that may be taken.
"""

from __future__ import annotations

from collections.abc import Generator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from io import BufferedReader
from typing import Final

from codeiod.config.settings import ServiceSettings
from codeiod.items import Fault, Reason
from codeiod.sources.content import oversized_fault
from codeiod.sources.formats import Format
from codeiod.sources.languages import language_of
from codeiod.sources.places import reason_of
from codeiod.sources.rows import Break, Member, Passed
from codeiod.sources.tar_archive import tar_files
from codeiod.sources.unpacking import (
    BROKEN,
    BadMember,
    Inside,
    Meter,
    TooMuch,
    is_final,
    unpacked,
)
from codeiod.sources.zip_archive import zip_files

MARK_BYTES: Final = 3
"""Of a byte order mark, which is no part of content."""


@dataclass(frozen=True, slots=True)
class Bounds:
    """What an archive may hold."""

    members: int
    bytes: int
    """Unpacked."""

    @staticmethod
    def of(settings: ServiceSettings) -> Bounds:
        """Take those of the settings."""
        return Bounds(settings.archive_members, settings.archive_bytes)


NO_MORE_THAN: Final = Bounds.of(ServiceSettings())
"""What an archive may hold where nothing is said."""


def members(
    stream: BufferedReader, form: Format, start: int, max_bytes: int, bounds: Bounds
) -> Generator[Member | Passed | Break | None]:
    """Yield the members after the first ``start``; those that are not for us are passed by.

    What comes before the place where it is broken, or too much, is still yielded, then a break.
    """
    number = 0
    try:
        with _opened(stream, form, bounds) as files:
            for inside in files:
                yield None
                if inside is None:
                    continue
                number += 1
                _count(number, bounds)
                if number > start:
                    yield _member(number, inside, max_bytes)
    except TooMuch as error:
        yield Break(number + 1, f"archive: {error}", final=True, reason=Reason.OVERSIZED)
    except BROKEN as error:
        why = reason_of(error) if isinstance(error, OSError) else str(error)
        yield Break(number + 1, f"archive, after member {number}: {why}", final=is_final(error))


def _count(number: int, bounds: Bounds) -> None:
    if number > bounds.members:
        raise TooMuch(f"it holds more than service.archive_members, {bounds.members:,}")


@contextmanager
def _opened(
    stream: BufferedReader, form: Format, bounds: Bounds
) -> Iterator[Generator[Inside | None] | Generator[Inside]]:
    if form is Format.ZIP:
        yield zip_files(stream, Meter(bounds.bytes))
    elif form is Format.TAR:
        yield tar_files(stream, Meter(bounds.bytes))
    else:
        with unpacked(stream, form) as plain:
            yield tar_files(plain, Meter(bounds.bytes, stream.tell))


def _member(number: int, inside: Inside, max_bytes: int) -> Member | Passed:
    name = inside.name.removeprefix("./")
    if not inside.is_file or not _is_wanted(name):
        return Passed(number)
    if inside.why:
        return Member(number, name, b"", Fault(Reason.UNREADABLE, inside.why))
    most = max_bytes + MARK_BYTES
    if inside.size > most:
        return Member(number, name, b"", oversized_fault(inside.size, max_bytes))
    try:
        return Member(number, name, b"".join(inside.chunks()))
    except BadMember as error:
        return Member(number, name, b"", Fault(Reason.UNREADABLE, str(error)))


def _is_wanted(path: str) -> bool:
    """Tell whether a member would be taken if it lay in a folder; archives in it would not."""
    *folders, name = path.split("/")
    hidden = any(folder.startswith(".") and folder not in (".", "..") for folder in folders)
    return not hidden and not name.startswith(".") and language_of(name) != ""
