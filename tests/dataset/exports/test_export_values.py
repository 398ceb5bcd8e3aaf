"""No value changes on its way: what a pair or an answer says is the same text in every format."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from codeiod.dataset.exports import Format
from codeiod.dataset.exports.programs import split_pairs
from codeiod.items import Pair, Task

from .conftest import Asked, Made

NUMBERS = st.integers() | st.integers(-(2**200), 2**200) | st.floats(allow_nan=False, width=64)
LEAVES = st.none() | st.booleans() | NUMBERS.filter(lambda n: abs(n) != float("inf")) | st.text()
VALUES = st.recursive(
    LEAVES,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)
TEXTS = st.builds(
    lambda value, ascii_only: json.dumps(value, ensure_ascii=ascii_only), VALUES, st.booleans()
).filter(lambda text: "\\ud" not in text)
SIDES = st.lists(st.tuples(TEXTS, TEXTS), min_size=1, max_size=8)
SLOW = settings(
    max_examples=8,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


@given(SIDES)
def test_pairs_are_cut_out_of_their_text(sides: list[tuple[str, str]]) -> None:
    """Each side of each pair is the very text that was written, whatever stands in it."""
    ios = ", ".join(f'{{"input": {one}, "output": {other}}}' for one, other in sides)
    assert list(split_pairs(f"[{ios}]")) == sides


@pytest.mark.parametrize(
    "text", ["", "{}", '[{"input": 1}]', '[{"input": 1, "output": 2}', '[{"input":1, "output": 2}]']
)
def test_other_text_is_refused(text: str) -> None:
    """What was not written by the daemon is not guessed at."""
    with pytest.raises(ValueError, match=r"pairs of a program|Expecting"):
        list(split_pairs(text))


@SLOW
@given(sides=SIDES, texts=st.tuples(st.text(min_size=1), st.text(min_size=1)))
@pytest.mark.parametrize("form", Format)
def test_round_trip(
    form: Format, write: Any, exported: Any, sides: list[tuple[str, str]], texts: Any
) -> None:
    """Through each format, pairs, answers and texts come back to the last character."""
    pairs = tuple(Pair(one, other, 2**64 - 1) for one, other in sides)
    asked = tuple(Asked(task, place) for task in Task for place in range(len(pairs)))
    made = Made(f"{form}{hash((tuple(sides), texts))}", asked, pairs, texts=texts)
    directory = write(made)
    rows = [row for one in exported(directory, form).values() for row in one]
    ours = [row for row in rows if row["item_id"] == made.item.item_id]
    check = {
        Format.HF: _whole,
        Format.SFT: _texts,
        Format.CHAT: _texts,
        Format.PREFERENCE: _nothing,
        Format.RLVR: _tasks,
    }[form]
    check(made, ours)


def _whole(made: Made, rows: list[dict[str, Any]]) -> None:
    (program,) = [row for row in rows if "ios" in row]
    assert list(split_pairs(program["ios"])) == [(pair.input, pair.output) for pair in made.pairs]
    assert json.loads(program["seeds"]) == [pair.seed for pair in made.pairs]
    samples = [row for row in rows if "answer_1" in row]
    assert len(samples) == len(made.asked)
    for row in samples:
        pair = made.pairs[row["pair"]]
        assert row["answer_1"] == pair.side(Task(row["task"]).asked)
        assert row["turn_1"] == made.texts[0]
        assert row["prompt"] == f"{made.name}: {pair.side(Task(row['task']).known)}"


def _texts(made: Made, rows: list[dict[str, Any]]) -> None:
    for row in rows:
        talk = row.get("messages") or [{"content": row["prompt"]}, {"content": row["completion"]}]
        assert talk[1]["content"] == made.texts[0]
        known = made.pairs[row["pair"]].side(Task(row["task"]).known)
        assert talk[0]["content"] == f"{made.name}: {known}"


def _nothing(made: Made, rows: list[dict[str, Any]]) -> None:
    assert rows == []


def _tasks(made: Made, rows: list[dict[str, Any]]) -> None:
    for row in rows:
        if "answer" in row:
            pair, task = made.pairs[row["pair"]], Task(row["task"])
            assert (row["answer"], row["known"]) == (pair.side(task.asked), pair.side(task.known))
            assert int(row["seed"]) == pair.seed
