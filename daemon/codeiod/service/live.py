"""What a run shows of itself while it goes: the one object that displays and reports look at.

May import ``journal``, ``telemetry``. Looking changes nothing.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field

from codeiod.journal import InFlight
from codeiod.journal.state import State
from codeiod.telemetry import Funnel


@dataclass(slots=True)
class Live:
    """A run as it goes."""

    state: State
    funnel: Funnel = field(default_factory=Funnel)
    in_flight: InFlight = field(default_factory=InFlight)
    inside: int = 0
    """Items admitted and not done."""
    total_entries: int | None = None
    """How many entries the sources hold; None while they are counted."""
    stopping: str = ""
    """Why the run is being stopped, ``""`` while it is not."""
    advice: str = ""
    """What was reached, and what to do about it, where a run stops by itself."""
    started: float = field(default_factory=time.monotonic)
    clock: Callable[[], float] = time.monotonic

    @property
    def seconds(self) -> float:
        """How long the run has been going."""
        return self.clock() - self.started

    @property
    def done(self) -> int:
        """Items finished or rejected, over all runs."""
        return self.state.finished + self.state.rejected.total()
