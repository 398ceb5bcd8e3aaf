"""The noun of verification: what is to be checked. May import ``items``."""

from __future__ import annotations

from dataclasses import dataclass

from codeiod.items import Instance, Pair, Program


@dataclass(frozen=True, slots=True)
class Question:
    """An instance with its pair and program."""

    program: Program
    instance: Instance
    pair: Pair
