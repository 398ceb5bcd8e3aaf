"""Verify: is an answer right, by comparison or by running the program, and what to say of it.

May import ``work``, ``agreement``, ``claims``, ``verdicts``, ``items``, ``execution`` and the
sandbox. The wanted value never enters the sandbox: the program runs there, the comparison is made
here.
"""

from __future__ import annotations

from codeiod.execution import trace
from codeiod.items import Verdict, digest
from codeiod.stages.agreement import with_agreement
from codeiod.stages.claims import CHECK_LIMITS
from codeiod.stages.question import Question
from codeiod.stages.verdicts import MAX_INPUT_BYTES as MAX_INPUT_BYTES  # offered here as well
from codeiod.stages.verdicts import Judge, ToRun
from codeiod.stages.work import Work
from codeiod_sandbox import Call, Outcome, Returned


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
    judge = Judge(work.recipe.prompts, work.recipe.call_seconds)
    read = judge.read(question, text)
    verdict = await _run(work, judge, question, read) if isinstance(read, ToRun) else read
    if work.recipe.checks_traces:
        return await with_agreement(work, question, verdict, text)
    return verdict


async def _run(work: Work, judge: Judge, question: Question, to_run: ToRun) -> Verdict:
    refcode = question.program.refcode
    first = await _first_outcome(work, refcode, to_run.call)
    (second,) = await work.execute(refcode, [to_run.call], twin=True, alone=True)
    return judge.conclude(question, to_run, first, second)


async def _first_outcome(work: Work, refcode: str, call: Call) -> Outcome:
    """Run the program on an answer: under the tracer where that is to be done anyway."""
    if work.recipe.checks_traces:
        traced = await trace(work.sandbox, refcode, call, CHECK_LIMITS)
        if isinstance(traced.outcome, Returned):
            return traced.outcome
        # What a tracer costs may have spent its time or memory: it is run as others are.
    (outcome,) = await work.execute(refcode, [call])
    return outcome
