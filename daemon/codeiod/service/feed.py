"""Where new entries come from: the sources of a run, which end, or what a daemon watches.

May import ``admission``, ``sources``, ``config`` and items.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, Sequence
from pathlib import Path
from typing import Protocol

from codeiod import sources
from codeiod.admission import Mark
from codeiod.config import ItemsSettings
from codeiod.items import Entry
from codeiod.sources import Known
from codeiod.sources.archives import Bounds


class Feed(Protocol):
    """What entries come from."""

    def entries(self) -> AsyncGenerator[Entry | Mark]:
        """Yield what the journal does not hold yet, lazily; closed with ``aclosing``."""
        ...

    async def taken(self, entry: Entry | Mark) -> None:
        """Be told of each entry and mark, once it is appended to the journal."""
        ...


class Sources:
    """The sources of a run, from the first to the last."""

    def __init__(
        self,
        named: Sequence[str],
        items: ItemsSettings,
        known: Known,
        exclude: Path,
        bounds: Bounds,
    ) -> None:
        self._named = named
        self._items = items
        self._known = known
        self._exclude = exclude
        self._bounds = bounds

    def entries(self) -> AsyncGenerator[Entry | Mark]:
        """Yield what they hold."""
        return sources.entries(self._named, self._items, self._known, self._exclude, self._bounds)

    async def taken(self, entry: Entry | Mark) -> None:
        """Leave them as they are."""
