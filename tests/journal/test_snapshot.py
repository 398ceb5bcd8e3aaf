"""A snapshot holds the state: what begins with it goes on as if it had read the whole log."""

from __future__ import annotations

from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from codeiod.items import Origin, Reason, Usage, digest
from codeiod.journal.disk import OsDisk
from codeiod.journal.records import (
    FINISHED,
    Admit,
    Commit,
    CursorAt,
    Cut,
    Done,
    Duplicate,
    End,
    Expected,
    Failed,
    Intent,
    Kept,
    Open,
    RecipeSet,
    Record,
    Reopen,
    Retired,
    Rewriting,
    Step,
    Swap,
)
from codeiod.journal.snapshot import BadSnapshot, Snapshot, read_snapshot, write_snapshot
from codeiod.journal.snapshot import snapshot_name as name_of
from codeiod.journal.state import Impossible, Position, State
from codeiod.journal.tally import Tally, TaskTally

NO_ORIGIN = Origin("", "", 0, 0, 0, 0)
KEYS = ("unify/1", "unify/2", "sample", "out/0/0/1", "out/0/0/2", "in/1/0/1")
OUTCOMES = (FINISHED, FINISHED, Reason.FAULT, Reason.TRIVIAL, Reason.CHANGED, Reason.TRUNCATED)
DAY = 86_400


class Author:
    """Write any record that could come next; many are refused, as they contradict the state."""

    def __init__(self, seed: int) -> None:
        self._random = Random(seed)
        self._at = 20_000 * DAY

    def next(self, state: State) -> Record:
        self._at += self._random.choice((0, 1, 40, 5000))
        kinds = (self._begin, self._enter, self._work, self._work, self._work, self._end)
        return self._random.choice(kinds)(state)

    def _item(self, state: State, *, done: bool = False) -> str:
        known = [] if done else list(state.pending)
        return self._random.choice(known or [digest(str(n)) for n in range(12)])

    def _epoch(self, state: State, item: str) -> int:
        return state.pending[item].epoch if item in state.pending else self._random.randrange(3)

    def _begin(self, _: State) -> Record:
        n = self._random.randrange(4)
        number = str(self._random.randrange(3))
        choices: tuple[Record, ...] = (
            Open(1, "journal", "1", "2026-11-22T10:00:00+00:00", n + 1, start=n > 1),
            RecipeSet(f"r{n}", {"a": [n]}, f"r{n - 1}" if n > 2 else ""),
            CursorAt("src", f"f{number}", n * 7, number),
            Cut("journal/x", n, n + 1, f"x-{n}-00000000"),
            Expected(n * 100),
            Retired((n + 1,), archived=False),
            Rewriting({"samples": [n], "rejects": [n + 1]}),
        )
        return self._random.choice(choices)

    def _enter(self, state: State) -> Record:
        item = digest(str(self._random.randrange(12)))
        path, offset = f"p{self._random.randrange(20)}", self._random.choice((0, 5))
        origin = Origin("src", path, offset, 1, 2, 3)
        if state.known(item):
            return Duplicate(item, origin)
        return Admit(item, "r1", origin, {}, "content", "now")

    def _work(self, state: State) -> Record:
        item = self._item(state)
        epoch, key = self._epoch(state, item), self._random.choice(KEYS)
        attempt, cost = self._random.randrange(1, 4), self._random.random()
        currency = self._random.choice(("USD", "EUR"))
        if self._random.random() < 0.3:
            return Intent(item, epoch, key, attempt, "q", 10, cost, currency, self._at)
        if self._random.random() < 0.2:
            return Failed(item, epoch, key, attempt, "reset", paid=cost > 0.5, at=self._at)
        of, truncated = self._random.choice(("a", "b")), self._random.random() < 0.2
        paid = (attempt, of, {}, Usage(1, 2, 3), cost, currency, truncated)
        return Step(item, epoch, key, *paid, gave_up=cost < 0.1 and not truncated, at=self._at)

    def _end(self, state: State) -> Record:
        item = self._item(state, done=self._random.random() < 0.5)
        epoch, n = self._epoch(state, item), self._random.randrange(4)
        outcome = self._random.choice(OUTCOMES)
        kept = {"unify/1": Kept(2, 1, "a", (1, 2, 3) if n else None, "r0" if n > 1 else "")}
        tally = Tally({"output_prediction": TaskTally(n, 1, 0)}, {"truncated": n})
        again = Reopen(item, epoch + 1, "", outcome, (1, 2, 3), kept, announced=n > 1)
        ends = {"samples": End(n, n * 10, n)}
        choices: tuple[Record, ...] = (
            Commit((Done(item, epoch, outcome),), ends, tally, self._at),
            Reopen(item, epoch + 1, "unify" if n else ""),
            again,
            Swap(len(state.swaps.announced), {"samples": [End(n, 1, 1)]}, {"samples": [0]}, tally),
            Swap(len(state.swaps.announced), {}, {}, tally),
        )
        return self._random.choice(choices)


def told(state: State) -> dict[str, Any]:
    """Return every attribute of a state, in a form that can be compared, and in its order."""
    found = vars(state) | {
        "_done": state._done.freeze(),
        "places": [table.freeze() for table in state.places.tables],
    }
    for name in ("retry", "retriable"):  # of who has read the whole log
        del found[name]
    return {
        name: (list(value), value) if isinstance(value, dict) else value
        for name, value in found.items()
    }


def grown(state: State, author: Author, start: int, end: int) -> list[tuple[Record, Position]]:
    """Apply records until so many were thought of; return those that were taken."""
    taken = []
    for number in range(start, end):
        record, position = author.next(state), Position(9, number, 1)
        try:
            state.apply(record, position)
        except Impossible:
            continue
        taken.append((record, position))
    return taken


def through_a_file(state: State, folder: Path) -> State:
    """Return the state that a start would have from a snapshot of this one."""
    write_snapshot(OsDisk(), folder, Snapshot(7, Position(1, 2, 3), state.freeze()))
    snapshot = read_snapshot(OsDisk(), folder, 7)
    assert snapshot.last == Position(1, 2, 3)
    found = State()
    found.thaw(snapshot.facts)
    return found


@settings(max_examples=150, deadline=None)
@given(st.integers(0, 2**32), st.integers(0, 300), st.integers(0, 200))
def test_goes_on_as_from_the_whole_log(seed: int, cut: int, more: int) -> None:
    """Whatever was recorded, and wherever it is cut: snapshot and tail add up to the whole."""
    state, author = State(), Author(seed)
    grown(state, author, 0, cut)
    with TemporaryDirectory() as folder:
        begun = through_a_file(state, Path(folder))
    assert told(begun) == told(state)
    for record, position in grown(state, author, cut, cut + more):
        begun.apply(record, position)
    assert told(begun) == told(state)
    for record in (author.next(state) for _ in range(50)):
        assert refusal(begun, record) == refusal(state, record)


def refusal(state: State, record: Record) -> str:
    """Apply a record and return why it is refused."""
    try:
        state.apply(record, Position(9, 999, 1))
    except Impossible as error:
        return str(error)
    return ""


def test_the_author_writes_everything() -> None:
    """The property above is about all kinds of records, and all that a state can hold."""
    kinds, filled = set(), set()
    for seed in range(60):
        state, author = State(), Author(seed)
        kinds |= {type(record) for record, _ in grown(state, author, 0, 400)}
        body = state.freeze().body
        filled |= {name for name, value in body.items() if value}
        filled |= {f"swaps.{name}" for name, value in body["swaps"].items() if value}
        filled |= {f"calls.{name}" for name, value in body["calls"].items() if value}
    assert len(kinds) == 15
    assert filled == body.keys() | {f"swaps.{name}" for name in body["swaps"]} | {
        f"calls.{name}" for name in body["calls"]
    }


def test_what_comes_later_does_not_show(tmp_path: Path) -> None:
    """A frozen state stays as it was while the live one goes on: it is written in a thread."""
    state, author = State(), Author(5)
    grown(state, author, 0, 200)
    frozen, before = state.freeze(), told(through_a_file(state, tmp_path))
    grown(state, author, 200, 2000)
    assert told(state) != before
    write_snapshot(OsDisk(), tmp_path, Snapshot(8, Position(1, 2, 3), frozen))
    found = State()
    found.thaw(read_snapshot(OsDisk(), tmp_path, 8).facts)
    assert told(found) == before


@pytest.fixture
def written(tmp_path: Path) -> Path:
    """Return the file of a small snapshot."""
    state = State()
    grown(state, Author(3), 0, 300)
    through_a_file(state, tmp_path)
    return tmp_path / name_of(7)


def test_every_byte_counts(written: Path) -> None:
    """A snapshot with any byte changed is refused."""
    data = written.read_bytes()
    for at in {*range(0, len(data), 11), *range(200), *range(len(data) - 100, len(data))}:
        written.write_bytes(data[:at] + bytes((data[at] ^ 1 << at % 8,)) + data[at + 1 :])
        with pytest.raises(BadSnapshot):
            read_snapshot(OsDisk(), written.parent, 7)
    written.write_bytes(data)
    read_snapshot(OsDisk(), written.parent, 7)


def test_every_length_counts(written: Path) -> None:
    """A snapshot that ends too early, or goes on, is refused."""
    data = written.read_bytes()
    for end in {*range(0, len(data), 23), *range(40), *range(len(data) - 50, len(data))}:
        written.write_bytes(data[:end])
        with pytest.raises(BadSnapshot):
            read_snapshot(OsDisk(), written.parent, 7)
    written.write_bytes(data + b"\n")
    with pytest.raises(BadSnapshot):
        read_snapshot(OsDisk(), written.parent, 7)


def test_under_another_name(written: Path) -> None:
    """A snapshot is of the record in its name."""
    written.rename(written.with_name(name_of(8)))
    with pytest.raises(BadSnapshot, match="of record 7"):
        read_snapshot(OsDisk(), written.parent, 8)
