"""The same event over and over is told a few times a minute, and then counted.

May import structlog. Events are the same where name, level and what they are about are the same.
"""

from __future__ import annotations

import asyncio
import math
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Final, NamedTuple

import structlog
from structlog.typing import EventDict

MOST: Final = 10
WINDOW_SECONDS: Final = 60.0
LEFT_OUT: Final = "log.left_out"
NEVER_LEFT_OUT: Final = (LEFT_OUT, "state.")
"""How the names of events begin that are always shown: what an operator has asked for."""
SUBJECTS: Final = ("endpoint", "folder", "library")
"""Fields that say what an event is about."""


class Same(NamedTuple):
    """What makes two events the same."""

    event: str
    level: str
    subject: tuple[str, str]
    """Which field says it, and what; empty where none does."""


@dataclass(slots=True)
class Window:
    """A minute of one event."""

    ends: float
    shown: int = 0
    left_out: int = 0


def subject_of(event: EventDict) -> tuple[str, str]:
    """Return the field that says what an event is about, and what that is."""
    for field in SUBJECTS:
        if field in event:
            return field, str(event[field])
    return "", ""


class Repeats:
    """A processor of structlog that leaves out repeats, and tells how many it left out."""

    def __init__(self, clock: Callable[[], float] = time.monotonic, most: int = MOST) -> None:
        self._clock = clock
        self._most = most
        self._windows: dict[Same, Window] = {}
        # Held for bookkeeping alone: events come from the loop and from the journal's threads.
        self._lock = threading.Lock()

    def __call__(self, _: Any, __: str, event: EventDict) -> EventDict:
        """Let an event pass, or leave it out.

        :raises structlog.DropEvent: it was shown often enough.
        """
        if event["event"].startswith(NEVER_LEFT_OUT):
            return event
        self.tell()
        if not self._passes(Same(event["event"], event["level"], subject_of(event))):
            raise structlog.DropEvent
        return event

    def tell(self, *, at_the_end: bool = False) -> None:
        """Log what was left out in minutes that are over, or in all."""
        with self._lock:
            now = math.inf if at_the_end else self._clock()
            over = {same: window for same, window in self._windows.items() if window.ends <= now}
            for same in over:
                del self._windows[same]
        for same, window in over.items():
            if window.left_out:
                _tell(same, window.left_out)

    def _passes(self, same: Same) -> bool:
        with self._lock:
            ends = self._clock() + WINDOW_SECONDS
            window = self._windows.setdefault(same, Window(ends))
            if window.shown < self._most:
                window.shown += 1
                return True
            window.left_out += 1
            first, seconds = window.left_out == 1, window.ends - ends + WINDOW_SECONDS
        if first:
            # Told when the minute is over, were it the last event for hours; where no loop runs
            # in this thread, the next event tells it.
            with suppress(RuntimeError):
                asyncio.get_running_loop().call_later(max(0.0, seconds), self.tell)
        return False


def _tell(same: Same, times: int) -> None:
    field, subject = same.subject
    told = {field: subject} if field else {}
    # Said at the level of what was left out: who sees the one sees the other.
    log: Callable[..., None] = getattr(structlog.get_logger(), same.level)
    log(LEFT_OUT, left_out=same.event, times=times, within_seconds=WINDOW_SECONDS, **told)
