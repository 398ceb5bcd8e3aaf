"""The committer: an item is done when its lines and its commit are on disk, exactly once."""

from __future__ import annotations

import errno
import json
from collections.abc import Callable
from pathlib import Path
from zlib import crc32

import anyio
import pytest
from anyio import to_thread

from codeiod.dataset import Committer, Finished
from codeiod.dataset.committer import BATCH_ITEMS
from codeiod.dataset.lines import reject_line
from codeiod.dataset.shards import part_path
from codeiod.errors import CodeiodError, Damaged, DiskFailed, WorkLeft
from codeiod.items import Fault, Item, Origin, Reason, Stage, item_id_of
from codeiod.journal import Journal
from codeiod.journal.disk import OsDisk
from codeiod.journal.records import FINISHED, Admit, Stream
from codeiod.journal.state import Impossible
from codeiod.journal.tally import Tally, TaskTally

TALLY = Tally({"output_prediction": TaskTally(1, 1, 0)}, {})


def admit(journal: Journal, name: str) -> str:
    item_id = item_id_of(name.encode())
    journal.append(Admit(item_id, "r1", Origin("s", name), {}, name, "now"))
    return item_id


def finished(item_id: str, padding: int = 0) -> Finished:
    """An item with a line in each stream."""
    line = json.dumps({"item_id": item_id, "padding": "x" * padding}).encode() + b"\n"
    return Finished(item_id, 0, FINISHED, (line, line), (line,), (line,), TALLY)


async def commit(
    directory: Path, *names: str, disk: OsDisk | None = None, padding: int = 0
) -> None:
    """Admit and finish items at once, in one run."""
    async with (
        Journal.open(directory, disk=disk) as journal,
        Committer.open(directory, journal, part_bytes=500) as committer,
        anyio.create_task_group() as group,
    ):
        group.start_soon(committer.run)
        async with anyio.create_task_group() as items:
            for name in names:
                item_id = admit(journal, name)
                items.start_soon(committer.finish, finished(item_id, padding))
        assert not journal.state.pending
        committer.close()


async def text(directory: Path, stream: Stream, part: int = 0) -> bytes:
    return await anyio.Path(directory / part_path(stream, part)).read_bytes()


async def test_lines_and_commit(tmp_path: Path) -> None:
    """Lines of all streams stand where the contract says, and the ends name them to the byte."""
    await commit(tmp_path, "one", "two")
    async with Journal.open(tmp_path) as journal:
        state = journal.state
        assert (state.finished, state.tally.samples["output_prediction"].total) == (2, 2)
        for stream, lines in ((Stream.SAMPLES, 4), (Stream.PROGRAMS, 2), (Stream.REJECTS, 2)):
            data = await text(tmp_path, stream)
            assert data.count(b"\n") == lines
            assert state.last_end(stream) == (0, len(data), crc32(data))


async def test_parts(tmp_path: Path) -> None:
    """A part that has its size is left, and the next one begins; both are held to their ends."""
    for number in range(4):
        await commit(tmp_path, f"{number}", padding=300)
    async with Journal.open(tmp_path) as journal:
        ends = journal.state.ends["samples"]
        assert sorted(ends) == [0, 1, 2, 3]
        for part, end in ends.items():
            assert len(await text(tmp_path, Stream.SAMPLES, part)) == end.length


async def test_batches(tmp_path: Path) -> None:
    """Many who wait share commits; no batch holds more than its bound."""
    await commit(tmp_path, *[f"{number}" for number in range(2 * BATCH_ITEMS + 10)])
    async with await anyio.open_file(tmp_path / "journal" / "segment-00000001.jsonl") as file:
        commits = [json.loads(line) async for line in file if '"kind":"commit"' in line]
    sizes = [len(record["items"]) for record in commits]
    assert sum(sizes) == 2 * BATCH_ITEMS + 10
    assert max(sizes) <= BATCH_ITEMS
    assert len(sizes) < 20


async def test_only_pending_items(tmp_path: Path) -> None:
    """An item that is not pending is that caller's error alone."""
    async with (
        Journal.open(tmp_path) as journal,
        Committer.open(tmp_path, journal) as committer,
    ):
        with pytest.raises(Impossible):
            await committer.finish(finished("0" * 32))


async def test_handed_in_twice(tmp_path: Path) -> None:
    """An item that is handed in a second time is that caller's error, and is committed once."""
    async with (
        Journal.open(tmp_path) as journal,
        Committer.open(tmp_path, journal) as committer,
        anyio.create_task_group() as group,
    ):
        item_id = admit(journal, "one")
        group.start_soon(committer.finish, finished(item_id))
        await anyio.wait_all_tasks_blocked()
        with pytest.raises(Impossible, match="handed in twice"):
            await committer.finish(finished(item_id))
        committer.close()
        await committer.run()
        assert journal.state.finished == 1
        with pytest.raises(Impossible, match="not pending"):
            await committer.finish(finished(item_id))


@pytest.mark.parametrize("stream", list(Stream))
async def test_unfinished_batch_is_cut(tmp_path: Path, stream: Stream) -> None:
    """Lines beyond the last commit, whole or torn, are cut, kept and counted."""
    await commit(tmp_path, "one")
    other = item_id_of(b"unheard of")
    extra = json.dumps({"item_id": other}).encode() + b'\n{"torn\0\0'
    for part in (0, 1):
        path = anyio.Path(tmp_path / part_path(stream, part))
        before = await path.read_bytes() if part == 0 else b""
        await path.write_bytes(before + extra)
        for _ in range(2):
            async with Journal.open(tmp_path) as journal:
                async with Committer.open(tmp_path, journal):
                    pass
                assert journal.state.cut_bytes == len(extra) * (part + 1)
        if part == 0:
            assert await path.read_bytes() == before
        else:
            assert not await path.exists()
    kept = [path async for path in anyio.Path(tmp_path, "journal", "cut").iterdir()]
    assert [await path.read_bytes() for path in kept] == [extra, extra]


async def changed(path: Path, change: Callable[[bytes], bytes | None]) -> None:
    data = change(await anyio.Path(path).read_bytes())
    if data is None:
        await anyio.Path(path).unlink()
    else:
        await anyio.Path(path).write_bytes(data)


@pytest.mark.parametrize(
    ("change", "why"),
    [
        (lambda data: data[:-1], "ends at byte"),
        (lambda data: data.replace(b"x", b"y"), "checksum"),
        (lambda _: None, "missing"),
        (lambda data: data + data, "goes on behind"),
        (
            lambda data: (
                data
                + b"".join(b'{"item_id":"%032x"}\n' % number for number in range(BATCH_ITEMS + 1))
            ),
            "more than one batch",
        ),
    ],
)
async def test_damage(tmp_path: Path, change: Callable[[bytes], bytes | None], why: str) -> None:
    """A part that is shorter, changed or missing, or longer than one batch, is refused."""
    await commit(tmp_path, "one", padding=5)
    path = tmp_path / part_path(Stream.SAMPLES, 0)
    await changed(path, change)
    async with Journal.open(tmp_path) as journal:
        with pytest.raises(Damaged, match=why) as caught:
            async with Committer.open(tmp_path, journal):
                pass
        assert str(path) in str(caught.value)


async def test_two_parts_beyond(tmp_path: Path) -> None:
    """A part after next, or one batch in two parts, can't be an unfinished batch."""
    await commit(tmp_path, "one")
    path = tmp_path / part_path(Stream.SAMPLES, 2)
    await anyio.Path(path).write_bytes(b"?")
    async with Journal.open(tmp_path) as journal:
        with pytest.raises(Damaged, match="goes on behind"):
            async with Committer.open(tmp_path, journal):
                pass


class ShardDisk(OsDisk):
    """A disk that fails under the dataset, not under the journal."""

    def __init__(self, call: str, code: int) -> None:
        self._call = call
        self._code = code
        self._streams: set[int] = set()

    def create(self, path: Path) -> int:
        descriptor = super().create(path)
        if path.name.startswith("part-"):
            self._streams.add(descriptor)
        return descriptor

    def write(self, descriptor: int, data: bytes | memoryview) -> int:
        if descriptor in self._streams and self._call == "write":
            super().write(descriptor, data[:7])
            raise OSError(self._code, "planted")
        return super().write(descriptor, data)

    def sync(self, descriptor: int) -> None:
        if descriptor in self._streams and self._call == "sync":
            raise OSError(self._code, "planted")
        super().sync(descriptor)


@pytest.mark.parametrize(
    ("call", "code", "kind"),
    [
        ("write", errno.EIO, DiskFailed),
        ("sync", errno.EIO, DiskFailed),
        ("sync", errno.ENOSPC, DiskFailed),
    ],
)
async def test_failing_disk(tmp_path: Path, call: str, code: int, kind: type[CodeiodError]) -> None:
    """When the disk fails, all who wait are told, nothing is done, and the next run does it."""
    told: list[CodeiodError] = []
    async with Journal.open(tmp_path, disk=ShardDisk(call, code)) as journal:
        async with Committer.open(tmp_path, journal) as committer:

            async def hand_in(name: str) -> None:
                try:
                    await committer.finish(finished(admit(journal, name)))
                except CodeiodError as error:
                    told.append(error)

            async def run() -> None:
                with pytest.raises(kind):
                    await committer.run()

            async with anyio.create_task_group() as group:
                group.start_soon(hand_in, "one")
                group.start_soon(hand_in, "two")
                group.start_soon(run)
            await hand_in("three")
        assert journal.state.finished == 0
    assert [type(error) for error in told] == [kind] * 3
    async with (
        Journal.open(tmp_path) as journal,
        Committer.open(tmp_path, journal) as committer,
        anyio.create_task_group() as group,
    ):
        group.start_soon(committer.run)
        for item_id in list(journal.state.pending):
            await committer.finish(finished(item_id))
        committer.close()
    samples = await text(tmp_path, Stream.SAMPLES)
    assert samples.count(b"\n") == 6


class FullDisk(OsDisk):
    """A disk that takes so many more bytes of the streams, and then none until ``room``."""

    def __init__(self, left: int) -> None:
        self._left = left
        self.room = False
        self._streams: set[int] = set()

    def create(self, path: Path) -> int:
        if "part-" in path.name and not self._left and not self.room:
            raise OSError(errno.ENOSPC, "planted")
        descriptor = super().create(path)
        if "part-" in path.name:
            self._streams.add(descriptor)
        return descriptor

    def close(self, descriptor: int) -> None:
        self._streams.discard(descriptor)
        super().close(descriptor)

    def write(self, descriptor: int, data: bytes | memoryview) -> int:
        if descriptor not in self._streams or self.room:
            return super().write(descriptor, data)
        data = data[: self._left]
        if not data:
            raise OSError(errno.ENOSPC, "planted")
        self._left -= len(data)
        return super().write(descriptor, data)


NAMES = ("one", "two", "three", "four", "five")


async def streams(directory: Path) -> list[bytes]:
    """All parts of all streams."""
    folder = anyio.Path(directory)
    return [await path.read_bytes() for path in sorted([p async for p in folder.rglob("part-*")])]


@pytest.mark.parametrize("left", [0, 10, 150, 250, 500, 700, 1000])
@pytest.mark.parametrize("again", [False, True], ids=["goes on", "ends"])
async def test_full_disk(tmp_path: Path, left: int, *, again: bool) -> None:
    """Where lines find no room they wait, and stand there once: in this life, or in the next."""
    await commit(tmp_path / "undisturbed", *NAMES)
    disk, directory = FullDisk(left), tmp_path / "full"
    async with (
        Journal.open(directory, disk=disk) as journal,
        Committer.open(directory, journal, part_bytes=500) as committer,
        anyio.create_task_group() as group,
    ):
        group.start_soon(committer.run)
        async with anyio.create_task_group() as items:
            for name in NAMES:
                items.start_soon(committer.finish, finished(admit(journal, name)))
            await journal.room.lost()
            await anyio.wait_all_tasks_blocked()
            assert journal.state.pending
            if again:
                items.cancel_scope.cancel()
            else:
                disk.room = True
                await journal.room.regain()
        assert bool(journal.state.pending) is again
        committer.close()
    if again:
        async with (
            Journal.open(directory) as journal,
            Committer.open(directory, journal, part_bytes=500) as committer,
            anyio.create_task_group() as group,
        ):
            group.start_soon(committer.run)
            async with anyio.create_task_group() as items:
                for item_id in list(journal.state.pending):
                    items.start_soon(committer.finish, finished(item_id))
            committer.close()
    told = b"".join(await streams(directory)).splitlines()
    assert sorted(told) == sorted(b"".join(await streams(tmp_path / "undisturbed")).splitlines())
    async with Journal.open(directory) as journal, Committer.open(directory, journal):
        assert not journal.state.cuts or again


async def test_closing_a_part_fails(tmp_path: Path) -> None:
    """A part whose closing fails costs nothing: what it holds was synced."""

    class Unclosing(ShardDisk):
        def close(self, descriptor: int) -> None:
            super().close(descriptor)
            if descriptor in self._streams:
                raise OSError(errno.EIO, "planted")

    await commit(tmp_path, "one", "two", disk=Unclosing("", 0), padding=500)
    async with Journal.open(tmp_path) as journal, Committer.open(tmp_path, journal):
        assert journal.state.finished == 2


async def test_stopped_is_not_done(tmp_path: Path) -> None:
    """Who waits when the committer is stopped is not told that its item is done."""
    async with (
        Journal.open(tmp_path) as journal,
        Committer.open(tmp_path, journal) as committer,
        anyio.create_task_group() as group,
    ):
        item_id = admit(journal, "one")

        async def hand_in() -> None:
            with pytest.raises(WorkLeft):
                await committer.finish(finished(item_id))

        group.start_soon(hand_in)
        await anyio.wait_all_tasks_blocked()
        with anyio.CancelScope() as scope:
            scope.cancel()
            await committer.run()
        assert item_id in journal.state.pending


async def test_two_cancelled_items_harm_no_batch(tmp_path: Path, item: Item) -> None:
    """An item that stops waiting is committed all the same."""
    async with (
        Journal.open(tmp_path) as journal,
        Committer.open(tmp_path, journal) as committer,
    ):
        journal.append(Admit(item.item_id, "r1", item.origin, item.meta, item.content, "now"))
        line = reject_line(item, Stage.UNIFY, Fault(Reason.TRIVIAL, ""))
        async with anyio.create_task_group() as group:
            group.start_soon(
                committer.finish, Finished(item.item_id, 0, Reason.TRIVIAL, rejects=(line,))
            )
            await anyio.wait_all_tasks_blocked()
            group.cancel_scope.cancel()
        committer.close()
        await committer.run()
        assert journal.state.rejected == {"trivial": 1}
    assert await text(tmp_path, Stream.REJECTS) == line
    assert await to_thread.run_sync((tmp_path / "dataset").exists) is False
