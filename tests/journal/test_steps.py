"""Durable steps: done once, read back after a restart, never paid twice."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from pathlib import Path

import anyio
import pytest

from codeiod.items import Answer, GaveUp, Reason, Status, Usage, Verdict
from codeiod.journal import Changed, InFlight, Journal, Ledger, Steps
from codeiod.journal.codec import Unwritable
from codeiod.journal.folder import segment_name
from codeiod.journal.frame import unframe
from codeiod.journal.records import Admit

MakeAdmit = Callable[..., Admit]
ANSWER = Answer("text", "why", "m", usage=Usage(1, 2, 3), cost=0.25, currency="USD")
VERDICT = Verdict(Status.MISMATCH, "[1]", "no")


async def never() -> Verdict:
    raise AssertionError("done again")


async def never_paid(_: Ledger) -> Answer:
    raise AssertionError("paid again")


async def with_steps(
    directory: Path, admit: Admit, then: Callable[[Steps], Awaitable[None]]
) -> None:
    async with Journal.open(directory) as journal:
        if not journal.state.known(admit.item):
            journal.append(admit)
        await then(Steps(journal, admit.item, 0))


async def run(directory: Path, admit: Admit, *runs: Callable[[Steps], Awaitable[None]]) -> None:
    """Carry one item through, with a restart after each part."""
    for then in runs:
        await with_steps(directory, admit, then)


async def test_computed_once(tmp_path: Path, admit: MakeAdmit) -> None:
    """A computed result is there at once, and after a restart."""

    async def first(steps: Steps) -> None:
        async def work() -> Verdict:
            return VERDICT

        assert await steps.run("out/0/0/1", work, of="a", load=Verdict.load) == VERDICT
        assert await steps.run("out/0/0/1", never, of="a", load=Verdict.load) == VERDICT

    async def second(steps: Steps) -> None:
        assert await steps.run("out/0/0/1", never, of="a", load=Verdict.load) == VERDICT

    await run(tmp_path, admit("one"), first, second)


async def test_paid_once(tmp_path: Path, admit: MakeAdmit) -> None:
    """An answer is durable when it is returned, and never asked for again."""

    async def first(steps: Steps) -> None:
        async def ask(ledger: Ledger) -> Answer:
            assert await ledger.intent("q", 10, 0.5, "USD") == 1
            assert steps.in_flight.count == 1
            return ANSWER

        assert await steps.pay("unify/1", ask, of="a") == ANSWER
        assert steps.journal._synced == steps.journal._seq - 1
        assert steps.in_flight.count == 0

    async def second(steps: Steps) -> None:
        assert await steps.pay("unify/1", never_paid, of="a") == ANSWER
        assert steps.journal.state.calls.answered == 1

    await run(tmp_path, admit("one"), first, second)


async def test_a_request_is_on_record_before_it_leaves(tmp_path: Path, admit: MakeAdmit) -> None:
    """When the intent returns, its line is in the file, and the request counts as in flight."""
    path = anyio.Path(tmp_path, "journal", segment_name(1))

    async def only(steps: Steps) -> None:
        async def ask(ledger: Ledger) -> Answer:
            async with anyio.create_task_group() as group:
                group.start_soon(ledger.intent, "q", 10, 0.5, "USD")
                await anyio.lowlevel.checkpoint()
                assert steps.in_flight.count == 1
            last = unframe((await path.read_bytes()).splitlines()[-1])
            assert (last.kind, last.body["request"]) == ("intent", "q")
            return ANSWER

        await steps.pay("unify/1", ask, of="a")

    await run(tmp_path, admit("one"), only)


async def test_given_up_once(tmp_path: Path, admit: MakeAdmit) -> None:
    """A request that failed for good is not sent again after a restart."""
    gave_up = GaveUp(Reason.CONTENT_FILTER, "refused")

    async def first(steps: Steps) -> None:
        async def ask(ledger: Ledger) -> GaveUp:
            ledger.failed(await ledger.intent("q", 10, 0.5, "USD"), "400", paid=False)
            return gave_up

        assert await steps.pay("unify/1", ask, of="a") == gave_up

    async def second(steps: Steps) -> None:
        assert await steps.pay("unify/1", never_paid, of="a") == gave_up
        calls = steps.journal.state.calls
        assert (calls.answered, calls.failed, calls.perhaps.money) == (0, 1, {})

    await run(tmp_path, admit("one"), first, second)


async def test_attempts_go_on(tmp_path: Path, admit: MakeAdmit) -> None:
    """Attempts and truncated answers are counted on over restarts; a truncated one is no result."""

    async def first(steps: Steps) -> None:
        async def ask(ledger: Ledger) -> Answer:
            ledger.failed(await ledger.intent("q", 10, 0.5, "USD"), "reset", paid=True)
            attempt = await ledger.intent("q", 10, 0.5, "USD")
            await ledger.truncated_answer(attempt, Answer("te", finish="length"))
            await ledger.intent("q", 20, 0.5, "USD")
            raise RuntimeError("killed")

        with pytest.raises(RuntimeError):
            await steps.pay("unify/1", ask, of="a")
        assert steps.in_flight.count == 0

    async def second(steps: Steps) -> None:
        assert steps.journal.state.calls.lost == 1

        async def ask(ledger: Ledger) -> Answer:
            assert (ledger.attempt, ledger.truncated) == (3, 1)
            assert await ledger.intent("q", 20, 0.5, "USD") == 4
            return ANSWER

        assert await steps.pay("unify/1", ask, of="a") == ANSWER
        calls = steps.journal.state.calls
        assert (calls.answered, calls.truncated, calls.failed, calls.lost) == (1, 1, 1, 1)
        assert calls.perhaps.money == {"USD": 1.0}

    await run(tmp_path, admit("one"), first, second)


async def test_changed(tmp_path: Path, admit: MakeAdmit) -> None:
    """A result of something else is neither used nor made again in silence."""

    async def first(steps: Steps) -> None:
        async def work() -> Verdict:
            return VERDICT

        async def ask(ledger: Ledger) -> Answer:
            attempt = await ledger.intent("q", 10, 0.5, "USD")
            await ledger.truncated_answer(attempt, Answer("te", finish="length"))
            raise RuntimeError("killed")

        await steps.run("out/0/0/1", work, of="a", load=Verdict.load)
        with pytest.raises(RuntimeError):
            await steps.pay("unify/1", ask, of="a")

    async def second(steps: Steps) -> None:
        with pytest.raises(Changed, match="out/0/0/1"):
            await steps.run("out/0/0/1", never, of="b", load=Verdict.load)
        with pytest.raises(Changed, match="unify/1"):
            await steps.pay("unify/1", never_paid, of="b")

    await run(tmp_path, admit("one"), first, second)


async def test_truncated_is_no_result(tmp_path: Path, admit: MakeAdmit) -> None:
    """A teacher that hands back a truncated answer is told so."""

    async def only(steps: Steps) -> None:
        async def ask(_: Ledger) -> Answer:
            return Answer("te", finish="length")

        with pytest.raises(ValueError, match="truncated"):
            await steps.pay("unify/1", ask, of="a")

    await run(tmp_path, admit("one"), only)


async def test_unwritable_value_harms_no_other(tmp_path: Path, admit: MakeAdmit) -> None:
    """A text that JSON can't carry is that step's error; the journal goes on."""

    async def only(steps: Steps) -> None:
        async def ask(ledger: Ledger) -> Answer:
            await ledger.intent("q", 1, 0.0, "")
            return Answer("\ud800")

        with pytest.raises(Unwritable):
            await steps.pay("unify/1", ask, of="a")
        assert steps.in_flight.count == 0

        async def fine(ledger: Ledger) -> Answer:
            return ANSWER

        assert await steps.pay("unify/1", fine, of="a") == ANSWER

    await run(tmp_path, admit("one"), only)


async def test_cancelled_while_landing(tmp_path: Path, admit: MakeAdmit) -> None:
    """An answer whose waiter is cancelled is kept all the same."""

    async def first(steps: Steps) -> None:
        async def ask(_: Ledger) -> Answer:
            scope.cancel()
            return ANSWER

        with anyio.CancelScope() as scope:
            await steps.pay("unify/1", ask, of="a")
        assert scope.cancelled_caught

    async def second(steps: Steps) -> None:
        assert await steps.pay("unify/1", never_paid, of="a") == ANSWER

    await run(tmp_path, admit("one"), first, second)


async def test_idle() -> None:
    """``idle`` waits until the last request has landed."""
    in_flight = InFlight()
    await in_flight.idle()
    in_flight.begin()
    in_flight.begin()
    async with anyio.create_task_group() as group:
        group.start_soon(in_flight.idle)
        await anyio.wait_all_tasks_blocked()
        in_flight.end()
        await anyio.wait_all_tasks_blocked()
        assert group.cancel_scope.cancel_called is False
        in_flight.end()
    assert in_flight.count == 0
