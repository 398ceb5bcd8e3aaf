"""What a run shows of itself while it goes: the one object that displays and reports look at.

May import ``journal``, ``telemetry``, ``reports.affairs``, ``llm.notice`` and ``logs``. Looking
changes nothing.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field

from codeiod.journal import InFlight
from codeiod.journal.state import State
from codeiod.llm.notice import Notice
from codeiod.logs import without_secrets
from codeiod.reports.affairs import Phase
from codeiod.telemetry import Funnel


@dataclass(slots=True)
class Live:
    """A run as it goes."""

    state: State
    funnel: Funnel = field(default_factory=Funnel)
    in_flight: InFlight = field(default_factory=InFlight)
    inside: int = 0
    """Items admitted and not done."""
    backlog: int = 0
    """Items that the journal holds and that are not inside yet."""
    total_entries: int | None = None
    """How many entries the sources hold; None while they are counted."""
    starting: bool = False
    """Whether it is not known yet that it can work."""
    paused: str = ""
    """Who has closed the intake for now, ``""`` while it is open."""
    hindrances: dict[str, str] = field(default_factory=dict)
    """What is in the way of the work, by its kind: why, and what to do about it."""
    stopping: str = ""
    """Why the run is being stopped, ``""`` while it is not."""
    advice: str = ""
    """What was reached, and what to do about it, where a run stops by itself."""
    changed: Notice = field(default_factory=Notice)
    """Given when the phase changes, or why."""
    started: float = field(default_factory=time.monotonic)
    started_at: float = field(default_factory=time.time)
    clock: Callable[[], float] = time.monotonic

    @property
    def seconds(self) -> float:
        """How long the run has been going."""
        return self.clock() - self.started

    @property
    def done(self) -> int:
        """Items finished or rejected, over all runs."""
        return self.state.finished + self.state.rejected.total()

    @property
    def phase(self) -> Phase:
        """What it is about."""
        if self.stopping:
            return Phase.DRAINING
        if self.paused:
            return Phase.PAUSED
        if self.hindrances:
            return Phase.WAITING
        if self.starting:
            return Phase.STARTING
        return Phase.WORKING if self.inside or self.backlog else Phase.IDLE

    @property
    def why(self) -> str:
        """Why it drains, is paused or waits, and what to do about it."""
        return self.stopping or self.paused or "; ".join(self.hindrances.values())

    @property
    def ready(self) -> bool:
        """Whether it can work on what it is given; one that is paused only has to be let."""
        return not (self.stopping or self.hindrances or self.starting)

    def hinder(self, kind: str, why: str) -> None:
        """Take note that something is in the way, or (``""``) is no more."""
        if why:
            self.hindrances[kind] = without_secrets(why)  # a server may have echoed a key
        else:
            self.hindrances.pop(kind, None)
        self.changed.give()
