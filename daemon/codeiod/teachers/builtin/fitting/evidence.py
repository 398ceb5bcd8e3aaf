"""What is known of a value of a program: how it is used, and with which constants. Pure.

Imports the standard library.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

MAX_CONSTANTS = 24
RARE_DIVISOR = 50
"""What is divisible by this or more is rarely met by chance."""


class Use(StrEnum):
    """One way in which a value is used, that not every kind of value allows."""

    NUMBER = "number"
    FLOAT = "float"
    COUNT = "count"
    TEXT = "text"
    CHARACTER = "character"
    PARSED = "parsed"
    ITERATED = "iterated"
    SIZED = "sized"
    INDEXED = "indexed"
    INDEX = "index"
    CHANGED = "changed"
    MAPPING = "mapping"
    SET = "set"
    TRUTH = "truth"
    DIVISOR = "divisor"
    DIVIDED = "divided"
    EQUALLED = "equalled"
    SEARCHED = "searched"


@dataclass(eq=False, slots=True)
class Cell:
    """What is known of one value."""

    uses: Counter[Use] = field(default_factory=Counter)
    constants: list[Any] = field(default_factory=list)
    divisors: list[int] = field(default_factory=list)
    """Whole numbers that it is divided by, with a remainder."""
    keys: dict[str, Cell] = field(default_factory=dict)
    places: dict[int, Cell] = field(default_factory=dict)
    member: Cell | None = None

    @property
    def is_taken_apart(self) -> bool:
        """Whether its members are looked at, one by one or by their places."""
        return bool(self.uses[Use.ITERATED] or self.uses[Use.INDEXED])

    def of_member(self) -> Cell:
        if self.member is None:
            self.member = Cell()
        return self.member

    def saw(self, constant: Any) -> None:
        if constant not in self.constants and len(self.constants) < MAX_CONSTANTS:
            self.constants.append(constant)


def constants_of(cells: Iterable[Cell]) -> tuple[Any, ...]:
    """Return the constants of cells and of all cells below them, large divisors among them."""
    found: list[Any] = []
    pending, seen = list(cells), set[int]()
    while pending:
        cell = pending.pop()
        if id(cell) in seen:
            continue
        seen.add(id(cell))
        found += [*cell.constants, *(d for d in cell.divisors if d >= RARE_DIVISOR)]
        pending += [*cell.keys.values(), *cell.places.values()]
        if cell.member is not None:
            pending.append(cell.member)
    return tuple(dict.fromkeys(found))
