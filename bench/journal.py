"""The journal at scale: how soon a run goes on that has a million items behind it.

    python bench/journal.py [--finished 1000000] [--unfinished 10000] [--folder FOLDER]

Generates journals of killed runs and measures, each in a process of its own: a start without
snapshot, the snapshot, a start with it up to the first new call of the teacher; replay beside a
bare loop of checksum and JSON over the same bytes, with records of 1 kB as a recorded run has them
(the million itself has short answers: 2 kB an item); and durable appends beside a bare loop of the
same writes and syncs. Exit status 1 where a goal is missed.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import anyio
from journal_parts import appending
from journal_parts.generated import Sizes, write
from journal_parts.measured import recorded_recipe
from recorded_parts.table import Table

MEASURED = Path(__file__).parent / "journal_parts" / "measured.py"
MB = 1 << 20


def measure(what: str, folder: Path) -> dict[str, float]:
    """Measure one thing in a process of its own; ``wall`` and ``cpu`` are from its very start."""
    started, before = time.perf_counter(), os.times()
    command = [sys.executable, "-m", "journal_parts.measured", what, str(folder)]
    done = subprocess.run(
        command, check=True, stdout=subprocess.PIPE, text=True, cwd=MEASURED.parent.parent
    )
    wall, after = time.perf_counter() - started, os.times()
    cpu = sum(after[2:4]) - sum(before[2:4])
    found: dict[str, float] = json.loads(done.stdout)
    return found | {"wall": wall, "cpu": cpu}


def starts(out: Path, table: Table) -> None:
    """Measure starts without and with a snapshot."""
    whole = measure("snapshot", out)
    told = f"after {whole['open_seconds']:.1f} s"
    table.at_most("start without a snapshot: peak memory, MB", 250, whole["open_peak_mb"], told)
    table.at_most("done and seen, bytes an item", 64, whole["bytes_an_item"])
    still, told = whole["still_seconds"], f"{whole['bytes'] / MB:.0f} MB"
    table.at_most("taking a snapshot: the loop stands still, ms", 100, still * 1000, told)
    table.at_most("  a close that writes it, s", 30, whole["close_seconds"])
    table.at_most("  peak memory with it, MB", 250, whole["peak_mb"])
    begun = measure("first_call", out)
    told = f"{begun['cpu']:.1f} s of CPU"
    table.at_most("start with a snapshot to the first new call, s", 5, begun["wall"], told)
    table.at_most("  peak memory, MB", 250, begun["peak_mb"])


def speeds(out: Path, table: Table) -> None:
    """Measure replay beside the least that a reader has to do."""
    bare, whole = measure("bare", out), measure("replay", out)
    told = f"{whole['records'] / whole['seconds']:,.0f} records a second"
    told += f" of {bare['bytes'] / whole['records']:,.0f} bytes"
    share = bare["seconds"] / whole["seconds"]
    table.at_least("replay: share of a bare loop of checksum and JSON", 0.5, share, told)


def main() -> int:
    """Print the table; the exit status says whether the goals are met."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--finished", type=int, default=1_000_000)
    parser.add_argument("--unfinished", type=int, default=10_000)
    parser.add_argument("--folder", type=Path, default=Path(), help="where there is room")
    asked = parser.parse_args()
    table = Table()
    with tempfile.TemporaryDirectory(dir=asked.folder) as name:
        folder = Path(name).absolute()
        anyio.run(appending.measure, table, folder)
        recipe = recorded_recipe(folder)
        write(folder / "full", recipe, Sizes(asked.finished // 50, asked.unfinished // 50, 2000))
        speeds(folder / "full", table)
        shutil.rmtree(folder / "full")
        made = write(folder / "many", recipe, Sizes(asked.finished, asked.unfinished, 300))
        print(f"  {made.seq:,} records, {made.bytes / MB:,.0f} MB")
        starts(folder / "many", table)
    return int(not table.ok)


if __name__ == "__main__":
    sys.exit(main())
