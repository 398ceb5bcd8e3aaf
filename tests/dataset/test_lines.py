"""The lines of the dataset hold exactly the keys of the contract, each with its one type."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from codeiod.dataset.lines import (
    ADDED_LATER,
    FIELDS,
    program_line,
    reject_line,
    sample_id,
    sample_line,
    wrong_form,
)
from codeiod.items import (
    Answer,
    Fault,
    Instance,
    Item,
    Pair,
    Program,
    Reason,
    Stage,
    Status,
    Task,
    Usage,
    Verdict,
)
from codeiod.journal.codec import Unwritable
from codeiod.journal.records import Stream

RIGHT = Verdict(Status.SUCCESS, "[1]", "")
WRONG = Verdict(Status.MISMATCH, '{"n": 1}', "it returned 2")
ANSWER = Answer("so it is", "hm", "m", usage=Usage(5, 1, 7), cost=0.5, currency="USD")
OUTPUT = Instance(Task.OUTPUT_PREDICTION, 1, 0)
INPUT = Instance(Task.INPUT_PREDICTION, 1, 0)


def test_sample(item: Item, program: Program, pair: Pair) -> None:
    """A sample of two turns carries both, with what they cost together."""
    line = sample_line(
        item,
        program,
        pair,
        INPUT,
        "prompt",
        [(ANSWER, WRONG), (ANSWER, RIGHT)],
        teacher="openai",
        finished_at="2026-01-01T00:00:00+00:00",
        pass_rate=0.5,
    )
    assert line.endswith(b"\n")
    value, wrong = wrong_form(Stream.SAMPLES, line[:-1])
    assert wrong == ""
    assert list(value) == list(FIELDS[Stream.SAMPLES])
    assert (value["feedback_1"], value["feedback_2"]) == ("it returned 2", "Success")
    assert (value["status_1"], value["status_2"]) == ("mismatch", "success")
    assert (value["answer_1"], value["answer_2"]) == ('{"n": 1}', "[1]")
    usage = {"input": 10, "cached": 2, "output": 14, "estimated": 0}
    assert (value["usage"], value["cost"], value["pass_rate"]) == (usage, 1.0, 0.5)
    assert (value["task"], value["pair"], value["sample"]) == ("input_prediction", 1, 0)
    assert value["id"] == sample_id(program.program_id, INPUT.task, pair.output, 0)


def test_sample_right_at_once(item: Item, program: Program, pair: Pair) -> None:
    """Right at once: ``Success``, and the second turn is empty text, not null."""
    line = sample_line(
        item,
        program,
        pair,
        OUTPUT,
        "prompt",
        [(ANSWER, RIGHT)],
        teacher="builtin",
        finished_at="now",
        pass_rate=1,
    )
    value, wrong = wrong_form(Stream.SAMPLES, line)
    assert wrong == ""
    assert value["feedback_1"] == "Success"
    second = ["turn_2", "feedback_2", "status_2", "answer_2", "reasoning_2", "model_2"]
    assert [value[key] for key in second] == [""] * 6
    usage = {"input": 5, "cached": 1, "output": 7, "estimated": 0}
    assert (value["usage"], value["cost"], value["pass_rate"]) == (usage, 0.5, 1.0)
    older = {key: value[key] for key in value if key not in ADDED_LATER}
    assert wrong_form(Stream.SAMPLES, json.dumps(older).encode())[1] == ""


def test_sample_ids(program: Program) -> None:
    """An id names one question: however its JSON is written, but never two of them."""
    name = program.program_id
    same = sample_id(name, Task.OUTPUT_PREDICTION, '{"b": 1, "a": 2}', 0)
    assert same == sample_id(name, Task.OUTPUT_PREDICTION, '{"a":2,"b":1}', 0)
    others = {
        same,
        sample_id(name, Task.OUTPUT_PREDICTION, '{"a": 2, "b": 1.0}', 0),
        sample_id(name, Task.OUTPUT_PREDICTION, '{"a": 2, "b": 1}', 1),
        sample_id(name, Task.INPUT_PREDICTION, '{"a": 2, "b": 1}', 0),
        sample_id(item_id := "0" * 32, Task.OUTPUT_PREDICTION, '{"a": 2, "b": 1}', 0),
    }
    assert item_id
    assert len(others) == 5


def test_program(item: Item, program: Program, pair: Pair) -> None:
    """A program's pairs stand in its line as the text they are, down to the last digit."""
    line = program_line(item, program, [pair, Pair('{"n": 1}', '"x"', 0)], "python 3")
    value, wrong = wrong_form(Stream.PROGRAMS, line)
    assert wrong == ""
    assert list(value) == list(FIELDS[Stream.PROGRAMS])
    assert pair.input in value["ios"]
    assert '"output": 1.10}' in value["ios"]
    big = 123456789012345678901234567890
    assert json.loads(value["ios"]) == [
        {"input": {"n": big}, "output": 1.1},
        {"input": {"n": 1}, "output": "x"},
    ]
    assert json.loads(value["seeds"]) == [2**64 - 1, 0]
    assert json.loads(value["meta"]) == item.meta
    assert (value["source"], value["category"], value["path"]) == ("pythonedu", "maths", "src/a.py")
    assert value["id"] == program.program_id


def test_program_without_metadata(item: Item, program: Program, pair: Pair) -> None:
    """Without metadata, the source is the one that the operator named."""
    line = program_line(replace(item, meta={}), program, [pair], "")
    value, _ = wrong_form(Stream.PROGRAMS, line)
    assert (value["source"], value["category"], value["meta"]) == ("files", "", "{}")


def test_reject(item: Item) -> None:
    """An item's line has no task; a sample's names it."""
    fault = Fault(Reason.TRUNCATED, "3 times")
    value, wrong = wrong_form(Stream.REJECTS, reject_line(item, Stage.UNIFY, fault))
    assert wrong == ""
    assert (value["task"], value["pair"], value["sample"]) == ("", -1, -1)
    assert (value["stage"], value["reason"], value["epoch"]) == ("unify", "truncated", 0)
    value, wrong = wrong_form(Stream.REJECTS, reject_line(item, Stage.PREDICT, fault, OUTPUT))
    assert wrong == ""
    assert (value["task"], value["pair"], value["sample"]) == ("output_prediction", 1, 0)


@pytest.mark.parametrize("detail", ["too long", "line 17: too long"])
def test_a_reject_names_its_line(item: Item, detail: str) -> None:
    """What stands in a file of many is found again: by its number, told once."""
    there = replace(item, origin=replace(item.origin, offset=17))
    line = reject_line(there, Stage.ADMIT, Fault(Reason.OVERSIZED, detail))
    assert json.loads(line)["detail"] == "line 17: too long"


@pytest.mark.parametrize(
    ("offset", "reason", "detail", "told"),
    [
        (17, Reason.UNPARSABLE, "no code", "row 17: no code"),
        (17, Reason.MALFORMED_LINE, "row 17: not an object", "row 17: not an object"),
        (0, Reason.UNPARSABLE, "no code", "row 0: no code"),
        (0, Reason.UNREADABLE, "Permission denied", "Permission denied"),
    ],
)
def test_a_reject_names_its_row(
    item: Item, offset: int, reason: Reason, detail: str, told: str
) -> None:
    """Of a Parquet file it is a row, from 0; a file that can't be opened has none."""
    there = replace(item, origin=replace(item.origin, path="/data/A.Parquet", offset=offset))
    line = reject_line(there, Stage.UNIFY, Fault(reason, detail))
    assert json.loads(line)["detail"] == told


def test_unwritable(item: Item) -> None:
    """A text that JSON can't carry is an error of that line."""
    with pytest.raises(Unwritable):
        reject_line(item, Stage.UNIFY, Fault(Reason.FAULT, "\ud800"))


@pytest.mark.parametrize(
    ("line", "wrong"),
    [
        (b"", "not JSON"),
        (b"[]", "not an object"),
        (b"{}", "missing or unknown keys: detail"),
    ],
)
def test_wrong_form(line: bytes, wrong: str) -> None:
    """What is wrong with a line is said."""
    assert wrong_form(Stream.REJECTS, line)[1].startswith(wrong)


def test_wrong_types(item: Item) -> None:
    """Null, a bool for an int, a number for a text: each is found by its key."""
    line = reject_line(item, Stage.UNIFY, Fault(Reason.TRIVIAL, ""))
    for key, value in (("epoch", True), ("detail", None), ("reason", 3)):
        changed = json.dumps({**json.loads(line), key: value}).encode()
        assert wrong_form(Stream.REJECTS, changed)[1].startswith(f"{key} is not")


@given(st.binary(max_size=40))
def test_rubbish(line: bytes) -> None:
    """Any bytes are told from a line, never a crash."""
    assert wrong_form(Stream.SAMPLES, line)[1]
