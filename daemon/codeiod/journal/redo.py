"""Which steps of an item are made anew from a stage on, what they cost, and the record of it.

May import ``history``, ``pending`` and ``records``.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from codeiod.journal.history import History
from codeiod.journal.pending import TURN_2, VERDICTS, Paid
from codeiod.journal.records import FINISHED, Reopen

VERDICT = "/verdict"


class Since(StrEnum):
    """From where an item that is done is made anew; in the order of its life."""

    UNIFY = "unify"
    SAMPLE = "sample"
    PREDICT = "predict"
    VERIFY = VERDICTS
    """The answers are checked again; what they were told is said again where it differs."""
    REVISE = "revise"
    CHOOSE = "choose"
    """All that there is holds; only what was not asked yet is."""

    @property
    def order(self) -> int:
        """Its place in the order."""
        return list(Since).index(self)


REDONE = tuple(since for since in Since if since is not Since.CHOOSE)
"""What a person can ask for."""


@dataclass(slots=True)
class Quote:
    """What it would cost to make items anew, by what the same steps cost before."""

    items: int = 0
    calls: float = 0
    input_tokens: float = 0
    output_tokens: float = 0
    money: dict[str, float] = field(default_factory=dict)
    """By currency."""
    left: int = 0
    """Items that are left as they are, for they can't be made anew under their recipe."""

    def add(self, paid: Paid, share: float = 1.0) -> None:
        """Count what a step cost, or a share of it."""
        if not share:
            return
        self.calls += paid.calls * share
        self.input_tokens += paid.input_tokens * share
        self.output_tokens += paid.output_tokens * share
        for currency, amount in paid.money.items():
            self.money[currency] = self.money.get(currency, 0.0) + amount * share


@dataclass(frozen=True, slots=True)
class Redone:
    """An item that is to be made anew."""

    item_id: str
    history: History
    since: Since
    recipe: str = ""
    """The one that it takes; ``""``: that which it has."""
    growth: float = 0.0
    """How many more questions it gets, as a share of those it has."""

    @property
    def touched(self) -> bool:
        """Whether it has made a step that is made anew; else it would end as before."""
        if self.since is Since.CHOOSE:
            return self.history.outcome == FINISHED
        return any(is_anew(key, self.since) for key in self.history.item.steps)

    def add_to(self, quote: Quote) -> None:
        """Add what it would cost."""
        quote.items += 1
        for key, paid in self.history.paid.items():
            again = is_anew(key, self.since) or (self.since is Since.VERIFY and _is_turn_2(key))
            grows = self.growth if is_anew(key, Since.PREDICT) else 0.0
            quote.add(paid, again + grows)

    def record(self, made_under: str) -> Reopen:
        """Return the record that announces it.

        :param made_under: the recipe that it has.
        """
        item = self.history.item
        for key, made in item.steps.items():
            if is_anew(key, self.since):
                made.forget()
                item.made_under.pop(key, None)
            elif self.recipe and self.recipe != made_under:
                item.made_under.setdefault(key, made_under)
        return Reopen(
            self.item_id,
            item.epoch + 1,
            self.since,
            self.history.outcome,
            item.admitted,
            item.kept(),
            announced=True,
            recipe=self.recipe or item.recipe,
        )


def is_anew(key: str, since: Since) -> bool:
    """Tell whether a step is made anew from a stage on."""
    match since:
        case Since.UNIFY:
            return True
        case Since.SAMPLE:
            return not key.startswith(Since.UNIFY)
        case Since.PREDICT:
            return not key.startswith((Since.UNIFY, Since.SAMPLE))
        case Since.VERIFY:
            return key.endswith(VERDICT)
        case Since.REVISE:
            return _is_turn_2(key)
        case Since.CHOOSE:
            return False


def first_touched(keys: Iterable[str]) -> Since:
    """Return the first stage that a difference of recipes touches, by the keys that differ."""
    return min((_stage_of(key) for key in keys), key=lambda since: since.order)


def _stage_of(key: str) -> Since:
    if key in _OF_KEYS:
        return _OF_KEYS[key]
    section, _, name = key.partition(".")
    if section == "models":
        section = name
    if section == "prompts":
        return Since.VERIFY if name.startswith("feedback") else Since.UNIFY
    return _OF_SECTIONS.get(section, Since.UNIFY)


_OF_KEYS: Mapping[str, Since] = {
    "predict.output_pairs": Since.CHOOSE,
    "predict.input_pairs": Since.CHOOSE,
    "predict.samples": Since.CHOOSE,
    "predict.trace_check": Since.VERIFY,
    "revise.name_divergence": Since.VERIFY,
    "prompts.predict": Since.PREDICT,
    "prompts.predict_input": Since.PREDICT,
    "prompts.predict_output": Since.PREDICT,
    "prompts.success": Since.VERIFY,
}
_OF_SECTIONS: Mapping[str, Since] = {
    "unify": Since.UNIFY,
    "sample": Since.SAMPLE,
    "sandbox": Since.SAMPLE,
    "predict": Since.PREDICT,
    "revise": Since.REVISE,
}


def _is_turn_2(key: str) -> bool:
    return not key.startswith(Since.UNIFY) and key.removesuffix(VERDICT).endswith(TURN_2)
