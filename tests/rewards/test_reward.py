"""The reward is 1 exactly where the verifier of a run calls an answer right."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from codeiod.errors import SettingsError
from codeiod.items import Status, Task
from codeiod.rewards import Reward, RewardTask

from .conftest import REFCODE, task_row

OUTPUT, INPUT = Task.OUTPUT_PREDICTION, Task.INPUT_PREDICTION
BIG = 10**30 + 3


def fenced(text: str) -> str:
    return f"So it is.\n```json\n{text}\n```"


CASES = {
    "right output": (OUTPUT, REFCODE, f'{{"output": [{BIG % 7}, "{BIG}"]}}', Status.SUCCESS),
    "wrong output": (OUTPUT, REFCODE, '{"output": [1, "1"]}', Status.MISMATCH),
    "no answer": (OUTPUT, REFCODE, '{"input": 1}', Status.NO_ANSWER),
    "the same input": (INPUT, REFCODE, f'{{"input": {{"n": {BIG}}}}}', Status.SUCCESS),
    "another input": (INPUT, REFCODE, '{"input": {"n": 3}}', Status.MISMATCH),
    "no arguments": (INPUT, REFCODE, '{"input": {"m": 3}}', Status.INVALID_ANSWER),
    "no object": (INPUT, REFCODE, '{"input": 3}', Status.INVALID_ANSWER),
    "raises": (INPUT, REFCODE, '{"input": {"n": []}}', Status.EXCEPTION),
    "hangs": (
        INPUT,
        "def main_solution(n):\n    while n: pass\n    return 0",
        '{"input": {"n": 1}}',
        Status.TIMEOUT,
    ),
    "too big": (
        INPUT,
        "def main_solution(n):\n    return 'x' * n",
        '{"input": {"n": 500}}',
        Status.TOO_BIG,
    ),
    "chance": (
        INPUT,
        "import os\ndef main_solution(n):\n    return os.urandom(8).hex()",
        '{"input": {"n": 1}}',
        Status.MISMATCH,
    ),
}


@pytest.fixture(scope="module")
def reward(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """Open one reward function for all cases: its sandbox takes time to start."""
    import json

    from .conftest import RECIPE

    folder = tmp_path_factory.mktemp("rlvr")
    (folder / "recipes.json").write_text(json.dumps({RECIPE.digest: RECIPE.body}))
    with Reward(folder, workers=1) as found:
        yield found


def row_of(task: Task, refcode: str) -> dict[str, Any]:
    sides = {"input": f'{{"n": {BIG}}}', "output": f'[{BIG % 7}, "{BIG}"]'}
    return task_row(task, sides[task.asked], sides[task.known], refcode)


@pytest.mark.parametrize("name", CASES)
def test_verdicts(reward: Reward, name: str) -> None:
    """Each kind of answer gets the status that the verifier gives it."""
    task, refcode, answer, status = CASES[name]
    verdict = reward.verdict(RewardTask.of(row_of(task, refcode)), fenced(answer))
    assert (verdict.status, verdict.right) == (status, status is Status.SUCCESS)


def test_a_batch(reward: Reward) -> None:
    """A trainer's call: completions as texts or messages, columns as lists, others ignored."""
    rows = [row_of(task, REFCODE) for task in (OUTPUT, INPUT, INPUT)]
    own = [RewardTask.of(row).own_answer for row in rows]
    columns = {name: [row[name] for row in rows] for name in rows[0]}
    texts = [own[0], own[1], "I do not know."]
    assert reward(completions=texts, prompts=columns.pop("prompt"), **columns) == [1.0, 1.0, 0.0]
    talks = [[{"role": "assistant", "content": text}] for text in texts]
    assert reward(completions=talks, trainer_state=None, **columns) == [1.0, 1.0, 0.0]
    assert reward([], **{name: [] for name in columns}) == []


def test_any_feasible_input(reward: Reward) -> None:
    """Of input predictions each input that gives the wanted output is right, by execution."""
    row = task_row(INPUT, '{"n": 3}', "true", "def main_solution(n):\n    return n > 0")
    task = RewardTask.of(row)
    scores = [reward.score(task, fenced(f'{{"input": {{"n": {n}}}}}')) for n in (3, 99, -1)]
    assert scores == [1.0, 1.0, 0.0]


def test_no_export(tmp_path: Path) -> None:
    """A folder that is no ``rlvr`` export is refused in a line."""
    with pytest.raises(SettingsError, match="rlvr export"):
        Reward(tmp_path)


def test_left_open(export_of: Any) -> None:
    """Who never closes it is not kept from ending."""
    folder = export_of(tasks=[row_of(INPUT, REFCODE)])
    script = (
        "import sys; from codeiod.rewards import Export, Reward, RewardTask; "
        "task = RewardTask.of(next(Export(__import__('pathlib').Path(sys.argv[1])).tasks())); "
        "print(Reward(sys.argv[1], workers=1).score(task, task.own_answer))"
    )
    command = [sys.executable, "-c", script, str(folder)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=True)
    assert done.stdout == "1.0\n"
