"""What a teacher is asked, and the seam behind which every teacher stands.

May import ``items``, ``config`` and ``journal``. An ask holds its messages and what they were made
from, never the wanted side of a pair. ``openai`` reads the messages, ``builtin`` the rest. Its
``order`` is the item's place in the order of admission: what is older goes first.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol, Self

from codeiod.config import StageSettings
from codeiod.items import Answer, GaveUp, Item, Message, Program, Stage, Task, digest
from codeiod.journal import Ledger


@dataclass(frozen=True, slots=True)
class Sampling:
    """The sampling parameters of a stage; what is None is not sent."""

    temperature: float | None = None
    top_p: float | None = None
    max_tokens: int | None = None

    @classmethod
    def of(cls, settings: StageSettings) -> Self:
        """Take a stage's parameters from its settings."""
        return cls(settings.temperature, settings.top_p, settings.max_tokens)


@dataclass(frozen=True, slots=True)
class UnifyAsk:
    """Make a program of an item; ``messages`` holds a repair turn where one is asked."""

    item: Item
    messages: tuple[Message, ...]
    sampling: Sampling
    order: int = 0
    stage: Stage = Stage.UNIFY

    @property
    def item_id(self) -> str:
        return self.item.item_id


@dataclass(frozen=True, slots=True)
class PredictAsk:
    """Predict one side of a pair from the other, ``known`` (JSON text)."""

    program: Program
    task: Task
    known: str
    messages: tuple[Message, ...]
    sampling: Sampling
    order: int = 0
    stage: Stage = Stage.PREDICT

    @property
    def item_id(self) -> str:
        return self.program.item_id


@dataclass(frozen=True, slots=True)
class ReviseAsk:
    """Think again, after feedback on the first turn."""

    ask: PredictAsk
    turn_1: str
    feedback: str
    messages: tuple[Message, ...]
    sampling: Sampling
    stage: Stage = Stage.REVISE

    @property
    def order(self) -> int:
        return self.ask.order

    @property
    def item_id(self) -> str:
        return self.ask.item_id


Ask = UnifyAsk | PredictAsk | ReviseAsk


def ask_digest(ask: Ask, recipe: str) -> str:
    """Name what an answer is computed from: the recipe and the conversation."""
    parts = [part for message in ask.messages for part in (message.role, message.content)]
    return digest(recipe, ask.stage, *parts)


class Teacher(Protocol):
    """Who answers."""

    async def answer(self, ask: Ask, ledger: Ledger) -> Answer | GaveUp:
        """Answer, or say why this request failed for good.

        Every paid request is announced to the ledger before it leaves. A truncated answer goes to
        the ledger and is asked again; it never comes back as an answer.
        """
        ...

    async def room(self) -> None:
        """Wait until a new item would find this teacher with nothing better to do."""
        ...

    def close_intake(self) -> None:
        """Let no new request start; those in flight may land."""
        ...

    def open_intake(self) -> None:
        """Let requests start again."""
        ...
