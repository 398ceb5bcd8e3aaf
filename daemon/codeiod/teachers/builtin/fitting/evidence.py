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

    def of_member(self) -> Cell:
        if self.member is None:
            self.member = Cell()
        return self.member

    def saw(self, constant: Any) -> None:
        if constant not in self.constants and len(self.constants) < MAX_CONSTANTS:
            self.constants.append(constant)


def constants_of(cells: Iterable[Cell]) -> tuple[Any, ...]:
    """Return the constants of cells and of all cells below them."""
    found: list[Any] = []
    pending, seen = list(cells), set[int]()
    while pending:
        cell = pending.pop()
        if id(cell) in seen:
            continue
        seen.add(id(cell))
        found += cell.constants
        pending += [*cell.keys.values(), *cell.places.values()]
        if cell.member is not None:
            pending.append(cell.member)
    return tuple(dict.fromkeys(found))
