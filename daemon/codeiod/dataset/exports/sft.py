"""``sft``: a question and one response, as a conversation and as prompt and completion.

May import ``cases`` and ``rows``. CodeI/O trains on the first turn. CodeI/O++ trains on both in one
response, with what the check said between them (section 2.4); the words that link them are ours.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from codeiod.dataset.exports.cases import Case
from codeiod.dataset.exports.rows import MESSAGES, NAMED, Row, Shape, message

CONVERSATIONS = "messages"
COMPLETIONS = "prompt_completion"

CHECK = "Let me check this answer. The check says:"
AGAIN = "So let me think again."
LAST_CHECK = "Let me check this answer too. The check says:"


def first_turn(sample: Mapping[str, Any]) -> str:
    """Return the response of CodeI/O."""
    return str(sample["turn_1"])


def both_turns(sample: Mapping[str, Any]) -> str:
    """Join all that was said into one response, as CodeI/O++ does."""
    parts = [sample["turn_1"], CHECK, sample["feedback_1"]]
    if sample["turn_2"]:
        parts += [AGAIN, sample["turn_2"], LAST_CHECK, sample["feedback_2"]]
    return "\n\n".join(parts)


def shape(*, revised: bool) -> Shape:
    """Return the format, with one turn or with both."""
    response = both_turns if revised else first_turn

    def rows(case: Case) -> Iterator[Row]:
        for one in case.samples:
            fields = one.sample.fields
            prompt, answer = fields["prompt"], response(fields)
            talk = [message("user", prompt), message("assistant", answer)]
            yield Row(CONVERSATIONS, one.with_labels({"messages": talk}))
            yield Row(COMPLETIONS, one.with_labels({"prompt": prompt, "completion": answer}))

    told = "both turns and what the check said" if revised else "the first turn"
    return Shape(
        {
            CONVERSATIONS: {"messages": MESSAGES, **NAMED},
            COMPLETIONS: {"prompt": str, "completion": str, **NAMED},
        },
        rows,
        f"For supervised fine-tuning, as a conversation (`{CONVERSATIONS}`) and as prompt and"
        f" completion (`{COMPLETIONS}`): the response is {told}.",
    )
