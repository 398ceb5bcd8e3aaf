"""Predict: one side of a pair from the other, reasoned in natural language.

May import ``work``, ``values``, ``teachers``, ``items`` and the prompts. Source: CodeI/O, section
2.3.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from codeiod.items import Answer, GaveUp, Instance, Message, Pair, Program, Task, canonical
from codeiod.stages.values import parse
from codeiod.stages.work import Work
from codeiod.teachers.asks import PredictAsk, Sampling, ask_digest
from codeiod_prompts import ENTRY_POINT, Prompts, predict_prompt, signature


def choose(
    pairs: Sequence[Pair], output_pairs: int, input_pairs: int, samples: int
) -> Iterator[Instance]:
    """Choose the instances of a program: varied pairs, no known side asked twice in a task.

    Pairs whose output is new come first. Inputs are distinct already; of the pairs that share an
    output only the first can ask for an input.
    """
    first: dict[str, int] = {}
    for index, pair in enumerate(pairs):
        first.setdefault(canonical(parse(pair.output)), index)
    varied = list(first.values())
    others = [index for index in range(len(pairs)) if index not in varied]
    for task, chosen in (
        (Task.OUTPUT_PREDICTION, (varied + others)[:output_pairs]),
        (Task.INPUT_PREDICTION, varied[:input_pairs]),
    ):
        for index in chosen:
            yield from (Instance(task, index, number) for number in range(samples))


def ask_for(work: Work, program: Program, instance: Instance, pair: Pair) -> PredictAsk:
    """Write the question of an instance; the wanted side is not in it."""
    known = pair.side(instance.task.known)
    return PredictAsk(
        program=program,
        task=instance.task,
        known=known,
        messages=(Message("user", prompt_of(work.recipe.prompts, program, instance.task, known)),),
        sampling=Sampling.of(work.recipe.predict),
        order=work.order,
    )


async def predict(work: Work, instance: Instance, ask: PredictAsk) -> Answer | GaveUp:
    """Ask for the first turn of an instance."""
    work.funnel.instances[instance.task] += 1
    return await work.steps.pay(
        f"{instance.key}/1",
        lambda ledger: work.teacher.answer(ask, ledger),
        of=ask_digest(ask, work.recipe_of(f"{instance.key}/1")),
    )


def prompt_of(prompts: Prompts, program: Program, task: Task, known: str) -> str:
    """Write the text of a question, from its known side as JSON text."""
    found = signature(program.refcode)
    return predict_prompt(
        prompts,
        task,
        problem=program.problem,
        requirements=program.requirements,
        signature=found.text if found else f"{ENTRY_POINT}(...)",
        refcode=program.refcode,
        known=known,
    )
