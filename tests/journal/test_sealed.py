"""The compressed form of a segment: any stretch is read back as it was, any change is seen."""

from __future__ import annotations

import io
from contextlib import suppress
from itertools import pairwise
from pathlib import Path
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from codeiod.journal import sealed
from codeiod.journal.disk import OsDisk
from codeiod.journal.sealed import BadSeal, Entry, Index, Sealed, in_pieces, pack

SMALL_FRAME = 64
lines = st.lists(st.binary(max_size=150).map(lambda line: line.replace(b"\n", b"") + b"\n"))
sizes = st.integers(1, 1 << 31)
entries = st.lists(st.builds(Entry, sizes, sizes, st.integers(0, (1 << 32) - 1)))


@pytest.fixture(autouse=True)
def _small_frames(monkeypatch: pytest.MonkeyPatch) -> None:
    """Make frames so small that a few lines fill several."""
    monkeypatch.setattr(sealed, "FRAME_BYTES", SMALL_FRAME)


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("sealed") / "segment-00000001.jsonl.zst"


def write(path: Path, text: bytes) -> Sealed:
    path.write_bytes(b"".join(pack(in_pieces([text]))))
    return Sealed(OsDisk(), path)


def whole(path: Path) -> bytes | None:
    """Read all of a file; None where it is refused."""
    try:
        return b"".join(Sealed(OsDisk(), path).text())
    except BadSeal:
        return None


@given(lines, st.integers(1, 200))
def test_pieces_are_whole_lines(text: list[bytes], chunk: int) -> None:
    """However the text comes in, it goes out in whole lines, as many as a frame holds."""
    data = b"".join(text)
    pieces = list(in_pieces(data[at : at + chunk] for at in range(0, len(data), chunk)))
    assert b"".join(pieces) == data
    for piece in pieces:
        assert piece.endswith(b"\n")
        assert len(piece) <= SMALL_FRAME or piece.count(b"\n") == 1
    for piece, after in pairwise(pieces):
        assert len(piece) + after.index(b"\n") + 1 > SMALL_FRAME


@given(lines)
def test_every_line_is_read_at_its_place(path: Path, text: list[bytes]) -> None:
    """A line is read by the offset and length that it had in the plain segment."""
    found = write(path, b"".join(text))
    offset = 0
    for line in text:
        assert found.read(offset, len(line)) == line
        offset += len(line)
    assert found.read(offset, 10) == b""


@given(lines, st.integers(0, 3000), st.integers(0, 3000))
def test_any_stretch_is_read(path: Path, text: list[bytes], offset: int, length: int) -> None:
    """Any stretch, over frames and behind the end, is that of the plain text."""
    data = b"".join(text)
    found = write(path, data)
    assert found.read(offset, length) == data[offset : offset + length]
    assert b"".join(found.text(offset)) == data[offset:]


@given(lines)
def test_it_is_plain_zstd(path: Path, text: list[bytes]) -> None:
    """Any zstd reads the file as one, and skips what is ours in it."""
    write(path, b"".join(text))
    with sealed.zstd.ZstdFile(io.BytesIO(path.read_bytes())) as file:
        assert file.read() == b"".join(text)


@given(entries)
def test_index_comes_back(frames: list[Entry]) -> None:
    """What is written of the frames is read back."""
    index = Index.of(frames)
    assert Index.load(index.dump()) == index
    for number, offset in enumerate(index.offsets[:-1]):
        assert index.frame_at(offset) == number
        assert index.frame_at(index.offsets[number + 1] - 1) == number
    assert index.frame_at(index.offsets[-1]) == len(index)


@given(st.binary(max_size=200))
def test_index_from_anything(data: bytes) -> None:
    """Bytes that are no index are refused."""
    with pytest.raises(BadSeal):
        Index.load(data)


@given(entries, st.data())
@settings(max_examples=300)
def test_changed_index(frames: list[Entry], data: st.DataObject) -> None:
    """No other bytes are taken for an index that was written."""
    good = Index.of(frames).dump()
    at = data.draw(st.integers(0, len(good) - 1))
    changed = bytearray(good)
    changed[at] ^= data.draw(st.integers(1, 255))
    with suppress(BadSeal):  # the checksums of frames are held against the frames alone
        assert Index.load(bytes(changed)).checksums != Index.of(frames).checksums
    with pytest.raises(BadSeal):
        Index.load(good[:at])


def test_every_byte_and_every_prefix(path: Path) -> None:
    """Any byte changed, any bytes lost, put in or put behind: the file is refused."""
    text = b"".join(b'{"n":%d,"text":"some words"}\n' % n for n in range(12))
    assert len(write(path, text).index) > 3
    good = path.read_bytes()
    random = Random(0)
    for at in range(len(good)):
        for wrong in (1 << random.randrange(8), random.randrange(1, 256)):
            changed = bytearray(good)
            changed[at] ^= wrong
            path.write_bytes(changed)
            assert whole(path) is None, at
        for other in (good[:at], good[:at] + b"x" + good[at:], good[:at] + good[at + 1 :]):
            path.write_bytes(other)
            assert whole(path) is None, at
    path.write_bytes(good + b"x")
    assert whole(path) is None
    path.write_bytes(good)
    assert whole(path) == text


def test_a_changed_frame_costs_no_other(path: Path) -> None:
    """What stands in whole frames can be read beside one that was changed."""
    text = b"".join(b'{"n":%d,"text":"some words"}\n' % n for n in range(12))
    found = write(path, text)
    changed = bytearray(path.read_bytes())
    changed[found.index.starts[1] + 5] ^= 1
    path.write_bytes(changed)
    found = Sealed(OsDisk(), path)
    first = found.index.offsets[1]
    assert found.read(0, first) == text[:first]
    assert not found.is_whole()
    with pytest.raises(BadSeal, match="frame 1"):
        found.read(first, 1)


def test_a_lying_frame(path: Path) -> None:
    """A frame whose checksum holds, and that is no zstd or of another length, is refused."""
    for frame in (b"nonsense", sealed.zstd.compress(b"longer\n")):
        index = Index.of([Entry(len(frame), 3, sealed.crc32(frame))])
        path.write_bytes(frame + index.dump())
        assert whole(path) is None
