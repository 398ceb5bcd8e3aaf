"""What comes out of a guest as a trace is taken only in the form that a tracer writes."""

import copy
import json
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from codeiod_sandbox.trace_reading import read_trace
from codeiod_sandbox.traces import Change, Effect, Part, Shown, Step, StepKind, Trace, TraceLimits

LIMITS = TraceLimits()
STORY: list[Any] = [
    [
        [0, 0, 1, 0, 0, 0, [["n", "2", []]], None, False],
        [1, 1, 2, 0, 1, 3, [["xs", "[2]", [[1, "[0]", "2"]]]], None, False],
        [4, 2, 3, 0, 0, 0, [], ["(2,)", "[2]", False], True],
    ],
    [[0, "f", 0, -1, 0]],
    [[2, 1], [3, 1]],
    [[0, 2], [2, 3], [3, 0]],
    1,
    5,
    False,
]


def test_a_story_becomes_a_trace() -> None:
    """All that the tracer wrote is there."""
    assert read_trace(json.dumps(STORY), LIMITS) == Trace(
        steps=(
            Step(0, StepKind.CALL, 1, "f", 0, 0, changes=(Change("n", Shown("2", "2", False)),)),
            Step(
                number=1,
                kind=StepKind.LINE,
                line=2,
                function="f",
                frame=0,
                depth=0,
                visit=1,
                next_line=3,
                changes=(
                    Change(
                        "xs",
                        Shown("[2]", "[2]", False),
                        (Part(Effect.ADDED, "[0]", Shown("2", "2", False)),),
                    ),
                ),
            ),
            Step(
                number=4,
                kind=StepKind.RETURN,
                line=3,
                function="f",
                frame=0,
                depth=0,
                value=Shown("(2,)", "[2]", False),
                is_summary=True,
            ),
        ),
        line_counts={2: 1, 3: 1},
        arcs=frozenset({(0, 2), (2, 3), (3, 0)}),
        calls=1,
        total_steps=5,
        was_stopped=False,
    )


def _with(*path: int, to: Any) -> str:
    story = copy.deepcopy(STORY)
    part = story
    for place in path[:-1]:
        part = part[place]
    part[path[-1]] = to
    return json.dumps(story)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[",
        "[]",
        "7",
        "[[], [], [], [], 1, NaN, false]",
        _with(6, to=1),
        _with(5, to=3),
        _with(5, to=1 << 40),
        _with(4, to=True),
        _with(3, 0, to=[-1, 2]),
        _with(2, to={}),
        _with(1, to=[]),
        _with(1, 0, 1, to="f\x1b[31m"),
        _with(1, 0, 1, to="f" * 300),
        _with(0, 0, 0, to=1),
        _with(0, 0, 1, to=9),
        _with(0, 0, 3, to=1),
        _with(0, 0, 3, to=[]),
        _with(0, 0, 6, 0, 0, to="not a name"),
        _with(0, 0, 6, 0, 1, to="not JSON"),
        _with(0, 0, 6, 0, 1, to="\u202e"),
        _with(0, 0, 6, 0, 1, to="1" * 5000),
        _with(0, 0, 6, to=[["n", "1", []]] * 1001),
        _with(0, 0, 7, to="1"),
        _with(0, 1, 6, 0, 2, to=[[1, "[0]", "2"]] * 5),
        _with(0, 1, 6, 0, 2, 0, 0, to="added"),
        _with(0, 1, 6, 0, 2, 0, 1, to="[0]\n"),
        _with(0, 2, 7, to=None),
        _with(0, 2, 7, 0, to="\n"),
        _with(0, 2, 7, 1, to="[2"),
        _with(0, 2, 7, 1, to=[2]),
        _with(0, 2, 7, 1, to=json.dumps("x" * 1000)),
        _with(0, 2, 7, 1, to=json.dumps("\ud800")),
        _with(0, 2, 7, 2, to=0),
        _with(0, to=[[n, 1, 2, 0, 1, 3, [], None, False] for n in range(5000)]),
    ],
)
def test_another_form_is_no_trace(text: str) -> None:
    """Wrong types, ranges, orders, lengths; texts that a terminal must not see."""
    assert read_trace(text, LIMITS) is None


ANYTHING: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
)


def _places(part: Any, path: tuple[int, ...] = ()) -> list[tuple[int, ...]]:
    found = [path] if path else []
    if isinstance(part, list):
        for place, inner in enumerate(part):
            found += _places(inner, (*path, place))
    return found


@given(st.sampled_from(_places(STORY)), ANYTHING)
def test_nothing_that_comes_can_do_harm(path: tuple[int, ...], part: Any) -> None:
    """Whatever stands anywhere in a story, it is read as a trace or refused."""
    read_trace(_with(*path, to=part), LIMITS)


@given(st.text(alphabet='[]",0123{}:null'))
def test_no_text_raises(text: str) -> None:
    """Nor does a text that is no JSON."""
    read_trace(text, LIMITS)


def _deep() -> str:
    return "[" * 100_000


@pytest.mark.parametrize("make", [_deep, lambda: _with(0, 2, 7, 1, to="[" * 900)])
def test_depth_is_refused(make: Callable[[], str]) -> None:
    """What is nested too deep is no trace, and no error."""
    assert read_trace(make(), LIMITS) is None
