"""The tasks of an ``rlvr`` export as a taskset of the library ``verifiers``.

May import ``verifiers``, which is no dependency of ours, and ``tasks``, ``reward`` and ``fresh``.
An export holds a module of its own, ``codeiod_tasks.py``, that names this taskset: with the folder
on ``PYTHONPATH``, ``codeiod_tasks`` is the taskset's id.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import verifiers.v1 as vf  # type: ignore[import-not-found]  # it is no dependency of ours
from anyio import to_thread

from codeiod.rewards.fresh import FreshTasks
from codeiod.rewards.reward import Reward
from codeiod.rewards.tasks import Export, RewardTask


class CodeiodConfig(vf.TasksetConfig):  # type: ignore[misc]  # the library has no types for us
    """Which tasks, and where from."""

    folder: str = ""
    """The ``rlvr`` export; ``""``: where the module lies that names this taskset."""
    split: str = "train"
    fresh: bool = False
    """Draw tasks without end from the programs, instead of those that were exported."""
    seed: int = 0
    """Of the fresh tasks."""


class CodeiodData(vf.TaskData):  # type: ignore[misc]  # as above
    """A question, and the row that it is judged by."""

    folder: str
    row: dict[str, str]


class CodeiodTask(vf.Task[CodeiodData, vf.State, vf.TaskConfig]):  # type: ignore[misc]  # as above
    """Judged as the verifier of a run judges: by comparison, or by running the program."""

    @vf.reward  # type: ignore[untyped-decorator]  # as above
    async def right(self, trace: Any) -> float:
        """Return 1 where the last reply is right."""
        return await to_thread.run_sync(_score, self.data, trace.last_reply)


class CodeiodTaskset(vf.Taskset[CodeiodTask, CodeiodConfig]):  # type: ignore[misc]  # as above
    """The tasks of an export, or fresh ones without end."""

    FOLDER = ""
    """Of the export, where the configuration names none."""

    def __init__(self, config: CodeiodConfig) -> None:
        super().__init__(config)
        self.INFINITE = config.fresh
        self._folder = str(Path(config.folder or self.FOLDER).resolve())

    def load(self) -> Iterator[CodeiodTask]:
        """Yield the tasks."""
        for row in self._rows():
            (prompt,) = row["prompt"]
            wanted = {name: value for name, value in row.items() if isinstance(value, str)}
            data = CodeiodData(
                id=row["id"], prompt=prompt["content"], folder=self._folder, row=wanted
            )
            yield CodeiodTask(data, self.config.task)

    def _rows(self) -> Iterator[dict[str, Any]]:
        config = self.config
        if not config.fresh:
            yield from Export(Path(self._folder)).tasks(config.split)
            return
        with FreshTasks(self._folder, config.split, config.seed) as tasks:
            for fresh in tasks:
                yield fresh.row


def _score(data: CodeiodData, reply: str) -> float:
    return _reward(data.folder).score(RewardTask.of(data.row), reply)


@cache
def _reward(folder: str) -> Reward:
    """Return the judge of an export's answers: one for all its tasks, with one sandbox."""
    return Reward(folder)
