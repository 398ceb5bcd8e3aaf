"""How soon a job in the sandbox shall run: what finishes an item goes before what starts one.

May import the standard library alone. Between the stages that know it and the runner that heeds it
lie others who hand jobs on; so it goes with the item's tasks, as the context of a log line does.
"""

from __future__ import annotations

from contextvars import ContextVar
from enum import IntEnum


class Urgency(IntEnum):
    """What a job is for; lower goes first."""

    VERIFY = 0
    REPLAY = 1
    """A pair is computed again, in a twin."""
    SAMPLE = 2


_current: ContextVar[tuple[Urgency, int]] = ContextVar("urgency", default=(Urgency.SAMPLE, 0))


def set_urgency(urgency: Urgency, order: int) -> None:
    """Say what the jobs of this task, and of those that it starts from now on, are for.

    :param order: the item's place in the order of admission: older ones go first.
    """
    _current.set((urgency, order))


def priority(*, twin: bool) -> tuple[int, int]:
    """Return the priority of a job of this task; lower goes first."""
    urgency, order = _current.get()
    if twin and urgency is Urgency.SAMPLE:
        urgency = Urgency.REPLAY
    return urgency, order
