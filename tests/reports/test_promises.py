"""What the journal promises of lines is known even where its first segments were given up."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from pathlib import Path
from threading import Event

import pytest
from anyio import to_thread
from anyio.from_thread import start_blocking_portal

from codeiod.dataset.shards import part_path
from codeiod.items import Origin, Reason, Task, item_id_of
from codeiod.journal import Journal, Keeping, Retention
from codeiod.journal.disk import OsDisk
from codeiod.journal.folder import JOURNAL
from codeiod.journal.records import (
    FINISHED,
    Admit,
    Commit,
    Done,
    Expected,
    Open,
    Record,
    Reopen,
    Stream,
    Swap,
)
from codeiod.journal.segments import Segments
from codeiod.journal.state import Position, State
from codeiod.journal.tally import Tally, TaskTally
from codeiod.reports.check import check
from codeiod.reports.promises import REJECTED, Promises
from codeiod.reports.samples import samples

Fill = Callable[..., None]
GOOD, POOR = item_id_of(b"good"), item_id_of(b"poor")
SAMPLES = Tally({Task.OUTPUT_PREDICTION: TaskTally(3, 1, 2)}, {Reason.TRUNCATED: 1})


async def give_up_segments(directory: Path) -> None:
    """Go on until two snapshots cover what stands there, and drop what no item needs."""
    keeping = Keeping(retention=Retention.DROP, snapshot_records=1)
    async with Journal.open(directory, segment_bytes=300, keeping=keeping) as journal:
        for number in range(6):
            await journal.append_durable(Expected(number))
            idle = Event()
            journal._keeper._jobs.put(idle.set)
            assert await to_thread.run_sync(idle.wait, 20)


@pytest.fixture
def with_holes(tmp_path: Path, fill_directory: Fill) -> Path:
    """A directory whose commits stand in segments that were dropped."""
    fill_directory(tmp_path, 600)
    with start_blocking_portal() as portal:
        portal.call(give_up_segments, tmp_path)
    there = Segments(OsDisk(), tmp_path / JOURNAL).numbers()
    assert there != list(range(1, max(there) + 1))
    return tmp_path


def test_a_directory_with_holes_is_sound(with_holes: Path) -> None:
    """All lines are held against what a snapshot knows; samples are shown as before."""
    result = check(with_holes)
    assert result.findings == ()
    assert result.report is not None
    assert result.report.items.finished == 2
    assert len(list(samples(with_holes))) == 2


def test_damage_in_a_directory_with_holes(with_holes: Path) -> None:
    """A part that was changed is found all the same."""
    path = with_holes / part_path(Stream.SAMPLES, 0)
    path.write_bytes(path.read_bytes().replace(b"output", b"Output", 1))
    result = check(with_holes)
    assert not result.ok
    assert str(part_path(Stream.SAMPLES, 0)) in str(result.findings[0])


def known(*records: Record) -> State:
    state = State()
    for record in records:
        state.apply(record, Position(1, 0, 1))
    return state


def admit(item_id: str) -> Admit:
    return Admit(item_id, "r1", Origin("s", item_id), {}, "text", "now")


BEFORE = (
    admit(GOOD),
    admit(POOR),
    Commit((Done(GOOD, 0, FINISHED), Done(POOR, 0, Reason.TRIVIAL)), {}, SAMPLES),
)
HELD = Counter(
    {
        "programs": 1,
        REJECTED: 1,
        "output_prediction samples": 3,
        "output_prediction right at turn 1": 1,
        "output_prediction right at turn 2": 2,
        "samples rejected as truncated": 1,
    }
)


def test_counts_from_a_snapshot() -> None:
    """A snapshot promises the same lines as the records that it stands for."""
    told, whole = Promises(), Promises()
    told.begin(known(*BEFORE))
    for record in BEFORE:
        assert list(whole.take(record)) == []
    for promises in (told, whole):
        assert promises.lines == HELD
        assert list(promises.broken(HELD)) == []
        assert promises.finished(GOOD)
        assert promises.rejected(POOR, 0)
        assert not promises.finished(item_id_of(b"other"))
        for what in HELD:
            assert list(promises.broken(HELD - Counter({what: 1})))
            if what != REJECTED:
                assert list(promises.broken(HELD + Counter({what: 1})))
    assert whole.rejected(GOOD, 0) is False
    # One that was rejected twice before the snapshot has two lines, and the snapshot one item.
    assert list(told.broken(HELD + Counter({REJECTED: 1}))) == []
    assert list(whole.broken(HELD + Counter({REJECTED: 1})))


def test_taken_up_anew() -> None:
    """A finished item that is made anew has no lines from the swap on, until it finishes again."""
    again = Reopen(GOOD, 1, "sample", FINISHED, (1, 0, 1), announced=True)
    gone = Tally({Task.OUTPUT_PREDICTION: TaskTally(-3, -1, -2)}, {Reason.TRUNCATED: -1})
    promises = Promises()
    for record in BEFORE:
        assert list(promises.take(record)) == []
    assert list(promises.take(again)) == []
    assert promises.finished(GOOD)
    assert list(promises.take(Swap(1, {}, {}, gone))) == []
    assert not promises.finished(GOOD)
    assert +promises.lines == Counter({REJECTED: 1})
    list(promises.take(Commit((Done(GOOD, 1, FINISHED),), {}, SAMPLES)))
    assert promises.finished(GOOD)
    assert promises.lines == HELD


def test_announced_and_not_swapped() -> None:
    """What was announced and not swapped before the next start has not been taken up."""
    promises = Promises()
    for record in BEFORE:
        list(promises.take(record))
    list(promises.take(Reopen(GOOD, 1, "sample", FINISHED, (1, 0, 1), announced=True)))
    list(promises.take(Open(1, "j", "v", "now", 1, start=True)))
    list(promises.take(Swap(0, {}, {}, Tally())))
    assert promises.finished(GOOD)
    assert promises.lines == HELD


def test_taken_up_though_not_done() -> None:
    """An item that is taken up and was not done so before is a finding."""
    promises = Promises()
    for record in BEFORE:
        list(promises.take(record))
    (wrong,) = promises.take(Reopen(POOR, 1, "sample", FINISHED))
    assert "was not finished" in wrong
    (wrong,) = promises.take(Reopen(GOOD, 1, "", Reason.TRIVIAL))
    assert "was not rejected" in wrong
