"""How soon the first sample appears, and what 10,000 calls in flight take.

Imports the standard library and neighbours; looks into other processes, so it has to poll.
"""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from recorded_parts.table import Table

from llm_parts.daemon import command_of, running, write_items
from llm_parts.serving import serving
from llm_parts.ways import Ways

ITEMS = 10_000
LATENCY_SECONDS = 0.5
LONGEST_SECONDS = 120.0
LOOK_SECONDS = 0.01
CROWD = 10_000
CROWD_LATENCY_SECONDS = 60.0
CROWD_ITEMS = 10_500


def first_sample(table: Table) -> None:
    """Count the unify calls before the first sample stands in the dataset."""
    with tempfile.TemporaryDirectory(dir=".") as name:
        folder = Path(name)
        source, out = write_items(folder / "items.jsonl", ITEMS), folder / "out"
        with serving(Ways(script="programs", latency_seconds=LATENCY_SECONDS)) as served:
            command = command_of(source, out, served.base_url, max_in_flight=64)
            started = time.monotonic()
            with running(command):
                _await(lambda: _holds_a_sample(out))
                calls = served.stats()["stages"]["unify"]
                seconds = time.monotonic() - started
    told = f"{calls} calls, {seconds:.1f} s"
    table.at_most("share of unify calls made at the first sample", 0.01, calls / ITEMS, told)


def crowd(table: Table) -> None:
    """Have 10,000 calls in flight at once."""
    with tempfile.TemporaryDirectory(dir=".") as name:
        folder = Path(name)
        source, out = write_items(folder / "items.jsonl", CROWD_ITEMS), folder / "out"
        ways = Ways(script="programs", latency_seconds=CROWD_LATENCY_SECONDS)
        with serving(ways) as served:
            command = command_of(
                source,
                out,
                served.base_url,
                max_in_flight=CROWD,
                concurrency="fixed",
                items__in_flight=CROWD_ITEMS,
            )
            with running(command) as process:
                _await(lambda: served.stats()["peak"] >= CROWD)
                peak = served.stats()["peak"]
                memory = _peak_megabytes(process.pid)
    table.at_least("calls in flight at once", CROWD, peak)
    table.at_most("MB of memory meanwhile", 600, memory)


def _holds_a_sample(out: Path) -> bool:
    part = out / "dataset" / "samples" / "part-00000.jsonl"
    return part.exists() and part.stat().st_size > 0


def _await(happened: Callable[[], bool]) -> None:
    deadline = time.monotonic() + LONGEST_SECONDS
    while not happened() and time.monotonic() < deadline:
        time.sleep(LOOK_SECONDS)


def _peak_megabytes(pid: int) -> float:
    status = Path(f"/proc/{pid}/status").read_text()
    return int(status.partition("VmHWM:")[2].split()[0]) / 1024
