"""What can't be exported is refused in a line, and nothing that looks whole is left behind."""

from __future__ import annotations

import errno
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import anyio
import pytest
from typer.testing import CliRunner

from codeiod.cli.main import app
from codeiod.dataset import Committer
from codeiod.dataset.exports import Format, Options, export
from codeiod.dataset.exports.folder import (
    MANIFEST_NAME,
    UNFINISHED,
    ExportFailed,
    whole_folder,
)
from codeiod.dataset.exports.jsonl import JsonLines
from codeiod.dataset.exports.parquet import NEEDED, Parquet
from codeiod.errors import CodeiodError, Damaged, DirectoryError, DiskFull, SettingsError
from codeiod.items import Task
from codeiod.journal import Journal
from codeiod.journal.records import Admit
from codeiod.sources.languages import language_of

from .conftest import Asked, Made

SFT = Options(Format.SFT)


def refused(*arguments: object) -> str:
    """Run the command, and return the one line that it ends with."""
    done = CliRunner().invoke(app, ["export", *map(str, arguments)])
    assert isinstance(done.exception, CodeiodError), done.output
    assert "\n" not in str(done.exception)
    return str(done.exception)


@pytest.mark.parametrize(
    ("options", "told"),
    [
        (("--format", "parquet"), "hf, sft, chat, preference, rlvr"),
        (("--format", "chta"), "do you mean chat?"),
        (("--format", "sft", "--keep", "right"), "only-right"),
        (("--format", "sft", "--weight", "output=1"), "output_prediction"),
        (("--format", "sft", "--weight", "input_prediction=nan"), "0 or more"),
        (("--format", "sft", "--weight", "input_prediction=inf"), "0 or more"),
        (("--format", "sft", "--holdout", "1"), "from 0 to below 1"),
        (("--format", "sft", "--holdout", "nan"), "from 0 to below 1"),
        (("--format", "sft", "--released-shape"), "is for hf"),
        (("--format", "hf", "--revised"), "is for sft"),
        (("--format", "preference", "--keep", "only-right"), "leaves nothing"),
        (("--format", "sft", "--max-per-program", "-1"), "below 0"),
    ],
)
def test_options(tmp_path: Path, options: tuple[str, ...], told: str) -> None:
    """A wrong option is named, with those that are known."""
    assert told in refused(tmp_path, "--out", tmp_path / "out", *options)
    assert list(tmp_path.iterdir()) == []


def test_existing_folder(tmp_path: Path, write: Any) -> None:
    """What stands there is not touched without ``--overwrite``, and is kept unless it is ours."""
    directory, out = write(Made("a")), tmp_path / "out"
    out.mkdir()
    (out / "mine.txt").write_text("dear")
    arguments = (directory, "--format", "sft", "--out", out)
    assert "exists" in refused(*arguments)
    assert "no export of codeiod" in refused(*arguments, "--overwrite")
    assert (out / "mine.txt").read_text() == "dear"
    (out / "mine.txt").unlink()
    export(directory, out, SFT, language_of, overwrite=True)
    export(directory, out, Options(Format.CHAT), language_of, overwrite=True)
    assert json.loads((out / "export.json").read_text())["options"]["format"] == "chat"
    assert {path.name for path in tmp_path.iterdir()} == {"run", "out"}


@pytest.mark.parametrize("place", ["run", "run/export", "."])
def test_places_within_each_other(tmp_path: Path, write: Any, place: str) -> None:
    """An export never lies in the directory that it is of, nor around it."""
    directory = write(Made("a"))
    told = refused(directory, "--format", "sft", "--out", tmp_path / place, "--overwrite")
    assert "lie in each other" in told
    assert (directory / "journal").is_dir()


def test_no_directory(tmp_path: Path) -> None:
    """A folder that no run wrote is not ours."""
    with pytest.raises(DirectoryError, match="not a codeiod directory"):
        export(tmp_path / "none", tmp_path / "out", SFT, language_of)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("stream", ["samples", "programs"])
@pytest.mark.parametrize("harm", ["flipped", "shorter", "missing"])
def test_damaged(tmp_path: Path, write: Any, stream: str, harm: str) -> None:
    """A part that is not as it was committed is named, and nothing is exported of the rest."""
    directory = write(Made("a"), Made("b"))
    part = directory / "dataset" / stream / "part-00000.jsonl"
    data = bytearray(part.read_bytes())
    data[len(data) // 2] ^= 1
    if harm == "missing":
        part.unlink()
    else:
        part.write_bytes(data if harm == "flipped" else data[:-10])
    with pytest.raises((Damaged, DirectoryError), match=r"part-00000"):
        export(directory, tmp_path / "out", SFT, language_of)
    assert {path.name for path in tmp_path.iterdir()} == {"run"}


def test_damaged_journal(tmp_path: Path, write: Any) -> None:
    """Where the journal is damaged, nobody knows what was committed."""
    directory = write(Made("a"), Made("b"))
    segment = directory / "journal" / "segment-00000001.jsonl"
    data = bytearray(segment.read_bytes())
    data[len(data) // 2] ^= 1
    segment.write_bytes(data)
    with pytest.raises(Damaged, match="segment-00000001"):
        export(directory, tmp_path / "out", SFT, language_of)


def test_missing_extra(tmp_path: Path, write: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without pyarrow ``hf`` says what to install, before anything is read; ``sft`` needs none."""
    monkeypatch.setattr("codeiod.dataset.exports.parquet.find_spec", lambda _: None)
    directory, out = write(Made("a")), tmp_path / "out"
    assert refused(directory, "--format", "hf", "--out", out) == NEEDED
    export(directory, out, SFT, language_of)


async def test_live_and_unfinished(tmp_path: Path) -> None:
    """Of a run that goes on, what is committed is exported, and how much is left is told."""
    directory = tmp_path / "run"
    told: list[tuple[bool, int]] = []

    def look(out: str) -> int:
        done = export(
            directory,
            tmp_path / out,
            SFT,
            language_of,
            begun=lambda found: told.append((found.alive, len(found.state.pending))),
        )
        return done.counts.samples

    async with (
        Journal.open(directory) as journal,
        Committer.open(directory, journal) as committer,
        anyio.create_task_group() as group,
    ):
        group.start_soon(committer.run)
        for number, made in enumerate((Made("a"), Made("b"))):
            item = made.item
            journal.append(Admit(item.item_id, "r", item.origin, {}, item.content, "now"))
            await journal.flush()
            assert await anyio.to_thread.run_sync(look, f"before-{number}") == number
            await committer.finish(made.finished())
            assert await anyio.to_thread.run_sync(look, f"after-{number}") == number + 1
        committer.close()
    assert told == [(True, 1), (True, 0)] * 2


def test_unfinished_is_said(tmp_path: Path, write: Any) -> None:
    """The command says on stderr that a directory is not at its end."""
    directory = write(Made("a"))

    async def admit_one() -> None:
        async with Journal.open(directory) as journal:
            item = Made("later").item
            journal.append(Admit(item.item_id, "r", item.origin, {}, item.content, "now"))

    anyio.run(admit_one)
    arguments = ["export", str(directory), "--format", "sft", "--out", str(tmp_path / "out")]
    done = CliRunner().invoke(app, arguments)
    assert (done.exit_code, "1 items are pending" in done.stderr) == (0, True)


@pytest.mark.parametrize(("form", "writer"), [("sft", JsonLines), ("hf", Parquet)])
def test_full_disk(
    tmp_path: Path, write: Any, monkeypatch: pytest.MonkeyPatch, form: str, writer: type
) -> None:
    """Where there is no room, the error says so, nothing is left, and the old export stands."""
    directory, out = write(Made("a")), tmp_path / "out"
    export(directory, out, SFT, language_of)
    before = (out / "export.json").read_bytes()

    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(writer, "close", full)
    with pytest.raises(DiskFull, match="no room left"):
        export(directory, out, Options(Format(form)), language_of, overwrite=True)
    assert (out / "export.json").read_bytes() == before
    assert {path.name for path in tmp_path.iterdir()} == {"run", "out"}


COLUMNS = {"a": str, "b": str}


def wide_rows(folder: Path, before: Callable[[Parquet], object] = lambda _: None) -> None:
    """Write more than a pipe holds."""
    with Parquet(folder, {"c": COLUMNS}) as writer:
        before(writer)
        for _ in range(1000):
            writer.add("c", "train", {"a": "x" * 10**4, "b": "y"})
        writer.close()


def test_the_export_before_stays_where_the_new_one_can_not_come(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is back under its name when the disk fails between the two."""
    out = tmp_path / "e"
    with whole_folder(out, tmp_path / "run", overwrite=False) as draft:
        (draft / MANIFEST_NAME).write_text("old")
    replace = Path.replace

    def fail(self: Path, target: Path) -> Path:
        if self.name.endswith(UNFINISHED):
            raise OSError(errno.EIO, "the disk failed")
        return replace(self, target)

    monkeypatch.setattr(Path, "replace", fail)
    with (
        pytest.raises(ExportFailed, match="the disk failed"),
        whole_folder(out, tmp_path / "run", overwrite=True) as draft,
    ):
        (draft / MANIFEST_NAME).write_text("new")
    assert (out / MANIFEST_NAME).read_text() == "old"
    assert list(tmp_path.iterdir()) == [out]


def test_full_disk_of_the_child(tmp_path: Path) -> None:
    """What the writer of Parquet meets is told as if it had been met here."""
    (tmp_path / "c").mkdir()
    (tmp_path / "c" / "train-00000.parquet").symlink_to("/dev/full")
    with pytest.raises(OSError, match="No space left"):
        wide_rows(tmp_path)


def test_killed_child(tmp_path: Path) -> None:
    """A writer of Parquet that is killed ends the export; it never hangs or passes for done."""
    with pytest.raises(CodeiodError, match="ended with status -9"):
        wide_rows(tmp_path, lambda writer: os.kill(writer.child_id, signal.SIGKILL))


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGKILL])
def test_cut_short(tmp_path: Path, write: Any, number: signal.Signals) -> None:
    """A stopped export takes away what it began; a killed one leaves what says it is unfinished."""
    asked = tuple(Asked(Task.OUTPUT_PREDICTION, place % 4, place // 4) for place in range(4000))
    directory, out = write(*(Made(f"{n}", asked) for n in range(3))), tmp_path / "out"
    command = [str(Path(sys.executable).with_name("codeiod")), "export", str(directory)]
    with subprocess.Popen([*command, "--format", "hf", "--out", str(out)]) as process:
        while not list(tmp_path.glob(".out.*")) and process.poll() is None:
            time.sleep(0.005)  # of another process there is no event to wait for
        process.send_signal(number)
        process.wait(30)
    left = [path.name for path in tmp_path.iterdir() if path.name != "run"]
    if process.returncode == 0:
        assert left == ["out"]  # it was through before the signal came
    elif number == signal.SIGKILL:
        assert all(name.endswith(".unfinished") for name in left)
    else:
        assert left == []


def test_settings_error_is_what_it_is() -> None:
    """Refusals of options end the command with the exit status of settings."""
    with pytest.raises(SettingsError):
        Options(Format.CHAT, revised=True)
