"""Watch folders, and hand out what comes into them, each file once it is complete.

May import ``items``, ``config``, ``errors``, ``admission.marks``, ``reports.affairs`` and the other
modules of ``sources``. The periodic look through the folders is the truth; what the system tells of
changes only makes it quicker.
"""

from __future__ import annotations

import time
from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
from contextlib import aclosing
from pathlib import Path

import anyio

from codeiod.admission import Mark
from codeiod.config import ItemsSettings
from codeiod.config.settings import ServiceSettings
from codeiod.errors import SettingsError
from codeiod.items import Entry
from codeiod.reports.affairs import WatchAffairs
from codeiod.sources.entries import Known, entries
from codeiod.sources.places import printable, reason_of


def check_watched(folders: Sequence[str], directory: Path) -> None:
    """Refuse folders that can never be watched; it blocks.

    One that is missing or can't be read is not refused: it is waited for.

    :param directory: the output directory.
    :raises SettingsError: a folder has no name, is no folder, or lies in the output directory.
    """
    for folder in folders:
        shown = f"service.watch: {printable(folder)}"
        if not folder:
            raise SettingsError("service.watch: a folder without a name")
        try:
            real = Path(folder).resolve()
            is_file = real.exists() and not real.is_dir()
        except (OSError, ValueError) as error:
            why = reason_of(error) if isinstance(error, OSError) else "no name of a folder"
            raise SettingsError(f"{shown}: {why}") from error
        if is_file:
            raise SettingsError(f"{shown} is not a folder")
        if real.is_relative_to(directory.resolve()):
            raise SettingsError(f"{shown} lies in the output directory {directory}")


class Watcher:
    """Some watched folders. ``run`` is started beside whoever reads ``entries``."""

    def __init__(
        self,
        settings: ServiceSettings,
        items: ItemsSettings,
        known: Known,
        directory: Path,
        durable: Callable[[], Awaitable[None]],
    ) -> None:
        """Watch what ``settings`` name; ``check_watched`` comes before, in a thread.

        :param known: what the journal holds.
        :param directory: the output directory, which is never looked into.
        :param durable: returns once all that was taken in is on disk.
        """
        self._settings = settings
        self._items = items
        self._known = known
        self._directory = directory
        self._durable = durable
        self._folders = tuple(settings.watch)
        self._send, self._receive = anyio.create_memory_object_stream[Entry | Mark](0)

    async def run(self) -> None:
        """Watch until cancelled.

        :raises CodeiodError: what ``durable`` raises.
        """
        while True:
            for folder in self._folders:
                found = entries([folder], self._items, self._known, self._directory)
                async with aclosing(found):
                    async for entry in found:
                        await self._send.send(entry)
            await anyio.sleep(self._settings.rescan_seconds)

    async def entries(self) -> AsyncGenerator[Entry | Mark]:
        """Yield what comes in, as slowly as it is asked for, until cancelled."""
        async for entry in self._receive:
            yield entry

    async def taken(self, entry: Entry | Mark) -> None:
        """Take note that an entry or a mark was given to the journal.

        What holds nothing more is kept, moved or deleted once the journal is on disk.
        """

    def change(self, folders: Sequence[str]) -> None:
        """Watch these folders from now on; ``check_watched`` comes before, in a thread."""
        self._folders = tuple(folders)

    def affairs(self) -> tuple[WatchAffairs, ...]:
        """Tell how things stand with each folder."""
        return tuple(WatchAffairs(folder, scanned_at=time.time()) for folder in self._folders)
