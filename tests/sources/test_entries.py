"""Promises of the stream of entries: lazy, resumable, closed cleanly, never blocking the loop."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Callable
from contextlib import aclosing
from pathlib import Path
from typing import Any

import anyio
import pytest

from codeiod.errors import SettingsError
from codeiod.items import Reason
from codeiod.sources import batches, check


def make(folder: Path, count: int, size: int = 10) -> None:
    folder.mkdir(exist_ok=True)
    for number in range(count):
        (folder / f"{number:05}.py").write_text(f"x = {number}\n".ljust(size, "#"))


def refusal(*sources: Path | str, out: Path = Path("/nowhere")) -> str:
    with pytest.raises(SettingsError) as caught:
        check([str(source) for source in sources], out)
    return str(caught.value)


def test_good_sources_pass(tmp_path: Path) -> None:
    """Files, folders, links to them; none at all is no error here."""
    (tmp_path / "a.py").touch()
    (tmp_path / "link").symlink_to(tmp_path)
    check([str(tmp_path), str(tmp_path / "a.py"), str(tmp_path / "link")], tmp_path / "out")
    check([], tmp_path)


def test_sources_that_cannot_be_are_refused_in_a_line(tmp_path: Path) -> None:
    """A missing source, a pipe, an empty name: each is told as the operator named it."""
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "broken").symlink_to("nothing")
    (tmp_path / "a.py").touch()
    assert refusal("no/such") == "source no/such: No such file or directory"
    assert refusal(tmp_path, "no/such") == "source no/such: No such file or directory"
    assert refusal(tmp_path / "broken").endswith("broken: No such file or directory")
    assert refusal(tmp_path / "a.py" / "b").endswith("a.py/b: Not a directory")
    assert refusal(tmp_path / "pipe").endswith("pipe is neither a file nor a folder")
    assert refusal("/dev/null") == "source /dev/null is neither a file nor a folder"
    assert refusal("") == "a source is empty: name a file or a folder"
    assert refusal("a\0b") == "source a\0b is no name that a file can have"
    assert refusal("caf\udce9") == "source caf\\xe9: No such file or directory"


def test_the_output_is_no_source(tmp_path: Path) -> None:
    """The output directory, or what lies in it, is refused; what it lies in is fine."""
    out = tmp_path / "out"
    out.mkdir()
    (out / "a.jsonl").touch()
    (tmp_path / "link").symlink_to(out)
    for source in (out, out / "a.jsonl", tmp_path / "link"):
        assert refusal(source, out=out) == f"source {source} lies in the output directory {out}"
    check([str(tmp_path)], out)


def test_parquet_needs_pyarrow(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A Parquet source is refused at once where it can't be read, with what to install."""
    (tmp_path / "a.parquet").touch()
    (tmp_path / "folder.parquet").mkdir()
    check([str(tmp_path / "a.parquet")], tmp_path / "out")
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    assert refusal(tmp_path / "a.parquet").endswith("pip install 'codeiod[parquet]'")
    check([str(tmp_path / "folder.parquet")], tmp_path / "out")


async def test_all_sources_are_read_in_order(tmp_path: Path, read_entries: Any) -> None:
    """Files and folders come in the order of the command line, each as it was named."""
    make(tmp_path / "b", 2)
    (tmp_path / "z.txt").write_text("text")
    found = await read_entries(tmp_path / "z.txt", tmp_path / "b")
    assert [one.meta["path"] for one in found] == [
        str(tmp_path / "z.txt"),
        "00000.py",
        "00001.py",
    ]
    assert [one.origin.source for one in found] == [
        str(tmp_path / "z.txt"),
        *[str(tmp_path / "b")] * 2,
    ]


async def test_seen_files_are_not_opened(tmp_path: Path, read_entries: Any) -> None:
    """A second run hands out what is new or changed, and opens nothing else."""
    make(tmp_path / "a", 600)
    assert len(await read_entries(tmp_path / "a")) == 600
    (tmp_path / "a" / "new.py").write_text("new")
    (tmp_path / "a" / "00007.py").write_text("changed")
    seen = tmp_path / "a" / "00008.py"
    accessed = seen.stat().st_atime_ns
    os.utime(seen, ns=(1, seen.stat().st_mtime_ns))
    assert sorted(one.content for one in await read_entries(tmp_path / "a")) == ["changed", "new"]
    assert seen.stat().st_atime_ns == 1 != accessed


async def test_a_file_that_was_unreadable_is_tried_again(
    tmp_path: Path, read_entries: Any, stream: Callable[..., Any], known: Any
) -> None:
    """What could not be read never counts as seen, even when it is the very same file."""
    make(tmp_path / "a", 300)
    last = tmp_path / "a" / "00299.py"
    aside = tmp_path / "aside"
    async with aclosing(stream(tmp_path / "a")) as started:
        known.take(await anext(started))  # 256 are read ahead; the last ones are listed
        last.rename(aside)
        async for one in started:
            known.take(one)
    assert one.fault.reason is Reason.UNREADABLE
    aside.rename(last)
    assert [one.content.strip("#\n") for one in await read_entries(tmp_path / "a")] == ["x = 299"]


async def test_no_more_is_read_ahead_than_a_batch(tmp_path: Path, stream: Any) -> None:
    """Files that are deleted before their turn are found missing: they had not been read."""
    make(tmp_path / "a", 2_000)
    count = faults = 0
    async with aclosing(stream(tmp_path / "a")) as started:
        async for one in started:
            if count == 0:
                shutil.rmtree(tmp_path / "a")
            count, faults = count + 1, faults + (one.fault is not None)
    assert faults >= 256  # listed with the first block, read after it
    assert count - faults <= batches.BATCH_COUNT


async def test_large_files_make_small_batches(tmp_path: Path, stream: Any) -> None:
    """What is read ahead is bounded in bytes too."""
    make(tmp_path / "a", 20, size=1 << 20)
    good = 0
    async with aclosing(stream(tmp_path / "a")) as started:
        async for one in started:
            if good == 0:
                shutil.rmtree(tmp_path / "a")
            good += one.fault is None
    assert good <= 4


async def test_many_small_files_cost_few_hops(
    tmp_path: Path, read_entries: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Thousands of files take some visits to a thread, not one for each."""
    make(tmp_path / "a", 2_000)
    hops = 0
    run_sync = batches.to_thread.run_sync

    async def counted(*args: Any, **kwargs: Any) -> Any:
        nonlocal hops
        hops += 1
        return await run_sync(*args, **kwargs)

    monkeypatch.setattr(batches.to_thread, "run_sync", counted)
    monkeypatch.setattr(batches, "BATCH_SECONDS", 1_000)
    assert len(await read_entries(tmp_path / "a")) == 2_000
    assert hops < 50


async def test_cancelling_is_clean(tmp_path: Path, stream: Any) -> None:
    """A cancelled reader ends at once and leaves no descriptor open."""
    make(tmp_path / "a", 1_500)

    def descriptors() -> int:
        return len(list(Path("/proc/self/fd").iterdir()))

    before = await anyio.to_thread.run_sync(descriptors)
    with anyio.CancelScope() as scope:
        async with aclosing(stream(tmp_path / "a")) as started:
            async for _ in started:
                scope.cancel()
    assert scope.cancelled_caught
    assert await anyio.to_thread.run_sync(descriptors) == before


async def test_nothing_to_read_is_nothing(tmp_path: Path, read: Any) -> None:
    """Empty folders and no sources end at once."""
    (tmp_path / "a").mkdir()
    assert await read(tmp_path / "a") == []
    assert await read() == []


@pytest.fixture
def odd(tmp_path: Path) -> Path:
    """A folder with names that are not UTF-8, a malformed line among its files."""
    folder = Path(os.fsdecode(os.fsencode(tmp_path.resolve()) + b"/\xff\xfe"))
    folder.mkdir()
    Path(os.fsdecode(os.fsencode(folder) + b"/\xe9.py")).write_text("x")
    Path(os.fsdecode(os.fsencode(folder) + b"/\xe9.jsonl")).write_text("nonsense")
    return folder


async def test_entries_can_be_written_as_utf8(odd: Path, read_entries: Any) -> None:
    """No lone surrogate is in any field, whatever the names are."""
    found = await read_entries(odd)
    assert len(found) == 2
    for one in found:
        repr(one).encode()
        assert one.origin.path.startswith(f"{odd.parent}/\\xff\\xfe/\\xe9.")
