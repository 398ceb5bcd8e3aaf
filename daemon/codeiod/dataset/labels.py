"""What a trainer asks of a sample before taking it: its labels, computed from the lines alone.

May import items. Pure: nothing here reads a file or runs a program. What each label means is in
``docs/dataset.md``; how hard a sample is, is a guess wherever its question was asked only once.
"""

from __future__ import annotations

import math
import re
import string
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from operator import attrgetter, itemgetter
from typing import Any

from codeiod.items import Status

CHARACTERS_PER_TOKEN = 4
"""Of English prose with code, about; no tokenizer is asked."""

NOT_CHECKED = -1.0
"""The trace agreement of a sample none of whose claims was checked."""

BY_PASS_RATE, BY_PROGRAM = "pass_rate", "program"
"""What a difficulty is taken from."""

HARD = 0.5
"""From this difficulty on a sample is a hard one."""

HALF_HARD_BRANCHES = 10
"""With so many branches, the code alone counts for half of what it can."""
FULL_ENTROPY_BITS = math.log2(10)
"""Of ten different outputs, as many as a program has pairs where nothing else is set."""

BRANCHING = frozenset({"if", "elif", "for", "while", "and", "or", "except", "case"})

# Each alternative begins with a character of its own: so the engine skips all others at once.
_NO_CODE = re.compile(
    r"""
      "(?: ""(?s:.*?)(?:"{3}|\Z) | (?:[^"\\\n]|\\.)*" )
    | '(?: ''(?s:.*?)(?:'{3}|\Z) | (?:[^'\\\n]|\\.)*' )
    | \#[^\n]*
    """,
    re.VERBOSE,
)
_SPACED = str.maketrans(dict.fromkeys(set(string.punctuation) - {"_"}, " "))
_texts = itemgetter("prompt", "turn_1", "feedback_1", "turn_2", "feedback_2")


@dataclass(frozen=True, slots=True)
class ProgramFacts:
    """What all samples of a program share."""

    branching: int
    """Places where its code may go one way or another: conditions, loops, handlers."""
    output_entropy: float
    """Of the outputs of its pairs, in bits: 0 where all are one."""
    language: str
    """Of the file that it was made of, ``""`` where nothing tells."""

    @property
    def difficulty(self) -> float:
        """Guess how hard a question about it is, from 0 to 1."""
        code = self.branching / (self.branching + HALF_HARD_BRANCHES)
        outputs = min(1.0, self.output_entropy / FULL_ENTROPY_BITS)
        return (code + outputs) / 2


@dataclass(frozen=True, slots=True)
class Labels:
    """The labels of one sample, beside the statuses and the task that its line holds."""

    right_at: int
    """The turn at which it was right, 0 where at none."""
    difficulty: float
    """From 0, easy, to 1."""
    difficulty_by: str
    """``pass_rate`` where the question was asked more than once, else ``program``."""
    branching: int
    output_entropy: float
    agreement: float
    """The share of its checked claims that a trace of the run confirms, or ``NOT_CHECKED``."""
    tokens: int
    """Of prompt, turns and feedback together, estimated from characters."""
    language: str

    @property
    def fields(self) -> dict[str, Any]:
        """Return them by name: thousands of times a second, so not by ``asdict``, which copies."""
        return dict(zip(LABELS, _values(self), strict=True))

    @property
    def measured(self) -> bool:
        """Whether the difficulty is what was seen, not a guess."""
        return self.difficulty_by == BY_PASS_RATE

    @property
    def hard(self) -> bool:
        return self.difficulty >= HARD


LABELS: Mapping[str, type] = {
    "right_at": int,
    "difficulty": float,
    "difficulty_by": str,
    "branching": int,
    "output_entropy": float,
    "agreement": float,
    "tokens": int,
    "language": str,
}
"""The names of the labels in their order, with their types."""

_values = attrgetter(*LABELS)


def program_facts(refcode: str, outputs: Sequence[str], language: str) -> ProgramFacts:
    """Look at a program once for all its samples.

    :param outputs: those of its pairs, as texts that tell them apart.
    """
    return ProgramFacts(branching(refcode), entropy(outputs), language)


def labels_of(sample: Mapping[str, Any], asked: int, right: int, facts: ProgramFacts) -> Labels:
    """Label a sample.

    :param sample: the fields of its line.
    :param asked: how many samples of its question there are.
    :param right: how many of them were right at turn 1.
    """
    measured = asked > 1
    claims = sample.get("trace_agreement", {"claims": 0, "true": 0})
    return Labels(
        right_at=right_at(sample),
        difficulty=1 - right / asked if measured else facts.difficulty,
        difficulty_by=BY_PASS_RATE if measured else BY_PROGRAM,
        branching=facts.branching,
        output_entropy=facts.output_entropy,
        agreement=claims["true"] / claims["claims"] if claims["claims"] else NOT_CHECKED,
        tokens=tokens_of(sample),
        language=facts.language,
    )


def right_at(sample: Mapping[str, Any]) -> int:
    """Return the turn at which a sample was right, 0 where at none."""
    if sample["status_1"] == Status.SUCCESS:
        return 1
    return 2 if sample["status_2"] == Status.SUCCESS else 0


def tokens_of(sample: Mapping[str, Any]) -> int:
    """Estimate the tokens of a whole sample."""
    return -(-sum(map(len, _texts(sample))) // CHARACTERS_PER_TOKEN)


def branching(code: str) -> int:
    """Count the keywords at which code may go one way or another; not in strings or comments."""
    return sum(map(BRANCHING.__contains__, _NO_CODE.sub(" ", code).translate(_SPACED).split()))


def entropy(values: Sequence[str]) -> float:
    """Return the entropy of values that are told apart by their text, in bits."""
    total = len(values)
    counts = Counter(values).values()
    return -sum(n / total * math.log2(n / total) for n in counts) + 0.0
