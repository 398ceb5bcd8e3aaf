"""What a budget holds while a run goes is what the next start derives from the journal."""

from __future__ import annotations

import random
from pathlib import Path

import anyio
import pytest
from anyio import to_thread

from codeiod.config import Settings
from codeiod.items import Item, Message, Origin, Usage, item_id_of
from codeiod.journal import Journal, Steps
from codeiod.journal.disk import OsDisk
from codeiod.journal.records import Admit, RecipeSet
from codeiod.journal.replay import read_state
from codeiod.llm import (
    ChatRequest,
    Completion,
    FaultKind,
    Policy,
    Refused,
    RefusedKind,
    TransportFault,
)
from codeiod.service.budget import budget_of
from codeiod.teachers.asks import Sampling, UnifyAsk
from codeiod.teachers.openai import OpenAITeacher

ITEMS = 40
POLICY = Policy(first_wait_seconds=0.0, longest_wait_seconds=0.0, early_wait_seconds=0.0)
SETTINGS = Settings.model_validate(
    {
        "endpoint": [
            {
                "base_url": "http://h.test/v1",
                "model": "m",
                "price": {"currency": "USD", "input": 1.0, "output": 10.0},
            }
        ],
        "budget": {"money": 1e9},
    }
)


class Unsteady:
    """An endpoint that fails in every way, by chance."""

    def __init__(self, draw: random.Random) -> None:
        self._draw = draw

    async def complete(self, request: ChatRequest, *, deadline_seconds: float = 0) -> Completion:
        for _ in range(self._draw.randrange(3)):
            await anyio.lowlevel.checkpoint()
        match self._draw.randrange(8):
            case 0:
                raise TransportFault(FaultKind.RESET, "cut", maybe_paid=True)
            case 1:
                raise TransportFault(FaultKind.STATUS, "503")
            case 2:
                raise Refused(RefusedKind.CONTENT_FILTER, "filtered", maybe_paid=True)
            case 3:
                raise Refused(RefusedKind.CONTEXT_LENGTH, "too long")
            case 4:
                return Completion("cut o", "", "m", "length", self._usage())
            case _:
                return Completion("fine", "", "m", "stop", self._usage())

    def _usage(self) -> Usage:
        return Usage(self._draw.randrange(1, 5000), 0, self._draw.randrange(1, 5000))

    async def close(self) -> None:
        """Have nothing open."""


@pytest.mark.parametrize("seed", range(3))
async def test_the_journal_knows_what_was_spent(tmp_path: Path, seed: int) -> None:
    """However requests end, and whatever they cost, nothing is counted twice or forgotten."""
    draw = random.Random(seed)
    async with Journal.open(tmp_path) as journal:
        budget = budget_of(SETTINGS, journal.state.calls)
        teacher = OpenAITeacher(
            SETTINGS, budget=budget, policy=POLICY, connect=lambda *_: Unsteady(draw)
        )
        async with teacher, anyio.create_task_group() as asking:
            journal.append(RecipeSet("r", {}))
            for number in range(ITEMS):
                item_id = item_id_of(str(number).encode())
                origin = Origin("s", str(number))
                journal.append(Admit(item_id, "r", origin, {}, "x", "now"))
                item = Item(item_id, 0, "r", origin, "x", {})
                ask = UnifyAsk(item, (Message("user", f"question {number}"),), Sampling())

                async def pay(ask: UnifyAsk = ask) -> None:
                    steps = Steps(journal, ask.item.item_id, 0)
                    await steps.pay("unify/1", lambda ledger: teacher.answer(ask, ledger), of="a")

                asking.start_soon(pay)
        calls = journal.state.calls
        assert calls.failed
        assert calls.truncated
        assert calls.perhaps.money["USD"] > 0
        assert budget.in_flight == 0
    again = budget_of(SETTINGS, (await to_thread.run_sync(read_state, tmp_path, OsDisk())).calls)
    assert again.spent.tokens == budget.spent.tokens
    assert again.spent.money == pytest.approx(budget.spent.money)
    assert budget.reserve(1e9 - budget.spent.money, "USD", 1)
    assert again.reserve(1e9 - budget.spent.money, "USD", 1)
