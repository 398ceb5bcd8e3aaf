"""What is logged on behalf of an item names it."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager

import structlog
from structlog.contextvars import merge_contextvars
from structlog.testing import capture_logs

from codeiod.items import Answer, GaveUp
from codeiod.journal import Ledger
from codeiod.stages.work import Work
from codeiod.synthesis import carry
from codeiod.teachers.asks import Ask
from codeiod.testing import FakeTeacher

log = structlog.get_logger()


class TalkingTeacher(FakeTeacher):
    """Logs each request, as a retry would be."""

    async def answer(self, ask: Ask, ledger: Ledger) -> Answer | GaveUp:
        log.warning("teacher.retry")
        return await super().answer(ask, ledger)


async def test_events_of_an_item_have_its_id(
    open_work: Callable[..., AbstractAsyncContextManager[Work]],
) -> None:
    """Whatever part logs them, in whatever task; and nothing after it has."""
    async with open_work(teacher=TalkingTeacher()) as work:
        with capture_logs(processors=[merge_contextvars]) as logs:
            await carry(work)
            log.info("other")
    *events, other = logs
    assert len(events) > 2
    assert {event["item"] for event in events} == {work.item.item_id}
    assert "item" not in other
