"""How much of a run is told, and which calls are told from within.

May import the narration's ``story`` and ``voice``.
"""

from __future__ import annotations

from dataclasses import dataclass

from codeiod.teachers.builtin.narration.story import CONVERSIONS, Frame
from codeiod.teachers.builtin.narration.voice import Line

_OUTER_CALLS = 12
"""How many times as many moments a call may have that no loop makes."""


@dataclass(frozen=True, slots=True)
class Detail:
    """How much is told.

    :param rounds: of a loop, from the first on; of one within a loop one less.
    :param others: further rounds in which something new happens.
    :param call_moments: how many moments a call may have that is told from within.
    :param call_depth: how deep calls are told from within.
    """

    rounds: int
    others: int
    call_moments: int
    call_depth: int


class TooLongError(Exception):
    """What is to be told takes more room than there is."""


class Page:
    """Takes lines as long as there is room."""

    def __init__(self, most_chars: int) -> None:
        self.lines: list[Line] = []
        self._room = most_chars

    def add(self, depth: int, text: str, *, is_point: bool = False) -> None:
        """Append a line.

        :raises TooLongError: there is no room left.
        """
        self._room -= len(text)
        if self._room < 0:
            raise TooLongError
        self.lines.append(Line(depth, is_point, text))


class Openings:
    """Chooses the calls to tell from within: of a function the first one only."""

    def __init__(self, detail: Detail) -> None:
        self.known: set[str] = set()
        """Functions of which a call was told."""
        self.open = 0
        """How many calls are being told, one within the other."""
        self._detail = detail

    def is_near(self, more: int = 0) -> bool:
        """Tell whether not too many calls are being told."""
        return self.open < self._detail.call_depth + more

    def may_open(self, called: Frame, depth: int) -> bool:
        """Tell whether a call is short enough, and not too deep in others."""
        most = self._detail.call_moments * (1 if depth else _OUTER_CALLS)
        return self.is_near() and 1 < len(called.moments) <= most and not called.yields

    def tells(self, called: Frame, depth: int) -> bool:
        """Tell whether a call is one to tell from within."""
        is_logic = called.name not in CONVERSIONS and not called.name.startswith("__")
        return is_logic and called.function not in self.known and self.may_open(called, depth)

    def is_recursion(self, called: Frame) -> bool:
        """Tell whether it is the first call of a recursion."""
        return called.calls_itself and called.function not in self.known
