"""The lines of the dataset: samples, programs and rejects, exactly as the contract lists them.

May import items, ``journal.codec``, ``journal.records`` and the prompts. Every key is in every line
with one type; nothing is null, absent is ``""``. Pairs, answers and metadata are JSON text inside.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any

import orjson

from codeiod.items import (
    Answer,
    Fault,
    Instance,
    Item,
    Pair,
    Program,
    Reason,
    Stage,
    Task,
    Usage,
    Verdict,
    canonical,
    digest,
)
from codeiod.journal.codec import Unwritable
from codeiod.journal.records import Stream
from codeiod_prompts import ENTRY_POINT

SUCCESS = "Success"
"""The feedback of a turn that was right."""

ROWS_SUFFIX = ".parquet"

Turn = tuple[Answer, Verdict]

_SAMPLE: dict[str, type] = {
    "prompt": str,
    "turn_1": str,
    "feedback_1": str,
    "turn_2": str,
    "feedback_2": str,
    "id": str,
    "item_id": str,
    "program_id": str,
    "task": str,
    "pair": int,
    "sample": int,
    "status_1": str,
    "status_2": str,
    "answer_1": str,
    "answer_2": str,
    "reasoning_1": str,
    "reasoning_2": str,
    "teacher": str,
    "model_1": str,
    "model_2": str,
    "recipe": str,
    "usage": dict,
    "cost": float,
    "finished_at": str,
    "trace_agreement": dict,
    "pass_rate": float,
}
_PROGRAM: dict[str, type] = {
    "problem_description": str,
    "io_requirements": str,
    "refcode": str,
    "funcname": str,
    "ios": str,
    "source": str,
    "category": str,
    "meta": str,
    "id": str,
    "item_id": str,
    "path": str,
    "input_generator": str,
    "seeds": str,
    "sandbox": str,
}
_REJECT: dict[str, type] = {
    "item_id": str,
    "epoch": int,
    "source": str,
    "path": str,
    "stage": str,
    "reason": str,
    "detail": str,
    "task": str,
    "pair": int,
    "sample": int,
}
FIELDS: Mapping[Stream, Mapping[str, type]] = MappingProxyType(
    {Stream.SAMPLES: _SAMPLE, Stream.PROGRAMS: _PROGRAM, Stream.REJECTS: _REJECT}
)
"""The keys of each stream's lines, in their order, with their types."""

ADDED_LATER = frozenset({"trace_agreement", "pass_rate"})
"""Keys that lines of older versions lack: a directory may hold lines of both."""


def sample_id(program_id: str, task: Task, known: str, sample: int) -> str:
    """Name a question by its content, the same in any run; ``known`` is JSON text."""
    # Floats and big integers stay themselves: json reads and writes them without loss.
    return digest(program_id, task, canonical(json.loads(known)), str(sample))


def sample_line(
    item: Item,
    program: Program,
    pair: Pair,
    instance: Instance,
    prompt: str,
    turns: Sequence[Turn],
    *,
    teacher: str,
    finished_at: str,
    pass_rate: float,
) -> bytes:
    """Write the line of one sample.

    :param turns: one or two turns, each the answer and what its check found.
    :param pass_rate: the share of the samples of its question that were right at turn 1.
    :raises Unwritable: a text that JSON can't carry.
    """
    (answer_1, verdict_1), *rest = turns
    answer_2, verdict_2 = rest[0] if rest else (None, None)
    answers = [answer for answer, _ in turns]
    known = pair.side(instance.task.known)
    total = sum((answer.usage for answer in answers), Usage())
    line = {
        "prompt": prompt,
        "turn_1": answer_1.text,
        "feedback_1": feedback(verdict_1),
        "turn_2": answer_2.text if answer_2 else "",
        "feedback_2": feedback(verdict_2) if verdict_2 else "",
        "id": sample_id(program.program_id, instance.task, known, instance.sample),
        "item_id": item.item_id,
        "program_id": program.program_id,
        "task": instance.task,
        "pair": instance.pair,
        "sample": instance.sample,
        "status_1": verdict_1.status,
        "status_2": verdict_2.status if verdict_2 else "",
        "answer_1": verdict_1.answer,
        "answer_2": verdict_2.answer if verdict_2 else "",
        "reasoning_1": answer_1.reasoning,
        "reasoning_2": answer_2.reasoning if answer_2 else "",
        "teacher": teacher,
        "model_1": answer_1.model,
        "model_2": answer_2.model if answer_2 else "",
        "recipe": item.recipe,
        "usage": {
            "input": total.input,
            "cached": total.cached,
            "output": total.output,
            "estimated": total.estimated,
        },
        "cost": float(sum(answer.cost for answer in answers)),
        "finished_at": finished_at,
        "trace_agreement": {
            "claims": sum(verdict.claims for _, verdict in turns),
            "true": sum(verdict.true_claims for _, verdict in turns),
        },
        "pass_rate": float(pass_rate),
    }
    return _line(line)


def program_line(item: Item, program: Program, pairs: Sequence[Pair], sandbox: str) -> bytes:
    """Write the line of one program with its pairs.

    :param sandbox: where it ran: Python, the packages' digest, the level.
    :raises Unwritable: a text that JSON can't carry.
    """
    # The pairs are joined as the text they are: no number passes through a parser.
    ios = ", ".join(f'{{"input": {pair.input}, "output": {pair.output}}}' for pair in pairs)
    return _line(
        {
            "problem_description": program.problem,
            "io_requirements": program.requirements,
            "refcode": program.refcode,
            "funcname": ENTRY_POINT,
            "ios": f"[{ios}]",
            "source": item.meta.get("source") or item.origin.source,
            "category": item.meta.get("category", ""),
            "meta": canonical(dict(item.meta)),
            "id": program.program_id,
            "item_id": item.item_id,
            "path": item.origin.path,
            "input_generator": program.input_generator,
            # As text: unsigned 64 bits are more than the columns of most readers hold.
            "seeds": canonical([pair.seed for pair in pairs]),
            "sandbox": sandbox,
        }
    )


def reject_line(item: Item, stage: Stage, fault: Fault, instance: Instance | None = None) -> bytes:
    """Write the line of a rejected item; with ``instance``, of one of its samples.

    :raises Unwritable: a text that JSON can't carry.
    """
    return _line(
        {
            "item_id": item.item_id,
            "epoch": item.epoch,
            "source": item.origin.source,
            "path": item.origin.path,
            "stage": stage,
            "reason": fault.reason,
            "detail": _placed(item, fault),
            "task": instance.task if instance else "",
            "pair": instance.pair if instance else -1,
            "sample": instance.sample if instance else -1,
        }
    )


def _placed(item: Item, fault: Fault) -> str:
    """Say in which line or row of its file an item stands, where it is not the whole of it."""
    offset = item.origin.offset
    in_rows = item.origin.path.lower().endswith(ROWS_SUFFIX)
    # Rows count from 0, so at 0 only the reason tells the first one from a file that can't be read.
    if not offset and (not in_rows or fault.reason is Reason.UNREADABLE):
        return fault.detail
    told = f"{'row' if in_rows else 'line'} {offset}: "
    return fault.detail if fault.detail.startswith(told) else told + fault.detail


def feedback(verdict: Verdict) -> str:
    """Return what a turn was told: ``Success``, or what was wrong."""
    return SUCCESS if verdict.right else verdict.feedback


def wrong_form(stream: Stream, line: bytes) -> tuple[dict[str, Any], str]:
    """Parse a line (without its newline) and say what its form lacks; ``""``: nothing."""
    try:
        value = orjson.loads(line)
    except ValueError:
        return {}, "not JSON"
    fields = FIELDS[stream]
    if not isinstance(value, dict):
        return {}, "not an object"
    odd = (value.keys() - fields.keys()) | (fields.keys() - value.keys() - ADDED_LATER)
    if odd:
        return value, f"missing or unknown keys: {', '.join(sorted(odd))}"
    for key, kind in fields.items():
        if key in value and type(value[key]) is not kind:
            return value, f"{key} is not of type {kind.__name__}"
    return value, ""


def _line(fields: Mapping[str, object]) -> bytes:
    try:
        return orjson.dumps(fields, option=orjson.OPT_APPEND_NEWLINE)
    except TypeError as error:
        raise Unwritable(f"a line of the dataset can't be written: {error}") from error
