"""``chat``: the revision as the conversation that it was: question, answer, feedback, answer.

May import ``cases`` and ``rows``. Where the first answer was right the conversation ends with it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from codeiod.dataset.exports.cases import Case
from codeiod.dataset.exports.rows import MESSAGES, NAMED, Row, Shape, message

CONVERSATIONS = "messages"


def conversation(sample: Mapping[str, Any]) -> list[dict[str, str]]:
    """Write a sample as the messages that were sent."""
    talk = [message("user", sample["prompt"]), message("assistant", sample["turn_1"])]
    if sample["turn_2"]:
        talk.append(message("user", sample["feedback_1"]))
        talk.append(message("assistant", sample["turn_2"]))
    return talk


def _rows(case: Case) -> Iterator[Row]:
    for one in case.samples:
        talk = conversation(one.sample.fields)
        yield Row(CONVERSATIONS, one.with_labels({"messages": talk}))


SHAPE = Shape(
    {CONVERSATIONS: {"messages": MESSAGES, **NAMED}},
    _rows,
    "Conversations: the question, the answer, and where that was wrong the feedback as a message of"
    " the user and the answer after it.",
)
