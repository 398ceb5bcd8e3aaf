"""Lines for the journal of systemd: JSON behind the priority.

May import structlog's types.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from typing import Any, Final, TextIO

from structlog.typing import EventDict

PRIORITIES: Final = {"debug": 7, "info": 6, "warning": 4, "error": 3, "critical": 2}
"""As sd-daemon(3) has them."""
LONGEST_CHARACTERS: Final = 6000
"""Of one field: journald cuts lines into pieces at 48 kB."""


def is_journal(stream: TextIO, environ: Mapping[str, str] = os.environ) -> bool:
    """Tell whether a stream leads to the journal, and not only to somewhere below a unit."""
    try:
        status = os.fstat(stream.fileno())
    except (OSError, ValueError):  # no file behind it, or closed
        return False
    return environ.get("JOURNAL_STREAM") == f"{status.st_dev}:{status.st_ino}"


def prioritized(level: str, line: str) -> str:
    """Return a line with its priority before it, which journald takes off."""
    return f"<{PRIORITIES.get(level, PRIORITIES['error'])}>{line}"


def render(_: Any, __: str, event: EventDict) -> str:
    """Make a line of an event: structlog's renderer."""
    first = {"event": event["event"], "level": event["level"]}
    fields = first | {name: _bounded(value) for name, value in event.items()}
    # ASCII alone: names of files may hold what is no text, and the stream's encoding is not ours.
    return prioritized(event["level"], json.dumps(fields, default=str))


def _bounded(value: Any) -> Any:
    """Leave out the middle of a long text: of a traceback, both ends tell most."""
    if not isinstance(value, str) or len(value) <= LONGEST_CHARACTERS:
        return value
    half = LONGEST_CHARACTERS // 2
    return f"{value[:half]}\n... {len(value) - 2 * half} characters left out ...\n{value[-half:]}"
