"""How fast the built-in teacher is: a whole run over many files, journal and dataset included.

    python bench/builtin_speed.py [N] [--keep DIR] [OPTIONS OF codeiod run]

Makes N files of those in ``examples/`` by renaming, has ``codeiod run`` work through them, and
tells instances (one line of the samples each) a second and CPU time an instance: of the daemon
itself, and of the sandbox. CPU time is what counts on a machine that others use too. Exit status 1
where the goal is missed.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
from pathlib import Path

from builtin_parts.renaming import copies
from builtin_parts.watching import Watched, watch
from recorded_parts.daemon import Run
from recorded_parts.table import Table

ITEMS = 1000
INSTANCES_PER_SECOND = 50
EXAMPLES = Path(__file__).parents[1] / "examples"
OPTIONS = ("--teacher", "builtin", "--set", "sandbox.minimum_level=1")


def make(folder: Path, number: int) -> Path:
    """Write that many different files."""
    for place, content in copies(EXAMPLES, number):
        path = folder / place
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    return folder


def tell(watched: Watched) -> bool:
    """Print what a run came to; tell whether the goal is met."""
    after = watched.last - watched.first
    print(f"{'':<26} {'seconds':>8} {'instances':>9} {'a second':>9}  CPU ms an instance")
    for name, reading in (
        ("from the first sample on", after),
        ("over all", watched.last),
    ):
        print(
            f"{name:<26} {reading.seconds:>8.1f} {reading.instances:>9} {reading.per_second:>9.1f}"
            f"  {reading.own_ms:.1f} daemon + {reading.started_ms:.1f} sandbox"
            f" = {reading.own_ms + reading.started_ms:.1f}"
        )
    table = Table()
    table.at_least("instances a second", INSTANCES_PER_SECOND, after.per_second)
    cores = len(os.sched_getaffinity(0))
    of_budget = 1000 * cores / INSTANCES_PER_SECOND
    table.at_most(f"CPU ms an instance ({cores} cores)", of_budget, after.own_ms + after.started_ms)
    return table.ok


def main(arguments: list[str]) -> int:
    """Make the files, run, print; the exit status says whether the goal is met."""
    parser = argparse.ArgumentParser(description="Measure the built-in teacher.")
    parser.add_argument("items", type=int, nargs="?", default=ITEMS, help="how many files")
    parser.add_argument("--keep", type=Path, help="where the run is kept")
    given, options = parser.parse_known_args(arguments)
    with tempfile.TemporaryDirectory(prefix="codeiod-speed-") as folder:
        source = make(Path(folder, "items"), given.items)
        run = Run(given.keep or Path(folder, "out"), (source,), (*OPTIONS, *options))
        watched = watch(run.start(), run.directory / "dataset" / "samples")
        if watched.status:
            print(run.log.read_text())
            return watched.status
        told = run.report()
        print(f"{given.items} files: {told['items']}, rejected {told['rejected']}")
        for task, counts in told["samples"].items():
            print(f"{task}: {counts}")
    return 0 if tell(watched) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
