"""Lines and records come back as they were written, or not at all."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from codeiod.items import Answer, Fault, Origin, Reason, Usage, Verdict
from codeiod.journal.codec import BadRecord, Unwritable, decode, encode
from codeiod.journal.frame import BadLine, frame, unframe
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
    Stream,
)
from codeiod.journal.tally import Tally, TaskTally

text = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
count = st.integers(0, 2**63)
small = st.integers(0, 1000)
money = st.floats(0, 1e9)
usage = st.builds(Usage, count, count, count)
origin = st.builds(Origin, text, text, count, count, count, st.integers(0, 2**64 - 1))
tally = st.builds(
    Tally,
    st.dictionaries(text, st.builds(TaskTally, small, small, small), max_size=3),
    st.dictionaries(text, small, max_size=3),
)
records: st.SearchStrategy[Record] = st.one_of(
    st.builds(Open, small, text, text, text, small, st.booleans()),
    st.builds(RecipeSet, text, st.dictionaries(text, text | money | small, max_size=3)),
    st.builds(
        Admit,
        text,
        text,
        origin,
        st.dictionaries(text, text, max_size=3),
        text,
        text,
        st.none() | st.builds(Fault, st.sampled_from(Reason), text),
        small,
    ),
    st.builds(Duplicate, text, origin),
    st.builds(CursorAt, text, text, count, text),
    st.builds(Intent, text, small, text, small, text, count, money, text),
    st.builds(Failed, text, small, text, small, text, st.booleans()),
    st.builds(
        Step,
        text,
        small,
        text,
        small,
        text,
        st.dictionaries(text, text, max_size=3),
        st.none() | usage,
        money,
        text,
        st.booleans(),
        st.booleans(),
    ),
    st.builds(
        Commit,
        st.lists(st.builds(Done, text, small, text), max_size=3).map(tuple),
        st.dictionaries(
            st.sampled_from([str(stream) for stream in Stream]),
            st.builds(End, small, count, small),
        ),
        tally,
    ),
    st.builds(Cut, text, count, count, text),
    st.builds(Reopen, text, small, text),
)


@given(records, small, small)
def test_comes_back(record: Record, seq: int, synced: int) -> None:
    """Any record is read back equal, by ours and by any other reader of JSON."""
    line = frame(seq, synced, record.KIND, encode(record))
    assert line.endswith(b"\n")
    assert line.count(b"\n") == 1
    found = unframe(line[:-1])
    assert (found.seq, found.synced, found.kind) == (seq, synced, record.KIND)
    assert decode(found.kind, found.body) == record
    foreign = json.loads(line)
    assert list(foreign)[:4] == ["crc", "seq", "synced", "kind"]


@given(records, st.data())
def test_any_change_shows(record: Record, data: st.DataObject) -> None:
    """A line with any byte changed, or cut anywhere, is no sound line."""
    line = frame(7, 5, record.KIND, encode(record))[:-1]
    at = data.draw(st.integers(0, len(line) - 1))
    other = data.draw(st.integers(1, 255))
    changed = line[:at] + bytes([line[at] ^ other]) + line[at + 1 :]
    for bad in (changed, line[:at]):
        with pytest.raises(BadLine):
            unframe(bad)


@given(st.binary(max_size=60))
def test_rubbish(line: bytes) -> None:
    """Bytes that are not ours are a bad line, never a crash."""
    with pytest.raises(BadLine):
        unframe(line)


def test_values_are_dataclasses() -> None:
    """A step's value is written from its dataclass and read back by its own loader."""
    verdict = Verdict.load({"status": "mismatch", "answer": "1e400", "feedback": "no"})
    answer = Answer("t", usage=Usage(1, 2, 3), cost=0.5, currency="USD")
    for value, load in ((verdict, Verdict.load), (answer, Answer.load)):
        step = Step("i", 0, "k", 0, "of", value)
        found = unframe(frame(1, 0, step.KIND, encode(step))[:-1])
        back = decode(found.kind, found.body)
        assert isinstance(back, Step)
        assert load(back.value) == value


@pytest.mark.parametrize("value", ["\ud800", 2**64, {1}])
def test_unwritable(value: object) -> None:
    """What JSON can't carry is an error of that record, with its kind."""
    with pytest.raises(Unwritable, match="a step record can't be written"):
        encode(Step("i", 0, "k", 0, "of", value))


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        ("no such kind", {}),
        ("failed", {"item": "i"}),
        ("duplicate", {"item": "i", "origin": []}),
        ("admit", {"origin": {"source": "s", "path": "p"}, "fault": {"reason": "?", "detail": ""}}),
        ("commit", {"items": [[1]], "ends": {}, "tally": {}}),
    ],
)
def test_bad_record(kind: str, body: dict[str, object]) -> None:
    """A sound line of another form is told apart from a torn one."""
    with pytest.raises(BadRecord, match=kind):
        decode(kind, body)


def test_tallies_add() -> None:
    """Tallies add by task and reason, whatever kind of string names them."""
    one = Tally({FINISHED: TaskTally(1, 1, 0)}, {Reason.TRUNCATED: 2})
    two = Tally({FINISHED: TaskTally(2, 0, 1)}, {Reason.TRUNCATED: 1, "fault": 1})
    total = Tally({FINISHED: TaskTally(3, 1, 1)}, {"truncated": 3, "fault": 1})
    assert one + two == total
