"""Read the body of a chat completion: the answer, its reasoning, why it ended, what it used.

May import orjson, ``items`` and ``llm.faults``. Pure: bytes in, a value or a fault out.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import orjson

from codeiod.items import Usage
from codeiod.llm.faults import (
    Complaint,
    FaultKind,
    Refused,
    RefusedKind,
    TransportFault,
    classify,
)

CHARACTERS_PER_TOKEN = 4.0
MOST_TOKENS = 1_000_000
"""More than this in one answer is no count of tokens: no model writes so much at once."""
MOST_TOKENS_PER_CHARACTER = 4
MOST_TEMPLATE_TOKENS = 20_000
"""What a chat template and a hidden system prompt may add to the input."""
INTERRUPTED = ("error", "abort", "aborted", "insufficient_system_resource")
"""Finish reasons of answers that the server broke off (OpenRouter, vLLM, SGLang, DeepSeek)."""
THINK_OPEN, THINK_CLOSE = "<think>", "</think>"


@dataclass(frozen=True, slots=True)
class Completion:
    """One answer of an endpoint."""

    text: str
    reasoning: str
    model: str
    finish: str
    """``stop`` or ``length``."""
    usage: Usage
    usage_estimated: bool = False
    """Whether a count was missing or absurd and is a guess from the characters."""
    ratelimit: Mapping[str, str] | None = None
    """The headers that announce limits (see ``ratelimit_headers``)."""


def read_completion(body: bytes, input_characters: int) -> Completion:
    """Read a reply with a status of 2xx.

    :param input_characters: of the request, to judge and to replace the counted tokens.
    :raises TransportFault: it holds no answer.
    :raises Refused: the answer was filtered, or the body is an error in disguise.
    """
    return completion_of(_parse(body), input_characters)


def completion_of(reply: Mapping[str, Any], input_characters: int) -> Completion:
    """Read a reply that is parsed, or put together from a stream.

    :raises: as ``read_completion``.
    """
    choice, message = _first_choice(reply)
    finish = choice.get("finish_reason")
    if finish == "content_filter":
        raise Refused(RefusedKind.CONTENT_FILTER, "the answer was filtered", maybe_paid=True)
    if finish in INTERRUPTED:
        raise garbage(f"the server broke the answer off: {finish}")
    text, reasoning = _split_thought(_text_of(message))
    given = message.get("reasoning_content") or message.get("reasoning")
    if isinstance(given, str):
        reasoning = f"{given}\n{reasoning}" if reasoning else given
    if not text.strip() and finish != "length":
        raise garbage("the answer is empty")
    usage, estimated = _usage(reply.get("usage"), input_characters, len(text) + len(reasoning))
    model = reply.get("model")
    return Completion(
        text=text,
        reasoning=reasoning,
        model=model if isinstance(model, str) else "",
        finish="length" if finish == "length" else "stop",
        usage=usage,
        usage_estimated=estimated,
    )


def parse_json(body: bytes) -> Any:
    """Parse JSON as tolerantly as answers that were paid for deserve.

    :raises ValueError: it is no JSON.
    """
    try:
        return orjson.loads(body)
    except orjson.JSONDecodeError:
        # orjson refuses half a surrogate pair, which some servers cut and escape: it is replaced
        text = json.dumps(json.loads(body.decode("utf-8")), ensure_ascii=False)
        whole = text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
        return json.loads(whole)


def _parse(body: bytes) -> Mapping[str, Any]:
    try:
        reply = parse_json(body)
    except (ValueError, RecursionError) as error:
        start = " ".join(body[:60].decode("utf-8", "replace").split())
        raise garbage(f"the reply is no JSON; it begins {start!r}") from error
    if isinstance(reply, dict) and reply.get("error") and not reply.get("choices"):
        raise disguised(reply)
    if not isinstance(reply, dict):
        raise garbage("the reply is no JSON object")
    return reply


def disguised(reply: Mapping[str, Any]) -> TransportFault | Refused:
    """Read an error that came with status 200 (OpenRouter, some gateways)."""
    error = reply["error"]
    code = error.get("code") if isinstance(error, Mapping) else None
    status = code if isinstance(code, int) and 400 <= code < 600 else 500
    return classify(status, Complaint.read(reply))


def _first_choice(reply: Mapping[str, Any]) -> tuple[Mapping[str, Any], Mapping[str, Any]]:
    choices = reply.get("choices")
    if not isinstance(choices, list) or not choices or not isinstance(choices[0], dict):
        raise garbage("the reply has no choices")
    message = choices[0].get("message")
    if not isinstance(message, dict):
        raise garbage("the reply has no message")
    return choices[0], message


def _text_of(message: Mapping[str, Any]) -> str:
    content = message.get("content")
    if isinstance(content, list):
        parts = [part.get("text") for part in content if isinstance(part, dict)]
        return "".join(part for part in parts if isinstance(part, str))
    return content if isinstance(content, str) else ""


def _split_thought(content: str) -> tuple[str, str]:
    """Split off a leading thought; some templates open it in the prompt, so only its end shows."""
    start = content.lstrip()
    opened = start.startswith(THINK_OPEN)
    thought, close, text = start.partition(THINK_CLOSE)
    if close and (opened or THINK_OPEN not in thought):
        return text.lstrip(), thought.removeprefix(THINK_OPEN).strip()
    if opened:  # cut off while thinking
        return "", start.removeprefix(THINK_OPEN).strip()
    return content, ""


def _usage(given: Any, input_characters: int, output_characters: int) -> tuple[Usage, bool]:
    counts = given if isinstance(given, dict) else {}
    most_input = MOST_TEMPLATE_TOKENS + MOST_TOKENS_PER_CHARACTER * input_characters
    input_tokens = _count(counts.get("prompt_tokens"), most_input)
    output_tokens = _count(counts.get("completion_tokens"), MOST_TOKENS)
    details = counts.get("prompt_tokens_details")
    cached = details.get("cached_tokens") if isinstance(details, dict) else None
    guessed_input = 0 if input_tokens else estimate_tokens(input_characters)
    guessed_output = 0 if output_tokens else estimate_tokens(output_characters)
    usage = Usage(
        input=input_tokens or guessed_input,
        cached=_count(cached, input_tokens or 0) or 0,
        output=output_tokens or guessed_output,
        estimated=guessed_input + guessed_output,
    )
    return usage, usage.estimated > 0


def _count(value: Any, most: int) -> int | None:
    """Take a believable count; None otherwise."""
    if isinstance(value, int) and not isinstance(value, bool) and 0 < value <= most:
        return value
    return None


def estimate_tokens(characters: int, characters_per_token: float = CHARACTERS_PER_TOKEN) -> int:
    """Guess the tokens of a text; never 0."""
    return max(1, round(characters / characters_per_token))


def garbage(message: str) -> TransportFault:
    return TransportFault(FaultKind.GARBAGE, message, maybe_paid=True)
