"""What an endpoint of the bench answers. Imports the standard library and orjson.

``programs`` plays a whole teacher for files that hold a line ``offset = N``: each becomes a program
that computes ``3 * n + N``, of which the teacher predicts seven in ten right at once, and all after
feedback.
"""

from __future__ import annotations

import hashlib
import json
import random
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import orjson

CHARACTERS_PER_TOKEN = 4
RIGHT_AT_ONCE = 0.7
THOUGHT = "Each step follows from the code: the number is tripled, then the offset is added. "
THOUGHTS = 12
FEWEST_WORDS, MOST_WORDS = 40, 1200
_OFFSET = re.compile(r"offset = (\d+)")
_KNOWN = re.compile(r"(The arguments of the call|The returned value):\n(.*)\Z", re.DOTALL)
_PROGRAM = """\
## Main Function
```python
def main_solution(n):
    offset = {offset}
    return 3 * n + offset
```

## Input Output Description
Input:
  `n` (int): any number below a million

Output:
  `return` (int): three times the number, and {offset}

## Input Generator
```python
import random

def input_generator():
    return {{"n": random.randrange(1000000)}}
```

## Problem Statement
What is three times `n`, and {offset}?
"""


@dataclass(frozen=True, slots=True)
class Scripted:
    """An answer as it is sent, and what it counts."""

    body: bytes
    tokens: int
    key: str
    """Names what was asked."""
    stage: str = ""


Script = Callable[[bytes], Scripted]


def script_of(name: str) -> Script:
    """Return a script by its name."""
    return {"constant": _constant(), "varied": _varied, "programs": _programs}[name]


def reply(text: str, prompt_tokens: int) -> bytes:
    """Write a chat completion."""
    tokens = len(text) // CHARACTERS_PER_TOKEN
    return orjson.dumps(
        {
            "id": "chatcmpl-1",
            "object": "chat.completion",
            "model": "bench",
            "choices": [
                {
                    "index": 0,
                    "message": {"role": "assistant", "content": text},
                    "finish_reason": "stop",
                }
            ],
            "usage": {
                "prompt_tokens": prompt_tokens,
                "completion_tokens": tokens,
                "total_tokens": prompt_tokens + tokens,
            },
        }
    )


def _constant() -> Script:
    text = THOUGHT * THOUGHTS + '\n\n```json\n{"output": 7}\n```'
    body = reply(text, 1500)
    tokens = len(text) // CHARACTERS_PER_TOKEN

    def answer(asked: bytes) -> Scripted:
        return Scripted(body, tokens, _key(asked))

    return answer


def _varied(asked: bytes) -> Scripted:
    key = _key(asked)
    text = "word " * random.Random(key).randint(FEWEST_WORDS, MOST_WORDS) + '{"output": 7}'
    tokens = len(text) // CHARACTERS_PER_TOKEN
    return Scripted(reply(text, len(asked) // CHARACTERS_PER_TOKEN), tokens, key)


def _programs(asked: bytes) -> Scripted:
    messages: list[dict[str, Any]] = orjson.loads(asked)["messages"]
    first = messages[0]["content"]
    offset = int(next(iter(_OFFSET.findall(first)), 0))
    known = _KNOWN.search(first)
    stage = "unify" if known is None else "predict" if len(messages) == 1 else "revise"
    text = _PROGRAM.format(offset=offset) if known is None else _prediction(messages, known, offset)
    tokens = len(text) // CHARACTERS_PER_TOKEN
    body = reply(text, len(asked) // CHARACTERS_PER_TOKEN)
    return Scripted(body, tokens, _key(asked), stage)


def _prediction(messages: list[dict[str, Any]], known: re.Match[str], offset: int) -> str:
    value = json.loads(known[2])
    draw = int(hashlib.blake2b(known[0].encode(), digest_size=4).hexdigest(), 16) / 2**32
    slip = int(len(messages) == 1 and draw > RIGHT_AT_ONCE)
    if known[1].startswith("The arguments"):
        answer: Any = {"output": 3 * value["n"] + offset + slip}
    else:
        answer = {"input": {"n": (value - offset) // 3 + slip}}
    return THOUGHT * THOUGHTS + f"\n\n```json\n{json.dumps(answer)}\n```"


def _key(asked: bytes) -> str:
    return hashlib.blake2b(asked, digest_size=12).hexdigest()
