"""A run whose commands start warm: for what it says nothing of how a cold start goes.

Imports ``bench``'s run and the tests' loaded process.
"""

from __future__ import annotations

from pathlib import Path
from typing import IO

from recorded_parts.daemon import RUN_SECONDS, Run

from ..daemon.warm import WARM, Done, Process  # noqa: TID252 -- tests are in no named package


class WarmRun(Run):
    """A run in forks of a process that has all loaded; whatever is killed is a process still."""

    def begin(self, arguments: tuple[str, ...], log: IO[bytes]) -> Process:  # type: ignore[override]  # it does as much
        return WARM.start(arguments, stderr=log)

    def tell(self, *arguments: str) -> Done:
        return WARM.run(arguments, Path.cwd(), RUN_SECONDS)
