"""How long answers take for their length, so that rounds of unlike answers can be compared.

May import the standard library alone. Pure. A line is fitted through the answers' seconds by their
tokens, with the older ones fading: a server's own time, and its time for a token.
"""

from __future__ import annotations

FADING = 0.995
"""The weight of an answer falls by this factor with each later one."""
LEAST_SECONDS = 1e-6


class Round:
    """Answers to requests that left under one limit."""

    __slots__ = ("_in_flight", "answers", "faults", "seconds", "since", "tokens")

    def __init__(self, since: float) -> None:
        self.since = since
        """Only what left from then on counts."""
        self.answers = 0
        self.faults = 0
        self.tokens = 0
        self.seconds = 0.0
        self._in_flight = 0

    def add(self, tokens: int, seconds: float, in_flight: int) -> None:
        """Count an answer."""
        self.answers += 1
        self.tokens += tokens
        self.seconds += seconds
        self._in_flight += in_flight

    @property
    def in_flight(self) -> float:
        """How many were in flight, in the mean."""
        return self._in_flight / max(1, self.answers)

    @property
    def mean_seconds(self) -> float:
        return self.seconds / max(1, self.answers)

    @property
    def faulty_share(self) -> float:
        return self.faults / max(1, self.answers + self.faults)


class Latency:
    """The line through the answers."""

    __slots__ = ("_count", "_seconds", "_tokens", "_tokens_seconds", "_tokens_squared")

    def __init__(self) -> None:
        self._count = self._tokens = self._seconds = 0.0
        self._tokens_squared = self._tokens_seconds = 0.0

    def learn(self, tokens: int, seconds: float) -> None:
        """Take in an answer."""
        self._count = FADING * self._count + 1
        self._tokens = FADING * self._tokens + tokens
        self._seconds = FADING * self._seconds + seconds
        self._tokens_squared = FADING * self._tokens_squared + tokens * tokens
        self._tokens_seconds = FADING * self._tokens_seconds + tokens * seconds

    def of(self, answers: Round) -> float:
        """Return how long a round's answers took, as a multiple of what their length explains."""
        own, each = self._line()
        explained = own * answers.answers + each * answers.tokens
        return max(answers.seconds, LEAST_SECONDS) / max(explained, LEAST_SECONDS)

    def _line(self) -> tuple[float, float]:
        """Return the seconds of an answer, and of each of its tokens; neither is below 0."""
        mean_tokens = self._tokens / self._count
        mean_seconds = self._seconds / self._count
        spread = self._tokens_squared / self._count - mean_tokens**2
        if spread <= 0:
            return mean_seconds, 0.0
        each = (self._tokens_seconds / self._count - mean_tokens * mean_seconds) / spread
        each = max(0.0, each)
        own = mean_seconds - each * mean_tokens
        return (own, each) if own >= 0 else (0.0, mean_seconds / mean_tokens)
