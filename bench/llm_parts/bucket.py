"""A provider's rate limit: a bucket that fills evenly. Imports the standard library only."""

from __future__ import annotations

import math


class Bucket:
    """Holds what may be taken now, of a limit a minute; 0 is no limit."""

    def __init__(self, per_minute: float, burst_seconds: float) -> None:
        self.per_minute = per_minute
        self._most = max(1.0, per_minute * burst_seconds / 60)
        self._level = self._most
        self._at = -math.inf

    def holds(self, now: float, amount: float) -> bool:
        """Tell whether an amount can be taken; one larger than the bucket needs a full one."""
        if not self.per_minute:
            return True
        if self._at > -math.inf:
            filled = (now - self._at) * self.per_minute / 60
            self._level = min(self._most, self._level + filled)
        self._at = now
        return self._level >= min(amount, self._most)

    def take(self, amount: float) -> None:
        """Take an amount."""
        if self.per_minute:
            self._level -= amount

    def headers(self, what: str, now: float) -> str:
        """Tell the limit as OpenAI's headers do."""
        if not self.per_minute:
            return ""
        self.holds(now, 0)
        reset = max(0.0, (self._most - self._level) * 60 / self.per_minute)
        return (
            f"x-ratelimit-limit-{what}: {self.per_minute:.0f}\r\n"
            f"x-ratelimit-remaining-{what}: {max(0, math.floor(self._level))}\r\n"
            f"x-ratelimit-reset-{what}: {reset * 1000:.0f}ms\r\n"
        )
