"""Promises of archives: every file of ours once, in bounded memory, and bombs are told as such."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import struct
import tarfile
import tracemalloc
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from backports import zstd
from hypothesis import given, settings
from hypothesis import strategies as st

from codeiod.admission import END, Mark
from codeiod.items import Reason
from codeiod.sources.archives import Bounds, members
from codeiod.sources.formats import Format
from codeiod.sources.rows import Break, Member

MAX = 1 << 20
WIDE = Bounds(1_000_000, 1 << 34)

PACKERS: dict[Format, Callable[[bytes], bytes]] = {
    Format.TAR: bytes,
    Format.TAR_GZ: gzip.compress,
    Format.TGZ: gzip.compress,
    Format.TAR_BZ2: bz2.compress,
    Format.TBZ2: bz2.compress,
    Format.TAR_XZ: lzma.compress,
    Format.TXZ: lzma.compress,
    Format.TAR_ZST: zstd.compress,
    Format.TZST: zstd.compress,
}


def zipped(files: dict[str, bytes], method: int = zipfile.ZIP_DEFLATED, **kwargs: Any) -> bytes:
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w", method, **kwargs) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return data.getvalue()


def tarred(files: dict[str, bytes], form: int = tarfile.PAX_FORMAT) -> bytes:
    data = io.BytesIO()
    with tarfile.open(fileobj=data, mode="w", format=form) as archive:
        for name, content in files.items():
            info = tarfile.TarInfo(name)
            info.size = len(content)
            archive.addfile(info, io.BytesIO(content))
    return data.getvalue()


def read(
    data: bytes, form: Format, start: int = 0, max_bytes: int = MAX, bounds: Bounds = WIDE
) -> list[Any]:
    stream = io.BufferedReader(io.BytesIO(data))  # type: ignore[arg-type] -- it reads, as a raw file does
    return [one for one in members(stream, form, start, max_bytes, bounds) if one is not None]


def contents(found: list[Any]) -> dict[str, bytes]:
    assert all(one.fault is None for one in found if isinstance(one, Member))
    return {one.name: one.data for one in found if isinstance(one, Member)}


def last(found: list[Any]) -> Break:
    assert isinstance(found[-1], Break)
    return found[-1]


FILES = {"a.py": b"print(1)\n", "d/b.rs": b"fn main() {}", "d/e/c.py": b"x" * 70_000}


@pytest.mark.parametrize("form", PACKERS)
def test_every_packing_of_tar_is_read(form: Format) -> None:
    """All that the endings of names promise."""
    assert contents(read(PACKERS[form](tarred(FILES)), form)) == FILES


@pytest.mark.parametrize("method", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED])
def test_zip_is_read(method: int) -> None:
    """Stored and deflated."""
    assert contents(read(zipped(FILES, method), Format.ZIP)) == FILES


@pytest.mark.parametrize("form", [tarfile.USTAR_FORMAT, tarfile.GNU_FORMAT, tarfile.PAX_FORMAT])
def test_long_names_are_whole(form: int) -> None:
    """Each form of tar has its own way with names of more than 100 bytes."""
    names = {f"{'folder/' * 20}{'n' * 60}.py": b"x", "short.py": b"y"}
    assert contents(read(tarred(names, form), Format.TAR)) == names


Names = st.text(st.characters(codec="utf-8", exclude_characters="/\0\\:"), min_size=1, max_size=150)
Some = st.dictionaries(Names.map(lambda name: f"x{name}.py"), st.binary(max_size=2_000), max_size=8)


@settings(deadline=None)
@given(Some, st.sampled_from([tarfile.GNU_FORMAT, tarfile.PAX_FORMAT]))
def test_tar_gives_back_what_was_put_in(files: dict[str, bytes], form: int) -> None:
    """Whatever the names and contents, as the standard library writes them."""
    assert contents(read(tarred(files, form), Format.TAR)) == files


@settings(deadline=None)
@given(Some)
def test_zip_gives_back_what_was_put_in(files: dict[str, bytes]) -> None:
    """Whatever the names and contents, as the standard library writes them."""
    assert contents(read(zipped(files), Format.ZIP)) == files


@settings(deadline=None)
@given(st.data(), st.sampled_from([Format.ZIP, Format.TAR, Format.TAR_GZ, Format.TAR_XZ]))
def test_broken_archives_end_in_a_break_or_a_fault(data: st.DataObject, form: Format) -> None:
    """Whatever is changed or cut off: nothing raises, and a zip's members are whole or none."""
    whole = zipped(FILES) if form is Format.ZIP else PACKERS[form](tarred(FILES))
    place = data.draw(st.integers(0, len(whole) - 1))
    change = data.draw(st.binary(max_size=8))
    keep = data.draw(st.integers(place, len(whole)))
    broken = (whole[:place] + change + whole[place + len(change) :])[:keep]
    for one in read(broken, form):
        if isinstance(one, Break):
            assert one.final
        elif isinstance(one, Member) and one.fault is None and form is Format.ZIP:
            assert one.data in FILES.values()


def test_what_is_not_for_us_is_passed_by(tmp_path: Path) -> None:
    """Folders, links, hidden names, other kinds of files, and archives in the archive."""
    data = io.BytesIO()
    with tarfile.open(fileobj=data, mode="w") as archive:
        for name in ("d", "l.py", "h.py", "f.py", ".h.py", ".git/x.py", "a.md", "z.zip", "g.py"):
            info = tarfile.TarInfo(name)
            info.type = {
                "d": tarfile.DIRTYPE,
                "l.py": tarfile.SYMTYPE,
                "h.py": tarfile.LNKTYPE,
                "f.py": tarfile.FIFOTYPE,
            }.get(name, tarfile.REGTYPE)
            info.linkname = "g.py"
            archive.addfile(info)
    found = read(data.getvalue(), Format.TAR)
    assert [one.name for one in found if isinstance(one, Member)] == ["g.py"]
    assert found[-1].position == 9
    names = {"d/": b"", "__MACOSX/._a.py": b"x", "./b.py": b"y", "../../c.py": b"z"}
    assert contents(read(zipped(names), Format.ZIP)) == {"b.py": b"y", "../../c.py": b"z"}


@pytest.mark.parametrize("form", [Format.ZIP, Format.TAR_GZ])
def test_reading_goes_on_after_any_member(form: Format) -> None:
    """A position counts members, whatever they are; what comes after it comes again as it was."""
    files = {f"{n}{'.py' if n % 3 else '.md'}": str(n).encode() for n in range(20)}
    data = zipped(files) if form is Format.ZIP else gzip.compress(tarred(files))
    whole = read(data, form)
    for start in range(21):
        assert read(data, form, start) == whole[start:]


def test_a_zip_of_zeroes_costs_nothing() -> None:
    """What says that it is too large is not unpacked, and the next member is read."""
    data = zipped({"a.py": b"\0" * (200 << 20), "b.py": b"x"})
    tracemalloc.start()
    try:
        bomb, good = read(data, Format.ZIP)
        assert tracemalloc.get_traced_memory()[1] < 2 << 20
    finally:
        tracemalloc.stop()
    assert bomb.fault.reason is Reason.OVERSIZED
    assert good.data == b"x"


def lying(data: bytes, size: int) -> bytes:
    """Change the size that the directory of a zip tells of its first member."""
    place = data.rindex(b"PK\1\2")
    return data[: place + 24] + struct.pack("<I", size) + data[place + 28 :]


def test_a_zip_that_lies_about_sizes_is_cut_short() -> None:
    """No more is unpacked than was announced, and a fault says so."""
    data = lying(zipped({"a.py": b"\0" * (50 << 20)}), 100)
    tracemalloc.start()
    try:
        [bomb] = read(data, Format.ZIP)
        assert tracemalloc.get_traced_memory()[1] < 2 << 20
    finally:
        tracemalloc.stop()
    assert bomb.fault.reason is Reason.UNREADABLE
    assert "larger than the directory says" in bomb.fault.detail


@pytest.mark.parametrize("form", [Format.TAR_GZ, Format.TAR_BZ2, Format.TAR_XZ, Format.TAR_ZST])
def test_a_tar_of_zeroes_is_a_bomb(form: Format) -> None:
    """Much more out of a byte than code gives: the reading ends, what came before is kept."""
    data = PACKERS[form](tarred({"a.py": b"x", "b.py": b"\0" * (100 << 20), "c.py": b"y"}))
    tracemalloc.start()
    try:
        found = read(data, form)
        assert tracemalloc.get_traced_memory()[1] < 20 << 20
    finally:
        tracemalloc.stop()
    assert found[0].data == b"x"
    assert found[1].fault.reason is Reason.OVERSIZED
    assert last(found).reason is Reason.OVERSIZED
    assert "no code does" in last(found).why
    assert last(found).final


@pytest.mark.parametrize("form", [Format.ZIP, Format.TAR])
def test_bounds_hold(form: Format) -> None:
    """Members and bytes: what is within them is read, then a break tells the setting."""
    files = {f"{n}.py": b"x" * 1000 for n in range(100)}
    data = zipped(files) if form is Format.ZIP else tarred(files)
    few = read(data, form, bounds=Bounds(10, 1 << 30))
    assert len(contents(few)) == 10
    assert "service.archive_members, 10" in last(few).why
    small = read(data, form, bounds=Bounds(1_000, 50_000))
    assert 20 < len(contents(small)) <= 50
    assert "service.archive_bytes, 50,000 bytes" in last(small).why
    assert last(small).reason is Reason.OVERSIZED


def test_large_headers_of_tar_are_refused() -> None:
    """A name of gigabytes is not read into memory."""
    info = tarfile.TarInfo("././@LongLink")
    info.type, info.size = tarfile.GNUTYPE_LONGNAME, 8 << 30
    found = read(info.tobuf(tarfile.GNU_FORMAT) + b"n" * (2 << 20), Format.TAR)
    assert "a header of 8,589,934,592 bytes" in last(found).why


@pytest.mark.parametrize("records", [b"0 path=a.py\n", b" path=a.py\n", b"3 path=a.py\n"])
def test_a_header_whose_records_lead_nowhere_is_refused(records: bytes) -> None:
    """A length that does not reach beyond itself ends the reading, and does not keep it going."""
    info = tarfile.TarInfo("PaxHeader")
    info.type, info.size = tarfile.XHDTYPE, len(records)
    data = info.tobuf(tarfile.USTAR_FORMAT) + records.ljust(512, b"\0")
    assert "an extended header is broken" in last(read(data, Format.TAR)).why


def test_headers_that_no_member_follows_take_no_memory() -> None:
    """Of what is told of a member, only that is kept which is looked at."""

    def header(number: int) -> bytes:
        record = b"key%06d=" % number + b"v" * 100_000 + b"\n"
        record = b"%d " % (len(record) + 7) + record
        info = tarfile.TarInfo("PaxHeader")
        info.type, info.size = tarfile.XHDTYPE, len(record)
        return info.tobuf(tarfile.USTAR_FORMAT) + record.ljust(-(-len(record) // 512) * 512, b"\0")

    data = b"".join(map(header, range(100))) + tarred({"a.py": b"a"})
    tracemalloc.start()
    try:
        found = read(data, Format.TAR)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert contents(found) == {"a.py": b"a"}
    assert peak < 2 << 20


@pytest.mark.parametrize("offset", [1 << 20, (1 << 63) - 1000, (1 << 64) - 1])
def test_a_zip_that_lies_about_places_costs_that_member(offset: int) -> None:
    """Wherever a member is said to be, the next one is read."""
    data = zipped({"a.py": b"a", "b.py": b"b"})
    place, end = data.index(b"PK\1\2"), data.rindex(b"PK\5\6")
    first = bytearray(data[place : data.index(b"PK\1\2", place + 1)])
    first[30:32], first[42:46] = struct.pack("<H", 12), b"\xff" * 4
    directory = first + struct.pack("<2HQ", 1, 8, offset) + data[place + len(first) : end]
    tail = bytearray(data[end:])
    tail[12:16] = struct.pack("<I", len(directory))
    lost, other = read(data[:place] + bytes(directory + tail), Format.ZIP)
    assert lost.fault.detail == "it is not where the directory says"
    assert other.data == b"b"


def test_a_stream_of_xz_that_wants_much_memory_is_refused() -> None:
    """Its dictionary is bounded."""
    filters = [{"id": lzma.FILTER_LZMA2, "dict_size": 1 << 30}]
    data = lzma.compress(tarred({"a.py": b"x"}), filters=filters)
    assert "emory" in last(read(data, Format.TAR_XZ)).why


def test_an_archive_of_many_files_is_read_in_little_memory() -> None:
    """Neither the directory of a zip nor the headers of a tar are kept."""
    files = {f"{'n' * 60}{n}.py": b"" for n in range(20_000)}
    for form, data in ((Format.ZIP, zipped(files)), (Format.TAR_GZ, gzip.compress(tarred(files)))):
        stream = io.BufferedReader(io.BytesIO(data))  # type: ignore[arg-type] -- as above
        tracemalloc.start()
        try:
            count = sum(one is not None for one in members(stream, form, 0, MAX, WIDE))
            peak = tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()
        assert count == 20_000
        assert peak < 2 << 20


def test_what_can_not_be_read_is_a_fault_of_that_member() -> None:
    """Encrypted, packed in another way, or damaged: the others are read."""
    data = zipped({"a.py": b"one " * 100, "b.py": b"two"})
    encrypted = bytearray(data)
    encrypted[data.index(b"PK\1\2") + 8] |= 1
    found = read(bytes(encrypted), Format.ZIP)
    assert [one.fault and one.fault.detail for one in found] == ["it is encrypted", None]
    found = read(zipped({"a.py": b"one"}, zipfile.ZIP_BZIP2), Format.ZIP)
    assert found[0].fault.detail == "it is packed by method 12: only deflate is read"
    damaged = bytearray(data)
    damaged[40] ^= 0xFF
    found = read(bytes(damaged), Format.ZIP)
    assert found[0].fault.reason is Reason.UNREADABLE
    assert found[1].data == b"two"


def test_larger_forms_of_zip_are_read() -> None:
    """Zip64, a comment at the end, bytes before the beginning."""
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w") as archive:
        with archive.open("a.py", "w", force_zip64=True) as member:
            member.write(b"x")
        archive.comment = b"PK" * 100
    assert contents(read(data.getvalue(), Format.ZIP)) == {"a.py": b"x"}
    assert contents(read(b"#!/bin/sh\n" + data.getvalue(), Format.ZIP)) == {"a.py": b"x"}
    many = zipped({f"{n}.md": b"" for n in range(70_000)} | {"z.py": b"x"})
    assert contents(read(many, Format.ZIP)) == {"z.py": b"x"}


def test_what_is_no_archive_says_so() -> None:
    """An empty file, and one of something else."""
    for data in (b"", b"x" * 1000):
        assert "no directory" in last(read(data, Format.ZIP)).why
        assert last(read(data, Format.ZIP)).reason is Reason.UNREADABLE
    assert "number where one belongs" in last(read(b"x" * 1000, Format.TAR)).why
    assert read(b"", Format.TAR) == []
    assert last(read(b"x" * 1000, Format.TAR_GZ)).final


def test_sparse_files_are_not_read_as_if_they_were_whole() -> None:
    """Their data are not their content; what comes after them is read."""
    sparse = tarfile.TarInfo("a.py")
    sparse.type, sparse.size = tarfile.GNUTYPE_SPARSE, 3
    data = sparse.tobuf(tarfile.GNU_FORMAT) + b"abc".ljust(512, b"\0") + tarred({"b.py": b"x"})
    bad, good = read(data, Format.TAR)
    assert bad.fault.detail == "it is a sparse file"
    assert good.data == b"x"


async def test_archives_are_sources(tmp_path: Path, read: Any) -> None:
    """In a folder and by name, with their own cursor; a member is met at its number."""
    (tmp_path / "a.zip").write_bytes(zipped({"x.py": b"one", "y.md": b"-", "z.py": b"\xff"}))
    (tmp_path / "b.tar.zst").write_bytes(zstd.compress(tarred({"d/x.py": b"two"})))
    found = await read(tmp_path)
    entries = [one for one in found if not isinstance(one, Mark)]
    assert [(one.content, one.meta["path"], one.origin.offset) for one in entries] == [
        ("one", "x.py", 1),
        ("", "z.py", 3),
        ("two", "d/x.py", 1),
    ]
    assert entries[1].fault.reason is Reason.NOT_UTF8
    assert [one.position for one in found if isinstance(one, Mark)] == [END, END]
    assert await read(tmp_path) == []
