"""What was made of an item, and what that cost: the fold of the records of one item.

May import ``pending`` and ``records``.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import orjson

from codeiod.journal.pending import Paid, Pending, Position
from codeiod.journal.records import Reopen, Step


@dataclass(slots=True)
class History:
    """What was made of an item, in the epoch that it is in."""

    item: Pending
    recipe: str
    """The one that it was admitted under."""
    outcome: str = ""
    """``finished``, or the reason of its rejection; ``""``: it is not done."""
    paid: dict[str, Paid] = field(default_factory=dict)
    """What the answers to each key came to."""

    def take(self, record: Step, position: Position) -> None:
        """Take a result, or a truncated answer, into account."""
        self.item.take(record, position)
        if record.answered:
            paid = self.paid.setdefault(record.key, Paid())
            paid.add(record.usage, record.cost, record.currency)

    def reopen(self, record: Reopen) -> None:
        """Go on as the next epoch."""
        self.outcome = ""
        if not record.was:  # a fault of ours: it is as it was
            self.item.epoch = record.epoch
            if record.since:
                self.item.steps.clear()
            return
        self.item = Pending.of(record)
        kept = {key for key, made in self.item.steps.items() if made.position}
        self.paid = {key: paid for key, paid in self.paid.items() if key in kept}

    def dump(self) -> bytes:
        """Write all but the outcome."""
        paid = {
            key: (one.calls, one.input_tokens, one.output_tokens, one.money)
            for key, one in self.paid.items()
        }
        return orjson.dumps([self.recipe, self.item.dump(), paid], default=list)

    @staticmethod
    def load(outcome: str, body: bytes) -> History:
        """Read it back."""
        recipe, item, paid = orjson.loads(body)
        costs = {key: Paid(*one) for key, one in paid.items()}
        return History(Pending.load(item), recipe, outcome, costs)
