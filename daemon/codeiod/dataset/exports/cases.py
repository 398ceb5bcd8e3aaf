"""A case: one program with all its samples, as they stand together in the dataset.

May import items, ``labels``, ``committed`` and ``programs``. An item's lines are appended at once,
so its samples follow one another, whatever happened to the run.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import groupby
from operator import attrgetter
from typing import Any

import orjson

from codeiod.dataset.exports.committed import Committed
from codeiod.dataset.exports.programs import ProgramLine, Programs
from codeiod.dataset.labels import Labels, labels_of, program_facts, right_at
from codeiod.items import Pair, Status, Task
from codeiod.journal.records import Stream

LanguageOf = Callable[[str], str]
"""Guesses the language of a file from its name."""


@dataclass(frozen=True, slots=True)
class Sample:
    """The line of a sample."""

    fields: dict[str, Any]

    @property
    def id(self) -> str:
        return str(self.fields["id"])

    @property
    def item_id(self) -> str:
        return str(self.fields["item_id"])

    @property
    def program_id(self) -> str:
        return str(self.fields["program_id"])

    @property
    def task(self) -> Task:
        return Task(self.fields["task"])

    @property
    def question(self) -> tuple[str, int]:
        """What its question is called within the program: the task, and the pair."""
        return self.fields["task"], self.fields["pair"]

    @property
    def right_first(self) -> bool:
        return bool(self.fields["status_1"] == Status.SUCCESS)

    @property
    def right_at(self) -> int:
        return right_at(self.fields)


@dataclass(frozen=True, slots=True)
class Labelled:
    """A sample with its labels."""

    sample: Sample
    labels: Labels

    def with_labels(self, row: dict[str, Any]) -> dict[str, Any]:
        """Put what names the sample, and its labels, behind the fields of a row."""
        fields = self.sample.fields
        names = {key: fields[key] for key in NAMES}
        return row | names | self.labels.fields


NAMES = ("id", "item_id", "program_id", "task", "pair", "sample", "status_1", "status_2")
"""What every row says of the sample that it comes from."""


@dataclass(frozen=True, slots=True)
class Case:
    """A program and samples of it."""

    program: ProgramLine
    samples: tuple[Labelled, ...]

    def pair_of(self, sample: Sample) -> Pair:
        """Return the pair that a sample asks about."""
        place: int = sample.fields["pair"]
        return self.program.pairs[place]

    def of(self, samples: Iterable[Labelled]) -> Case:
        """Return the same with some of the samples alone."""
        return Case(self.program, tuple(samples))


def cases(committed: Committed, programs: Programs, language_of: LanguageOf) -> Iterator[Case]:
    """Yield all cases, in the order of the samples.

    :raises Damaged: a part is not as it was committed, or a program is missing.
    """
    lines = committed.lines(Stream.SAMPLES)
    samples = (Sample(orjson.loads(line)) for line in lines)
    for program_id, group in groupby(samples, attrgetter("program_id")):
        program = programs.find(program_id)
        yield Case(program, tuple(_labelled(program, list(group), language_of)))


def _labelled(
    program: ProgramLine, samples: list[Sample], language_of: LanguageOf
) -> Iterator[Labelled]:
    refcode, found = program.fields["refcode"], language(program, language_of)
    facts = program_facts(refcode, program.outputs, found)
    questions = [sample.question for sample in samples]
    asked = Counter(questions)
    right = Counter(sample.question for sample in samples if sample.right_first)
    for sample, question in zip(samples, questions, strict=True):
        labels = labels_of(sample.fields, asked[question], right[question], facts)
        yield Labelled(sample, labels)


def language(program: ProgramLine, language_of: LanguageOf) -> str:
    """Return the language of a program's file: as its metadata says, else by its name."""
    meta = program.meta
    return meta.get("language") or language_of(meta.get("path") or program.fields["path"])
