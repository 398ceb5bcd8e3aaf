"""What the page, the API and the metrics ask of a daemon: the seam to ``service``.

May import ``reports``, ``journal``, ``telemetry`` and items.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from codeiod.journal.state import State
from codeiod.reports.affairs import Affairs
from codeiod.telemetry import Telemetry


@dataclass(frozen=True, slots=True)
class Submitted:
    """What became of code that was submitted."""

    item_id: str
    new: bool
    """Whether it was not known before."""


class Daemon(Protocol):
    """A daemon, or the directory of one that has stopped."""

    @property
    def directory(self) -> Path:
        """Where the run lives."""
        ...

    @property
    def state(self) -> State:
        """What its journal adds up to; to be looked at on the event loop, and never changed."""
        ...

    @property
    def takes_items(self) -> bool:
        """Whether code can be submitted; not to a directory whose daemon has stopped."""
        ...

    def affairs(self) -> Affairs:
        """Tell how things stand; gathered at most once a second, however often it is asked."""
        ...

    def telemetry(self) -> Telemetry:
        """Return the meters of the run; empty ones where it has stopped."""
        ...

    async def submit(self, content: bytes, name: str, meta: Mapping[str, str]) -> Submitted:
        """Take code in, as a file of that name would be; returns once it is durable.

        :raises codeiod.errors.CodeiodError: it can't be taken now; the message says why.
        """
        ...
