"""Whether a rationale agrees with a trace of the run that it reasons about.

May import ``work``, ``question``, ``claims``, ``items``, ``execution``, the sandbox and the
prompts. For an output that is the run on the known input, for an input the run on the answer.
"""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import anyio.to_thread

from codeiod.execution import trace
from codeiod.items import Status, Task, Verdict
from codeiod.stages.claims import CHECK_LIMITS, Agreement, check_claims
from codeiod.stages.question import Question
from codeiod.stages.work import Work
from codeiod_prompts import ENTRY_POINT
from codeiod_sandbox import Call
from codeiod_sandbox.traces import Trace

IN_A_THREAD_FROM_CHARACTERS = 20_000
"""A hostile rationale of many claims takes seconds to check; a usual one 2 ms."""


async def with_agreement(work: Work, question: Question, verdict: Verdict, text: str) -> Verdict:
    """Count the claims of a rationale in its verdict, and name the first false one where asked.

    :raises codeiod_sandbox.SandboxError: the sandbox kept failing; the item is a fault of ours.
    """
    arguments = _arguments(question, verdict)
    if arguments is None:
        return verdict
    call = Call(ENTRY_POINT, arguments, question.pair.seed)
    traced = await trace(work.sandbox, question.program.refcode, call, CHECK_LIMITS)
    if traced.trace is None:
        return verdict
    answered = arguments if question.instance.task is Task.INPUT_PREDICTION else None
    agreement = await _checked(text, traced.trace, answered)
    verdict = replace(verdict, claims=agreement.checked, true_claims=agreement.true)
    divergence = agreement.first_divergence
    if divergence is None or verdict.right or not work.recipe.revise.name_divergence:
        return verdict
    told = divergence.told(question.pair.output)
    return replace(verdict, feedback=f"{verdict.feedback}\n\n{told}") if told else verdict


async def _checked(text: str, of_run: Trace, answered: dict[str, Any] | None) -> Agreement:
    if len(text) < IN_A_THREAD_FROM_CHARACTERS:
        return check_claims(text, of_run, answered)
    return await anyio.to_thread.run_sync(check_claims, text, of_run, answered)


def _arguments(question: Question, verdict: Verdict) -> dict[str, Any] | None:
    """Return the input of the run that was reasoned about, None where there was no such run."""
    if question.instance.task is Task.OUTPUT_PREDICTION:
        text = question.pair.input
    elif verdict.status in (Status.SUCCESS, Status.MISMATCH):
        text = verdict.answer
    else:
        return None
    value = json.loads(text)
    return value if isinstance(value, dict) else None
