"""A finished run of any size: journal, snapshot and dataset, by the project's own writers.

May import codeiod and ``journal_parts``. Its lines are small and its texts of few words, some in
every program and some in one of ten thousand, so that a search has much and little to find.
"""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from itertools import accumulate
from pathlib import Path

import anyio
from journal_parts.generated import Segments
from journal_parts.measured import recorded_recipe

from codeiod.dataset.committer import Finished
from codeiod.dataset.lines import program_line, reject_line, sample_line
from codeiod.dataset.shards import Shard
from codeiod.items import (
    Answer,
    Fault,
    Instance,
    Item,
    Origin,
    Pair,
    Program,
    Reason,
    Stage,
    Status,
    Task,
    Verdict,
    digest,
)
from codeiod.journal import Journal
from codeiod.journal.disk import OsDisk
from codeiod.journal.folder import JOURNAL
from codeiod.journal.records import FINISHED, Admit, Commit, Done, RecipeSet, Stream
from codeiod.journal.tally import Tally, TaskTally

BATCH_ITEMS = 256
WRITTEN_BATCHES = 64
"""Batches that are written to the shards at once."""
REJECTED_SHARE = 0.1
SAMPLES = (3, 3, 4)
"""Of an item, in turn."""
AT = 1_790_000_000
FINISHED_AT = "2026-09-21T00:00:00+00:00"
WORDS = [f"{a}{b}{c}" for a in "bdfgklmprst" for b in "aeiou" for c in ("n", "rel", "tum", "x")]
PROBLEM_WORDS = 12
MODELS = ("small-8b", "large-70b", "large-70b-awq")
REASONS = (Reason.UNPARSABLE, Reason.TRIVIAL, Reason.TIMEOUT, Reason.NOT_JSON)
STATUSES = (*Status,)
STATUS_WEIGHTS = tuple(accumulate((60, 20, 6, 4, 2, 5, 3)))
WORD_WEIGHTS = tuple(accumulate(1 / (rank + 1) for rank in range(len(WORDS))))


@dataclass(slots=True)
class Counted:
    """What was written."""

    items: int = 0
    samples: int = 0
    bytes: int = 0


@dataclass(slots=True)
class Writer:
    """Writes a run of so many items."""

    directory: Path
    items: int
    chance: random.Random = field(default_factory=lambda: random.Random(8))
    counted: Counted = field(default_factory=Counted)

    def write(self, recipe: RecipeSet) -> Counted:
        """Write dataset and journal."""
        segments = Segments(self.directory / JOURNAL)
        segments.add(recipe)
        disk = OsDisk()
        shards = {s: Shard(disk, self.directory, s, None, 256 << 20) for s in Stream}
        numbers = range(self.items)
        size = BATCH_ITEMS * WRITTEN_BATCHES
        for start in range(0, self.items, size):
            self._write_batches(segments, shards, recipe.recipe, numbers[start : start + size])
        for shard in shards.values():
            shard.close()
        segments.close()
        self.counted.bytes += segments.bytes
        return self.counted

    def _write_batches(
        self, segments: Segments, shards: dict[Stream, Shard], recipe: str, numbers: range
    ) -> None:
        done = []
        for number in numbers:
            admit, finished = self._item(recipe, number)
            segments.add(admit)
            done.append(finished)
        ends = {}
        for stream, shard in shards.items():
            if data := b"".join(finished.lines(stream) for finished in done):
                ends[str(stream)] = shard.append(data)
                self.counted.bytes += len(data)
        total: dict[str, TaskTally] = {}
        for finished in done:
            for task, one in finished.tally.samples.items():
                total[task] = total.get(task, TaskTally()) + one
        tally = Tally(total)
        for start in range(0, len(done), BATCH_ITEMS):
            batch = done[start : start + BATCH_ITEMS]
            last = start + BATCH_ITEMS >= len(done)
            names = tuple(Done(one.item_id, 0, one.outcome) for one in batch)
            segments.add(Commit(names, ends if last else {}, tally if last else Tally(), AT))
        self.counted.items += len(done)

    def _item(self, recipe: str, number: int) -> tuple[Admit, Finished]:
        item_id = digest(str(number))
        word = WORDS[number % len(WORDS)]
        path = f"src/{word}/module_{number}.py"
        origin = Origin("src", path, 0, 40, AT, number)
        item = Item(item_id, 0, recipe, origin, "", {})
        admit = Admit(item_id, recipe, origin, {}, f"x = {number}\n", "")
        if self.chance.random() < REJECTED_SHARE:
            fault = Fault(self.chance.choice(REASONS), "the answer has no main function")
            line = reject_line(item, Stage.UNIFY, fault)
            return admit, Finished(item_id, 0, fault.reason, rejects=(line,))
        return admit, self._finished(item, number)

    def _finished(self, item: Item, number: int) -> Finished:
        words = self.chance.choices(WORDS, cum_weights=WORD_WEIGHTS, k=PROBLEM_WORDS)
        program = Program(
            item.item_id,
            refcode=f"def main_solution(n): return n + {number}",
            requirements="n: int",
            input_generator="g",
            problem=f"{' '.join(words)} rare{number % 10_000}",
        )
        pair = Pair(f'{{"n": {number}}}', f"{number + 1}", 7)
        samples = []
        tallies: dict[str, TaskTally] = {}
        for index in range(SAMPLES[number % len(SAMPLES)]):
            task = Task.OUTPUT_PREDICTION if index % 2 == 0 else Task.INPUT_PREDICTION
            line, one = self._sample(item, program, pair, Instance(task, 0, index))
            samples.append(line)
            tallies[str(task)] = tallies.get(str(task), TaskTally()) + one
        self.counted.samples += len(samples)
        return Finished(
            item.item_id,
            0,
            FINISHED,
            tuple(samples),
            (program_line(item, program, [pair], "python"),),
            tally=Tally(tallies),
        )

    def _sample(
        self, item: Item, program: Program, pair: Pair, instance: Instance
    ) -> tuple[bytes, TaskTally]:
        model = MODELS[self.chance.randrange(len(MODELS))]
        turns = [(Answer("a", model=model, cost=0.001, currency="USD"), self._verdict())]
        if not turns[0][1].right:
            turns.append((Answer("b", model=model, cost=0.001), self._verdict()))
        line = sample_line(
            item,
            program,
            pair,
            instance,
            "p",
            turns,
            teacher="openai",
            finished_at=FINISHED_AT,
            pass_rate=0.5,
        )
        right = [verdict.right for _, verdict in turns]
        return line, TaskTally(1, right[0], len(right) > 1 and right[1])

    def _verdict(self) -> Verdict:
        (status,) = self.chance.choices(STATUSES, cum_weights=STATUS_WEIGHTS)
        return Verdict(status, "1", "")


async def _close(directory: Path) -> None:
    """Open the journal as a run does, and close it: that writes its snapshot."""
    async with Journal.open(directory):
        pass


def write(directory: Path, items: int) -> Counted:
    """Write a run that is done."""
    counted = Writer(directory, items).write(recorded_recipe(directory))
    anyio.run(_close, directory)
    return counted
