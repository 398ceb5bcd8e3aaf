"""Load on the product's teacher, and what came of it second by second.

Imports anyio, the product's teacher and neighbours. The pace of the answers is looked at once a
second, as a person would: what is measured is a curve.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from itertools import count

import anyio

from codeiod.items import Answer
from codeiod.teachers.openai import OpenAITeacher
from llm_parts.asking import NoLedger, ask_of


@dataclass(slots=True)
class Load:
    """What came back."""

    started: float = field(default_factory=anyio.current_time)
    answered: Counter[int] = field(default_factory=Counter)
    """By the second from the start."""
    tokens: Counter[int] = field(default_factory=Counter)
    seconds: dict[int, list[float]] = field(default_factory=dict)
    """How long each answer took, from the request's wish to leave on, by the second."""

    def note(self, answer: Answer) -> None:
        """Count an answer."""
        second = int(anyio.current_time() - self.started)
        self.answered[second] += 1
        self.tokens[second] += answer.usage.input + answer.usage.output

    def rate(self, first: int, last: int) -> float:
        """Return answers a second from one second up to another."""
        return sum(self.answered[second] for second in range(first, last)) / (last - first)

    def token_rate(self, first: int, last: int) -> float:
        """Return tokens a second from one second up to another."""
        return sum(self.tokens[second] for second in range(first, last)) / (last - first)


Characters = Callable[[int], int]


@asynccontextmanager
async def loading(
    teacher: OpenAITeacher, askers: int, characters: Characters
) -> AsyncIterator[Load]:
    """Ask without end for the length of a block, so many at once.

    :param characters: how long the prompt of each number is.
    """
    load = Load()
    numbers = count()

    async def ask() -> None:
        for number in numbers:
            answer = await teacher.answer(ask_of(number, characters(number)), NoLedger())
            assert isinstance(answer, Answer), answer
            load.note(answer)

    async with anyio.create_task_group() as group:
        for _ in range(askers):
            group.start_soon(ask)
        yield load
        group.cancel_scope.cancel()
