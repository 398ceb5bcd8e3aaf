"""The client on a real server with a real model: llama.cpp's, where CODEIOD_REAL_LLM names one.

``sh bench/real_llm.sh`` fetches and starts one, and runs these. What the model says is its own
affair; what is tested is that all of it is read.
"""

from __future__ import annotations

import json
import os
from typing import Any

import pytest

from codeiod.config import EndpointSettings
from codeiod.items import Message
from codeiod.llm.client import ChatRequest, Client, Completion
from codeiod.llm.faults import Refused, RefusedKind

BASE_URL = os.environ.get("CODEIOD_REAL_LLM", "")
pytestmark = pytest.mark.skipif(not BASE_URL, reason="CODEIOD_REAL_LLM names no real server")

SCHEMA = {
    "type": "object",
    "properties": {"output": {"type": "integer"}},
    "required": ["output"],
    "additionalProperties": False,
}
AS_SCHEMA = {
    "response_format": {"type": "json_schema", "json_schema": {"name": "answer", "schema": SCHEMA}}
}
QUESTION = 'How much is 2 + 2? Answer with JSON: {"output": n}'


async def complete(text: str, *, stream: bool, max_tokens: int, **extra: Any) -> Completion:
    settings = EndpointSettings(base_url=BASE_URL, model="m", stream=stream, extra_body=extra)
    client = Client(settings)
    try:
        request = ChatRequest((Message("user", text),), temperature=0.0, max_tokens=max_tokens)
        return await client.complete(request)
    finally:
        await client.close()


@pytest.mark.parametrize("stream", [False, True])
async def test_an_answer_is_read_with_what_it_used(stream: bool) -> None:
    """Whole or streamed; the server counts the tokens in both."""
    answer = await complete(QUESTION, stream=stream, max_tokens=60)
    assert answer.text.strip()
    assert not answer.usage_estimated
    assert answer.usage.input > 10
    assert 0 < answer.usage.output <= 60


@pytest.mark.parametrize("stream", [False, True])
async def test_an_answer_that_is_cut_off_says_so(stream: bool) -> None:
    """By the limit that was sent."""
    answer = await complete("Count from 1 to 1000.", stream=stream, max_tokens=5)
    assert (answer.finish, answer.usage.output) == ("length", 5)


@pytest.mark.parametrize("stream", [False, True])
async def test_an_answer_keeps_to_a_schema(stream: bool) -> None:
    """Which travels in the extra body."""
    answer = await complete(QUESTION, stream=stream, max_tokens=60, **AS_SCHEMA)
    assert isinstance(json.loads(answer.text)["output"], int)


@pytest.mark.parametrize("stream", [False, True])
async def test_a_prompt_that_is_too_long_is_refused(stream: bool) -> None:
    """For good, by its name: no retry would help."""
    with pytest.raises(Refused) as caught:
        await complete("word " * 20_000, stream=stream, max_tokens=5)
    assert caught.value.kind is RefusedKind.CONTEXT_LENGTH
