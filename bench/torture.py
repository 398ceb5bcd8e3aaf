"""The torture of journal and dataset: crashes, losses of power, failing disks, changed bytes.

    python bench/torture.py [--jobs 2] [--only daemon,mutate,kill,power,resume,eio,full,bugs]

A small run of the real synthesis, with fakes for teacher, sandbox and disk, is struck at every call
to its disk. Prints each sweep as it ends; exit status 1 where a promise was broken, with what
befell that run, or where a planted bug is not found.
"""

from __future__ import annotations

import argparse
import errno
import logging
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Iterable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import TypeVar

import anyio
import structlog
from anyio import to_thread
from torture_parts import crashes, faults, mutations
from torture_parts.bugs import PLANTED
from torture_parts.crashes import crash
from torture_parts.disk import GROWING
from torture_parts.faults import SYNCS, fail
from torture_parts.kills import kill_often
from torture_parts.mutations import Mutant
from torture_parts.rig import Bench, Broken, prepare

from codeiod.journal.keeper import Keeping
from codeiod.journal.retention import Retention

PARTS = ("daemon", "mutate", "kill", "power", "resume", "eio", "full", "bugs")
KEEPINGS = {
    "keep": Keeping(snapshot_records=40),
    "drop": Keeping(retention=Retention.DROP, snapshot_records=40),
    "archive": Keeping(retention=Retention.ARCHIVE, snapshot_records=25),
    "plain": Keeping(compress=False, snapshot_records=10**9),
}
POWER_CASES = 130
"""For each way to keep segments."""
BUG_CASES = 500
SPLICES = 10_000
RECOVERIES = 250
KILLS = 30
SHOWN = 3
FULL_BYTES = 160_000
"""More than a run takes."""

Case = TypeVar("Case")


@dataclass(slots=True)
class Torture:
    """The sweeps, and what they found."""

    folder: Path
    broken: int = 0
    """Promises, and planted bugs that were not found."""

    async def bugs(self) -> None:
        """Plant each bug, and count the cases until it is found."""
        bench = await self._prepare("keep")
        for name, bug in PLANTED.items():
            with bug():
                cases = await self._found_after(bench)
            told = f"found within {cases} cases" if cases else f"NOT FOUND in {2 * BUG_CASES} cases"
            self.broken += not cases
            print(f"  planted: {name}: {told}", flush=True)

    async def kill(self) -> None:
        """Kill at every call, torn in each way, and again in the life after it."""
        for name in KEEPINGS:
            bench = await self._prepare(name)
            points = crashes.kill_points(bench.calls, 1 if name == "drop" else 6)
            await self._sweep(f"kill -9 at a call ({name})", bench, crash, points)

    async def resume(self) -> None:
        """Kill half-way, then at every call of the life that goes on."""
        bench = await self._prepare("drop")
        points = crashes.resume_points(bench.calls, 2)
        await self._sweep("kill -9 at a call of a resumed run", bench, crash, points)

    async def power(self) -> None:
        """Lose the power at any call, in each way."""
        for name in KEEPINGS:
            bench = await self._prepare(name)
            points = crashes.power_points(POWER_CASES, bench.calls)
            await self._sweep(f"power lost ({name})", bench, crash, points)

    async def eio(self) -> None:
        """Fail at every call, once and for good."""
        bench = await self._prepare("archive")
        cases = chain(
            faults.failing(errno.EIO, 2 * bench.calls, 2),
            faults.failing(errno.EIO, bench.calls // 3, 1, SYNCS),
        )
        await self._sweep("EIO at a call", bench, fail, cases)

    async def full(self) -> None:
        """Have no room at every call that needs some, and let the disk fill at any moment."""
        bench = await self._prepare("drop")
        cases = faults.failing(errno.ENOSPC, bench.calls, 1, GROWING)
        await self._sweep("ENOSPC at a call", bench, fail, cases)
        await self._sweep("a disk that fills", bench, fail, faults.filling(FULL_BYTES, 100))

    async def mutate(self) -> None:
        """Change every byte of journals, end them at every byte, and splice them."""
        bench = await prepare(self.folder, KEEPINGS["plain"], 1)
        plain = await mutations.subject_of(bench, bench.calls * 3 // 4)
        self._read("as written", mutations.Reader(plain, whole=True), _all_mutants(plain))
        mutants = mutations.splices(plain, RECOVERIES)
        await self._sweep("recoveries, as written", bench, _recovery(plain), mutants)
        bench = await prepare(self.folder, Keeping(snapshot_records=25), 1)
        sealed = await mutations.snapshot_subject_of(bench)
        flips = mutations.flips(sealed, (0x01,), ".zst")
        read = chain(flips, mutations.segments(sealed), mutations.splices(sealed, SPLICES // 4))
        self._read("compressed", mutations.Reader(sealed, whole=True), read)
        flips = mutations.flips(sealed, (0x01,), "snapshot", 4)
        read = chain(flips, mutations.prefixes(sealed, 16), mutations.segments(sealed))
        self._read("with a snapshot", mutations.Reader(sealed, whole=False), read)
        mutants = mutations.splices(sealed, RECOVERIES)
        await self._sweep("recoveries, with a snapshot", bench, _recovery(sealed), mutants)

    async def daemon(self) -> None:
        """Kill a real daemon under load, again and again."""
        started = time.monotonic()
        outcome = await to_thread.run_sync(kill_often, self.folder, KILLS)
        self.broken += not outcome.sound
        print(f"  kill -9 of a daemon: {outcome}, {time.monotonic() - started:.0f} s", flush=True)

    def _read(self, name: str, reader: mutations.Reader, mutants: Iterable[Mutant]) -> None:
        started, verdicts, broken = time.monotonic(), Counter[str](), 0
        for mutant in mutants:
            try:
                verdicts[reader.judge(mutant).value] += 1
            except Broken as error:
                broken += 1
                if broken <= SHOWN:
                    print(f"  BROKEN {error}")
        self.broken += broken
        took, told = time.monotonic() - started, dict(verdicts)
        cases = verdicts.total() + broken
        print(f"  {name}: {cases} cases: {told}, {broken} broken, {took:.0f} s", flush=True)

    async def _prepare(self, name: str) -> Bench:
        return await prepare(self.folder, KEEPINGS[name])

    async def _found_after(self, bench: Bench) -> int:
        syncs = faults.failing(errno.EIO, bench.calls, 1, SYNCS)
        once = (case for case in syncs if not case.lasting)
        points = crashes.power_points(BUG_CASES, bench.calls)
        for cases, (case, point) in enumerate(zip(once, points, strict=False)):
            try:
                await fail(bench, case)
                await crash(bench, point)
            except Broken:
                return 2 * (cases + 1)
        return 0

    async def _sweep(
        self,
        name: str,
        bench: Bench,
        play: Callable[[Bench, Case], Awaitable[bool]],
        cases: Iterable[Case],
    ) -> None:
        started, struck, played, broken = time.monotonic(), 0, 0, 0
        for case in cases:
            played += 1
            try:
                struck += await play(bench, case)
            except Broken as error:
                broken += 1
                if broken <= SHOWN:
                    print(f"  BROKEN {case}:\n    {error}")
        self.broken += broken
        took = time.monotonic() - started
        print(
            f"  {name}: {played} cases, {struck} struck, {broken} broken, {took:.0f} s", flush=True
        )


def _all_mutants(subject: mutations.Subject) -> Iterable[Mutant]:
    return chain(
        mutations.flips(subject),
        mutations.prefixes(subject),
        mutations.segments(subject),
        mutations.splices(subject, SPLICES),
    )


def _recovery(subject: mutations.Subject) -> Callable[[Bench, Mutant], Awaitable[bool]]:
    async def play(bench: Bench, mutant: Mutant) -> bool:
        return await mutations.recover(bench, subject, mutant)

    return play


def main(arguments: list[str]) -> int:
    """Play the parts asked for; the exit status says whether all promises were kept."""
    parser = argparse.ArgumentParser(description="Torture journal and dataset.")
    parser.add_argument("--only", default=",".join(PARTS), help="parts, with commas between")
    parser.add_argument("--jobs", type=int, default=2, help="parts that are played at once")
    options = parser.parse_args(arguments)
    parts = options.only.split(",")
    if unknown := set(parts) - set(PARTS):
        parser.error(f"unknown parts: {', '.join(sorted(unknown))}; known: {', '.join(PARTS)}")
    started = time.monotonic()
    with ProcessPoolExecutor(options.jobs) as pool:
        broken = sum(pool.map(_play, parts))
    print(f"{broken} broken; {time.monotonic() - started:.0f} s")
    return int(broken > 0)


def _play(part: str) -> int:
    """Play one part in a process of its own; return how much was broken."""
    wrapper = structlog.make_filtering_bound_logger(logging.CRITICAL)
    structlog.configure(wrapper_class=wrapper)
    with tempfile.TemporaryDirectory(prefix="codeiod-torture-") as folder:
        torture = Torture(Path(folder))
        anyio.run(getattr(torture, part))
    return torture.broken


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
