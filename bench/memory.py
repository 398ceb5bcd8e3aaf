"""Peak memory of a run at 10,000 and at 100,000 items, with the fakes of teacher and sandbox.

    python bench/memory.py [N ...]

Each run is a process of its own: a JSONL of N items, one pair a direction, every item finished; the
journal, the dataset and all between are real. Prints peak memory, time, and the ratio to the first.
"""

from __future__ import annotations

import json
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import anyio

from codeiod.admission import Recipe
from codeiod.config import load
from codeiod.dataset.committer import Committer
from codeiod.journal import Journal
from codeiod.service.live import Live
from codeiod.service.parts import Parts
from codeiod.service.plan import Plan
from codeiod.service.recipes import agree
from codeiod.service.run import Run
from codeiod.service.traffic import CountedRunner
from codeiod.testing import FakeSandbox, FakeTeacher
from codeiod_prompts import Prompts

SIZES = (10_000, 100_000)
GOAL = 1.5
SETTINGS = (
    "teacher.kind=builtin",
    "predict.output_pairs=1",
    "predict.input_pairs=1",
    "sample.pairs=3",
)


async def _no_display(_: Live) -> None:
    await anyio.sleep_forever()


async def run(items: int, folder: Path) -> None:
    """Carry items through a whole run."""
    source = folder / "items.jsonl"
    with source.open("w") as lines:
        for number in range(items):
            lines.write(json.dumps({"content": f"def f(n):\n    return n + {number}\n"}) + "\n")
    out = folder / "out"
    settings = load(None, [*SETTINGS, f"output.dir={json.dumps(str(out))}"], environ={}).settings
    plan = Plan(settings, (str(source),))
    async with Journal.open(out) as journal, Committer.open(out, journal) as committer:
        recipes = agree(journal, Recipe.of(settings, Prompts.load()), new_recipe=False)
        runner = CountedRunner(FakeSandbox(), 1)
        parts = Parts(journal, committer, recipes, runner, FakeTeacher(remember=False), "fake")
        ended = await Run(plan, parts).live(_no_display)
    report = ended.report
    assert report.items.finished == report.entries == items, report


def measure(items: int) -> tuple[float, float]:
    """Return peak memory in MB and seconds of a run in a process of its own."""
    started = time.monotonic()
    done = subprocess.run(
        [sys.executable, __file__, "--child", str(items)],
        check=True,
        capture_output=True,
        text=True,
    )
    return float(done.stdout), time.monotonic() - started


def main(sizes: tuple[int, ...]) -> int:
    """Print the table; the exit status says whether the goal is met."""
    print(f"{'items':>8} {'peak MB':>8} {'seconds':>8} {'ratio':>6}   goal < {GOAL}")
    first = 0.0
    for items in sizes:
        peak, seconds = measure(items)
        first = first or peak
        print(f"{items:>8,} {peak:>8.1f} {seconds:>8.1f} {peak / first:>6.2f}", flush=True)
    return int(peak / first >= GOAL)


if __name__ == "__main__":
    if sys.argv[1:2] == ["--child"]:
        with tempfile.TemporaryDirectory() as name:
            anyio.run(run, int(sys.argv[2]), Path(name))
        print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)
    else:
        sys.exit(main(tuple(map(int, sys.argv[1:])) or SIZES))
