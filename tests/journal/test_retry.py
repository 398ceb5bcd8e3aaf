"""Rejected items are taken up again as the next epoch; what holds of them is not paid anew."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import anyio
import pytest
from anyio import to_thread

from codeiod.items import Answer, GaveUp, Item, Reason, item_id_of
from codeiod.journal import Changed, Journal, Ledger, Steps
from codeiod.journal.disk import OsDisk
from codeiod.journal.records import FINISHED, Admit, Commit, Done, RecipeSet, Reopen
from codeiod.journal.replay import read_state
from codeiod.journal.retry import reopen_rejected
from codeiod.journal.state import Impossible
from codeiod.journal.tally import Tally

MakeAdmit = Callable[..., Admit]
GAVE_UP = GaveUp(Reason.TRUNCATED, "cut off")


class Asking:
    """Pays for what it is asked, and counts."""

    def __init__(self, result: Answer | GaveUp) -> None:
        self.result = result
        self.asked = 0

    async def __call__(self, ledger: Ledger) -> Answer | GaveUp:
        self.asked += 1
        await ledger.intent("request", 10, 0.5, "USD")
        return self.result


async def reject(journal: Journal, item_id: str, reason: str, epoch: int = 0) -> None:
    await journal.append_durable(Commit((Done(item_id, epoch, reason),), {}, Tally()))


async def admitted(journal: Journal, admit: MakeAdmit, *names: str) -> list[Item]:
    journal.append(RecipeSet("r1", {}))
    for name in names:
        journal.append(admit(name))
    return [(await journal.load_item(item_id_of(name.encode())))[0] for name in names]


async def test_what_gave_up_is_asked_again(tmp_path: Path, admit: MakeAdmit) -> None:
    """Of a retried item the answers that hold are reused, and what gave up is asked anew."""
    async with Journal.open(tmp_path) as journal:
        one, other, good = await admitted(journal, admit, "one", "other", "good")
        steps = Steps(journal, one.item_id, 0)
        await steps.pay("unify/1", Asking(Answer("kept")), of="a")
        await steps.pay("out/0/0/1", Asking(GAVE_UP), of="b")
        await reject(journal, one.item_id, Reason.TRUNCATED)
        await reject(journal, other.item_id, Reason.UNPARSABLE)
        await reject(journal, good.item_id, FINISHED)
    async with Journal.open(tmp_path, retry={Reason.TRUNCATED}) as journal:
        assert await reopen_rejected(journal) == 1
        assert await reopen_rejected(journal) == 0
        assert journal.state.rejected == {Reason.TRUNCATED: 0, Reason.UNPARSABLE: 1}
        item, fault = await journal.load_item(one.item_id)
        assert (item.epoch, item.content, fault) == (1, "one", None)
    # A state that never knew of the rejection's details takes the record as it stands.
    async with Journal.open(tmp_path) as journal:
        assert list(journal.state.pending) == [one.item_id]
        steps = Steps(journal, one.item_id, 1)
        kept, anew = Asking(Answer("not asked")), Asking(Answer("new"))
        assert await steps.pay("unify/1", kept, of="a") == Answer("kept")
        assert await steps.pay("out/0/0/1", anew, of="b") == Answer("new")
        assert (kept.asked, anew.asked) == (0, 1)
        assert journal.state.pending[one.item_id].made("out/0/0/1").attempts == 2
        await reject(journal, one.item_id, FINISHED, epoch=1)
        assert (journal.state.finished, journal.state.rejected.total()) == (2, 1)


@pytest.mark.parametrize(
    ("reason", "kept", "asked_again"),
    [
        (Reason.UNPARSABLE, ["unify/1", "sample"], "unify/2"),
        (Reason.TIMEOUT, ["unify/1", "unify/2"], "sample"),
        (Reason.FAULT, ["unify/1", "unify/2", "sample"], ""),
    ],
)
async def test_what_is_made_anew(
    tmp_path: Path, admit: MakeAdmit, reason: Reason, kept: list[str], asked_again: str
) -> None:
    """Why an item was rejected says which of its steps is made anew."""
    async with Journal.open(tmp_path) as journal:
        (one,) = await admitted(journal, admit, "one")
        steps = Steps(journal, one.item_id, 0)
        for key in ("unify/1", "unify/2"):
            await steps.pay(key, Asking(Answer(key)), of="a")
        await steps.pay("sample", Asking(Answer("drawn")), of="a")
        await reject(journal, one.item_id, reason)
        if reason is Reason.FAULT:  # by itself once; on demand as often as is wanted
            journal.reopen_faults()
            await reject(journal, one.item_id, reason, epoch=1)
    async with Journal.open(tmp_path, retry={reason}) as journal:
        assert journal.reopen_faults() == 0
        assert await reopen_rejected(journal) == 1
        made = journal.state.pending[one.item_id].steps
        assert [key for key, one in made.items() if one.position] == kept
        assert not asked_again or made[asked_again].attempts == 1
    state = await to_thread.run_sync(read_state, tmp_path, OsDisk())
    assert state.pending[one.item_id].steps == made


async def test_changed_steps_are_replaced(tmp_path: Path, admit: MakeAdmit) -> None:
    """An item set aside as changed may, once retried, make anew what it was computed from."""
    async with Journal.open(tmp_path) as journal:
        (one,) = await admitted(journal, admit, "one")
        steps = Steps(journal, one.item_id, 0)
        await steps.pay("unify/1", Asking(Answer("kept")), of="a")
        await steps.pay("out/0/0/1", Asking(Answer("old")), of="old")
        with pytest.raises(Changed):
            await steps.pay("out/0/0/1", Asking(Answer("new")), of="new")
        await reject(journal, one.item_id, Reason.CHANGED)
    async with Journal.open(tmp_path, retry={Reason.CHANGED}) as journal:
        await reopen_rejected(journal)
        steps = Steps(journal, one.item_id, 1)
        assert await steps.pay("unify/1", Asking(Answer("no")), of="a") == Answer("kept")
        assert await steps.pay("out/0/0/1", Asking(Answer("new")), of="new") == Answer("new")
    async with Journal.open(tmp_path) as journal:
        steps = Steps(journal, one.item_id, 1)
        assert await steps.pay("out/0/0/1", Asking(Answer("no")), of="new") == Answer("new")


async def test_killed_in_the_middle(tmp_path: Path, admit: MakeAdmit) -> None:
    """A retried item that is rejected again can be retried again, as the epoch after."""
    for epoch in range(3):
        async with Journal.open(tmp_path, retry={Reason.TEACHER_FAILED}) as journal:
            if not epoch:
                await admitted(journal, admit, "one")
            assert await reopen_rejected(journal) == min(epoch, 1)
            await anyio.lowlevel.checkpoint()
            await reject(journal, item_id_of(b"one"), Reason.TEACHER_FAILED, epoch)
    state = await to_thread.run_sync(read_state, tmp_path, OsDisk())
    assert (state.items, state.rejected) == (1, {Reason.TEACHER_FAILED: 1})


async def test_only_what_was_rejected(tmp_path: Path, admit: MakeAdmit) -> None:
    """A record can't take up what is pending, unknown, or was not rejected so."""
    async with Journal.open(tmp_path) as journal:
        one, two = await admitted(journal, admit, "one", "two")
        await reject(journal, two.item_id, FINISHED)
        for item_id, why in ((one.item_id, "not done"), (two.item_id, "can't have been")):
            with pytest.raises(Impossible, match=why):
                journal.append(Reopen(item_id, 1, was=Reason.TIMEOUT))
