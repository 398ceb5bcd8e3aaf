"""A directory with millions of samples, written by the product's own committer.

Few items stand in its journal, each with the lines of many programs: an export asks no more of it.
"""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from pathlib import Path

import anyio
import orjson

from codeiod.admission.recipe import Recipe
from codeiod.config import Settings
from codeiod.dataset import Committer, Finished
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
from codeiod_prompts import Prompts

PROGRAM_SAMPLES = 6
PAIRS = 10
BATCH_PROGRAMS = 400
CODE_LINES = 25
TURN_WORDS = 90
WORDS = [
    "".join(random.Random(n).choices("abcdefghijklmnopqrstuvwxyz", k=2 + n % 9))
    for n in range(2000)
]
TEMPLATES = 200
"""Programs that differ as texts; the rest differ from them in names and numbers."""


def generate(directory: Path, samples: int) -> None:
    """Write so many samples, six to a program."""
    anyio.run(_generate, directory, samples // PROGRAM_SAMPLES)


async def _generate(directory: Path, programs: int) -> None:
    recipe = Recipe.of(Settings.model_validate({"teacher": {"kind": "builtin"}}), Prompts.load())
    templates = [_template(number, recipe.digest) for number in range(TEMPLATES)]
    async with (
        Journal.open(directory) as journal,
        Committer.open(directory, journal) as committer,
        anyio.create_task_group() as group,
    ):
        journal.append(RecipeSet(recipe.digest, recipe.body))
        group.start_soon(committer.run)
        for start in range(0, programs, BATCH_PROGRAMS):
            content = f"batch {start}"
            item_id = item_id_of(content.encode())
            origin = Origin("generated", f"{start}.py")
            journal.append(Admit(item_id, recipe.digest, origin, {}, content, "now"))
            lines = [
                _lines(templates[number % TEMPLATES], number)
                for number in range(start, min(programs, start + BATCH_PROGRAMS))
            ]
            await committer.finish(
                Finished(
                    item_id,
                    0,
                    FINISHED,
                    tuple(line for samples, _ in lines for line in samples),
                    tuple(program for _, program in lines),
                    (),
                    Tally({str(task): TaskTally(3 * len(lines)) for task in Task}, {}),
                )
            )
        committer.close()


Template = tuple[tuple[bytes, ...], bytes]
_MARK = "0123456789abcdef0123456789abcdef"


def _lines(template: Template, number: int) -> Template:
    """Give the lines of a template the ids of a program of their own."""
    mark, name = _MARK.encode(), item_id_of(str(number).encode()).encode()
    samples, program = template
    return (
        tuple(
            line.replace(mark, name).replace(b'"id":"', b'"id":"%x' % place, 1)
            for place, line in enumerate(samples)
        ),
        program.replace(mark, name),
    )


def _template(number: int, recipe: str) -> Template:
    """Make the lines of one program and its samples, with a mark in the place of all ids."""
    chance = random.Random(number)
    item = Item(_MARK, 0, recipe, Origin("generated", f"{number}.py"), "", {"language": "Python"})
    body = "\n".join(
        f"    if {chance.choice(WORDS)} > n: {chance.choice(WORDS)} = '{chance.choice(WORDS)}'"
        for _ in range(CODE_LINES)
    )
    refcode = f"def main_solution(n):\n{body}\n    return n"
    program = Program(_MARK, refcode, "n: int", "def input_generator(): ...", _prose(chance))
    pairs = [
        Pair(
            json.dumps({"n": n, "rest": [n / 7] * 5}),
            json.dumps([n, "ü" * 5]),
            chance.getrandbits(64),
        )
        for n in range(PAIRS)
    ]
    samples = tuple(
        _marked(_sample(item, program, pairs[n % 3], n, chance)) for n in range(PROGRAM_SAMPLES)
    )
    return samples, _marked(program_line(item, program, pairs, "python 3, packages 0, level 3"))


def _marked(line: bytes) -> bytes:
    fields = orjson.loads(line)
    named = {key: _MARK for key in ("id", "program_id") if key in fields}
    if "pair" in fields:
        named["id"] = _MARK[1:]  # a digit goes before it: no two samples share an id
    return orjson.dumps(fields | named, option=orjson.OPT_APPEND_NEWLINE)


def _sample(item: Item, program: Program, pair: Pair, n: int, chance: random.Random) -> bytes:
    task = Task.OUTPUT_PREDICTION if n < 3 else Task.INPUT_PREDICTION
    right = n % 2 == 0
    verdicts = [Verdict(Status.SUCCESS if right else Status.MISMATCH, "1", "It is not right.")]
    if not right:
        verdicts.append(Verdict(Status.SUCCESS, "1", ""))
    turns = [
        (Answer(_prose(chance), model="generated", usage=Usage(900, 0, 300)), verdict)
        for verdict in verdicts
    ]
    return sample_line(
        item,
        program,
        pair,
        Instance(task, n % 3, 0),
        f"{program.problem}\n{program.refcode}\n{pair.side(task.known)}",
        turns,
        teacher="openai",
        finished_at="2026-01-01T00:00:00+00:00",
        pass_rate=float(right),
    )


def _prose(chance: random.Random) -> str:
    return " ".join(_words(chance))


def _words(chance: random.Random) -> Iterator[str]:
    yield from chance.choices(WORDS, k=TURN_WORDS)
