"""A segment is there whole at any moment while it is compressed or taken away."""

from __future__ import annotations

import errno
import os
from collections.abc import Callable
from pathlib import Path
from threading import Event
from typing import Any

import pytest
from anyio import to_thread
from structlog.testing import capture_logs

from codeiod.errors import Damaged
from codeiod.journal import Journal, Keeping, Retention
from codeiod.journal.disk import OsDisk
from codeiod.journal.folder import (
    ARCHIVE,
    JOURNAL,
    compressed_name,
    list_segments,
    segment_name,
)
from codeiod.journal.keeper import Keeper
from codeiod.journal.records import Admit, RecipeSet, Record
from codeiod.journal.replay import Replay
from codeiod.journal.sealed import BadSeal
from codeiod.journal.sealing import Interrupted, seal, take_away
from codeiod.journal.segments import Segments

MakeJournal = Callable[..., None]
MakeAdmit = Callable[..., Admit]


class Dead(OSError):
    """The process is gone, and with it the power."""


class FallingDisk(OsDisk):
    """A disk that loses its power at the n-th change of it.

    Then bytes that were not synced are gone, and names that the folder was not synced for; what was
    removed is gone at once, which is the worst that can be.
    """

    def __init__(self, at: int, *, half: bool = False) -> None:
        self.left = at
        self.half = half
        self._paths: dict[int, Path] = {}
        self._unsynced: set[Path] = set()
        self._fresh: set[Path] = set()

    def _change(self, act: Callable[[], Any], half: Callable[[], Any] | None = None) -> Any:
        self.left -= 1
        if self.left == 0 and self.half and half is not None:
            half()
        elif self.left > 0:
            return act()
        elif self.left == 0 and not self.half:
            act()
        self._fall()
        raise Dead(0, "no power")

    def _fall(self) -> None:
        for path in self._fresh:
            path.unlink(missing_ok=True)
        for path in self._unsynced - self._fresh:
            if path.exists():
                os.truncate(path, path.stat().st_size // 2)

    def create(self, path: Path) -> int:
        def act() -> int:
            descriptor = OsDisk.create(self, path)
            self._paths[descriptor] = path
            self._fresh.add(path)
            return descriptor

        return int(self._change(act))

    def write(self, descriptor: int, data: bytes | memoryview) -> int:
        self._unsynced.add(self._paths[descriptor])
        return int(
            self._change(
                lambda: OsDisk.write(self, descriptor, data),
                lambda: OsDisk.write(self, descriptor, data[: len(data) // 2]),
            )
        )

    def sync(self, descriptor: int) -> None:
        self._change(lambda: self._unsynced.discard(self._paths[descriptor]))

    def sync_folder(self, folder: Path) -> None:
        def act() -> None:
            self._fresh = {path for path in self._fresh if path.parent != folder}

        self._change(act)

    def replace(self, source: Path, target: Path) -> None:
        def act() -> None:
            OsDisk.replace(self, source, target)
            for names in (self._fresh, self._unsynced):
                if source in names:
                    names.remove(source)
                    names.add(target)

        self._change(act)

    def remove(self, path: Path) -> None:
        self._change(lambda: OsDisk.remove(self, path))


def records(directory: Path) -> list[Record]:
    """Read a journal back, whatever its segments stand in."""
    found: list[Record] = []
    Replay(OsDisk(), directory / JOURNAL, lambda record, _: found.append(record)).run()
    return found


def numbers(directory: Path) -> tuple[list[int], list[int]]:
    """List the plain and the compressed segments."""
    plain, compressed = list_segments(OsDisk(), directory / JOURNAL)
    return sorted(plain), sorted(compressed)


@pytest.mark.parametrize("half", [False, True], ids=["after", "half"])
def test_power_loss_at_every_call(tmp_path: Path, make_journal: MakeJournal, *, half: bool) -> None:
    """Wherever the power goes while a segment is compressed, nothing is lost; another try ends."""
    ended, at = False, 0
    while not ended:
        at += 1
        directory = tmp_path / f"{at}"
        make_journal(directory, 700)
        written = records(directory)
        try:
            seal(FallingDisk(at, half=half), directory / JOURNAL, 1)
            ended = True
        except OSError:
            pass
        assert records(directory) == written, at
        seal(OsDisk(), directory / JOURNAL, 1)
        assert numbers(directory)[1] == [1]
        assert 1 not in numbers(directory)[0]
        assert not list((directory / JOURNAL).glob(".*"))
        assert records(directory) == written, at
    assert at > 5


@pytest.mark.parametrize("name", ["sync", "sync_folder"])
def test_planted_bugs_are_caught(
    tmp_path: Path, make_journal: MakeJournal, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    """The test above sees it if a sync is left out."""
    monkeypatch.setattr(FallingDisk, name, lambda *_: None)
    with pytest.raises((AssertionError, Damaged)):
        test_power_loss_at_every_call(tmp_path, make_journal, half=False)


def test_a_name_of_an_earlier_life(
    tmp_path: Path, make_journal: MakeJournal, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A compressed file that a killed process just named is made durable before the other goes."""
    make_journal(tmp_path, 700)
    written = records(tmp_path)
    disk = FallingDisk(1 << 30)

    def killed(_: Path) -> None:
        raise Dead(0, "killed")

    with monkeypatch.context() as patch:
        patch.setattr(disk, "sync_folder", killed)
        with pytest.raises(Dead):
            seal(disk, tmp_path / JOURNAL, 1)
    assert numbers(tmp_path)[1] == [1]
    seal(disk, tmp_path / JOURNAL, 1)  # in the next life
    disk._fall()
    assert records(tmp_path) == written


def test_both_forms(tmp_path: Path, make_journal: MakeJournal) -> None:
    """Of both forms the compressed one is taken if it is whole, else the plain one."""
    make_journal(tmp_path, 700)
    folder = tmp_path / JOURNAL
    plain, compressed = folder / segment_name(1), folder / compressed_name(1)
    written, text = records(tmp_path), plain.read_bytes()
    seal(OsDisk(), folder, 1)
    good = compressed.read_bytes()

    plain.write_bytes(text[:10])  # it is about to be removed
    assert records(tmp_path) == written
    plain.write_bytes(text)
    for bad in (b"", good[:50], good[:50] + b"x" + good[51:]):
        compressed.write_bytes(bad)
        assert records(tmp_path) == written
        seal(OsDisk(), folder, 1)
        assert compressed.read_bytes() == good
        assert not plain.exists()
        plain.write_bytes(text)


def test_interrupted(tmp_path: Path, make_journal: MakeJournal) -> None:
    """One that is to stop leaves the segment as it was, and no draft."""
    make_journal(tmp_path, 700)
    before = OsDisk().names(tmp_path / JOURNAL)
    with pytest.raises(Interrupted):
        seal(OsDisk(), tmp_path / JOURNAL, 1, lambda: False)
    assert OsDisk().names(tmp_path / JOURNAL) == before


def test_what_is_not_read_back(tmp_path: Path, make_journal: MakeJournal) -> None:
    """The plain form stays where the compressed one is not what was written."""

    class Lying(OsDisk):
        def write(self, descriptor: int, data: bytes | memoryview) -> int:
            super().write(descriptor, bytes(data).replace(b"\x28\xb5\x2f\xfd", b"\0\0\0\0"))
            return len(data)

    make_journal(tmp_path, 700)
    written = records(tmp_path)
    with pytest.raises(BadSeal):
        seal(Lying(), tmp_path / JOURNAL, 1)
    assert numbers(tmp_path)[1] == []
    assert records(tmp_path) == written


@pytest.mark.parametrize("half", [False, True], ids=["after", "half"])
def test_power_loss_while_archiving(
    tmp_path: Path, make_journal: MakeJournal, *, half: bool
) -> None:
    """An archived segment is here or there, and read in either place."""
    ended, at = False, 0
    while not ended:
        at += 1
        directory = tmp_path / f"{at}"
        make_journal(directory, 700, compress=True)
        written = records(directory)
        try:
            take_away(FallingDisk(at, half=half), directory / JOURNAL, [1, 2], archive=True)
            ended = True
        except OSError:
            pass
        assert records(directory) == written, at
        take_away(OsDisk(), directory / JOURNAL, [1, 2], archive=True)
        assert OsDisk().names(directory / JOURNAL / ARCHIVE) == [
            compressed_name(1),
            compressed_name(2),
        ]
        assert records(directory) == written, at
    assert at > 4


async def test_a_journal_compresses_its_segments(tmp_path: Path, admit: MakeAdmit) -> None:
    """What is sealed is compressed meanwhile, and read by the same positions, now and later."""
    async with Journal.open(tmp_path, segment_bytes=500) as journal:
        journal.append(RecipeSet("r1", {}))
        for n in range(10):
            await journal.append_durable(admit(f"{n}"))
        last = journal._segment
        idle = Event()
        journal._keeper._jobs.put(idle.set)
        assert await to_thread.run_sync(idle.wait, 20)
        assert await to_thread.run_sync(numbers, tmp_path) == ([last], list(range(1, last)))
        for n, item_id in enumerate(journal.state.pending):
            item, _ = await journal.load_item(item_id)
            assert item.content == f"{n}"
    async with Journal.open(tmp_path, keeping=Keeping(compress=False)) as journal:
        for n, item_id in enumerate(journal.state.pending):
            item, _ = await journal.load_item(item_id)
            assert item.content == f"{n}"


def run_keeper(keeper: Keeper, *jobs: Callable[[], None]) -> list[str]:
    """Let a keeper do its jobs and end; return what it logged."""
    with capture_logs() as logs:
        for job in jobs:
            keeper._jobs.put(job)
        keeper._jobs.put(None)
        keeper._thread.start()
        keeper._thread.join(20)
    return [entry["event"] for entry in logs]


def test_a_full_disk(tmp_path: Path, make_journal: MakeJournal) -> None:
    """Where there is no room to compress, the segment stays plain, and it is said."""

    class Full(OsDisk):
        def create(self, path: Path) -> int:
            if path.name == f".{compressed_name(1)}.new":
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
            return super().create(path)

    make_journal(tmp_path, 700)
    keeper = Keeper(Full(), tmp_path / JOURNAL, Keeping())
    last = max(numbers(tmp_path)[0])
    keeper._catch_up(last, frozenset())
    logged = run_keeper(keeper)
    assert logged == ["journal.upkeep_failed"]
    assert numbers(tmp_path)[0] == [1, last]


def test_catching_up(tmp_path: Path, make_journal: MakeJournal) -> None:
    """What an earlier life was told to take away and did not is taken away at the next start."""
    make_journal(tmp_path, 700)
    last = max(numbers(tmp_path)[0])
    keeper = Keeper(OsDisk(), tmp_path / JOURNAL, Keeping(retention=Retention.DROP))
    run_keeper(keeper, lambda: keeper._catch_up(last, frozenset({1, 2})))
    assert 1 not in Segments(OsDisk(), tmp_path / JOURNAL).numbers()
    kept = Keeper(OsDisk(), tmp_path / JOURNAL, Keeping(compress=False))
    run_keeper(kept, lambda: kept._catch_up(last, frozenset({3})))
    assert 3 in numbers(tmp_path)[0]
