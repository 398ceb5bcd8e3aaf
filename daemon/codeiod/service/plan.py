"""What a run is to do: the settings, the sources, the output directory.

May import ``config``, ``items`` and ``errors``.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from codeiod.config import Settings
from codeiod.errors import SettingsError
from codeiod.items import Reason


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

    @property
    def directory(self) -> Path:
        return Path(self.settings.output.dir)


def refuse_what_is_not_there_yet(settings: Settings) -> None:
    """Refuse settings that this version would otherwise pass over in silence.

    :raises SettingsError: one of them is set.
    """
    waiting = {
        **{f"endpoint.{i}.stream": e.stream for i, e in enumerate(settings.endpoint)},
    }
    for key, value in waiting.items():
        if value:
            raise SettingsError(f"setting {key}: this version does not have it yet; leave it out")
