"""The last warnings and errors in plain words, caught on their way to the log.

May import ``affairs`` and structlog's types. The log is one for the whole process, and so is
``TROUBLES``: a processor of structlog that lets every event pass as it is.
"""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import replace
from threading import Lock

from structlog.typing import EventDict, WrappedLogger

from codeiod.reports.affairs import Trouble

MOST_TROUBLES = 50
MOST_CHARACTERS = 400
LEVELS = frozenset({"warning", "error", "critical"})
NO_TROUBLES = frozenset({"log.left_out"})
"""Warnings about the log itself: what it leaves out is counted here."""
SUBJECTS = ("endpoint", "folder", "file", "item", "signal")
"""Fields that say what an event is about."""
REASONS = ("why", "error", "advice")
"""Fields that are sentences."""
BESIDE = frozenset({*SUBJECTS, *REASONS, "event", "level", "timestamp", "exc_info", "exception"})


class Troubles:
    """What an operator should know of."""

    def __init__(self, most: int = MOST_TROUBLES, clock: Callable[[], float] = time.time) -> None:
        self._most = most
        self._clock = clock
        self._kept: OrderedDict[tuple[str, str], Trouble] = OrderedDict()
        # Guards what is kept: the journal's threads log too.
        self._lock = Lock()

    def __call__(self, logger: WrappedLogger, method: str, event: EventDict) -> EventDict:
        """Keep what is a warning or worse."""
        level = str(event.get("level", method))
        name = str(event.get("event", ""))
        if level in LEVELS and name not in NO_TROUBLES:
            self.note(level, name, in_words(event))
        return event

    def note(self, level: str, event: str, text: str) -> None:
        """Keep a trouble; one that is kept already is counted, and is the last one again."""
        key, at = (event, text), self._clock()
        with self._lock:
            before = self._kept.pop(key, None)
            if before is None:
                self._kept[key] = Trouble(at, level, event, text)
            else:
                self._kept[key] = replace(before, at=at, times=before.times + 1)
            if len(self._kept) > self._most:
                self._kept.popitem(last=False)

    def newest(self) -> tuple[Trouble, ...]:
        """Return what is kept, the newest first."""
        with self._lock:
            return tuple(reversed(self._kept.values()))

    def clear(self) -> None:
        """Forget all."""
        with self._lock:
            self._kept.clear()


def in_words(event: EventDict) -> str:
    """Say in a line what an event is about and why; other fields only where it gives no reason.

    What befalls one item after the other, as of an endpoint, is one trouble: no item is named then.
    """
    told = "; ".join(_line(event[name]) for name in REASONS if event.get(name)) or _fields(event)
    subjects = [name for name in SUBJECTS if event.get(name)]
    about = [
        f"{name} {_line(event[name])}"
        for name in subjects
        if (name != "item" or len(subjects) == 1) and _line(event[name]) not in told
    ]
    line = ": ".join(part for part in (", ".join(about), told) if part)
    line = line or str(event.get("event", ""))
    return line if len(line) <= MOST_CHARACTERS else line[: MOST_CHARACTERS - 1] + "…"


def _fields(event: EventDict) -> str:
    return ", ".join(
        f"{name.replace('_', ' ')} {_line(value)}"
        for name, value in event.items()
        if name not in BESIDE
    )


def _line(value: object) -> str:
    return " ".join(str(value).split())


TROUBLES = Troubles()
"""Those of this process."""
