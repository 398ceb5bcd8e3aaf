"""The guest's encoder against the standard library's, and against values that lie."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from codeiod_sandbox import strict_json
from codeiod_sandbox.guest.encode import DEPTH, NotJsonError, TooLongError, encode

MEBIBYTE = 1 << 20
SCALARS = (
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False)
)
TEXT = st.text(st.characters(exclude_categories=["Cs"]))
VALUES = st.recursive(
    SCALARS | TEXT,
    lambda inner: st.lists(inner) | st.dictionaries(TEXT, inner),
    max_leaves=30,
)


@given(VALUES)
def test_the_text_is_that_of_the_standard_library(value: Any) -> None:
    """Where json.dumps has an exact word for a value, so have we, and the same."""
    text = encode(value, MEBIBYTE)
    assert text == json.dumps(value)
    assert strict_json.parse(text) == value


@given(VALUES, st.integers(0, 200))
def test_the_limit_is_exact(value: Any, limit: int) -> None:
    """A text of exactly the limit passes, one character more does not."""
    if len(json.dumps(value)) <= limit:
        assert len(encode(value, limit)) <= limit
    else:
        with pytest.raises(TooLongError):
            encode(value, limit)


@given(st.text())
def test_surrogates_are_refused(text: str) -> None:
    """Any text comes back as it was, or is refused for a lone surrogate."""
    try:
        assert strict_json.parse(encode(text, MEBIBYTE)) == text
    except NotJsonError:
        assert any("\ud800" <= character <= "\udfff" for character in text)


class LyingDict(dict[str, int]):
    def items(self) -> Any:
        return [("x", 1)]

    def __iter__(self) -> Any:
        return iter("zz")


class LyingList(list[int]):
    def __iter__(self) -> Any:
        return iter([7, 7])

    def __len__(self) -> int:
        return 1 << 40


class LyingText(str):
    __slots__ = ()

    def __str__(self) -> str:
        return "lie"

    def isascii(self) -> bool:
        return True


class LyingInt(int):
    def __int__(self) -> int:
        return 8

    def __repr__(self) -> str:
        return '"quoted"'


class LyingFloat(float):
    def __float__(self) -> float:
        return 0.0

    def __repr__(self) -> str:
        return "NaN"


class Pretender:
    @property
    def __class__(self) -> Any:
        return dict


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (LyingDict(a=1), '{"a": 1}'),
        (LyingList([1, 2]), "[1, 2]"),
        (LyingText("truth"), '"truth"'),
        (LyingInt(3), "3"),
        (LyingFloat(1.5), "1.5"),
        ({LyingText("key"): LyingText("é")}, '{"key": "\\u00e9"}'),
    ],
)
def test_subclasses_are_written_as_what_they_are(value: Any, text: str) -> None:
    """Methods that a subclass overrides are not asked."""
    assert encode(value, MEBIBYTE) == text


@pytest.mark.parametrize(
    "value",
    [Pretender(), LyingFloat("nan"), 1j, b"x", {1}, {(): 1}, {None: 1}, iter(()), type, ...],
)
def test_what_json_has_no_word_for(value: Any) -> None:
    """Nothing is guessed."""
    with pytest.raises(NotJsonError):
        encode(value, MEBIBYTE)


def nested(depth: int) -> list[Any]:
    value: list[Any] = []
    for _ in range(depth - 1):
        value = [value]
    return value


def test_depth_is_bounded() -> None:
    """The deepest value that is written can be read again; one deeper is refused."""
    assert strict_json.parse(encode(nested(DEPTH), MEBIBYTE)) == nested(DEPTH)
    with pytest.raises(NotJsonError):
        encode(nested(DEPTH + 1), MEBIBYTE)


def test_shared_parts_do_not_explode() -> None:
    """A value whose text would be 2**40 long ends at the limit."""
    value: list[Any] = []
    for _ in range(40):
        value = [value, value]
    with pytest.raises(TooLongError):
        encode(value, MEBIBYTE)


@pytest.mark.parametrize(
    "text",
    [
        "NaN",
        "[1e999]",
        '{"a": 1, "a": 2}',
        '"\\ud800"',
        "1" * 5000,
        "[" * 5000,
        "",
        "1 2",
        "{'a': 1}",
    ],
)
def test_the_parser_is_strict(text: str) -> None:
    """What no honest guest writes is a ValueError, of whatever kind."""
    with pytest.raises(ValueError):  # noqa: PT011 # the kinds of ValueError have no text in common
        strict_json.parse(text)
