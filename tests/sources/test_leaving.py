"""Promises of putting away: what was taken goes, and nothing else is lost."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TextIO

import pytest

from codeiod.sources.places import origin_of
from codeiod.sources.watching import leaving
from codeiod.sources.watching.leaving import Leaving, put_away


@pytest.fixture
def inbox(tmp_path: Path) -> Path:
    """Return a folder with one file."""
    path = tmp_path / "in"
    path.mkdir()
    (path / "a.py").write_text("taken")
    return path


def taken(inbox: Path, name: str = "a.py") -> Leaving:
    path = inbox / name
    origin = origin_of(str(inbox), str(path), path.stat())
    return Leaving(str(path), str(inbox), str(inbox / "done"), origin)


def files(inbox: Path) -> dict[str, str]:
    found = (one for one in inbox.rglob("*") if one.is_file())
    return {str(one.relative_to(inbox)): one.read_text() for one in found}


@pytest.mark.parametrize("delete", [True, False])
def test_what_was_taken_goes(inbox: Path, delete: bool) -> None:
    """It is deleted, or moved."""
    assert put_away([taken(inbox)], delete=delete) == ""
    assert files(inbox) == ({} if delete else {"done/a.py": "taken"})


@pytest.mark.parametrize("delete", [True, False])
def test_what_is_not_what_was_taken_stays(inbox: Path, delete: bool) -> None:
    """Overwritten, replaced by another file, by a folder, or gone: nothing happens."""
    leaving = taken(inbox)
    (inbox / "a.py").write_text("other")
    os.utime(inbox / "a.py", (5, 5))
    assert put_away([leaving], delete=delete) == ""
    assert files(inbox) == {"a.py": "other"}
    (inbox / "a.py").unlink()
    assert put_away([leaving], delete=delete) == ""
    (inbox / "a.py").mkdir()
    assert put_away([leaving], delete=delete) == ""
    assert (inbox / "a.py").is_dir()


@pytest.mark.parametrize("delete", [True, False])
@pytest.mark.parametrize("again", [True, False])
def test_what_changes_at_the_last_moment_goes_back(
    inbox: Path, monkeypatch: pytest.MonkeyPatch, delete: bool, again: bool
) -> None:
    """Between the look and the move; even where its name is taken again by the time."""
    unused = leaving._unused
    rename = Path.rename

    def change(target: Path) -> Path:
        monkeypatch.setattr(leaving, "_unused", unused)
        (inbox / "new").write_text("new content")
        rename(inbox / "new", inbox / "a.py")
        return unused(target)

    def rename_and_more(self: Path, target: Path) -> Path:
        moved = rename(self, target)
        if again:
            self.write_text("newer content")
        return moved

    given = taken(inbox)
    monkeypatch.setattr(leaving, "_unused", change)
    monkeypatch.setattr(Path, "rename", rename_and_more)
    assert put_away([given], delete=delete) == ""
    both = {"a.py": "newer content", "a.1.py": "new content"}
    assert files(inbox) == (both if again else {"a.py": "new content"})


@pytest.mark.parametrize("delete", [True, False])
def test_what_someone_writes_to_goes_back(
    inbox: Path, monkeypatch: pytest.MonkeyPatch, delete: bool
) -> None:
    """Though nothing of it has changed yet: the writer may be about to."""
    given = taken(inbox)
    writers: list[TextIO] = []
    try:
        writers.append((inbox / "a.py").open("a"))
        assert put_away([given], delete=delete) == ""
        assert files(inbox) == {"a.py": "taken"}
    finally:
        for writer in writers:
            writer.close()
    assert put_away([given], delete=delete) == ""
    assert "a.py" not in files(inbox)


def test_nothing_is_moved_where_a_link_leads(inbox: Path, tmp_path: Path) -> None:
    """Who may write to the folder can't have files put elsewhere in our name."""
    (tmp_path / "elsewhere").mkdir()
    (inbox / "done").symlink_to(tmp_path / "elsewhere")
    why = put_away([taken(inbox)], delete=False)
    assert why == f"{inbox}/a.py: a symbolic link is on its way"
    assert (inbox / "a.py").read_text() == "taken"
    assert list((tmp_path / "elsewhere").iterdir()) == []


def test_one_that_can_not_go_keeps_no_other(inbox: Path) -> None:
    """The others go, and the reason is told."""
    (inbox / "sub").mkdir()
    (inbox / "sub" / "b.py").write_text("b")
    (inbox / "done").mkdir()
    (inbox / "done" / "sub").write_text("in the way")
    why = put_away([taken(inbox, "sub/b.py"), taken(inbox)], delete=False)
    assert why == f"{inbox}/sub/b.py: File exists"
    assert files(inbox) == {"sub/b.py": "b", "done/sub": "in the way", "done/a.py": "taken"}
