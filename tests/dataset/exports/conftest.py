"""Datasets for the tests of the exports, written by the journal and the committer themselves."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import anyio
import orjson
import pytest

from codeiod.admission.recipe import Recipe
from codeiod.config import Settings
from codeiod.dataset import Committer, Finished
from codeiod.dataset.exports import Format, Options, export
from codeiod.dataset.lines import program_line, sample_line
from codeiod.items import (
    Answer,
    Instance,
    Item,
    Origin,
    Pair,
    Program,
    Status,
    Task,
    Usage,
    Verdict,
    item_id_of,
)
from codeiod.journal import Journal
from codeiod.journal.records import FINISHED, Admit, RecipeSet
from codeiod.journal.tally import Tally, TaskTally
from codeiod.sources.languages import language_of
from codeiod_prompts import Prompts

REFCODE = "def main_solution(n):\n    return n + 1 if n > 0 else n"
GENERATOR = "import random\ndef input_generator():\n    return {'n': random.randint(-9, 10**6)}"
PAIRS = tuple(
    Pair(json.dumps({"n": n}), json.dumps(n + 1 if n > 0 else n), 2**64 - 1 - n) for n in range(4)
)
RECIPE = Recipe.of(Settings.model_validate({"teacher": {"kind": "builtin"}}), Prompts.load())

RIGHT, WRONG = Status.SUCCESS, Status.MISMATCH


@dataclass(frozen=True)
class Asked:
    """A sample: of which task and pair, and how its turns were judged."""

    task: Task = Task.OUTPUT_PREDICTION
    pair: int = 0
    sample: int = 0
    statuses: tuple[Status, ...] = (RIGHT,)


@dataclass(frozen=True)
class Made:
    """An item that is to be finished."""

    name: str
    asked: Sequence[Asked] = (Asked(),)
    pairs: Sequence[Pair] = PAIRS
    refcode: str = REFCODE
    texts: Sequence[str] = ("first", "second")
    """What the two turns say."""
    meta: dict[str, str] = field(default_factory=dict)
    prompt: str = ""
    answers: Sequence[str] = ()
    """What the turns answered, where it is not what was asked for."""
    feedback: str = ""

    @property
    def item(self) -> Item:
        content = f"# {self.name}"
        origin = Origin("code", f"src/{self.name}.py", 0, len(content), 1, 2)
        return Item(item_id_of(content.encode()), 0, RECIPE.digest, origin, content, self.meta)

    @property
    def program(self) -> Program:
        return Program(self.item.item_id, self.refcode, "n: int", GENERATOR, f"Why {self.name}?")

    def finished(self) -> Finished:
        """Write its lines."""
        item, program = self.item, self.program
        lines = tuple(self._line(item, program, asked) for asked in self.asked)
        counts = {str(asked.task): TaskTally(1) for asked in self.asked}
        return Finished(
            item.item_id,
            0,
            FINISHED,
            lines,
            (program_line(item, program, self.pairs, "python 3, packages 0, level 3"),),
            (),
            Tally(counts, {}),
        )

    def _line(self, item: Item, program: Program, asked: Asked) -> bytes:
        pair = self.pairs[asked.pair]
        answers = self.answers or [pair.side(asked.task.asked)] * 2
        turns = [
            (
                Answer(text, model="m", usage=Usage(10, 0, 5)),
                Verdict(status, answer, self.feedback or f"feedback to {text}", 2, 1),
            )
            for text, answer, status in zip(self.texts, answers, asked.statuses, strict=False)
        ]
        return sample_line(
            item,
            program,
            pair,
            Instance(asked.task, asked.pair, asked.sample),
            self.prompt or f"{self.name}: {pair.side(asked.task.known)}",
            turns,
            teacher="openai",
            finished_at="2026-01-01T00:00:00+00:00",
            pass_rate=0.5,
        )


async def write_items(directory: Path, items: Sequence[Made]) -> None:
    """Carry items to their end, in the directory of a run."""
    async with (
        Journal.open(directory) as journal,
        Committer.open(directory, journal) as committer,
        anyio.create_task_group() as group,
    ):
        if not journal.state.recipe:
            journal.append(RecipeSet(RECIPE.digest, RECIPE.body))
        group.start_soon(committer.run)
        for made in items:  # one after another: so the order of the lines is told
            item = made.item
            journal.append(
                Admit(item.item_id, item.recipe, item.origin, item.meta, item.content, "now")
            )
            await committer.finish(made.finished())
        committer.close()


Write = Callable[..., Path]
Export = Callable[..., dict[str, list[dict[str, Any]]]]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Return what writes items to the directory of a run, or adds to it."""

    def to_directory(*items: Made) -> Path:
        directory = tmp_path / "run"
        anyio.run(write_items, directory, items)
        return directory

    return to_directory


@pytest.fixture
def exported(tmp_path: Path) -> Export:
    """Return what exports a directory and reads the rows back, by config and split."""

    def rows(
        directory: Path, form: Format = Format.SFT, **options: Any
    ) -> dict[str, list[dict[str, Any]]]:
        out = tmp_path / "export"
        export(directory, out, Options(form, **options), language_of, overwrite=True)
        return rows_of(out)

    return rows


@pytest.fixture
def rows_read() -> Callable[[Path], dict[str, list[dict[str, Any]]]]:
    """Return what reads the rows of an export, by config and split."""
    return rows_of


def rows_of(out: Path) -> dict[str, list[dict[str, Any]]]:
    """Read the rows of an export, by ``config/split``."""
    found: dict[str, list[dict[str, Any]]] = {}
    for path in sorted(out.glob("*/*")):
        name = f"{path.parent.name}/{path.name.partition('-')[0]}"
        found.setdefault(name, []).extend(_rows(path))
    return found


def _rows(path: Path) -> list[dict[str, Any]]:
    if path.suffix == ".jsonl":
        return [orjson.loads(line) for line in path.read_bytes().splitlines()]
    from pyarrow import parquet

    return list(parquet.read_table(path).to_pylist())


@pytest.fixture
def a_few() -> list[Made]:
    """Make items with samples of all kinds."""
    both = (Task.OUTPUT_PREDICTION, Task.INPUT_PREDICTION)
    kinds = ((RIGHT,), (WRONG, RIGHT), (WRONG, WRONG))
    single = tuple(Asked(task, pair, 0, kinds[pair % 3]) for task in both for pair in range(4))
    twice = tuple(
        Asked(Task.OUTPUT_PREDICTION, 0, sample, kinds[sample]) for sample in range(len(kinds))
    )
    return [
        Made("single", single),
        Made("twice", twice, meta={"language": "Ruby", "source": "here"}),
        Made("plain", (Asked(),)),
    ]
