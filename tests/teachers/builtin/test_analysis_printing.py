"""Prints turned into results: what would have been shown is what is returned."""

from __future__ import annotations

import contextlib
import io
from typing import Any

import pytest

from codeiod.teachers.builtin.analysis import find_candidates
from codeiod.teachers.builtin.candidates import Declined

LINES = '''\
def f(n):
    for i in range(n):
        print(i)
---
def f(n):
    for i in range(n):
        print("i is", i, i * i)
    print()
---
def f(n):
    for i in range(n):
        print(i, end=" ")
        if i % 2:
            print()
---
def f(n):
    for i in range(n):
        print(*range(i), sep="-")
---
def f(n):
    for i in range(n):
        if i == 2:
            return
        print(f"<{i}>")
---
def f(n):
    if n > 0:
        f(n - 1)
        print("back at", n)
    else:
        print("bottom")
---
def g(i):
    print("g%d" % i)

def f(n):
    for i in range(n):
        g(i)
        print([i])
---
def f(n):
    """Doc."""
    a = [0]
    for i in range(n):
        a.append(i)
        print(a)
---
class A:
    def f(self, n):
        while n:
            print("{} left".format(n))
            n -= 1
'''
SUMS = """\
def f(a):
    t = 0
    for x in a:
        t += x
    print(t)
---
def f(a):
    t = 0
    for x in a:
        t += x
    print('sum:', t)
---
def f(a):
    for x in a:
        if x:
            a = x
    if a:
        print(1)
    else:
        print(2)
"""
POPPED = """\
def f(a):
    t = 0
    while a:
        print(a.pop())
        t += len(a)
    return t
"""


def result(content: str, *arguments: Any) -> Any:
    candidates = find_candidates(content, "Python")
    assert not isinstance(candidates, Declined), candidates.reason
    best = next(c for c in candidates if "f" in c.target)
    assert best.result_is_printed
    assert "print(" not in best.source
    names: dict[str, Any] = {}
    exec(best.source, names)
    first = names[best.target](*arguments)
    again = names[best.target](*arguments)
    assert first == again
    return first


@pytest.mark.parametrize("content", LINES.split("---\n"))
def test_the_lines_are_the_result(content: str) -> None:
    """Line by line what the author's function shows, however it prints."""
    shown = io.StringIO()
    names: dict[str, Any] = {}
    exec(content, names)
    with contextlib.redirect_stdout(shown):
        (names["f"] if "f" in names else names["A"]().f)(5)
    assert [str(line) for line in result(content, 5)] == shown.getvalue().splitlines()


@pytest.mark.parametrize(
    ("content", "wanted"), list(zip(SUMS.split("---\n"), [3, "sum: 3", 1], strict=True))
)
def test_one_print_at_the_end_is_the_result_itself(content: str, wanted: Any) -> None:
    """A value stays a value; a sentence stays a sentence."""
    assert result(content, [1, 2]) == wanted


def test_a_print_with_an_effect_leaves_the_effect() -> None:
    """Where a result is returned, prints go, but not what their arguments do."""
    candidates = find_candidates(POPPED, "Python")
    assert not isinstance(candidates, Declined)
    names: dict[str, Any] = {}
    exec(candidates[0].source, names)
    assert names["f"]([5, 6, 7]) == 3
    assert "print" not in candidates[0].source
