"""What a run is to do: the settings, the sources, the output directory.

May import ``config``, ``items`` and ``redo``.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from codeiod.config import Settings
from codeiod.items import Reason
from codeiod.service.redo import Redo


@dataclass(frozen=True, slots=True)
class Plan:
    """A run from its sources to its end."""

    settings: Settings
    sources: tuple[str, ...] = ()
    limit: int | None = None
    """How many items to admit newly."""
    new_recipe: bool = False
    """Take the present recipe for later items, where the directory was made with another."""
    retry: frozenset[Reason] = frozenset()
    """Items that were rejected so are taken up again."""

    endless: bool = False
    """Items come as long as it goes: no source need be named."""
    redo: Redo | None = None
    """Items that are done are made anew."""

    @property
    def directory(self) -> Path:
        return Path(self.settings.output.dir)
