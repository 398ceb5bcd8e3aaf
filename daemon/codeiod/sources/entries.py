"""Turn sources into a stream of entries: what is new since the journal last looked.

May import ``items``, ``config``, ``errors``, ``admission.marks`` and the other modules of
``sources``. Memory is bounded by a batch, whatever the number of files and their sizes; the event
loop never touches the file system.
"""

from __future__ import annotations

import stat
from collections.abc import AsyncGenerator, Generator, Iterable, Sequence
from contextlib import aclosing
from pathlib import Path
from typing import Protocol

from codeiod.admission import BROKEN, END, Mark
from codeiod.config import ItemsSettings
from codeiod.errors import SettingsError
from codeiod.items import Entry, Origin
from codeiod.sources.archives import NO_MORE_THAN, Bounds
from codeiod.sources.batches import batches
from codeiod.sources.containers import read_container
from codeiod.sources.files import read_file
from codeiod.sources.formats import Format, format_of, is_container
from codeiod.sources.parquet import NEEDED, can_read_parquet
from codeiod.sources.places import Found, printable, reason_of
from codeiod.sources.walk import walk


class Known(Protocol):
    """What the journal already holds."""

    def seen(self, origin: Origin) -> bool:
        """Tell whether this file, with this size and time, was taken in."""
        ...

    def position(self, origin: Origin) -> int:
        """Tell how many lines or rows of this very container were.

        ``END`` for all; ``BROKEN`` for all that could be read.
        """
        ...


def check(sources: Sequence[str], exclude: Path) -> None:
    """Refuse, before anything else happens, sources that can't be read; it blocks.

    :param exclude: the output directory.
    :raises SettingsError: a source is missing, neither file nor folder, in the output directory,
        or needs pyarrow, which is not installed.
    """
    for source in sources:
        shown = f"source {printable(source)}"
        if not source:
            raise SettingsError("a source is empty: name a file or a folder")
        try:
            mode = Path(source).stat().st_mode
        except OSError as error:
            raise SettingsError(f"{shown}: {reason_of(error)}") from error
        except ValueError as error:  # a NUL in it, or what the file system's encoding can't say
            raise SettingsError(f"{shown} is no name that a file can have") from error
        if not stat.S_ISREG(mode) and not stat.S_ISDIR(mode):
            raise SettingsError(f"{shown} is neither a file nor a folder")
        if Path(source).resolve().is_relative_to(exclude.resolve()):
            raise SettingsError(f"{shown} lies in the output directory {exclude}")
        if format_of(source) is Format.PARQUET and stat.S_ISREG(mode) and not can_read_parquet():
            raise SettingsError(f"{shown}: {NEEDED}")


async def entries(
    sources: Sequence[str],
    items: ItemsSettings,
    known: Known,
    exclude: Path,
    bounds: Bounds = NO_MORE_THAN,
) -> AsyncGenerator[Entry | Mark]:
    """Yield what the sources hold and the journal does not, lazily; close it with ``aclosing``.

    ``known`` is asked on the event loop, a block of files before they are opened. Nothing raises
    for what is in a source: what can't be taken is an entry with a fault.

    :param exclude: the output directory: skipped wherever it is met.
    :param bounds: of what an archive may hold.
    """
    found: AsyncGenerator[list[Found | Entry]] = batches(_walk_all(sources, exclude))
    async with aclosing(found):
        async for block in found:
            wanted = [(one, at) for one in block if (at := _position(one, known)) < BROKEN]
            read: AsyncGenerator[list[Entry | Mark]] = batches(_read_all(wanted, items, bounds))
            async with aclosing(read):
                async for part in read:
                    for entry in part:
                        yield entry


def _walk_all(sources: Sequence[str], exclude: Path) -> Generator[Found | Entry | None]:
    for source in sources:
        yield from walk(source, exclude)


def _position(one: Found | Entry, known: Known) -> int:
    """Tell how far the journal has something already."""
    if isinstance(one, Entry):
        return 0
    if is_container(one.file):
        return known.position(one.origin)
    return END if known.seen(one.origin) else 0


def _read_all(
    wanted: Iterable[tuple[Found | Entry, int]], items: ItemsSettings, bounds: Bounds
) -> Generator[Entry | Mark | None]:
    for one, position in wanted:
        if isinstance(one, Entry):
            yield one
        elif is_container(one.file):
            yield from read_container(one, position, items, bounds)
        else:
            yield read_file(one, items.max_bytes)
