"""What an export is to hold, and in which shape.

May import errors and items.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from enum import StrEnum
from typing import Self

from codeiod.errors import SettingsError
from codeiod.items import Task


class Format(StrEnum):
    """The shapes that trainers read."""

    HF = "hf"
    SFT = "sft"
    CHAT = "chat"
    PREFERENCE = "preference"
    RLVR = "rlvr"


class Keep(StrEnum):
    """Which samples are taken."""

    ALL = "all"
    ONLY_RIGHT = "only-right"
    ONLY_HARD = "only-hard"


@dataclass(frozen=True, slots=True)
class Options:
    """All that shapes an export: the same options over the same dataset give the same bytes."""

    format: Format
    keep: Keep = Keep.ALL
    revised: bool = False
    """``sft``: both turns in one response, as CodeI/O++."""
    released_shape: bool = False
    """``hf``: the fields of the released dataset and no others."""
    holdout: float = 0.0
    """The share of the items whose samples go to the split ``test``."""
    seed: int = 0
    max_per_program: int = 0
    """Samples of one program at the most; 0: all."""
    weights: Mapping[Task, float] = field(default_factory=dict)
    """Shares of the tasks in what is exported; empty: as they come."""
    licence: str = "other"
    """The identifier that the card names."""

    def __post_init__(self) -> None:
        """:raises SettingsError: options that make no sense, or none together."""
        if not 0 <= self.holdout < 1:
            raise SettingsError(f"--holdout {self.holdout:g}: a share from 0 to below 1")
        if self.max_per_program < 0:
            raise SettingsError(f"--max-per-program {self.max_per_program}: below 0")
        if self.revised and self.format is not Format.SFT:
            raise SettingsError(f"--revised is for sft, not for {self.format}")
        if self.released_shape and self.format is not Format.HF:
            raise SettingsError(f"--released-shape is for hf, not for {self.format}")
        if self.keep is Keep.ONLY_RIGHT and self.format is Format.PREFERENCE:
            raise SettingsError("preference sets right against wrong: only-right leaves nothing")
        if self.weights and not any(self.weights.values()):
            raise SettingsError("--weight: one of the tasks must weigh more than 0")

    @property
    def takes_second_turns(self) -> bool:
        """Whether a sample counts as right that is so at its second turn alone."""
        return self.format is not Format.SFT or self.revised


def format_named(name: str) -> Format:
    """Read a format. :raises SettingsError: there is none of that name; the known ones are told."""
    return Format(_known(name, "--format", list(Format)))


def keep_named(name: str) -> Keep:
    """Read which samples are taken. :raises SettingsError: as ``format_named``."""
    return Keep(_known(name, "--keep", list(Keep)))


@dataclass(frozen=True, slots=True)
class Weight:
    """The weight of one task."""

    task: Task
    weight: float

    @classmethod
    def read(cls, text: str) -> Self:
        """Read ``TASK=WEIGHT``. :raises SettingsError: it is none."""
        name, _, number = text.partition("=")
        task = Task(_known(name, "--weight", list(Task)))
        try:
            weight = float(number)
        except ValueError:
            weight = -1.0
        if not 0 <= weight < float("inf"):
            raise SettingsError(f"--weight {text}: TASK=WEIGHT with a weight of 0 or more")
        return cls(task, weight)


def weights_of(texts: list[str]) -> dict[Task, float]:
    """Read all weights; a task that is not named weighs 1. :raises SettingsError: as ``read``."""
    named = {weight.task: weight.weight for weight in map(Weight.read, texts)}
    return {task: named.get(task, 1.0) for task in Task} if named else {}


def _known(name: str, option: str, known: list[str]) -> str:
    if name in known:
        return name
    near = get_close_matches(name, known, 1)
    guess = f" (do you mean {near[0]}?)" if near else ""
    raise SettingsError(f"{option} {name}: unknown{guess}; known: {', '.join(known)}")
