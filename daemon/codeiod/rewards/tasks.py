"""The tasks of an ``rlvr`` export, its programs and its recipes, as they lie in its folder.

May import items, errors, ``admission.recipe``, ``stages.question`` and ``dataset.exports``.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, Self

import orjson

from codeiod.admission.recipe import Recipe
from codeiod.dataset.exports.rlvr import PROGRAMS, RECIPES_NAME, TASKS
from codeiod.errors import SettingsError
from codeiod.items import Instance, Pair, Program, Task
from codeiod.stages.question import Question

COLUMNS = ("task", "answer", "known", "refcode", "seed", "recipe")
"""Of a row, what a reward function needs."""


@dataclass(frozen=True, slots=True)
class RewardTask:
    """A question, with what a verifier needs to judge any answer to it."""

    task: Task
    answer: str
    """One right answer, as JSON text; of input predictions there may be others."""
    known: str
    """The side that the question shows, as JSON text."""
    refcode: str
    seed: int
    """Of the random numbers that the program may draw."""
    recipe: str

    @classmethod
    def of(cls, row: Mapping[str, Any]) -> Self:
        """Read the columns of a row."""
        return cls(
            task=Task(row["task"]),
            answer=row["answer"],
            known=row["known"],
            refcode=row["refcode"],
            seed=int(row["seed"]),
            recipe=row["recipe"],
        )

    @property
    def question(self) -> Question:
        """Put it as the verifier of a run is asked."""
        sides = {self.task.known: self.known, self.task.asked: self.answer}
        return Question(
            Program("", self.refcode, "", "", ""),
            Instance(self.task, 0, 0),
            Pair(sides["input"], sides["output"], self.seed),
        )

    @property
    def own_answer(self) -> str:
        """Write its own answer in the form that is asked for."""
        return f'```json\n{{"{self.task.asked}": {self.answer}}}\n```'


@dataclass(frozen=True)  # no slots: cached_property needs a dict
class Export:
    """The folder of an ``rlvr`` export."""

    folder: Path

    @cached_property
    def recipes(self) -> dict[str, Recipe]:
        """What shaped the tasks, by digest.

        :raises SettingsError: the folder is no such export.
        """
        path = self.folder / RECIPES_NAME
        try:
            bodies = json.loads(path.read_text("utf-8"))
        except (OSError, ValueError) as error:
            raise SettingsError(
                f"{path} can't be read ({error}): name the folder of an rlvr export"
            ) from error
        return {digest: Recipe.load(body) for digest, body in bodies.items()}

    def tasks(self, split: str = "train") -> Iterator[dict[str, Any]]:
        """Yield the rows of a split's tasks."""
        return self._rows(TASKS, split)

    def programs(self, split: str = "train") -> Iterator[dict[str, Any]]:
        """Yield the rows of a split's programs."""
        return self._rows(PROGRAMS, split)

    def _rows(self, config: str, split: str) -> Iterator[dict[str, Any]]:
        for path in sorted((self.folder / config).glob(f"{split}-*.jsonl")):
            with path.open("rb") as lines:
                yield from map(orjson.loads, lines)
