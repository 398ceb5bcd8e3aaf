"""Promises of reading whole files: bounded memory, and an entry whatever happens."""

from __future__ import annotations

import os
import tempfile
import tracemalloc
from collections.abc import Iterator
from pathlib import Path

import pytest

from codeiod.items import Entry, Reason, item_id_of
from codeiod.sources import content
from codeiod.sources.files import read_file
from codeiod.sources.places import Found
from codeiod.sources.walk import walk

MAX = 1 << 20


def listed(path: Path | str) -> Found:
    [one] = [one for one in walk(str(path), Path("/nowhere")) if isinstance(one, Found)]
    return one


def read(path: Path | str, max_bytes: int = MAX) -> Entry:
    return read_file(listed(path), max_bytes)


def fault_of(entry: Entry) -> tuple[Reason, str]:
    assert entry.fault is not None
    assert entry.content == ""
    return entry.fault.reason, entry.fault.detail


def test_a_file_is_an_entry(tmp_path: Path) -> None:
    """Content, path, language, and an origin that tells where it was met."""
    path = tmp_path / "a.py"
    path.write_bytes(b"x = 1\r\n")
    entry = read(tmp_path)
    status = path.stat()
    assert entry.content == "x = 1\r\n"
    assert entry.item_id == item_id_of(b"x = 1\r\n")
    assert entry.meta == {"path": "a.py", "language": "Python"}
    assert (entry.origin.path, entry.origin.offset) == (str(path.resolve()), 0)
    assert (entry.origin.size, entry.origin.mtime_ns, entry.origin.inode) == (
        7,
        status.st_mtime_ns,
        status.st_ino,
    )


def test_a_file_of_exactly_the_limit_fits(tmp_path: Path) -> None:
    """``max_bytes`` is the largest size that is taken."""
    path = tmp_path / "a.py"
    path.write_bytes(b"x" * 100)
    assert read(path, 100).fault is None
    assert fault_of(read(path, 99)) == (Reason.OVERSIZED, "100 bytes; items.max_bytes is 99")


def test_an_oversized_file_is_not_held(tmp_path: Path) -> None:
    """A file of 50 MB is named by its content, and costs no more memory than some chunks."""
    path = tmp_path / "a.py"
    path.write_bytes(b"x = 1\n" * (50_000_000 // 6))
    one = listed(path)
    tracemalloc.start()
    entry = read_file(one, MAX)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert fault_of(entry) == (Reason.OVERSIZED, "49,999,998 bytes; items.max_bytes is 1,048,576")
    assert entry.item_id == item_id_of(path.read_bytes())
    assert peak < 4_000_000


def test_a_giant_file_is_not_read(tmp_path: Path) -> None:
    """50 GB are named by place and size."""
    first, second = tmp_path / "a.py", tmp_path / "b.py"
    for path in (first, second):
        path.touch()
        os.truncate(path, 50_000_000_000)
    assert fault_of(read(first))[0] is Reason.OVERSIZED
    assert read(first).item_id == read(first).item_id != read(second).item_id


def test_a_file_that_vanished_is_unreadable(tmp_path: Path) -> None:
    """Between listing and reading a file may go: it is an entry that a later run tries again."""
    path = tmp_path / "a.py"
    path.write_text("x")
    one = listed(path)
    path.unlink()
    entry = read_file(one, MAX)
    assert fault_of(entry) == (Reason.UNREADABLE, "No such file or directory")
    assert (entry.origin.size, entry.origin.mtime_ns, entry.origin.inode) == (0, 0, 0)


def test_an_input_output_error_is_unreadable() -> None:
    """A file that opens and then fails is unreadable, with the system's reason."""
    assert fault_of(read("/proc/self/mem")) == (Reason.UNREADABLE, "Input/output error")


@pytest.fixture
def forbidden() -> Iterator[Path]:
    """A file that its reader may not open; root becomes nobody for it."""
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o755)
        path = Path(folder) / "a.py"
        path.write_text("x")
        path.chmod(0)
        was = os.geteuid()
        if was == 0:
            os.seteuid(65534)
        try:
            yield path
        finally:
            os.seteuid(was)


def test_a_file_without_permission_is_unreadable(forbidden: Path) -> None:
    """Permission denied is told as the system tells it."""
    assert fault_of(read(forbidden)) == (Reason.UNREADABLE, "Permission denied")


def test_a_file_that_became_a_pipe_is_unreadable(tmp_path: Path) -> None:
    """A pipe in the place of a listed file is not waited for."""
    path = tmp_path / "a.py"
    path.write_text("x")
    one = listed(path)
    path.unlink()
    os.mkfifo(path)
    assert fault_of(read_file(one, MAX)) == (Reason.UNREADABLE, "not a regular file")


def test_a_file_that_became_a_link_is_unreadable(tmp_path: Path) -> None:
    """In a folder, a link that took a file's place is not followed out of it."""
    path = tmp_path / "a.py"
    path.write_text("x")
    one = listed(tmp_path)
    path.unlink()
    path.symlink_to("/etc/hostname")
    assert fault_of(read_file(one, MAX))[0] is Reason.UNREADABLE


def test_what_it_is_now_counts(tmp_path: Path) -> None:
    """A file that changed after it was listed has the origin of what was read."""
    path = tmp_path / "a.py"
    path.write_text("x")
    one = listed(path)
    path.write_text("longer")
    entry = read_file(one, MAX)
    assert (entry.content, entry.origin.size) == ("longer", 6)


def test_a_file_that_tells_no_size_is_read(tmp_path: Path) -> None:
    """Files of /proc say that they are empty; what they hold counts."""
    assert "Name:" in read("/proc/self/status").content
    assert fault_of(read("/proc/self/status", 10))[0] is Reason.OVERSIZED


def test_an_oversized_file_has_the_id_of_its_content_in_any_place(tmp_path: Path) -> None:
    """A byte order mark is no part of it there either."""
    path = tmp_path / "a.py"
    path.write_bytes(b"\xef\xbb\xbf" + b"x" * 300)
    assert read(path, 99).item_id == item_id_of(b"x" * 300)
    path.write_bytes(b"x" * content.CHUNK_BYTES * 2)
    assert read(path, 99).item_id == item_id_of(b"x" * content.CHUNK_BYTES * 2)
