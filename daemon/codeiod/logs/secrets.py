"""What never shows in a log: keys that were read, and all that looks like one.

May import structlog's types. Whoever reads a secret hides it, so that no one can forget to.
"""

from __future__ import annotations

import json
import re
from typing import Any

from structlog.typing import EventDict

INSTEAD = "***"
LEAST_CHARACTERS = 4
"""What is shorter stands in ordinary words, and is no secret to speak of."""

_LIKELY = (
    (re.compile(r"\b(Bearer)\s+[\w.~+/=-]{8,}", re.IGNORECASE), rf"\1 {INSTEAD}"),
    (re.compile(r"\bsk-[\w-]{8,}"), INSTEAD),
    (re.compile(r"(://)[^/@\s\"']+@"), rf"\1{INSTEAD}@"),
    (
        re.compile(
            r"\b(api[-_]?key|token|secret|password)([\"']?\s*[:=]\s*[\"']?)[^\s\"',}&]{8,}",
            re.IGNORECASE,
        ),
        rf"\1\2{INSTEAD}",
    ),
)

_hidden: set[str] = set()


def hide(secret: str) -> str:
    """Blank a secret in all that is logged from now on, and return it."""
    if len(secret) >= LEAST_CHARACTERS:
        _hidden.update((secret, json.dumps(secret)[1:-1], repr(secret)[1:-1]))
    return secret


def without_secrets(text: str) -> str:
    """Return a text without the secrets that are known, and what looks like one."""
    for secret in sorted(_hidden, key=len, reverse=True):
        text = text.replace(secret, INSTEAD)
    for likely, instead in _LIKELY:
        text = likely.sub(instead, text)
    return text


def blank_values(_: Any, __: str, event: EventDict) -> EventDict:
    """Blank them in an event's texts, for processors that keep it."""
    return {
        name: without_secrets(value) if isinstance(value, str) else value
        for name, value in event.items()
    }


def blank_secrets(_: Any, __: str, line: Any) -> str:
    """Blank them in a line that is ready to be written: structlog's last processor."""
    return without_secrets(line)
