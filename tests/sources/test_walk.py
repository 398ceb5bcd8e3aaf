"""Promises of searching folders: every file of ours once, nothing else, in bounded memory."""

from __future__ import annotations

import os
import socket
import tracemalloc
from collections.abc import Generator, Iterator
from pathlib import Path

import pytest

from codeiod.items import Entry, Reason
from codeiod.sources.places import Found
from codeiod.sources.walk import BLOCK_NAMES, walk


def found(source: Path | str, exclude: Path = Path("/nowhere")) -> list[Found]:
    return [one for one in walk(str(source), exclude) if isinstance(one, Found)]


def names(source: Path | str, exclude: Path = Path("/nowhere")) -> list[str]:
    return [one.name for one in found(source, exclude)]


def make(folder: Path, *files: str) -> None:
    for file in files:
        path = folder / file
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("x = 1\n")


def test_code_and_containers_are_found(tmp_path: Path) -> None:
    """Files with a language's extension and containers, in sub-folders too; nothing else."""
    make(tmp_path, "b.py", "a/c.RS", "a/x.jsonl", "x.jsonl.gz", "x.jsonl.zst", "x.parquet")
    make(tmp_path, "readme.md", "data.json", "py", "x.gz", "a/Makefile")
    assert names(tmp_path) == [
        "a/c.RS",
        "a/x.jsonl",
        "b.py",
        "x.jsonl.gz",
        "x.jsonl.zst",
        "x.parquet",
    ]


def test_hidden_names_and_the_output_are_skipped(tmp_path: Path) -> None:
    """Hidden files, hidden folders, and the output directory by whatever name it is met."""
    make(tmp_path, ".a.py", ".git/b.py", "out/c.py", "keep/out/d.py")
    (tmp_path / "link").symlink_to(tmp_path / "out")
    assert names(tmp_path, tmp_path / "link") == ["keep/out/d.py"]


def test_symbolic_links_are_not_followed(tmp_path: Path) -> None:
    """Links to files, to folders, to themselves and to the folder above are all passed by."""
    make(tmp_path, "a.py", "sub/b.py")
    (tmp_path / "file.py").symlink_to(tmp_path / "a.py")
    (tmp_path / "sub" / "up").symlink_to(tmp_path)
    (tmp_path / "loop.py").symlink_to(tmp_path / "loop.py")
    (tmp_path / "broken.py").symlink_to(tmp_path / "nothing")
    assert names(tmp_path) == ["a.py", "sub/b.py"]


def test_pipes_and_sockets_are_passed_by(tmp_path: Path) -> None:
    """What is no regular file is not opened, whatever its name."""
    os.mkfifo(tmp_path / "pipe.py")
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(str(tmp_path / "socket.py"))
        make(tmp_path, "a.py")
        assert names(tmp_path) == ["a.py"]


def test_a_source_may_be_a_link_and_relative(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What the operator names is followed; paths are those of the real folder."""
    make(tmp_path, "real/a.py")
    (tmp_path / "link").symlink_to("real")
    monkeypatch.chdir(tmp_path)
    [one] = found("link")
    assert (one.origin.source, one.origin.path) == ("link", f"{tmp_path.resolve()}/real/a.py")
    assert found("./real/../real")[0].origin.path == one.origin.path


def test_a_named_file_is_taken_whatever_its_name(tmp_path: Path) -> None:
    """Extension, dots and links don't matter for a file that the operator names."""
    make(tmp_path, ".hidden", "notes")
    (tmp_path / "link").symlink_to("notes")
    assert [len(found(tmp_path / name)) for name in (".hidden", "notes", "link")] == [1, 1, 1]


def test_names_that_are_not_utf8_are_printable(tmp_path: Path) -> None:
    r"""Bytes of names that are not UTF-8 are written as \xNN; newlines stay."""
    Path(os.fsdecode(os.fsencode(tmp_path) + b"/caf\xe9.py")).write_text("x")
    make(tmp_path, "a\nb.py", "é.py")
    ones = found(tmp_path)
    assert sorted(one.name for one in ones) == ["a\nb.py", "caf\\xe9.py", "é.py"]
    for one in ones:
        one.origin.path.encode()
        assert Path(one.file).read_text().startswith("x")


def test_an_unlistable_folder_is_an_entry(tmp_path: Path) -> None:
    """A folder that vanishes while its parent is walked is told, and the rest is still found."""
    make(tmp_path, "a/x.py", "b/y.py", "c/z.py")
    steps = walk(str(tmp_path), Path("/nowhere"))
    first = next(steps)
    assert isinstance(first, Found)
    assert first.name == "a/x.py"
    (tmp_path / "b" / "y.py").unlink()
    (tmp_path / "b").rmdir()
    gone, last = [one for one in steps if one is not None]
    assert isinstance(gone, Entry)
    assert gone.fault is not None
    assert gone.fault.reason is Reason.UNREADABLE
    assert gone.fault.detail == "folder can't be listed: No such file or directory"
    assert gone.origin.path == f"{tmp_path.resolve()}/b"
    assert isinstance(last, Found)


def test_a_source_that_vanished_is_an_entry(tmp_path: Path) -> None:
    """What was there when the command began and is not any more is an unreadable entry."""
    [one] = walk(str(tmp_path / "gone.py"), Path("/nowhere"))
    assert isinstance(one, Entry)
    assert one.fault is not None
    assert one.fault.detail == "No such file or directory"


@pytest.fixture
def deep(tmp_path: Path) -> Iterator[Path]:
    """A folder nested 1,200 levels deep, with a file at the bottom."""
    here = os.open(tmp_path, os.O_RDONLY)
    try:
        for _ in range(1_200):
            os.mkdir("d", dir_fd=here)
            inner = os.open("d", os.O_RDONLY, dir_fd=here)
            os.close(here)
            here = inner
        os.close(os.open("a.py", os.O_CREAT | os.O_WRONLY, dir_fd=here))
    finally:
        os.close(here)
    yield tmp_path
    # The usual removal of tmp_path recurses: too deep for it.
    os.system(f"rm -rf '{tmp_path}/d'")


def test_nesting_may_be_deeper_than_pythons_stack(deep: Path) -> None:
    """1,200 levels are walked, with few descriptors open."""
    assert len(found(deep)) == 1


def test_a_flat_folder_of_20_000_files_needs_the_memory_of_a_block(tmp_path: Path) -> None:
    """All names of a large folder come, each once, sorted by blocks, and never all are held."""
    for number in range(20_000):
        os.close(os.open(f"{tmp_path}/{number}.py", os.O_CREAT | os.O_WRONLY))
    tracemalloc.start()
    count, total = 0, 0
    block: list[str] = []
    for one in walk(str(tmp_path), Path("/nowhere")):
        assert isinstance(one, Found)
        block.append(one.name)
        count, total = count + 1, total + int(one.name.removesuffix(".py"))
        if len(block) == BLOCK_NAMES:
            assert block == sorted(block)
            block = []
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert (count, total) == (20_000, sum(range(20_000)))
    assert peak < 2_000_000


def descriptors() -> int:
    return len(list(Path("/proc/self/fd").iterdir()))


def test_closing_early_closes_the_folders(tmp_path: Path) -> None:
    """A walk that is given up leaves no descriptor open."""
    make(tmp_path, *(f"a/{number}.py" for number in range(BLOCK_NAMES + 1)))
    before = descriptors()
    steps: Generator[Found | Entry | None] = walk(str(tmp_path), Path("/nowhere"))
    next(steps)
    assert descriptors() > before
    steps.close()
    assert descriptors() == before
