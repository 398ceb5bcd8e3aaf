"""Promises of reading Parquet: rows as they are, through a child that never outlives its use."""

from __future__ import annotations

import os
import random
import signal
import sys
from contextlib import aclosing
from pathlib import Path
from typing import Any

import anyio
import pyarrow as pa
import pytest
from pyarrow import parquet

from codeiod.admission import BROKEN, END, Mark
from codeiod.items import Entry, Reason


def write(file: Path, rows: int, group: int = 100, **columns: Any) -> Path:
    table = {"content": [f"x = {row}\n" for row in range(rows)], **columns}
    parquet.write_table(pa.table(table), file, row_group_size=group)
    return file


def offsets(found: list[Entry | Mark]) -> list[int]:
    return [one.origin.offset for one in found if isinstance(one, Entry)]


def children() -> list[int]:
    """List the readers that this process started, over all its threads."""
    found = []
    for task in Path("/proc/self/task").iterdir():
        found += (task / "children").read_text().split()
    return [int(pid) for pid in found if b"parquet" in Path(f"/proc/{pid}/cmdline").read_bytes()]


async def test_rows_are_entries(tmp_path: Path, read: Any) -> None:
    """Each row is an entry with its number from 0; its columns are metadata as in JSONL."""
    path = write(
        tmp_path / "a.parquet",
        2,
        path=["a/b.go", None],
        license=pa.array([["MIT"], []], pa.list_(pa.string())),
        blob_id=[2**60, 7],
        url=[float("nan"), 1.5],
        unused=[b"\xff", b""],
    )
    first, second, mark = await read(path)
    assert (first.content, first.origin.offset) == ("x = 0\n", 0)
    assert first.meta == {
        "path": "a/b.go",
        "language": "Go",
        "license": '["MIT"]',
        "blob_id": str(2**60),
    }
    assert second.meta == {"license": "[]", "blob_id": "7", "url": "1.5"}
    assert (mark.position, mark.origin.path) == (END, str(path.resolve()))


async def test_content_is_what_it_was(tmp_path: Path, read_entries: Any) -> None:
    """Line ends, quotes, separators and any plane of Unicode pass through unchanged."""
    texts = ["a\r\nb\n", '"\\"', "x\u2028\u2029\x85", "\U0001f600", "é" * 1_000]
    path = tmp_path / "a.parquet"
    parquet.write_table(pa.table({"content": texts}), path)
    assert [one.content for one in await read_entries(path)] == texts


async def test_what_cannot_be_taken_is_named_by_its_row(tmp_path: Path, read_entries: Any) -> None:
    """Null, bytes that are not UTF-8, too much and nothing each cost their own row alone."""
    raw = pa.array([b"x", None, b"\xffab", b"x" * 1_001, b"x" * 80_000, b" ", b"y"], pa.binary())
    text = pa.Array.from_buffers(pa.string(), len(raw), raw.buffers(), null_count=1)
    path = tmp_path / "a.parquet"
    parquet.write_table(pa.table({"content": text}), path)
    found = await read_entries(path, max_bytes=1_000)
    assert [
        (one.fault.reason, one.fault.detail) if one.fault else one.content for one in found
    ] == [
        "x",
        (Reason.MALFORMED_LINE, "row 1: no field 'content'"),
        (Reason.MALFORMED_LINE, "row 2: not UTF-8 at byte 0"),
        (Reason.OVERSIZED, "1,001 bytes; items.max_bytes is 1,000"),
        (Reason.OVERSIZED, "row 4: longer than 73,536 bytes"),
        (Reason.EMPTY, "only white space"),
        "y",
    ]


@pytest.mark.parametrize("position", [0, 99, 100, 150, 300])
async def test_reading_goes_on_at_any_row(
    tmp_path: Path, read: Any, known: Any, position: int
) -> None:
    """A position inside, between or after groups of rows is where reading goes on."""
    path = write(tmp_path / "a.parquet", 300)
    [*_, mark] = await read(path)
    known.positions[mark.origin] = position
    assert offsets(await read(path)) == list(range(position, 300))
    assert await read(path) == []


async def test_marks_count_rows(tmp_path: Path, read: Any) -> None:
    """A mark tells the next row."""
    found = await read(write(tmp_path / "a.parquet", 250))
    assert [one.position for one in found if isinstance(one, Mark)] == [200, END]
    assert found[200].position == 200
    assert found[199].origin.offset == 199


async def test_a_missing_column_is_told_with_those_there_are(tmp_path: Path, read: Any) -> None:
    """Without the content column the file is one unreadable entry."""
    path = write(tmp_path / "a.parquet", 3, lang=["a", "b", "c"])
    found, mark = await read(path, content_field="text")
    assert found.fault.reason is Reason.UNREADABLE
    assert found.fault.detail == "row 0: no column 'text'; there are: content, lang"
    assert mark.position == BROKEN
    assert await read(path, content_field="text") == []


@pytest.mark.parametrize("kept", [0, 3, 0.5, -1])
async def test_a_broken_file_is_unreadable(tmp_path: Path, read: Any, kept: float) -> None:
    """Nothing, a stump and a file without its end are one unreadable entry each."""
    path = write(tmp_path / "a.parquet", 1_000)
    data = path.read_bytes()
    path.write_bytes(data[: int(len(data) * kept) if kept == 0.5 else int(kept)])
    found, mark = await read(path)
    assert found.fault.reason is Reason.UNREADABLE
    assert found.fault.detail.startswith("row 0: ")
    assert mark.position == BROKEN
    assert await read(path) == []


async def test_a_file_broken_inside_gives_what_came_before(tmp_path: Path, read: Any) -> None:
    """Bad bytes in a later group leave the rows before it."""
    path = tmp_path / "a.parquet"
    texts = [random.Random(row).randbytes(500).hex() for row in range(1_000)]
    parquet.write_table(pa.table({"content": texts}), path, row_group_size=100)
    data = bytearray(path.read_bytes())
    middle = len(data) // 2
    data[middle : middle + 3_000] = b"\xff" * 3_000
    path.write_bytes(data)
    *found, broken, _ = await read(path)
    good = [one.origin.offset for one in found if isinstance(one, Entry)]
    assert good == list(range(len(good)))
    assert broken.fault.reason is Reason.UNREADABLE
    assert broken.origin.offset == len(good) >= 100


async def test_giving_up_ends_the_child(tmp_path: Path, stream: Any) -> None:
    """A reader that is closed in the middle leaves no process behind."""
    parquet.write_table(
        pa.table({"content": ["x" * 500_000] * 200}), tmp_path / "a.parquet", row_group_size=10
    )
    async with aclosing(stream(tmp_path / "a.parquet")) as started:
        await anext(started)
        assert len(children()) == 1
    assert children() == []


async def test_raw_bytes_that_begin_like_the_last_line(tmp_path: Path, read_entries: Any) -> None:
    """A row that is not UTF-8 and opens a quotation, as a docstring does, ends nothing."""
    raw = pa.array([b'"""\xe9t\xe9"""\n', b"y"], pa.binary())
    text = pa.Array.from_buffers(pa.string(), len(raw), raw.buffers())
    path = tmp_path / "a.parquet"
    parquet.write_table(pa.table({"content": text}), path)
    broken, good = await read_entries(path)
    assert broken.fault.detail == "row 0: not UTF-8 at byte 3"
    assert good.content == "y"


async def test_a_child_that_dies_is_told(tmp_path: Path, stream: Any) -> None:
    """Its signal is told, and the mark after it is where a later run goes on."""
    path = tmp_path / "a.parquet"
    parquet.write_table(pa.table({"content": [f"{n}" * 500_000 for n in range(10)] * 9}), path)
    found = []
    async with aclosing(stream(path, max_bytes=1 << 20)) as started:
        async for one in started:
            if not found:
                os.kill(children()[0], signal.SIGKILL)
            found.append(one)
    *good, broken, mark = found
    assert broken.fault.detail == f"row {len(good)}: its reader ended with -9"
    assert offsets(good) == list(range(len(good)))
    assert mark.position == len(good) < 90


async def test_cancelling_ends_the_child(tmp_path: Path, stream: Any) -> None:
    """A cancelled reader leaves no process behind either."""
    path = tmp_path / "a.parquet"
    parquet.write_table(pa.table({"content": ["x" * 500_000] * 100}), path, row_group_size=10)
    with anyio.CancelScope() as scope:
        async with aclosing(stream(path)) as started:
            async for _ in started:
                scope.cancel()
    assert scope.cancelled_caught
    assert children() == []


async def test_without_pyarrow_it_says_what_to_install(
    tmp_path: Path, read: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A Parquet in a folder is unreadable without pyarrow, and is tried again later."""
    write(tmp_path / "a.parquet", 3)
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    [found] = await read(tmp_path)
    assert found.fault.detail == "reading .parquet needs pyarrow: pip install 'codeiod[parquet]'"
