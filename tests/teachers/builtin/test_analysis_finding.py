"""Static analysis: what it finds in a file can be called, and gives what the file would have."""

from __future__ import annotations

import ast
from typing import Any

import pytest

from codeiod.teachers.builtin.analysis import find_candidates
from codeiod.teachers.builtin.candidates import Candidate, Declined


def found(content: str) -> tuple[Candidate, ...]:
    candidates = find_candidates(content, "Python")
    assert not isinstance(candidates, Declined), candidates.reason
    return candidates


def call(content: str, *arguments: Any) -> Any:
    """Call the best candidate, in names of its own."""
    best = found(content)[0]
    names: dict[str, Any] = {}
    exec(best.source, names)
    return names[best.target](*arguments)


def reason(content: str, language: str = "Python") -> str:
    declined = find_candidates(content, language)
    assert isinstance(declined, Declined), declined
    return declined.reason


LIBRARY = '''\
"""Prices."""
import os
import math
from typing import List

RATES = {"a": 2}
RATES["b"] = 3
UNUSED = os.getcwd()


def unused(path):
    return open(path).read()


def rate(name):
    # how much a piece costs
    return RATES.get(name, 1)


def bill(names: List[str], extra: float = 0.5) -> float:
    """Add up a bill.

    :param names: what was bought
    """
    total = 0
    for name in names:
        total += rate(name)  # one each
    print("done", total)
    return math.floor(total) + extra


if __name__ == "__main__":
    print(bill(["a", "b"], 1.5))
'''


def test_all_that_it_leans_on_is_carried_and_no_more() -> None:
    """Helpers, tables, imports and comments come along; files, prints and the script stay out."""
    best = found(LIBRARY)[0]
    assert best.target == "bill"
    assert "RATES = " in best.source
    assert 'RATES["b"] = 3' in best.source
    assert "# how much a piece costs" in best.source
    assert "# one each" in best.source
    for gone in ("import os", "unused", "print", "__main__", "UNUSED"):
        assert gone not in best.source
    assert call(LIBRARY, ["a", "b", "c"]) == 6.5


def test_what_is_told_of_it_is_kept() -> None:
    """Parameters with annotations, defaults and words; examples from the script."""
    best = found(LIBRARY)[0]
    names, extra = best.parameters
    assert (names.name, names.annotation, names.default) == ("names", "List[str]", None)
    assert names.told == "what was bought"
    assert (extra.annotation, extra.default) == ("float", "0.5")
    assert best.doc == "Add up a bill."
    assert best.title == "bill"
    assert best.returns == "float"
    assert best.examples == ({"names": "['a', 'b']", "extra": "1.5"},)
    assert not best.result_is_printed


SOLUTION = """\
class Solution:
    memo = {}
    def countWays(self, n: int, steps: List[int]) -> int:
        if n in self.memo:
            return self.memo[n]
        if n <= 1:
            return 1
        self.memo[n] = sum(self.countWays(n - s, steps) for s in steps if s <= n)
        return self.memo[n]
    def other(self):
        return requests.get("x")
"""


def test_a_method_becomes_a_function_with_a_fresh_object() -> None:
    """Its class is carried without other methods, forgotten imports are added, tables are fresh."""
    best = found(SOLUTION)[0]
    assert best.target == "count_ways"
    assert best.wrapped
    assert "from typing import List" in best.source
    assert "other" not in best.source
    names: dict[str, Any] = {}
    exec(best.source, names)
    assert names["count_ways"](4, [1, 2]) == 5
    assert names["count_ways"](4, [1]) == 1, "the table of the first call is gone"


ACCOUNT = """\
class Account:
    def __init__(self, balance, limit=10):
        self.balance = balance
        self.limit = limit

    def withdraw(self, amount):
        if self.balance - amount < -self.limit:
            raise ValueError
        self.balance -= amount
"""


def test_a_constructor_s_arguments_come_first() -> None:
    """What a method without a result changed of its object is the result."""
    best = found(ACCOUNT)[0]
    assert [p.name for p in best.parameters] == ["balance", "limit", "amount"]
    assert call(ACCOUNT, 5, 10, 3) == 2


FORMS = """\
def f(a):
    for i in range(len(a)):
        a[i] += 1
---
def swap(a, i, j):
    a[i], a[j] = a[j], a[i]

def flip(a):
    for i in range(len(a) // 2):
        swap(a, i, len(a) - 1 - i)
---
def f(*numbers):
    t = 0
    for n in numbers:
        t += n
    return t
---
def f(n):
    for i in range(n):
        yield i * i
---
def f(list):
    t = 0
    for x in list:
        t += x
    return t
---
count = 0

def f(n):
    global count
    for i in range(n):
        count += i
    return count
---
def f(s, seen=[]):
    for c in s:
        seen.append(c)
    return seen
---
class A:
    @staticmethod
    def g(x):
        t = 1
        for i in range(x):
            t *= 2
        return t
---
def f(n: Foo, m: 'Bar') -> Baz:
    t = 0
    for i in range(n):
        t += m
    return t
---
@timed
def f(n, *, by):
    t = 0
    for i in range(n):
        t += by
    return t
"""
CALLS: list[tuple[list[Any], Any]] = [
    ([[1, 2]], [2, 3]),
    ([[1, 2, 3]], [3, 2, 1]),
    ([[1, 2]], 3),
    ([3], [0, 1, 4]),
    ([[4]], 4),
    ([4], 6),
    (["ab"], ["a", "b"]),
    ([5], 32),
    ([2, 3], 6),
    ([2, 3], 6),
]


@pytest.mark.parametrize(("content", "called"), list(zip(FORMS.split("---\n"), CALLS, strict=True)))
def test_forms_that_need_a_wrapper(content: str, called: tuple[list[Any], Any]) -> None:
    """Each comes back as a plain function, which gives the same when called again."""
    arguments, wanted = called
    best = found(content)[0]
    names: dict[str, Any] = {}
    exec(best.source, names)
    for _ in range(2):
        assert names[best.target](*ast.literal_eval(repr(arguments))) == wanted
    assert all(p.name not in ("list", "self", "seen") for p in best.parameters)


TREE = """\
# class TreeNode:
#     def __init__(self, x):
#         self.val = x
class Solution:
    def maxDepth(self, root):
        if root is None:
            return 0
        return 1 + max(self.maxDepth(root.left), self.maxDepth(root.right))
"""
LINKED = """\
class Node:
    def __init__(self, data):
        self.data = data
        self.next = None

def reverse(head):
    before = None
    while head:
        after = head.next
        head.next = before
        before = head
        head = after
    return before
"""


REORDERED = """\
class Solution:
    def swapPairs(self, head):
        while head and head.next:
            head.val, head.next.val = head.next.val, head.val
            head = head.next.next
"""


def test_trees_and_linked_lists_are_built_from_values() -> None:
    """Nodes go in and come out as lists, whether or not the file has their class."""
    assert call(TREE, [1, 2, None, 3]) == 3
    assert call(LINKED, [1, 2, 3]) == [3, 2, 1]
    assert call(REORDERED, [1, 2, 3, 4, 5]) == [2, 1, 4, 3, 5]
    assert found(TREE)[0].parameters[0].annotation == "list[int | None]"


SERVED = """\
def step(x, y):
    while y:
        x, y = y, x % y
        if x > 3:
            x += 0
    return x

def all_of(values):
    t = 0
    for v in values:
        t = step(t, v)
    return t
"""


def test_the_caller_comes_before_what_serves_it() -> None:
    """Of functions that call each other the one that calls is preferred."""
    assert [c.target for c in found(SERVED)] == ["all_of", "step"]


@pytest.mark.parametrize(
    ("body", "why"),
    [
        ("    for x in a:\n        open(x)\n    return a\n", "reads or writes files"),
        ("    for x in a:\n        random.random()\n    return a\n", "draws random numbers"),
        ("    for x in a:\n        time.time()\n    return a\n", "asks the clock"),
        ("    for x in a:\n        torch.sum(x)\n    return a\n", "needs the module torch"),
        ("    for x in a:\n        unknown(x)\n    return a\n", "uses `unknown`"),
        ("    for x in a:\n        x = input()\n    return a\n", "reads from the keyboard"),
        ("    for x in a:\n        a(x)\n    return a\n", "takes a function"),
        (
            "    for x in a:\n        x += a.weight\n    return a\n",
            "takes an object with `.weight`",
        ),
        ("    return a\n", "too small"),
        ("    import os\n    for x in a:\n        os.remove(x)\n    return a\n", "files"),
    ],
)
def test_refusals_say_why(body: str, why: str) -> None:
    """What can't be run as a function of its arguments is refused with the reason."""
    assert why in reason(f"import random, time, torch\ndef f(a):\n{body}")


@pytest.mark.parametrize(
    ("content", "why"),
    [
        ("", "no functions"),
        ("X = 1\n", "no functions"),
        ("print 'x'\n", "it is Python 2"),
        ("def f(:\n", "does not parse as Python 3"),
        ("async def f(a):\n    return [await b for b in a]\n", "asynchronous"),
        ("def f(a):\n    return '\0'\n", "NUL"),
        ("x" * 300_000, "longer than"),
        (
            "def main_solution(n):\n    for i in range(n):\n        n += 1\n    return n\n",
            "already",
        ),
    ],
)
def test_files_that_hold_nothing(content: str, why: str) -> None:
    """The reason tells the operator what kind of file it is."""
    assert why in reason(content)


def test_other_languages() -> None:
    """It reads Python alone."""
    assert "this is C" in reason("int main() {}", "C")


CHECKS = """\
def divisible(n, by):
    for d in by:
        if n % d == 0:
            return True
    return False
---
class Checker:
    def __init__(self, limit):
        self.limit = limit

    def fits(self, word: str) -> bool:
        total = 0
        for c in word:
            total += ord(c)
        return total < self.limit
---
class Solution:
    def isEven(self, pRoot):
        if not pRoot:
            return True
        return pRoot.val % 2 == 0 and self.isEven(pRoot.left) and self.isEven(pRoot.right)
"""
CHOSEN: list[tuple[str, list[Any], Any]] = [
    ("by_values", [4, [[2], [3], [5, 4]]], [[2], [5, 4]]),
    ("words", [200, ["a", "ab", "z"]], ["a", "ab", "z"]),
    ("pRoots", [[[2, 4], [2, 3], []]], [[2, 4], []]),
]


@pytest.mark.parametrize(
    ("content", "wanted"), list(zip(CHECKS.split("---\n"), CHOSEN, strict=True))
)
def test_what_says_yes_or_no_chooses(content: str, wanted: tuple[str, list[Any], Any]) -> None:
    """Two results are too few to ask about, so a check picks those values that pass."""
    plural, arguments, result = wanted
    assert found(content)[0].each == plural
    assert call(content, *arguments) == result
