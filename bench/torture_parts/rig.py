"""A small run of the real synthesis on a simulated disk, life after life, and its oracle.

Imports the product, ``storage`` and ``disk``. All is real from the sources to the shards but
teacher, sandbox and disk. The oracle: the dataset of an undisturbed run, nothing asked again whose
answer was durable, every request in the books, and a ``check`` without findings.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Awaitable, Callable, Iterator
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple
from unittest.mock import patch

import anyio
from anyio import to_thread

from codeiod.admission import Recipe
from codeiod.config import load
from codeiod.dataset.committer import Committer
from codeiod.errors import CodeiodError, DirectoryError, DiskFull, ExitStatus
from codeiod.items import Answer, GaveUp, Reason
from codeiod.journal import Journal, Ledger, Steps
from codeiod.journal.frame import found_in
from codeiod.journal.keeper import Keeping
from codeiod.reports.check import check
from codeiod.reports.status import Report
from codeiod.service import life, run
from codeiod.service.live import Live
from codeiod.service.parts import Parts
from codeiod.service.plan import Plan
from codeiod.service.recipes import agree
from codeiod.service.traffic import CountedRunner
from codeiod.teachers.asks import Ask, UnifyAsk
from codeiod.testing import FakeSandbox, FakeTeacher
from codeiod_prompts import Prompts
from torture_parts.disk import Dead, SimDisk, read_whole
from torture_parts.storage import Storage

ROOT = Path("/torture")
"""In the simulated machine; nothing of it is on a real disk."""
JOURNAL = ROOT / "out/journal"
SEGMENT_BYTES = 8_000
PART_BYTES = 12_000
RESERVE_BYTES = 4_096
KEEPING = Keeping(snapshot_records=40)
LIFE_SECONDS = 30.0
FILES = 5
TIMES = ("finished_at",)
STREAMS = ("dataset/samples", "dataset/programs", "rejects")
REFUSED, EMPTY = "# refused\nx = 1\n", ""
"""A file that the teacher gives up on, and one that is rejected at admission."""

Name = tuple[str, int, str]
"""An answer: of which item, epoch and key."""


class Broken(AssertionError):
    """A promise was not kept."""


@dataclass(slots=True)
class Promises:
    """What the product said is durable, and what it asked for."""

    durable: set[Name] = field(default_factory=set)
    """Answers that were used: no crash of any kind may lose them."""
    written: set[Name] = field(default_factory=set)
    """Answers that stood in the journal when a process was killed: only a loss of power may."""
    asked: int = 0
    """Requests that reached the teacher."""
    again: list[Name] = field(default_factory=list)

    def begin(self, name: Name) -> None:
        """Note that an answer is about to be paid for."""
        if name in self.durable or name in self.written:
            self.again.append(name)


class WatchedSteps(Steps):
    """Durable steps that tell what they promise."""

    promises: Promises

    async def pay(
        self, key: str, work: Callable[[Ledger], Awaitable[Answer | GaveUp]], *, of: str
    ) -> Answer | GaveUp:
        name = (self.item_id, self.epoch, key)

        async def watched(ledger: Ledger) -> Answer | GaveUp:
            self.promises.begin(name)
            return await work(ledger)

        result = await super().pay(key, watched, of=of)
        self.promises.durable.add(name)
        return result


class QuietLife(run.Run):
    """A life that no signal reaches: it runs in any thread."""

    async def _obey_signals(self) -> None:
        await anyio.sleep_forever()


class Teacher(FakeTeacher):
    """The fake teacher, which counts what reaches it and gives up on one of the files."""

    def __init__(self, promises: Promises) -> None:
        super().__init__(script=self._give_up)
        self._promises = promises

    def _give_up(self, ask: Ask) -> GaveUp | None:
        self._promises.asked += 1
        if isinstance(ask, UnifyAsk) and ask.item.content == REFUSED:
            return GaveUp(Reason.CONTENT_FILTER, "no")
        return None


class Ended(NamedTuple):
    """How a life ended."""

    done: bool
    error: BaseException | None = None
    """What the operator is shown, or what should never be."""
    told: bool = True
    """Whether the error is one line for the operator."""


class Bench(NamedTuple):
    """What all runs share: the plan, and the dataset that it must give."""

    plan: Plan
    recipe: Recipe
    expected: Counter[str]
    calls: int
    """Changes of the disk that an undisturbed run makes, more or less."""
    keeping: Keeping


@dataclass(slots=True)
class Run:
    """One directory through all its lives."""

    bench: Bench
    storage: Storage = field(default_factory=lambda: Storage(ROOT))
    promises: Promises = field(default_factory=Promises)
    lives: list[str] = field(default_factory=list)
    """What befell it, for the report of a failure."""
    power_lost: bool = False

    async def live(self, disk: SimDisk) -> Ended:
        """Live once, to the end or to death."""
        try:
            with anyio.fail_after(LIFE_SECONDS):
                ended = await self._live(disk)
        except CodeiodError as error:
            ended = Ended(done=False, error=error)
        except BaseExceptionGroup as group:
            rest = group.split((CodeiodError, Dead))[1]
            ended = Ended(done=False, error=rest or group, told=rest is None)
        except Exception as error:  # noqa: BLE001 -- it is what the oracle judges
            ended = Ended(done=False, error=error, told=isinstance(error, Dead))
        self.lives.append(f"{disk.struck or disk.calls} -> {ended.error or 'done'}")
        return ended

    async def _live(self, disk: SimDisk) -> Ended:
        plan = self.bench.plan
        watched = type("Watched", (WatchedSteps,), {"promises": self.promises})
        async with open_journal(plan.directory, disk, self.bench.keeping) as journal:
            # What was read back has been synced, or the journal would not be open.
            self.promises.durable |= self.promises.written
            async with Committer.open(plan.directory, journal, part_bytes=PART_BYTES) as committer:
                recipes = agree(journal, self.bench.recipe, new_recipe=False)
                runner = CountedRunner(FakeSandbox(), 1)
                parts = Parts(journal, committer, recipes, runner, Teacher(self.promises), "fake")
                with patch.object(life, "Steps", watched):
                    ended = await QuietLife(plan, parts).live(_watch)
        if ended.status is ExitStatus.DONE:
            return Ended(done=True)
        return Ended(done=False, error=DiskFull(ended.live.advice))

    def after_kill(self) -> None:
        """Take note of the answers that the killed process had written."""
        self.promises.written |= set(_answers(SimDisk(self.storage)))

    def after_power_loss(self) -> None:
        """Forget what was only written."""
        self.promises.written.clear()
        self.power_lost = True

    def require_sound(self, *, whole: bool, damaged: tuple[Path, ...] = ()) -> None:
        """Hold the directory as it stands against the oracle.

        :param whole: it has been run to its end.
        :param damaged: files that ``check`` may find damaged.
        """
        disk = SimDisk(self.storage)
        if not whole and not _begun(disk):
            return
        try:
            result = check(self.bench.plan.directory, disk)
        except DirectoryError as error:
            raise Broken(f"check refuses: {error}; {self.lives}") from error
        if not result.ok and not any(str(path) in str(result.findings) for path in damaged):
            raise Broken(f"check finds {[str(found) for found in result.findings]}; {self.lives}")
        report_file = ROOT / "out/report.json"
        if disk.size(report_file) is not None:
            json.loads(read_whole(disk, report_file))
        if whole and result.report is not None:
            self._require_whole(result.report)

    def require_dataset(self) -> None:
        """Hold the dataset against that of the undisturbed run."""
        found = dataset_of(SimDisk(self.storage))
        if found != self.bench.expected:
            missing = (self.bench.expected - found).total()
            many = (found - self.bench.expected).total()
            raise Broken(f"{missing} lines are missing, {many} too many; {self.lives}")

    def _require_whole(self, report: Report) -> None:
        if self.promises.again:
            raise Broken(f"asked again: {self.promises.again[:3]}; {self.lives}")
        self.require_dataset()
        booked = report.calls.answered + report.calls.failed + report.calls.in_flight_lost
        if not self.power_lost and self.promises.asked > booked:
            raise Broken(f"{self.promises.asked} asked, {booked} in the books; {self.lives}")


async def prepare(folder: Path, keeping: Keeping = KEEPING, files: int = FILES) -> Bench:
    """Write the source into a folder, and run it once undisturbed."""
    plan, recipe = await to_thread.run_sync(_prepare, folder, files)
    run = Run(Bench(plan, recipe, Counter(), 0, keeping))
    disk = SimDisk(run.storage)
    ended = await run.live(disk)
    if not ended.done:
        raise Broken("the undisturbed run does not end") from ended.error
    return Bench(plan, recipe, dataset_of(disk), disk.calls, keeping)


def _prepare(folder: Path, files: int) -> tuple[Plan, Recipe]:
    source = folder / "items.jsonl"
    contents = [f"def f(n):\n    return n + {number}\n" for number in range(files)]
    contents += [contents[0], REFUSED, EMPTY]
    source.write_text("".join(json.dumps({"content": content}) + "\n" for content in contents))
    assigned = ["teacher.kind=builtin", f"output.dir={json.dumps(str(ROOT / 'out'))}"]
    assigned += ["sample.pairs=4", "predict.output_pairs=2", "predict.input_pairs=2"]
    plan = Plan(load(None, assigned, environ={}).settings, (str(source),))
    return plan, Recipe.of(plan.settings, Prompts.load())


def open_journal(
    directory: Path, disk: SimDisk, keeping: Keeping
) -> AbstractAsyncContextManager[Journal]:
    """Open the journal so that even a small run has many segments and snapshots."""
    return Journal.open(
        directory,
        disk=disk,
        segment_bytes=SEGMENT_BYTES,
        keeping=keeping,
        reserve_bytes=RESERVE_BYTES,
    )


def dataset_of(disk: SimDisk) -> Counter[str]:
    """Return all lines, apart from their times, and how often each stands there."""
    return Counter(
        f"{stream} {json.dumps(_timeless(json.loads(line)), sort_keys=True)}"
        for stream in STREAMS
        for name in disk.names(ROOT / "out" / stream)
        for line in read_whole(disk, ROOT / "out" / stream / name).splitlines()
    )


def _timeless(line: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in line.items() if name not in TIMES}


def _answers(disk: SimDisk) -> Iterator[Name]:
    """Read the answers that stand in the plain segments, by another way than the product's."""
    for name in disk.names(JOURNAL):
        if name.endswith(".jsonl"):
            for found in found_in(read_whole(disk, JOURNAL / name)):
                body = found.body
                if found.kind == "step" and body.get("attempt") and not body.get("truncated"):
                    yield body["item"], body["epoch"], body["key"]


def _begun(disk: SimDisk) -> bool:
    """Tell whether there is a record to go by."""
    return any(disk.size(JOURNAL / name) for name in disk.names(JOURNAL) if "segment" in name)


async def _watch(_: Live) -> None:
    await anyio.sleep_forever()
