"""Kill, stop and starve the sandbox's processes under load, and count outcomes that are wrong.

    python bench/chaos.py [--disturbances 300] [--seed N] [--only FULL,NO_NAMESPACES,HELPER]

Many programs with known outcomes, sound and hostile, run at once, while keepers, zygotes and
children are disturbed at random moments: at two levels, and with all of it in a helper process.
Each program must get its right outcome, or an honest error of the sandbox; afterwards the pool must
be as before. Exit status 1 where a goal is missed.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Iterator
from contextlib import AsyncExitStack
from itertools import count
from pathlib import Path
from random import Random

import anyio
from recorded_parts.table import Table
from soak_parts.filling import fill
from soak_parts.ledger import Ledger
from soak_parts.machine import holding, own_folder
from soak_parts.mix import Execution, executions
from soak_parts.trouble import Trouble

from codeiod.execution import Runner, execute
from codeiod_sandbox import HelperSandbox, Limits, Sandbox, SandboxLevel

DISTURBANCES = 300
MEAN_SECONDS = 0.15
HELPER = "HELPER"
PLACES = f"FULL,NO_NAMESPACES,{HELPER}"
LIMITS = Limits(call_seconds=1.0, memory_bytes=64 << 20, output_bytes=1 << 16)
WORKERS = 3
CLIENTS = 8
SOUND_AFTERWARDS = 200
# The second where the first lies in a closed folder, which a foreign user's programs can't read.
INTERPRETERS = (sys.executable, f"/usr/bin/python{sys.version_info.major}.{sys.version_info.minor}")


async def _client(ledger: Ledger, sandbox: Runner, waiting: Iterator[Execution]) -> None:
    for number in count():
        if number % 3 == 0:
            await ledger.run_long(sandbox, number)
        else:
            await ledger.run(sandbox, next(waiting))


async def _at(table: Table, name: str, options: argparse.Namespace, exits: AsyncExitStack) -> None:
    sandbox = await _open(name, exits)
    print(f"       {sandbox.describe()}")
    await fill(sandbox, WORKERS)
    before = holding()
    trouble = Trouble(Random(options.seed), in_helper=name == HELPER)
    ledger = Ledger(trouble)
    async with anyio.create_task_group() as group:
        waiting = executions(sys.maxsize)
        for _ in range(CLIENTS):
            group.start_soon(_client, ledger, sandbox, waiting)
        await trouble.make(options.disturbances, MEAN_SECONDS)
        group.cancel_scope.cancel()
    print(f"       disturbed: {trouble.told()}")
    print(f"       right: {ledger.right}; errors of the sandbox: {dict(ledger.errors)}")
    _judge(table, name, ledger)
    await _recover(table, name, sandbox)
    await fill(sandbox, WORKERS)
    after = holding()
    for what in ("processes", "daemon_descriptors", "scratch"):
        wanted, found = getattr(before, what), getattr(after, what)
        table.equal(f"{name}: {what.replace('_', ' ')} afterwards", wanted, found)


def _judge(table: Table, name: str, ledger: Ledger) -> None:
    disturbances = len(ledger.trouble.log)
    table.add(f"{name}: disturbances", "", disturbances, ok=True)
    table.at_least(f"{name}: right outcomes", disturbances // 2, ledger.right)
    table.none_of(f"{name}: wrong outcomes", ledger.wrong)
    table.none_of(f"{name}: programs without an outcome", ledger.hung)
    table.add(f"{name}: honest errors of the sandbox", "", ledger.errors.total(), ok=True)


async def _recover(table: Table, name: str, sandbox: Runner) -> None:
    """Run sound programs, which nobody disturbs any more, as the daemon does."""
    wrong = []
    for execution in executions(SOUND_AFTERWARDS, hostile_every=SOUND_AFTERWARDS + 1):
        source, calls = execution.program.source, [execution.call]
        (outcome,) = await execute(sandbox, source, calls, twin=execution.twin)
        if not execution.is_right(outcome):
            wrong.append(f"{execution.name}: {outcome}")
    table.none_of(f"{name}: of {SOUND_AFTERWARDS} sound programs afterwards, wrong", wrong)


async def _open(name: str, exits: AsyncExitStack) -> Sandbox | HelperSandbox:
    """Start a sandbox at a level, with an interpreter that all users may read if it takes one."""
    if name == HELPER:
        return await exits.enter_async_context(HelperSandbox(WORKERS, LIMITS))
    level = SandboxLevel[name]
    for python in filter(Path.exists, map(Path, INTERPRETERS)):
        sandbox = Sandbox(WORKERS, LIMITS, python=python, at_most=level)
        await exits.enter_async_context(sandbox)
        if sandbox.level == level:
            return sandbox
        await exits.aclose()
    raise SystemExit(f"level {name} is not to be had here")


async def chaos(table: Table, options: argparse.Namespace) -> None:
    """Make trouble in each place."""
    for name in options.only.split(","):
        before = holding()
        async with AsyncExitStack() as exits:
            await _at(table, name, options, exits)
        table.equal(f"{name}: processes at the end", before.processes, holding().processes)


def options_of(arguments: list[str]) -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description="Disturb the sandbox.")
    parser.add_argument("--disturbances", type=int, default=DISTURBANCES, help="in each place")
    parser.add_argument("--seed", type=int, default=1, help="of the moments and the victims")
    parser.add_argument("--only", default=PLACES, help="places, with commas between")
    return parser.parse_args(arguments)


def main(arguments: list[str]) -> int:
    """Make trouble, print the table; the exit status says whether all goals are met."""
    table, began = Table(), time.monotonic()
    with own_folder():
        anyio.run(chaos, table, options_of(arguments))
    print(f"       {time.monotonic() - began:.0f} s")
    table.print()
    return int(not table.ok)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
