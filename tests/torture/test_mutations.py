"""A journal whose bytes were changed is refused, or read as what was never touched."""

from __future__ import annotations

from collections import Counter
from itertools import chain

import pytest
from anyio.from_thread import BlockingPortal
from hypothesis import given, settings
from hypothesis import strategies as st
from torture_parts import mutations
from torture_parts.mutations import (
    Mutant,
    Reader,
    Subject,
    Verdict,
    snapshot_subject_of,
    subject_of,
)
from torture_parts.rig import Bench, prepare

from codeiod.journal.keeper import Keeping

PLAIN = Keeping(compress=False, snapshot_records=10**9)
SEALED = Keeping(snapshot_records=25)


@pytest.fixture(scope="module", params=[PLAIN, SEALED], ids=["plain", "compressed"])
def killed(
    request: pytest.FixtureRequest, portal: BlockingPortal, tmp_path_factory: pytest.TempPathFactory
) -> tuple[Bench, Subject]:
    """Kill a small run near its end."""
    bench = portal.call(prepare, tmp_path_factory.mktemp("mutated"), request.param, 1)
    if request.param is SEALED:
        return bench, portal.call(snapshot_subject_of, bench)
    return bench, portal.call(subject_of, bench, bench.calls * 3 // 4)


def test_an_untouched_journal_is_read_whole(killed: tuple[Bench, Subject]) -> None:
    """What the mutants are compared with is what the reader makes of the journal itself."""
    untouched = Mutant("nothing", {})
    for whole in (True, False):
        assert Reader(killed[1], whole).judge(untouched) is Verdict.WHOLE


@pytest.mark.parametrize("whole", [True, False])
def test_changed_cut_and_exchanged(killed: tuple[Bench, Subject], *, whole: bool) -> None:
    """Flipped bytes, early ends and files in the wrong place: damage is told, or nothing lost."""
    subject = killed[1]
    mutants = chain(
        mutations.flips(subject, (0x01,), step=211),
        mutations.prefixes(subject, 509),
        mutations.segments(subject),
    )
    reader = Reader(subject, whole)
    assert Counter(map(reader.judge, mutants))[Verdict.REFUSED] > 10


@settings(max_examples=25, deadline=None)
@given(seed=st.integers(0, 2**32))
def test_spliced(killed: tuple[Bench, Subject], seed: int) -> None:
    """Whatever is moved, copied, dropped, cleared or exchanged, no changed record is accepted."""
    reader = Reader(killed[1], whole=True)
    for mutant in mutations.splices(killed[1], 4, seed):
        reader.judge(mutant)


def test_runs_go_on_from_what_is_left(
    portal: BlockingPortal, killed: tuple[Bench, Subject]
) -> None:
    """A run on a spliced journal refuses it, or ends with the very same dataset."""
    bench, subject = killed
    for mutant in mutations.splices(subject, 8):
        portal.call(mutations.recover, bench, subject, mutant)
