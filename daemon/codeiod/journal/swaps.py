"""What the state holds of items that are taken up again together, and of the parts they leave.

May import ``pending`` and ``records``. Items are announced, parts without their lines are written
as drafts, and one ``swap`` puts both in force; until then nothing has changed.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from codeiod.journal.pending import Pending
from codeiod.journal.records import End, Reopen

Parts = dict[str, set[int]]
"""Numbers of parts, by stream."""


class Announced(NamedTuple):
    """An item that is to be taken up, and what it came to before."""

    was: str
    item: Pending


@dataclass(slots=True)
class Swaps:
    """What is announced, being written, and gone."""

    announced: dict[str, Announced] = field(default_factory=dict)
    drafts: Parts = field(default_factory=dict)
    """Parts that may be there and are not in force."""
    dropped: Parts = field(default_factory=dict)
    """Parts that are in force no more; their numbers are never used again."""

    def announce(self, record: Reopen) -> None:
        """Remember an item until the next swap, or the next start."""
        self.announced[record.item] = Announced(record.was, Pending.of(record))

    def outcomes(self) -> Counter[str]:
        """Count what the announced items came to before."""
        return Counter(one.was for one in self.announced.values())

    def next_part(self, stream: str, ends: Mapping[int, End]) -> int:
        """Return the first number of a stream that was never in force."""
        return max((*ends, *self.dropped.get(stream, ())), default=-1) + 1

    def void(self, stream: str) -> set[int]:
        """Return the parts of a stream whose files are to go, where they are there."""
        return self.drafts.get(stream, set()) | self.dropped.get(stream, set())

    def dump(self) -> dict[str, Any]:
        """Return all of it in what JSON can carry, as a copy."""
        return {
            "announced": [[name, one.was, one.item.dump()] for name, one in self.announced.items()],
            "drafts": _listed(self.drafts),
            "dropped": _listed(self.dropped),
        }

    @staticmethod
    def load(body: Mapping[str, Any]) -> Swaps:
        """Read it back."""
        announced = {
            name: Announced(was, Pending.load(one)) for name, was, one in body["announced"]
        }
        return Swaps(announced, parts_of(body["drafts"]), parts_of(body["dropped"]))


def parts_of(numbers: Mapping[str, Iterable[int]]) -> Parts:
    """Take numbers of parts as sets."""
    return {stream: set(found) for stream, found in numbers.items()}


def _listed(parts: Parts) -> dict[str, list[int]]:
    return {stream: sorted(found) for stream, found in parts.items()}
