"""The reserve: on a full disk what is under way lands, and the work goes on when there is room."""

from __future__ import annotations

import errno
import os
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from stat import S_ISREG

import anyio
import pytest
from anyio import to_thread

from codeiod.errors import DirectoryError, DiskFull
from codeiod.journal import Journal
from codeiod.journal.disk import OsDisk
from codeiod.journal.folder import RESERVE, segment_name
from codeiod.journal.records import Admit
from codeiod.journal.reserve import PIECE_BYTES, Reserve
from codeiod.journal.steps import Steps
from codeiod.service.space import wait_for_room

MakeAdmit = Callable[..., Admit]
SIZE = 64 * 1024
BOUND_SECONDS = 20
FULL = OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


class Bounded(OsDisk):
    """A disk on which the files of a folder, and those of others, have room for so many bytes."""

    def __init__(self, folder: Path, size_bytes: int) -> None:
        self.folder = folder
        self.size_bytes = size_bytes

    def left(self) -> int:
        held = 0
        for path in self.folder.rglob("*"):
            with suppress(FileNotFoundError):  # a segment that was compressed meanwhile
                status = path.stat()
                held += status.st_size if S_ISREG(status.st_mode) else 0
        return max(0, self.size_bytes - held)

    def fill(self) -> None:
        """Let others take all that is left."""
        self.size_bytes -= self.left()

    def free(self, folder: Path) -> int:
        return self.left()

    def write(self, descriptor: int, data: bytes | memoryview) -> int:
        if not self.left():
            raise OSError(*FULL.args)
        return super().write(descriptor, data[: self.left()])

    def allocate(self, descriptor: int, length: int) -> None:
        if length - os.fstat(descriptor).st_size > self.left():
            raise OSError(*FULL.args)
        super().allocate(descriptor, length)


async def reserved(directory: Path) -> int | None:
    return await to_thread.run_sync(OsDisk().size, directory / "journal" / RESERVE)


async def test_it_is_there_while_it_is_needed(tmp_path: Path) -> None:
    """It takes its room while a journal is open, and leaves nothing behind."""
    async with Journal.open(tmp_path, reserve_bytes=SIZE):
        path = anyio.Path(tmp_path, "journal", RESERVE)
        assert (await path.stat()).st_blocks * 512 >= SIZE
    assert await reserved(tmp_path) is None


@pytest.mark.parametrize("before", [0, 10, SIZE, 2 * SIZE])
async def test_after_a_kill(tmp_path: Path, before: int) -> None:
    """What a killed run has left of it is made whole, or cut to what is wanted now."""
    async with Journal.open(tmp_path):
        pass
    for size in (SIZE, 0):
        await anyio.Path(tmp_path, "journal", RESERVE).write_bytes(bytes(before))
        async with Journal.open(tmp_path, reserve_bytes=size):
            assert await reserved(tmp_path) == (size or None)


async def test_what_is_under_way_lands(tmp_path: Path, admit: MakeAdmit) -> None:
    """On a full disk records are written on the reserve, over segments, and no new work is paid."""
    disk = Bounded(tmp_path, 4 * SIZE)
    asked = []
    async with Journal.open(tmp_path, disk=disk, reserve_bytes=SIZE, segment_bytes=2000) as journal:
        await journal.append_durable(admit("one"))
        await to_thread.run_sync(disk.fill)
        for number in range(20):
            await journal.append_durable(admit(f"{number}"))
        assert journal.room.low
        assert (await reserved(tmp_path) or 0) < SIZE

        async def ask(_: object) -> None:
            asked.append(1)

        with anyio.move_on_after(0.05) as moved:
            await Steps(journal, admit("one").item, 0).pay("unify/1", ask, of="a")  # type: ignore[arg-type]  # never called
        assert moved.cancelled_caught
    assert not asked
    async with Journal.open(tmp_path) as journal:
        assert journal.state.items == 21


async def test_it_goes_on_when_there_is_room(tmp_path: Path, admit: MakeAdmit) -> None:
    """A daemon that waits takes up the work once there is room for the reserve and for more."""
    disk = Bounded(tmp_path, 4 * SIZE)
    told: list[str] = []
    async with (
        Journal.open(tmp_path, disk=disk, reserve_bytes=SIZE) as journal,
        anyio.create_task_group() as group,
    ):
        group.start_soon(wait_for_room, journal, told.append, 0.01)
        for _ in range(2):
            await to_thread.run_sync(disk.fill)
            await journal.append_durable(admit(f"{disk.size_bytes}"))
            await journal.room.lost()
            with anyio.move_on_after(0.05) as moved:
                await journal.room.there()
            assert moved.cancelled_caught
            disk.size_bytes += SIZE + PIECE_BYTES
            with anyio.fail_after(BOUND_SECONDS):
                await journal.room.there()
            assert await reserved(tmp_path) == SIZE
        group.cancel_scope.cancel()
    assert [bool(why) for why in told] == [True, False, True, False]
    assert f"{SIZE + PIECE_BYTES:,} bytes are free" in told[0]


async def test_others_take_what_it_gives(tmp_path: Path, admit: MakeAdmit) -> None:
    """Where all of it is gone too, what is under way waits for room, and then lands."""
    disk = Bounded(tmp_path, 4 * SIZE)
    async with Journal.open(tmp_path, disk=disk, reserve_bytes=SIZE) as journal:
        await to_thread.run_sync(disk.fill)
        journal.room.reserve.patient = True
        await to_thread.run_sync(journal.room.reserve.drop)
        await to_thread.run_sync(disk.fill)
        async with anyio.create_task_group() as group:
            group.start_soon(journal.append_durable, admit("one"))
            await journal.room.lost()
            disk.size_bytes += SIZE
    async with Journal.open(tmp_path) as journal:
        assert journal.state.known(admit("one").item)


async def test_no_room_ever(tmp_path: Path, admit: MakeAdmit) -> None:
    """At the end no one waits: the error says what to do, and what was durable is there."""
    disk = Bounded(tmp_path, 4 * SIZE)

    async def run() -> None:
        async with Journal.open(tmp_path, disk=disk, reserve_bytes=SIZE) as journal:
            await journal.append_durable(admit("one"))
            journal.room.reserve.patient = True
            await to_thread.run_sync(journal.room.reserve.drop)
            await to_thread.run_sync(disk.fill)
            journal.append(admit("two"))
            await journal.room.lost()

    with pytest.raises(DiskFull, match="make room, then run again"):
        await run()
    async with Journal.open(tmp_path) as journal:
        assert journal.state.items == 1
        assert journal.state.known(admit("one").item)


async def test_no_room_to_begin(tmp_path: Path, admit: MakeAdmit) -> None:
    """Without room for the reserve nothing begins, the directory is as it was, and free."""
    async with Journal.open(tmp_path) as journal:
        journal.append(admit("one"))
    path = anyio.Path(tmp_path, "journal", segment_name(1))
    before = await path.read_bytes()
    disk = Bounded(tmp_path, SIZE)
    with pytest.raises(DiskFull, match=r"of 65,536 bytes .*journal\.reserve_bytes"):
        async with Journal.open(tmp_path, disk=disk, reserve_bytes=SIZE):
            pass
    assert await path.read_bytes() == before
    assert await reserved(tmp_path) is None
    async with Journal.open(tmp_path, disk=disk, reserve_bytes=SIZE // 2):
        pass


async def test_the_disk_fails(tmp_path: Path) -> None:
    """A disk that fails at the reserve is told as that, not as full."""

    class Failing(OsDisk):
        def allocate(self, descriptor: int, length: int) -> None:
            raise OSError(errno.EIO, "planted")

    with pytest.raises(DirectoryError, match="can't be used: planted"):
        async with Journal.open(tmp_path, disk=Failing(), reserve_bytes=SIZE):
            pass


def test_without_allocating(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where a file system can't be asked for room, it is taken by writing."""

    def unable(*_: int) -> None:
        raise OSError(errno.EOPNOTSUPP, "planted")

    monkeypatch.setattr(os, "posix_fallocate", unable)
    reserve = Reserve(OsDisk(), tmp_path, 8 * PIECE_BYTES)
    reserve.fill()
    path = tmp_path / RESERVE
    assert path.stat().st_blocks * 512 >= 8 * PIECE_BYTES
    assert reserve.give(10)
    assert path.stat().st_size == 7 * PIECE_BYTES
    assert reserve.give(10 * PIECE_BYTES)
    assert not reserve.give(1)


async def test_full_while_full(tmp_path: Path) -> None:
    """What needs a little room gets it from the reserve, and fails for good without one."""
    reserve = Reserve(OsDisk(), tmp_path, SIZE)
    tries = []

    def act() -> int:
        tries.append(1)
        if len(tries) < 3:
            raise OSError(*FULL.args)
        return len(tries)

    await to_thread.run_sync(reserve.fill)
    assert await to_thread.run_sync(reserve.spend, act) == 3
    tries.clear()
    await to_thread.run_sync(reserve.drop)
    with pytest.raises(OSError, match=FULL.strerror):
        await to_thread.run_sync(reserve.spend, act)
