"""The whole story of an item, told by a child process: it looks through all of the log.

May import ``answers``, ``niced``, errors and anyio; as a program, ``reports.explain`` as well. One
story is told at a time: whoever asks meanwhile is told to ask again.
"""

from __future__ import annotations

import sys
from pathlib import Path

import anyio
import orjson

from codeiod.errors import CodeiodError, SettingsError
from codeiod.web.answers import Refusal
from codeiod.web.niced import environment, settle_down

MODULE = "codeiod.web.stories"
STORY_SECONDS = 25.0
MEMORY_BYTES = 2 << 30
NOT_THERE = 64
"""The exit status of a child that finds no such item."""
UNREADABLE = 65


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
                return await self._told(item_id)
        finally:
            self._telling = False
        raise Refusal(503, "it takes too long to look through the log: see codeiod explain")

    async def _told(self, item_id: str) -> bytes:
        command = [sys.executable, "-P", "-m", MODULE, str(self._directory), item_id]
        done = await anyio.run_process(
            command, check=False, env=environment(), start_new_session=True
        )
        if done.returncode == 0:
            return done.stdout
        why = done.stderr.decode(errors="replace").strip()[-500:]
        if done.returncode == NOT_THERE:
            raise Refusal(404, why)
        if done.returncode == UNREADABLE:
            raise Refusal(503, why)
        raise Refusal(503, f"the story can't be told: who tells it ended with {done.returncode}")


def main(directory: Path, item_id: str) -> int:
    """Write a story to the standard output; return the exit status."""
    from codeiod.reports.explain import explain

    settle_down(MEMORY_BYTES)
    try:
        story = explain(directory, item_id)
    except SettingsError as error:
        sys.stderr.write(str(error))
        return NOT_THERE
    except CodeiodError as error:
        sys.stderr.write(str(error))
        return UNREADABLE
    sys.stdout.buffer.write(orjson.dumps(story))
    return 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), sys.argv[2]))
