"""What was paid, perhaps paid and lost, and on which day; records of older versions count too."""

from __future__ import annotations

import json
from typing import Any

from codeiod.items import Stage, Usage
from codeiod.journal.calls import Bill, Calls, stage_of
from codeiod.journal.codec import decode, encode
from codeiod.journal.records import Commit, Failed, Intent, Reopen, Step
from codeiod.journal.tally import Tally

DAY = 86_400
MONDAY, TUESDAY = 100 * DAY + 10, 101 * DAY + 10


def intent(attempt: int, at: int) -> Intent:
    return Intent("i", 0, "unify/1", attempt, "q", 7, 0.5, "USD", at)


def answer(attempt: int, at: int, key: str = "unify/1") -> Step:
    return Step("i", 0, key, attempt, "of", {}, Usage(1, 0, 2), 0.25, "USD", at=at)


def test_days() -> None:
    """An answer counts on the day it came, what was cut off on the day it failed."""
    calls = Calls()
    calls.intend(intent(1, MONDAY))
    calls.pay(answer(1, MONDAY))
    calls.intend(intent(2, MONDAY))
    calls.fail(Failed("i", 0, "unify/1", 2, "timeout", True, TUESDAY))
    calls.intend(intent(3, TUESDAY))
    calls.fail(Failed("i", 0, "unify/1", 3, "refused", False, TUESDAY))
    assert calls.by_day == {100: Bill({"USD": 0.25}, 3), 101: Bill({"USD": 0.5}, 7)}
    assert (calls.money, calls.perhaps) == ({"USD": 0.25}, Bill({"USD": 0.5}, 7))


def test_lost_counts_on_the_day_it_left() -> None:
    """What was in flight when a daemon died counts at its estimate, on the day it left."""
    calls = Calls()
    calls.intend(intent(1, MONDAY))
    assert calls.perhaps == Bill()
    assert calls.perhaps_open == Bill({"USD": 0.5}, 7)
    calls.start("1970-04-12T00:00:00+00:00")
    assert calls.lost == 1
    assert calls.by_day == {100: Bill({"USD": 0.5}, 7)}


def test_older_records() -> None:
    """Records without a time count on the day of the daemon that wrote them."""
    calls = Calls()
    calls.start("1970-04-11T12:00:00+00:00")
    calls.intend(intent(1, 0))
    calls.pay(answer(1, 0))
    assert calls.by_day == {100: Bill({"USD": 0.25}, 3)}


def test_older_records_are_read() -> None:
    """What newer versions added to records is absent from older ones."""
    added: dict[str, Any]
    for record, added in (
        (intent(1, 0), {"at": 0}),
        (Failed("i", 0, "unify/1", 1, "why", True), {"at": 0}),
        (answer(1, 0), {"at": 0}),
        (Commit((), {}, Tally()), {"at": 0}),
        (Reopen("i", 1), {}),
    ):
        body = dict(decoded_body(record))
        assert {key: body.pop(key) for key in added} == added
        assert decode(record.KIND, body) == record


def decoded_body(record: Any) -> dict[str, Any]:
    body: dict[str, Any] = json.loads(encode(record))
    if isinstance(body.get("usage"), dict):
        del body["usage"]["estimated"]
    return body


def test_stages() -> None:
    """A key tells which stage paid."""
    calls = Calls()
    for number, key in enumerate(("unify/1", "unify/2", "out/0/0/1", "in/2/0/2"), 1):
        calls.pay(answer(number, MONDAY, key))
    assert {stage: one.calls for stage, one in calls.by_stage.items()} == {
        Stage.UNIFY: 2,
        Stage.PREDICT: 1,
        Stage.REVISE: 1,
    }
    assert stage_of("in/10/11/1") is Stage.PREDICT
