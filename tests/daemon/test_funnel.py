"""The way from files to right answers: its numbers add up, and its losses are told in words."""

from __future__ import annotations

import io
import re
from dataclasses import replace
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.console import Console

from codeiod.cli.funnel import funnel_of, steps_of, words_of
from codeiod.items import Reason, Task
from codeiod.journal.state import State
from codeiod.journal.tally import TaskTally
from codeiod.reports import Report, report_of
from codeiod.reports.refusals import gist
from codeiod.reports.status import ItemCounts


def report_with(
    finished: int = 0, pending: int = 0, duplicates: int = 0, **rejected: int
) -> Report:
    """Return the report of a run that came so far."""
    items = ItemCounts(finished, sum(rejected.values()), pending)
    return replace(
        report_of(State()),
        entries=items.total + duplicates,
        duplicates=duplicates,
        items=items,
        rejected=rejected,
    )


def drawn(report: Report, refusals: dict[str, int] | None = None, columns: int = 80) -> str:
    out = io.StringIO()
    Console(file=out, width=columns, _environ={}).print(funnel_of(report, refusals or {}))
    return out.getvalue()


def test_the_way_of_the_files() -> None:
    """Each step has its count, its yield and what was lost at it."""
    report = report_with(50, 2, 1, binary=1, empty=2, unparsable=15, trivial=5, fault=1)
    steps = {step.name: (step.count, step.before, step.lost) for step in steps_of(report)}
    assert steps == {
        "files": (77, 0, ()),
        "taken": (74, 77, ("1 seen before, in another place", "2 not done yet")),
        "read": (71, 74, ("2 empty", "1 binary")),
        "unified": (56, 71, ("15 gave no usable program",)),
        "sampled": (51, 56, ("5 with one result for all inputs",)),
        "asked about": (50, 51, ("1 lost by a fault of codeiod",)),
    }


REPORTS = st.builds(
    lambda finished, pending, duplicates, rejected: report_with(
        finished, pending, duplicates, **{str(reason): n for reason, n in rejected.items()}
    ),
    st.integers(0, 2_000_000),
    st.integers(0, 9),
    st.integers(0, 9),
    st.dictionaries(st.sampled_from(Reason), st.integers(0, 99_999)),
)


@given(REPORTS)
def test_the_steps_add_up(report: Report) -> None:
    """What came in, less all that is told as lost, is what was finished."""
    steps = list(steps_of(report))
    for before, step in pairwise(steps):
        lost = [int(told.split()[0].replace(",", "")) for told in step.lost]
        assert step.before == before.count
        assert step.count == before.count - sum(lost)
    assert steps[-1].count == report.items.finished


@pytest.mark.parametrize("reason", Reason)
def test_each_reason_has_its_words(reason: Reason) -> None:
    """No reason is told by its name in the code, and each belongs to one step."""
    assert words_of(reason) != reason.replace("_", " ") or reason in ("empty", "binary")
    steps = list(steps_of(report_with(**{str(reason): 3})))
    assert [step.lost for step in steps if step.lost] == [(f"3 {words_of(reason)}",)]


def test_a_reason_that_is_not_known_is_told_by_its_name() -> None:
    assert words_of("near_duplicate") == "near duplicate"


def test_questions_have_yields_in_percent() -> None:
    """By direction: asked, right at each turn, never right."""
    samples = {
        Task.OUTPUT_PREDICTION: TaskTally(1000, 990, 10),
        Task.INPUT_PREDICTION: TaskTally(300, 225, 30),
    }
    text = drawn(replace(report_with(9), samples=samples, rejected_samples={"truncated": 4}))
    numbers = [re.findall(r"[\d,]+", line) for line in text.splitlines() if "prediction" in line]
    assert numbers == [
        ["1,000", "990", "99", "10", "1", "0", "0"],
        ["300", "225", "75", "30", "10", "45", "15"],
    ]
    assert "samples that were lost: 4 with an answer that never ended" in text


def test_reasons_are_told_most_frequent_first() -> None:
    """As many as are read at a glance; the rest is counted."""
    text = drawn(report_with(1), {f"reason {n}": n for n in range(1, 13)})
    assert text.index("reason 12") < text.index("reason 5")
    assert "reason 4" not in text
    assert "10  for other reasons" in text


@given(st.text(), REPORTS)
def test_words_of_a_program_do_not_steer_the_terminal(words: str, report: Report) -> None:
    """What a program raised may stand in a reason: it is escaped, and no markup."""
    text = drawn(report, {words: 1, "\x1b[2J [red]x[/red]": 2})
    assert not re.search("[\x00-\x09\x0b-\x1f\x7f-\x9f\u202e]", text)
    assert r"\x1b[2J [red]x[/red]" in text
    assert max(map(len, text.split("\n"))) <= 80 or not words.isascii()


@pytest.mark.parametrize(
    ("detail", "told"),
    [
        ("no bytes", "no bytes"),
        ("line 7: the file has no functions", "the file has no functions"),
        ("f: its draws cover 62% of its branches", "its draws cover a part of its branches"),
        (
            "f: no inputs were found that it takes: KeyError; g: it",
            "no inputs were found that it takes",
        ),
        (
            "no function of the file can be used: it needs the module gym (7); it is a test",
            "no function of the file can be used: it needs the module gym",
        ),
        (
            "the file does not parse as Python 3: it is Python 2: Missing parentheses (line 1)",
            "the file does not parse as Python 3: it is Python 2",
        ),
        ("", ""),
    ],
)
def test_details_that_are_alike_are_told_alike(detail: str, told: str) -> None:
    """Without the function's name, the place and the numbers."""
    assert gist(detail) == told
