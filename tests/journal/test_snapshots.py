"""When snapshots are taken, and what a start does with those that it finds."""

from __future__ import annotations

import errno
from collections.abc import Awaitable, Callable
from functools import partial
from pathlib import Path

import pytest
import structlog
from anyio import to_thread, wait_all_tasks_blocked
from anyio.from_thread import start_blocking_portal

from codeiod.errors import Damaged, DirectoryError, DiskFailed
from codeiod.items import Reason
from codeiod.journal import Journal, Keeping, Retention
from codeiod.journal.disk import OsDisk
from codeiod.journal.folder import JOURNAL, segment_name
from codeiod.journal.records import FINISHED, Admit, Commit, Done, Record
from codeiod.journal.recovery import recover
from codeiod.journal.replay import Replay, read_state
from codeiod.journal.snapshot import list_snapshots, read_snapshot, snapshot_name
from codeiod.journal.snapshots import Ending, Snapshots
from codeiod.journal.state import State
from codeiod.journal.tally import Tally

MakeAdmit = Callable[..., Admit]
EVERY_10 = Keeping(compress=False, snapshot_records=10)


def run(task: Callable[[], Awaitable[None]]) -> None:
    """Run a task on a loop of its own: what is around it may read and write files."""
    with start_blocking_portal() as portal:
        portal.call(task)


def work(
    directory: Path,
    admit: MakeAdmit,
    items: range,
    outcome: str = FINISHED,
    keeping: Keeping = EVERY_10,
) -> None:
    """Open a journal, carry items through, and close it: it leaves one snapshot at least."""
    run(partial(_work, directory, admit, items, outcome, keeping))


async def _work(
    directory: Path, admit: MakeAdmit, items: range, outcome: str, keeping: Keeping
) -> None:
    async with Journal.open(directory, segment_bytes=2000, keeping=keeping) as journal:
        for number in items:
            record = admit(f"content {number}")
            journal.append(record)
            await journal.append_durable(Commit((Done(record.item, 0, outcome),), {}, Tally()))


def state_of(directory: Path) -> State:
    return read_state(directory, OsDisk())


def read_whole(directory: Path) -> tuple[State, list[Record]]:
    """Read all of the log that there is; return its records, too."""
    found: list[Record] = []

    def note(record: Record, _: object) -> None:
        found.append(record)

    return read_state(directory, OsDisk(), note), found


def began_with(directory: Path) -> int:
    """Return the last record of the snapshot that a start begins with; 0: it reads all."""
    replay = Replay(OsDisk(), directory / JOURNAL, whole=False)
    replay.run()
    return replay.begun.seq if replay.begun else 0


def snapshots(directory: Path) -> list[Path]:
    """Return the snapshots that are there, the newest first."""
    folder = directory / JOURNAL
    return [folder / snapshot_name(seq) for seq in list_snapshots(OsDisk(), folder)]


def spoil(path: Path) -> None:
    data = path.read_bytes()
    path.write_bytes(data[:400] + bytes((data[400] ^ 4,)) + data[401:])


def test_a_start_reads_the_newest_and_what_follows(tmp_path: Path, admit: MakeAdmit) -> None:
    """Two are kept; the newest is begun with, and the state is that of the whole log."""
    work(tmp_path, admit, range(15))
    work(tmp_path, admit, range(15, 30))
    newest, older = snapshots(tmp_path)
    assert began_with(tmp_path) == int(newest.stem[-12:]) > int(older.stem[-12:])
    whole, records = read_whole(tmp_path)
    assert len(records) > 60
    state = state_of(tmp_path)
    assert (state.items, state.finished) == (whole.items, whole.finished) == (30, 30)
    assert state.freeze() == whole.freeze()
    work(tmp_path, admit, range(30, 35))
    assert (state_of(tmp_path)).freeze() == (read_whole(tmp_path))[0].freeze()


def test_a_broken_one_falls_back(tmp_path: Path, admit: MakeAdmit) -> None:
    """A broken snapshot is told of, and the one before is used; then the whole log."""
    work(tmp_path, admit, range(15))
    work(tmp_path, admit, range(15, 30))
    newest, older = snapshots(tmp_path)
    whole = (state_of(tmp_path)).freeze()
    spoil(newest)
    with structlog.testing.capture_logs() as logs:
        assert began_with(tmp_path) == int(older.stem[-12:])
    assert [(log["event"], log["file"]) for log in logs] == [("snapshot.unused", str(newest))]
    assert (state_of(tmp_path)).freeze() == whole
    older.write_bytes(b"")
    with structlog.testing.capture_logs() as logs:
        assert began_with(tmp_path) == 0
    assert len(logs) == 2
    assert (state_of(tmp_path)).freeze() == whole


def test_a_broken_one_goes_before_a_sound_one(tmp_path: Path, admit: MakeAdmit) -> None:
    """With the newest broken, the next one taken replaces that, not the one to fall back on."""
    work(tmp_path, admit, range(15))
    work(tmp_path, admit, range(15, 30))
    newest, older = snapshots(tmp_path)
    spoil(newest)
    work(tmp_path, admit, range(30, 36))
    assert older in snapshots(tmp_path) or not newest.exists()
    spoil(snapshots(tmp_path)[0])
    assert began_with(tmp_path) > 0


def test_another_journals(tmp_path: Path, admit: MakeAdmit) -> None:
    """A snapshot of another journal is never used, even one whose records stand alike."""
    here, there = tmp_path / "here", tmp_path / "there"
    work(here, admit, range(30))
    work(there, admit, range(100, 130))
    for path in snapshots(here):
        path.unlink()
    for path in snapshots(there):
        path.rename(here / JOURNAL / path.name)
    with structlog.testing.capture_logs() as logs:
        assert began_with(here) == 0
    assert {log["event"] for log in logs} == {"snapshot.unused"}
    assert (state_of(here)).known(admit("content 3").item)


def test_the_log_lost_its_end(tmp_path: Path, admit: MakeAdmit) -> None:
    """A log that ends before what its snapshot holds has lost what was durable: damage."""
    work(tmp_path, admit, range(30))
    newest = snapshots(tmp_path)[0]
    end = read_snapshot(OsDisk(), tmp_path / JOURNAL, int(newest.stem[-12:])).last
    for path in (tmp_path / JOURNAL).glob("segment-*"):
        if path.name > segment_name(end.segment):
            path.unlink()
    last = tmp_path / JOURNAL / segment_name(end.segment)
    last.write_bytes(last.read_bytes()[: end.offset + end.length])
    assert began_with(tmp_path) == int(newest.stem[-12:])
    last.write_bytes(last.read_bytes()[: end.offset])
    with pytest.raises(Damaged, match=f"and {newest.name} holds record"):
        state_of(tmp_path)
    last.unlink()
    with pytest.raises(Damaged, match=f"and {newest.name} holds record"):
        work(tmp_path, admit, range(0))


def test_a_whole_read_needs_no_snapshot(tmp_path: Path, admit: MakeAdmit) -> None:
    """Who proves the log reads all of it: damage that a snapshot covers is found."""
    work(tmp_path, admit, range(30))
    first = tmp_path / JOURNAL / "segment-00000001.jsonl"
    spoil(first)
    assert (state_of(tmp_path)).finished == 30
    with pytest.raises(Damaged, match="segment-00000001"):
        read_whole(tmp_path)


def test_worthwhile_at_a_close(tmp_path: Path, admit: MakeAdmit) -> None:
    """A clean close leaves a snapshot of everything where the next start gains by it."""
    work(tmp_path, admit, range(10), keeping=Keeping())
    assert not snapshots(tmp_path)

    async def task() -> None:
        async with Journal.open(tmp_path) as journal:
            for number in range(10, 1010):
                journal.append(admit(f"content {number}"))

    run(task)
    replay = Replay(OsDisk(), tmp_path / JOURNAL)
    replay.run()
    assert [path.name for path in snapshots(tmp_path)] == [snapshot_name(replay.seq - 1)]


def test_outgrown() -> None:
    """After a rotation one is taken once the log has grown by what the last one takes."""
    kept = Snapshots(OsDisk(), Path(), Ending(5000, 3, 1500), (), every=100_000)
    assert not kept.outgrown(5999, 5, 1000)  # too few records
    assert not kept.outgrown(6000, 4, 1000)  # too few bytes
    assert kept.outgrown(6000, 5, 1000)
    kept.begin()
    assert not kept.outgrown(6000, 5, 1000)
    assert not kept.due(200_000)


def test_taken_at_a_rotation(tmp_path: Path, admit: MakeAdmit) -> None:
    """A start after a kill has a snapshot that covers the sealed segments."""

    async def task() -> None:
        async with Journal.open(tmp_path, segment_bytes=100_000) as journal:
            while not await to_thread.run_sync(snapshots, tmp_path):
                for _ in range(100):
                    journal.append(admit(f"content {journal.state.items}"))
                await journal.flush()

    run(task)
    first = snapshots(tmp_path)[-1]
    assert read_snapshot(OsDisk(), first.parent, int(first.stem[-12:])).last.offset == 0


class Failing(OsDisk):
    """A disk that is full for snapshots, or fails to sync segments from a moment on."""

    def __init__(self) -> None:
        self.full = False
        self.broken = False
        self._drafts: set[int] = set()

    def create(self, path: Path) -> int:
        descriptor = super().create(path)
        if "snapshot" in path.name:
            self._drafts.add(descriptor)
        return descriptor

    def close(self, descriptor: int) -> None:
        self._drafts.discard(descriptor)
        super().close(descriptor)

    def write(self, descriptor: int, data: bytes | memoryview) -> int:
        if self.full and descriptor in self._drafts:
            raise OSError(errno.ENOSPC, "No space left on device")
        return super().write(descriptor, data)

    def sync(self, descriptor: int) -> None:
        if self.broken and descriptor not in self._drafts:
            raise OSError(errno.EIO, "Input/output error")
        super().sync(descriptor)


def test_no_room_for_one(tmp_path: Path, admit: MakeAdmit) -> None:
    """Without room for a snapshot the journal goes on; nothing half written is left."""
    disk = Failing()
    disk.full = True

    async def task() -> None:
        async with Journal.open(tmp_path, disk=disk, keeping=EVERY_10) as journal:
            for number in range(30):
                await journal.append_durable(admit(f"content {number}"))

    run(task)
    assert not [path for path in (tmp_path / JOURNAL).iterdir() if "snapshot" in path.name]
    assert (state_of(tmp_path)).items == 30
    work(tmp_path, admit, range(30, 40))
    assert (state_of(tmp_path)).items == 40


def test_never_ahead_of_the_log(tmp_path: Path, admit: MakeAdmit) -> None:
    """What is not durable in the log never stands in a snapshot."""
    disk = Failing()

    async def task() -> None:
        async with Journal.open(tmp_path, disk=disk, keeping=EVERY_10) as journal:
            disk.broken = True
            for number in range(30):
                journal.append(admit(f"content {number}"))
            await journal.failed.wait()
            await wait_all_tasks_blocked()

    with pytest.raises(DiskFailed):
        run(task)
    assert not snapshots(tmp_path)


def test_drafts_go(tmp_path: Path, admit: MakeAdmit) -> None:
    """What a crash left half written is removed when the next one is taken."""
    work(tmp_path, admit, range(5))
    draft = tmp_path / JOURNAL / f".{snapshot_name(7)}.new"
    draft.write_bytes(b"half")
    work(tmp_path, admit, range(5, 20))
    assert not draft.exists()
    assert snapshots(tmp_path)


@pytest.mark.parametrize("retention", [Retention.DROP, Retention.ARCHIVE])
def test_retention_goes_by_them(tmp_path: Path, admit: MakeAdmit, retention: Retention) -> None:
    """Segments that both snapshots cover are given up; what was done stays done."""
    keeping = Keeping(compress=False, retention=retention, snapshot_records=10)
    for start in range(0, 60, 20):
        work(tmp_path, admit, range(start, start + 20), keeping=keeping)
    assert not (tmp_path / JOURNAL / "segment-00000001.jsonl").exists()
    for path in [*snapshots(tmp_path)[:1], None]:
        state = state_of(tmp_path)
        assert (state.finished, state.known(admit("content 0").item)) == (60, True)
        if path is not None:
            spoil(path)
    spoil(snapshots(tmp_path)[1])
    if retention is Retention.DROP:
        with pytest.raises(Damaged, match="segment-00000001"):
            state_of(tmp_path)
    else:
        assert (state_of(tmp_path)).finished == 60


def test_retry_reads_the_whole_log(tmp_path: Path, admit: MakeAdmit) -> None:
    """What was rejected can be taken up again, though a snapshot has forgotten it."""
    work(tmp_path, admit, range(30), outcome=Reason.TRUNCATED)
    assert began_with(tmp_path)

    async def task() -> None:
        async with Journal.open(tmp_path, retry={Reason.TRUNCATED}) as journal:
            assert len(journal.state.retriable) == 30

    run(task)


def test_retry_refused_where_segments_are_gone(tmp_path: Path, admit: MakeAdmit) -> None:
    """Where retention dropped segments, what was rejected in them can't be taken up again."""
    keeping = Keeping(compress=False, retention=Retention.DROP, snapshot_records=10)
    for start in range(0, 60, 20):
        work(tmp_path, admit, range(start, start + 20), Reason.TRUNCATED, keeping)
    with pytest.raises(DirectoryError, match="were dropped"):
        recover(tmp_path, OsDisk(), {Reason.TRUNCATED})


def test_none_while_the_disk_is_full(tmp_path: Path, admit: MakeAdmit) -> None:
    """What room there is left is for answers that are paid for."""

    async def task() -> None:
        async with Journal.open(tmp_path, keeping=EVERY_10) as journal:
            journal.room.lose()
            for number in range(30):
                await journal.append_durable(admit(f"content {number}"))

    run(task)
    assert not snapshots(tmp_path)
