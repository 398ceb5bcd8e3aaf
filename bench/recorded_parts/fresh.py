"""Fresh processes: what a program returns there, with hash seeds and clocks of our choice.

Imports the standard library only. This is the bench's own way to run programs, without isolation:
it is for the recorded programs, which are known, and for nothing else.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

CHILD = Path(__file__).with_name("fresh_child.py")
LOAD_SECONDS = 60.0
CALL_SECONDS = 25.0
PROCESSES = 2


@dataclass(frozen=True, slots=True)
class World:
    """What differs between two fresh processes."""

    hash_seed: int
    shift_seconds: float


WORLDS = (World(1, 0.0), World(2, 123_456_789.0), World(77, -99_999_999.0))


@dataclass(frozen=True, slots=True)
class Outcome:
    """What one call came to: ``value raised not_json unbound timeout died load``."""

    kind: str
    text: str = ""
    """The value as JSON text, or the type of what was raised."""
    message: str = ""

    @property
    def value(self) -> Any:
        """The value that was returned."""
        return json.loads(self.text)

    @property
    def exact(self) -> str:
        """The outcome in one text; equal for equal outcomes, whatever the order of keys."""
        if self.kind != "value":
            return f"{self.kind} {self.text}"
        return canonical(self.value)


def canonical(value: Any) -> str:
    """Write a value so that equal values, and no others, have equal texts."""
    return json.dumps(value, sort_keys=True)


def compute(source: str, inputs: Sequence[Any], world: World) -> list[Outcome]:
    """Compute calls of a program in one fresh process, each in a fork of its own."""
    asked = {"source": source, "inputs": list(inputs), "shift_seconds": world.shift_seconds}
    with tempfile.TemporaryDirectory() as folder:
        environment = {
            "PYTHONHASHSEED": str(world.hash_seed),
            "PATH": "/usr/bin:/bin",
            "HOME": folder,
            "MPLBACKEND": "Agg",
            "OPENBLAS_NUM_THREADS": "1",
            "OMP_NUM_THREADS": "1",
        }
        done = subprocess.run(
            [sys.executable, "-P", str(CHILD)],
            input=json.dumps(asked).encode(),
            stdout=subprocess.PIPE,
            cwd=folder,
            env=environment,
            timeout=LOAD_SECONDS + CALL_SECONDS * len(inputs),
            check=True,
        )
    outcomes = [Outcome(*json.loads(line)) for line in done.stdout.splitlines()]
    if outcomes and outcomes[0].kind == "load":
        return outcomes * len(inputs)
    if len(outcomes) != len(inputs):
        raise RuntimeError(f"{len(outcomes)} outcomes for {len(inputs)} calls")
    return outcomes


def compute_everywhere(source: str, inputs: Sequence[Any]) -> list[tuple[Outcome, ...]]:
    """Compute calls in every world: for each input its outcomes."""
    if not inputs:
        return []
    return list(zip(*(compute(source, inputs, world) for world in WORLDS), strict=True))


def compute_all(
    jobs: Sequence[tuple[str, Sequence[Any]]],
) -> list[list[tuple[Outcome, ...]]]:
    """Compute many programs' calls in every world, a few processes at a time."""
    with ThreadPoolExecutor(PROCESSES) as pool:
        return list(pool.map(lambda job: compute_everywhere(*job), jobs))
