"""Read the limits that an endpoint announces in the headers of its answers.

May import ``llm.demand``. Pure but for the clock that a date is compared with.

Known forms: ``x-ratelimit-limit-requests`` (OpenAI, Azure, Groq; with ``-minute``, ``-day`` behind
it at Cerebras and Mistral), ``x-ratelimit-limit-tokens-prompt`` (Fireworks),
``anthropic-ratelimit-input-tokens-limit``. A bare ``x-ratelimit-limit`` has another window at each
provider that sends it: it tells nothing.
"""

from __future__ import annotations

import math
import re
import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import Enum
from functools import lru_cache

from codeiod.llm.demand import Subject

WORD = "ratelimit"
"""What the names of all these headers hold."""
LONGEST_RESET_SECONDS = 65.0
"""A window that takes longer to be free again is none of a minute: Groq's and OpenAI's smallest
accounts announce requests a day under the same name."""
EPOCH_SECONDS = 1e9
EPOCH_MILLISECONDS = 1e12
"""Numbers from here on are moments, not lengths of time."""
KNOWN_NAMES = 512
_SUBJECTS = {
    "requests": Subject.REQUESTS,
    "req": Subject.REQUESTS,
    "tokens": Subject.TOKENS,
    "input-tokens": Subject.INPUT_TOKENS,
    "tokens-prompt": Subject.INPUT_TOKENS,
    "output-tokens": Subject.OUTPUT_TOKENS,
    "tokens-generated": Subject.OUTPUT_TOKENS,
}
_SUBJECT = "|".join(sorted(_SUBJECTS, key=len, reverse=True))
_NAME = re.compile(
    rf"(?:x|anthropic)-ratelimit-(?:(limit|remaining|reset)-({_SUBJECT})|({_SUBJECT})-(limit|remaining|reset))"
    r"(?:-minute)?"
)
_DURATION = re.compile(r"(?:(\d+)d)?(?:(\d+)h)?(?:(\d+)m(?!s))?(?:([\d.]+)s)?(?:([\d.]+)ms)?")
_UNITS_SECONDS = (86_400.0, 3600.0, 60.0, 1.0, 0.001)


class _Part(Enum):
    LIMIT = "limit"
    REMAINING = "remaining"
    RESET = "reset"


@dataclass(frozen=True, slots=True)
class Told:
    """What was told of one limit."""

    per_minute: float
    remaining: float = math.inf
    """How much of it may be taken at once now."""


def told_limits(headers: Mapping[str, str], now: float | None = None) -> dict[Subject, Told]:
    """Return the limits a minute that headers announce; what can't be read tells nothing.

    :param now: the time (Unix, seconds) that a date is compared with; absent, the clock's.
    """
    found: dict[Subject, dict[_Part, float]] = {}
    for name, text in headers.items():
        meaning = _meaning(name)
        if meaning is None:
            continue
        subject, part = meaning
        value = _seconds(text, now) if part is _Part.RESET else _number(text)
        if value is not None:
            found.setdefault(subject, {})[part] = value
    return {
        subject: Told(parts[_Part.LIMIT], parts.get(_Part.REMAINING, math.inf))
        for subject, parts in found.items()
        if parts.get(_Part.LIMIT, 0.0) > 0 and parts.get(_Part.RESET, 0.0) <= LONGEST_RESET_SECONDS
    }


@lru_cache(maxsize=KNOWN_NAMES)
def _meaning(name: str) -> tuple[Subject, _Part] | None:
    match = _NAME.fullmatch(name.lower())
    if match is None:
        return None
    part, subject = (match[1], match[2]) if match[1] else (match[4], match[3])
    return _SUBJECTS[subject], _Part(part)


def _number(text: str) -> float | None:
    try:
        value = float(text)
    except ValueError:
        return None
    return value if math.isfinite(value) and value >= 0 else None


def _seconds(text: str, now: float | None) -> float | None:
    """Read a length of time (``6m0s``, ``20ms``, ``7.66``) or a moment (ISO 8601, Unix)."""
    text = text.strip()
    number = _number(text)
    if number is not None:
        if number < EPOCH_SECONDS:
            return number
        moment = number / 1000 if number >= EPOCH_MILLISECONDS else number
        return max(0.0, moment - _time(now))
    match = _DURATION.fullmatch(text)
    if text and match:
        return _sum_of(match.groups())
    return _until(text, now)


def _sum_of(groups: tuple[str | None, ...]) -> float | None:
    try:
        return sum(
            float(group) * unit for group, unit in zip(groups, _UNITS_SECONDS, strict=True) if group
        )
    except ValueError:  # two points in a number
        return None


def _until(text: str, now: float | None) -> float | None:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return max(0.0, moment.timestamp() - _time(now))


def _time(now: float | None) -> float:
    return time.time() if now is None else now
