"""The shape of binary trees. Imports its neighbour ``shapes``; pure."""

from __future__ import annotations

import random
from dataclasses import dataclass
from typing import Any

from codeiod.teachers.builtin.fitting.shapes import AS_IT_IS


@dataclass(frozen=True, slots=True)
class Tree:
    """The values of a binary tree, level by level, with null for a missing child."""

    largest: int = 9
    is_search: bool = False
    """Whether smaller values stand on the left, larger ones on the right."""
    low: int = 0
    high: int = 20
    conversion: str = AS_IT_IS

    def expression(self) -> str:
        name = "draw_search_tree" if self.is_search else "draw_tree"
        return f"{name}({self.largest}, {self.low}, {self.high})"

    def told(self) -> str:
        kind = "a binary search tree" if self.is_search else "a binary tree"
        return f"{kind} of up to {self.largest} integers from {self.low} to {self.high}"

    def sample(self, rng: random.Random) -> Any:
        return [rng.randint(self.low, self.high), None, rng.randint(self.low, self.high)]
