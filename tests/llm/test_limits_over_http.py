"""Limits over a real connection: what headers tell reaches the pace, of answers and of refusals."""

from __future__ import annotations

from typing import Any

import orjson
import pytest
from aiohttp import web

from codeiod.items import Message
from codeiod.llm.client import ChatRequest, Client
from codeiod.llm.demand import Demand, Subject
from codeiod.llm.faults import FaultKind, Refused, RefusedKind, TransportFault
from codeiod.llm.pace import USED_SHARE, Pace
from codeiod.llm.ratelimit_headers import Told, told_limits

REQUEST = ChatRequest((Message("user", "how much is 1 + 1?"),))
ANSWER = {
    "model": "m",
    "choices": [{"message": {"content": "2"}, "finish_reason": "stop"}],
    "usage": {"prompt_tokens": 7, "completion_tokens": 2},
}
TOLD = {
    "x-ratelimit-limit-requests": "600",
    "x-ratelimit-remaining-requests": "599",
    "x-ratelimit-reset-requests": "100ms",
    "x-request-id": "abc",
}


def reply(body: Any, status: int = 200, headers: dict[str, str] | None = None) -> Any:
    async def handle(_: web.Request) -> web.Response:
        return web.Response(body=orjson.dumps(body), status=status, headers=headers)

    return handle


async def test_an_answer_brings_the_limits_that_it_announces(server: Any) -> None:
    """And no other header; where none is announced there is nothing."""
    server.script = [reply(ANSWER, headers=TOLD), reply(ANSWER)]
    client = Client(server.settings())
    try:
        told = (await client.complete(REQUEST)).ratelimit
        assert told is not None
        assert len(told) == 3
        assert told_limits(told) == {Subject.REQUESTS: Told(600, 599)}
        assert not (await client.complete(REQUEST)).ratelimit
    finally:
        await client.close()
    pace = Pace()
    pace.hear(0, told, Demand())
    for _ in range(10):
        pace.take(100, Demand())
    assert pace.moment() == pytest.approx(100 - 0.25 + 10 * 0.1 / USED_SHARE)


async def test_a_refusal_brings_them_too(server: Any) -> None:
    """With what the server asks to wait; a used-up quota is another thing, though it is a 429."""
    error = {"error": {"message": "slow down", "code": "rate_limit_exceeded"}}
    broke = {"error": {"message": "pay first", "code": "insufficient_quota"}}
    server.script = [reply(error, 429, {**TOLD, "Retry-After": "3"}), reply(broke, 429)]
    client = Client(server.settings())
    try:
        with pytest.raises(TransportFault) as caught:
            await client.complete(REQUEST)
        assert caught.value.kind is FaultKind.RATE
        assert caught.value.retry_after == 3
        assert told_limits(caught.value.headers) == {Subject.REQUESTS: Told(600, 599)}
        with pytest.raises(Refused) as refused:
            await client.complete(REQUEST)
        assert refused.value.kind is RefusedKind.QUOTA
    finally:
        await client.close()
