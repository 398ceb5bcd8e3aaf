"""What is measured of a journal, each in a process of its own: it prints one line of JSON.

May import codeiod and ``generated``.
"""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any
from zlib import crc32

import anyio
import orjson

from codeiod.admission import Recipe
from codeiod.config import load
from codeiod.config.settings import Settings
from codeiod.dataset.committer import Committer
from codeiod.items import Answer, GaveUp
from codeiod.journal import Journal, Keeping, Ledger
from codeiod.journal.disk import OsDisk
from codeiod.journal.folder import JOURNAL
from codeiod.journal.records import RecipeSet
from codeiod.journal.replay import Replay
from codeiod.service.live import Live
from codeiod.service.parts import Parts
from codeiod.service.plan import Plan
from codeiod.service.recipes import agree
from codeiod.service.run import Run
from codeiod.service.traffic import CountedRunner
from codeiod.teachers.asks import Ask
from codeiod.testing import FakeSandbox, FakeTeacher
from codeiod_prompts import Prompts

COVERED_FROM = 19
"""Where the checksum of a line begins to hold."""
ROUNDS = 5
"""The best counts: nothing else tells what a busy machine does to a few milliseconds."""
PLAIN = Keeping(compress=False, snapshot_records=1 << 40)


def settings_of(out: Path) -> Settings:
    """Return the settings of the run that is measured."""
    return load(
        None, ["teacher.kind=builtin", f"output.dir={json.dumps(str(out))}"], environ={}
    ).settings


def recipe_of(out: Path) -> Recipe:
    """Return the recipe of that run."""
    return Recipe.of(settings_of(out), Prompts.load())


def recorded_recipe(out: Path) -> RecipeSet:
    """Return the record of that recipe."""
    recipe = recipe_of(out)
    return RecipeSet(recipe.digest, recipe.body)


def bare(out: Path) -> dict[str, float]:
    """Checksum and parse every line: the least that any reader has to do."""
    started, size = time.perf_counter(), 0
    for path in sorted((out / JOURNAL).glob("segment-*.jsonl")):
        with path.open("rb") as lines:
            for line in lines:
                crc32(memoryview(line)[COVERED_FROM:-1])
                orjson.loads(line)
                size += len(line)
    return {"seconds": time.perf_counter() - started, "bytes": size}


def replay(out: Path) -> dict[str, float]:
    """Read the whole log into a state."""
    started = time.perf_counter()
    walk = Replay(OsDisk(), out / JOURNAL)
    walk.run()
    return {"seconds": time.perf_counter() - started, "records": walk.seq - 1}


def _seconds(work: Callable[[], object]) -> float:
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


async def snapshot(out: Path) -> dict[str, float]:
    """Start from the whole log, and take a snapshot: how long the loop stands still, the thread."""
    started = time.perf_counter()
    async with Journal.open(out, keeping=PLAIN) as journal:
        opened = time.perf_counter() - started
        state = journal.state
        tables = sum(len(table.cells) for tables in state.freeze().tables for table in tables)
        still = min(_seconds(state.freeze) for _ in range(ROUNDS))
        replayed = peak_mb()
        started = time.perf_counter()
    return {
        "open_seconds": opened,
        "open_peak_mb": replayed,
        "bytes_an_item": tables / state.items,
        "still_seconds": still,
        "close_seconds": time.perf_counter() - started,
        "bytes": max(path.stat().st_size for path in (out / JOURNAL).glob("snapshot-*")),
    }


class FirstCall(FakeTeacher):
    """A teacher who ends the process when it is first asked: there is nothing more to measure."""

    async def answer(self, ask: Ask, ledger: Ledger) -> Answer | GaveUp:
        del ask, ledger
        tell({})
        os._exit(0)


async def first_call(out: Path) -> dict[str, float]:
    """Begin as a run does, up to the first new call for an item that is not done."""
    plan = Plan(settings_of(out), ())
    async with (
        Journal.open(out, keeping=PLAIN) as journal,
        Committer.open(out, journal) as committer,
    ):
        recipes = agree(journal, recipe_of(out), new_recipe=False)
        runner = CountedRunner(FakeSandbox(), 1)
        parts = Parts(journal, committer, recipes, runner, FirstCall(), "fake")
        await Run(plan, parts).live(_no_display)
    return {}


async def _no_display(_: Live) -> None:
    await anyio.sleep_forever()


def peak_mb() -> float:
    """Return the peak of this process's memory; ``ru_maxrss`` is of who began it, too."""
    return int(Path("/proc/self/status").read_text().partition("VmHWM:")[2].split()[0]) / 1024


def tell(found: dict[str, float]) -> None:
    """Print what was found, and the memory that it took."""
    print(json.dumps(found | {"peak_mb": peak_mb()}), flush=True)


MEASURES: dict[str, Callable[[Path], Any]] = {
    "bare": bare,
    "replay": replay,
    "snapshot": partial(anyio.run, snapshot),
    "first_call": partial(anyio.run, first_call),
}

if __name__ == "__main__":
    tell(MEASURES[sys.argv[1]](Path(sys.argv[2])))
