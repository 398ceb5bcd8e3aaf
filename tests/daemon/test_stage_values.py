"""Values of pairs: when two are the same, and which are over the limits."""

from __future__ import annotations

import json
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from codeiod.items import Reason
from codeiod.stages.values import MAX_CANONICAL_BYTES, over_limit, parse, same

HUGE = 10**400
finite = st.floats(allow_nan=False, allow_infinity=False)
json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | finite | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)

SAME = [
    (None, None),
    (True, True),
    ("a", "a"),
    ("", ""),
    (2, 2),
    (2, 2.0),
    (0, -0.0),
    (-0.0, 0),
    (2.0, 2),
    (2**53, float(2**53)),
    (HUGE, HUGE),
    (10**22, 1e22),
    (1.0, 1.001),
    (1.0, 0.9990001),
    (1000.0, 1001.0),
    (0.0, 1e-6),
    (0.0, -1e-6),
    (1e-9, 1e-6),
    (1e308, 1.0001e308),
    (1e308, 10**308),
    (5e-324, 0.0),
    ([], []),
    ({}, {}),
    ([1, [2.0, "x"]], [1.0, [2.001, "x"]]),
    ({"a": 1, "b": 2}, {"b": 2, "a": 1}),
    ({"a": [0.5]}, {"a": [0.5004]}),
]
DIFFERENT = [
    (None, False),
    (None, 0),
    (None, ""),
    (None, []),
    (True, 1),
    (True, 1.0),
    (True, "true"),
    (False, 0),
    (False, None),
    (1, True),
    (1.0, True),
    (0, False),
    (0.0, False),
    ("1", 1),
    (1, "1"),
    ("a", "A"),
    ("a", "a "),
    ("é", "e\u0301"),
    (2, 2.0000001),
    (2, 3),
    (2**53 + 1, float(2**53)),
    (10**23, 1e23),
    (HUGE, HUGE + 1),
    (HUGE, 1e308),
    (1e308, HUGE),
    (1000.0, 1001.01),
    (1.0, 1.0011),
    (0.0, 1.1e-6),
    (1e-9, 2e-6),
    (1.0, -1.0),
    (1.0, "1.0"),
    (1.0, None),
    (1.0, [1.0]),
    ([], {}),
    ([], None),
    ([1], [1, 1]),
    ([1, 2], [2, 1]),
    ([[]], []),
    ([1], 1),
    ({"a": 1}, {"a": 1, "b": 2}),
    ({"a": 1, "b": 2}, {"a": 1}),
    ({"a": 1}, {"b": 1}),
    ({"a": 1}, [["a", 1]]),
    ({"a": True}, {"a": 1}),
]


@pytest.mark.parametrize(("wanted", "answer"), SAME)
def test_same(wanted: Any, answer: Any) -> None:
    """These are right answers."""
    assert same(wanted, answer)


@pytest.mark.parametrize(("wanted", "answer"), DIFFERENT)
def test_not_the_same(wanted: Any, answer: Any) -> None:
    """These are wrong ones."""
    assert not same(wanted, answer)


@given(json_values)
def test_a_value_is_the_same_as_itself(value: Any) -> None:
    """Also after its way through JSON text."""
    assert same(value, value)
    assert same(value, parse(json.dumps(value)))


@given(json_values, json_values)
def test_any_two_values_can_be_compared(wanted: Any, answer: Any) -> None:
    """No answer makes the comparison fail, and a type that is not wanted is not right."""
    assert isinstance(same(wanted, answer), bool)
    assert not same([wanted], {"0": answer})


@given(st.integers())
def test_integers_are_exact(wanted: int) -> None:
    """However big, the next one is another; a float is right where it is exactly that value."""
    assert not same(wanted, wanted + 1)
    assert not same(wanted, wanted - 1)
    assert same(wanted, float(wanted)) == (int(float(wanted)) == wanted)


@given(finite, finite)
def test_floats_are_held_to_the_tolerance(wanted: float, answer: float) -> None:
    """|x - w| <= max(1e-6, 1e-3 |w|), in exact arithmetic."""
    w, x = Fraction(wanted), Fraction(answer)
    expected = abs(x - w) <= max(Fraction(1, 10**6), abs(w) / 1000)
    assert same(wanted, answer) == expected


@given(st.floats(min_value=-1e9, max_value=1e9))
def test_the_edge_of_the_tolerance(wanted: float) -> None:
    """Well inside it is right, well outside it is wrong, on both sides."""
    step = max(1e-6, 1e-3 * abs(wanted))
    for sign in (-1, 1):
        assert same(wanted, wanted + sign * 0.99 * step)
        assert not same(wanted, wanted + sign * 1.01 * step)


def nested(depth: int) -> Any:
    value: Any = []
    for _ in range(depth - 1):
        value = [value]
    return value


@pytest.mark.parametrize(
    "value",
    [
        None,
        "x" * 99,
        [0] * 19,
        {str(i): i for i in range(19)},
        nested(8),
        {"a": nested(7)},
        10 ** (MAX_CANONICAL_BYTES - 2),
        ["é" * 33] * 5,
    ],
    ids=repr,
)
def test_within_the_limits(value: Any) -> None:
    """Just under each limit a value is taken."""
    assert over_limit(value) is None


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        ("x" * 100, Reason.TOO_BIG),
        (["x" * 100], Reason.TOO_BIG),
        ({"x" * 100: 1}, Reason.TOO_BIG),
        ([0] * 20, Reason.TOO_BIG),
        ({"a": [0] * 20}, Reason.TOO_BIG),
        ({str(i): i for i in range(20)}, Reason.TOO_BIG),
        (nested(9), Reason.TOO_DEEP),
        ({"a": nested(8)}, Reason.TOO_DEEP),
        (nested(5000), Reason.TOO_DEEP),
        (10 ** (MAX_CANONICAL_BYTES - 1), Reason.TOO_BIG),
        (["x" * 99] * 11, Reason.TOO_BIG),
        (["é" * 99, "é" * 99], Reason.TOO_BIG),
    ],
    ids=range(12),
)
def test_over_the_limits(value: Any, reason: Reason) -> None:
    """At each limit a value is refused, with the reason and a detail for a person."""
    over = over_limit(value)
    assert over is not None
    assert over.reason is reason
    assert over.detail


@given(json_values)
def test_limits_are_those_of_the_text(value: Any) -> None:
    """Whatever is taken is under 1,024 bytes of canonical JSON."""
    if over_limit(value) is None:
        assert len(json.dumps(value, separators=(",", ":"))) < MAX_CANONICAL_BYTES
