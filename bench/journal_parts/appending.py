"""How fast answers become durable, beside a bare loop over the same writes and as many syncs.

Imports ``codeiod.journal``, the standard library and the table. The bare loop does what the journal
did to the disk: the same bytes in the same writes, and a sync after as many of them, in one thread
that does nothing else. *Appending* is the journal alone: records that are there already, appended
as fast as it takes them, with a bound on what is not durable yet. *Calls* are all that a run does
for an answer: a task for each, which waits until its intent is written, and its answer durable.
"""

from __future__ import annotations

import gc
import os
import tempfile
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path

import anyio
from anyio import to_thread
from recorded_parts.table import Table

from codeiod.items import Answer, Origin, Usage, item_id_of
from codeiod.journal import Journal, Steps
from codeiod.journal.disk import OsDisk
from codeiod.journal.records import Admit, Step
from codeiod.journal.steps import Ledger

ANSWERS = 20_000
AT_ONCE = 4096
"""Calls in flight: as many as bring 5,000 answers a second where one takes 0.8 s."""
GROUP = 256
"""Records that are waited for together in appending."""
GROUPS_AT_ONCE = 8
ANSWER_CHARACTERS = 4000
REASONING_CHARACTERS = 12_000
"""More, with answers of a model that thinks aloud: many bytes, so that the disk is what bounds."""
ONE_BY_ONE = 1000
"""Answers where each waits for a sync of its own: the disk bounds here, too."""
COLLECT_AFTER = (2000, 10, 20)
"""As ``codeiod run`` sets it."""
ROUNDS = 5
LEAST_SHARE = 0.7
LEAST_A_SECOND = 5000
SYNC = -1


class NotedDisk(OsDisk):
    """The real disk, and what was done to it, in order: the bytes of a write, or ``SYNC``."""

    def __init__(self) -> None:
        self.done: list[int] = []

    def write(self, descriptor: int, data: bytes | memoryview) -> int:
        taken = super().write(descriptor, data)
        self.done.append(taken)
        return taken

    def sync(self, descriptor: int) -> None:
        super().sync(descriptor)
        self.done.append(SYNC)


def bare_loop(path: Path, done: list[int]) -> float:
    """Do the same to a file of its own; return the seconds."""
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC)
    data = memoryview(bytes(max(done)))
    started = time.perf_counter()
    for what in done:
        if what == SYNC:
            os.fdatasync(descriptor)
        else:
            os.write(descriptor, data[:what])
    seconds = time.perf_counter() - started
    os.close(descriptor)
    return seconds


@dataclass(slots=True)
class Round:
    """One measurement."""

    seconds: float
    cpu_seconds: float
    """Of the whole process, all threads."""
    done: list[int] = field(repr=False)
    bare_seconds: float = 0.0

    @property
    def share(self) -> float:
        """How much of the bare loop's speed is reached."""
        return self.bare_seconds / self.seconds

    def __str__(self) -> str:
        syncs = self.done.count(SYNC)
        size = sum(what for what in self.done if what != SYNC)
        return (
            f"{size / 1e6:.0f} MB in {len(self.done) - syncs} writes, {syncs} syncs:"
            f" {self.seconds:.2f} s ({self.cpu_seconds:.2f} s of CPU),"
            f" bare {self.bare_seconds:.2f} s"
        )


Way = Callable[[Journal, list[str]], Awaitable[Callable[[], Awaitable[None]]]]
"""Prepares what is to be measured, for a journal and its items."""


async def appending(
    reasoning: int, journal: Journal, items: list[str]
) -> Callable[[], Awaitable[None]]:
    """Append answers that are there already, with so many characters of reasoning."""
    answers = (
        replace(_answer(n), reasoning="thinking " * (reasoning // 9)) for n in range(ANSWERS)
    )
    records = [
        Step(items[number % AT_ONCE], 0, _key(number), 1, "digest", answer, answer.usage, 0.01, "")
        for number, answer in enumerate(answers)
    ]
    limit = anyio.CapacityLimiter(GROUPS_AT_ONCE)

    async def flush(borrower: object) -> None:
        await journal.flush()
        limit.release_on_behalf_of(borrower)

    async def act() -> None:
        async with anyio.create_task_group() as flushes:
            for start in range(0, ANSWERS, GROUP):
                await limit.acquire_on_behalf_of(start)
                for record in records[start : start + GROUP]:
                    journal.append(record)
                flushes.start_soon(flush, start)

    return act


async def one_by_one(journal: Journal, items: list[str]) -> Callable[[], Awaitable[None]]:
    """Append answers, each when the one before is durable."""

    async def act() -> None:
        for number in range(ONE_BY_ONE):
            answer = _answer(number)
            step = Step(items[0], 0, f"out/{number}/0/1", 1, "digest", answer, answer.usage)
            await journal.append_durable(step)

    return act


async def calls(journal: Journal, items: list[str]) -> Callable[[], Awaitable[None]]:
    """Land answers as a run does, each after its intent."""

    async def call(worker: int) -> None:
        steps = Steps(journal, items[worker], 0)
        for number in range(worker, ANSWERS, AT_ONCE):
            await steps.pay(_key(number), partial(ask, number), of="digest")

    async def ask(number: int, ledger: Ledger) -> Answer:
        await ledger.intent("digest", 2000, 0.02, "USD")
        return _answer(number)

    async def act() -> None:
        async with anyio.create_task_group() as all_calls:
            for worker in range(AT_ONCE):
                all_calls.start_soon(call, worker)

    return act


async def measured(folder: Path, way: Way) -> Round:
    """Do it once, then the same to the disk in a bare loop."""
    disk = NotedDisk()
    async with Journal.open(folder / "out", disk=disk) as journal:
        act = await way(journal, _admit(journal))
        await journal.flush()
        disk.done.clear()
        cpu, started = time.process_time(), time.perf_counter()
        await act()
        seconds, cpu = time.perf_counter() - started, time.process_time() - cpu
        found = Round(seconds, cpu, disk.done.copy())
    found.bare_seconds = await to_thread.run_sync(bare_loop, folder / "bare", found.done)
    return found


def _admit(journal: Journal) -> list[str]:
    contents = [f"item {number}" for number in range(AT_ONCE)]
    for content in contents:
        item_id = item_id_of(content.encode())
        journal.append(Admit(item_id, "r", Origin("bench", content), {}, content, "now"))
    return [item_id_of(content.encode()) for content in contents]


def _key(number: int) -> str:
    return f"out/{number // AT_ONCE}/0/1"


def _answer(number: int) -> Answer:
    text = f"so answer {number} goes on and on, from step to step; " * 100
    usage = Usage(1000, 0, 1000)
    return Answer(text[:ANSWER_CHARACTERS], model="m", finish="stop", usage=usage, cost=0.01)


async def measure(table: Table, folder: Path = Path(), rounds: int = ROUNDS) -> None:
    """Measure both and put them into the table.

    :param folder: on the disk to be measured.
    """
    alone = await _median(one_by_one, folder, rounds)
    what = "appending one by one: share of a bare loop's speed"
    table.at_least(what, LEAST_SHARE, alone.share, str(alone))
    for reasoning in (REASONING_CHARACTERS, 0):
        appended = await _median(partial(appending, reasoning), folder, rounds)
        what = f"appending answers of {ANSWER_CHARACTERS + reasoning} characters: "
        if reasoning:
            what += "share of a bare loop's speed"
            table.at_least(what, LEAST_SHARE, appended.share, str(appended))
        else:  # the processor bounds here, where the disk is fast: no goal for the share
            told = f"share {appended.share:.2f}; {appended}"
            table.at_least(what + "a second", LEAST_A_SECOND, ANSWERS / appended.seconds, told)
    called = await _median(calls, folder, rounds)
    what = f"calls, {AT_ONCE} at once: answers durable a second"
    table.at_least(what, LEAST_A_SECOND, ANSWERS / called.seconds, str(called))


async def _median(way: Way, folder: Path, rounds: int) -> Round:
    """Return the round in the middle by its share: no two seconds of a disk are the same."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(*COLLECT_AFTER)
    found = []
    for _ in range(rounds):
        with tempfile.TemporaryDirectory(dir=folder) as scratch:
            found.append(await measured(Path(scratch), way))
    return sorted(found, key=lambda one: one.share)[len(found) // 2]
