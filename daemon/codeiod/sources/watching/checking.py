"""Refuse folders that can never be watched.

May import ``errors`` and the other modules of ``sources``.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

from codeiod.errors import SettingsError
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
            real = Path(os.path.realpath(folder))  # a loop of links is waited for, too
            is_file = real.exists() and not real.is_dir()
        except (OSError, ValueError) as error:
            why = reason_of(error) if isinstance(error, OSError) else "no name of a folder"
            raise SettingsError(f"{shown}: {why}") from error
        if is_file:
            raise SettingsError(f"{shown} is not a folder")
        if real.is_relative_to(directory.resolve()):
            raise SettingsError(f"{shown} lies in the output directory {directory}")
