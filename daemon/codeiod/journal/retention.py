"""Which sealed segments need not be kept.

May import ``state``. A segment can go when a snapshot holds all that it adds to the state, and no
item that may still be worked on has its content or an answer there.
"""

from __future__ import annotations

from enum import StrEnum
from itertools import chain

from codeiod.journal.state import Pending, State


class Retention(StrEnum):
    """What becomes of segments that no item needs."""

    KEEP = "keep"
    ARCHIVE = "archive"
    DROP = "drop"


def needed(state: State) -> set[int]:
    """Return the segments that items hold something in which are not done, or can be resumed."""
    retriable = (item for _, item in state.retriable.values())
    announced = (one.item for one in state.swaps.announced.values())
    items = chain(state.pending.values(), state.faulted.values(), retriable, announced)
    return {segment for item in items for segment in _segments_of(item)}


def free(state: State, covered: int) -> tuple[int, ...]:
    """Return the segments up to one that can go and have not been given up before."""
    kept = needed(state) | state.retired
    return tuple(number for number in range(1, covered + 1) if number not in kept)


def _segments_of(item: Pending) -> set[int]:
    made = {step.position.segment for step in item.steps.values() if step.position}
    return made | {item.admitted.segment}
