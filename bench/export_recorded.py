"""Every export of a finished run: that it loads, is complete, is the same again, and judges alike.

    python bench/export_recorded.py DIR [--only exports,rewards,fresh]

DIR is the output of a run, as `bench/recorded.py RECORDED --keep FOLDER` leaves it. Exports go to a
temporary folder. Exit status 1 where a goal is missed.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from itertools import islice
from pathlib import Path
from typing import Any

from recorded_parts import dataset
from recorded_parts.table import Table

from codeiod.items import Task
from codeiod.rewards import Export, FreshTasks, Reward, RewardTask

COMMAND = str(Path(sys.executable).parent / "codeiod")
SHAPES = {
    "hf": ("--format", "hf"),
    "released": ("--format", "hf", "--released-shape"),
    "sft": ("--format", "sft"),
    "revised": ("--format", "sft", "--revised"),
    "chat": ("--format", "chat"),
    "preference": ("--format", "preference"),
    "rlvr": ("--format", "rlvr"),
}
CHOICE = ("--holdout", "0.02", "--seed", "1", "--json")
THREADS = 8
MOST_PROGRAMS = 1000
SHOWN = 5

LOAD = """
import json, sys, datasets
found = {}
for config in datasets.get_dataset_config_names(sys.argv[1]):
    for split, rows in datasets.load_dataset(sys.argv[1], config).items():
        ids = rows["id"][:] if "id" in rows.column_names else []
        found.setdefault(config, {})[split] = [len(rows), list(ids)]
print(json.dumps(found))
"""


def exports(table: Table, directory: Path, folder: Path) -> None:
    """Export in each shape, twice, and load it."""
    lines = dataset.read(directory)
    samples = {line["id"] for line in lines.samples}
    programs = {line["id"] for line in lines.programs}
    for name, options in SHAPES.items():
        first, _ = (_export(directory, folder / f"{name}-{n}", options) for n in (1, 2))
        table.equal(f"{name}: samples", len(lines.samples), first["samples"])
        table.none_of(f"{name}: files that differ", _differing(folder, name))
        loaded = _load(folder / f"{name}-1", folder / "cache")
        counts = {config: {s: n for s, (n, _) in of.items()} for config, of in loaded.items()}
        table.add(f"{name}: rows loaded", "all", counts, ok=counts == first["rows"])
        ids = {
            i
            for config, of in loaded.items()
            if config != "programs"
            for _, x in of.values()
            for i in x
        }
        known = {i for _, x in loaded.get("programs", {}).values() for i in x}
        table.none_of(
            f"{name}: ids that the dataset lacks", sorted(ids - samples | known - programs)
        )
        if name in ("hf", "sft", "revised", "chat"):
            table.none_of(f"{name}: ids that are missing", sorted(samples - ids))


def rewards(table: Table, directory: Path, folder: Path) -> None:
    """Judge every turn of every sample anew, by the reward function."""
    out = folder / "rlvr-rewards"
    _export(directory, out, SHAPES["rlvr"])
    tasks = {
        (row["program_id"], row["task"], row["pair"]): RewardTask.of(row)
        for split in ("train", "test")
        for row in Export(out).tasks(split)
    }
    turns = [
        (tasks[one["program_id"], one["task"], one["pair"]], one, turn)
        for one in dataset.read(directory).samples
        for turn in ("1", "2")
        if one[f"status_{turn}"]
    ]
    with Reward(out) as reward, ThreadPoolExecutor(THREADS) as threads:

        def differs(asked: tuple[RewardTask, dict[str, Any], str]) -> str:
            task, one, turn = asked
            status = reward.verdict(task, one[f"turn_{turn}"]).status
            return "" if status == one[f"status_{turn}"] else f"{one['id']}/{turn}: {status}"

        found = [told for told in threads.map(differs, turns) if told]
    table.none_of(f"rewards: other verdicts, of {len(turns):,} turns", found)


def fresh(table: Table, directory: Path, folder: Path) -> None:
    """Draw a fresh task of each kind from each program, and judge its own answer."""
    out = folder / "rlvr-fresh"
    _export(directory, out, SHAPES["rlvr"])
    rows = list(islice(Export(out).programs(), MOST_PROGRAMS))
    asked = [(row, task) for row in rows for task in Task]
    with (
        FreshTasks(out, seed=1) as tasks,
        Reward(out) as reward,
        ThreadPoolExecutor(THREADS) as threads,
    ):

        def judged(one: tuple[dict[str, Any], Task]) -> str:
            drawn = tasks.draw(*one, 0)
            status = reward.verdict(drawn.task, drawn.task.own_answer).status if drawn else "none"
            return f"{one[0]['id']} {one[1]}: {status}"

        told = list(threads.map(judged, asked))
    wrong = [line for line in told if not line.endswith(": success")]
    print(f"       {Counter(line.rpartition(' ')[2] for line in told)}")
    table.none_of(f"fresh: tasks not judged right, of {len(told):,}", wrong)


def _ids(splits: dict[str, tuple[int, list[str]]]) -> set[str]:
    return {one for _, ids in splits.values() for one in ids}


def _export(directory: Path, out: Path, options: tuple[str, ...]) -> dict[str, Any]:
    command = [COMMAND, "export", str(directory), "--out", str(out), *options, *CHOICE]
    done = subprocess.run(command, check=True, capture_output=True)
    return dict(json.loads(done.stdout))


def _differing(folder: Path, name: str) -> list[str]:
    one, two = ({p.relative_to(f): p for p in f.rglob("*")} for f in _both(folder, name))
    odd = [str(path) for path in one.keys() ^ two.keys()]
    both = [path for path in one.keys() & two.keys() if one[path].is_file()]
    return odd + [str(p) for p in both if one[p].read_bytes() != two[p].read_bytes()]


def _both(folder: Path, name: str) -> tuple[Path, Path]:
    return folder / f"{name}-1", folder / f"{name}-2"


def _load(out: Path, cache: Path) -> dict[str, dict[str, tuple[int, list[str]]]]:
    environment = {**os.environ, "HF_HUB_OFFLINE": "1", "HF_HOME": str(cache)}
    command = [sys.executable, "-c", LOAD, str(out)]
    done = subprocess.run(command, check=True, capture_output=True, env=environment)
    return dict(json.loads(done.stdout))


PARTS = {"exports": exports, "rewards": rewards, "fresh": fresh}


def main(arguments: list[str]) -> int:
    """Measure the parts asked for; the exit status says whether all goals are met."""
    parser = argparse.ArgumentParser(description="Accept the exports of a finished run.")
    parser.add_argument("directory", type=Path)
    parser.add_argument("--only", default=",".join(PARTS), help="parts, with commas between")
    options = parser.parse_args(arguments)
    table = Table()
    with tempfile.TemporaryDirectory(prefix="codeiod-exports-") as folder:
        for part in options.only.split(","):
            PARTS[part](table, options.directory, Path(folder))
    table.print()
    return int(not table.ok)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
