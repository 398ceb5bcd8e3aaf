"""``preference``: a right answer beside a wrong one to the same question.

May import ``cases`` and ``rows``. Two kinds: ``revised``, the wrong first turn of a sample against
its right second one, and ``samples``, a right first turn against a wrong one among the samples of a
question, each used once.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby
from typing import Any

from codeiod.dataset.exports.cases import Case, Labelled
from codeiod.dataset.exports.rows import MESSAGES, NAMED, Row, Shape, message

PAIRS = "preference"
REVISED, AMONG_SAMPLES = "revised", "samples"


def _rows(case: Case) -> Iterator[Row]:
    for one in case.samples:
        if one.labels.right_at == 2:
            yield _row(REVISED, one, one, one.sample.fields["turn_2"])
    ordered = sorted(case.samples, key=lambda one: one.sample.question)
    for _, group in groupby(ordered, key=lambda one: one.sample.question):
        answers = list(group)
        right = [one for one in answers if one.sample.right_first]
        wrong = [one for one in answers if not one.sample.right_first]
        # As many as there are of both: the longer list's rest has no partner left.
        for chosen, rejected in zip(right, wrong, strict=False):
            yield _row(AMONG_SAMPLES, chosen, rejected, chosen.sample.fields["turn_1"])


def _row(kind: str, chosen: Labelled, rejected: Labelled, answer: str) -> Row:
    fields: dict[str, Any] = {
        "prompt": [message("user", chosen.sample.fields["prompt"])],
        "chosen": [message("assistant", answer)],
        "rejected": [message("assistant", rejected.sample.fields["turn_1"])],
        "kind": kind,
        "rejected_id": rejected.sample.id,
    }
    return Row(PAIRS, chosen.with_labels(fields))


SHAPE = Shape(
    {
        PAIRS: {
            "prompt": MESSAGES,
            "chosen": MESSAGES,
            "rejected": MESSAGES,
            "kind": str,
            "rejected_id": str,
            **NAMED,
        }
    },
    _rows,
    "A right answer (`chosen`) beside a wrong one (`rejected`) to the same question. `kind` says"
    f" where they are from: `{REVISED}`, the two turns of one sample; `{AMONG_SAMPLES}`, the first"
    " turns of two samples of a question. The labels are those of the chosen one.",
)
