"""The values that flow through a run: entries, items, programs, pairs, answers, verdicts, samples.

May import the standard library alone. All are frozen. Values of pairs and answers are carried as
JSON text, so that no number changes on its way (see ``canonical``).
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from hashlib import blake2b
from typing import Any

ITEM_ID_BYTES = 16
SEED_BYTES = 8


def digest(*parts: str | bytes) -> str:
    """Name parts by BLAKE2b-128, in hex; no two lists of parts share their bytes."""
    hasher = blake2b(digest_size=ITEM_ID_BYTES)
    for part in parts:
        data = part.encode("utf-8", "surrogatepass") if isinstance(part, str) else part
        hasher.update(len(data).to_bytes(8, "big"))
        hasher.update(data)
    return hasher.hexdigest()


def item_id_of(content: bytes) -> str:
    """Name an item: BLAKE2b-128 of its content's bytes, in hex."""
    return blake2b(content, digest_size=ITEM_ID_BYTES).hexdigest()


def draw_seed(seed: int, item_id: str, index: int) -> int:
    """Return the seed of draw ``index``: 8 bytes of BLAKE2b(sample.seed, item_id, index)."""
    data = f"{seed}\0{item_id}\0{index}".encode()
    return int.from_bytes(blake2b(data, digest_size=SEED_BYTES).digest(), "big")


_CANONICAL = json.JSONEncoder(sort_keys=True, separators=(",", ":"), allow_nan=False)


def canonical(value: Any) -> str:
    """Write a value as canonical JSON: sorted keys, no spaces, ASCII; for ids and distinctness."""
    return _CANONICAL.encode(value)


class Task(StrEnum):
    """What a sample asks for: the output from the input, or a feasible input from the output."""

    OUTPUT_PREDICTION = "output_prediction"
    INPUT_PREDICTION = "input_prediction"

    @property
    def asked(self) -> str:
        """The key of the answer: ``output`` or ``input``."""
        return self.value.partition("_")[0]

    @property
    def known(self) -> str:
        """The side of a pair that the question shows: the one that is not asked."""
        return "input" if self is Task.OUTPUT_PREDICTION else "output"

    @property
    def key(self) -> str:
        """The first part of the durable steps' keys: ``out`` or ``in``."""
        return self.asked.removesuffix("put")


class Status(StrEnum):
    """What the check of an answer found."""

    SUCCESS = "success"
    MISMATCH = "mismatch"
    EXCEPTION = "exception"
    TIMEOUT = "timeout"
    TOO_BIG = "too_big"
    NO_ANSWER = "no_answer"
    INVALID_ANSWER = "invalid_answer"


class Stage(StrEnum):
    """Where in its life an item was when it was set aside."""

    ADMIT = "admit"
    UNIFY = "unify"
    SAMPLE = "sample"
    PREDICT = "predict"
    REVISE = "revise"


class Reason(StrEnum):
    """Why an item or a sample was rejected: the closed list."""

    UNREADABLE = "unreadable"
    NOT_UTF8 = "not_utf8"
    EMPTY = "empty"
    BINARY = "binary"
    OVERSIZED = "oversized"
    MALFORMED_LINE = "malformed_line"

    UNPARSABLE = "unparsable"
    CONTEXT_LENGTH = "context_length"
    CONTENT_FILTER = "content_filter"
    TRUNCATED = "truncated"
    TEACHER_FAILED = "teacher_failed"

    LOAD_ERROR = "load_error"
    ERROR = "error"
    TIMEOUT = "timeout"
    TOO_BIG = "too_big"
    TOO_DEEP = "too_deep"
    NOT_JSON = "not_json"
    NONDETERMINISTIC = "nondeterministic"
    TRIVIAL = "trivial"
    TOO_FEW_PAIRS = "too_few_pairs"

    NO_SAMPLES = "no_samples"
    CHANGED = "changed"
    FAULT = "fault"


@dataclass(frozen=True, slots=True)
class Origin:
    """The one place where an entry was met."""

    source: str
    """The source as the operator named it."""
    path: str
    """The file's path, printable: bytes that are not UTF-8 are written as ``\\xNN``."""
    offset: int = 0
    """The line (from 1) or row (from 0) inside the file; 0 for a file that is one entry."""
    size: int = 0
    mtime_ns: int = 0
    inode: int = 0


@dataclass(frozen=True, slots=True)
class Fault:
    """Why an entry can't be taken: it becomes an item that is rejected at ``admit``."""

    reason: Reason
    detail: str


@dataclass(frozen=True, slots=True)
class Entry:
    """One file, line or row met at one place.

    ``item_id`` names the content's bytes; where they could not be read, the place itself.
    """

    item_id: str
    origin: Origin
    content: str
    meta: Mapping[str, str] = field(default_factory=dict)
    fault: Fault | None = None


@dataclass(frozen=True, slots=True)
class Item:
    """An admitted entry, with all that a later step needs of it."""

    item_id: str
    epoch: int
    recipe: str
    origin: Origin
    content: str
    meta: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Program:
    """What unify made of an item."""

    item_id: str
    refcode: str
    requirements: str
    input_generator: str
    problem: str

    @property
    def drawing_code(self) -> str:
        """What draws inputs: the generator, below the reference code that it may lean on."""
        return f"{self.refcode}\n\n{self.input_generator}"

    @property
    def program_id(self) -> str:
        return digest(self.item_id, self.refcode, self.input_generator)


@dataclass(frozen=True, slots=True)
class Pair:
    """An input and the output that the program computed from it, as JSON text."""

    input: str
    output: str
    seed: int
    """Of the draw that made the input (8 bytes)."""

    def side(self, name: str) -> str:
        """Return the JSON text of ``input`` or ``output``."""
        return self.input if name == "input" else self.output


@dataclass(frozen=True, slots=True)
class Usage:
    """Tokens of one answer, as the endpoint counted them."""

    input: int = 0
    cached: int = 0
    output: int = 0
    estimated: int = 0
    """Of input and output: estimated by us, for the endpoint's count was missing or absurd."""

    @property
    def tokens(self) -> int:
        """Input and output together."""
        return self.input + self.output

    def __add__(self, other: Usage) -> Usage:
        return Usage(
            self.input + other.input,
            self.cached + other.cached,
            self.output + other.output,
            self.estimated + other.estimated,
        )


@dataclass(frozen=True, slots=True)
class Message:
    """One message of a conversation with the teacher."""

    role: str
    content: str


@dataclass(frozen=True, slots=True)
class Answer:
    """What a teacher answered, and what it cost."""

    text: str
    reasoning: str = ""
    model: str = ""
    finish: str = "stop"
    usage: Usage = Usage()
    cost: float = 0.0
    currency: str = ""

    @property
    def truncated(self) -> bool:
        """Whether the endpoint cut the answer off: paid for, but not an answer."""
        return self.finish == "length"

    @staticmethod
    def load(value: Mapping[str, Any]) -> Answer:
        """Read an answer back from the journal."""
        return Answer(**{**value, "usage": Usage(**value["usage"])})


@dataclass(frozen=True, slots=True)
class GaveUp:
    """A request that failed for good."""

    reason: Reason
    detail: str

    @staticmethod
    def load(value: Mapping[str, Any]) -> GaveUp:
        """Read it back from the journal."""
        return GaveUp(Reason(value["reason"]), value["detail"])


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the check of one answer found, with the feedback that tells the teacher."""

    status: Status
    answer: str
    """The JSON text of what was answered, ``""`` where there is none."""
    feedback: str
    claims: int = 0
    """How many claims of the reasoning were checked against a trace of the run; 0 where none."""
    true_claims: int = 0

    @property
    def right(self) -> bool:
        return self.status is Status.SUCCESS

    @staticmethod
    def load(value: Mapping[str, Any]) -> Verdict:
        """Read a verdict back from the journal."""
        counts = value.get("claims", 0), value.get("true_claims", 0)
        return Verdict(Status(value["status"]), value["answer"], value["feedback"], *counts)


@dataclass(frozen=True, slots=True)
class Instance:
    """One question: a task on a pair, asked once as sample ``sample`` (from 0)."""

    task: Task
    pair: int
    sample: int

    @property
    def key(self) -> str:
        """The stem of its durable steps' keys, ``out/P/S``."""
        return f"{self.task.key}/{self.pair}/{self.sample}"
