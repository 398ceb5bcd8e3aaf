"""Every format holds what its trainers read, all that the dataset has, and the same each time."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from codeiod.dataset.exports import Format, Options, export
from codeiod.dataset.exports.hf import RELEASED_PROGRAM, RELEASED_SAMPLE
from codeiod.dataset.exports.sft import AGAIN, CHECK, LAST_CHECK
from codeiod.items import Task
from codeiod.sources.languages import language_of

LOAD = """
import json, sys, datasets
found = {}
for folder in sys.argv[1:]:
    for config in datasets.get_dataset_config_names(folder):
        for split, rows in datasets.load_dataset(folder, config).items():
            found[f"{folder}:{config}:{split}"] = list(rows)
print(json.dumps(found))
"""
SHAPES: dict[str, Options] = {
    "hf": Options(Format.HF),
    "released": Options(Format.HF, released_shape=True),
    "sft": Options(Format.SFT),
    "revised": Options(Format.SFT, revised=True),
    "chat": Options(Format.CHAT),
    "preference": Options(Format.PREFERENCE),
    "rlvr": Options(Format.RLVR),
}


def lines(directory: Path, stream: str) -> list[dict[str, Any]]:
    parts = sorted((directory / "dataset" / stream).glob("*.jsonl"))
    return [json.loads(line) for part in parts for line in part.read_text().splitlines()]


def test_hf(write: Any, exported: Any, a_few: Any) -> None:
    """``hf`` holds every line whole, samples by task, and the labels behind them."""
    directory = write(*a_few)
    rows = exported(directory, Format.HF)
    assert rows["programs/train"] == lines(directory, "programs")
    for task in Task:
        there = [line for line in lines(directory, "samples") if line["task"] == task]
        here = rows[f"{task}/train"]
        assert [{key: row[key] for key in there[0]} for row in here] == there
        assert {row["right_at"] for row in here} == {0, 1, 2}


def test_released_shape(write: Any, exported: Any, a_few: Any) -> None:
    """The released shape has the fields that were released, and no others."""
    directory = write(*a_few)
    rows = exported(directory, Format.HF, released_shape=True)
    assert {tuple(row) for row in rows["samples/train"]} == {RELEASED_SAMPLE}
    assert {tuple(row) for row in rows["programs/train"]} == {RELEASED_PROGRAM}
    assert len(rows["samples/train"]) == len(lines(directory, "samples"))


def test_sft(write: Any, exported: Any, a_few: Any) -> None:
    """``sft`` is the first turn, as a conversation and as prompt and completion, by id."""
    directory = write(*a_few)
    rows = exported(directory)
    there = {line["id"]: line for line in lines(directory, "samples")}
    for row in rows["prompt_completion/train"]:
        line = there.pop(row["id"])
        assert (row["prompt"], row["completion"]) == (line["prompt"], line["turn_1"])
    assert not there
    assert [[one["role"] for one in row["messages"]] for row in rows["messages/train"]] == [
        ["user", "assistant"]
    ] * len(rows["prompt_completion/train"])


def test_revised(write: Any, exported: Any, a_few: Any) -> None:
    """``--revised`` joins both turns and what the check said into one response, in order."""
    rows = exported(write(*a_few), revised=True)["prompt_completion/train"]
    right, revised, _ = rows[:3]
    assert right["completion"] == f"first\n\n{CHECK}\n\nSuccess"
    assert revised["completion"].split("\n\n") == [
        *("first", CHECK, "feedback to first", AGAIN, "second", LAST_CHECK, "Success")
    ]


def test_chat(write: Any, exported: Any, a_few: Any) -> None:
    """``chat`` is the conversation that was held: feedback is from the user, none after success."""
    rows = exported(write(*a_few), Format.CHAT)["messages/train"]
    talks = [[(one["role"], one["content"]) for one in row["messages"]] for row in rows[:2]]
    assert [role for role, _ in talks[0]] == ["user", "assistant"]
    assert talks[1][1:] == [
        ("assistant", "first"),
        ("user", "feedback to first"),
        ("assistant", "second"),
    ]


def test_preference(write: Any, exported: Any, a_few: Any) -> None:
    """``preference`` never sets one answer against another that is as right as it."""
    directory = write(*a_few)
    rows = exported(directory, Format.PREFERENCE)["preference/train"]
    there = {line["id"]: line for line in lines(directory, "samples")}
    for row in rows:
        chosen, rejected = there[row["id"]], there[row["rejected_id"]]
        turn = 2 if row["kind"] == "revised" else 1
        assert chosen[f"status_{turn}"] == "success"
        assert rejected["status_1"] != "success"
        assert row["chosen"] == [{"role": "assistant", "content": chosen[f"turn_{turn}"]}]
        assert row["rejected"] == [{"role": "assistant", "content": rejected["turn_1"]}]
        assert row["prompt"] == [{"role": "user", "content": rejected["prompt"]}]
    assert [row["kind"] for row in rows] == ["revised"] * 3 + ["samples"]


def test_rlvr(write: Any, exported: Any, a_few: Any) -> None:
    """``rlvr`` holds each question once, with both sides of its pair as the text that it is."""
    directory = write(*a_few)
    rows = exported(directory, Format.RLVR)
    questions = {
        (line["program_id"], line["task"], line["pair"]) for line in lines(directory, "samples")
    }
    tasks = rows["tasks/train"]
    assert {(row["program_id"], row["task"], row["pair"]) for row in tasks} == questions
    assert len(tasks) == len(questions)
    first = tasks[0]
    assert (first["known"], first["answer"], first["seed"]) == ('{"n": 0}', "0", str(2**64 - 1))


@pytest.mark.parametrize("name", SHAPES)
def test_again(tmp_path: Path, write: Any, a_few: Any, name: str) -> None:
    """Exported again, each file has the same bytes."""
    directory = write(*a_few)
    for out in ("one", "two"):
        export(directory, tmp_path / out, SHAPES[name], language_of)
    assert bytes_of(tmp_path / "one") == bytes_of(tmp_path / "two")


def bytes_of(folder: Path) -> dict[str, bytes]:
    files = [path for path in folder.rglob("*") if path.is_file()]
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in files}


def test_loaded_by_datasets(tmp_path: Path, write: Any, a_few: Any, rows_read: Any) -> None:
    """The library ``datasets`` loads every config of every format, with all rows, offline."""
    directory = write(*a_few)
    wanted = {}
    for name, options in SHAPES.items():
        out = tmp_path / name
        export(directory, out, options, language_of)
        for place, rows in rows_read(out).items():
            wanted[f"{out}:{place.replace('/', ':')}"] = rows
    done = subprocess.run(
        [sys.executable, "-c", LOAD, *(str(tmp_path / name) for name in SHAPES)],
        capture_output=True,
        env={**os.environ, "HF_HUB_OFFLINE": "1", "HF_HOME": str(tmp_path / "home")},
        check=False,
    )
    assert done.returncode == 0, done.stderr.decode()[-2000:]
    assert json.loads(done.stdout) == wanted
