"""What an endpoint of the bench does to those who ask it. Imports the standard library only."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Ways:
    """The ways of an endpoint; 0 is none."""

    script: str = "constant"
    """``constant``, ``varied`` (answers of many lengths) or ``programs`` (see ``scripts``)."""
    latency_seconds: float = 0.0
    seconds_per_token: float = 0.0
    """What each token of an answer takes on top."""
    capacity: int = 0
    """Answers worked on at once; the others queue, as at vLLM."""
    requests_per_minute: float = 0.0
    tokens_per_minute: float = 0.0
    burst_seconds: float = 1.0
    """How much of a minute may come at once."""
    announce: bool = False
    """Whether answers and refusals carry ``x-ratelimit-*``."""
    faults: Mapping[str, float] = field(default_factory=dict)
    """The share of requests that fail, by the kind of fault (see ``faults``)."""
    alive: bool = True
