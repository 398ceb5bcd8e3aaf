"""The built-in teacher: needs no LLM, answers by running the program in the sandbox.

May import ``asks``, ``config``, ``llm.limits``, its neighbours, ``execution``, ``items``, the
prompts and the sandbox. What a file holds is read and never run here; all that runs, runs in the
sandbox.
"""

from __future__ import annotations

import json
from collections.abc import Callable

import anyio
import anyio.to_thread

from codeiod.config import Settings
from codeiod.execution import Runner, trace
from codeiod.items import Answer, GaveUp, Item, Task, digest, draw_seed
from codeiod.journal import Ledger
from codeiod.llm.limits import Slots
from codeiod.teachers.asks import Ask, PredictAsk, ReviseAsk, UnifyAsk
from codeiod.teachers.builtin.analysis import find_candidates
from codeiod.teachers.builtin.candidates import Declined
from codeiod.teachers.builtin.composing import compose, untold
from codeiod.teachers.builtin.fitting import Unfit, fit
from codeiod.teachers.builtin.narration import NARRATION_LIMITS, narrate
from codeiod.teachers.builtin.searching import search_input
from codeiod.teachers.builtin.shared_runs import SharedRuns
from codeiod_prompts import ENTRY_POINT
from codeiod_sandbox import Call

MODEL = "builtin-2"
CANDIDATES = 3
"""How many functions of a file are tried, the one that holds most logic first."""
DRAWS = 50
"""The draws of the sample stage, with the seeds that it takes as long as nothing else is set."""


class BuiltinTeacher:
    """A teacher that reads what an ask was made from, and runs it."""

    def __init__(self, sandbox: Runner, in_flight: int) -> None:
        self._sandbox = SharedRuns(sandbox)
        self._slots = Slots(in_flight)

    async def answer(self, ask: Ask, ledger: Ledger) -> Answer | GaveUp:
        """Answer from static analysis and execution; free, so its intents cost nothing."""
        async with self._slots.hold():
            asked = digest(*(message.content for message in ask.messages))
            await ledger.intent(asked, 0, 0.0, "")
            return Answer(text=await self._text(ask), model=MODEL)

    async def room(self) -> None:
        await self._slots.room()

    async def reach(self) -> str:
        """Be there always."""
        return ""

    async def watch(self, tell: Callable[[str], None] | None = None) -> None:
        """Watch for ever: nothing that it needs can go away."""
        await anyio.sleep_forever()

    def obey(self, settings: Settings, calls: int) -> None:
        """Work on so many calls at once from now on."""
        self._slots.obey(calls)

    def close_intake(self) -> None:
        self._slots.close()

    def open_intake(self) -> None:
        self._slots.open()

    async def _text(self, ask: Ask) -> str:
        if isinstance(ask, UnifyAsk):
            return await unify(self._sandbox, ask.item)
        if isinstance(ask, ReviseAsk):
            return await self._predicted(ask.ask, 1, ask.turn_1)
        return await self._predicted(ask, 0, "")

    async def _predicted(self, ask: PredictAsk, turn: int, earlier: str) -> str:
        program, known = ask.program, ask.known
        if ask.task is Task.INPUT_PREDICTION:
            return await search_input(self._sandbox, program, known, turn=turn, earlier=earlier)
        call = Call(ENTRY_POINT, json.loads(known))
        traced = await trace(self._sandbox, program.refcode, call, NARRATION_LIMITS)
        seed = digest(program.program_id, known)
        return await anyio.to_thread.run_sync(
            narrate, program.refcode, known, traced, seed, earlier
        )


async def unify(sandbox: Runner, item: Item) -> str:
    """Write the four sections of a program for a Python file, or why there is none.

    :raises codeiod_sandbox.SandboxError: the sandbox kept failing.
    """
    language = item.meta.get("language", "")
    found = await anyio.to_thread.run_sync(find_candidates, item.content, language)
    if isinstance(found, Declined):
        return f"NO PROGRAM: {found.reason}"
    seed = int(digest(item.item_id)[:8], 16)
    seeds = [draw_seed(0, item.item_id, index) for index in range(DRAWS)]
    reasons: list[str] = []
    for candidate in found[:CANDIDATES]:
        if why := untold(candidate):
            reasons.append(f"{candidate.target}: {why}")
            continue
        fitted = await fit(sandbox, candidate, seeds)
        if not isinstance(fitted, Unfit):
            return compose(fitted.candidate, fitted, seed)
        reasons.append(f"{candidate.target}: {fitted.reason}")
    return "NO PROGRAM: " + "; ".join(reasons)
