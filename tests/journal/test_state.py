"""The fold: what records add up to, and which it refuses."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from codeiod.items import Origin, Reason, Usage
from codeiod.journal.records import (
    FINISHED,
    Admit,
    Commit,
    CursorAt,
    Cut,
    Done,
    Duplicate,
    End,
    Failed,
    Intent,
    Open,
    RecipeSet,
    Record,
    Reopen,
    Step,
)
from codeiod.journal.state import Cursor, Impossible, Position, State, stamp_of
from codeiod.journal.tally import Tally, TaskTally

HERE = Position(1, 0, 10)
MakeAdmit = Callable[..., Admit]


def fold(*records: Record) -> State:
    state = State()
    for offset, record in enumerate(records):
        state.apply(record, Position(1, offset, 1))
    return state


def done(item: str, outcome: str, epoch: int = 0) -> Commit:
    return Commit((Done(item, epoch, outcome),), {}, Tally())


def test_admission(admit: MakeAdmit) -> None:
    """A new item is pending; its content is known, its place met, its file seen."""
    one = admit("one")
    state = fold(RecipeSet("r1", {"a": 1}), one)
    assert state.recipe == "r1"
    assert state.pending[one.item].admitted == Position(1, 1, 1)
    assert state.known(one.item)
    assert state.met(one.item, one.origin)
    assert state.seen(one.origin)
    assert not state.known(admit("two").item)
    assert not state.met(one.item, Origin("src", "elsewhere.py"))
    assert (state.entries, state.items, state.duplicates) == (1, 1, 0)


def test_seen_is_the_very_file(admit: MakeAdmit) -> None:
    """A file of another size, time or inode is not seen; a line says nothing of its file."""
    state = fold(admit("one"))
    assert not state.seen(Origin("src", "one.py", 0, 3, 9, 2))
    line = admit("two")
    row = Admit(line.item, "r1", Origin("src", "all.jsonl", 4, 9, 9, 9), {}, "two", "now")
    assert not fold(row).seen(row.origin)


def test_duplicate(admit: MakeAdmit) -> None:
    """Known content at a new place is a duplicate; at the same place it can't come twice."""
    one = admit("one")
    elsewhere = Duplicate(one.item, Origin("src", "copy.py"))
    state = fold(one, elsewhere)
    assert (state.entries, state.items, state.duplicates) == (2, 1, 1)
    with pytest.raises(Impossible, match="met twice"):
        state.apply(elsewhere, HERE)
    with pytest.raises(Impossible, match="admitted twice"):
        state.apply(one, HERE)
    with pytest.raises(Impossible, match="never admitted"):
        state.apply(Duplicate(admit("two").item, Origin("s", "p")), HERE)


def test_cursor() -> None:
    """The last cursor of a file counts, with its stamp."""
    stamp = stamp_of(Origin("s", "a.jsonl", 0, 1, 2, 3))
    state = fold(CursorAt("s", "a.jsonl", 10, "old"), CursorAt("s", "a.jsonl", 20, stamp))
    assert state.cursors == {("s", "a.jsonl"): Cursor(20, stamp)}
    assert len(stamp) == 16


def test_steps_and_calls(admit: MakeAdmit) -> None:
    """Attempts, truncated answers, tokens and money are counted; the result has its place."""
    item = admit("one").item

    def paid(attempt: int, **more: bool) -> Step:
        return Step(item, 0, "unify/1", attempt, "of", {}, Usage(1, 2, 3), 0.25, "USD", **more)

    state = fold(
        admit("one"),
        Intent(item, 0, "unify/1", 1, "q", 5, 0.5, "USD"),
        Failed(item, 0, "unify/1", 1, "reset", paid=True),
        Intent(item, 0, "unify/1", 2, "q", 5, 0.5, "USD"),
        paid(2, truncated=True),
        Intent(item, 0, "unify/1", 3, "q", 5, 0.5, "USD"),
        paid(3),
        Step(item, 0, "sample", 0, "of", {}),
    )
    made = state.pending[item].made("unify/1")
    assert (made.attempts, made.truncated, made.of, made.position) == (
        3,
        1,
        "of",
        Position(1, 6, 1),
    )
    calls = state.calls
    assert (calls.answered, calls.failed, calls.truncated, calls.lost) == (1, 1, 1, 0)
    assert calls.usage == Usage(2, 4, 6)
    assert calls.money == {"USD": 0.5}
    assert calls.perhaps.money == {"USD": 0.5}
    assert not calls.open
    with pytest.raises(Impossible, match="two results"):
        state.apply(paid(4), HERE)


def test_gave_up_is_no_answer(admit: MakeAdmit) -> None:
    """A request given up for good is a result, not an answer."""
    item = admit("one").item
    state = fold(admit("one"), Step(item, 0, "unify/1", 3, "of", {}, gave_up=True))
    assert state.pending[item].made("unify/1").position is not None
    assert state.calls.answered == 0


def test_lost_at_the_next_start(admit: MakeAdmit) -> None:
    """What was in flight when a daemon died is lost once the next one starts, not before."""
    item = admit("one").item
    intent = Intent(item, 0, "unify/1", 1, "q", 5, 0.5, "USD")
    state = fold(Open(1, "j", "0", "now", 1, start=True), admit("one"), intent)
    state.apply(Open(1, "j", "0", "now", 2, start=False), HERE)
    assert (state.calls.lost, len(state.calls.open)) == (0, 1)
    state.apply(Open(1, "j", "0", "now", 2, start=True), HERE)
    assert (state.calls.lost, len(state.calls.open)) == (1, 0)
    assert state.calls.perhaps.money == {"USD": 0.5}


def test_commit(admit: MakeAdmit) -> None:
    """Done items leave; ends and tallies are taken over; what is not pending can't be done."""
    one, two = admit("one").item, admit("two").item
    tally = Tally({"output_prediction": TaskTally(2, 1, 0)}, {"truncated": 1})
    commit = Commit(
        (Done(one, 0, FINISHED), Done(two, 0, Reason.TRIVIAL)), {"samples": End(0, 9, 5)}, tally
    )
    state = fold(admit("one"), admit("two"), commit, Commit((), {"samples": End(1, 3, 4)}, tally))
    assert not state.pending
    assert state.known(one)
    assert (state.finished, dict(state.rejected)) == (1, {"trivial": 1})
    assert state.ends == {"samples": {0: End(0, 9, 5), 1: End(1, 3, 4)}}
    assert state.last_end("samples") == End(1, 3, 4)
    assert state.last_end("programs") is None
    assert state.tally == tally + tally
    with pytest.raises(Impossible, match="not pending"):
        state.apply(commit, HERE)


@pytest.mark.parametrize("epochs", [(1,), (0, 0)])
def test_commit_refused_whole(admit: MakeAdmit, epochs: tuple[int, ...]) -> None:
    """A commit with a wrong epoch, or an item twice, changes nothing."""
    one = admit("one").item
    state = fold(admit("one"))
    commit = Commit(tuple(Done(one, epoch, FINISHED) for epoch in epochs), {}, Tally())
    with pytest.raises(Impossible):
        state.apply(commit, HERE)
    assert one in state.pending
    assert state.finished == 0


def test_fault_is_taken_up_once(admit: MakeAdmit) -> None:
    """A fault of ours is open for one more try, which keeps what was paid for."""
    one = admit("one").item
    step = Step(one, 0, "unify/1", 1, "of", {}, Usage(), 0.5, "USD")
    state = fold(admit("one"), step, done(one, Reason.FAULT))
    assert list(state.faulted) == [one]
    state.apply(Reopen(one, 1), HERE)
    assert not state.faulted
    assert state.pending[one].epoch == 1
    assert state.pending[one].made("unify/1").position == Position(1, 1, 1)
    assert state.rejected.total() == 0
    state.apply(done(one, Reason.FAULT, epoch=1), HERE)
    assert not state.faulted
    assert state.rejected == {"fault": 1}
    with pytest.raises(Impossible, match="re-opened"):
        state.apply(Reopen(one, 2), HERE)


def test_reopened_from_a_stage_begins_anew(admit: MakeAdmit) -> None:
    """``from`` a stage: the steps are made again."""
    one = admit("one").item
    state = fold(
        admit("one"),
        Step(one, 0, "sample", 0, "of", {}),
        done(one, "fault"),
        Reopen(one, 1, "unify"),
    )
    assert state.pending[one].made("sample").position is None


def test_foreign_segment() -> None:
    """A segment of another journal is never taken in."""
    state = fold(Open(1, "mine", "0", "now", 1, start=True))
    with pytest.raises(Impossible, match="another journal"):
        state.apply(Open(1, "other", "0", "now", 2, start=False), HERE)


def test_cuts() -> None:
    """A cut counts once, however often it is told."""
    cut = Cut("journal/segment-00000001.jsonl", 5, 7, "name")
    assert fold(cut, cut).cut_bytes == 7


def test_a_refused_reopening_changes_nothing(admit: MakeAdmit) -> None:
    """A fault that can't be taken up as that epoch can still be taken up as the next one."""
    one = admit("one").item
    state = fold(admit("one"), done(one, Reason.FAULT))
    with pytest.raises(Impossible, match="re-opened"):
        state.apply(Reopen(one, 2), HERE)
    state.apply(Reopen(one, 1), HERE)
    assert one in state.pending
