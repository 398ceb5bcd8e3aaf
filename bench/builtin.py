"""The built-in teacher over real files: how many become sound programs, how right its answers are.

    python bench/builtin.py SOURCE [--out DIR] [--limit N]     runs, then judges
    python bench/builtin.py --dir DIR                          judges a run that is there

SOURCE is a file or folder as `codeiod run` takes it, or a folder with ``items.jsonl``. Programs are
judged by running them again and by a count of branches of its own (``builtin_parts``). Exit status
1 where a goal is missed.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from collections import Counter
from pathlib import Path

import anyio
from builtin_parts.answers import Answers, count, instances_per_second
from builtin_parts.refusals import table_of
from builtin_parts.soundness import Judged, judge
from recorded_parts.daemon import Run
from recorded_parts.dataset import Dataset, read
from recorded_parts.material import ITEMS
from recorded_parts.table import Table

from codeiod_sandbox import Sandbox

WORKERS = 2
PROGRAMS_SHARE = 200 / 693
"""Of the recorded files; some 390 of these have a function that could do."""
INPUTS_RIGHT = 0.85
INSTANCES_PER_SECOND = 50
SHOWN_EVERY = 100


async def judge_all(dataset: Dataset) -> dict[str, Judged]:
    """Judge every program of a run, by its id."""
    found: dict[str, Judged] = {}
    waiting = iter(dataset.programs)

    async def carry(sandbox: Sandbox) -> None:
        for program in waiting:
            ios = json.loads(program["ios"])
            found[program["id"]] = await judge(sandbox, program["refcode"], ios)
            if len(found) % SHOWN_EVERY == 0:
                print(f"       {len(found)} programs judged", flush=True)

    async with Sandbox(workers=WORKERS) as sandbox, anyio.create_task_group() as group:
        for _ in range(WORKERS):
            group.start_soon(carry, sandbox)
    return found


def tell_programs(table: Table, found: dict[str, Judged], files: int) -> None:
    """Hold the programs to their goal; name the faults of the others."""
    faults = Counter(fault for judged in found.values() for fault in judged.faults)
    print(f"{'programs':>8}  what is missed (a program may miss several)")
    for fault, programs in faults.most_common():
        ids = [name[:8] for name, judged in found.items() if fault in judged.faults]
        print(f"{programs:>8}  {fault}: {' '.join(ids[:6])}")
    sound = sum(not judged.faults for judged in found.values())
    told = f"{sound} of {files} files; {len(found)} programs were made"
    table.at_least("files that became sound programs", PROGRAMS_SHARE, sound / files, told)


def tell_refusals(dataset: Dataset) -> None:
    """Print why the other files gave no program."""
    print(f"{'files':>8}  why they gave no program")
    for kind, files in table_of(dataset.whole_rejects):
        print(f"{files:>8}  {kind}")


def tell_answers(table: Table, dataset: Dataset) -> None:
    """Hold the answers, what they claim, and the speed to their goals."""
    outputs = count(dataset.samples, "output_prediction")
    inputs = count(dataset.samples, "input_prediction")
    told = f"{outputs.right_1} of {outputs.total}"
    table.at_least("outputs right at turn 1", 1.0, outputs.share_1, told)
    told = f"{inputs.right_1} at turn 1, {inputs.right_2} at turn 2, of {inputs.total}"
    table.at_least("inputs right after two turns", INPUTS_RIGHT, inputs.share_2, told)
    _tell_claims(table, "outputs", outputs)
    _tell_claims(table, "inputs", inputs)
    speed = instances_per_second(dataset.samples)
    table.at_least("instances a second", INSTANCES_PER_SECOND, speed, "whatever else ran")


def _tell_claims(table: Table, task: str, answers: Answers) -> None:
    false = answers.claims - answers.true
    table.add(f"false claims about {task}", 0, f"{false} of {answers.claims}", ok=not false)


def run(source: Path, directory: Path, limit: int | None) -> None:
    """Have codeiod work through a source with the built-in teacher.

    :raises SystemExit: it failed.
    """
    items = source / ITEMS
    options = ["--teacher", "builtin", *(["--limit", str(limit)] if limit else [])]
    status = Run(directory, (items if items.is_file() else source,), tuple(options)).finish()
    if status not in (0, 3):
        raise SystemExit(f"codeiod run ended with {status}: see {directory.with_suffix('.log')}")


def options_of(arguments: list[str]) -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description="Judge the built-in teacher.")
    parser.add_argument("source", type=Path, nargs="?", help="what codeiod run is given")
    parser.add_argument("--out", type=Path, help="where the run is kept")
    parser.add_argument("--limit", type=int, help="take that many files")
    parser.add_argument("--dir", type=Path, help="judge this run, make none")
    options = parser.parse_args(arguments)
    if (options.source is None) == (options.dir is None):
        parser.error("give either a source or --dir")
    return options


def main(arguments: list[str]) -> int:
    """Run, judge, print the table; the exit status says whether all goals are met."""
    options = options_of(arguments)
    with tempfile.TemporaryDirectory(prefix="codeiod-builtin-") as folder:
        directory = options.dir or options.out or Path(folder, "out")
        if options.source:
            run(options.source, directory, options.limit)
        dataset = read(directory)
    table = Table()
    files = len(dataset.programs) + len(dataset.whole_rejects)
    tell_programs(table, anyio.run(judge_all, dataset), files)
    tell_refusals(dataset)
    tell_answers(table, dataset)
    table.print()
    return int(not table.ok)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
