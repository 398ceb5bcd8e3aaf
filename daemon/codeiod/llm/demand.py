"""What a request asks of an endpoint's limits: its place in line, and how much it will use.

May import the standard library alone.
"""

from __future__ import annotations

from dataclasses import dataclass


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
    """Limits a minute; 0 is none."""

    requests: float = 0.0
    tokens: float = 0.0
    """Input and output together."""
    input_tokens: float = 0.0
    output_tokens: float = 0.0
