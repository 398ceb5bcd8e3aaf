"""The torture of journal and dataset: crashes, losses of power, failing disks, changed bytes.

    python bench/torture.py [--only bugs,kill,resume,power,eio,full]

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
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import TypeVar

import anyio
import structlog
from torture_parts import crashes, faults
from torture_parts.bugs import PLANTED
from torture_parts.crashes import crash
from torture_parts.disk import GROWING
from torture_parts.faults import SYNCS, fail
from torture_parts.rig import Bench, Broken, prepare

from codeiod.journal.keeper import Keeping
from codeiod.journal.retention import Retention

PARTS = ("bugs", "kill", "resume", "power", "eio", "full")
KEEPINGS = {
    "keep": Keeping(snapshot_records=40),
    "drop": Keeping(retention=Retention.DROP, snapshot_records=40),
    "archive": Keeping(retention=Retention.ARCHIVE, snapshot_records=25),
    "plain": Keeping(compress=False, snapshot_records=10**9),
}
POWER_CASES = 250
"""For each way to keep segments."""
BUG_CASES = 500
SHOWN = 3
FULL_BYTES = 160_000
"""More than a run takes."""

Case = TypeVar("Case")


@dataclass(slots=True)
class Torture:
    """The sweeps, and what they found."""

    folder: Path
    broken: int = 0

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
            points = crashes.kill_points(bench.calls, 1 if name == "keep" else 3)
            await self._sweep(f"kill -9 at a call ({name})", bench, crash, points)

    async def resume(self) -> None:
        """Kill half-way, then at every call of the life that goes on."""
        bench = await self._prepare("drop")
        points = crashes.resume_points(bench.calls)
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
            faults.failing(errno.EIO, 2 * bench.calls),
            faults.failing(errno.EIO, bench.calls // 2, 1, SYNCS),
        )
        await self._sweep("EIO at a call", bench, fail, cases)

    async def full(self) -> None:
        """Have no room at every call that needs some, and let the disk fill at any moment."""
        bench = await self._prepare("drop")
        cases = faults.failing(errno.ENOSPC, bench.calls, 1, GROWING)
        await self._sweep("ENOSPC at a call", bench, fail, cases)
        await self._sweep("a disk that fills", bench, fail, faults.filling(FULL_BYTES, 200))

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


def main(arguments: list[str]) -> int:
    """Play the parts asked for; the exit status says whether all promises were kept."""
    parser = argparse.ArgumentParser(description="Torture journal and dataset.")
    parser.add_argument("--only", default=",".join(PARTS), help="parts, with commas between")
    parts = parser.parse_args(arguments).only.split(",")
    if unknown := set(parts) - set(PARTS):
        parser.error(f"unknown parts: {', '.join(sorted(unknown))}; known: {', '.join(PARTS)}")
    wrapper = structlog.make_filtering_bound_logger(logging.CRITICAL)
    structlog.configure(wrapper_class=wrapper)
    started = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="codeiod-torture-") as folder:
        torture = Torture(Path(folder))
        for part in parts:
            print(f"{part}:", flush=True)
            anyio.run(getattr(torture, part))
    print(f"{torture.broken} broken; {time.monotonic() - started:.0f} s")
    return int(torture.broken > 0)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
