"""What is said of rounds that are not told one by one: what each of them, or all of them, leave.

May import the narration's ``blocks``, ``rounds``, ``story`` and ``voice``,
and the sandbox's values.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping, Sequence

from codeiod.teachers.builtin.narration.blocks import Block, LoopRun, Round
from codeiod.teachers.builtin.narration.changes import gains
from codeiod.teachers.builtin.narration.rounds import (
    Group,
    heading,
    moments_in,
    names_in,
    names_within,
)
from codeiod.teachers.builtin.narration.story import Frame
from codeiod.teachers.builtin.narration.voice import Voice, brief, counted, linked, listed, whole
from codeiod_sandbox.traces import Change, Effect

_MAX_MUTED_VALUES = 10
_MAX_LAST_NAMES = 4
_MAX_EACH_ROUNDS = 12
_MAX_EACH_CHARS = 440
_MAX_LEFT_CHARS = 48
_PAIR = 2


def muted(group: Group, run: LoopRun, frame: Frame, end: int, voice: Voice) -> str:
    """Say in a sentence what rounds do that are not told one by one.

    :param end: the place of the first moment after them.
    """
    first = group.rounds[0]
    last = _last_number(group, run)
    number = last - first.number + 1 if first.number and last else 0
    begin = _beginning(group, number, last, voice)
    if number == len(group.rounds) and (each := _each(group, run, frame, end)):
        return f"{begin}: {each}."
    if said := _heads(group, run, frame, number):
        begin += f" ({said})"
    results = last_values(first.head.place, end, run, frame)
    after = "it" if number == 1 else "them"
    return f"{begin}; after {after} {results}." if results else f"{begin}."


def _beginning(group: Group, number: int, last: int, voice: Voice) -> str:
    first = group.rounds[0].number
    if group.is_alike:
        way, ways = "goes the same way", voice.pick("go the same way", "work alike")
    else:
        way, ways = "follows the same code", "follow the same code"
    if number == 1:
        return f"Round {first} {way}"
    if not number:
        return f"The further rounds {ways}"
    begin = voice.pick(
        f"The {'other' if first > 1 else 'first'} {counted(number, 'round')}",
        f"Rounds {first} {'and' if number == _PAIR else 'to'} {last}",
    )
    return f"{begin} {ways}"


def _last_number(group: Group, run: LoopRun) -> int:
    """Return the number of the last round of a group, 0 where it can't be told."""
    is_last = group.rounds[-1] is run.rounds[-1]
    if is_last and run.end is not None:
        return run.count
    return group.rounds[-1].number


def _heads(group: Group, run: LoopRun, frame: Frame, number: int) -> str:
    if isinstance(run.loop, ast.While) or not isinstance(run.loop.target, ast.Name):
        return ""
    if number != len(group.rounds) or number > _MAX_MUTED_VALUES:
        return ""
    name = run.loop.target.id
    values = [whole(frame.at(name, each.head.place + 1), 20) for each in group.rounds]
    return f"with `{name}` as {_in_a_row(values)}" if all(values) and name != "_" else ""


def _in_a_row(values: list[str]) -> str:
    numbers = [int(value) for value in values if value.lstrip("-").isdigit()]
    is_row = len(numbers) == len(values) > _PAIR
    if is_row and numbers == list(range(numbers[0], numbers[-1] + 1)):
        return f"{values[0]} to {values[-1]}"
    return listed(values)


def _each(group: Group, run: LoopRun, frame: Frame, end: int) -> str:
    """Say what each of a few rounds leaves; ``""`` where it would be long, or is not shown."""
    heads = [each.head for each in run.rounds] + ([run.end] if run.end else [])
    after = [head for head in heads if group.rounds[0].head.place < head.place <= end]
    if len(group.rounds) > _MAX_EACH_ROUNDS or any(head.follows_gap for head in after):
        return ""
    if any(map(_has_gaps, group.rounds)):
        return ""
    left = [dict(_left(each, run)) for each in group.rounds]
    if not any(left) or (not all(left) and not frame.is_shown_whole(end)):
        return ""
    text = _rounds_left(group, left, run, frame)
    if len(text) > _MAX_EACH_CHARS:
        carried = {name for name in frame.history if frame.at(name, run.first.place) is not None}
        left = [{k: told for k, told in found.items() if told[0] in carried} for found in left]
        text = _rounds_left(group, left, run, frame) if any(left) else ""
    return text if len(text) <= _MAX_EACH_CHARS else ""


def _rounds_left(
    group: Group, left: Sequence[Mapping[str, tuple[str, str]]], run: LoopRun, frame: Frame
) -> str:
    said = []
    for each, found in zip(group.rounds, left, strict=True):
        told = listed([text for _, text in found.values()])
        named = f"{heading(each, run.loop, frame)}: " if len(left) > 1 else ""
        said += [named + told] if told else []
    if len(said) < len(left):
        said.append("the others change nothing of this")
    return "; ".join(said)


def _has_gaps(each: Round) -> bool:
    """Tell whether steps of a round were left out, so that what it leaves is not known."""
    return any(moment.follows_gap for moment in moments_in(each.body))


def _left(each: Round, run: LoopRun) -> Iterator[tuple[str, tuple[str, str]]]:
    """Yield what a round changes: the part, the name that it is of, and what is said of it."""
    bound = names_within(run.loop)
    for moment in moments_in(each.body):
        for change in moment.step.changes:
            if change.name not in bound:
                for target, text in _targets(change):
                    yield target, (change.name, text)


def _targets(change: Change) -> Iterator[tuple[str, str]]:
    if text := whole(change.value, _MAX_LEFT_CHARS) or linked(change.value, _MAX_LEFT_CHARS):
        yield change.name, f"`{change.name}` = {text}"
        return
    for part in change.parts:
        text = brief(part.value, _MAX_LEFT_CHARS)
        if "`" in part.path or part.effect in (Effect.REMOVED, Effect.LEFT):
            continue
        if of := gains(change, part):
            yield f"{change.name}{part.path} {text}", f"`{of}` gains {text}"
        else:
            yield change.name + part.path, f"`{change.name}{part.path}` = {text}"


def nothing_of(blocks: Sequence[Block], frame: Frame) -> str:
    """Say that a round has no step to tell, as far as the trace shows that."""
    moments = list(moments_in(blocks))
    if not moments:
        return "this round is not followed step by step."
    if any(moment.step.changes for moment in moments):
        return "the values of this round are too long to be told."
    is_whole = frame.is_shown_whole(moments[-1].place + 1)
    return "no value changes." if is_whole else "none of the values shown here changes."


def last_values(begin: int, end: int, run: LoopRun, frame: Frame) -> str:
    """Say what the names are that change between two moments."""
    skipped = set(names_in(run.loop.target)) if not isinstance(run.loop, ast.While) else set()
    names = dict.fromkeys(
        change.name
        for moment in frame.moments[begin:end]
        for change in moment.step.changes
        if change.name not in skipped
    )
    said = []
    first = run.first.place
    for name in sorted(names, key=lambda name: frame.at(name, first) is None):
        value = frame.at(name, end)
        text = whole(value)
        if value is not None and not text:
            text = brief(value, _MAX_LEFT_CHARS) if value.text[-1:] in "0123456789)]" else ""
        if text:
            said.append(f"`{name}` is {text}")
    return listed(said[:_MAX_LAST_NAMES])
