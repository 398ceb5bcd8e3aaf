"""What a daemon holds over time, and whether that grows: beyond what it goes up and down by itself.

Imports the standard library only. The first part of a run does not count: caches and pools fill.
The rest is cut into stretches; through their medians goes a line (Theil and Sen: the median of all
slopes between two of them, which a few odd values don't move). What it rises by from the first
stretch to the last is the drift; how far values lie from the line is the noise (the median of the
distances, times 1.48: a standard deviation, were they normal).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path
from statistics import median

from recorded_parts.processes import descendants

WARM_UP_SHARE = 0.25
STRETCHES = 10
FEWEST_STRETCHES = 3
TO_DEVIATION = 1.4826
KIB = 1024


@dataclass(frozen=True, slots=True)
class Held:
    """What is held at one moment."""

    seconds: float
    memory_bytes: int
    """Of the daemon's own pages: what it has allocated, without files that are mapped."""
    descriptors: int
    threads: int
    processes: int
    """All that it has started and that is still there."""
    tree_bytes: int
    """Own pages of the daemon and of all below it."""

    @staticmethod
    def by(pid: int, seconds: float) -> Held:
        """Look at a daemon.

        :raises OSError: it is gone.
        """
        below = [process.pid for process in descendants(pid)]
        own = _own_bytes(pid)
        status = _status(pid)
        return Held(
            seconds,
            own,
            sum(1 for _ in Path(f"/proc/{pid}/fd").iterdir()),
            int(status["Threads"]),
            len(below),
            own + sum(map(_own_bytes_if_there, below)),
        )


@dataclass(frozen=True, slots=True)
class Drift:
    """How a measure moved."""

    first: float
    last: float
    """By the line."""
    noise: float

    @property
    def rise(self) -> float:
        return self.last - self.first


def drift_of(times: Sequence[float], values: Sequence[float]) -> Drift:
    """Put a line through what comes after the warm-up.

    :raises ValueError: there are too few values.
    """
    begin = times[0] + WARM_UP_SHARE * (times[-1] - times[0])
    points = [(t, v) for t, v in zip(times, values, strict=True) if t >= begin]
    stretches = min(STRETCHES, len(points) // 2)
    if stretches < FEWEST_STRETCHES:
        raise ValueError(f"{len(points)} values are too few to tell a drift")
    size = len(points) / stretches
    cuts = [points[round(n * size) : round((n + 1) * size)] for n in range(stretches)]
    middles = [(median(t for t, _ in cut), median(v for _, v in cut)) for cut in cuts]
    slope = median((b[1] - a[1]) / (b[0] - a[0]) for a, b in combinations(middles, 2))
    start = median(v - slope * t for t, v in middles)
    noise = TO_DEVIATION * median(abs(v - slope * t - start) for t, v in points)
    return Drift(start + slope * points[0][0], start + slope * points[-1][0], noise)


def _own_bytes(pid: int) -> int:
    return int(_status(pid).get("RssAnon", "0 kB").split()[0]) * KIB


def _own_bytes_if_there(pid: int) -> int:
    try:
        return _own_bytes(pid)
    except OSError:  # it has just ended
        return 0


def _status(pid: int) -> dict[str, str]:
    lines = Path(f"/proc/{pid}/status").read_text(errors="replace").splitlines()
    return {name: value.strip() for name, _, value in (line.partition(":") for line in lines)}
