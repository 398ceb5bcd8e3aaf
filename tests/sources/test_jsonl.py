"""Promises of reading JSONL: every line once, with its number, however the file is packed."""

from __future__ import annotations

import gzip
import json
import sys
from pathlib import Path
from typing import Any

import pytest

from codeiod.admission import BROKEN, END, Mark
from codeiod.items import Entry, Reason

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

PACKERS = {".jsonl": bytes, ".jsonl.gz": gzip.compress, ".jsonl.zst": zstd.compress}


def rows(count: int, start: int = 1) -> bytes:
    return b"".join(
        json.dumps({"content": f"x = {number}\n", "path": f"{number}.py"}).encode() + b"\n"
        for number in range(start, start + count)
    )


def summary(found: list[Entry | Mark]) -> list[Any]:
    """Show what came in short: offsets of good entries, faults with theirs, positions of marks."""
    return [
        ("mark", one.position)
        if isinstance(one, Mark)
        else (one.origin.offset, one.fault.reason, one.fault.detail)
        if one.fault
        else one.origin.offset
        for one in found
    ]


@pytest.mark.parametrize("suffix", PACKERS)
async def test_lines_are_entries(tmp_path: Path, read: Any, suffix: str) -> None:
    """Each line is an entry with its number, whatever the file is packed in."""
    path = tmp_path / f"a{suffix}"
    path.write_bytes(PACKERS[suffix](rows(3)))
    *found, mark = await read(path)
    assert [(one.content, one.origin.offset) for one in found] == [
        ("x = 1\n", 1),
        ("x = 2\n", 2),
        ("x = 3\n", 3),
    ]
    assert found[0].meta == {"path": "1.py", "language": "Python"}
    assert mark == Mark(mark.origin, END)
    assert mark.origin.path == str(path.resolve())
    assert mark.origin.offset == 0


async def test_blank_lines_count_and_are_left_out(tmp_path: Path, read: Any) -> None:
    """Numbers are those an editor shows; a mark at the start, CRLF and a missing end are fine."""
    path = tmp_path / "a.jsonl"
    path.write_bytes(b'\xef\xbb\xbf{"content": "a"}\r\n\r\n  \n{"content": "b"}')
    assert summary(await read(path)) == [1, 4, ("mark", END)]


async def test_a_malformed_line_costs_itself_alone(tmp_path: Path, read: Any) -> None:
    """Bad lines are entries with their numbers, and the lines between are taken."""
    path = tmp_path / "a.jsonl"
    path.write_bytes(b'{"content": "a"}\n{"content"\n{"content": ""}\n{"content": "b\\u0000"}\n')
    found = summary(await read(path))
    assert [one[1] if isinstance(one, tuple) else one for one in found] == [
        1,
        Reason.MALFORMED_LINE,
        Reason.EMPTY,
        Reason.BINARY,
        END,
    ]
    assert found[1][2].startswith("line 2: not JSON")


async def test_an_overlong_line_is_passed_over(tmp_path: Path, read: Any) -> None:
    """A line beyond the bound is one oversized entry; content beyond ``max_bytes`` another."""
    path = tmp_path / "a.jsonl"
    long = json.dumps({"content": "x" * 100_000}).encode()
    large = json.dumps({"content": "x" * 1_001}).encode()
    path.write_bytes(b"\n".join([long, large, rows(1)]))
    found = summary(await read(path, max_bytes=1_000))
    assert found == [
        (1, Reason.OVERSIZED, "line 1: longer than 73,536 bytes"),
        (2, Reason.OVERSIZED, "1,001 bytes; items.max_bytes is 1,000"),
        3,
        ("mark", END),
    ]


async def test_a_mark_every_200_rows(tmp_path: Path, read: Any) -> None:
    """Marks tell how far the file has been handed out, each after the rows that it covers."""
    path = tmp_path / "a.jsonl"
    path.write_bytes(rows(450))
    found = summary(await read(path))
    assert [one for one in found if isinstance(one, tuple)] == [
        ("mark", 200),
        ("mark", 400),
        ("mark", END),
    ]
    assert found.index(("mark", 200)) == 200


@pytest.mark.parametrize("suffix", PACKERS)
async def test_reading_goes_on_at_the_mark(
    tmp_path: Path, read: Any, known: Any, suffix: str
) -> None:
    """After a restart the lines after the last mark come; after the end the file stays closed."""
    path = tmp_path / f"a{suffix}"
    path.write_bytes(PACKERS[suffix](rows(250)))
    found = await read(path)
    known.positions[found[-1].origin] = 200
    assert summary(await read(path)) == [*range(201, 251), ("mark", END)]
    assert await read(path) == []


async def test_a_changed_file_is_read_anew(tmp_path: Path, read: Any) -> None:
    """A mark holds for the file as it was: one that grew is read from its first line."""
    path = tmp_path / "a.jsonl"
    path.write_bytes(rows(2))
    await read(path)
    path.write_bytes(rows(3))
    assert summary(await read(path)) == [1, 2, 3, ("mark", END)]


@pytest.mark.parametrize("suffix", [".jsonl.gz", ".jsonl.zst"])
async def test_a_file_cut_off_gives_what_came_before(
    tmp_path: Path, read: Any, suffix: str
) -> None:
    """Of a truncated file all whole lines come, then one unreadable entry at the next number."""
    path = tmp_path / f"a{suffix}"
    packed = PACKERS[suffix](rows(30_000))
    path.write_bytes(packed[: len(packed) // 2])
    found = summary(await read(path))
    numbers = [one for one in found if isinstance(one, int)]
    assert numbers == list(range(1, len(numbers) + 1))
    assert len(numbers) > 5_000
    offset, reason, detail = found[-2]
    assert (offset, reason) == (len(numbers) + 1, Reason.UNREADABLE)
    assert detail.startswith(f"line {offset}: {suffix} file is broken: ")
    assert found[-1] == ("mark", BROKEN)


@pytest.mark.parametrize("suffix", [".jsonl.gz", ".jsonl.zst"])
@pytest.mark.parametrize("data", [b"not packed at all\n", b"\x1f\x8b\x08", b"\x28\xb5\x2f\xfd"])
async def test_a_file_that_is_not_packed(
    tmp_path: Path, read: Any, suffix: str, data: bytes
) -> None:
    """What only bears the name is one unreadable entry at line 1."""
    path = tmp_path / f"a{suffix}"
    path.write_bytes(data)
    found = summary(await read(path))
    assert found[-1] == ("mark", BROKEN)
    assert [one[:2] for one in found[:-1]] == ([(1, Reason.UNREADABLE)])


@pytest.mark.parametrize("suffix", [".jsonl.gz", ".jsonl.zst"])
async def test_a_file_packed_in_pieces_is_read_whole(
    tmp_path: Path, read: Any, suffix: str
) -> None:
    """Files put together from packed files are one stream."""
    path = tmp_path / f"a{suffix}"
    pack = PACKERS[suffix]
    path.write_bytes(pack(rows(2)) + pack(rows(2, start=3)))
    assert summary(await read(path)) == [1, 2, 3, 4, ("mark", END)]


async def test_a_file_that_cannot_be_read_now_gets_no_mark(tmp_path: Path, read: Any) -> None:
    """Where the disk fails, a later run goes on: the end is not marked."""
    link = tmp_path / "a.jsonl"
    link.symlink_to("/proc/self/mem")
    assert summary(await read(link)) == [(1, Reason.UNREADABLE, "line 1: Input/output error")]


async def test_containers_in_folders_are_containers(tmp_path: Path, read: Any) -> None:
    """A JSONL inside a folder is read by lines, beside the files."""
    (tmp_path / "b.jsonl.gz").write_bytes(gzip.compress(rows(2)))
    (tmp_path / "a.py").write_text("x")
    assert summary(await read(tmp_path)) == [0, 1, 2, ("mark", END)]
