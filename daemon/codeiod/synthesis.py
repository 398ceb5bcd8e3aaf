"""synthesize(item): the life of one item, as the paper tells it.

May import ``stages``, ``dataset``, ``journal``, ``urgency``, ``items`` and ``errors``. Source:
CodeI/O and CodeI/O++ (arXiv 2502.07316): unify, sample, predict, verify, revise. Every step whose
result must survive a crash is a durable step, so running this again over the same journal is all
that resuming takes.
"""

from __future__ import annotations

import traceback
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import UTC, datetime

import anyio
import structlog

from codeiod.dataset.committer import Finished
from codeiod.dataset.lines import Turn, program_line, reject_line, sample_line
from codeiod.errors import CodeiodError, known_cause
from codeiod.items import Fault, GaveUp, Instance, Item, Program, Reason, Stage, Task
from codeiod.journal import Changed
from codeiod.journal.records import FINISHED
from codeiod.journal.tally import Tally, TaskTally
from codeiod.stages.predict import ask_for, choose, predict
from codeiod.stages.question import Question
from codeiod.stages.revise import revise
from codeiod.stages.sample import Sampled, sample
from codeiod.stages.unify import unify
from codeiod.stages.verify import verify
from codeiod.stages.work import Rejected, Work
from codeiod.urgency import Urgency, set_urgency

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Asked:
    """One instance at its end: its turns, or why it was given up."""

    instance: Instance
    prompt: str = ""
    turns: tuple[Turn, ...] = ()
    lost: tuple[Stage, Fault] | None = None


@dataclass(slots=True)
class Whereabouts:
    """How far an item is, so that a rejection can say where it happened."""

    stage: Stage = Stage.UNIFY


async def synthesize(work: Work, where: Whereabouts) -> Finished:
    """Carry an item from its file to the lines that it gives to the dataset.

    :raises Rejected: the item can't become samples.
    :raises codeiod.journal.Changed: a journalled step was computed from something else.
    """
    set_urgency(Urgency.SAMPLE, work.order)
    program = await unify(work)
    where.stage = Stage.SAMPLE
    sampled = await sample(work, program)
    where.stage = Stage.PREDICT
    set_urgency(Urgency.VERIFY, work.order)
    asked = await _ask_all(work, program, sampled)
    return _finished(work, program, sampled, asked)


async def carry(work: Work) -> Finished:
    """Synthesize an item; whatever goes wrong with it alone ends as its rejection."""
    where = Whereabouts()
    try:
        with structlog.contextvars.bound_contextvars(item=work.item.item_id):
            return await synthesize(work, where)
    except Rejected as rejected:
        return set_aside(work.item, rejected.stage, Fault(rejected.reason, rejected.detail))
    except Changed as changed:
        return set_aside(work.item, where.stage, Fault(Reason.CHANGED, str(changed)))
    except CodeiodError:
        raise  # not this item's: the disk or the endpoints have failed
    except Exception as error:  # noqa: BLE001 -- a fault of ours in one item never stops the daemon
        log.warning("item.fault", item=work.item.item_id, stage=where.stage, error=repr(error))
        detail = "".join(traceback.format_exception(error))
        return set_aside(work.item, where.stage, Fault(Reason.FAULT, detail))


def set_aside(item: Item, stage: Stage, fault: Fault, more: tuple[bytes, ...] = ()) -> Finished:
    """Reject an item whole, with the lines of its samples that were rejected before."""
    lines = (*more, reject_line(item, stage, fault))
    return Finished(item.item_id, item.epoch, fault.reason, rejects=lines)


async def _ask_all(work: Work, program: Program, sampled: Sampled) -> list[Asked]:
    """Ask all instances of a program at once; their order in the dataset is that of the choice."""
    settings = work.recipe.predict
    instances = list(
        choose(sampled.pairs, settings.output_pairs, settings.input_pairs, settings.samples)
    )
    asked: dict[Instance, Asked] = {}
    faults: list[Exception] = []

    async def ask_one(instance: Instance) -> None:
        try:
            asked[instance] = await _ask(work, program, sampled, instance)
        except CodeiodError:
            raise
        except Exception as error:  # noqa: BLE001 -- raised below, when what was paid for has landed
            faults.append(error)

    try:
        async with anyio.create_task_group() as group:
            for instance in instances:
                group.start_soon(ask_one, instance)
    except BaseExceptionGroup as errors:
        if error := known_cause(errors):
            raise error from errors
        raise
    if faults:
        raise faults[0]
    return [asked[instance] for instance in instances]


async def _ask(work: Work, program: Program, sampled: Sampled, instance: Instance) -> Asked:
    """Predict, verify, and once more after feedback where the first answer was wrong."""
    question = Question(program, instance, sampled.pairs[instance.pair])
    ask = ask_for(work, program, instance, question.pair)
    prompt = ask.messages[0].content
    answer_1 = await predict(work, instance, ask)
    if isinstance(answer_1, GaveUp):
        return _lost(instance, Stage.PREDICT, answer_1)
    verdict_1 = await verify(work, question, 1, answer_1.text)
    turn_1 = (answer_1, verdict_1)
    if verdict_1.right or not work.recipe.revise.turns:
        return Asked(instance, prompt, (turn_1,))
    answer_2 = await revise(work, instance, ask, answer_1.text, verdict_1.feedback)
    if isinstance(answer_2, GaveUp):
        return _lost(instance, Stage.REVISE, answer_2)
    verdict_2 = await verify(work, question, 2, answer_2.text)
    return Asked(instance, prompt, (turn_1, (answer_2, verdict_2)))


def _lost(instance: Instance, stage: Stage, gave_up: GaveUp) -> Asked:
    return Asked(instance, lost=(stage, Fault(gave_up.reason, gave_up.detail)))


def _finished(work: Work, program: Program, sampled: Sampled, asked: list[Asked]) -> Finished:
    """Write the item's lines: one program, its samples, and the samples that were given up."""
    item = work.item
    kept = [one for one in asked if one.lost is None]
    rejects = tuple(reject_line(item, *one.lost, one.instance) for one in asked if one.lost)
    tally = _tally(asked)
    if asked and not kept:
        detail = "every sample was given up"
        whole = set_aside(item, Stage.PREDICT, Fault(Reason.NO_SAMPLES, detail), rejects)
        return replace(whole, tally=tally)
    now = datetime.now(UTC).isoformat(timespec="seconds")
    rates = _pass_rates(kept)
    meta = {**item.meta, "trivial": "true"} if sampled.trivial else item.meta
    return Finished(
        item.item_id,
        item.epoch,
        FINISHED,
        samples=tuple(
            sample_line(
                item,
                program,
                sampled.pairs[one.instance.pair],
                one.instance,
                one.prompt,
                one.turns,
                teacher=work.recipe.teacher,
                finished_at=now,
                pass_rate=rates[one.instance.task, one.instance.pair],
            )
            for one in kept
        ),
        programs=(program_line(replace(item, meta=meta), program, sampled.pairs, work.provenance),),
        rejects=rejects,
        tally=tally,
    )


def _pass_rates(kept: Iterable[Asked]) -> dict[tuple[Task, int], float]:
    """Return, for each question (task and pair), the share of its answers right at turn 1."""
    right: dict[tuple[Task, int], list[bool]] = {}
    for one in kept:
        question = one.instance.task, one.instance.pair
        right.setdefault(question, []).append(one.turns[0][1].right)
    return {question: sum(answers) / len(answers) for question, answers in right.items()}


def _tally(asked: Iterable[Asked]) -> Tally:
    tally = Tally()
    for one in asked:
        if one.lost:
            tally += Tally(rejected_samples={one.lost[1].reason: 1})
        else:
            right = [verdict.right for _, verdict in one.turns]
            counts = TaskTally(1, int(right[0]), int(right[-1] and len(right) > 1))
            tally += Tally(samples={one.instance.task: counts})
    return tally
