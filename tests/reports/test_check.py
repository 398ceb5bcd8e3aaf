"""The check proves a directory sound, and finds each thing that is not."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any
from zlib import crc32

import pytest

from codeiod.dataset.shards import part_path
from codeiod.errors import DirectoryError
from codeiod.journal.codec import encode
from codeiod.journal.frame import frame, unframe
from codeiod.journal.records import Commit, Done, End, Stream
from codeiod.journal.tally import Tally, TaskTally
from codeiod.reports.check import FINDINGS_LIMIT, CheckResult, check

Fill = Callable[[Path], None]
Lines = list[dict[str, Any]]


def found(result: CheckResult) -> str:
    assert not result.ok
    return "\n".join(map(str, result.findings))


def test_sound(tmp_path: Path, fill_directory: Fill) -> None:
    """A directory as it should be has no findings, and its report comes with it."""
    fill_directory(tmp_path)
    result = check(tmp_path)
    assert result.findings == ()
    assert result.ok
    assert result.report is not None
    assert result.report.items.finished == 2
    assert result.cuts == ()


def test_lines_beyond_are_not_read(tmp_path: Path, fill_directory: Fill) -> None:
    """What a batch is writing right now is none of the check's business."""
    fill_directory(tmp_path)
    path = tmp_path / part_path(Stream.SAMPLES, 0)
    path.write_bytes(path.read_bytes() + b'{"half a li')
    assert check(tmp_path).ok


def test_damaged_journal(tmp_path: Path, fill_directory: Fill) -> None:
    """A damaged journal is the finding, with file and offset."""
    fill_directory(tmp_path)
    path = tmp_path / "journal" / "segment-00000001.jsonl"
    path.write_bytes(path.read_bytes().replace(b'"kind":"admit"', b'"kind":"admyt"', 1))
    result = check(tmp_path)
    assert f"{path} is damaged at byte" in found(result)
    assert result.report is None


def test_not_ours(tmp_path: Path) -> None:
    """A directory that isn't ours is refused, not called damaged."""
    with pytest.raises(DirectoryError, match="not a codeiod directory"):
        check(tmp_path)


@pytest.mark.parametrize("stream", list(Stream))
def test_parts(tmp_path: Path, fill_directory: Fill, stream: Stream) -> None:
    """A part that is shorter, changed or gone is found, by name."""
    fill_directory(tmp_path)
    name = part_path(stream, 0)
    path = tmp_path / name
    data = path.read_bytes()
    path.write_bytes(data[:-1])
    assert f"{name}: ends at byte {len(data) - 1}, the journal has {len(data)}" in found(
        check(tmp_path)
    )
    path.write_bytes(data.replace(b"s", b"S", 1))
    assert f"{name}: its checksum" in found(check(tmp_path))
    path.unlink()
    assert f"{name}: ends at byte 0" in found(check(tmp_path))


def rewrite(directory: Path, stream: Stream, change: Callable[[Lines], Lines]) -> None:
    """Change a part's lines, and the journal with it: as a bug of ours would write both."""
    path = directory / part_path(stream, 0)
    lines = change([json.loads(line) for line in path.read_text().splitlines()])
    data = b"".join(json.dumps(line).encode() + b"\n" for line in lines)
    path.write_bytes(data)
    promise(directory, {str(stream): End(0, len(data), crc32(data))})


def promise(directory: Path, ends: dict[str, End], *done: Done, tally: Tally | None = None) -> None:
    """Append a commit to the journal."""
    path = directory / "journal" / "segment-00000001.jsonl"
    last = unframe(path.read_bytes().splitlines()[-1])
    record = Commit(done, ends, tally or Tally())
    line = frame(last.seq + 1, last.synced, record.KIND, encode(record))
    path.write_bytes(path.read_bytes() + line)


@pytest.mark.parametrize(
    ("stream", "change", "what"),
    [
        (Stream.SAMPLES, lambda lines: lines * 2, "stands here a second time"),
        (Stream.SAMPLES, lambda lines: lines * 2, "4 output_prediction samples, the journal has 2"),
        (Stream.SAMPLES, lambda lines: [{**lines[0], "item_id": "0" * 32}], "is not finished"),
        (Stream.SAMPLES, lambda lines: [{**lines[0], "item_id": "?"}], "is not finished"),
        (Stream.SAMPLES, lambda lines: [{**lines[0], "status_2": ""}], "right at turn 2"),
        (Stream.SAMPLES, lambda lines: [{**lines[0], "cost": 1}], "cost is not of type float"),
        (Stream.SAMPLES, lambda _: [{}], "missing or unknown keys"),
        (Stream.PROGRAMS, lambda lines: lines[:-1], "1 programs, the journal has 2"),
        (Stream.PROGRAMS, lambda lines: lines * 2, "program of item"),
        (Stream.REJECTS, lambda lines: lines[1:], "samples rejected as truncated"),
        (
            Stream.REJECTS,
            lambda lines: [{**line, "epoch": 9} for line in lines],
            "was not rejected",
        ),
        (Stream.REJECTS, lambda lines: lines * 2, "rejected item"),
        (Stream.REJECTS, lambda lines: lines * 2, "rejected sample"),
    ],
)
def test_lines(
    tmp_path: Path,
    fill_directory: Fill,
    stream: Stream,
    change: Callable[[Lines], Lines],
    what: str,
) -> None:
    """A line too many, too few, of another form or of another item is found."""
    fill_directory(tmp_path)
    rewrite(tmp_path, stream, change)
    assert what in found(check(tmp_path))


def test_promised_lines_are_missed(tmp_path: Path, fill_directory: Fill) -> None:
    """Lines that the journal tells of and no part holds are found."""
    fill_directory(tmp_path)
    promise(tmp_path, {}, tally=Tally({"input_prediction": TaskTally(3, 1, 1)}, {}))
    assert "0 input_prediction samples, the journal has 3" in found(check(tmp_path))


def test_torn_line(tmp_path: Path, fill_directory: Fill) -> None:
    """A committed part ends with a whole line."""
    fill_directory(tmp_path)
    path = tmp_path / part_path(Stream.REJECTS, 0)
    data = path.read_bytes() + b"{"
    path.write_bytes(data)
    promise(tmp_path, {"rejects": End(0, len(data), crc32(data))})
    assert "the line is cut short" in found(check(tmp_path))


def test_findings_are_bounded(tmp_path: Path, fill_directory: Fill) -> None:
    """However much is wrong, the list stays short, and the rest is counted."""
    fill_directory(tmp_path)
    rewrite(tmp_path, Stream.SAMPLES, lambda _: [{}] * (FINDINGS_LIMIT + 20))
    result = check(tmp_path)
    assert len(result.findings) == FINDINGS_LIMIT
    assert result.more >= 20


def test_broken_snapshot(tmp_path: Path, fill_directory: Fill) -> None:
    """A snapshot that can't be read is a finding: the start that needs it would take longer."""
    fill_directory(tmp_path)
    broken = tmp_path / "journal" / "snapshot-000000000007.bin"
    broken.write_bytes(b"half")
    assert f"{broken.name}: its checksum is another one" in found(check(tmp_path))
