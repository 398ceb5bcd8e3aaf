"""The index holds what is committed, whatever became of the parts, and nothing else."""

from __future__ import annotations

import tempfile
from collections import Counter
from pathlib import Path
from typing import Any

import orjson
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from codeiod.dataset.shards import part_path
from codeiod.items import Reason
from codeiod.journal.records import Stream
from codeiod.web.index.tables import SampleClass, Tables, joined

Held = tuple[Counter[Any], dict[str, tuple[str, str]]]

OPERATIONS = ("finish", "reject", "retry", "redo", "roll", "fill", "undo", "reopen")


def held(tables: Tables) -> Held:
    """Return the samples and the items that an index holds."""
    samples = Counter(
        (
            "" if key is None else joined(key, tail),
            part,
            offset,
            tables.samples.kinds[kind],
        )
        for key, tail, kind, part, offset in tables.database.execute(
            "SELECT key, tail, class, part, offset FROM sample"
        )
    )
    items = {
        joined(key, tail): (tables.items.kinds[kind].status, tables.items.kinds[kind].reason)
        for key, tail, kind in tables.database.execute("SELECT key, tail, class FROM item")
    }
    return samples, items


def wanted(dataset: Any) -> Held:
    """Return the same by reading every line."""
    samples: Counter[Any] = Counter()
    for stream in (Stream.SAMPLES, Stream.REJECTS):
        for part in dataset.ends.get(stream, {}):
            offset = 0
            for text in dataset.texts(stream, part):
                line = orjson.loads(text)
                if line["task"]:
                    samples[line.get("id", ""), part, offset, _class(line)] += 1
                offset += len(text) + 1
    items = {}
    rejects = [line for line in dataset.lines(Stream.REJECTS) if not line["task"]]
    for line in sorted(rejects, key=lambda line: line["epoch"]):
        items[line["item_id"]] = ("rejected", line["reason"])
    for line in dataset.lines(Stream.PROGRAMS):
        items[line["item_id"]] = ("finished", "")
    return samples, items


def _class(line: dict[str, Any]) -> SampleClass:
    fields = ("task", "status_1", "status_2", "model_1", "reason")
    return SampleClass(*(line.get(name, "") for name in fields))


class Story:
    """A run in some steps, which an index follows."""

    def __init__(self, dataset: Any, path: Path) -> None:
        self.dataset = dataset
        self.path = path
        self.tables = Tables(path)
        self.finished: dict[int, int] = {}
        self.rejected: dict[int, int] = {}
        self.numbers = 0
        self.before: Any = None

    def do(self, operation: str, size: int) -> None:
        """Do one step."""
        match operation:
            case "fill":
                self.dataset.fill(self.tables)
            case "reopen":
                self.tables.close()
                self.tables = Tables(self.path)
            case "undo" if self.before:
                kept, self.finished, self.rejected = self.before
                self.dataset.bring_back(kept)
                self.before = None
            case "undo":
                pass
            case _:
                self.before = self.dataset.keep(), dict(self.finished), dict(self.rejected)
                self._write(operation, size)

    def _write(self, operation: str, size: int) -> None:
        match operation:
            case "finish" | "reject":
                self.numbers += 1
                self._end(self.numbers, 0, size, well=operation == "finish")
            case "retry" if self.rejected:
                number = sorted(self.rejected)[size % len(self.rejected)]
                self._end(number, self.rejected.pop(number) + 1, size, well=size % 2 == 0)
            case "redo" if self.finished:
                again = sorted(self.finished)[:: size + 1]
                self.dataset.take_up(again)
                for number in again:
                    self._end(number, self.finished.pop(number) + 1, size, well=number % 3 > 0)
            case "roll":
                for stream in Stream:
                    self.dataset.add(stream, [], anew=True)

    def _end(self, number: int, epoch: int, size: int, *, well: bool) -> None:
        if well:
            self.dataset.finish(number, samples=size, lost=size // 2, epoch=epoch)
            self.finished[number] = epoch
        else:
            self.dataset.reject(number, epoch=epoch, reason=tuple(Reason)[size])
            self.rejected[number] = epoch


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.lists(st.tuples(st.sampled_from(OPERATIONS), st.integers(0, 4)), max_size=25))
def test_an_index_holds_what_all_lines_together_say(
    dataset_in: Any, operations: list[tuple[str, int]]
) -> None:
    """However a run went on, and whenever its index looked, it ends with what a reader counts."""
    with tempfile.TemporaryDirectory() as name:
        story = Story(dataset_in(Path(name)), Path(name, "index.sqlite"))
        for operation in operations:
            story.do(*operation)
        story.do("fill", 0)
        tables = story.tables
        samples, items = held(tables)
        assert (samples, items) == wanted(story.dataset)
        assert Counter(dict(tables.samples)) == Counter(kind for *_, kind in samples.elements())
        assert Counter(dict(tables.items)).total() == len(items)
        tables.close()


def test_a_part_that_is_not_what_was_committed_is_read_once_more_and_then_told_of(
    dataset: Any, tables: Tables
) -> None:
    """A damaged part does not keep the index busy for ever."""
    dataset.finish(1)
    path = dataset.directory / part_path(Stream.SAMPLES, 0)
    path.write_bytes(path.read_bytes().replace(b"m1", b"m7"))
    dataset.fill(tables)
    assert {kind.model for kind, _ in tables.samples} == {"m7"}


def test_a_part_that_was_changed_behind_the_index_is_read_anew(
    dataset: Any, tables: Tables
) -> None:
    """What the checksum of a commit denies is not shown for long."""
    kept = dataset.keep()
    dataset.finish(1)
    dataset.fill(tables)
    dataset.bring_back(kept)
    dataset.finish(3)
    dataset.finish(5)
    dataset.fill(tables)
    assert held(tables) == wanted(dataset)


@pytest.mark.parametrize("junk", [b"", b"no database at all" * 100])
def test_a_broken_index_is_made_anew(tmp_path: Path, junk: bytes) -> None:
    """What is left of a disk's fault costs a rebuild, no more."""
    path = tmp_path / "index.sqlite"
    path.write_bytes(junk)
    opened = Tables(path)
    assert opened.parts == {}
    opened.close()


def test_an_index_of_an_older_layout_is_made_anew(dataset: Any, tmp_path: Path) -> None:
    """No row is read as something that it is not."""
    path = tmp_path / "index.sqlite"
    tables = Tables(path)
    dataset.finish(1)
    dataset.fill(tables)
    tables.database.execute("PRAGMA user_version = 0")
    tables.close()
    tables = Tables(path)
    assert tables.parts == {}
    tables.close()
