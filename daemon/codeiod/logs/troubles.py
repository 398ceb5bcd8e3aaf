"""The last warnings and errors, kept for who looks in later: the page, the socket, a dump.

May import structlog, and the other modules of this package.
"""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, Final

from structlog.typing import EventDict

from codeiod.logs.levels import LEVELS
from codeiod.logs.repeats import subject_of
from codeiod.logs.secrets import without_secrets

MOST: Final = 50
_NOT_SHOWN = frozenset({"event", "level", "timestamp", "exc_info", "exception"})


@dataclass(frozen=True, slots=True)
class Seen:
    """A warning or an error as it was last seen."""

    at: float
    """Unix seconds."""
    level: str
    event: str
    text: str
    """Its fields, without secrets."""
    times: int = 1
    """How often, as far as it is about the same endpoint or folder."""


class Troubles:
    """A processor of structlog that keeps what an operator should know of."""

    def __init__(self, clock: Callable[[], float] = time.time) -> None:
        self._clock = clock
        self._seen: OrderedDict[tuple[str, tuple[str, str]], Seen] = OrderedDict()
        self._lock = threading.Lock()
        """Held for bookkeeping alone: events come from the loop and from the journal's threads."""

    def __call__(self, _: Any, __: str, event: EventDict) -> EventDict:
        """Note an event, and let it pass."""
        if LEVELS.get(event["level"], LEVELS["error"]) >= LEVELS["warning"]:
            self._note(event)
        return event

    def last(self) -> tuple[Seen, ...]:
        """Return the last ones, newest first."""
        with self._lock:
            return tuple(reversed(self._seen.values()))

    def _note(self, event: EventDict) -> None:
        same = event["event"], subject_of(event)
        told = (f"{name}={value}" for name, value in event.items() if name not in _NOT_SHOWN)
        text = without_secrets(" ".join(told))
        seen = Seen(self._clock(), event["level"], event["event"], text)
        with self._lock:
            before = self._seen.pop(same, None)
            self._seen[same] = replace(seen, times=before.times + 1) if before else seen
            if len(self._seen) > MOST:
                self._seen.popitem(last=False)


TROUBLES: Final = Troubles()
"""Those of this process."""


def troubles() -> tuple[Seen, ...]:
    """Return the last warnings and errors of this process, newest first; at most 50."""
    return TROUBLES.last()
