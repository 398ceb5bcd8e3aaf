"""A journal of a long run, written straight to its segments: as large as one that took weeks.

May import codeiod. A finished item has its content, one paid answer and its place in a commit; an
unfinished one has its content and up to 13 paid answers, which a start has to keep as positions.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from codeiod.items import Answer, Origin, Usage, digest
from codeiod.journal.codec import encode
from codeiod.journal.folder import JOURNAL, segment_name
from codeiod.journal.frame import frame
from codeiod.journal.records import (
    FINISHED,
    FORMAT,
    Admit,
    Commit,
    Done,
    Intent,
    Open,
    RecipeSet,
    Record,
    Step,
    Tally,
)

SEGMENT_BYTES = 64 << 20
BATCH_ITEMS = 256
CONTENT = "def f(numbers):\n    return [number + {} for number in numbers]\n" * 6
ANSWER = "The function adds a constant to each of the numbers. "
USAGE = Usage(900, 0, 300)
AT = 1_790_000_000
ANSWERS_OF_UNFINISHED = 14


class Segments:
    """Write records to segments, as the journal does, and count them."""

    def __init__(self, folder: Path, segment_bytes: int = SEGMENT_BYTES) -> None:
        folder.mkdir(parents=True)
        self._folder = folder
        self._segment_bytes = segment_bytes
        self.segment = self.seq = self.bytes = 0
        self._left = 0
        self._lines: list[bytes] = []

    def add(self, record: Record) -> None:
        """Append one record; all before a header is durable."""
        if self._left <= 0:
            self.close()
            self.segment, self._left = self.segment + 1, self._segment_bytes
            self._append(Open(FORMAT, "bench", "1", "", self.segment, start=self.segment == 1))
        self._append(record)

    def close(self) -> None:
        """Write the segment."""
        data = b"".join(self._lines)
        if data:
            (self._folder / segment_name(self.segment)).write_bytes(data)
        self.bytes += len(data)
        self._lines.clear()

    def _append(self, record: Record) -> None:
        self.seq += 1
        line = frame(self.seq, self.seq - 1, record.KIND, encode(record))
        self._lines.append(line)
        self._left -= len(line)


class Sizes(NamedTuple):
    """How much a journal holds."""

    finished: int
    unfinished: int
    answer: int
    """Characters of an answer."""


def write(directory: Path, recipe: RecipeSet, sizes: Sizes) -> Segments:
    """Write the journal of a run that was killed."""
    segments = Segments(directory / JOURNAL)
    segments.add(recipe)
    text = (ANSWER * (sizes.answer // len(ANSWER) + 1))[: sizes.answer]
    answer = Answer(text, model="m", usage=USAGE, cost=0.001, currency="USD")
    for record in _finished(recipe.recipe, sizes.finished, answer):
        segments.add(record)
    for record in _unfinished(recipe.recipe, sizes, answer):
        segments.add(record)
    segments.close()
    return segments


def _finished(recipe: str, items: int, answer: Answer) -> Iterator[Record]:
    for start in range(0, items, BATCH_ITEMS):
        batch = range(start, min(start + BATCH_ITEMS, items))
        done = []
        for number in batch:
            item = digest(str(number))
            yield _admit(item, recipe, number)
            yield from _paid(item, "unify/1", answer)
            done.append(Done(item, 0, FINISHED))
        yield Commit(tuple(done), {}, Tally(), AT + start)


def _unfinished(recipe: str, sizes: Sizes, answer: Answer) -> Iterator[Record]:
    for number in range(sizes.finished, sizes.finished + sizes.unfinished):
        item = digest(str(number))
        yield _admit(item, recipe, number)
        for pair in range(number % ANSWERS_OF_UNFINISHED):
            yield from _paid(item, f"out/{pair}/0/1", answer)


def _admit(item: str, recipe: str, number: int) -> Record:
    origin = Origin("src", f"folder/{number // 1000}/file_{number}.py", 0, 400, AT, number)
    return Admit(item, recipe, origin, {"path": origin.path}, CONTENT.format(*[number] * 6), "")


def _paid(item: str, key: str, answer: Answer) -> Iterator[Record]:
    of = digest(item, key)
    yield Intent(item, 0, key, 1, of, 1200, 0.001, "USD", AT)
    yield Step(item, 0, key, 1, of, answer, USAGE, 0.001, "USD", at=AT)
