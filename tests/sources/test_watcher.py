"""Promises of watched folders: each content once, whole, and put away only when it is on disk.

Real files, a real journal; times are short, and waits end with what they wait for.
"""

from __future__ import annotations

import gzip
import io
import os
import shutil
import tarfile
import time
import zipfile
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import anyio
import pyarrow
import pytest
from anyio import to_thread
from pyarrow import parquet
from structlog.testing import capture_logs

from codeiod.admission import BROKEN, END, Admission, Mark
from codeiod.config import ItemsSettings
from codeiod.config.settings import ServiceSettings
from codeiod.errors import SettingsError
from codeiod.items import Entry, Reason
from codeiod.journal import Journal
from codeiod.journal.records import RecipeSet
from codeiod.sources.places import Found
from codeiod.sources.walk import walk
from codeiod.sources.watching import Watcher, check_watched, folder, waiting
from codeiod.sources.watching.judging import Candidate, Unsettled, judge, shape_of

SETTLE = 0.2
PATIENCE_SECONDS = 60.0
OLD = (1, 1)


@dataclass
class Watched:
    """A watcher at work, and what it has handed out."""

    watcher: Watcher
    journal: Journal
    entries: list[Entry] = field(default_factory=list)
    """Those that were new."""
    handed: list[Entry | Mark] = field(default_factory=list)
    gate: anyio.Event = field(default_factory=anyio.Event)

    @property
    def contents(self) -> list[str]:
        return sorted(one.content for one in self.entries if one.fault is None)

    async def until(self, truth: Callable[[], Any]) -> None:
        """Wait until something is so."""
        with anyio.fail_after(PATIENCE_SECONDS):
            while not await to_thread.run_sync(truth):  # noqa: ASYNC110 -- it tells nobody
                await anyio.sleep(0.01)

    async def until_quiet(self) -> None:
        """Wait until files that had settled would have been taken."""
        await anyio.sleep(4 * SETTLE)


@asynccontextmanager
async def watch(
    out: Path, *folders: Path, pull: bool = True, items: ItemsSettings | None = None, **more: Any
) -> AsyncIterator[Watched]:
    """Watch folders, and give what comes to a journal."""
    given = {"settle_seconds": SETTLE, "rescan_seconds": 0.2} | more
    settings = ServiceSettings(watch=tuple(str(one) for one in folders), **given)
    async with Journal.open(out) as journal:
        journal.append(RecipeSet("0" * 32, {}))
        admission = Admission(journal, "0" * 32)
        watcher = Watcher(settings, items or ItemsSettings(), admission, out, journal.flush)
        watched = Watched(watcher, journal)

        async def take() -> None:
            if not pull:
                await watched.gate.wait()
            async for one in watcher.entries():
                watched.handed.append(one)
                if await admission.take(one) and isinstance(one, Entry):
                    watched.entries.append(one)
                await watcher.taken(one)

        async with anyio.create_task_group() as tasks:
            tasks.start_soon(watcher.run)
            tasks.start_soon(take)
            yield watched
            tasks.cancel_scope.cancel()


@pytest.fixture
def inbox(tmp_path: Path) -> Path:
    """Return the folder that is watched."""
    path = tmp_path.resolve() / "in"
    path.mkdir()
    return path


@pytest.fixture
def out(tmp_path: Path) -> Path:
    """Return the output directory."""
    return tmp_path / "out"


def move_in(folder: Path, name: str, content: str, as_name: str = "") -> Path:
    """Do as writers should: write under a hidden name, and rename."""
    hidden = folder / f".{name}.writing"
    hidden.write_text(content)
    return hidden.rename(folder / (as_name or name))


def listed(folder: Path) -> set[str]:
    """Return the paths below a folder."""
    return {str(one.relative_to(folder)) for one in folder.rglob("*")}


async def test_all_that_is_there_and_comes_is_taken_once(inbox: Path, out: Path) -> None:
    """Before the start and after, moved in, written, linked, in folders new and nested."""
    (inbox / "old.py").write_text("old")
    os.utime(inbox / "old.py", OLD)
    async with watch(out, inbox) as watched:
        await watched.until(lambda: watched.contents == ["old"])
        move_in(inbox, "moved.py", "moved")
        (inbox / "written.py").write_text("written")
        (inbox / ".aside").write_text("linked")
        (inbox / "linked.py").hardlink_to(inbox / ".aside")
        (inbox / "a" / "b" / "c").mkdir(parents=True)
        (inbox / "a" / "b" / "c" / "nested.py").write_text("nested")
        whole = ["linked", "moved", "nested", "old", "written"]
        await watched.until(lambda: watched.contents == whole)
        await watched.until_quiet()
    assert watched.contents == whole
    assert len(watched.handed) == 5


async def test_what_was_moved_in_is_not_waited_for(inbox: Path, out: Path) -> None:
    """However long a written file has to stand still, one that was moved in is complete."""
    async with watch(out, inbox, settle_seconds=50_000, rescan_seconds=50_000) as watched:
        await watched.until(lambda: watched.watcher.affairs()[0].scanned_at)
        (inbox / "written.py").write_text("written")
        move_in(inbox, "moved.py", "moved")
        await watched.until(lambda: watched.contents == ["moved"])
        assert watched.watcher.affairs()[0].unsettled == 1


async def test_a_file_that_someone_writes_is_not_taken(inbox: Path, out: Path) -> None:
    """However long its writer pauses; moved in or not. Once it is closed it is taken, whole."""
    async with watch(out, inbox) as watched:
        with (inbox / "slow.py").open("w") as slow, (inbox / ".hidden").open("w") as moved:
            slow.write("half ")
            slow.flush()
            moved.write("part ")
            moved.flush()
            (inbox / ".hidden").rename(inbox / "moved.py")
            await watched.until_quiet()
            assert watched.handed == []
            slow.write("and half")
            moved.write("and part")
        await watched.until(lambda: watched.contents == ["half and half", "part and part"])


def judged(path: Path, **known: Any) -> object:
    """Judge a file of which something is known."""
    [one] = [one for one in walk(str(path.parent), Path("/nowhere")) if isinstance(one, Found)]
    [verdict] = judge([Candidate(one, **known)], 10.0, 1 << 20)
    return verdict


@pytest.mark.parametrize("owner", [True, False])
def test_a_file_must_stand_still(inbox: Path, monkeypatch: pytest.MonkeyPatch, owner: bool) -> None:
    """For long enough since it was first seen as it is; with or without a lease."""

    def refuse(*_: object) -> None:
        raise PermissionError

    if not owner:
        monkeypatch.setattr("codeiod.sources.watching.lease.fcntl.fcntl", refuse)
    path = inbox / "a.py"
    path.write_text("x")
    shape = shape_of(path.stat())
    now = time.monotonic()
    assert isinstance(judged(path), Unsettled)
    assert isinstance(judged(path, shape=shape, since=now), Unsettled)
    assert isinstance(judged(path, shape=shape, since=now - 10), Entry)
    changed = shape._replace(ctime_ns=shape.ctime_ns - 1)
    assert isinstance(judged(path, shape=changed, since=now - 10), Unsettled)
    assert isinstance(judged(path, moved=True), Entry)
    with path.open("a"):
        expected = Unsettled if owner else Entry
        assert isinstance(judged(path, shape=shape, since=now - 10), expected)


@pytest.mark.parametrize(("ours", "seconds"), [(True, 10), (False, 70)])
def test_what_stood_still_before_the_start_is_taken(
    inbox: Path, monkeypatch: pytest.MonkeyPatch, ours: bool, seconds: float
) -> None:
    """By the clock of the file system, with a margin where that may be another machine's."""
    path = inbox / "a.py"
    path.write_text("x")
    changed = path.stat().st_ctime
    monkeypatch.setattr("codeiod.sources.watching.judging.has_our_clock", lambda _: ours)
    monkeypatch.setattr(time, "time", lambda: changed + seconds - 0.5)
    assert isinstance(judged(path), Unsettled)
    monkeypatch.setattr(time, "time", lambda: changed + seconds + 0.5)
    assert isinstance(judged(path), Entry)


async def test_what_is_overwritten_is_new(inbox: Path, out: Path) -> None:
    """In place, by a rename, or with the same length: each content that stood is taken."""
    async with watch(out, inbox) as watched:
        path = inbox / "a.py"
        for number in range(4):
            if number % 2:
                path.write_text(f"version {number}")
            else:
                move_in(inbox, "a.py", f"version {number}")
            await watched.until(lambda: len(watched.entries) == number + 1)  # noqa: B023 -- at once
    assert watched.contents == [f"version {n}" for n in range(4)]


async def test_a_change_while_it_is_read_is_seen(
    inbox: Path, out: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is read of a file that changes meanwhile is thrown away, and read again later."""
    from codeiod.sources.watching import judging

    real, times = judging.read_opened, 0

    def change_behind(*args: Any) -> Entry:
        nonlocal times
        entry = real(*args)
        times += 1
        if times == 1:
            os.utime(inbox / "a.py", (5, 5))
        return entry

    monkeypatch.setattr(judging, "read_opened", change_behind)
    async with watch(out, inbox) as watched:
        move_in(inbox, "a.py", "x")
        await watched.until(lambda: watched.contents == ["x"])
    assert times == 2
    assert len(watched.handed) == 1


async def test_nothing_is_looked_at_twice(inbox: Path, out: Path) -> None:
    """What is there and known costs no reading: not its looks, not a later life, not a touch."""
    for number in range(50):
        (inbox / f"{number}.py").write_text(str(number))
    async with watch(out, inbox) as watched:
        await watched.until(lambda: len(watched.entries) == 50)
        os.utime(inbox / "7.py", (5, 5))
        await watched.until(lambda: len(watched.handed) == 51)
        await watched.until_quiet()
        assert len(watched.handed) == 51
    async with watch(out, inbox) as watched:
        await watched.until_quiet()
        assert [one.origin.path for one in watched.handed] == [str(inbox / "7.py")]


@pytest.mark.parametrize("taken", ["keep", "move", "delete"])
async def test_files_are_put_away_once_they_are_on_disk(inbox: Path, out: Path, taken: str) -> None:
    """Kept, moved with the folders between, or deleted; archives once they are read to the end."""
    (inbox / "sub").mkdir()
    (inbox / "sub" / "a.py").write_text("a")
    (inbox / "again.py").write_text("a")
    (inbox / "b.md").write_text("not for us")
    with zipfile.ZipFile(inbox / "c.zip", "w") as archive:
        archive.writestr("c.py", "c")
    done = {"done", "done/again.py", "done/c.zip", "done/sub", "done/sub/a.py"}
    expected = {
        "keep": listed(inbox),
        "move": {"b.md", "sub", *done},
        "delete": {"b.md", "sub"},
    }[taken]

    async with watch(out, inbox, taken=taken) as watched:
        await watched.until(lambda: len(watched.handed) >= 4 and listed(inbox) == expected)
        await watched.until_quiet()
        assert listed(inbox) == expected
    assert watched.contents == ["a", "c"]


async def test_nothing_leaves_before_the_journal_is_on_disk(
    inbox: Path, out: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """While the disk does not answer, files stay where they are."""
    durable = anyio.Event()
    flush = Journal.flush

    async def slow_flush(journal: Journal) -> None:
        if watched_by_now:
            await durable.wait()
        await flush(journal)

    watched_by_now: list[Watched] = []
    monkeypatch.setattr(Journal, "flush", slow_flush)
    async with watch(out, inbox, taken="delete") as watched:
        watched_by_now.append(watched)
        path = move_in(inbox, "a.py", "a")
        await watched.until(lambda: watched.contents == ["a"])
        await watched.until_quiet()
        assert path.exists()
        durable.set()
        await watched.until(lambda: not path.exists())


async def test_what_a_former_life_took_is_put_away_by_the_next(inbox: Path, out: Path) -> None:
    """A daemon may end between taking a file in and putting it away."""
    path = move_in(inbox, "a.py", "a")
    async with watch(out, inbox) as watched:
        await watched.until(lambda: watched.contents == ["a"])
    async with watch(out, inbox, taken="move") as watched:
        await watched.until(lambda: not path.exists())
    assert watched.handed == []
    assert (inbox / "done" / "a.py").read_text() == "a"


async def test_what_can_not_be_put_away_stays(inbox: Path, out: Path) -> None:
    """It is taken all the same, and goes as soon as it can."""
    (inbox / "done").write_text("in the way")
    path = move_in(inbox, "a.py", "a")
    async with watch(out, inbox, taken="move") as watched:
        with capture_logs() as logs:
            await watched.until(lambda: "watch.stays" in [one["event"] for one in logs])
            await watched.until_quiet()
        [stays] = [one for one in logs if one["event"] == "watch.stays"]
        assert "File exists" in stays["why"]
        assert path.exists()
        await to_thread.run_sync((inbox / "done").unlink)
        await watched.until(lambda: not path.exists())
    assert watched.contents == ["a"]


async def test_names_in_done_are_never_overwritten(inbox: Path, out: Path) -> None:
    """A second file of the same name is moved beside the first."""
    async with watch(out, inbox, taken="move") as watched:
        for number in range(3):
            path = move_in(inbox, "a.py", str(number))
            await watched.until(lambda: not path.exists())  # noqa: B023 -- awaited at once
    done = {one.name: one.read_text() for one in (inbox / "done").iterdir()}
    assert done == {"a.py": "0", "a.1.py": "1", "a.2.py": "2"}


async def test_a_folder_may_vanish_and_return(inbox: Path, out: Path, tmp_path: Path) -> None:
    """Missing at the start, gone, come back as another one: it is said, waited for, and watched."""
    shutil.rmtree(inbox)
    async with watch(out, inbox) as watched:
        await watched.until(lambda: not watched.watcher.affairs()[0].there)
        assert "No such file or directory" in watched.watcher.affairs()[0].why
        await to_thread.run_sync(inbox.mkdir)
        await watched.until(lambda: watched.watcher.affairs()[0].there)
        move_in(inbox, "a.py", "a")
        await watched.until(lambda: watched.contents == ["a"])
        await to_thread.run_sync(inbox.rename, tmp_path / "elsewhere")
        await watched.until(lambda: not watched.watcher.affairs()[0].there)
        await to_thread.run_sync(inbox.mkdir)
        move_in(inbox, "b.py", "b")
        await watched.until(lambda: watched.contents == ["a", "b"])
        await watched.until(lambda: watched.watcher.affairs()[0].there)


async def test_a_folder_that_is_a_loop_of_links_is_waited_for(inbox: Path, out: Path) -> None:
    """It is said, and when it is a folder again it is watched."""
    await to_thread.run_sync(inbox.rmdir)
    await to_thread.run_sync(inbox.symlink_to, inbox)
    async with watch(out, inbox) as watched:
        await watched.until(lambda: not watched.watcher.affairs()[0].there)
        await to_thread.run_sync(inbox.unlink)
        await to_thread.run_sync(inbox.mkdir)
        move_in(inbox, "a.py", "a")
        await watched.until(lambda: watched.contents == ["a"])


async def test_a_folder_that_can_not_be_listed_is_told(
    inbox: Path, out: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One below the watched one: the rest is taken, and no item is made of it."""
    (inbox / "closed").mkdir()
    (inbox / "a.py").write_text("a")
    scandir = os.scandir

    def refuse(path: str) -> Any:
        if path.endswith("/closed"):
            raise PermissionError(13, "Permission denied")
        return scandir(path)

    monkeypatch.setattr("codeiod.sources.walk.os.scandir", refuse)
    async with watch(out, inbox) as watched:
        await watched.until(lambda: watched.contents == ["a"])
        await watched.until(lambda: watched.watcher.affairs()[0].why)
        [one] = watched.watcher.affairs()
    assert one.there
    assert one.why == f"{inbox}/closed: Permission denied"
    assert len(watched.handed) == 1


async def test_nothing_outside_the_folder_is_taken(inbox: Path, out: Path, tmp_path: Path) -> None:
    """Links to files and folders elsewhere, hidden and half-made names, ``done``, the output."""
    secret = tmp_path / "secret"
    secret.mkdir()
    (secret / "s.py").write_text("secret")
    os.utime(secret / "s.py", OLD)
    async with watch(inbox / "out", inbox) as watched:
        (inbox / "folder").symlink_to(secret)
        (inbox / "link.py").symlink_to(secret / "s.py")
        os.mkfifo(inbox / "pipe.py")
        for name in ("a.py~", "a.py.part", "a.py.crdownload", ".a.py.swp", "#a.py#", "a.tmp"):
            (inbox / name).write_text("half")
        for name in ("done", "out/dataset", ".git"):
            (inbox / name).mkdir(parents=True)
            (inbox / name / "a.py").write_text("mine")
        move_in(inbox, "end.py", "end")
        await watched.until(lambda: watched.contents == ["end"])
        await watched.until_quiet()
    assert len(watched.handed) == 1


async def test_any_name_can_be_taken(inbox: Path, out: Path) -> None:
    """Newlines, bytes that are not UTF-8, the longest ones."""
    names = [b"new\nline.py", b"\xff\xfe.py", "ä.py".encode(), b"n" * 252 + b".py", b" .py"]
    async with watch(out, inbox, taken="move") as watched:
        for number, name in enumerate(names):
            move_in(inbox, "x", str(number), as_name=os.fsdecode(name))
        await watched.until(lambda: len(watched.contents) == len(names))
        await watched.until(lambda: listed(inbox / "done") == {os.fsdecode(one) for one in names})


async def test_a_file_that_can_not_be_read_is_rejected_and_tried_again(
    inbox: Path, out: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is told as unreadable; once it can be read it is taken as any other."""
    from codeiod.sources.watching import judging

    real, closed = judging.open_found, [True]

    def refuse(found: Any) -> Any:
        if closed:
            raise PermissionError(13, "Permission denied")
        return real(found)

    monkeypatch.setattr(judging, "open_found", refuse)
    async with watch(out, inbox) as watched:
        (inbox / "a.py").write_text("a")
        await watched.until(lambda: len(watched.entries) == 1)
        [entry] = watched.entries
        assert entry.fault is not None
        assert entry.fault.reason is Reason.UNREADABLE
        closed.clear()
        await watched.until(lambda: watched.contents == ["a"])


async def test_rows_of_a_growing_file_come_as_they_are_added(inbox: Path, out: Path) -> None:
    """Each time it has stood still, what is new in it is taken; what was there is nothing."""
    async with watch(out, inbox) as watched:
        path = inbox / "a.jsonl"
        for number in range(3):
            with path.open("a") as file:
                file.write(f'{{"content": "row {number}"}}\n')
            await watched.until(lambda: len(watched.entries) == number + 1)  # noqa: B023 -- at once
    assert watched.contents == ["row 0", "row 1", "row 2"]
    assert [one.origin.offset for one in watched.entries] == [1, 2, 3]
    assert watched.journal.state.duplicates == 0


async def test_no_row_is_read_of_two_versions(inbox: Path, out: Path) -> None:
    """A container that changes while it is read is left there, and read anew when it is still."""
    rows = "".join(f'{{"content": "{number:05} {"x" * 300}"}}\n' for number in range(6_000))
    path = inbox / "a.jsonl"
    path.write_text(rows)
    async with watch(out, inbox, pull=False, settle_seconds=0.5) as watched:
        await watched.until(lambda: watched.watcher._containers)
        path.write_text(rows.replace("x", "y"))
        watched.gate.set()
        await watched.until(lambda: sum("yy" in one for one in watched.contents) == 6_000)
        marks = [one for one in watched.handed if isinstance(one, Mark)]
    assert sum("xx" in one for one in watched.contents) < 6_000
    assert len({mark.origin for mark in marks}) <= 2
    assert not any("x" in one and "y" in one for one in watched.contents)


async def test_containers_of_rows_are_taken(inbox: Path, out: Path) -> None:
    """JSONL in any packing, Parquet; with a cursor, and put away when they are read to the end."""
    lines = b'{"content": "row 0"}\n{"content": 1}\n{"content": "row 2"}'
    (inbox / "a.jsonl").write_bytes(lines)
    (inbox / "b.jsonl.gz").write_bytes(gzip.compress(lines.replace(b"row", b"gz")))
    parquet.write_table(pyarrow.table({"content": ["pq 0", "pq 1"]}), inbox / "c.parquet")
    async with watch(out, inbox, taken="delete") as watched:
        await watched.until(lambda: not listed(inbox))
        places = {path: cursor for (_, path), cursor in watched.journal.state.cursors.items()}
    assert watched.contents == ["gz 0", "gz 2", "pq 0", "pq 1", "row 0", "row 2"]
    assert {cursor.position for cursor in places.values()} == {END}
    assert len(places) == 3


def broken_containers(inbox: Path) -> dict[str, bytes]:
    """Write containers of which only some can be read; return what they hold."""
    rows = b"".join(
        b'{"content": "%d %s"}\n' % (n, os.urandom(500).hex().encode()) for n in range(99)
    )
    tar = io.BytesIO()
    with tarfile.open(fileobj=tar, mode="w") as archive:
        for name in ("a.py", "b.py"):
            info = tarfile.TarInfo(name)
            info.size = 2_000
            archive.addfile(info, io.BytesIO(name.encode() * 500))
    zipped = io.BytesIO()
    with zipfile.ZipFile(zipped, "w") as members:
        for number in range(250):
            members.writestr(f"{number}.py", f"member {number}")
    table = io.BytesIO()
    parquet.write_table(pyarrow.table({"content": ["pq 0", "pq 1"]}), table)
    data = {
        "a.jsonl.gz": gzip.compress(rows)[:-20_000],
        "b.tar": tar.getvalue()[:3_500],
        "c.zip": zipped.getvalue()[:-50],
        "d.parquet": table.getvalue()[:-20],
        "e.zip": zipped.getvalue().replace(b"member 3", b"MEMBER 3", 1),
    }
    for name, content in data.items():
        (inbox / name).write_bytes(content)
    return data


@pytest.mark.parametrize("taken", ["delete", "move"])
async def test_what_could_not_be_read_whole_stays(inbox: Path, out: Path, taken: str) -> None:
    """A broken container stays, in later looks and lives, too, and goes once it is whole."""
    data = broken_containers(inbox)
    async with watch(out, inbox, taken=taken) as watched:
        await watched.until(lambda: len(watched.journal.state.cursors) == len(data))
        cursors = watched.journal.state.cursors
        await watched.until(lambda: {one.position for one in cursors.values()} == {BROKEN})
        await watched.until_quiet()
        assert listed(inbox) == set(data)
        assert not watched.watcher._departing._announced
        faults = [Path(one.origin.path).name for one in watched.entries if one.fault]
        assert sorted(faults) == sorted(data)
    async with watch(out, inbox, taken=taken) as watched:
        move_in(inbox, "z.py", "after")
        await watched.until(lambda: not (inbox / "z.py").exists())
        await watched.until_quiet()
        assert [one.origin.path for one in watched.handed] == [str(inbox / "z.py")]
        assert {name: (inbox / name).read_bytes() for name in data} == data
        (inbox / "a.jsonl.gz").write_bytes(gzip.compress(b'{"content": "whole"}'))
        await watched.until(lambda: not (inbox / "a.jsonl.gz").exists())
    assert watched.contents == ["after", "whole"]


async def test_a_member_that_could_not_be_read_is_not_forgotten(inbox: Path, out: Path) -> None:
    """One killed after many more members, with no mark at the end, meets it again."""
    broken_containers(inbox)
    for name in listed(inbox) - {"e.zip"}:
        (inbox / name).unlink()
    async with watch(out, inbox, taken="delete") as watched:
        await watched.until(lambda: watched.journal.state.cursors)
    assert [one.position for one in watched.handed if isinstance(one, Mark)] == [BROKEN]
    assert len(watched.contents) == 249


async def test_a_long_container_keeps_nothing_waiting(inbox: Path, out: Path) -> None:
    """Containers are read beside each other and beside files; a bomb among them is told."""
    rows = "".join(f'{{"content": "{number:05} {"x" * 300}"}}\n' for number in range(3_000))
    (inbox / "long.jsonl").write_text(rows)
    for number in range(8):
        (inbox / f"s{number}.jsonl").write_text(f'{{"content": "short {number}"}}\n')
    data = io.BytesIO()
    with tarfile.open(fileobj=data, mode="w") as archive:
        info = tarfile.TarInfo("bomb.py")
        info.size = 80 << 20
        archive.addfile(info, io.BytesIO(bytes(info.size)))
    (inbox / "bomb.tar.gz").write_bytes(gzip.compress(data.getvalue()))
    async with watch(out, inbox, pull=False) as watched:
        await watched.until(lambda: watched.watcher._containers)
        move_in(inbox, "file.py", "file")
        watched.gate.set()
        await watched.until(lambda: len(watched.contents) == 3_009)
        await watched.until(lambda: len(watched.entries) == 3_011)
        order = [one.content[:5] for one in watched.entries]
    assert order.index("file") < 3_000
    faults = [one.fault for one in watched.entries if one.fault]
    assert [fault.reason for fault in faults] == [Reason.OVERSIZED] * 2
    assert "no code does" in faults[1].detail


async def test_the_list_of_folders_can_be_changed(inbox: Path, out: Path, tmp_path: Path) -> None:
    """A new one is looked at, one that is gone from the list is not any more."""
    other = tmp_path / "other"
    other.mkdir()
    async with watch(out, inbox) as watched:
        move_in(inbox, "a.py", "a")
        await watched.until(lambda: watched.contents == ["a"])
        (inbox / "late.py").write_text("late")
        watched.watcher.change([str(other)])
        move_in(inbox, "b.py", "b")
        move_in(other, "c.py", "c")
        await watched.until(lambda: watched.contents == ["a", "c"])
        await watched.until_quiet()
        assert [one.folder for one in watched.watcher.affairs()] == [str(other)]
    assert watched.contents == ["a", "c"]


async def test_a_folder_that_leaves_the_list_and_returns_loses_nothing(
    inbox: Path, out: Path
) -> None:
    """Not even the rows of a container that was being read."""
    rows = "".join(f'{{"content": "{number:05} {"x" * 300}"}}\n' for number in range(3_000))
    (inbox / "a.jsonl").write_text(rows)
    async with watch(out, inbox, pull=False) as watched:
        await watched.until(lambda: watched.watcher._containers)
        watched.watcher.change([])
        watched.watcher.change([str(inbox)])
        watched.gate.set()
        await watched.until(lambda: len(watched.contents) == 3_000)
    assert len(set(watched.contents)) == 3_000


async def test_what_is_not_heard_is_found(
    inbox: Path, out: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without an ear, with too few watches, or with hints that have no room: the looks find all."""

    def deaf() -> None:
        raise OSError(24, "Too many open files")

    monkeypatch.setattr("codeiod.sources.watching.hearing.Inotify", deaf)
    monkeypatch.setattr(waiting, "MOST_FILES", 5)
    async with watch(out, inbox) as watched:
        for number in range(40):
            (inbox / f"{number}.py").write_text(str(number))
        await watched.until(lambda: len(watched.contents) == 40)
        assert watched.watcher._hearing.why_deaf == "Too many open files"


async def test_lost_hints_make_it_look_sooner(
    inbox: Path, out: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The queue of hints is bounded; what finds no place there is found by a look."""
    monkeypatch.setattr("codeiod.sources.watching.hearing.MOST_HINTS", 3)
    async with watch(out, inbox) as watched:
        for number in range(40):
            move_in(inbox, f"{number}.py", str(number))
        await watched.until(lambda: len(watched.contents) == 40)


async def test_looking_takes_a_small_part_of_the_time(inbox: Path, out: Path) -> None:
    """The pause between two looks grows with what a look costs, and more so while all is quiet."""
    async with watch(out, inbox) as watched:
        one = watched.watcher._folders[str(inbox)]
        await watched.until(lambda: watched.watcher.affairs()[0].scanned_at)
        one._seconds = 3.0
        one.scanned(busy=False)
        quiet = one.due - one._scanned
        one.scanned(busy=True)
        busy = one.due - one._scanned
    assert quiet == pytest.approx(3.0 / folder.QUIET_SHARE)
    assert busy == pytest.approx(3.0 / folder.BUSY_SHARE)


def test_folders_that_can_never_be_watched_are_refused(tmp_path: Path) -> None:
    """The output directory and what lies in it, by any name; files; names that can't be."""
    out = tmp_path / "out"
    (out / "dataset").mkdir(parents=True)
    (tmp_path / "link").symlink_to(out)
    (tmp_path / "a.py").touch()
    for name, why in [
        (out, "lies in the output directory"),
        (out / "dataset", "lies in the output directory"),
        (out / "not" / "yet", "lies in the output directory"),
        (tmp_path / "link" / "dataset", "lies in the output directory"),
        (tmp_path / "a.py", "is not a folder"),
        ("", "a folder without a name"),
        ("a\0b", "no name of a folder"),
    ]:
        with pytest.raises(SettingsError, match=why):
            check_watched([str(name)], out)
    (tmp_path / "loop").symlink_to("loop")
    waited_for = (tmp_path, tmp_path / "missing", tmp_path / "loop")
    check_watched([str(name) for name in waited_for], out)
