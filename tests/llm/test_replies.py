"""A reply is read for what it says, and what says nothing is a fault."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from codeiod.items import Usage
from codeiod.llm.faults import FaultKind, Refused, RefusedKind, TransportFault
from codeiod.llm.replies import Completion, read_completion


def read(
    message: Any, finish: Any = "stop", usage: Any = None, characters: int = 400, **more: Any
) -> Completion:
    choice = {"index": 0, "message": message, "finish_reason": finish}
    reply = {"choices": [choice], "model": "m-1", "usage": usage, **more}
    return read_completion(json.dumps(reply).encode(), characters)


def said(content: Any, **more: Any) -> dict[str, Any]:
    return {"role": "assistant", "content": content, **more}


@pytest.mark.parametrize(
    ("message", "text", "reasoning"),
    [
        (said("hello"), "hello", ""),
        (said("hello", reasoning_content="hm"), "hello", "hm"),
        (said("hello", reasoning="hm"), "hello", "hm"),
        (said("<think>hm</think>\n\nhello"), "hello", "hm"),
        (said("\n<think>\nhm\n</think>hello"), "hello", "hm"),
        (said("hm, so\n</think>\nhello"), "hello", "hm, so"),
        (said("<think>b</think>hello", reasoning="a"), "hello", "a\nb"),
        (said("say <think>no</think>"), "say <think>no</think>", ""),
        (said([{"type": "text", "text": "he"}, {"type": "text", "text": "llo"}]), "hello", ""),
        (said(" keep\n"), " keep\n", ""),
    ],
)
def test_the_answer_and_its_thought_are_kept_apart(
    message: dict[str, Any], text: str, reasoning: str
) -> None:
    """Whatever form the thought comes in, the answer is free of it, and it is not lost."""
    completion = read(message)
    assert (completion.text, completion.reasoning) == (text, reasoning)


@pytest.mark.parametrize("finish", ["stop", "tool_calls", "eos", None])
def test_other_finish_reasons_with_content_are_answers(finish: str | None) -> None:
    """Only a cut, a filter or a break makes content less than an answer."""
    assert read(said("hello"), finish).finish == "stop"


def test_a_cut_answer_is_marked() -> None:
    """What was cut off says so, even where nothing but thought came."""
    assert read(said("hel"), "length").finish == "length"
    thinking = read(said("<think>I wonder"), "length")
    assert (thinking.text, thinking.reasoning) == ("", "I wonder")
    assert read(said(None), "length").finish == "length"


def test_a_filtered_answer_is_refused() -> None:
    """``content_filter`` as a finish reason is for good, and may be paid."""
    with pytest.raises(Refused) as caught:
        read(said("he"), "content_filter")
    assert caught.value.kind is RefusedKind.CONTENT_FILTER
    assert caught.value.maybe_paid


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"<html>bad gateway\xff</html>",
        b'{"id": "x", "choices": [',
        b"[]",
        b"null",
        b"7",
        b"{}",
        b'{"choices": []}',
        b'{"choices": null}',
        b'{"choices": [null]}',
        b'{"choices": [{}]}',
        b'{"choices": [{"message": null}]}',
        b'{"choices": [{"message": {"content": ""}, "finish_reason": "stop"}]}',
        b'{"choices": [{"message": {"content": null}}]}',
        b'{"choices": [{"message": {"content": " \\n"}, "finish_reason": "stop"}]}',
        b'{"choices": [{"message": {"content": "half"}, "finish_reason": "abort"}]}',
        b"[" * 100_000,
    ],
)
def test_a_reply_without_an_answer_is_garbage(body: bytes) -> None:
    """It is asked again, and counts as perhaps paid."""
    with pytest.raises(TransportFault) as caught:
        read_completion(body, 1)
    assert caught.value.kind is FaultKind.GARBAGE
    assert caught.value.maybe_paid


def test_an_error_with_status_200_is_an_error() -> None:
    """Some gateways hide the status in the body."""
    with pytest.raises(TransportFault) as limited:
        read_completion(b'{"error": {"code": 429, "message": "slow down"}}', 1)
    assert limited.value.kind is FaultKind.RATE
    with pytest.raises(Refused) as refused:
        read_completion(b'{"error": {"code": 401, "message": "who are you"}}', 1)
    assert refused.value.kind is RefusedKind.KEY
    with pytest.raises(TransportFault):
        read_completion(b'{"error": "out of memory"}', 1)


def test_half_a_surrogate_pair_does_not_cost_the_answer() -> None:
    """What was paid for is kept, with a replacement character; whole pairs stay."""
    body = b'{"choices": [{"message": {"content": "a\\ud83d b\\ud83d\\ude00"}}]}'
    assert read_completion(body, 1).text == "a\ufffd b\U0001f600"


def test_usage_is_taken_as_counted() -> None:
    """Cached tokens are part of the input."""
    counted = {
        "prompt_tokens": 90,
        "prompt_tokens_details": {"cached_tokens": 64},
        "completion_tokens": 12,
    }
    completion = read(said("hello"), usage=counted)
    assert completion.usage == Usage(90, 64, 12)
    assert not completion.usage_estimated


@pytest.mark.parametrize(
    "usage",
    [
        None,
        [],
        {},
        {"prompt_tokens": -1, "completion_tokens": 0},
        {"prompt_tokens": 10**9, "completion_tokens": 10**12},
        {"prompt_tokens": "90", "completion_tokens": 1.5},
        {"prompt_tokens": True, "completion_tokens": None, "prompt_tokens_details": "?"},
    ],
)
def test_missing_or_absurd_usage_is_estimated(usage: Any) -> None:
    """A count that can't be is replaced by the characters over four, and flagged."""
    completion = read(said("hello world!"), usage=usage, characters=400)
    assert completion.usage == Usage(100, 0, 3, estimated=103)
    assert completion.usage_estimated


def test_half_a_usage_is_estimated_by_half() -> None:
    """Of a usage that tells one side alone, the other is estimated."""
    completion = read(said("hello world!"), usage={"prompt_tokens": 90}, characters=400)
    assert completion.usage == Usage(90, 0, 3, estimated=3)


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=5,
)


@given(content=json_values, finish=json_values, usage=json_values, message=json_values)
def test_any_reply_gives_an_answer_or_a_typed_fault(
    content: Any, finish: Any, usage: Any, message: Any
) -> None:
    """Whatever JSON stands in the fields, nothing else is raised."""
    for given_message in (message, said(content)):
        try:
            completion = read(given_message, finish, usage)
        except (TransportFault, Refused):
            continue
        assert completion.text.strip() or completion.finish == "length"
        assert completion.usage.input > 0
        assert completion.usage.output > 0
        assert 0 <= completion.usage.cached <= completion.usage.input
