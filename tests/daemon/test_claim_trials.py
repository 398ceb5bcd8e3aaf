"""A search for an input tells of many runs: only claims about that of its answer are checked."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from codeiod.stages.claims import Agreement, check_claims
from codeiod.stages.trials import MAX_MENTIONS
from codeiod_sandbox.traces import Change, Shown, Step, StepKind, Trace

ANSWER = {"n": 5, "xs": [1]}


def change(name: str, value: Any) -> Change:
    return Change(name, Shown(repr(value), json.dumps(value), is_cut=False))


def run_of(arguments: dict[str, Any], total: int) -> Trace:
    """Return the trace of a run that only sets `total`."""
    given = tuple(change(name, arguments[name]) for name in ("n", "xs") if name in arguments)
    steps = (
        Step(0, StepKind.CALL, 1, "main_solution", frame=0, depth=0, changes=given),
        Step(1, StepKind.LINE, 2, "main_solution", 0, 0, 1, changes=(change("total", total),)),
    )
    return Trace(steps, {2: 1}, frozenset(), calls=1, total_steps=2, was_stopped=False)


RUN = run_of(ANSWER, 15)


@pytest.mark.parametrize(
    ("text", "checked", "true"),
    [
        ("total = 15", 0, 0),
        ("total is 6 for some other input.", 0, 0),
        ('With {"n": 5, "xs": [1]} total = 15.', 1, 1),
        ('With {"n": 5, "xs": [1]} total = 14.', 1, 0),
        ("With `{'xs': [1], 'n': 5.0}` total = 14.", 1, 0),
        ("`main_solution(5, [1])`: total = 14.", 1, 0),
        ("`main_solution(xs=[1], n=5)`: total = 14.", 1, 0),
        ('total = 6. {"input": {"n": 5, "xs": [1]}}', 0, 0),
        ('{"input": {"n": 5, "xs": [1]}}\nSo total = 15 and total = 6.', 2, 1),
        ('{"n": 5, "xs": [1]}: total = 15. {"n": 6, "xs": [1]}: total = 21.', 1, 1),
        ('{"n": 5, "xs": [1]}: total = 15. {"n": 6}: total = 21.', 1, 1),
        ('{"n": 5, "xs": [1]}: total = 15. main_solution(6, [1]): total = 21.', 1, 1),
        ('{"n": 6, "xs": []}: total = 21. {"n": 5, "xs": [1]}: total = 15.', 1, 1),
        ('{"n": 5, "xs": [1]}: counts = {"a": 3}, then total = 14.', 1, 0),
        ('{"n": 5, "xs": [1]}: total = 15. With n = 6, total = 21.', 1, 1),
        ('{"n": 5, "xs": [1]}: total = 15. With n = 5, total = 14.', 3, 2),
        ('{"n": 5, "xs": [1]}: n = 6, total = 21. Not {"n": 5, "xs": [1]}: total = 14', 1, 0),
        ('```json\n{"input": {"n": 5, "xs": [1]}}\n```\ntotal = 14', 1, 0),
    ],
)
def test_only_the_answered_run_is_checked(text: str, checked: int, true: int) -> None:
    """From where the answer is written whole to where another input is spoken of."""
    found = check_claims(text, RUN, ANSWER)
    assert (found.checked, found.true) == (checked, true)


def test_an_output_is_reasoned_about_from_the_beginning() -> None:
    """Without a searched input the whole text is of the run."""
    assert check_claims('{"n": 6}: total = 14', RUN).checked == 1


def test_places_in_a_call_are_those_of_the_function() -> None:
    """Whatever the order in which the answer names the arguments."""
    answer = {"xs": 1, "n": 2}
    assert check_claims("main_solution(2, 1): total = 14", run_of(answer, 15), answer).checked == 1
    assert check_claims("main_solution(1, 2): total = 14", run_of(answer, 15), answer).checked == 0


def test_without_parameters_every_object_is_an_input() -> None:
    """A call without arguments is the answer, and any other object is not."""
    run = run_of({}, 15)
    assert check_claims("{}: total = 14", run, {}).checked == 1
    assert check_claims('{}, but {"n": 3}: total = 14', run, {}).checked == 0


def test_behind_too_many_inputs_nothing_is_checked() -> None:
    """The bound ends the talk of the run, however the text goes on."""
    text = '{"n": 5, "xs": [1]}, ' * (MAX_MENTIONS + 1) + "total = 14"
    assert check_claims(text, RUN, ANSWER).checked == 0


INPUTS = st.fixed_dictionaries(
    {"n": st.integers(0, 9), "xs": st.lists(st.integers(0, 9), max_size=3)}
)
WRITTEN = st.sampled_from(
    [
        json.dumps,
        repr,
        lambda found: json.dumps({"input": found}),
        lambda found: f"main_solution({found['n']}, {found['xs']})",
        lambda found: f"`main_solution(xs={found['xs']}, n={found['n']})`",
    ]
)


@given(INPUTS, st.lists(st.tuples(INPUTS, WRITTEN, st.integers(0, 99)), max_size=12))
def test_trials_of_other_inputs_are_never_counted(
    answer: dict[str, Any], trials: list[tuple[dict[str, Any], Any, int]]
) -> None:
    """However many trials are told, and however they are written, those of the answer count."""
    total = 50
    of_the_answer = [claimed for arguments, _, claimed in trials if arguments == answer]
    text = "\n".join(
        f"- For {write(arguments)} `total` = {claimed}." for arguments, write, claimed in trials
    )
    found = check_claims(text, run_of(answer, total), answer)
    assert (found.checked, found.true) == (len(of_the_answer), of_the_answer.count(total))


@given(INPUTS, WRITTEN, st.text(max_size=40), st.text(max_size=40))
def test_no_text_raises(answer: dict[str, Any], write: Any, before: str, behind: str) -> None:
    """Whatever stands around an input, it is read or it is not."""
    text = f"{before}{write(answer)}{behind} total = 15"
    assert check_claims(text, run_of(answer, 15), answer) in (
        Agreement(1, 1, None),
        Agreement(0, 0, None),
    )
