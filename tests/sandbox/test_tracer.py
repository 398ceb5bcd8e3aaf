"""The tracer in one process: which steps it tells, with which values, in how much room."""

import contextlib
import dataclasses
import sys
from collections.abc import Iterator
from types import ModuleType
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from codeiod_sandbox.guest.tracer import Tracer
from codeiod_sandbox.statements import statement_lines
from codeiod_sandbox.trace_reading import read_trace
from codeiod_sandbox.traces import Effect, Step, StepKind, Trace, TraceLimits

LIMITS = TraceLimits()


@pytest.fixture(autouse=True)
def nothing_blocks_the_loop() -> Iterator[None]:
    """Leave the fixture of that name out: here is no loop, and programs may do what they like."""
    return


@pytest.fixture(autouse=True)
def _other_tracers_are_kept() -> Iterator[None]:
    before = sys.gettrace()
    yield
    sys.settrace(before)


def traced(source: str, limits: TraceLimits = LIMITS, **arguments: Any) -> Trace:
    """Trace `f` of a program; an exception that it raises is let go."""
    module = ModuleType("program")
    exec(compile(source, "program.py", "exec"), module.__dict__)
    tracer = Tracer(list(dataclasses.astuple(limits)), list(statement_lines(source)))
    with contextlib.suppress(Exception):
        tracer.call(module.__dict__["f"], arguments)
    trace = read_trace(tracer.story(), limits)
    assert trace is not None
    return trace


def told(step: Step) -> str:
    """Write a step as a line of text."""
    changes = " ".join(f"{change.name}={change.value.text}" for change in step.changes)
    value = f" -> {step.value.text}" if step.value else ""
    return f"{step.kind} {step.function}:{step.line}{' ' if changes else ''}{changes}{value}"


def lines(trace: Trace) -> list[str]:
    return [told(step) for step in trace.steps]


LOOP = """\
def f(n):
    total = 0
    for i in range(n):
        total += i
    return total
"""


def test_a_loop_is_told_statement_by_statement() -> None:
    """Each statement is a step, told when it has run, with the names that it changed."""
    assert lines(traced(LOOP, n=2)) == [
        "call f:1 n=2",
        "line f:2 total=0",
        "line f:3 i=0",
        "line f:4",
        "line f:3 i=1",
        "line f:4 total=1",
        "line f:3",
        "line f:5",
        "return f:5 -> 1",
    ]


def test_steps_count_lines_arcs_and_calls() -> None:
    """What is executed is counted exactly, and each way from line to line is there."""
    trace = traced(LOOP, n=2)
    assert trace.line_counts == {2: 1, 3: 3, 4: 2, 5: 1}
    assert trace.arcs == {(0, 2), (2, 3), (3, 4), (4, 3), (3, 5), (5, 0)}
    assert (trace.calls, trace.total_steps, trace.executed_statements) == (1, 9, 7)
    assert trace.is_complete
    assert [step.next_line for step in trace.steps] == [0, 3, 4, 3, 4, 3, 5, 0, 0]
    assert [step.visit for step in trace.steps] == [0, 1, 1, 1, 2, 2, 3, 1, 0]


def test_calls_come_before_the_line_that_makes_them_ends() -> None:
    """A call's steps name the frame and line that made it, and its value comes after them."""
    source = (
        "def g(a, b=2):\n    return a * b\ndef f(n):\n    x = g(n) + g(a=n, b=5)\n    return x\n"
    )
    trace = traced(source, n=3)
    assert lines(trace) == [
        "call f:3 n=3",
        "call g:1 a=3 b=2",
        "line g:2",
        "return g:2 -> 6",
        "call g:1 a=3 b=5",
        "line g:2",
        "return g:2 -> 15",
        "line f:4 x=21",
        "line f:5",
        "return f:5 -> 21",
    ]
    entered = trace.steps[4]
    assert (entered.frame, entered.depth, entered.parent, entered.caller_line) == (2, 1, 0, 4)


def test_a_container_tells_which_part_changed() -> None:
    """Appended, set, removed: with the path that a person would write."""
    source = """\
class Box:
    def __init__(self):
        self.n = 1
def f(xs):
    xs.append(7)
    xs.insert(0, 5)
    xs.pop(1)
    grid = [[0] * 3 for _ in range(2)]
    grid[1][2] = 4
    d = {"a": [1]}
    d["a"].append(2)
    d["b"] = 0
    del d["a"]
    s = {2}
    s ^= {1, 2}
    box = Box()
    box.n += 1
    xs[:2] = [8, 9]
"""
    trace = traced(source, xs=[1, 2])
    parts = [
        (part.effect, change.name + part.path, part.value.text)
        for step in trace.steps
        if step.function == "f"
        for change in step.changes
        for part in change.parts
    ]
    assert parts == [
        (Effect.ADDED, "xs[2]", "7"),
        (Effect.ADDED, "xs[0]", "5"),
        (Effect.REMOVED, "xs[1]", "1"),
        (Effect.SET, "grid[1][2]", "4"),
        (Effect.ADDED, "d['a'][1]", "2"),
        (Effect.ADDED, "d['b']", "0"),
        (Effect.REMOVED, "d['a']", "[1, 2]"),
        (Effect.LEFT, "s", "2"),
        (Effect.JOINED, "s", "1"),
        (Effect.SET, "box.n", "2"),
        (Effect.SET, "xs[0]", "8"),
        (Effect.SET, "xs[1]", "9"),
    ]


def test_arrays_tell_what_changes_in_them() -> None:
    """An array of numpy is a list in a trace, also where it is changed in place."""
    pytest.importorskip("numpy")
    source = """\
import numpy as np
def f():
    x = np.ones(2)
    x[1] = 3
    grid = np.zeros((2, 2), dtype=int)
    grid[1, 0] += 4
    last = grid[1]
"""
    assert lines(traced(source))[1:-1] == [
        "line f:3 x=[1.0, 1.0]",
        "line f:4 x=[1.0, 3.0]",
        "line f:5 grid=[[0, 0], [0, 0]]",
        "line f:6 grid=[[0, 0], [4, 0]]",
        "line f:7 last=[4, 0]",
    ]


def test_a_set_within_a_container_gains_and_loses_members() -> None:
    """What joins it is no value that a key takes."""
    source = """\
def f():
    d = {4: {1}}
    d[4].add(9)
    d[4].discard(1)
    d[5] = {2}
"""
    parts = [
        (part.effect, part.path, part.value.text)
        for step in traced(source).steps
        for change in step.changes
        for part in change.parts
    ]
    assert parts == [
        (Effect.JOINED, "[4]", "9"),
        (Effect.LEFT, "[4]", "1"),
        (Effect.ADDED, "[5]", "{2}"),
    ]


def test_linked_nodes_are_shown_some_way_down() -> None:
    """A chain as long as those that programs are given is shown whole."""
    source = """\
class Node:
    def __init__(self, val, next):
        self.val, self.next = val, next
def f():
    node = None
    for n in range(9):
        node = Node(n, node)
    return node
"""
    value = traced(source).steps[-1].value
    assert value is not None
    assert not value.is_cut
    assert value.text.count("Node(val=") == 9


def test_exceptions_are_told_where_they_pass() -> None:
    """Once in each call that an exception comes through, by type and arguments."""
    source = """\
def g(d):
    return d["k"]
def f():
    try:
        g({})
    except KeyError as error:
        x = 1
    finally:
        x = 2
    raise ValueError("no", 3)
"""
    assert [line for line in lines(traced(source)) if line[0] == "r"] == [
        "raise g:2 -> KeyError('k')",
        "raise f:5 -> KeyError('k')",
        "raise f:10 -> ValueError('no', 3)",
    ]
    assert (5, 6) in traced(source).arcs
    assert (10, 0) not in traced(source).arcs


def test_generators_are_told_by_what_they_yield() -> None:
    """A generator is one call, however often it is gone on with."""
    source = """\
def g(n):
    for i in range(n):
        got = yield i
def f():
    return list(g(2))
"""
    trace = traced(source)
    assert [line for line in lines(trace) if " g:" in line] == [
        "call g:1 n=2",
        "line g:2 i=0",
        "yield g:3 -> 0",
        "line g:3 got=None",
        "line g:2 i=1",
        "yield g:3 -> 1",
        "line g:3",
        "line g:2",
        "return g:2 -> None",
    ]
    assert trace.calls == 2


def test_comprehensions_lambdas_and_classes_belong_to_their_statement() -> None:
    """They make no calls of their own; the functions that they call do."""
    source = """\
def g(x):
    return x * x
def f():
    a = [
        g(x)
        for x in (1, 2)
        if x > 1
    ]
    b = sorted(a, key=lambda x: -x)
    class C:
        y = 1
    c = sum(x for x in a)
    return c
"""
    assert [line for line in lines(traced(source)) if " f:" in line] == [
        "call f:3",
        "line f:4 a=[4]",
        "line f:9 b=[4]",
        "line f:10",
        "line f:12 c=4",
        "line f:13",
        "return f:13 -> 4",
    ]


def test_globals_that_a_function_uses_are_watched() -> None:
    """A counter at once; a dict where it grows at once, else where the function returns."""
    source = """\
count, memo, other = 0, {}, []
def f(n):
    global count
    count += 1
    memo[n] = count
    memo[n] = 9
    return memo[n]
"""
    assert lines(traced(source, n=3))[1:] == [
        "line f:4 count=1",
        "line f:5 memo={3: 1}",
        "line f:6",
        "line f:7",
        "return f:7 memo={3: 9} -> 9",
    ]


def test_long_loops_keep_their_first_visits_their_last_ones_and_all_that_was_last_set() -> None:
    """What is left out is counted, and the last change of each name is there."""
    source = """\
def f(n):
    t = odd = 0
    for i in range(n):
        t += 1
        if i == 50:
            odd = i
        u = t if i < 60 else u
    return t
"""
    trace = traced(source, n=100)
    assert not trace.is_complete
    assert not trace.was_stopped
    assert len(trace.steps) < 60
    assert trace.line_counts[4] == 100
    kept = [step.visit for step in trace.steps if step.line == 4]
    assert kept == [*range(1, 9), 99, 100]
    last = {change.name: change.value.text for step in trace.steps for change in step.changes}
    assert last == {"n": "100", "t": "100", "i": "99", "odd": "50", "u": "60"}


def test_what_follows_the_head_is_told_by_its_way_out() -> None:
    """After `max_steps` the calls that are known are told where they leave a loop or return."""
    trace = traced(LOOP, TraceLimits(max_steps=20), n=500)
    assert lines(trace)[-3:] == ["line f:3 i=499 total=124750", "line f:5", "return f:5 -> 124750"]
    assert trace.steps[-3].is_summary
    assert trace.line_counts[4] == 500
    assert not trace.was_stopped


def test_large_values_make_the_head_short() -> None:
    """What is looked at is bounded, and not only how often."""
    source = """\
def f(n):
    grid = [[0] * 9 for _ in range(9)]
    for i in range(n):
        grid[i // 9][i % 9] = i
    return n
"""
    trace = traced(source, TraceLimits(max_values=300, visits_first=100), n=81)
    assert not trace.is_complete
    assert len(trace.steps) < 60
    assert lines(trace)[-1] == "return f:5 -> 81"


def test_tracing_ends_at_the_number_of_events() -> None:
    """The program goes on, and what it returns is told."""
    trace = traced(LOOP, TraceLimits(max_events=100), n=100_000)
    assert trace.was_stopped
    assert told(trace.steps[-1]).endswith(" -> 4999950000")
    assert trace.total_steps <= 102


def test_the_texts_of_a_trace_are_bounded() -> None:
    """Beyond `max_bytes` steps from the middle on are left out."""
    source = "def f(n):\n" + "".join(f"    x{i} = [n + {i}] * 60\n" for i in range(300))
    trace = traced(source, TraceLimits(max_bytes=20_000), n=1)
    assert not trace.is_complete
    assert sum(len(told(step)) for step in trace.steps) < 20_000
    assert len(trace.steps) > 40


@pytest.mark.parametrize(
    ("expression", "text", "json", "is_cut"),
    [
        ("1", "1", "1", False),
        ("True", "True", "true", False),
        ("None", "None", "null", False),
        ("1.0", "1.0", "1.0", False),
        ("float('nan')", "nan", None, False),
        ("'a\\'b'", '"a\'b"', '"a\'b"', False),
        ("'é'", "'é'", '"\\u00e9"', False),
        ("'\\ud800\\n'", "'\\ud800\\n'", None, False),
        ("(1, 'a')", "(1, 'a')", '[1, "a"]', False),
        ("(1,)", "(1,)", "[1]", False),
        ("()", "()", "[]", False),
        ("{}", "{}", "{}", False),
        ("{'a': [True, None]}", "{'a': [True, None]}", '{"a": [true, null]}', False),
        ("{1: 2}", "{1: 2}", None, False),
        ("{3, 1, 2}", "{1, 2, 3}", None, False),
        ("set()", "set()", None, False),
        ("range(3)", "range(0, 3)", None, False),
        ("b'x'", "b'x'", None, False),
        ("Counter('aab')", "{'a': 2, 'b': 1}", '{"a": 2, "b": 1}', False),
        ("deque([1, 2])", "deque([1, 2])", None, False),
        ("Fraction(1, 3)", "Fraction(1, 3)", None, False),
        ("Decimal('1.5')", "Decimal('1.5')", None, False),
        ("Point(1, 2)", "Point(x=1, y=2)", "[1, 2]", False),
        ("Color.RED", "Color.RED", None, False),
        ("Slotted()", "Slotted(a=1)", None, False),
        ("KeyError('x')", "KeyError('x')", None, False),
        ("(i for i in ())", "<generator>", None, False),
        ("iter([])", "<list_iterator>", None, False),
        ("10 ** 5000", "<an integer of 16610 bits>", None, True),
        ("loop()", "[...]", None, True),
    ],
)
def test_values_are_shown_as_python_writes_them(
    expression: str, text: str, json: str | None, is_cut: bool
) -> None:
    """With JSON beside it where the value is JSON."""
    source = f"""\
from collections import Counter, deque, namedtuple
from decimal import Decimal
from enum import Enum
from fractions import Fraction
Point = namedtuple("Point", "x y")
Color = Enum("Color", "RED BLUE")
class Slotted:
    __slots__ = ("a", "b")
    def __init__(self):
        self.a = 1
def loop():
    a = []
    a.append(a)
    return a
def f():
    value = {expression}
"""
    (shown,) = [
        change.value
        for step in traced(source).steps
        for change in step.changes
        if change.name == "value"
    ]
    assert (shown.text, shown.json, shown.is_cut) == (text, json, is_cut)


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner) | st.tuples(inner, inner) | st.dictionaries(st.text(), inner),
    max_leaves=40,
)


@given(VALUES)
def test_any_value_is_shown_whole_or_as_cut(value: Any) -> None:
    """A text that is not cut is `repr`; what is cut is short; the reader takes all of them."""
    trace = traced("def f(x):\n    return x\n", x=value)
    shown = trace.steps[0].changes[0].value
    assert shown.is_cut or shown.text == repr(value)
    assert len(shown.text) <= 2100
    assert trace.steps[-1].value == shown


HOSTILE = {
    "a repr that raises": """
class A:
    def __repr__(self): raise SystemExit
""",
    "an equality that lies": """
class A:
    def __eq__(self, other): raise SystemExit
""",
    "a hash that raises": """
class M(type):
    def __hash__(self): raise SystemExit
class A(metaclass=M): pass
""",
    "attributes that raise": """
class A:
    def __getattribute__(self, name): raise SystemExit
""",
    "a dict that lies": """
class A:
    @property
    def __dict__(self): raise SystemExit
""",
    "a class that lies": """
class A:
    @property
    def __class__(self): raise SystemExit
""",
    "a list that lies": """
class A(list):
    def __iter__(self): raise SystemExit
    __len__ = __getitem__ = __iter__
""",
    "a text that lies": """
class A(str):
    def __str__(self): raise SystemExit
    __len__ = __repr__ = __str__
""",
    "fields that lie": """
class A(tuple):
    _fields = ("x", 3)
""",
    "names that lie": """
A = type("5\\n", (), {"__module__": "program", "__init__": lambda self: setattr(self, "\\n", 1)})
""",
}


@pytest.mark.parametrize("lie", HOSTILE.values(), ids=HOSTILE)
def test_values_that_fight_back_are_not_asked(lie: str) -> None:
    """No method of a program's class runs because of the tracing."""
    source = f"def f():\n    a = A()\n    b = [a, a]\n    c = 1\n    return 2\n{lie}"
    trace = traced(source)
    assert trace.is_complete
    assert lines(trace)[-1] == "return f:5 -> 2"


def test_a_program_can_end_its_tracing_only() -> None:
    """The trace says that it is not whole."""
    source = """\
import sys
def f(n):
    a = 1
    if hasattr(sys, "monitoring"):
        sys.monitoring.set_events(4, 0)
        sys.monitoring.free_tool_id(4)
    else:
        sys.settrace(None)
    b = 2
    return n
"""
    trace = traced(source, n=7)
    assert trace.was_stopped
    assert lines(trace)[:2] == ["call f:2 n=7", "line f:3 a=1"]
    assert trace.steps[-1].kind is StepKind.RETURN


def test_a_program_that_runs_out_of_stack_sees_it_as_ever() -> None:
    """The tracing may end there; the program's own handler runs."""
    source = """\
def g(n):
    return g(n + 1)
def f():
    try:
        return g(0)
    except RecursionError:
        return "caught"
"""
    trace = traced(source)
    assert trace.steps[-1].value is not None
    assert trace.steps[-1].value.text == "'caught'"
