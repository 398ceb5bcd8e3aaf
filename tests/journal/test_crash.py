"""A crash at any call to the disk loses nothing that was promised, and doubles nothing.

The scenario is small and real: items are admitted, paid for, and committed to the dataset, over
several segments and parts. It is killed at its n-th change of the disk, for every n: half-way
through the call, or after it (which is before the next one). *kill* keeps what was written, as the
page cache does; *power* keeps only what was synced. The next life loses its power early.
"""

from __future__ import annotations

import json
import os
from collections import Counter
from collections.abc import Awaitable, Callable
from pathlib import Path
from threading import RLock
from typing import Any

import pytest
from anyio import create_task_group
from anyio.from_thread import BlockingPortal, start_blocking_portal

from codeiod.dataset.committer import Committer, Finished
from codeiod.dataset.lines import program_line, reject_line
from codeiod.errors import CodeiodError
from codeiod.items import Answer, Fault, Pair, Program, Reason, Stage, Usage
from codeiod.journal import Journal, Keeping, Ledger, Retention, Steps
from codeiod.journal.disk import OsDisk
from codeiod.journal.records import FINISHED, Admit, RecipeSet
from codeiod.reports.check import check

MakeAdmit = Callable[..., Admit]
CONTENTS = ("one", "two", "three", "four")


class Dead(OSError):
    """The process is gone."""


class CrashDisk(OsDisk):
    """A disk whose process dies at the n-th change of it; all later calls find no one.

    What a sync keeps is modelled, not done: that would only take time. 0 never dies.
    """

    def __init__(self, at: int, when: str, *, power: bool, before: CrashDisk | None = None) -> None:
        self.left = at
        self.when = when
        self.power = power
        self.dead = False
        # The threads of the journal change it at once; each has its turn, and one is the n-th.
        self._turn = RLock()
        self._open: dict[int, Path] = {}
        # What an earlier life wrote and did not sync is still not durable in this one.
        self._synced: dict[Path, int] = before._synced if before else {}
        self._fresh: set[Path] = before._fresh if before else set()
        """Files whose names are not durable yet."""

    def _change(self, act: Callable[[], Any], half: Callable[[], Any] | None = None) -> Any:
        with self._turn:
            self._alive()
            self.left -= 1
            if self.left:
                return act()
            if self.when == "after":
                act()
            elif self.when == "half" and half is not None:
                half()
            self._die()
            raise Dead(0, "killed")

    def _alive(self) -> None:
        if self.dead:
            raise Dead(0, "killed")

    def _die(self) -> None:
        self.dead = True
        for descriptor in self._open:
            os.close(descriptor)
        if self.power:
            for path in self._fresh:
                path.unlink(missing_ok=True)
            for path, length in self._synced.items():
                if path.exists() and path not in self._fresh:
                    os.truncate(path, length)

    def create(self, path: Path) -> int:
        def act() -> int:
            descriptor = OsDisk.create(self, path)
            self._open[descriptor] = path
            self._fresh.add(path)
            self._synced[path] = 0
            return descriptor

        return int(self._change(act))

    def open_append(self, path: Path) -> int:
        self._alive()
        descriptor = super().open_append(path)
        self._open[descriptor] = path
        self._synced.setdefault(path, path.stat().st_size)
        return descriptor

    def lock(self, path: Path) -> int | None:
        self._alive()
        descriptor = super().lock(path)
        if descriptor is not None:
            self._open[descriptor] = path
        return descriptor

    def note(self, descriptor: int, text: str) -> None:
        if not self.dead:
            super().note(descriptor, text)

    def close(self, descriptor: int) -> None:
        if not self.dead:
            self._open.pop(descriptor, None)
            super().close(descriptor)

    def make_folder(self, folder: Path) -> None:
        self._change(lambda: OsDisk.make_folder(self, folder))

    def write(self, descriptor: int, data: bytes | memoryview) -> int:
        return int(
            self._change(
                lambda: OsDisk.write(self, descriptor, data),
                lambda: OsDisk.write(self, descriptor, data[: len(data) // 2]),
            )
        )

    def rewrite(self, path: Path, offset: int, data: bytes) -> None:
        self._change(lambda: OsDisk.rewrite(self, path, offset, data))

    def sync(self, descriptor: int) -> None:
        def act() -> None:
            path = self._open[descriptor]
            self._synced[path] = path.stat().st_size

        self._change(act)

    def sync_folder(self, folder: Path) -> None:
        def act() -> None:
            self._fresh -= {path for path in self._fresh if path.parent == folder}

        self._change(act)

    def truncate(self, descriptor: int, length: int) -> None:
        self._change(lambda: OsDisk.truncate(self, descriptor, length))

    def replace(self, source: Path, target: Path) -> None:
        def act() -> None:
            OsDisk.replace(self, source, target)
            self._synced[target] = self._synced.pop(source, 0)
            if source in self._fresh:
                self._fresh.remove(source)
                self._fresh.add(target)

        self._change(act)

    def remove(self, path: Path) -> None:
        self._change(lambda: OsDisk.remove(self, path))


class Run:
    """The scenario, and what it was promised and has paid over all its lives."""

    def __init__(self, directory: Path, admit: MakeAdmit, keeping: Keeping) -> None:
        self.directory = directory
        self.keeping = keeping
        self.admits = [admit(content) for content in CONTENTS]
        self.durable: set[str] = set()
        """Items whose answer came back from ``pay``."""
        self.done: set[str] = set()
        self.asked: Counter[str] = Counter()

    async def live(self, disk: OsDisk) -> None:
        """One life of the process, to its end or its death."""
        async with (
            Journal.open(
                self.directory, disk=disk, segment_bytes=600, keeping=self.keeping
            ) as journal,
            Committer.open(self.directory, journal, part_bytes=500) as committer,
            create_task_group() as group,
        ):
            group.start_soon(committer.run)
            self.require_kept(journal)
            if not journal.state.recipe:
                journal.append(RecipeSet("r1", {}))
            for admit in self.admits:
                if not journal.state.known(admit.item):
                    journal.append(admit)
                if admit.item in journal.state.pending:
                    await self.carry(journal, committer, admit)
            committer.close()

    def require_kept(self, journal: Journal) -> None:
        """What was promised before is there."""
        state = journal.state
        for item_id in self.done:
            assert item_id not in state.pending
            assert state.known(item_id)
        for item_id in self.durable - self.done:
            pending = state.pending.get(item_id)
            assert pending is None or pending.made("unify/1").position is not None

    async def carry(self, journal: Journal, committer: Committer, admit: Admit) -> None:
        async def ask(ledger: Ledger) -> Answer:
            await ledger.intent("q", 1, 0.5, "USD")
            self.asked[admit.item] += 1
            assert admit.item not in self.durable, "paid twice"
            return Answer("text", usage=Usage(1, 1, 1), cost=0.5, currency="USD")

        await Steps(journal, admit.item, 0).pay("unify/1", ask, of="a")
        self.durable.add(admit.item)
        item, _ = await journal.load_item(admit.item)
        if admit.content == "two":
            line = reject_line(item, Stage.UNIFY, Fault(Reason.UNPARSABLE, "no function"))
            finished = Finished(item.item_id, 0, Reason.UNPARSABLE, rejects=(line,))
        else:
            program = Program(item.item_id, "code", "io", "gen", "problem")
            line = program_line(item, program, [Pair("{}", "1", 1)], "")
            finished = Finished(item.item_id, 0, FINISHED, programs=(line,))
        await committer.finish(finished)
        self.done.add(admit.item)


def live(portal: BlockingPortal, life: Callable[[OsDisk], Awaitable[None]], disk: OsDisk) -> bool:
    """Live once; tell whether it came to its end."""
    ended = False
    try:
        portal.call(life, disk)
        ended = True
    except* (Dead, CodeiodError):
        pass
    return ended


def programs(directory: Path) -> list[str]:
    """The items whose programs stand in the dataset."""
    paths = sorted((directory / "dataset" / "programs").glob("part-*"))
    return [json.loads(line)["item_id"] for path in paths for line in path.read_text().splitlines()]


KEEP, DROP = Keeping(), Keeping(retention=Retention.DROP, snapshot_records=8)


@pytest.mark.parametrize(
    ("when", "power", "keeping"),
    [
        pytest.param("half", False, KEEP, id="half-kill"),
        pytest.param("after", False, KEEP, id="after-kill"),
        pytest.param("half", True, KEEP, id="half-power"),
        pytest.param("after", True, KEEP, id="after-power"),
        pytest.param("half", True, DROP, id="half-power-drop"),
    ],
)
def test_crash_at_every_call(
    tmp_path: Path, admit: MakeAdmit, when: str, keeping: Keeping, *, power: bool
) -> None:
    """Wherever it dies, the next lives end with the same dataset, and pay for nothing twice."""
    wanted = [Run(tmp_path, admit, keeping).admits[number].item for number in (0, 2, 3)]
    finished = False
    at = 0
    with start_blocking_portal() as portal:
        while not finished:
            at += 1
            run = Run(tmp_path / f"{at}", admit, keeping)
            disk = CrashDisk(at, when, power=power)
            finished = live(portal, run.live, disk)
            if not finished:  # and once more, early in the next life: recovery dies too
                again = CrashDisk(at % 17 + 1, when, power=True, before=disk)
                live(portal, run.live, again)
            assert live(portal, run.live, CrashDisk(0, when, power=False)), at
            assert programs(run.directory) == wanted, at
            result = check(run.directory)
            assert result.ok, (at, result.findings)
            assert result.report is not None
            assert max(run.asked.values()) <= 3
            lost = result.report.calls.in_flight_lost
            assert run.asked.total() <= result.report.calls.answered + lost + 2
    assert at > 40
