"""What a request asks of an endpoint's limits: its place in line, and how much it will use.

May import the standard library alone.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum


class Subject(Enum):
    """What providers limit."""

    REQUESTS = "requests"
    TOKENS = "tokens"
    """Input and output together."""
    INPUT_TOKENS = "input tokens"
    OUTPUT_TOKENS = "output tokens"


@dataclass(frozen=True, slots=True)
class Demand:
    """One request, as the limits see it."""

    priority: tuple[int, int] = (0, 0)
    """Lower goes first: how near its item is to its end, then the item's order of admission."""
    input_tokens: int = 0
    output_tokens: int = 0


NO_DEMAND = Demand()


@dataclass(frozen=True, slots=True)
class Rates:
    """Limits a minute, as the operator sets them; 0 is none."""

    requests: float = 0.0
    tokens: float = 0.0
    input_tokens: float = 0.0
    output_tokens: float = 0.0

    def __iter__(self) -> Iterator[float]:
        """Go through the limits in the order of the subjects."""
        return iter((self.requests, self.tokens, self.input_tokens, self.output_tokens))
