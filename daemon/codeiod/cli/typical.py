"""Choose a few samples that show what a dataset holds: of each task, right at once and later.

May import ``items``. Pure.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, TypeAlias

from codeiod.items import Status, Task

Sample: TypeAlias = dict[str, Any]
Kind: TypeAlias = tuple[str, int]
"""The task, and the turn that was right; 0 for none."""

ORDER: tuple[Kind, ...] = (
    (Task.OUTPUT_PREDICTION, 1),
    (Task.INPUT_PREDICTION, 1),
    (Task.INPUT_PREDICTION, 2),
    (Task.OUTPUT_PREDICTION, 2),
    (Task.INPUT_PREDICTION, 0),
    (Task.OUTPUT_PREDICTION, 0),
)
"""In which kinds are chosen, until there are enough."""


def right_turn(sample: Sample) -> int:
    """Return the turn whose answer was right, 0 where none was."""
    if sample["status_1"] == Status.SUCCESS:
        return 1
    return 2 if sample["status_2"] == Status.SUCCESS else 0


def kind_of(sample: Sample) -> Kind:
    """Tell what kind of sample it is."""
    return sample["task"], right_turn(sample)


def typical(samples: Sequence[Sample], number: int) -> list[Sample]:
    """Choose samples of all kinds in turn, of middle length, of as many items as can be.

    All of them, in their order, where there are not more than that.
    """
    if len(samples) <= number:
        return list(samples)
    kinds = {kind: [each for each in samples if kind_of(each) == kind] for kind in ORDER}
    chosen: list[Sample] = []
    while len(chosen) < number:
        for left in kinds.values():
            if left and len(chosen) < number:
                best = min(left, key=_strangeness(left, chosen))
                left.remove(best)
                chosen.append(best)
    return chosen


def _strangeness(
    kind: Sequence[Sample], chosen: Sequence[Sample]
) -> Callable[[Sample], tuple[bool, int]]:
    """Prefer items that are not shown yet, then what is neither long nor short for its kind."""
    lengths = sorted(map(_length, kind))
    middle = lengths[len(lengths) // 2]
    shown = {sample["item_id"] for sample in chosen}
    return lambda sample: (sample["item_id"] in shown, abs(_length(sample) - middle))


def _length(sample: Sample) -> int:
    return sum(len(sample[key]) for key in ("prompt", "turn_1", "turn_2"))
