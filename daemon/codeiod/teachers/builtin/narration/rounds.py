"""Which rounds of a loop are told, and what is said of a loop as a whole.

May import the narration's ``codemap``, ``evaluating``, ``story`` and ``voice``.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import groupby

from codeiod.teachers.builtin.narration.blocks import Block, LoopRun, Round
from codeiod.teachers.builtin.narration.codemap import Code, Loop
from codeiod.teachers.builtin.narration.evaluating import Look, work_out
from codeiod.teachers.builtin.narration.objects import Instance, Unknown
from codeiod.teachers.builtin.narration.story import Frame, Moment
from codeiod.teachers.builtin.narration.voice import Voice, counted, listed, whole

_MAX_MEMBERS = 6


@dataclass(frozen=True, slots=True)
class Group:
    """Rounds in a row that are told one by one, or in one sentence."""

    is_told: bool
    rounds: tuple[Round, ...]
    is_alike: bool = False
    """They do surely nothing but what rounds do that are told before them."""


def moments_in(blocks: Sequence[Block]) -> Iterator[Moment]:
    """Yield all moments of blocks, those of inner loops too."""
    for block in blocks:
        if isinstance(block, Moment):
            yield block
            continue
        for each in block.rounds:
            yield each.head
            yield from moments_in(each.body)
        if block.end is not None:
            yield block.end


def grouped(run: LoopRun, first: int, others: int) -> list[Group]:
    """Choose the rounds to tell: the first ones, those with something new, and that which leaves.

    :param others: how many with something new.
    """
    told: list[bool] = []
    seen: set[tuple[int, bool]] = set()
    alike: list[bool] = []
    followers = [each.head for each in run.rounds[1:]] + ([run.end] if run.end else [])
    for place, each in enumerate(run.rounds):
        ways = _ways(each)
        is_last = place == len(run.rounds) - 1
        has_gap = place < len(followers) and followers[place].follows_gap
        if is_last and (run.end is None or place == first):
            told.append(True)
        elif place and (has_gap or not each.number):
            told.append(False)
        elif place < first:
            told.append(True)
        elif others and not ways <= seen:
            told.append(True)
            others -= 1
        else:
            told.append(False)
        alike.append(ways <= seen and not has_gap)
        if told[-1]:
            seen |= ways
    if first > 1:
        _tell_single_ones(told, alike)
    return list(_in_a_row(run.rounds, told, alike))


def _tell_single_ones(told: list[bool], alike: Sequence[bool]) -> None:
    """Tell rounds that would be summed up alone."""
    for place in range(1, len(told)):
        is_alone = told[place - 1] and all(told[place + 1 : place + 2])
        told[place] |= is_alone and alike[place]


def _ways(each: Round) -> set[tuple[int, bool]]:
    """Return the lines that a round runs, and whether they change anything."""
    return {(m.step.line, bool(m.step.changes)) for m in moments_in(each.body)}


def _in_a_row(
    rounds: Sequence[Round], told: Sequence[bool], alike: Sequence[bool]
) -> Iterator[Group]:
    for is_told, places in groupby(range(len(rounds)), key=told.__getitem__):
        row = list(places)
        yield Group(is_told, tuple(rounds[n] for n in row), all(alike[n] for n in row))


@lru_cache(maxsize=512)
def names_in(target: ast.expr) -> tuple[str, ...]:
    """Return the names that a loop binds."""
    return tuple(node.id for node in ast.walk(target) if isinstance(node, ast.Name))


@lru_cache(maxsize=512)
def names_within(loop: Loop) -> frozenset[str]:
    """Return the names that a loop and those in it bind."""
    bound = [each.target for each in ast.walk(loop) if isinstance(each, ast.For)]
    return frozenset(name for target in bound for name in names_in(target))


def opening(run: LoopRun, code: Code, look: Look, voice: Voice) -> str:
    """Say what a loop goes over."""
    if isinstance(run.loop, ast.While):
        return _opening_while(run.loop, run, code, look, voice)
    names = listed([f"`{name}`" for name in names_in(run.loop.target) if name != "_"])
    over = code.quoted(run.loop.iter, 60)
    named = names or "the loop"
    run_, go = ("run", "go") if " and " in names else ("runs", "goes")
    number = run.count if run.end is not None else 0
    times = f", {counted(number, 'round')} in all" if number > 1 else ""
    values = _values_of(run.loop.iter, look)
    if values and over:
        return voice.pick(
            f"Now {named} {run_} over {over}, that is {values}:",
            f"The loop takes {named} through {over} ({values}):",
        )
    if not over:
        return f"Now comes a loop over {names or 'its values'}{times}:"
    return voice.pick(
        f"Next {named} {go} through {over}{times}:",
        f"The loop lets {named} run over {over}{times}:",
    )


def _opening_while(loop: ast.While, run: LoopRun, code: Code, look: Look, voice: Voice) -> str:
    quoted = code.quoted(loop.test)
    if isinstance(loop.test, ast.Constant):
        return voice.pick("A loop without a condition of its own begins:", "The loop begins:")
    number = run.count if run.end is not None else 0
    times = f"; this makes {counted(number, 'round')}" if number > 1 else ""
    if not quoted:
        return f"A loop begins{times}:"
    if isinstance(loop.test, ast.Name | ast.Attribute):
        return f"The loop goes on until {quoted} is {_end_of(loop.test, look)}{times}:"
    return voice.pick(
        f"The loop goes on as long as {quoted}{times}:",
        f"As long as {quoted}, the loop is repeated{times}:",
    )


def _end_of(test: ast.expr, look: Look) -> str:
    """Say what a value has to be for a loop to end that goes on while it is true."""
    try:
        value = work_out(test, look)
    except Unknown:
        return "zero or empty"
    if isinstance(value, bool):
        return "False"
    if isinstance(value, Instance):
        return "None"
    return "0" if isinstance(value, int | float) else "empty"


def _values_of(node: ast.expr, look: Look) -> str:
    """List what a ``range`` holds, or a value that is not named."""
    if isinstance(node, ast.Name):
        return ""
    try:
        values = work_out(node, look)
    except Unknown:
        return ""
    if not isinstance(values, range):
        return ""
    if len(values) > _MAX_MEMBERS:
        step = f" in steps of {values.step}" if values.step != 1 else ""
        return f"from {values[0]} to {values[-1]}{step}"
    return listed([str(value) for value in values])


def heading(each: Round, loop: Loop, frame: Frame) -> str:
    """Name a round by the values that the loop's names have in it."""
    if each.number == 0:
        return "In the last round" if frame.has_returned else "In a later round"
    if not isinstance(loop, ast.While):
        names = [name for name in names_in(loop.target) if name != "_"]
        shown = [(name, frame.at(name, each.head.place + 1)) for name in names]
        said = [f"`{name}` = {text}" for name, value in shown if (text := whole(value, 60))]
        if said:
            return ", ".join(said)
    return f"Round {each.number}"
