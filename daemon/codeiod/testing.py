"""Fakes of the outside things, for tests and benches: a teacher and a sandbox that cost nothing.

May import everything; nothing imports it. The fake program computes ``3 n + 1``, so that both fakes
know every right answer without running anything.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Sequence
from typing import TypeAlias

import anyio
from anyio.lowlevel import checkpoint

from codeiod.config import Settings
from codeiod.items import Answer, GaveUp, Task, Usage, digest
from codeiod.journal import Ledger
from codeiod.llm.notice import Notice
from codeiod.teachers.asks import Ask, PredictAsk, UnifyAsk
from codeiod_prompts import GENERATOR
from codeiod_sandbox import (
    DEFAULT_TRACE_LIMITS,
    Call,
    Outcome,
    Program,
    Raised,
    Returned,
    SandboxLevel,
    Traced,
    TraceLimits,
)

FAKE_MODEL = "fake"
UNIFY_ANSWER = """\
## Main Function
```python
def main_solution(n):
    return 3 * n + 1
```

## Input Output Description
Input:
  `n` (int): any number

Output:
  `return` (int): three times the number, and one

## Input Generator
```python
import random

def input_generator():
    return {"n": random.randrange(1000)}
```

## Problem Statement
What is three times `n`, and one?
"""


TeacherScript: TypeAlias = Callable[[Ask], str | GaveUp | None]
SandboxScript: TypeAlias = Callable[[Program, Call, bool, bool], Outcome | None]


class FakeTeacher:
    """A teacher that answers at once; what it gets right is fixed by what it is asked.

    :param right: how often the first turn and the second are right, from 0 to 1.
    :param script: says what to answer to an ask; None where the answer is to be as always.
    :param remember: whether to keep in ``asked`` what was asked; it grows with every call.
    """

    def __init__(
        self,
        right: tuple[float, float] = (0.5, 0.5),
        latency_seconds: float = 0.0,
        script: TeacherScript | None = None,
        *,
        remember: bool = True,
    ) -> None:
        self.asked: Counter[str] = Counter()
        """How often each conversation was answered, by its digest."""
        self._remember = remember
        self._right = right
        self._latency_seconds = latency_seconds
        self._script = script
        self._closed = False
        self._opened = Notice()

    async def answer(self, ask: Ask, ledger: Ledger) -> Answer | GaveUp:
        """Answer; each answer costs one unit of money."""
        while self._closed:
            await self._opened.wait()
        asked = digest(*(message.content for message in ask.messages))
        await ledger.intent(asked, 1, 1.0, "FAKE")
        if self._latency_seconds:
            await anyio.sleep(self._latency_seconds)
        else:
            await checkpoint()
        if self._remember:
            self.asked[asked] += 1
        said = self._script(ask) if self._script else None
        if isinstance(said, GaveUp):
            return said
        text = self._text(ask, asked) if said is None else said
        return Answer(text, model=FAKE_MODEL, usage=Usage(1, 0, 1), cost=1.0, currency="FAKE")

    async def room(self) -> None:
        """Have room always."""
        await checkpoint()

    def close_intake(self) -> None:
        """Answer nothing more until ``open_intake``."""
        self._closed = True

    def open_intake(self) -> None:
        """Answer again."""
        self._closed = False
        self._opened.give()

    def obey(self, settings: Settings, calls: int) -> None:
        """Go on as before: it has no limits."""

    async def reach(self) -> str:
        """Be there always."""
        return ""

    async def watch(self, tell: Callable[[str], None] | None = None) -> None:
        """Be well always."""
        await anyio.sleep_forever()

    def _text(self, ask: Ask, asked: str) -> str:
        if isinstance(ask, UnifyAsk):
            return UNIFY_ANSWER
        question, turn = (ask, 0) if isinstance(ask, PredictAsk) else (ask.ask, 1)
        known = json.loads(question.known)
        right = int(asked[:8], 16) / 0x1_0000_0000 < self._right[turn]
        if question.task is Task.OUTPUT_PREDICTION:
            return json.dumps({"output": 3 * known["n"] + 1 + (not right)})
        return json.dumps({"input": {"n": (known - 1) // 3 + (not right)}})


class FakeSandbox:
    """A sandbox that runs nothing: it knows what the fake teacher's program does.

    :param script: says what becomes of a call, from the program, the call, ``twin`` and ``alone``;
        None where it is to be as always.
    """

    level = SandboxLevel.FULL
    workers = 1

    def __init__(self, script: SandboxScript | None = None) -> None:
        self._script = script

    async def run(
        self, program: Program, calls: Sequence[Call], *, twin: bool = False, alone: bool = False
    ) -> list[Outcome]:
        """Return what the program would."""
        await checkpoint()
        script = self._script or (lambda *_: None)
        return [script(program, call, twin, alone) or self._outcome(call) for call in calls]

    async def trace(
        self,
        program: Program,
        call: Call,
        limits: TraceLimits = DEFAULT_TRACE_LIMITS,
        *,
        twin: bool = False,
    ) -> Traced:
        """Return what the program would, and no trace."""
        (outcome,) = await self.run(program, [call], twin=twin)
        return Traced(outcome, None)

    def _outcome(self, call: Call) -> Outcome:
        if call.function == GENERATOR:
            return _returned({"n": call.seed % 100_000})
        number = call.arguments.get("n")
        if not isinstance(number, int):
            return Raised("TypeError", "n is no number", 2)
        return _returned(3 * number + 1)


def _returned(value: object) -> Returned:
    return Returned(json.dumps(value), value, 0.0)
