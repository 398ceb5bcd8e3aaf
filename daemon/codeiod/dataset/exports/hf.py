"""``hf``: every line of the dataset whole, with its labels, by task, and the programs.

May import ``cases``, ``rows``, ``labels`` and the lines' fields. The released shape has the fields
of the CodeI/O authors' dataset and no others: the samples' five, and the programs' eight.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from codeiod.dataset.exports.cases import Case, Labelled
from codeiod.dataset.exports.rows import Columns, Row, Shape
from codeiod.dataset.labels import LABELS
from codeiod.dataset.lines import FIELDS
from codeiod.items import Task
from codeiod.journal.records import Stream

PROGRAMS = "programs"
SAMPLES = "samples"

STRUCTS: Columns = {
    "usage": {"input": int, "cached": int, "output": int, "estimated": int},
    "trace_agreement": {"claims": int, "true": int},
}
"""The columns of a sample that are objects."""

RELEASED_SAMPLE = ("prompt", "turn_1", "feedback_1", "turn_2", "feedback_2")
RELEASED_PROGRAM = (
    "problem_description",
    "io_requirements",
    "refcode",
    "funcname",
    "ios",
    "source",
    "category",
    "meta",
)

_SAMPLE: Columns = {**FIELDS[Stream.SAMPLES], **STRUCTS, **LABELS}
_UNCHECKED = {"claims": 0, "true": 0}


def _whole_rows(case: Case) -> Iterator[Row]:
    yield Row(PROGRAMS, case.program.fields)
    for one in case.samples:
        fields = one.sample.fields
        yield Row(fields["task"], _added_later(one) | fields | one.labels.fields)


def _added_later(one: Labelled) -> dict[str, Any]:
    """Say what the line of an older version does not hold."""
    if "pass_rate" in one.sample.fields:  # all keys of ADDED_LATER came at once
        return {}
    labels = one.labels
    rate = 1 - labels.difficulty if labels.measured else float(one.sample.right_first)
    return {"trace_agreement": _UNCHECKED, "pass_rate": rate}


def _released_rows(case: Case) -> Iterator[Row]:
    yield Row(PROGRAMS, {key: case.program.fields[key] for key in RELEASED_PROGRAM})
    for one in case.samples:
        yield Row(SAMPLES, {key: one.sample.fields[key] for key in RELEASED_SAMPLE})


WHOLE = Shape(
    {str(task): _SAMPLE for task in Task} | {PROGRAMS: FIELDS[Stream.PROGRAMS]},
    _whole_rows,
    "Samples by task, each line of the dataset whole with its labels, and the programs that they"
    " ask about: a sample's `program_id` is the `id` of its program, its `pair` the index in the"
    " program's `ios`.",
)

RELEASED = Shape(
    {
        SAMPLES: {key: FIELDS[Stream.SAMPLES][key] for key in RELEASED_SAMPLE},
        PROGRAMS: {key: FIELDS[Stream.PROGRAMS][key] for key in RELEASED_PROGRAM},
    },
    _released_rows,
    "The fields of the dataset that the authors of CodeI/O released, and no others; `ios` and"
    " `meta` are JSON as text, so that no number changes.",
)
