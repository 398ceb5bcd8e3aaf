"""``rlvr``: each question once, with what a verifier needs to judge any answer to it.

May import ``cases`` and ``rows``. The reward function that reads these rows, the environment, and
the fresh tasks that the programs are for are in ``codeiod.rewards``. What a row wants of a verifier
are texts: the pair as JSON, and the seed in digits, for it is an unsigned number of 64 bits.
"""

from __future__ import annotations

from collections.abc import Iterator

from codeiod.dataset.exports.cases import Case, Labelled
from codeiod.dataset.exports.rows import MESSAGES, NAMED, Columns, Row, Shape, message
from codeiod.dataset.lines import FIELDS
from codeiod.journal.records import Stream

TASKS = "tasks"
PROGRAMS = "programs"
RECIPES_NAME = "recipes.json"
"""Beside the data: prompts and limits of each recipe by its digest, as the journal stored them."""

MODULE_NAME = "codeiod_tasks.py"
MODULE = '''"""The tasks beside this file, as a taskset of the library verifiers: see README.md."""

from pathlib import Path

from codeiod.rewards.environment import CodeiodTaskset as _Taskset


class CodeiodTaskset(_Taskset):
    """The tasks of this export, or fresh ones from its programs."""

    FOLDER = str(Path(__file__).parent)


__all__ = ["CodeiodTaskset"]
'''
"""The module by which ``verifiers`` finds the tasks of an export."""

_TASK: Columns = {
    "prompt": MESSAGES,
    "answer": str,
    "known": str,
    "refcode": str,
    "seed": str,
    "recipe": str,
    **NAMED,
}
_PROGRAM: Columns = {**FIELDS[Stream.PROGRAMS], "recipe": str}


def _rows(case: Case) -> Iterator[Row]:
    recipe = case.samples[0].sample.fields["recipe"]
    yield Row(PROGRAMS, case.program.fields | {"recipe": recipe})
    asked = set()
    for one in case.samples:
        if one.sample.question not in asked:
            asked.add(one.sample.question)
            yield _task(case, one)


def _task(case: Case, one: Labelled) -> Row:
    sample, pair = one.sample, case.pair_of(one.sample)
    fields = {
        "prompt": [message("user", sample.fields["prompt"])],
        "answer": pair.side(sample.task.asked),
        "known": pair.side(sample.task.known),
        "refcode": case.program.fields["refcode"],
        "seed": str(pair.seed),
        "recipe": sample.fields["recipe"],
    }
    return Row(TASKS, one.with_labels(fields))


SHAPE = Shape(
    {TASKS: _TASK, PROGRAMS: _PROGRAM},
    _rows,
    "For reinforcement learning with verifiable rewards: each question once. `answer` is one right"
    " answer as JSON; of input predictions any feasible one is right, which is judged by running"
    " `refcode`: `codeiod.rewards` has the reward function, an environment, and fresh tasks from"
    " the programs' input generators.",
)
