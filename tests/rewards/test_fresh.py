"""Fresh tasks keep to the rules of every pair, are the same for a seed, and never end."""

from __future__ import annotations

import json
from itertools import islice
from typing import Any

import pytest

from codeiod.items import Task, canonical
from codeiod.rewards import FreshTasks, Reward

from .conftest import GENERATOR, REFCODE, program_row

KNOWN = [('{"n": 1}', '[1, "1"]'), ('{"n": 2}', '[2, "2"]')]
GOOD = program_row(REFCODE, GENERATOR, KNOWN, "a")
FEW = program_row(
    "def main_solution(n):\n    return n > 0",
    "import random\ndef input_generator():\n    return {'n': random.choice([1, -1])}",
    [('{"n": 1}', "true"), ('{"n": -1}', "false")],
    "b",
)
CHANCY = program_row(
    "import random\ndef main_solution(n):\n    return random.random()", GENERATOR, KNOWN, "c"
)
BROKEN = program_row(REFCODE, "def input_generator():\n    return [1]", KNOWN, "d")
SOMETIMES = program_row(
    "import os\ndef main_solution(n):\n    return os.urandom(8).hex() if n % 2 else n",
    GENERATOR,
    KNOWN,
    "f",
)
REMEMBERS = program_row(
    "calls = []\ndef main_solution(n):\n    calls.append(n)\n    return [n % 9, len(calls)]",
    GENERATOR,
    [('{"n": 1}', "[1, 1]")],
    "9",
)
SIDES_CHANGED = program_row(
    "def main_solution(n):\n    n.append(1)\n    return len(n)",
    "import random\ndef input_generator():\n    return {'n': [random.randint(0, 9)] * 2}",
    [('{"n": [1]}', "2")],
    "e",
)


def test_rounds(export_of: Any) -> None:
    """Both tasks of each program, round by round, without end; programs that can't are left out."""
    folder = export_of([GOOD, BROKEN, FEW, CHANCY, REMEMBERS, SIDES_CHANGED])
    with FreshTasks(folder, seed=3, workers=1) as fresh, Reward(folder, workers=1) as reward:
        drawn = list(islice(fresh, 16))
        names = [(one.row["program_id"], one.row["task"]) for one in drawn]
        able = [
            (row["id"], str(task)) for row in (GOOD, FEW, REMEMBERS, SIDES_CHANGED) for task in Task
        ]
        assert names == able * 2
        for one in drawn:
            assert reward.score(one.task, one.task.own_answer) == 1.0
            assert one.row["known"] in one.row["prompt"][0]["content"]
            assert one.row["answer"] not in one.row["prompt"][0]["content"].splitlines()[-1]
        ids = [one.row["id"] for one in drawn if one.row["program_id"] == GOOD["id"]]
        assert len(set(ids)) == len(ids)


def test_new(export_of: Any) -> None:
    """What the dataset does not ask is preferred; where there is nothing else, that is said."""
    with FreshTasks(export_of([GOOD, FEW]), workers=1) as fresh:
        for task in Task:
            found = fresh.draw(GOOD, task, 0)
            assert found is not None
            assert found.new
            sides = {canonical(json.loads(side)) for pair in KNOWN for side in pair}
            assert canonical(json.loads(found.row["known"])) not in sides
            again = fresh.draw(FEW, task, 0)
            assert again is not None
            assert not again.new


def test_seeds(export_of: Any) -> None:
    """The same seed and number draw the same task; another seed or number another one."""
    folder = export_of([GOOD])
    rows = []
    for seed in (0, 0, 1):
        with FreshTasks(folder, seed=seed, workers=1) as fresh:
            rows.append([fresh.draw(GOOD, Task.OUTPUT_PREDICTION, n) for n in (0, 1)])
    assert rows[0] == rows[1]
    assert len({one.row["known"] for pair in (rows[0], rows[2]) for one in pair if one}) == 4


@pytest.mark.parametrize("row", [BROKEN, CHANCY, SOMETIMES])
def test_none(export_of: Any, row: dict[str, Any]) -> None:
    """A generator without inputs, or a program that hangs on chance, if only now and then."""
    with FreshTasks(export_of([row]), workers=1) as fresh:
        assert fresh.draw(row, Task.OUTPUT_PREDICTION, 0) is None
        assert list(fresh) == []
