"""An ``rlvr`` export of programs that really run."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest

from codeiod.admission.recipe import Recipe
from codeiod.config import Settings
from codeiod.dataset.exports.rlvr import RECIPES_NAME
from codeiod.items import Program, Task, canonical
from codeiod.stages.predict import prompt_of
from codeiod_prompts import Prompts

SETTINGS = {"teacher": {"kind": "builtin"}, "sandbox": {"call_seconds": 1}}
RECIPE = Recipe.of(Settings.model_validate(SETTINGS), Prompts.load())

REFCODE = "def main_solution(n):\n    return [n % 7, str(n)]"
GENERATOR = "import random\ndef input_generator():\n    return {'n': random.randint(0, 10**30)}"

Row = dict[str, Any]


def program_row(refcode: str, generator: str, pairs: Sequence[tuple[str, str]], name: str) -> Row:
    """Make the row of a program."""
    program = Program(name * 32, refcode, "n: int", generator, "Why?")
    ios = ", ".join(f'{{"input": {one}, "output": {other}}}' for one, other in pairs)
    return {
        "problem_description": program.problem,
        "io_requirements": program.requirements,
        "refcode": refcode,
        "input_generator": generator,
        "ios": f"[{ios}]",
        "seeds": canonical(list(range(len(pairs)))),
        "id": program.program_id,
        "item_id": program.item_id,
        "recipe": RECIPE.digest,
    }


def task_row(task: Task, answer: str, known: str, refcode: str = REFCODE) -> Row:
    """Make the row of a task."""
    program = Program("0" * 32, refcode, "n: int", GENERATOR, "Why?")
    prompt = prompt_of(RECIPE.prompts, program, task, known)
    return {
        "prompt": [{"role": "user", "content": prompt}],
        "answer": answer,
        "known": known,
        "refcode": refcode,
        "seed": str(2**64 - 1),
        "recipe": RECIPE.digest,
        "task": str(task),
        "id": "1" * 32,
    }


@pytest.fixture
def export_of(tmp_path: Path) -> Callable[..., Path]:
    """Return what writes programs and tasks as an ``rlvr`` export does."""

    def write(programs: Sequence[Row] = (), tasks: Sequence[Row] = ()) -> Path:
        folder = tmp_path / "rlvr"
        for config, rows in (("programs", programs), ("tasks", tasks)):
            (folder / config).mkdir(parents=True, exist_ok=True)
            lines = "".join(f"{json.dumps(row)}\n" for row in rows)
            (folder / config / "train-00000.jsonl").write_text(lines)
        (folder / RECIPES_NAME).write_text(json.dumps({RECIPE.digest: RECIPE.body}))
        return folder

    return write
