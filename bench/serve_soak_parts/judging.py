"""Whether anything was lost in a soak, or grew.

Imports the standard library only.
"""

from __future__ import annotations

import json
import subprocess
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path

from recorded_parts.daemon import COMMAND
from recorded_parts.table import Table

from serve_soak_parts.holding import Drift, Held, drift_of

MEGABYTE = 1 << 20
ITEM_BYTES = 1024
"""What the daemon may remember of each item that is done."""
GOAL_MEGABYTES = 2.0
GOAL_PROCESSES = 2.0
NOISE = 2.0
"""So many deviations a drift may be."""


def judge_items(table: Table, directory: Path, expected: set[str]) -> None:
    """See that each content that arrived is done, exactly once."""
    check = subprocess.run([COMMAND, "check", str(directory)], capture_output=True)
    table.none_of("findings of check", check.stdout.decode().splitlines() * check.returncode)
    done = Counter(_items_done(directory))
    table.equal("contents that are finished or rejected", len(expected), len(done))
    table.none_of("contents that were lost", sorted(expected - done.keys()))
    table.none_of("contents that nobody brought", sorted(done.keys() - expected))
    table.none_of("contents that are done twice", [one for one, n in done.items() if n > 1])


def judge_holding(table: Table, holding: Sequence[Held], items: int) -> None:
    """Hold what a daemon held to the goals."""
    times = [one.seconds for one in holding]
    allowance = ITEM_BYTES * items / MEGABYTE
    for what, name, unit, goal in (
        ("memory of the daemon, MB", "memory_bytes", MEGABYTE, GOAL_MEGABYTES + allowance),
        ("descriptors", "descriptors", 1, GOAL_PROCESSES),
        ("threads", "threads", 1, GOAL_PROCESSES),
        ("processes", "processes", 1, GOAL_PROCESSES),
        ("memory with all processes, MB", "tree_bytes", MEGABYTE, None),
    ):
        drift = drift_of(times, [getattr(one, name) / unit for one in holding])
        _judge(table, what, drift, goal)


def _judge(table: Table, what: str, drift: Drift, goal: float | None) -> None:
    told = f"{drift.first:.1f} to {drift.last:.1f}, noise {drift.noise:.1f}"
    if goal is None:
        table.add(f"drift: {what}", "", f"{drift.rise:+.2f} ({told})", ok=True)
    else:
        table.at_most(f"drift: {what}", max(goal, NOISE * drift.noise), drift.rise, told)


def _items_done(directory: Path) -> Iterator[str]:
    """Name every item of the dataset: the programs, and what was rejected whole."""
    for part in sorted((directory / "dataset/programs").glob("part-*.jsonl")):
        for line in part.read_bytes().splitlines():
            yield json.loads(line)["item_id"]
    for part in sorted((directory / "rejects").glob("part-*.jsonl")):
        for line in part.read_bytes().splitlines():
            reject = json.loads(line)
            if not reject["task"]:
                yield reject["item_id"]
