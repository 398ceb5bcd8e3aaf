"""The whole story of an item: a child process looks through all of the log for it.

May import ``answers``, ``reports.explaining``, errors and anyio. One story is told at a time:
whoever asks meanwhile is told to ask again.
"""

from __future__ import annotations

from pathlib import Path

import anyio

from codeiod.errors import CodeiodError, SettingsError
from codeiod.reports.explaining import explained
from codeiod.web.answers import Refusal

STORY_SECONDS = 25.0


class Stories:
    """Tells stories of one directory."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        self._telling = False

    async def tell(self, item_id: str) -> bytes:
        """Return the story of an item as JSON.

        :raises Refusal: there is none, or it can't be told now.
        """
        if self._telling:
            raise Refusal(503, "another story is being told: ask again in a moment")
        self._telling = True
        try:
            with anyio.move_on_after(STORY_SECONDS):
                return await explained(self._directory, item_id)
        except SettingsError as error:
            raise Refusal(404, str(error)) from error
        except CodeiodError as error:
            raise Refusal(503, str(error)) from error
        finally:
            self._telling = False
        raise Refusal(503, "it takes too long to look through the log: see codeiod explain")
