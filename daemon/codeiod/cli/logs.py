"""Where log events go: to standard error, in the form that suits who reads it.

May import structlog, ``logs``, ``reports.troubles`` and ``printable``. A terminal gets colours, the
journal of systemd JSON with priorities, all else plain lines of ``key=value``.
"""

from __future__ import annotations

import atexit
import sys
from contextlib import suppress
from typing import Any

import structlog
from structlog.typing import EventDict, Processor

from codeiod.cli.printable import printable
from codeiod.logs import journald, set_level, without_secrets
from codeiod.logs.levels import Level
from codeiod.logs.libraries import forward_libraries
from codeiod.logs.repeats import Repeats
from codeiod.logs.secrets import blank_secrets, blank_values
from codeiod.reports.troubles import TROUBLES


class StandardError:
    """Writes lines to standard error as it is now: a live display takes its place while it is up.

    A line that can't be written, to a full disk or a reader that has gone, is no reason to stop.
    """

    def __init__(self, *_: object) -> None:
        pass

    def msg(self, line: str) -> None:
        """Write a line."""
        with suppress(OSError, ValueError):  # ValueError: it is closed
            print(line, file=sys.stderr, flush=True)

    debug = info = warning = error = critical = exception = msg


def configure_logs(*, verbose: bool = False, level: Level = "info") -> None:
    """Send events to standard error; ``verbose`` adds those for debugging."""
    repeats = Repeats()
    atexit.register(repeats.tell, at_the_end=True)
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            blank_values,
            TROUBLES,
            repeats,
            structlog.processors.format_exc_info,
            *_rendering(),
            blank_secrets,
        ],
        logger_factory=StandardError,
        cache_logger_on_first_use=False,  # so that the level can change while the daemon runs
    )
    set_level("debug" if verbose else level)
    forward_libraries()


def last_line(text: str) -> str:
    """Return the line that says why a command ends; an error in the journal, too."""
    line = f"{without_secrets(text)}\n"
    return journald.prioritized("error", line) if journald.is_journal(sys.stderr) else line


def _rendering() -> list[Processor]:
    """Return the processors that make a line of an event."""
    if journald.is_journal(sys.stderr):
        return [journald.render]
    if sys.stderr.isatty():
        return [_make_printable, structlog.dev.ConsoleRenderer(colors=True)]
    keys = ["timestamp", "level", "event"]
    return [_make_printable, structlog.processors.LogfmtRenderer(key_order=keys)]


def _make_printable(_: Any, __: str, event: EventDict) -> EventDict:
    """Take from texts, which may be names of files, what would steer a terminal."""
    return {
        name: printable(value) if isinstance(value, str) else value for name, value in event.items()
    }
