"""Filters, bounds, weights and the holdout take what they say, and the same for a seed."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from codeiod.dataset.exports import Format, Keep, Options
from codeiod.dataset.exports.choosing import TEST, Choice, shares_of
from codeiod.items import Task, item_id_of

from .conftest import RIGHT, WRONG, Asked, Made

OUTPUT, INPUT = Task.OUTPUT_PREDICTION, Task.INPUT_PREDICTION
ROWS = "prompt_completion"


def ids(rows: dict[str, list[dict[str, Any]]], split: str = "train", key: str = "id") -> list[str]:
    return [row[key] for row in rows.get(f"{ROWS}/{split}", [])]


def test_only_right(write: Any, exported: Any, a_few: Any) -> None:
    """What was right at a turn that the format does not show is not right for it."""
    directory = write(*a_few)
    first = exported(directory, keep=Keep.ONLY_RIGHT)[f"{ROWS}/train"]
    assert {row["right_at"] for row in first} == {1}
    both = exported(directory, keep=Keep.ONLY_RIGHT, revised=True)[f"{ROWS}/train"]
    assert {row["right_at"] for row in both} == {1, 2}
    assert len(both) > len(first)


def test_only_hard(write: Any, exported: Any, a_few: Any) -> None:
    """Hard is what was seldom right where that is known, and what looks hard elsewhere."""
    rows = exported(write(*a_few), keep=Keep.ONLY_HARD)[f"{ROWS}/train"]
    assert rows
    assert all(row["difficulty"] >= 0.5 for row in rows)
    assert {row["difficulty_by"] for row in rows} == {"pass_rate"}


def test_max_per_program(write: Any, exported: Any) -> None:
    """Of a program no more are taken, in their order, and other ones for another seed."""
    asked = tuple(Asked(OUTPUT, 0, sample) for sample in range(30))
    directory = write(Made("many", asked), Made("few"))
    whole = ids(exported(directory))
    some = [ids(exported(directory, max_per_program=5, seed=seed)) for seed in (0, 0, 1)]
    assert [len(one) for one in some] == [6, 6, 6]
    assert some[0] == some[1] != some[2]
    assert some[0] == [one for one in whole if one in some[0]]


def test_holdout(write: Any, exported: Any) -> None:
    """Items go to one split whole, programs and samples alike, about so many of them."""
    items = [Made(f"{n}", (Asked(OUTPUT), Asked(INPUT, 1))) for n in range(60)]
    directory = write(*items)
    rows = exported(directory, holdout=0.3, seed=7)
    train, test = (set(ids(rows, split, "item_id")) for split in ("train", "test"))
    assert not train & test
    assert len(train | test) == 60
    assert 6 <= len(test) <= 30
    tasks = exported(directory, Format.RLVR, holdout=0.3, seed=7)
    for config in ("tasks", "programs"):
        assert {row["item_id"] for row in tasks[f"{config}/test"]} == test


@given(st.integers(), st.integers(0, 2**32))
def test_holdout_hangs_on_the_item_alone(seed: int, number: int) -> None:
    """More holdout takes the same items and some more."""
    item_id = item_id_of(str(number).encode())
    small, large = (Choice(Options(Format.SFT, holdout=h, seed=seed)) for h in (0.1, 0.5))
    assert small.split(item_id) != TEST or large.split(item_id) == TEST


def test_weights(write: Any, exported: Any) -> None:
    """The rarer task is kept whole, the other thinned out to its share."""
    asked = tuple(Asked(OUTPUT, place % 4, place // 4) for place in range(40))
    items = [Made(f"{n}", (*asked, Asked(INPUT, 0), Asked(INPUT, 1))) for n in range(10)]
    rows = exported(write(*items), weights={OUTPUT: 1.0, INPUT: 1.0})[f"{ROWS}/train"]
    counts = {task: sum(row["task"] == task for row in rows) for task in Task}
    assert counts[INPUT] == 20
    assert 8 <= counts[OUTPUT] <= 35
    alone = exported(write(), weights={OUTPUT: 0.0, INPUT: 1.0})[f"{ROWS}/train"]
    assert {row["task"] for row in alone} == {INPUT}


@given(
    st.tuples(st.integers(1, 10**6), st.integers(1, 10**6)),
    st.tuples(st.floats(0.01, 100), st.floats(0.01, 100)),
)
def test_shares(counts: tuple[int, int], weights: tuple[float, float]) -> None:
    """What is taken is as the weights are, and one task loses nothing."""
    counted = dict(zip(Task, counts, strict=True))
    wanted = dict(zip(Task, weights, strict=True))
    shares = shares_of(counted, wanted)
    taken = [shares[task] * counted[task] / wanted[task] for task in Task]
    assert taken[0] == pytest.approx(taken[1])
    assert max(shares.values()) == pytest.approx(1.0)


def test_nothing_is_left(write: Any, exported: Any) -> None:
    """Where nothing is taken, there is an export all the same, without files that are empty."""
    directory = write(Made("wrong", (Asked(statuses=(WRONG, WRONG)),)))
    assert exported(directory, keep=Keep.ONLY_RIGHT) == {}
    assert exported(directory, Format.HF, keep=Keep.ONLY_RIGHT) == {}
    assert exported(write(Made("right", (Asked(statuses=(RIGHT,)),))), Format.PREFERENCE) == {}
