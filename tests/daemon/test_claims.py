"""The check of a rationale against a trace: what is a claim, what is true, what is told."""

import contextlib
import dataclasses
import sys
import time
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from codeiod.stages.claim_reading import MAX_CLAIMS, CallClaim, NameClaim, find_claims
from codeiod.stages.claims import CHECK_LIMITS, Agreement, Divergence, check_claims
from codeiod_sandbox.guest.tracer import Tracer
from codeiod_sandbox.statements import statement_lines
from codeiod_sandbox.trace_reading import read_trace
from codeiod_sandbox.traces import Trace, TraceLimits


@pytest.fixture(autouse=True)
def _other_tracers_are_kept() -> Iterator[None]:
    before = sys.gettrace()
    yield
    sys.settrace(before)


def traced(source: str, limits: TraceLimits = CHECK_LIMITS, **arguments: Any) -> Trace:
    """Trace `f` of a program of ours."""
    module: dict[str, Any] = {"__name__": "program"}
    exec(compile(source, "program.py", "exec"), module)
    tracer = Tracer(list(dataclasses.astuple(limits)), list(statement_lines(source)))
    with contextlib.suppress(ValueError):
        tracer.call(module["f"], arguments)
    trace = read_trace(tracer.story(), limits)
    assert trace is not None
    return trace


NAMES = ["total", "i", "xs", "x", "d", "name", "dp", "self", "flag", "a", "b", "n"]


@pytest.mark.parametrize(
    ("text", "claimed"),
    [
        ("total = 5", [("total", 5)]),
        ("So total = 5.", [("total", 5)]),
        ("`total = 5`", [("total", 5)]),
        ("`total` = `5`, and so on", [("total", 5)]),
        ("**total** is **5**", [("total", 5)]),
        ("- total = 5\n- i = 2", [("total", 5), ("i", 2)]),
        ("- total = 5\n* i = 2", [("total", 5), ("i", 2)]),
        ("(i = 2, total = 5)", [("i", 2), ("total", 5)]),
        ("With i = 2 we get total = -5.5e3;", [("i", 2), ("total", -5500.0)]),
        ("total is 5, i is now 3 and x becomes 'a'.", [("total", 5), ("i", 3), ("x", "a")]),
        ("We set `total` to 12 and go on", [("total", 12)]),
        ("This updates the variable total to 12.", [("total", 12)]),
        ("total changes from 3 to 12", [("total", 12)]),
        ("total → 12", [("total", 12)]),
        ("total = total + x = 3 + 6 = 9", [("total", 9)]),
        ("total = 3 + 6 = 9", [("total", 9)]),
        ("xs = [1, 2, (3, 'a]')]", [("xs", [1, 2, (3, "a]")])]),
        ("xs is [true, null]", [("xs", [True, None])]),
        ('d = {"a": [1], "b": {}}', [("d", {"a": [1], "b": {}})]),
        ("d is {1: 2} now", [("d", {1: 2})]),
        ("x = {1, 2} here", [("x", {1, 2})]),
        ("dp[2] = 5", [("dp[2]", 5)]),
        ("dp[1][-1] becomes 5", [("dp[1][-1]", 5)]),
        ("d['a b'] is None.", [("d['a b']", None)]),
        ("self.x = 3", [("self.x", 3)]),
        ("flag is True", [("flag", True)]),
        ("total is 4, `xs[4]` is 9.", [("total", 4), ("xs[4]", 9)]),
        ("The value of total is 5.", [("total", 5)]),
        ("if x > 3, total = 5", [("total", 5)]),
        ("when i = 3, total becomes 6", [("total", 6)]),
        ("i = 1 -> total = 6", [("i", 1), ("total", 6)]),
        ("total = 5 (after adding 2)", [("total", 5)]),
        ("total = 5 - as before", [("total", 5)]),
    ],
)
def test_these_are_claims(text: str, claimed: list[tuple[str, Any]]) -> None:
    """The name with its path, and the value."""
    found = list(find_claims(text, NAMES, ["f"]))
    assert [(claim.target, claim.literal.value) for claim in found] == claimed


@pytest.mark.parametrize(
    "text",
    [
        "total == 5",
        "total += 5",
        "total >= 5",
        "total != 5",
        "total = 5 + i",
        "total = i",
        "total is 5 more than i",
        "total is 5 times i",
        "total is 5 or 6",
        "total is 5%",
        "total is 5x",
        "total is 1,234",
        "total = 5/3",
        "total = 5 / 3",
        "total = 0.333...",
        "total is about 5",
        "total is not 5",
        "total is never = 5",
        "if total = 5 we stop",
        "until total is 5",
        "total would be 5",
        "suppose total = 5",
        "it should be that total = 5",
        "the length of xs is 5",
        "the sum of x is 5",
        "len(xs) = 5",
        "max(a, b) = 5",
        "a + b = 5",
        "a, b = 1, 2",
        "other.total = 5",
        "f(total=5)",
        "f(1, total=5)",
        "dp[i] = 5",
        "totals = 5",
        "subtotal = 5",
        "total = five",
        "total = [1, i]",
        "total = [1, 2, ...]",
        "total = [1, 2, …]",
        "total = True if i else False",
        "total = 5 when i is odd",
        "`total = 5`, if i is odd",
        "total = 5, otherwise 6",
        "total = i if i > 3 else 5",
        "total = [1, 2",
        "total = 'a",
        "total to 5",
        "```python\ntotal = 5\n```",
        "~~~\ntotal = 5",
        "total = -",
        "total =",
        "total",
    ],
)
def test_these_are_none(text: str) -> None:
    """What is not clearly a claim of the run is not counted."""
    assert list(find_claims(text, NAMES, ["f"])) == []


def test_claims_stand_after_a_block_of_code_again() -> None:
    """A fence that is closed hides what it holds, and no more."""
    text = "i = 1\n```\ni = 2\n```\ni = 3\n```\ni = 4\n```\ni = 5"
    assert [claim.literal.value for claim in find_claims(text, ["i"], [])] == [1, 3, 5]


@pytest.mark.parametrize(
    ("text", "arguments", "keywords", "value"),
    [
        ("f(3) returns 5", (3,), (), 5),
        ("`f(3, 'a')` = 5.", (3, "a"), (), 5),
        ("f(3, [1], k=True) gives [5]", (3, [1]), (("k", True),), [5]),
        ("f() → None", (), (), None),
    ],
)
def test_calls_are_claims(
    text: str, arguments: tuple[Any, ...], keywords: tuple[Any, ...], value: Any
) -> None:
    """Where all arguments are literals."""
    (claim,) = find_claims(text, NAMES, ["f"])
    assert isinstance(claim, CallClaim)
    assert (claim.arguments, claim.keywords, claim.literal.value) == (arguments, keywords, value)


@pytest.mark.parametrize(
    "text",
    ["f(n) returns 5", "f(3) returns i", "if f(3) returns 5", "1 + f(3) = 5", "f(3", "f(*[3]) = 5"],
)
def test_other_calls_are_none(text: str) -> None:
    """Not with names for arguments, not in hypotheses or sums."""
    assert list(find_claims(text, NAMES, ["f"])) == []


SUM = """\
def add(a, b=1):
    return a + b
def f(n):
    total = 0
    for i in range(n):
        total = add(total, b=i * i)
    half = total / 3
    text = str(total)
    return total
"""


@pytest.fixture(scope="module")
def run() -> Trace:
    return traced(SUM, n=4)


@pytest.mark.parametrize(
    ("text", "checked", "true"),
    [
        ("n = 4; total = 0, i = 0, then total = 1, total = 5 and total = 14.", 6, 6),
        ("At the end total = 14. At first total was 0.", 2, 2),
        ("total = 5.0", 1, 1),
        ("total = 6, i = 2", 2, 1),
        ("half = 4.667", 1, 1),
        ("half = 4.67", 1, 1),
        ("half = 4.7", 1, 0),
        ("text = '14', text = 14, text = 15", 3, 2),
        ("add(1, 4) = 5 and add(5, b=9) returns 14", 2, 2),
        ("add(5, 9) = 15", 1, 0),
        ("add(7, 7) = 14", 0, 0),
        ("f(4) = 14", 1, 1),
        ("unknown = 3", 0, 0),
        ("", 0, 0),
    ],
)
def test_claims_are_counted(run: Trace, text: str, checked: int, true: int) -> None:
    """Those that the trace can answer, and of these the true ones."""
    agreement = check_claims(text, run)
    assert (agreement.checked, agreement.true) == (checked, true)
    assert (agreement.first_divergence is None) == (checked == true)


def test_the_first_divergence_tells_the_value_of_that_time(run: Trace) -> None:
    """What the name became next, from where the rationale had come to."""
    agreement = check_claims("total = 0, i = 0, i = 1, total = 1, i = 2, total = 12, i = 77", run)
    assert agreement == Agreement(
        checked=7,
        true=5,
        first_divergence=Divergence("total", "12", "5", line=6, visit=3, is_final=False, value=5),
    )
    assert agreement.first_divergence is not None
    sentence = "You said that total is 12; after line 6 (run 3 of it) it is 5."
    assert agreement.first_divergence.told("14") == sentence


@pytest.mark.parametrize("wanted", ["5", "5.0", '"5"', "[5]", '{"total": 5}'])
def test_what_is_wanted_is_not_told(run: Trace, wanted: str) -> None:
    """Nor what is the same in another form."""
    divergence = check_claims("i = 2, total = 12", run).first_divergence
    assert divergence is not None
    assert divergence.told(wanted) == ""
    assert divergence.told("14") != ""


def test_nothing_is_told_from_the_return_statement_on() -> None:
    """The calls that it makes are part of it."""
    source = (
        "def g(a):\n    b = a + 1\n    return b\ndef f(n):\n    m = g(n)\n    return g(m) * 2\n"
    )
    trace = traced(source, n=1)
    early = check_claims("b = 7", trace).first_divergence
    late = check_claims("m = 2, b = 7", trace).first_divergence
    returned = check_claims("f(1) = 7", trace).first_divergence
    assert early is not None
    assert early.told("6") == "You said that b is 7; after line 2 it is 2."
    assert late is not None
    assert (late.actual, late.told("6")) == ("3", "")
    assert returned is not None
    assert returned.told("[]") == ""


def test_lists_tuples_and_sets_are_compared_as_values() -> None:
    """As Python or as JSON writes them; a set in any order."""
    source = "def f():\n    t = (1, [2])\n    s = {3, 1}\n    d = {1: 'a'}\n    d = {'k': None}\n"
    trace = traced(source)
    text = "t = (1, [2]), t is [1, [2]], s = {1, 3}, s = {3, 1}, d = {1: 'a'}, d = {\"k\": null}"
    assert check_claims(text, trace) == Agreement(6, 6, None)
    text = "t = (1, 2), s = [1, 3], d = {'k': 0}"
    assert check_claims(text, trace).true == 0


def test_parts_of_containers_and_objects_are_known() -> None:
    """By index, key and attribute, as far as the trace tells them."""
    source = """\
class Box:
    def __init__(self):
        self.x = 1
def f():
    dp = [[0, 0], [0, 0]]
    dp[1][0] = 4
    d = {"k": 1}
    d["k"] += 1
    box = Box()
    box.x = 5
"""
    trace = traced(source)
    text = "dp[1][0] = 0, dp[1] = [0, 0], dp[1][0] = 4, d['k'] = 2, self.x = 1, box.x = 5"
    assert check_claims(text, trace) == Agreement(6, 6, None)
    assert check_claims("dp[1][0] = 3, d['k'] is 7, self.x = 9", trace).true == 0
    assert check_claims("dp[5] = 3, d['z'] is 7, box.y = 9", trace).checked == 0


def test_what_is_cut_is_neither_true_nor_false() -> None:
    """A value that the trace does not show whole may be what is claimed."""
    trace = traced("def f():\n    xs = list(range(900))\n    s = 'a' * 5000\n    g = iter(xs)\n")
    assert check_claims("xs = [1], s = 'a', g = 1", trace).checked == 0


def test_a_member_of_a_set_is_not_the_set() -> None:
    """Of a set in a container that is not shown whole the trace tells its members alone."""
    source = "def f():\n    d = {i: {i} for i in range(60)}\n    d[4].add(9)\n    d[5] = 7\n"
    trace = traced(source, TraceLimits())
    assert check_claims("d[4] = 9", trace).true == 0
    assert check_claims("d[5] = 7", trace).true == 1


def test_what_was_left_out_is_neither_true_nor_false() -> None:
    """In a trace that is not complete only what is shown can be confirmed."""
    trace = traced(SUM, TraceLimits(), n=30)
    assert not trace.is_complete
    assert check_claims("total = 5, total = 6", trace) == Agreement(1, 1, None)


PROGRAMS = [
    SUM.replace("half = total / 3", "half = total * 3"),
    """
def f(n):
    a, b = 0, 1
    for _ in range(n):
        a, b = b, a + b
    return a
""",
    """
def f(n):
    xs = []
    while n:
        xs.append(n % 2)
        n //= 2
    return xs
""",
    """
def f(n):
    d = {}
    for i in range(n):
        d[str(i % 3)] = [i, -i]
    return d
""",
    """
def g(n):
    return n if n < 2 else g(n - 1) + g(n - 2)
def f(n):
    r = g(n)
    return r
""",
]
RUNS = st.builds(
    lambda source, n: traced(source, n=n), st.sampled_from(PROGRAMS), st.integers(0, 7)
)


def claims_of(trace: Trace) -> list[str]:
    return [
        f"{change.name} = {change.value.text}" for step in trace.steps for change in step.changes
    ]


@given(RUNS, st.sampled_from([", ", ".\n", "\n- ", "; then "]), st.data())
def test_what_the_trace_says_is_true(trace: Trace, between: str, data: st.DataObject) -> None:
    """All claims that are made of a trace hold in it, in its order or in any other."""
    claims = claims_of(trace)
    if data.draw(st.booleans()):
        claims = data.draw(st.permutations(claims))
    assert check_claims(between.join(claims), trace) == Agreement(len(claims), len(claims), None)


@given(RUNS, st.data())
def test_what_the_trace_does_not_say_is_found(trace: Trace, data: st.DataObject) -> None:
    """A value that a name never had is the first divergence, wherever it stands."""
    claims = claims_of(trace)
    place = data.draw(st.integers(0, len(claims) - 1))
    name = claims[place].split(" = ")[0]
    wrong = data.draw(st.sampled_from(["-777", "[5, 5, 5]", "'other'", "None", "0.5", "true"]))
    claims[place] = f"{name} = {wrong}"
    agreement = check_claims(".\n".join(claims), trace)
    assert (agreement.checked, agreement.true) == (len(claims), len(claims) - 1)
    assert agreement.first_divergence is not None
    assert (agreement.first_divergence.target, agreement.first_divergence.claimed) == (name, wrong)


@given(st.text(alphabet="total=is to[(`'\"\\{1,.\n-*") | st.text())
def test_no_text_raises(text: str) -> None:
    """Whatever is written, claims are found or none are."""
    for claim in find_claims(text, ["total", "t", "i", "s"], ["o", "is"]):
        assert isinstance(claim, NameClaim | CallClaim)


@pytest.mark.parametrize(
    "piece",
    [
        "total = ",
        "total = [",
        "total = '",
        "total = {1: ",
        "total[",
        "total.a",
        "total = 1+",
        "total",
        "set total ",
        "(",
        "total(",
        "total = (((((",
        "`*",
        " ",
        "\n",
        "```\n",
        "x" * 50,
        "total = 1" + "_1" * 50,
        "total = total + ",
        "a, ",
        "total = 77, ",
        "half = 1.2345, ",
        "add(1, ",
        "add(1, 2) = 3, ",
    ],
)
def test_a_flood_is_read_in_bounded_time(run: Trace, piece: str) -> None:
    """Time grows with the text and no faster; the bound is generous."""
    began = time.process_time()
    check_claims(piece * (60_000 // len(piece)), run)
    assert time.process_time() - began < 20


def test_of_megabytes_the_beginning_is_read(run: Trace) -> None:
    """What stands far behind is not counted."""
    assert check_claims("total = 5. " + " " * 5_000_000 + "total = 6.", run) == Agreement(
        1, 1, None
    )
    assert check_claims("total = 5. " * 100_000, run).checked == MAX_CLAIMS
