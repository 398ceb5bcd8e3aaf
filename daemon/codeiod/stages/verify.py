"""Verify: is an answer right, by comparison or by running the program, and what to say of it.

May import ``work``, ``agreement``, ``claims``, ``values``, ``items``, ``execution``, the sandbox
and the prompts. The wanted value never enters the sandbox: the program runs there, the comparison
is made here.
"""

from __future__ import annotations

from typing import Any

from codeiod.execution import trace
from codeiod.items import Program, Status, Task, Verdict, canonical, digest
from codeiod.stages.agreement import with_agreement
from codeiod.stages.claims import CHECK_LIMITS
from codeiod.stages.question import Question
from codeiod.stages.values import over_limit, parse, same
from codeiod.stages.work import Work
from codeiod_prompts import ENTRY_POINT, Found, find_answer, form_of, signature
from codeiod_sandbox import (
    Call,
    Died,
    LoadFailed,
    NotJson,
    Outcome,
    OverMemory,
    OverOutput,
    Raised,
    Returned,
    TimedOut,
)

MAX_INPUT_BYTES = 1 << 16


async def verify(work: Work, question: Question, turn: int, text: str) -> Verdict:
    """Check the answer in a teacher's text; the verdict is journalled.

    Predicting an output: compared with the pair's. Predicting an input: the program is run on it in
    both zygotes, and any input that gives the wanted output is right.
    """
    pair = question.pair
    key = f"{question.instance.key}/{turn}/verdict"
    verdict = await work.steps.run(
        key,
        lambda: _verify(work, question, text),
        of=digest(work.recipe_of(key), question.program.program_id, pair.input, pair.output, text),
        load=Verdict.load,
    )
    counts = work.funnel.right_1 if turn == 1 else work.funnel.right_2
    counts[question.instance.task] += verdict.right
    return verdict


async def _verify(work: Work, question: Question, text: str) -> Verdict:
    task = question.instance.task
    found = find_answer(text, task.asked)
    if found is None:
        feedback = work.recipe.prompts.fill("feedback_no_answer", form=form_of(task))
        verdict = Verdict(Status.NO_ANSWER, "", feedback)
    elif task is Task.OUTPUT_PREDICTION:
        verdict = _verify_output(work, question, found)
    else:
        verdict = await _verify_input(work, question, found)
    if work.recipe.checks_traces:
        return await with_agreement(work, question, verdict, text)
    return verdict


def _verify_output(work: Work, question: Question, found: Found) -> Verdict:
    fill = work.recipe.prompts.fill
    if same(parse(question.pair.output), found.value):
        return Verdict(Status.SUCCESS, found.json, fill("success"))
    feedback = fill("feedback_output_mismatch", answer=found.json)
    return Verdict(Status.MISMATCH, found.json, feedback)


async def _verify_input(work: Work, question: Question, found: Found) -> Verdict:
    fill = work.recipe.prompts.fill
    if why := _unusable(question.program, found.value):
        feedback = fill("feedback_invalid_answer", why=why)
        return Verdict(Status.INVALID_ANSWER, found.json, feedback)
    if len(found.json) > MAX_INPUT_BYTES:
        why = f"the arguments take more than {MAX_INPUT_BYTES} bytes"
        return Verdict(Status.TOO_BIG, found.json, fill("feedback_too_big", why=why))
    call = Call(ENTRY_POINT, found.value, question.pair.seed)
    refcode = question.program.refcode
    first = await _first_outcome(work, refcode, call)
    (second,) = await work.execute(refcode, [call], twin=True, alone=True)
    status, feedback = judge(work, question.pair.output, found, first, second)
    return Verdict(status, found.json, feedback)


async def _first_outcome(work: Work, refcode: str, call: Call) -> Outcome:
    """Run the program on an answer: under the tracer where that is to be done anyway."""
    if work.recipe.checks_traces:
        traced = await trace(work.sandbox, refcode, call, CHECK_LIMITS)
        if isinstance(traced.outcome, Returned):
            return traced.outcome
        # What a tracer costs may have spent its time or memory: it is run as others are.
    (outcome,) = await work.execute(refcode, [call])
    return outcome


def _unusable(program: Program, value: Any) -> str:
    if not isinstance(value, dict):
        return "it is not a JSON object with the arguments by name"
    found = signature(program.refcode)
    return found.binds(value) if found else ""


def judge(
    work: Work, wanted: str, found: Found, first: Outcome, second: Outcome
) -> tuple[Status, str]:
    """Judge a predicted input by what the program did with it in the two zygotes.

    :param wanted: the output to reach, as the prompt shows it (JSON text).
    """
    fill = work.recipe.prompts.fill
    for outcome in (first, second):
        match outcome:
            case TimedOut():
                seconds = f"{work.recipe.call_seconds:g}"
                return Status.TIMEOUT, fill("feedback_timeout", seconds=seconds)
            case OverMemory() | Raised(type="MemoryError"):
                why = "the function runs out of memory"
                return Status.TOO_BIG, fill("feedback_too_big", why=why)
            case OverOutput():
                why = "the function returns too much"
                return Status.TOO_BIG, fill("feedback_too_big", why=why)
    if isinstance(first, Returned) and isinstance(second, Returned):
        return _judge_values(work, wanted, found, first, second)
    if type(first) is not type(second):
        return Status.MISMATCH, fill("feedback_input_nondeterministic")
    match first:
        case Raised(type=kind, message=message) | LoadFailed(type=kind, message=message):
            return Status.EXCEPTION, fill("feedback_exception", type=kind, message=message)
        case NotJson(why=why):
            return Status.MISMATCH, fill("feedback_input_not_json", why=why)
        case Died():
            return Status.EXCEPTION, fill("feedback_died")
    raise AssertionError(f"no rule for {first}")


def _judge_values(
    work: Work, wanted: str, found: Found, first: Returned, second: Returned
) -> tuple[Status, str]:
    fill = work.recipe.prompts.fill
    if canonical(first.value) != canonical(second.value):
        return Status.MISMATCH, fill("feedback_input_nondeterministic")
    if over := over_limit(first.value):
        why = f"what the function returns is {over.detail}"
        return Status.TOO_BIG, fill("feedback_too_big", why=why)
    if same(parse(wanted), first.value):
        return Status.SUCCESS, fill("success")
    return Status.MISMATCH, fill(
        "feedback_input_mismatch",
        answer=found.json,
        returned=first.json,
        wanted=wanted,
    )
