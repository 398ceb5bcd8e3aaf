"""Unify: a raw code file becomes a program with an entry point, a generator and a query.

May import ``work``, ``teachers``, ``items`` and the prompts. Source: CodeI/O, section 2.1 (arXiv
2502.07316).
"""

from __future__ import annotations

from collections.abc import Mapping

from codeiod.items import Answer, GaveUp, Message, Program, Reason, Stage
from codeiod.stages.work import Rejected, Work
from codeiod.teachers.asks import Sampling, UnifyAsk, ask_digest
from codeiod_prompts import Prompts, UnifyParts, Unparsable, parse_unify

SHOWN_CHARACTERS = 100
"""How much of an answer without a program is shown to the operator."""


async def unify(work: Work) -> Program:
    """Ask for the program, with one repair turn where the answer can't be read.

    :raises Rejected: no program came of it.
    """
    prompt = unify_prompt(work.recipe.prompts, work.item.content, work.item.meta)
    messages: tuple[Message, ...] = (Message("user", prompt),)
    attempts = work.recipe.unify.attempts
    for turn in range(1, attempts + 1):
        answer = await _ask(work, turn, messages)
        try:
            parts = parse_unify(answer.text)
        except Unparsable as error:
            if turn == attempts or error.declined:
                raise Rejected(Stage.UNIFY, Reason.UNPARSABLE, _told(error, answer)) from error
            repair = work.recipe.prompts.fill("repair", reason=str(error))
            messages += (Message("assistant", answer.text), Message("user", repair))
        else:
            work.funnel.unified += 1
            return _program(work, parts)
    raise AssertionError("the last attempt returns or raises")


def _told(error: Unparsable, answer: Answer) -> str:
    """Say why there is no program: in the teacher's words where it declined, else beside ours."""
    if error.declined:
        return str(error)
    return f"{error} The answer begins: {answer.text[:SHOWN_CHARACTERS]!r}"


def unify_prompt(prompts: Prompts, content: str, meta: Mapping[str, str]) -> str:
    """Compose the one user message that asks for the program of a file."""
    return prompts.fill(
        "unify",
        path=meta.get("path") or "unknown",  # the place of a JSONL says nothing of its row
        language=meta.get("language") or "unknown",
        content=content,
    )


async def _ask(work: Work, turn: int, messages: tuple[Message, ...]) -> Answer:
    ask = UnifyAsk(work.item, messages, Sampling.of(work.recipe.unify), work.order)
    answer = await work.steps.pay(
        f"unify/{turn}",
        lambda ledger: work.teacher.answer(ask, ledger),
        of=ask_digest(ask, work.recipe_of(f"unify/{turn}")),
    )
    if isinstance(answer, GaveUp):
        raise Rejected(Stage.UNIFY, answer.reason, answer.detail)
    return answer


def _program(work: Work, parts: UnifyParts) -> Program:
    return Program(
        item_id=work.item.item_id,
        refcode=parts.refcode,
        requirements=parts.requirements,
        input_generator=parts.input_generator,
        problem=parts.problem,
    )
