"""What is to come, from what is done: nothing where nothing is known, and never below zero."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from codeiod.items import Origin, Reason, Usage, item_id_of
from codeiod.journal.records import (
    FINISHED,
    Admit,
    Commit,
    Done,
    Expected,
    Open,
    Record,
    Step,
)
from codeiod.journal.state import Position, State
from codeiod.journal.tally import Tally
from codeiod.reports.forecast import Forecast, Range, forecast_of

START = 1_000_000_000
SECONDS_AN_ITEM = 10


def fold(*records: Record) -> State:
    state = State()
    for offset, record in enumerate(records):
        state.apply(record, Position(1, offset, 1))
    return state


def run_of(prices: list[float], pending: int, expected: int = 0) -> State:
    """A run whose items cost so much, one call each, one after the other; then some pending."""
    records: list[Record] = [Open(1, "j", "0", "2001-09-09T01:46:40+00:00", 1, start=True)]
    for number, price in enumerate([*prices, *[0.0] * pending]):
        item = item_id_of(str(number).encode())
        records.append(Admit(item, "r", Origin("s", str(number)), {}, "", "now"))
        if number < len(prices):
            at = START + (number + 1) * SECONDS_AN_ITEM
            usage = Usage(100, 0, 10)
            records.append(Step(item, 0, "unify/1", 1, "of", {}, usage, price, "USD", at=at))
            records.append(Commit((Done(item, 0, FINISHED),), {}, Tally(), at))
    return fold(*records, *([Expected(expected)] if expected else []))


def test_nothing_known() -> None:
    """Before anything is done, and when all is, there is nothing to tell."""
    assert forecast_of(State()) == Forecast()
    assert forecast_of(run_of([], 7)) == Forecast(0, 7)
    assert forecast_of(run_of([1.0], 0)) == Forecast(1, 0)


def test_the_rest_is_like_what_was_done() -> None:
    """Calls, tokens, money and time of the rest follow from the items before."""
    rest = forecast_of(run_of([1.0, 3.0] * 50, 10, expected=150))
    assert (rest.done_items, rest.items) == (100, 50)
    assert rest.calls == Range(50, 50, 50)
    assert rest.input_tokens.likely == 5000
    assert rest.output_tokens.likely == 500
    money = rest.money["USD"]
    assert 80 < money.low < money.likely == 100 < money.high < 120
    assert rest.seconds.low < rest.seconds.likely == 50 * SECONDS_AN_ITEM < rest.seconds.high


def test_what_pending_items_have_paid_is_not_to_come() -> None:
    """A call that a pending item has made already is taken off."""
    state = run_of([1.0] * 10, 1)
    item = next(iter(state.pending))
    state.apply(
        Step(item, 0, "unify/1", 1, "of", {}, Usage(100, 0, 10), 1.0, "USD"), Position(1, 99, 1)
    )
    rest = forecast_of(state)
    assert (rest.items, rest.calls.likely, rest.money["USD"].likely) == (1, 0, 0)


def test_early_rejections_do_not_make_it_cheap() -> None:
    """Items that are on their way to samples count as such before they are done."""
    records: list[Record] = []
    for number in range(30):
        item = item_id_of(str(number).encode())
        records.append(Admit(item, "r", Origin("s", str(number)), {}, "", "now"))
        cost = 10.0 if number < 10 else 1.0
        records.append(Step(item, 0, "unify/1", 1, "of", {}, Usage(1, 0, 1), cost, "USD"))
        if number < 20:
            outcome = FINISHED if number < 10 else Reason.UNPARSABLE
            records.append(Commit((Done(item, 0, outcome),), {}, Tally()))
        else:
            records.append(Step(item, 0, "out/0/0/1", 1, "of", {}, Usage(1, 0, 1), 0.0, "USD"))
    rest = forecast_of(fold(*records))
    per_item = (20 * 10.0 + 10 * 1.0) / 30  # two in three finish, not one in two
    assert rest.money["USD"].likely == pytest.approx(10 * per_item - 10 * 1.0, abs=1e-4)
    assert forecast_of(fold(*records[30:])) == Forecast(0, 10)


@given(st.lists(st.floats(0, 1e6), min_size=1, max_size=30), st.integers(0, 20), st.integers(0, 99))
def test_ranges(prices: list[float], pending: int, expected: int) -> None:
    """Each range holds what is likely, and nothing is below zero."""
    rest = forecast_of(run_of(prices, pending, expected))
    for one in (
        rest.calls,
        rest.input_tokens,
        rest.output_tokens,
        rest.seconds,
        *rest.money.values(),
    ):
        assert 0 <= one.low <= one.likely <= one.high


def test_time_counts_while_a_daemon_was_at_work() -> None:
    """The days between two runs are no part of the pace."""
    state = run_of([1.0] * 10, 5)
    state.apply(Open(1, "j", "0", "2001-10-09T01:46:40+00:00", 1, start=True), Position(1, 98, 1))
    assert state.course.seconds == 10 * SECONDS_AN_ITEM
    assert forecast_of(state).seconds.likely == 5 * SECONDS_AN_ITEM
