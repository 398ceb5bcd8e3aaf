"""Which layers of isolation this machine grants, and how to get the others."""

from dataclasses import dataclass
from pathlib import Path

from codeiod_sandbox.outcomes import SandboxLevel


@dataclass(frozen=True, slots=True)
class Layer:
    """One layer: whether it works here, why not, and how to get it."""

    name: str
    works: bool
    why_not: str
    how_to_get: str


@dataclass(frozen=True, slots=True)
class Probe:
    """What the sandbox can do on this machine."""

    level: SandboxLevel
    layers: tuple[Layer, ...]
    python: str
    missing_modules: tuple[str, ...]


def probe(python: Path | None = None) -> Probe:
    """Start a zygote with `python` (the running one if None) and report what it got."""
    raise NotImplementedError
