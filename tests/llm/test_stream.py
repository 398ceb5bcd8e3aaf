"""A streamed answer is the same as one that was sent whole, however it is cut into pieces."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from aiohttp import web
from hypothesis import given
from hypothesis import strategies as st

from codeiod.items import Message, Usage
from codeiod.llm.client import ChatRequest, Client
from codeiod.llm.faults import FaultKind, Refused, TransportFault
from codeiod.llm.replies import completion_of
from codeiod.llm.stream import Stream

REQUEST = ChatRequest((Message("user", "how much is 1 + 1?"),))
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


def chunk(finish: str | None = None, **delta: str) -> dict[str, Any]:
    return {"model": "m-1", "choices": [{"index": 0, "delta": delta, "finish_reason": finish}]}


USAGE = {"choices": [], "usage": {"prompt_tokens": 7, "completion_tokens": 2}}
ANSWER = [chunk(role="assistant"), chunk(content="two"), chunk(content=", I think"), chunk("stop")]


def events(*chunks: Any) -> bytes:
    lines = [c if isinstance(c, str) else json.dumps(c) for c in chunks]
    return "".join(f"data: {line}\n\n" for line in lines).encode()


WHOLE = events(*ANSWER, USAGE, "[DONE]")


def streaming(*parts: bytes | float, end: bool = True) -> Handler:
    """Send parts; a number is a pause in seconds."""

    async def handle(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse(headers={"Content-Type": "text/event-stream"})
        await response.prepare(request)
        for part in parts:
            if isinstance(part, bytes):
                await response.write(part)
            else:
                await asyncio.sleep(part)
        if not end:
            await asyncio.sleep(3600)
        return response

    return handle


async def ask(server: Any, *script: Handler, deadline_seconds: float = 0, **values: Any) -> Any:
    server.script = list(script)
    client = Client(server.settings(**{"stream": True, **values}))
    try:
        return await client.complete(REQUEST, deadline_seconds=deadline_seconds)
    finally:
        await client.close()


@given(st.lists(st.text(), min_size=1), st.lists(st.text()), st.integers(1, 40), st.booleans())
def test_any_answer_in_any_pieces_is_put_together(
    texts: list[str], thoughts: list[str], size: int, crlf: bool
) -> None:
    """Content, reasoning, end, model and usage; where a piece ends means nothing."""
    told = [chunk(reasoning_content=thought) for thought in thoughts]
    data = events(*told, *(chunk(content=text) for text in texts), chunk("stop"), USAGE, "[DONE]")
    data = data.replace(b"\n", b"\r\n") if crlf else data
    stream = Stream()
    for start in range(0, len(data), size):
        stream.feed(data[start : start + size])
    assert stream.over
    reply = stream.reply()
    assert reply["choices"][0]["message"]["content"] == "".join(texts)
    assert reply["choices"][0]["message"]["reasoning_content"] == "".join(thoughts)
    assert reply["usage"] == USAGE["usage"]
    assert reply["model"] == "m-1"


@given(st.binary())
def test_bytes_of_any_kind_are_an_answer_or_a_fault(data: bytes) -> None:
    """Never another exception."""
    stream = Stream()
    try:
        stream.feed(data + b"\n" + WHOLE)
        completion_of(stream.reply(), 10)
    except (TransportFault, Refused):
        pass


async def test_an_answer_is_streamed(server: Any) -> None:
    """The server is asked for a stream with its usage, and the answer is as if sent whole."""
    answer = await ask(server, streaming(WHOLE))
    assert (answer.text, answer.finish, answer.model) == ("two, I think", "stop", "m-1")
    assert answer.usage == Usage(7, 0, 2)
    assert server.requests[0]["stream"] is True
    assert server.requests[0]["stream_options"] == {"include_usage": True}


async def test_a_server_that_does_not_stream_is_read_whole(server: Any) -> None:
    """Some ignore the wish."""

    async def whole(_: web.Request) -> web.Response:
        message = {"message": {"content": "two"}, "finish_reason": "stop"}
        return web.json_response({"choices": [message]})

    assert (await ask(server, whole)).text == "two"


async def test_what_follows_the_end_is_not_waited_for(server: Any) -> None:
    """A server that keeps the connection open after the last event holds nothing up."""
    assert (await ask(server, streaming(WHOLE, end=False))).text == "two, I think"


async def test_a_stream_that_stands_still_is_cut(server: Any) -> None:
    """Comments are no progress; the time before the first event is not counted."""
    start, comment = events(*ANSWER[:2]), b": still here\n\n"
    stalled = streaming(0.3, start, *(comment, 0.05) * 40, end=False)
    with pytest.raises(TransportFault, match=r"stood still for 0\.2 s") as caught:
        await ask(server, stalled, idle_seconds=0.2)
    assert (caught.value.kind, caught.value.maybe_paid) == (FaultKind.TIMEOUT, True)


async def test_the_first_word_may_take_as_long_as_a_whole_answer(server: Any) -> None:
    """And no longer, whether the server begins to answer or not."""

    async def silent(_: web.Request) -> web.StreamResponse:
        await asyncio.sleep(3600)
        return web.Response()

    for handler in (silent, streaming(end=False)):
        with pytest.raises(TransportFault, match=r"no answer within 0\.3 s"):
            await ask(server, handler, timeout_seconds=0.3)


@pytest.mark.parametrize("stream", [True, False])
async def test_a_deadline_bounds_the_whole(server: Any, stream: bool) -> None:
    """Even of an answer that goes on and on."""
    endless = streaming(*(events(chunk(content="on and ")), 0.05) * 100)
    with pytest.raises(TransportFault, match=r"no answer within 0\.4 s") as caught:
        await ask(server, endless, stream=stream, deadline_seconds=0.4)
    assert caught.value.kind is FaultKind.TIMEOUT


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        (events(*ANSWER[:3]), FaultKind.RESET),
        (events(*ANSWER[:3], {"error": {"message": "oops", "code": 500}}), FaultKind.STATUS),
        (events(*ANSWER[:3], "oops"), FaultKind.GARBAGE),
        (events(*ANSWER[:3], "[1]"), FaultKind.GARBAGE),
        (b"", FaultKind.RESET),
    ],
)
async def test_half_an_answer_is_none(server: Any, data: bytes, kind: FaultKind) -> None:
    """The stream ends early, or says that it failed."""
    with pytest.raises(TransportFault) as caught:
        await ask(server, streaming(data))
    assert caught.value.kind is kind
    assert caught.value.maybe_paid


async def test_a_stream_without_an_end_mark_is_whole_when_it_says_why_it_ended(server: Any) -> None:
    """Some servers send no [DONE], some no usage: then it is estimated."""
    answer = await ask(server, streaming(events(*ANSWER)))
    assert answer.text == "two, I think"
    assert answer.usage_estimated


async def test_an_answer_of_another_model_is_told_once(
    server: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    """A dated or full name of the model that was asked for is none."""
    for model, told in (("m", 0), ("org/m-1", 0), ("other", 1)):
        server.script = [streaming(WHOLE)]
        client = Client(server.settings(stream=True, model=model))
        for _ in range(2):
            await client.complete(REQUEST)
        await client.close()
        assert capsys.readouterr().out.count("endpoint.other_model") == told
