"""The reward of an answer: 1 where the verifier of a run would call it right, else 0.

May import ``tasks``, ``running``, ``stages.verdicts``, items and the sandbox. Predicted inputs are
run, in the sandbox: any input that gives the wanted output is right.
"""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from codeiod.items import Verdict
from codeiod.rewards.running import Sandboxes
from codeiod.rewards.tasks import COLUMNS, Export, RewardTask
from codeiod.stages.verdicts import Judge, ToRun
from codeiod_sandbox import Program, SandboxLevel

RIGHT, WRONG = 1.0, 0.0
THREADS = 32
"""Answers that are judged at once: those beyond the sandbox's workers wait there."""

Completion = str | Sequence[dict[str, Any]]
"""What a model said: a text, or the messages of a conversation."""


class Reward:
    """A reward function: called with a batch of completions and the columns of their rows.

    So TRL's ``GRPOTrainer(reward_funcs=Reward("OUT"), ...)`` takes it as it is.
    """

    def __init__(
        self,
        folder: str | Path,
        workers: int = 0,
        at_most: SandboxLevel = SandboxLevel.CGROUP,
    ) -> None:
        """:param folder: an ``rlvr`` export.
        :param workers: programs that run at once; 0: as many as cores.
        :raises SettingsError: the folder is no such export.
        """
        self.__name__ = "codeiod_right"  # by which trainers log it
        self._recipes = Export(Path(folder)).recipes
        self._sandboxes = Sandboxes(self._recipes, workers, at_most)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    @property
    def sandboxes(self) -> Sandboxes:
        """Where the programs run."""
        return self._sandboxes

    def close(self) -> None:
        """End the sandbox; done by itself when the main thread ends."""
        self._sandboxes.close()

    def __call__(self, completions: Sequence[Completion], **columns: Any) -> list[float]:
        """Judge a batch, each completion by the row at its place.

        :param columns: those of the rows, as lists; what is not needed is ignored.
        """
        rows = zip(*(columns[name] for name in COLUMNS), strict=True)
        tasks = [RewardTask.of(dict(zip(COLUMNS, row, strict=True))) for row in rows]
        texts = [said(completion) for completion in completions]
        if len(tasks) < 2:
            return [self.score(*one) for one in zip(tasks, texts, strict=True)]
        with ThreadPoolExecutor(min(THREADS, len(tasks))) as threads:
            return list(threads.map(self.score, tasks, texts))

    def score(self, task: RewardTask, text: str) -> float:
        """Judge one answer."""
        return RIGHT if self.verdict(task, text).right else WRONG

    def verdict(self, task: RewardTask, text: str) -> Verdict:
        """Judge one answer as the verifier of a run does, with its feedback in words.

        :raises codeiod_sandbox.SandboxError: the sandbox itself failed; no verdict.
        """
        recipe = self._recipes[task.recipe]
        judge = Judge(recipe.prompts, recipe.call_seconds)
        question = task.question
        read = judge.read(question, text)
        if not isinstance(read, ToRun):
            return read
        sandbox, program = self._sandboxes.of(task.recipe), Program(task.refcode)
        (first,) = sandbox.run(program, [read.call])
        (second,) = sandbox.run(program, [read.call], twin=True, alone=True)
        return judge.conclude(question, read, first, second)


def said(completion: Completion) -> str:
    """Return the text of what a model said last."""
    if isinstance(completion, str):
        return completion
    return str(completion[-1]["content"] or "") if completion else ""
