"""A trace put in order: its calls, with the moments of each.

May import the narration's ``codemap`` and ``evaluating``, and the sandbox's values.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from codeiod.teachers.builtin.narration.codemap import Code
from codeiod.teachers.builtin.narration.objects import Instance, Unknown
from codeiod.teachers.builtin.narration.values import value_of
from codeiod_sandbox.traces import Shown, Step, StepKind, Trace

_LONG_STEPS = 1000
CONVERSIONS = {"linked_list_of", "values_of_list", "tree_of", "values_of_tree", "plain"}
"""Functions that analysis adds to read and write structures: none of the program's logic."""
UNTOLD = CONVERSIONS | {"__init__"}


@dataclass(slots=True)
class Moment:
    """A statement that ran, in its call."""

    step: Step
    place: int
    """Counts the moments of its call from 0."""
    calls: list[Frame]
    yielded: list[Shown]
    follows_gap: bool
    """Steps were left out since the one before it in its call."""
    raised: Shown | None = None


@dataclass(slots=True)
class Frame:
    """One call."""

    number: int
    function: str
    arguments: tuple[tuple[str, Shown], ...] = ()
    parent: Frame | None = None
    moments: list[Moment] = field(default_factory=list)
    value: Shown | None = None
    has_returned: bool = False
    raised: Shown | None = None
    yields: list[Shown] = field(default_factory=list)
    history: dict[str, tuple[list[int], list[Shown]]] = field(default_factory=dict)
    unfinished: list[Frame] = field(default_factory=list)
    """Calls made by a line whose end the trace does not show."""
    calls_itself: bool = False
    is_whole: bool = True
    """All calls below it are in the trace."""
    is_long: bool = False
    """The trace may lack even the last rounds of a loop."""

    @property
    def name(self) -> str:
        """The last part of the function's qualified name."""
        return self.function.rpartition(".")[2]

    def learn(self, name: str, place: int, shown: Shown) -> None:
        places, values = self.history.setdefault(name, ([], []))
        places.append(place)
        values.append(shown)

    def at(self, name: str, place: int) -> Shown | None:
        """Return what a name is just before the moment with this place."""
        if name not in self.history:
            return None
        places, values = self.history[name]
        index = bisect_right(places, place - 1)
        return values[index - 1] if index else None

    def is_shown_whole(self, place: int) -> bool:
        """Tell whether all values are shown whole just before a moment."""
        shown = filter(None, self._all_at(place))
        return not any(value.is_cut or value.text.startswith("<") for value in shown)

    def _all_at(self, place: int) -> Iterator[Shown | None]:
        return (self.at(name, place) for name in self.history)

    def value_at(self, name: str, place: int, code: Code) -> Any:
        """Return the value of a name just before a moment.

        :raises Unknown: it isn't shown whole.
        """
        shown = self.at(name, place)
        if shown is None:
            if name in code.constants:
                return code.constants[name]
            raise Unknown
        if code.has_arrays and shown.text.startswith("["):
            raise Unknown
        value = value_of(shown)
        if code.has_own_truth and isinstance(value, Instance):
            raise Unknown
        return value


def read_frames(trace: Trace) -> Frame | None:
    """Return the outermost call of a trace, with all others below it."""
    frames: dict[int, Frame] = {}
    calls: dict[int, list[tuple[int, Frame]]] = {}
    number, gap = 0, 0
    for step in trace.steps:
        if step.number != number:
            gap = step.number
        number = step.number + 1
        if step.kind is StepKind.CALL:
            frame = _enter(step, frames)
            calls.setdefault(step.parent, []).append((step.caller_line, frame))
            continue
        found = frames.get(step.frame)
        if found is not None:
            _go_on(found, step, calls, gap)
    for number, made in calls.items():
        if number in frames:
            frames[number].unfinished = [frame for _, frame in made]
    for frame in frames.values():
        frame.is_long = trace.was_stopped or trace.total_steps >= _LONG_STEPS
    if trace.was_stopped or trace.calls != len(frames):
        for frame in frames.values():
            frame.is_whole = False
    return frames.get(0)


def _enter(step: Step, frames: dict[int, Frame]) -> Frame:
    arguments = tuple((change.name, change.value) for change in step.changes)
    parent = frames.get(step.parent)
    frame = frames[step.frame] = Frame(step.frame, step.function, arguments, parent)
    for name, shown in arguments:
        frame.learn(name, -1, shown)
    while parent is not None:
        if parent.function == step.function:
            parent.calls_itself = frame.calls_itself = True
            break
        parent = parent.parent
    return frame


def _go_on(frame: Frame, step: Step, calls: dict[int, list[tuple[int, Frame]]], gap: int) -> None:
    kind = step.kind
    if kind is StepKind.LINE:
        made = calls.pop(frame.number, ())
        below = [call for line, call in made if line == step.line] if made else []
        last = frame.moments[-1].step.number if frame.moments else step.number
        place = len(frame.moments)
        frame.moments.append(Moment(step, place, below, frame.yields[-1:], last < gap))
    elif kind is StepKind.RETURN:
        frame.value, frame.has_returned = step.value, True
    elif kind is StepKind.YIELD and step.value is not None:
        frame.yields.append(step.value)
    elif kind is StepKind.RAISE:
        frame.raised = step.value
        if frame.moments and frame.moments[-1].step.line == step.line:
            frame.moments[-1].raised = step.value
    if step.changes:
        place = len(frame.moments) - 1
        for change in step.changes:
            frame.learn(change.name, place, change.value)
