"""An expression in prose is skipped whole: what is claimed is what it comes to, or nothing."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from codeiod.stages.claim_reading import find_claims
from codeiod.stages.expressions import read_value, value_at

NAMES = ["total", "x", "i", "xs", "flag", "done", "result", "self"]


def claims_in(text: str) -> list[tuple[str, object]]:
    """Return what a text claims of the names, with the values."""
    return [(claim.target, claim.literal.value) for claim in find_claims(text, NAMES, ["f"])]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("`x` = 3 - (2 - 1) ** 2 = 2", 2),
        ("`x` = 6 - (-4) = 10.", 10),
        ("`x` = (-1) - 16 // 10 * 2 = -3 and so on", -3),
        ("`xs` = `[0]*(n + 1)` = [0, 0, 0]", [0, 0, 0]),
        ("xs = [0]*(2) = [0, 0]", [0, 0]),
        ("xs = [1] + [2] = [1, 2], then", [1, 2]),
        ("`x` = `f(i, xs[0])` = 7, by `f`.", 7),
        ("x = f(3) * -i = -7", -7),
        ("x = -(-7) = 7", 7),
        ("x = xs[1].count('= 3') = 0", 0),
        ("x = total = 5", 5),
        ("**x** = 2 ** 5 = **32**", 32),
        ("`x = 2 + 3` = 5", 5),
        ("`flag` = `3 in xs` = True", True),
        ("flag = 3 > 2 = True", True),
        ("x becomes 3 + 6 = 9", 9),
        ("x is now `3 + 6` = 9", 9),
        ("We set x to 3 + 6 = 9", 9),
        ("f(3) = 3 * 2 = 6", 6),
        ("x = 5 = x", None),
        ("x = 3 - 1", None),
        ("x = 3 - i", None),
        ("x = 3 – i", None),
        ("x = 3 - i, and", None),
        ("x = 3 - `i`, and", None),
        ("x = (2)*(3)", None),
        ("x = 2*(3)", None),
        ("x = 5(3)", None),
        ("xs = [0]*(n + 1)", None),
        ("xs = [0]*n", None),
        ("xs = [1, 2][0]", None),
        ("x = 5 == 5", None),
        ("x = 5! = 120", None),
        ("x = 5 (mod 7)", None),
        ("x *= 5", None),
        ("x*= 5", None),
        ("x**=5", None),
        ("x is a * b", None),
        ("x is perhaps = 5", None),
        ("x is never = 5", None),
        ("x = 2 + 3 = 4 + 1", None),
        ("x = 5 + (3", None),
        ("x = 3 / 7 ≈ 0.43", None),
        ("flag = 3 in `xs`", None),
        ("flag = 3 in xs", None),
        ("flag = 3 not in xs", None),
        ("flag = 3 in [3]", None),
        ("flag = True and done.", None),
        ("flag = True and not done", None),
        ("x = 5 at most", None),
        ("x is 5 at least", None),
        ("x is 5 by 5", None),
        ("x is 5 on average", None),
        ("x = 5 in round 3", 5),
        ("x = 5 and 7 leaves the list", 5),
        ("flag = True and done with it", True),
        ("x = 5 - as before", 5),
        ("x = 5 - we go on", 5),
        ("x = 5 — done", 5),
    ],
)
def test_what_an_expression_comes_to(text: str, value: object) -> None:
    """The value behind its last equals sign; a literal with an operator behind it is none."""
    found = claims_in(text)
    assert [claimed for target, claimed in found if target != "total"] == (
        [] if value is None else [value]
    )


@pytest.mark.parametrize("between", [" - ", " / ", " · ", " | ", " – ", ", ", "; ", " -> "])
def test_what_stands_between_two_claims_is_no_operator(between: str) -> None:
    """Each name has its own value, or the first is in doubt and left out."""
    found = claims_in(f"i = 2{between}total = 5")
    assert found in ([("i", 2), ("total", 5)], [("total", 5)], [])


@pytest.mark.parametrize(
    ("text", "claimed"),
    [
        ("the result is 7", []),
        ("The result is 7 and it is 3.", []),
        ("so result becomes 7", []),
        ("its total is 7", []),
        ("the result goes from 3 to 7", []),
        ("`result` is 7", [("result", 7)]),
        ("**result** is 7", [("result", 7)]),
        ("the `result` is 7", [("result", 7)]),
        ("result = 7", [("result", 7)]),
        ("we set result to 7", [("result", 7)]),
        ("total is 7", [("total", 7)]),
    ],
)
def test_a_word_of_the_language_is_no_variable(text: str, claimed: list[object]) -> None:
    """Unless it is marked as code, or written as an assignment."""
    assert claims_in(text) == claimed


VALUES = st.one_of(
    st.integers(-999, 999).map(repr),
    st.sampled_from(["True", "None", "'a = b'", "[1, [2, 3]]", "{'k': (1,)}", "2.5", "()"]),
)
NAMES_OF_OTHERS = st.sampled_from(["n", "total", "xs[0]", "self.x", "f(3, k=1)", "xs[i].y(2)"])
OPERATORS = st.sampled_from(["+", "-", "*", "/", "//", "%", "**", "<<", ">", "<=", "==", "^"])


def _larger(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    spaced = st.sampled_from([" {} ", "{}"])
    return st.one_of(
        st.builds(
            lambda a, op, b, space: f"{a}{space.format(op)}{b}", inner, OPERATORS, inner, spaced
        ),
        inner.map("({})".format),
        inner.map("len({})".format),
        inner.map("-({})".format),
        st.builds("({} if {} in {} else {})".format, inner, inner, inner, inner),
        st.lists(inner, min_size=1, max_size=3).map(lambda parts: f"[{', '.join(parts)}][0]"),
    )


EXPRESSIONS = st.recursive(VALUES | NAMES_OF_OTHERS, _larger, max_leaves=6)
ENDS = st.sampled_from(
    ["", ".", ", and so on", " and i goes on", "; then", " (as before)", "\n- i"]
)


@given(EXPRESSIONS, VALUES, ENDS, st.sampled_from(["{}", "`{}`"]))
def test_any_expression_is_skipped(expression: str, value: str, end: str, mark: str) -> None:
    """What stands behind the last equals sign is what is claimed, whatever stands before it."""
    claimed = f"{mark.format(expression)} = {value}"
    found = read_value(f"x = {claimed}{end}", len("x = "), NAMES)
    assert found is not None
    assert found.text == value


@given(EXPRESSIONS, EXPRESSIONS, OPERATORS, ENDS)
def test_no_part_of_an_expression_is_taken_for_it(
    left: str, right: str, operator: str, end: str
) -> None:
    """Two operands with an operator between them are no value."""
    assert read_value(f"x = {left} {operator} {right}{end}", len("x = "), NAMES) is None


@given(st.text(alphabet="x=1+-*/()[]`' .,!") | st.text(), st.integers(0, 20))
def test_a_place_of_any_text_is_read(text: str, start: int) -> None:
    """What is found lies in the text, behind the place or its marks."""
    span = value_at(text, min(start, len(text)))
    assert span is None or 0 <= span[0] < span[1] <= len(text)
