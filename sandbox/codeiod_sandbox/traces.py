"""What a traced call tells: its steps, with the values that each one changed. Plain values.

Imports the outcomes alone. A trace was made beside the program that it tells of, by code that the
program can reach: it is checked in form (`trace_reading.py`), and true of honest programs only.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from codeiod_sandbox.outcomes import Outcome


@dataclass(frozen=True, slots=True)
class TraceLimits:
    """Bound a trace; what is left out is still counted, up to `max_events`.

    :param max_steps: steps looked at from the beginning; after them only the ways out of the calls
        and loops that these steps show, and of those the last `max_tail_steps` are kept.
    :param visits_first: how often a line of one call is kept, from its first visit on.
    :param visits_last: how many of its last visits are kept too.
    :param max_events: statements, calls and returns after which the tracing ends; the program does
        not notice.
    :param max_values: looked at from the beginning, parts of others too: it ends as by `max_steps`.
    :param max_value_chars: of the text of one value; longer ones are elided in the middle.
    :param max_json_chars: of the JSON of one value; longer ones have none.
    :param max_bytes: of all texts together; steps from the middle on are left out for it.
    """

    max_steps: int = 2000
    max_tail_steps: int = 200
    visits_first: int = 8
    visits_last: int = 2
    max_events: int = 50_000
    max_values: int = 50_000
    max_value_chars: int = 200
    max_json_chars: int = 1000
    max_bytes: int = 1 << 18


DEFAULT_TRACE_LIMITS = TraceLimits()


class StepKind(StrEnum):
    """What happened in a step."""

    CALL = "call"
    """A function of the program was entered; `changes` are its arguments."""
    LINE = "line"
    """A statement, or the head of a compound one, ran to its end (or raised)."""
    RETURN = "return"
    """The function returned `value`."""
    RAISE = "raise"
    """The exception `value` came out of the line, whether or not the function catches it."""
    YIELD = "yield"
    """The generator yielded `value`."""


class Effect(StrEnum):
    """What became of one part of a container."""

    SET = "set"
    ADDED = "added"
    REMOVED = "removed"
    JOINED = "joined"
    """Of a set: the value became a member of it."""
    LEFT = "left"
    """Of a set: the value is no more a member of it."""


@dataclass(frozen=True, slots=True)
class Shown:
    """A value at one moment.

    :param text: as Python writes it, sets sorted, and objects as `Name(attribute=value)`; arrays
        of numpy as nested lists. Printable.
    :param json: the whole value as JSON, None where it is not JSON (a tuple is an array) or long.
    :param is_cut: whether `text` leaves something out.
    """

    text: str
    json: str | None
    is_cut: bool


@dataclass(frozen=True, slots=True)
class Part:
    """One part of a container that changed.

    :param path: what stands behind the container's name: `[3]`, `['a'][0]`, `.next`; for a member
        of a set what leads to the set, so that it is empty where the name's value is one.
    :param value: the new value; of what was removed the old one.
    """

    effect: Effect
    path: str
    value: Shown


@dataclass(frozen=True, slots=True)
class Change:
    """A name with its new value.

    :param parts: what in it differs, where it named a like container before and few parts differ.
        One that was appended to a list is `ADDED` at its last index.
    """

    name: str
    value: Shown
    parts: tuple[Part, ...] = ()


@dataclass(frozen=True, slots=True)
class Step:
    """One thing that the program did.

    Steps stand in the order in which they ended: the steps of a call that a line makes come before
    the line's own, so that values are told when they are there.

    :param number: counts all steps from 0; a gap shows that steps were left out.
    :param line: the first line of the statement; for a call, of the function.
    :param function: its qualified name.
    :param frame: the number of the call that it belongs to, from 0, the outermost.
    :param depth: how many calls of the program it stands in, from 0.
    :param visit: the how-manieth run of the line in this call, from 1; 0 where it is no line's.
    :param next_line: of a line: that which ran next in the same call; 0 where it left the call.
    :param parent: of a call: the frame that made it, -1 for the outermost.
    :param caller_line: of a call: the line in `parent` that made it, 0 for the outermost.
    :param changes: names of the function, and globals that it uses, whose values changed: the
        arguments of a call in their order, all else by name, globals last.
    :param is_summary: whether `changes` also holds those of steps that were left out before it.
    """

    number: int
    kind: StepKind
    line: int
    function: str
    frame: int
    depth: int
    visit: int = 0
    next_line: int = 0
    parent: int = -1
    caller_line: int = 0
    changes: tuple[Change, ...] = ()
    value: Shown | None = None
    is_summary: bool = False


@dataclass(frozen=True, slots=True)
class Trace:
    """What one call of a program did, as far as it was kept.

    :param line_counts: how often each line ran, in all calls of its function.
    :param arcs: which line ran after which in one call; from 0 where it entered the function, to 0
        where it returned. Exceptions make none, unless the same call catches them.
    :param calls: how many calls of the program's functions there were.
    :param total_steps: all steps, kept or left out.
    :param was_stopped: the tracing ended before the call: the counts are too low.
    """

    steps: tuple[Step, ...]
    line_counts: Mapping[int, int]
    arcs: frozenset[tuple[int, int]]
    calls: int
    total_steps: int
    was_stopped: bool

    @property
    def is_complete(self) -> bool:
        """Whether every step is there."""
        return not self.was_stopped and len(self.steps) == self.total_steps

    @property
    def executed_statements(self) -> int:
        """How many statements ran; each as often as it ran."""
        return sum(self.line_counts.values())


@dataclass(frozen=True, slots=True)
class Traced:
    """The outcome of a traced call, and its trace where one came out."""

    outcome: Outcome
    trace: Trace | None
