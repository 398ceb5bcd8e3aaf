"""The journal of a directory: whose it is, one writer, what it does when the disk fails."""

from __future__ import annotations

import errno
import json
import os
from collections.abc import Callable
from pathlib import Path
from threading import Event

import anyio
import pytest
from anyio import to_thread

from codeiod.errors import Damaged, DirectoryError, DiskFailed, DiskFull
from codeiod.items import Fault, Origin, Reason
from codeiod.journal import Journal
from codeiod.journal.codec import Unwritable, encode
from codeiod.journal.disk import OsDisk
from codeiod.journal.folder import running, segment_name
from codeiod.journal.frame import frame, unframe
from codeiod.journal.records import Admit, Commit, Done, Open, Reopen
from codeiod.journal.replay import read_state
from codeiod.journal.state import Impossible
from codeiod.journal.tally import Tally

MakeAdmit = Callable[..., Admit]


class FailingDisk(OsDisk):
    """A disk that fails in one kind of call once ``failing`` is set."""

    def __init__(self, call: str, code: int) -> None:
        self._call = call
        self._code = code
        self.failing = False
        self.calls: list[str] = []

    def _may(self, call: str) -> None:
        self.calls.append(call)
        if self.failing and call == self._call:
            raise OSError(self._code, "planted")

    def write(self, descriptor: int, data: bytes | memoryview) -> int:
        if self.failing and self._call == "half":
            super().write(descriptor, data[: len(data) // 2])
            raise OSError(self._code, "planted")
        self._may("write")
        return super().write(descriptor, data[:100])  # always short

    def sync(self, descriptor: int) -> None:
        self._may("sync")
        super().sync(descriptor)

    def sync_folder(self, folder: Path) -> None:
        self._may("sync_folder")
        super().sync_folder(folder)

    def create(self, path: Path) -> int:
        self._may("create")
        return super().create(path)


class HangingDisk(OsDisk):
    """A disk whose syncs take until ``answer`` once ``hanging`` is set."""

    hanging = False

    def __init__(self) -> None:
        self.asked = Event()
        self.answer = Event()

    def sync(self, descriptor: int) -> None:
        if self.hanging:
            self.asked.set()
            self.answer.wait(30)
        super().sync(descriptor)


def state_of(directory: Path) -> Callable[[], object]:
    return lambda: read_state(directory, OsDisk())


async def test_everything_comes_back(tmp_path: Path, admit: MakeAdmit) -> None:
    """What was appended is there again, in order, over many segments and a missing parent."""
    directory = tmp_path / "a" / "out"
    names = [f"item {number}" for number in range(30)]
    async with Journal.open(directory, segment_bytes=1000) as journal:
        for name in names:
            journal.append(admit(name))
    async with Journal.open(directory, segment_bytes=1000) as journal:
        assert journal._segment > 5
        assert journal.state.items == 30
        items = [await journal.load_item(item_id) for item_id in journal.state.pending]
        assert [item.content for item, _ in items] == names
        assert items[3][0].meta == {"path": "item 3"}
        assert items[3][0].recipe == "r1"
    assert not await to_thread.run_sync(running, OsDisk(), directory)


async def test_read_while_queued(tmp_path: Path, admit: MakeAdmit) -> None:
    """A record can be read back before it is on disk, and after."""
    async with Journal.open(tmp_path) as journal:
        position = journal.append(admit("one"))
        assert await journal.read(position) == admit("one")
        await journal.flush()
        assert not journal._unwritten
        assert await journal.read(position) == admit("one")


async def test_fault_comes_with_the_item(tmp_path: Path, admit: MakeAdmit) -> None:
    """Why an entry can't be taken is kept with it."""
    fault = Fault(Reason.NOT_UTF8, "byte 3")
    one = admit("one")
    record = Admit(one.item, "r1", one.origin, {}, "", "now", fault)
    async with Journal.open(tmp_path) as journal:
        journal.append(record)
        item, found = await journal.load_item(one.item)
        assert (item.origin, found) == (one.origin, fault)


async def test_refused_records_change_nothing(tmp_path: Path, admit: MakeAdmit) -> None:
    """A record that can't be written, or can't be, leaves journal and state as they were."""
    one = admit("one")
    bad = Admit(one.item, "r1", Origin("s", "\ud800"), {}, "", "now")
    async with Journal.open(tmp_path) as journal:
        with pytest.raises(Unwritable):
            journal.append(bad)
        with pytest.raises(Impossible):
            journal.append(Reopen(one.item, 1))
        journal.append(one)
    async with Journal.open(tmp_path) as journal:
        assert journal.state.items == 1


async def test_lines_are_json_with_synced(tmp_path: Path, admit: MakeAdmit) -> None:
    """Each line is JSON; ``synced`` says what was durable when it was written."""
    async with Journal.open(tmp_path) as journal:
        await journal.append_durable(admit("one"))
        journal.append(admit("two"))
    text = await anyio.Path(tmp_path, "journal", segment_name(1)).read_text()
    lines = [json.loads(line) for line in text.splitlines()]
    assert [(line["seq"], line["synced"], line["kind"]) for line in lines] == [
        (1, 0, "open"),
        (2, 1, "admit"),
        (3, 2, "admit"),
        (4, 3, "close"),
    ]


async def test_syncs_only_when_someone_waits(tmp_path: Path, admit: MakeAdmit) -> None:
    """Records that no one waits for cost no sync; those who wait together share one."""
    disk = FailingDisk("", 0)
    async with Journal.open(tmp_path, disk=disk) as journal:
        await journal.flush()
        disk.calls.clear()
        journal.append(admit("free"))
        while journal._unwritten:
            await anyio.wait_all_tasks_blocked()
            await to_thread.run_sync(lambda: None)
        assert "sync" not in disk.calls
        async with anyio.create_task_group() as group:
            for number in range(100):
                group.start_soon(journal.append_durable, admit(f"{number}"))
        assert disk.calls.count("sync") < 50


async def test_faults_are_taken_up(tmp_path: Path, admit: MakeAdmit) -> None:
    """An item that ended in a fault of ours is pending again, once."""
    one = admit("one")
    async with Journal.open(tmp_path) as journal:
        journal.append(one)
        journal.append(Commit((Done(one.item, 0, "fault"),), {}, Tally()))
    async with Journal.open(tmp_path) as journal:
        assert journal.reopen_faults() == 1
        item, _ = await journal.load_item(one.item)
        assert item.epoch == 1
    async with Journal.open(tmp_path) as journal:
        assert journal.reopen_faults() == 0
        assert journal.state.pending[one.item].epoch == 1


async def test_second_opener_is_refused(tmp_path: Path) -> None:
    """A directory in use is refused at once, and the message names the process."""
    async with Journal.open(tmp_path):
        assert await to_thread.run_sync(running, OsDisk(), tmp_path)
        with pytest.raises(DirectoryError, match=r"in use by process \d+"):
            async with Journal.open(tmp_path):
                pass
    async with Journal.open(tmp_path):
        pass


async def test_live_reader(tmp_path: Path, admit: MakeAdmit) -> None:
    """A reader sees a directory in use, and disturbs nothing."""
    async with Journal.open(tmp_path, segment_bytes=500) as journal:
        for number in range(20):
            await journal.append_durable(admit(f"{number}"))
            state = await to_thread.run_sync(read_state, tmp_path, OsDisk())
            assert state.items == number + 1


async def test_reader_leaves_out_a_tail(tmp_path: Path, make_journal: Callable[..., None]) -> None:
    """A line that is being written is left out, and left alone."""
    await to_thread.run_sync(make_journal, tmp_path)
    path = anyio.Path(tmp_path, "journal", segment_name(1))
    whole = await path.read_bytes()
    await path.write_bytes(whole + b'{"crc":"0000')
    state = await to_thread.run_sync(read_state, tmp_path, OsDisk())
    assert (state.items, state.finished) == (3, 1)
    assert await path.read_bytes() == whole + b'{"crc":"0000'


def test_not_ours(tmp_path: Path, make_journal: Callable[..., None]) -> None:
    """A directory with something else in it is refused and left alone; so is a file."""
    (tmp_path / "thesis.txt").write_text("mine")
    with pytest.raises(DirectoryError, match="not a codeiod directory"):
        make_journal(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["thesis.txt"]
    with pytest.raises(DirectoryError, match="can't be used"):
        make_journal(tmp_path / "thesis.txt")
    with pytest.raises(DirectoryError, match="not a codeiod directory"):
        read_state(tmp_path, OsDisk())


def test_foreign_journal_folder(tmp_path: Path, make_journal: Callable[..., None]) -> None:
    """A folder that happens to be called journal does not make a directory ours."""
    (tmp_path / "journal").mkdir()
    (tmp_path / "journal" / "monday.md").write_text("rain")
    with pytest.raises(DirectoryError, match="not a codeiod directory"):
        make_journal(tmp_path)


def test_newer_format(tmp_path: Path, make_journal: Callable[..., None]) -> None:
    """A journal of a newer format is refused, not called damaged."""
    record = Open(99, "j", "9.0", "now", 1, start=True)
    folder = tmp_path / "journal"
    folder.mkdir()
    (folder / segment_name(1)).write_bytes(frame(1, 0, "open", encode(record)))
    for attempt in (lambda: make_journal(tmp_path), state_of(tmp_path)):
        with pytest.raises(DirectoryError, match="newer format 99") as caught:
            attempt()
        assert not isinstance(caught.value, Damaged)


@pytest.mark.parametrize(
    ("call", "code", "kind"),
    [
        ("write", errno.ENOSPC, DiskFull),
        ("half", errno.ENOSPC, DiskFull),
        ("write", errno.EDQUOT, DiskFull),
        ("write", errno.EIO, DiskFailed),
        ("sync", errno.EIO, DiskFailed),
        ("sync", errno.ENOSPC, DiskFailed),
        ("create", errno.ENOSPC, DiskFull),
        ("sync_folder", errno.EIO, DiskFailed),
    ],
)
async def test_failure_is_final(
    tmp_path: Path, admit: MakeAdmit, call: str, code: int, kind: type[Exception]
) -> None:
    """After a failed write, sync or rotation nothing is promised; the next start goes on."""
    disk = FailingDisk(call, code)

    async def lose(journal: Journal) -> None:
        for number in range(3):  # the later ones need another segment
            await journal.append_durable(admit(f"lost {number}"))

    async def live() -> None:
        async with Journal.open(tmp_path, disk=disk, segment_bytes=300) as journal:
            await journal.append_durable(admit("kept"))
            disk.failing = True
            with pytest.raises(kind):
                await lose(journal)
            assert journal.failed.is_set()
            disk.failing = False
            disk.calls.clear()
            with pytest.raises(kind):
                journal.append(admit("later"))
            with pytest.raises(kind):
                await journal.append_durable(admit("later"))
            with pytest.raises(kind):
                await journal.flush()
            assert not disk.calls
            left.append(journal)

    left: list[Journal] = []
    with pytest.raises(kind):  # on leaving: no one may take this for success
        await live()
    assert left
    async with Journal.open(tmp_path) as journal:
        assert journal.state.known(admit("kept").item)
        await journal.append_durable(admit("after"))


async def test_full_when_it_begins(tmp_path: Path) -> None:
    """A disk with no room to begin is named as that."""
    disk = FailingDisk("create", errno.ENOSPC)
    disk.failing = True
    with pytest.raises(DiskFull, match="no room left"):
        async with Journal.open(tmp_path, disk=disk):
            pass


async def test_failure_on_leaving(tmp_path: Path, admit: MakeAdmit) -> None:
    """What was appended and can't be written fails the end of the run, not in silence."""
    disk = FailingDisk("sync", errno.EIO)

    async def run() -> None:
        async with Journal.open(tmp_path, disk=disk) as journal:
            disk.failing = True
            journal.append(admit("one"))

    with pytest.raises(DiskFailed):
        await run()


async def test_failed_sync_is_made_good(tmp_path: Path, admit: MakeAdmit) -> None:
    """What a failed sync left in memory alone is on disk before the next start builds on it."""

    class Forgetful(OsDisk):
        """After a failed sync the system takes all for written, as Linux does."""

        failing = False

        def __init__(self) -> None:
            self.dirty: set[int] = set()
            self.durable: set[int] = set()

        def write(self, descriptor: int, data: bytes | memoryview) -> int:
            end = os.fstat(descriptor).st_size
            self.dirty |= set(range(end, end + len(data)))
            return super().write(descriptor, data)

        def rewrite(self, path: Path, offset: int, data: bytes) -> None:
            assert path.read_bytes()[offset : offset + len(data)] == data
            self.dirty |= set(range(offset, offset + len(data)))
            super().rewrite(path, offset, data)

        def sync(self, descriptor: int) -> None:
            dirty, self.dirty = self.dirty, set()
            if self.failing:
                raise OSError(errno.EIO, "planted")
            self.durable |= dirty

    disk = Forgetful()

    async def lose() -> None:
        async with Journal.open(tmp_path, disk=disk) as journal:
            await journal.append_durable(admit("one"))
            disk.failing = True
            await journal.append_durable(admit("two"))

    with pytest.raises(DiskFailed):
        await lose()
    path = anyio.Path(tmp_path, "journal", segment_name(1))
    before = await path.read_bytes()
    disk.failing = False
    async with Journal.open(tmp_path, disk=disk) as journal:
        assert journal.state.items == 2
        assert disk.durable == set(range(journal._offset))
    assert (await path.read_bytes()).startswith(before)


async def test_unread_failure_on_leaving(tmp_path: Path, admit: MakeAdmit) -> None:
    """A write that failed while no one waited for it fails the end of the run, too."""
    disk = FailingDisk("write", errno.ENOSPC)

    async def run() -> None:
        async with Journal.open(tmp_path, disk=disk) as journal:
            disk.failing = True
            journal.append(admit("one"))
            await journal.failed.wait()

    with pytest.raises(DiskFull):
        await run()


async def test_durable_before_anything_else(tmp_path: Path) -> None:
    """The first record is on disk before the caller can put anything beside the journal."""
    lengths: list[int] = []

    class Noting(OsDisk):
        def sync(self, descriptor: int) -> None:
            lengths.append(os.fstat(descriptor).st_size)

    async with Journal.open(tmp_path, disk=Noting()) as journal:
        assert lengths[-1] == journal._offset > 0


async def test_read_only_disk(tmp_path: Path, admit: MakeAdmit) -> None:
    """On a disk that turned read-only the error is the disk's, and the lock is given back."""

    class ReadOnly(FailingDisk):
        def note(self, descriptor: int, text: str) -> None:
            self._may("write")
            super().note(descriptor, text)

    disk = ReadOnly("write", errno.EROFS)

    async def run() -> None:
        async with Journal.open(tmp_path, disk=disk) as journal:
            disk.failing = True
            await journal.append_durable(admit("one"))

    with pytest.raises(DiskFailed, match="planted"):
        await run()
    async with Journal.open(tmp_path) as journal:
        assert journal.state.items == 0


async def test_closing_a_segment_fails(tmp_path: Path, admit: MakeAdmit) -> None:
    """A sealed segment that can't be closed costs nothing, and is not closed a second time."""

    class Unclosing(OsDisk):
        failing = False

        def close(self, descriptor: int) -> None:
            os.fstat(descriptor)  # it is open, and ours
            super().close(descriptor)
            if self.failing:
                closed.append(descriptor)
                raise OSError(errno.EIO, "planted")

    disk = Unclosing()
    closed: list[int] = []
    async with Journal.open(tmp_path, disk=disk, segment_bytes=300) as journal:
        disk.failing = True
        for number in range(3):
            await journal.append_durable(admit(f"{number}"))
        assert closed
    async with Journal.open(tmp_path) as journal:
        assert journal.state.items == 3


async def test_locks_are_needed(tmp_path: Path) -> None:
    """A file system without locks is named as that."""

    class NoLocks(OsDisk):
        def lock(self, path: Path) -> int | None:
            raise OSError(errno.ENOLCK, "No locks available")

    with pytest.raises(DirectoryError, match="has no locks"):
        async with Journal.open(tmp_path, disk=NoLocks()):
            pass


async def test_fault_of_ours_in_the_writer(tmp_path: Path, admit: MakeAdmit) -> None:
    """Even an error that is none of the disk's leaves no one waiting."""

    class Broken(OsDisk):
        broken = False

        def write(self, descriptor: int, data: bytes | memoryview) -> int:
            if self.broken:
                raise RuntimeError("a bug")
            return super().write(descriptor, data)

    disk = Broken()

    async def live() -> None:
        async with Journal.open(tmp_path, disk=disk) as journal:
            disk.broken = True
            await journal.append_durable(admit("one"))

    with pytest.raises(DiskFailed, match="a bug"):
        await live()


async def test_a_disk_that_never_answers(tmp_path: Path, admit: MakeAdmit) -> None:
    """Leaving does not wait for ever."""
    disk = HangingDisk()

    async def run() -> None:
        async with Journal.open(tmp_path, disk=disk, close_seconds=0.05) as journal:
            disk.hanging = True
            journal.append(admit("one"))

    with pytest.raises(DiskFailed, match="did not answer"):
        await run()
    disk.answer.set()


async def test_written_while_a_sync_hangs(tmp_path: Path, admit: MakeAdmit) -> None:
    """A record is in the file as soon as can be, however long a sync takes: a kill spares it."""
    disk = HangingDisk()
    path = anyio.Path(tmp_path, "journal", segment_name(1))
    async with Journal.open(tmp_path, disk=disk) as journal, anyio.create_task_group() as group:
        disk.hanging = True
        group.start_soon(journal.append_durable, admit("one"))
        await anyio.wait_all_tasks_blocked()
        await to_thread.run_sync(disk.asked.wait)
        await journal.append_written(admit("two"))
        assert journal._synced == 1
        lines = (await path.read_bytes()).splitlines()
        assert [unframe(line).kind for line in lines] == ["open", "admit", "admit"]
        disk.answer.set()


async def test_cancelled_run_lets_go(tmp_path: Path, admit: MakeAdmit) -> None:
    """A run that is cancelled still writes what is queued, and gives the lock back."""
    with anyio.CancelScope() as scope:
        async with Journal.open(tmp_path) as journal:
            journal.append(admit("one"))
            scope.cancel()
            await anyio.sleep_forever()
    async with Journal.open(tmp_path) as journal:
        assert journal.state.known(admit("one").item)


async def test_strange_files_are_left_alone(tmp_path: Path, admit: MakeAdmit) -> None:
    """A file that someone put beside ours is no segment and no cut."""
    async with Journal.open(tmp_path) as journal:
        journal.append(admit("one"))
    await anyio.Path(tmp_path, "journal", "cut").mkdir()
    for name in ("notes.txt", "cut/notes.txt", "cut/.draft-1-00000000.new"):
        await anyio.Path(tmp_path, "journal", name).write_text("?")
    async with Journal.open(tmp_path) as journal:
        assert (journal.state.items, journal.state.cut_bytes) == (1, 0)


async def test_reading_back_what_changed(tmp_path: Path, admit: MakeAdmit) -> None:
    """A record that was changed, or whose file is gone, is an error with its place."""
    path = anyio.Path(tmp_path, "journal", segment_name(1))
    async with Journal.open(tmp_path) as journal:
        position = await journal.append_durable(admit("one"))
        await path.write_bytes((await path.read_bytes()).replace(b"one", b"two"))
        with pytest.raises(Damaged, match=f"damaged at byte {position.offset}"):
            await journal.read(position)
        await path.unlink()
        with pytest.raises(DiskFailed):
            await journal.read(position)
