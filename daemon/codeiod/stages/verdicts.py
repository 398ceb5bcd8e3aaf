"""Verdicts: what an answer is worth, as far as that can be told without running anything.

May import ``question``, ``values``, ``items``, the sandbox's outcomes and the prompts. Pure: where
a predicted input has to be run, ``read`` says what to run, and ``conclude`` judges what came of it.
So the verifier of a run and the reward function of a trainer judge by the same rules.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from codeiod.items import Program, Status, Task, Verdict, canonical
from codeiod.stages.question import Question
from codeiod.stages.values import over_limit, parse, same
from codeiod_prompts import ENTRY_POINT, Found, Prompts, find_answer, form_of, signature
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


@dataclass(frozen=True, slots=True)
class ToRun:
    """A predicted input: the call is to be made twice, the second time in the twin, alone."""

    found: Found
    call: Call


@dataclass(frozen=True, slots=True)
class Judge:
    """Who judges answers, in the words of some prompts."""

    prompts: Prompts
    call_seconds: float
    """The limit of a call, for telling of it."""

    def read(self, question: Question, text: str) -> Verdict | ToRun:
        """Read the answer in a teacher's text: judge it, or say what has to be run."""
        task = question.instance.task
        found = find_answer(text, task.asked)
        if found is None:
            feedback = self.prompts.fill("feedback_no_answer", form=form_of(task))
            return Verdict(Status.NO_ANSWER, "", feedback)
        if task is Task.OUTPUT_PREDICTION:
            return self._read_output(question, found)
        return self._read_input(question, found)

    def conclude(
        self, question: Question, to_run: ToRun, first: Outcome, second: Outcome
    ) -> Verdict:
        """Judge a predicted input by what the program did with it in the two zygotes."""
        found = to_run.found
        status, feedback = self._judge(question.pair.output, found, first, second)
        return Verdict(status, found.json, feedback)

    def _read_output(self, question: Question, found: Found) -> Verdict:
        if same(parse(question.pair.output), found.value):
            return Verdict(Status.SUCCESS, found.json, self.prompts.fill("success"))
        feedback = self.prompts.fill("feedback_output_mismatch", answer=found.json)
        return Verdict(Status.MISMATCH, found.json, feedback)

    def _read_input(self, question: Question, found: Found) -> Verdict | ToRun:
        fill = self.prompts.fill
        if why := _unusable(question.program, found.value):
            feedback = fill("feedback_invalid_answer", why=why)
            return Verdict(Status.INVALID_ANSWER, found.json, feedback)
        if len(found.json) > MAX_INPUT_BYTES:
            why = f"the arguments take more than {MAX_INPUT_BYTES} bytes"
            return Verdict(Status.TOO_BIG, found.json, fill("feedback_too_big", why=why))
        return ToRun(found, Call(ENTRY_POINT, found.value, question.pair.seed))

    def _judge(
        self, wanted: str, found: Found, first: Outcome, second: Outcome
    ) -> tuple[Status, str]:
        """Judge what came of a predicted input; ``wanted`` is the output to reach, JSON text."""
        fill = self.prompts.fill
        for outcome in (first, second):
            match outcome:
                case TimedOut():
                    return Status.TIMEOUT, fill(
                        "feedback_timeout", seconds=f"{self.call_seconds:g}"
                    )
                case OverMemory() | Raised(type="MemoryError"):
                    why = "the function runs out of memory"
                    return Status.TOO_BIG, fill("feedback_too_big", why=why)
                case OverOutput():
                    why = "the function returns too much"
                    return Status.TOO_BIG, fill("feedback_too_big", why=why)
        if isinstance(first, Returned) and isinstance(second, Returned):
            return self._judge_values(wanted, found, first, second)
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
        self, wanted: str, found: Found, first: Returned, second: Returned
    ) -> tuple[Status, str]:
        fill = self.prompts.fill
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


def _unusable(program: Program, value: Any) -> str:
    if not isinstance(value, dict):
        return "it is not a JSON object with the arguments by name"
    found = signature(program.refcode)
    return found.binds(value) if found else ""
