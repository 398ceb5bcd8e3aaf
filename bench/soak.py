"""Tens of thousands of executions in a row, one in five hostile: what leaks, what gets slower.

    python bench/soak.py [--executions 50000] [--workers 2] [--at-most LEVEL]

Takes stock of memory, processes, descriptors, mounts and names at the start and at the end, checks
every outcome, and compares the sandbox that has run all with a fresh one, in slices that take
turns: what else keeps the machine busy tells on both. The last tenth is set beside the first as
well, which says the same only on a quiet machine. Exit status 1 where a goal is missed.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import islice
from statistics import median

import anyio
from recorded_parts.table import Table
from soak_parts.filling import fill
from soak_parts.machine import Holding, cpu_seconds, holding, inherit_orphans, own_folder
from soak_parts.mix import LIMITS, Execution, executions

from codeiod_sandbox import Sandbox, SandboxError, SandboxLevel

EXECUTIONS = 50_000
WARM_UP = 500
SLICES = 9
SLICE = 200
TENTHS = 10
GOAL_SPEED = 0.9
GOAL_GROWTH_MB = 2.0
MEGABYTE = 1 << 20


@dataclass(frozen=True, slots=True)
class Pace:
    """How fast a stretch went."""

    executions: int
    wall_seconds: float
    cpu_seconds: float

    def __str__(self) -> str:
        rate = self.executions / self.wall_seconds
        return f"{rate:.0f} a second, {1000 * self.cpu_seconds / self.executions:.2f} ms CPU each"


@dataclass(slots=True)
class Judge:
    """Counts what came of executions that have a known outcome."""

    wrong: list[str] = field(default_factory=list)
    outcomes: Counter[str] = field(default_factory=Counter)
    errors: Counter[str] = field(default_factory=Counter)

    async def run(self, sandbox: Sandbox, execution: Execution) -> None:
        """Make one execution and judge what came of it."""
        try:
            (outcome,) = await sandbox.run(execution.program, [execution.call], twin=execution.twin)
        except SandboxError as error:
            self.errors[str(error)] += 1
            return
        self.outcomes[type(outcome).__name__] += 1
        if not execution.is_right(outcome):
            self.wrong.append(f"{execution.name}: {str(outcome)[:200]}")


async def stretch(
    sandbox: Sandbox, judge: Judge, waiting: Iterator[Execution], count: int, workers: int
) -> Pace:
    """Make the next so many executions, as many at a time as there are workers."""
    began, used = time.monotonic(), cpu_seconds()
    taken = islice(waiting, count)

    async def carry() -> None:
        for execution in taken:
            await judge.run(sandbox, execution)

    async with anyio.create_task_group() as group:
        for _ in range(workers):
            group.start_soon(carry)
    return Pace(count, time.monotonic() - began, cpu_seconds() - used)


async def soak(table: Table, options: argparse.Namespace) -> None:
    """Run it all, and hold it to the goals."""
    judge, workers = Judge(), options.workers
    inherit_orphans()
    before = holding()
    async with Sandbox(workers, LIMITS, at_most=options.at_most) as sandbox:
        print(f"       {sandbox.describe()}")
        await stretch(sandbox, judge, executions(WARM_UP), WARM_UP, workers)
        await fill(sandbox, workers)
        at_start, waiting = holding(), executions(options.executions)
        paces = []
        for number in range(TENTHS):
            paces.append(
                await stretch(sandbox, judge, waiting, options.executions // TENTHS, workers)
            )
            print(f"       {number + 1} tenths: {paces[-1]}", flush=True)
        await fill(sandbox, workers)  # a zygote cleans up after it has answered
        at_end = holding()
        ratios = await _against_a_fresh_one(sandbox, judge, workers, options.at_most)
    print(f"       outcomes: {dict(judge.outcomes.most_common())}")
    table.none_of("outcomes that are not the known ones", judge.wrong)
    table.none_of("faults of the sandbox", [f"{n} of {why}" for why, n in judge.errors.items()])
    _judge_holdings(table, at_start, at_end)
    left = holding()
    table.equal("processes that are left when it is closed", before.processes, left.processes)
    table.equal("descriptors then", before.daemon_descriptors, left.daemon_descriptors)
    table.none_of("names then", sorted(left.names - before.names))
    _judge_paces(table, paces[0], paces[-1], ratios)


async def _against_a_fresh_one(
    aged: Sandbox, judge: Judge, workers: int, at_most: SandboxLevel
) -> list[tuple[float, float]]:
    """Let the same executions run on both in turn; return the aged one's speed, by wall and CPU."""
    ratios = []
    async with Sandbox(workers, LIMITS, at_most=at_most) as fresh:
        await fill(fresh, workers)
        await stretch(fresh, judge, executions(SLICE), SLICE, workers)
        for _ in range(SLICES):
            old = await stretch(aged, judge, executions(SLICE), SLICE, workers)
            new = await stretch(fresh, judge, executions(SLICE), SLICE, workers)
            ratios.append((new.wall_seconds / old.wall_seconds, new.cpu_seconds / old.cpu_seconds))
    return ratios


def _judge_holdings(table: Table, start: Holding, end: Holding) -> None:
    for name, before, after in (
        ("growth of the daemon, MB", start.daemon_bytes, end.daemon_bytes),
        ("growth of the largest zygote, MB", start.largest_bytes, end.largest_bytes),
    ):
        told = f"{before / MEGABYTE:.1f} to {after / MEGABYTE:.1f}"
        table.at_most(name, GOAL_GROWTH_MB, (after - before) / MEGABYTE, told)
    table.equal("processes", start.processes, end.processes)
    table.equal("descriptors of the daemon", start.daemon_descriptors, end.daemon_descriptors)
    table.equal("descriptors of zygotes", start.descriptors, end.descriptors)
    table.equal("mounts of zygotes", start.mounts, end.mounts)
    table.equal("scratch folders", start.scratch, end.scratch)
    table.none_of("names of shared memory, ipc, cgroups", sorted(end.names - start.names))


def _judge_paces(table: Table, first: Pace, last: Pace, ratios: list[tuple[float, float]]) -> None:
    wall = first.wall_seconds / last.wall_seconds
    cpu = first.cpu_seconds / last.cpu_seconds
    table.add("throughput, last tenth to first", "", f"{wall:.2f} ({first}; {last})", ok=True)
    table.add("executions for CPU, last tenth to first", "", f"{cpu:.2f}", ok=True)
    told = f"median of {len(ratios)} turns"
    by_wall, by_cpu = (median(column) for column in zip(*ratios, strict=True))
    table.at_least("throughput, aged to fresh, in turns", GOAL_SPEED, by_wall, told)
    table.at_least("executions for CPU, aged to fresh", GOAL_SPEED, by_cpu, told)


def options_of(arguments: list[str]) -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description="Soak the sandbox.")
    parser.add_argument("--executions", type=int, default=EXECUTIONS)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--at-most", type=_level, default=SandboxLevel.CGROUP, metavar="LEVEL")
    return parser.parse_args(arguments)


def _level(name: str) -> SandboxLevel:
    return SandboxLevel[name]


def main(arguments: list[str]) -> int:
    """Soak, print the table; the exit status says whether all goals are met."""
    table, began = Table(), time.monotonic()
    with own_folder():
        anyio.run(soak, table, options_of(arguments))
    print(f"       {time.monotonic() - began:.0f} s")
    table.print()
    return int(not table.ok)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
