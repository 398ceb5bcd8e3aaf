"""Revise: a wrong answer goes back with what its execution showed, for a second turn.

May import ``work``, ``teachers``, ``items``. Source: CodeI/O++, section 2.4.
"""

from __future__ import annotations

from codeiod.items import Answer, GaveUp, Instance, Message
from codeiod.stages.work import Work
from codeiod.teachers.asks import PredictAsk, ReviseAsk, Sampling, ask_digest


async def revise(
    work: Work, instance: Instance, ask: PredictAsk, turn_1: str, feedback: str
) -> Answer | GaveUp:
    """Ask for the second turn; the first one's hidden reasoning does not go along."""
    revision = ReviseAsk(
        ask=ask,
        turn_1=turn_1,
        feedback=feedback,
        messages=(*ask.messages, Message("assistant", turn_1), Message("user", feedback)),
        sampling=Sampling.of(work.recipe.revise),
    )
    return await work.steps.pay(
        f"{instance.key}/2",
        lambda ledger: work.teacher.answer(revision, ledger),
        of=ask_digest(revision, work.recipe_of(f"{instance.key}/2")),
    )
