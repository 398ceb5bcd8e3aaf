"""How fast, and in how much memory, a dataset is exported.

    python bench/export.py [--samples N] [--format F] [--folder F]

Generates a directory of N samples (3,000,000; some 7 GB, removed afterwards), six to a program, all
committed; exports it with the command that operators run, and prints samples a second, of the clock
and of CPU time, and the most memory of all its processes together. Exit status 1 where a goal is
missed. Goals hold for the clock of a machine that does nothing else.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

from export_parts.generated import PROGRAM_SAMPLES, generate
from recorded_parts.table import Table

COMMAND = str(Path(sys.executable).parent / "codeiod")
GOAL_PER_SECOND = 20_000
GOAL_MEMORY_MB = 500
LOOK_SECONDS = 0.1


def options_of(arguments: list[str]) -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description="Measure the speed of an export.")
    parser.add_argument("--samples", type=int, default=3_000_000)
    parser.add_argument("--format", default="hf")
    parser.add_argument("--folder", type=Path, default=None, help="where there is room for it")
    return parser.parse_args(arguments)


def main(arguments: list[str]) -> int:
    """Generate, export, and tell."""
    options = options_of(arguments)
    samples = options.samples // PROGRAM_SAMPLES * PROGRAM_SAMPLES
    table = Table()
    with tempfile.TemporaryDirectory(prefix="codeiod-export-", dir=options.folder) as folder:
        directory, out = Path(folder, "run"), Path(folder, "out")
        generate(directory, samples)
        size = sum(path.stat().st_size for path in (directory / "dataset").rglob("*.jsonl"))
        print(f"{samples:,} samples, {size / 1e6:,.0f} MB", flush=True)
        started = time.monotonic()
        command = [COMMAND, "export", str(directory), "--format", options.format, "--out", str(out)]
        with subprocess.Popen([*command, "--holdout", "0.02"]) as process:
            memory = Memory(process.pid)
            _, status, usage = os.wait4(process.pid, 0)
            process.returncode = os.waitstatus_to_exitcode(status)
        seconds = time.monotonic() - started
        cpu = usage.ru_utime + usage.ru_stime
        written = sum(path.stat().st_size for path in out.rglob("*") if path.is_file())
    told = f"{seconds:.0f} s, {cpu:.0f} s of CPU, {written / 1e6:,.0f} MB written"
    table.equal("exit status", 0, process.returncode)
    table.at_least("samples a second", GOAL_PER_SECOND, samples / seconds, told)
    table.at_most("memory of all processes, MB", GOAL_MEMORY_MB, memory.most() / 1e6)
    busiest = memory.busiest_seconds()
    print(f"samples a second of CPU time: {samples / cpu:,.0f}, of its busiest process's:", end=" ")
    print(f"{samples / busiest:,.0f}, which a machine with two free cores comes near to")
    table.print()
    return int(not table.ok)


class Memory:
    """Watches how much a process and its children hold at once, and how long each has worked."""

    def __init__(self, process_id: int) -> None:
        self._process_id = process_id
        self._most = 0
        self._worked: dict[int, float] = {}
        self._thread = threading.Thread(target=self._watch)
        self._thread.start()

    def most(self) -> int:
        """Return the most that was seen, once the process is gone."""
        self._thread.join()
        return self._most

    def busiest_seconds(self) -> float:
        """Return the CPU time of the one that worked longest, once the process is gone."""
        self._thread.join()
        return max(self._worked.values())

    def _watch(self) -> None:
        while held := sum(resident(one) for one in family(self._process_id)):
            self._most = max(self._most, held)
            for one in family(self._process_id):
                self._worked[one] = max(self._worked.get(one, 0.0), worked(one))
            time.sleep(LOOK_SECONDS)  # of another process there is no event to wait for


def family(process_id: int) -> list[int]:
    """Return a process and its children's children."""
    try:
        told = Path(f"/proc/{process_id}/task/{process_id}/children").read_text()
    except OSError:
        return []
    return [process_id, *(one for child in told.split() for one in family(int(child)))]


def resident(process_id: int) -> int:
    """Return the bytes that a process holds in memory, 0 where it is gone."""
    try:
        return int(Path(f"/proc/{process_id}/statm").read_text().split()[1]) * 4096
    except OSError:
        return 0


def worked(process_id: int) -> float:
    """Return the seconds of CPU that a process itself has used, 0 where it is gone."""
    try:
        fields = Path(f"/proc/{process_id}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return 0.0
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
