"""The daemon itself as a process of its own, over generated files. Imports the standard library."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

COMMAND = str(Path(sys.executable).parent / "codeiod")
STOP_SECONDS = 60.0
LONGEST_SECONDS = 900.0


def write_items(path: Path, count: int) -> Path:
    """Write so many files as JSONL, each of which becomes a program (see ``scripts``)."""
    with path.open("w") as lines:
        for number in range(count):
            code = f"offset = {number}\n\n\ndef triple(n):\n    return 3 * n + offset\n"
            lines.write(json.dumps({"content": code}) + "\n")
    return path


def command_of(source: Path, out: Path, base_url: str, **settings: object) -> list[str]:
    """Return the command of a run; settings of the only endpoint by name, others with a dot."""
    command = [COMMAND, "run", str(source), "--out", str(out)]
    command += ["--base-url", base_url, "--model", "bench", "--set", "sandbox.minimum_level=1"]
    for name, value in settings.items():
        key = name.replace("__", ".") if "__" in name else f"endpoint.0.{name}"
        command += ["--set", f"{key}={value}"]
    return command


def run(command: list[str]) -> None:
    """Run to the end."""
    done = subprocess.run(
        command, capture_output=True, text=True, check=False, timeout=LONGEST_SECONDS
    )
    if done.returncode:
        raise RuntimeError(f"status {done.returncode}: {done.stderr[-2000:]}")


@contextmanager
def running(command: list[str]) -> Iterator[subprocess.Popen[bytes]]:
    """Run for the length of a block, then kill it: what it has paid for is of no interest."""
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        try:
            yield process
        finally:
            process.kill()
            process.wait(STOP_SECONDS)


def lines_of(out: Path, stream: str) -> Iterator[dict[str, Any]]:
    """Read the lines of a stream of the dataset."""
    folder = out / "rejects" if stream == "rejects" else out / "dataset" / stream
    for part in sorted(folder.glob("part-*.jsonl")):
        with part.open() as lines:
            yield from map(json.loads, lines)
