"""Recorded programs, sampled by the product's own stage: how many give pairs, why the rest do not.

    python bench/programs.py RECORDED [--out FILE] [--programs N] [--workers N] [--recheck]

RECORDED holds ``programs.jsonl.gz``: code and generators that a real LLM wrote. Each is drawn,
computed and computed again alone on the twin, with the product's settings, journal and sandbox.
`--out` keeps one JSON line a program, for reading. `--recheck` has every pair computed again by a
second implementation, in fresh interpreters. Exit status 1 where a goal is missed.
"""

from __future__ import annotations

import argparse
import gzip
import json
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path

import anyio
from recorded_parts.fresh import canonical, compute_all
from recorded_parts.table import Table

from codeiod.admission import Admission, Recipe
from codeiod.config import load
from codeiod.execution import Runner
from codeiod.items import Entry, Origin, Pair, Program, Reason, item_id_of
from codeiod.journal import InFlight, Journal, Steps
from codeiod.service.parts import open_sandbox
from codeiod.service.recipes import Recipes, agree
from codeiod.stages.sample import sample
from codeiod.stages.work import Rejected, Work
from codeiod.telemetry import Funnel
from codeiod.testing import FakeTeacher
from codeiod_prompts import Prompts
from codeiod_sandbox import SandboxError

PROGRAMS = "programs.jsonl.gz"
WHOLE_PAIRS = 10
PASS_SHARE = 0.80
SHOWN_EVERY = 200
DETAIL_CHARACTERS = 100


@dataclass(frozen=True, slots=True)
class Found:
    """What sampling one program came to; `reason` is empty where it gave pairs."""

    id: str
    reason: str
    detail: str
    pairs: int
    seconds: float


@dataclass(slots=True)
class Run:
    """What the workers share, and what they have found."""

    journal: Journal
    recipes: Recipes
    sandbox: Runner
    found: list[Found] = field(default_factory=list)
    kept: list[tuple[Program, tuple[Pair, ...]]] = field(default_factory=list)

    async def take(self, line: str) -> None:
        """Sample one program."""
        fields = json.loads(line)
        work, program = await self._work(line, fields["id"]), _program(line, fields)
        began = time.monotonic()
        reason = detail = ""
        pairs: tuple[Pair, ...] = ()
        try:
            pairs = (await sample(work, program)).pairs
            self.kept.append((program, pairs))
        except Rejected as rejected:
            reason, detail = str(rejected.reason), rejected.detail
        except SandboxError as error:
            reason, detail = str(Reason.FAULT), str(error)
        seconds = round(time.monotonic() - began, 3)
        self.found.append(Found(fields["id"], reason, detail, len(pairs), seconds))
        if len(self.found) % SHOWN_EVERY == 0:
            print(f"       {len(self.found)} programs", flush=True)

    async def _work(self, line: str, name: str) -> Work:
        item_id = item_id_of(line.encode())
        entry = Entry(item_id, Origin(PROGRAMS, name), line)
        await Admission(self.journal, self.recipes.current.digest).take(entry)
        item, _ = await self.journal.load_item(item_id)
        return Work(
            item=item,
            recipe=self.recipes.of(item.recipe),
            steps=Steps(self.journal, item_id, item.epoch, InFlight()),
            teacher=FakeTeacher(),
            sandbox=self.sandbox,
            funnel=Funnel(),
        )


def _program(line: str, fields: dict[str, str]) -> Program:
    return Program(
        item_id_of(line.encode()),
        fields["refcode"],
        fields["io_requirements"],
        fields["input_generator"],
        fields["problem_description"],
    )


def read(folder: Path) -> list[str]:
    """Read all recorded programs, one JSON object each."""
    with gzip.open(folder / PROGRAMS, "rt", encoding="utf-8") as lines:
        return [line.rstrip("\n") for line in lines]


async def sample_all(lines: list[str], folder: Path, workers: int) -> Run:
    """Sample programs, `workers` at a time, in the directory of a run."""
    choices = ["teacher.kind=builtin", f"sandbox.workers={workers}"]
    settings = load(None, choices, environ={}).settings
    async with Journal.open(folder) as journal, open_sandbox(settings) as sandbox:
        print(f"       {sandbox.describe()}")
        recipes = agree(journal, Recipe.of(settings, Prompts.load()), new_recipe=False)
        run = Run(journal, recipes, sandbox)
        waiting = iter(lines)
        async with anyio.create_task_group() as group:
            for _ in range(workers):
                group.start_soon(_carry, run, waiting)
    return run


async def _carry(run: Run, waiting: Iterator[str]) -> None:
    for line in waiting:
        await run.take(line)


def judge(table: Table, run: Run) -> None:
    """Hold what was found to the goals, and print the reasons."""
    reasons = Counter(found.reason for found in run.found)
    passed = reasons.pop("", 0)
    print(f"{'programs':>8}  what became of them")
    whole = sum(found.pairs == WHOLE_PAIRS for found in run.found)
    print(f"{passed:>8}  give pairs ({whole} of them all {WHOLE_PAIRS})")
    for reason, count in reasons.most_common():
        example = next(found.detail for found in run.found if found.reason == reason)
        print(f"{count:>8}  {reason}: {' '.join(example.split())[:DETAIL_CHARACTERS]}")
    share = passed / len(run.found)
    table.at_least("programs that give pairs", PASS_SHARE, share, f"{passed} of {len(run.found)}")
    table.equal("programs that the sandbox failed", 0, reasons[Reason.FAULT])


def recheck(table: Table, run: Run) -> None:
    """Have every pair computed again in fresh interpreters with other hash seeds and clocks."""
    jobs = [
        (program.refcode, [json.loads(pair.input) for pair in pairs]) for program, pairs in run.kept
    ]
    wrong = []
    for (program, pairs), computed in zip(run.kept, compute_all(jobs), strict=True):
        for pair, outcomes in zip(pairs, computed, strict=True):
            wanted = canonical(json.loads(pair.output))
            if differing := [outcome for outcome in outcomes if outcome.exact != wanted]:
                wrong.append(f"{program.program_id} {pair.input}: {pair.output}, {differing[0]}")
    total = sum(len(pairs) for _, pairs in run.kept)
    table.none_of(f"pairs of {total} that fresh interpreters do not reproduce", wrong)


def options_of(arguments: list[str]) -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description="Sample recorded programs.")
    parser.add_argument("recorded", type=Path, help="folder of the recorded material")
    parser.add_argument("--out", type=Path, default=None, help="one JSON line a program")
    parser.add_argument("--programs", type=int, default=None, help="take the first N only")
    parser.add_argument("--workers", type=int, default=2, help="how many at a time")
    parser.add_argument("--recheck", action="store_true", help="compute every pair again")
    return parser.parse_args(arguments)


def main(arguments: list[str]) -> int:
    """Sample, print the table; the exit status says whether all goals are met."""
    options = options_of(arguments)
    lines = read(options.recorded)[: options.programs]
    began = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="codeiod-programs-") as folder:
        run = anyio.run(sample_all, lines, Path(folder, "out"), options.workers)
    print(f"       {time.monotonic() - began:.0f} s")
    if options.out:
        found = sorted(run.found, key=lambda one: (one.reason, one.detail))
        options.out.write_text("".join(f"{json.dumps(asdict(one))}\n" for one in found))
    table = Table()
    judge(table, run)
    if options.recheck:
        recheck(table, run)
    table.print()
    return int(not table.ok)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
