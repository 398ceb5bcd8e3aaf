"""Whether a dataset is the same with faults of every kind at one call in ten.

Imports the standard library and neighbours.
"""

from __future__ import annotations

import tempfile
from collections import Counter
from pathlib import Path
from typing import Any

from recorded_parts.table import Table

from llm_parts.daemon import command_of, lines_of, run, write_items
from llm_parts.faults import FAULTS
from llm_parts.serving import serving
from llm_parts.ways import Ways

ITEMS = 300
SHARE = 0.1
TIMEOUT_SECONDS = 3.0
VARYING = ("finished_at", "usage", "cost")
"""What depends on how often was asked, and when."""

Lines = Counter[str]


def measure(table: Table) -> None:
    """Run with and without faults, and compare line by line."""
    faults = dict.fromkeys(FAULTS, SHARE / len(FAULTS))
    with tempfile.TemporaryDirectory(dir=".") as name:
        folder = Path(name)
        source = write_items(folder / "items.jsonl", ITEMS)
        well, _ = _samples(source, folder / "well", Ways(script="programs"))
        ill, stats = _samples(source, folder / "ill", Ways(script="programs", faults=faults))
        given_up = sum(1 for _ in lines_of(folder / "ill", "rejects"))
    told = ", ".join(f"{kind} {number}" for kind, number in sorted(stats["faults"].items()))
    print(f"       {stats['asked']:,} calls; faults: {told}", flush=True)
    table.equal("samples, faults at one call in ten", sum(well.values()), sum(ill.values()))
    table.equal(
        "samples that differ, beyond those given up by name", 0, _beyond(well, ill, given_up)
    )


def _beyond(well: Lines, ill: Lines, given_up: int) -> int:
    missing, strange = (well - ill).total(), (ill - well).total()
    return strange + max(0, missing - given_up)


def _samples(source: Path, out: Path, ways: Ways) -> tuple[Lines, dict[str, Any]]:
    with serving(ways) as served:
        run(command_of(source, out, served.base_url, timeout_seconds=TIMEOUT_SECONDS))
        stats = served.stats()
    return Counter(_told(line) for line in lines_of(out, "samples")), stats


def _told(line: dict[str, Any]) -> str:
    return repr(sorted((key, value) for key, value in line.items() if key not in VARYING))
