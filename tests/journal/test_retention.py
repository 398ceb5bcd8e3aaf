"""Segments that no item needs go as they are told to; one that goes by itself is damage."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from threading import Event

import pytest
from anyio import to_thread
from anyio.from_thread import start_blocking_portal

from codeiod.errors import Damaged
from codeiod.items import Answer, Reason, Usage
from codeiod.journal import Journal, Keeping, Ledger, Retention, Steps
from codeiod.journal.disk import OsDisk
from codeiod.journal.folder import ARCHIVE, JOURNAL, list_segments
from codeiod.journal.records import FINISHED, Admit, Commit, Done, RecipeSet, Retired
from codeiod.journal.replay import Replay, read_state
from codeiod.journal.retention import free, needed
from codeiod.journal.segments import Segments
from codeiod.journal.state import Impossible
from codeiod.journal.tally import Tally

MakeAdmit = Callable[..., Admit]
DROP = Keeping(retention=Retention.DROP)
DROP_PLAIN = Keeping(compress=False, retention=Retention.DROP)
ARCHIVED = Keeping(retention=Retention.ARCHIVE)
SMALL = 500


def numbers(directory: Path) -> set[int]:
    """Return the segments that stand in the journal's folder, archive apart."""
    plain, compressed = list_segments(OsDisk(), directory / JOURNAL)
    return set(plain | compressed)


async def pay(journal: Journal, admit: Admit) -> None:
    async def ask(ledger: Ledger) -> Answer:
        await ledger.intent("q", 1, 0.5, "USD")
        return Answer("text", usage=Usage(1, 1, 1), cost=0.5, currency="USD")

    await Steps(journal, admit.item, 0).pay("unify/1", ask, of="a")


async def fill(journal: Journal, admits: list[Admit], outcome: str = FINISHED) -> None:
    """Carry items through, each over a segment or two; the second stays on its way."""
    journal.append(RecipeSet("r1", {}))
    for admit in admits:
        journal.append(admit)
        await pay(journal, admit)
        if admit is not admits[1]:
            commit = Commit((Done(admit.item, 0, outcome),), {}, Tally())
            await journal.append_durable(commit)


async def settle(journal: Journal) -> None:
    """Wait until the keeper has done what it was told."""
    await journal.flush()
    idle = Event()
    journal._keeper._jobs.put(idle.set)
    assert await to_thread.run_sync(idle.wait, 20)


def walked(directory: Path) -> Replay:
    """Read a journal to its end."""
    walk = Replay(OsDisk(), directory / JOURNAL)
    walk.run()
    return walk


def live(
    directory: Path,
    life: Callable[[Journal], Awaitable[None]],
    keeping: Keeping,
    retry: tuple[str, ...] = (),
) -> None:
    """Open a journal with small segments for a life of it, in a loop of its own."""

    async def whole() -> None:
        async with Journal.open(
            directory, segment_bytes=SMALL, keeping=keeping, retry=retry
        ) as journal:
            await life(journal)

    with start_blocking_portal() as portal:
        portal.call(whole)


@dataclass
class Told:
    """What a life of a journal saw before it ended."""

    snapshot: Replay
    retired: set[int]
    needed: set[int]
    last: int


def filled_and_covered(directory: Path, admits: list[Admit], keeping: Keeping) -> Told:
    """Fill a journal and say that a snapshot covers all but its last two segments."""
    told: list[Told] = []

    async def life(journal: Journal) -> None:
        await fill(journal, admits)
        await settle(journal)
        snapshot = await to_thread.run_sync(walked, directory)
        for _ in range(2):  # once more says nothing new
            journal.covered_up_to(journal._segment - 2)
        await settle(journal)
        item, _ = await journal.load_item(admits[1].item)
        assert item.content == "1"
        assert Steps(journal, admits[1].item, 0).made("unify/1").position is not None
        state = journal.state
        told.append(Told(snapshot, set(state.retired), needed(state), journal._segment))

    live(directory, life, keeping)
    return told[0]


@pytest.mark.parametrize("keeping", [DROP, DROP_PLAIN], ids=["compressed", "plain"])
def test_dropped(tmp_path: Path, admit: MakeAdmit, keeping: Keeping) -> None:
    """What a snapshot covers and no item needs is removed; what an item needs stays readable."""
    admits = [admit(f"{n}") for n in range(8)]
    told = filled_and_covered(tmp_path, admits, keeping)
    everything = set(range(1, told.last + 1))
    assert told.needed
    kept = {told.last - 1, told.last} | told.needed
    assert numbers(tmp_path) == kept
    assert told.retired == everything - kept
    told.snapshot.run()  # from the state of then: a start from a snapshot
    assert told.snapshot.state.retired == told.retired
    assert list(told.snapshot.state.pending) == [admits[1].item]
    with pytest.raises(Damaged, match="no snapshot stands in for it"):
        read_state(tmp_path, OsDisk())


def test_archived(tmp_path: Path, admit: MakeAdmit) -> None:
    """An archived segment is read as before while the archive is in place; then it is explained."""
    told = filled_and_covered(tmp_path, [admit(f"{n}") for n in range(8)], ARCHIVED)
    assert told.retired
    assert not told.retired & numbers(tmp_path)
    archive = tmp_path / JOURNAL / ARCHIVE
    assert set(Segments(OsDisk(), archive).numbers()) == told.retired
    assert walked(tmp_path).state.finished == 7
    archive.rename(tmp_path / "elsewhere")
    told.snapshot.run()
    with pytest.raises(Damaged, match="no snapshot stands in for it"):
        walked(tmp_path)


def test_unexplained(tmp_path: Path, admit: MakeAdmit) -> None:
    """A segment that went without a record is damage, wherever one begins to read."""
    told = filled_and_covered(tmp_path, [admit(f"{n}") for n in range(8)], ARCHIVED)
    told.snapshot.run()
    gone = min(told.needed)
    Segments(OsDisk(), tmp_path / JOURNAL).path(gone).unlink()
    for walk in (told.snapshot, Replay(OsDisk(), tmp_path / JOURNAL)):
        with pytest.raises(Damaged, match=rf"segment-{gone:08d}.* is missing"):
            walk.run()


def test_kept(tmp_path: Path, admit: MakeAdmit) -> None:
    """Where all is to be kept, nothing goes and nothing is said."""
    told = filled_and_covered(tmp_path, [admit(f"{n}") for n in range(4)], Keeping())
    assert not told.retired
    assert numbers(tmp_path) == set(range(1, told.last + 1))


@pytest.mark.parametrize(
    ("outcome", "retry"), [(Reason.FAULT, ()), (Reason.TRIVIAL, (Reason.TRIVIAL,))]
)
def test_what_can_be_resumed_is_needed(
    tmp_path: Path, admit: MakeAdmit, outcome: Reason, retry: tuple[str, ...]
) -> None:
    """Items that are to be tried once more hold their segments."""

    async def life(journal: Journal) -> None:
        await fill(journal, [admit(f"{n}") for n in range(4)], outcome)
        held = {item.admitted.segment for item in journal.state.faulted.values()}
        held |= {item.admitted.segment for _, item in journal.state.retriable.values()}
        assert len(held) > 1
        assert held <= needed(journal.state)
        assert not held & set(free(journal.state, journal._segment))

    live(tmp_path, life, Keeping(), retry)


def test_a_segment_that_is_written_is_not_retired(tmp_path: Path, admit: MakeAdmit) -> None:
    """A record that takes away what is not sealed is refused."""

    async def life(journal: Journal) -> None:
        for number in (0, journal._segment, journal._segment + 1):
            with pytest.raises(Impossible):
                journal.append(Retired((number,), archived=False))

    live(tmp_path, life, Keeping())
