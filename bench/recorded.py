"""The acceptance of a whole run: recorded real files, a recorded teacher with a known truth.

    python bench/recorded.py RECORDED [--only whole,kill,fault,flight] [--kills N] [--items N]

RECORDED is the folder of the recorded material; its teacher stands beside it. Prints each goal as
it is measured and all of them in a table at the end; exit status 1 where one is missed. What is
measured runs in processes of its own, on this machine's loopback alone.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from recorded_parts import dataset, material, whole
from recorded_parts.daemon import Run, recorded_options
from recorded_parts.flight import counted
from recorded_parts.killing import Killed, run_with_kills
from recorded_parts.table import Table
from recorded_parts.teacher import teaching
from recorded_parts.undisturbed import Undisturbed, missing, run_undisturbed

PARTS = ("whole", "kill", "fault", "flight")
KILL_LATENCY_SECONDS = 0.2
FAULTS = 0.1
FAULT_TIMEOUT_SECONDS = 2.0
FLIGHT_LATENCY_SECONDS = 2.0
MAX_IN_FLIGHT = 64
GOAL_IN_FLIGHT = 51


@dataclass(slots=True)
class Bench:
    """What the parts share: the material, a folder, the table, the undisturbed run."""

    recorded: Path
    files: list[material.File]
    folder: Path
    kills: int
    table: Table
    _undisturbed: Undisturbed | None = None

    def whole(self) -> None:
        """Run all files once and check everything."""
        whole.measure(self.table, self.undisturbed(), self.files)

    def kill(self) -> None:
        """Kill a run many times."""
        self._kill("kill", 0.0)

    def fault(self) -> None:
        """Kill a run many times while one call in ten fails."""
        timeout = f"endpoint.0.timeout_seconds={FAULT_TIMEOUT_SECONDS}"
        self._kill("fault", FAULTS, timeout)

    def flight(self) -> None:
        """Measure the calls in flight while a slow teacher is kept busy."""
        settings = f"endpoint.0.max_in_flight={MAX_IN_FLIGHT}"
        with (
            teaching(self.recorded, latency=FLIGHT_LATENCY_SECONDS) as teacher,
            counted(teacher) as (front, flight),
        ):
            options = recorded_options(front.base_url, settings)
            status = Run(self.folder / "flight", (self.source(),), options).finish()
        self.table.equal("flight: exit status", 0, status)
        told = f"over {flight.seconds:.0f} s"
        self.table.at_least("flight: mean in flight", GOAL_IN_FLIGHT, flight.mean(), told)
        self.table.at_most("flight: most in flight", MAX_IN_FLIGHT, flight.peak)

    def source(self) -> Path:
        """Return the file of all items, written at the first need."""
        path = self.folder / "items.jsonl"
        return path if path.exists() else material.write(self.files, path)

    def undisturbed(self) -> Undisturbed:
        """Return the run that nothing disturbed, made at the first need."""
        if self._undisturbed is None:
            directory = self.folder / "undisturbed"
            self._undisturbed = run_undisturbed(self.recorded, self.source(), directory)
        return self._undisturbed

    def _kill(self, name: str, fault: float, *settings: str) -> None:
        expected = self.undisturbed().run.journal_bytes()
        with teaching(self.recorded, latency=KILL_LATENCY_SECONDS, fault=fault) as teacher:
            options = recorded_options(teacher.base_url, *settings)
            run = Run(self.folder / name, (self.source(),), options)
            killed = run_with_kills(run, self.kills, expected)
            repeated = teacher.stats()["repeated"]
        self._judge(name, run, killed, repeated)

    def _judge(self, name: str, run: Run, killed: Killed, repeated: int) -> None:
        table, report, lines = self.table, run.report(), dataset.read(run.directory)
        print(f"       killed with this much of the journal written: {killed.moments}")
        table.equal(f"{name}: kills", self.kills, killed.kills)
        table.equal(f"{name}: exit status", 0, killed.status)
        table.none_of(f"{name}: what check finds, after each kill too", killed.findings)
        table.equal(f"{name}: processes that outlived a kill", 0, killed.orphans)
        lost = report["calls"]["in_flight_lost"]
        table.at_most(f"{name}: answers asked again, of those in flight", lost, repeated)
        expected = self.undisturbed().lines
        table.none_of(f"{name}: instances missing, unnamed", missing(expected, lines))
        table.none_of(f"{name}: instances too many", sorted(lines.ids - expected.ids))
        print(
            f"       samples and items given up: {report['rejected_samples']}, {report['rejected']}"
        )
        table.none_of(f"{name}: broken equations", list(dataset.broken_equations(lines, report)))
        table.none_of(f"{name}: lines that stand twice", list(dataset.repeated(lines)))


def options_of(arguments: list[str]) -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description="Accept the product on recorded files.")
    parser.add_argument("recorded", type=Path, help="folder of the recorded material")
    parser.add_argument("--only", default=",".join(PARTS), help="parts, with commas between")
    parser.add_argument("--kills", type=int, default=20, help="how often each run is killed")
    parser.add_argument("--items", type=int, default=None, help="take the first N files only")
    parser.add_argument("--keep", type=Path, default=None, help="a new folder that keeps the runs")
    options = parser.parse_args(arguments)
    if unknown := set(options.only.split(",")) - set(PARTS):
        parser.error(f"unknown parts: {', '.join(sorted(unknown))}; known: {', '.join(PARTS)}")
    return options


def main(arguments: list[str]) -> int:
    """Measure the parts asked for; the exit status says whether all goals are met."""
    options = options_of(arguments)
    table = Table()
    files = material.read(options.recorded)[: options.items]
    with tempfile.TemporaryDirectory(prefix="codeiod-recorded-") as temporary:
        folder = options.keep or Path(temporary)
        folder.mkdir(parents=True, exist_ok=True)
        bench = Bench(options.recorded, files, folder, options.kills, table)
        for part in options.only.split(","):
            started = time.monotonic()
            print(f"{part}:", flush=True)
            getattr(bench, part)()
            print(f"       {time.monotonic() - started:.0f} s", flush=True)
    table.print()
    return int(not table.ok)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
