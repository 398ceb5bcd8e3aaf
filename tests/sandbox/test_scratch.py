"""The private folders of zygotes without namespaces: none is shared, none is left for long."""

import os
from pathlib import Path

import pytest

from codeiod_sandbox.scratch import make_scratch


def test_abandoned_folders_are_swept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What a killed daemon left is removed by the next; what is in use, or not ours, stays."""
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    (tmp_path / "else").mkdir()
    living, killed = make_scratch(), make_scratch()
    (killed.path / "left").write_text("by a program")
    (killed.path / "link").symlink_to(tmp_path / "else")
    (tmp_path / "codeiod-sandbox-link").symlink_to(tmp_path / "else")
    os.close(killed.lock)  # as the kernel does at a daemon's end
    new = make_scratch()
    assert not killed.path.exists()
    assert living.path.exists()
    assert new.path.exists()
    assert (tmp_path / "else").exists()
    for scratch in (living, new):
        scratch.remove()
    assert {path.name for path in tmp_path.iterdir()} == {"else", "codeiod-sandbox-link"}
