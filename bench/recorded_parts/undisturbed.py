"""A run that nothing disturbs: what every other run is compared with.

Imports the standard library, ``daemon``, ``dataset``, ``material`` and ``teacher``.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from recorded_parts import dataset
from recorded_parts.daemon import Run, recorded_options
from recorded_parts.dataset import Dataset, Line
from recorded_parts.teacher import teaching

GIVEN_UP = frozenset({"teacher_failed", "truncated"})
"""For these reasons a run loses samples to a faulty endpoint, and says so."""


@dataclass(frozen=True, slots=True)
class Undisturbed:
    """A run from its beginning to its end, in one go."""

    run: Run
    status: int
    seconds: float
    stats: dict[str, Any]
    """What the teacher has counted."""
    lines: Dataset


def run_undisturbed(recorded: Path, source: Path, directory: Path, *settings: str) -> Undisturbed:
    """Run a source against the recorded teacher, to the end."""
    with teaching(recorded) as teacher:
        run = Run(directory, (source,), recorded_options(teacher.base_url, *settings))
        started = time.monotonic()
        status = run.finish()
        seconds = time.monotonic() - started
        return Undisturbed(run, status, seconds, teacher.stats(), dataset.read(directory))


def missing(undisturbed: Dataset, disturbed: Dataset) -> list[str]:
    """List the instances that another run lacks and has not named as given up."""
    items = {line["item_id"] for line in disturbed.whole_rejects if line["reason"] in GIVEN_UP}
    samples = {_place(line) for line in disturbed.rejects if line["reason"] in GIVEN_UP}
    return sorted(
        one["id"]
        for one in undisturbed.samples
        if one["id"] not in disturbed.ids
        and one["item_id"] not in items
        and _place(one) not in samples
    )


def _place(line: Line) -> tuple[Any, ...]:
    return (line["item_id"], line["task"], line["pair"], line["sample"])
