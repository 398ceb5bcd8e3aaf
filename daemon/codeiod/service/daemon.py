"""A running daemon, as its socket, its page and its reload see it.

May import everything but ``cli``; it is what ``web.daemon.Daemon`` asks for.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import anyio

from codeiod.config import Settings
from codeiod.journal.state import State
from codeiod.reports.affairs import Affairs
from codeiod.service.affairs import Gatherer
from codeiod.service.parts import Parts
from codeiod.service.plan import Plan
from codeiod.service.served import Served
from codeiod.service.submitting import submit
from codeiod.sources.watching import Watcher
from codeiod.telemetry import Telemetry
from codeiod.web.daemon import Submitted


@dataclass(slots=True)
class RunningDaemon:
    """A daemon at work."""

    plan: Plan
    """As it was started."""
    parts: Parts
    life: Served
    gatherer: Gatherer
    load: Callable[[], Settings]
    """Reads all layers of the settings anew; blocking."""
    changing: anyio.Lock = field(default_factory=anyio.Lock)
    """Held while the settings change."""

    @property
    def settings(self) -> Settings:
        """The settings in force."""
        return self.life.settings

    @settings.setter
    def settings(self, settings: Settings) -> None:
        self.life.settings = settings

    @property
    def directory(self) -> Path:
        """Where the run lives."""
        return self.plan.directory

    @property
    def watcher(self) -> Watcher:
        """Who watches folders."""
        return self.life.watcher

    @property
    def state(self) -> State:
        """What the journal adds up to."""
        return self.parts.journal.state

    @property
    def takes_items(self) -> bool:
        """Whether code can be submitted."""
        return not self.life.shown.stopping

    def affairs(self) -> Affairs:
        """Tell how things stand, as of a second ago at the most."""
        return self.gatherer.affairs()

    def telemetry(self) -> Telemetry:
        """Return the meters."""
        return self.gatherer.telemetry()

    async def submit(self, content: bytes, name: str, meta: Mapping[str, str]) -> Submitted:
        """Take code in, as a file of that name would be; it is durable on return.

        :raises CodeiodError: it can't be taken now.
        """
        return await submit(self.life.take, self.settings.items, content, name, meta)
