"""Scripts: what they read becomes arguments, what they print becomes the result."""

from __future__ import annotations

from typing import Any

import pytest

from codeiod.teachers.builtin.analysis import find_candidates
from codeiod.teachers.builtin.candidates import Candidate, Declined


def best(content: str) -> Candidate:
    found = find_candidates(content, "Python")
    assert not isinstance(found, Declined), found.reason
    return found[0]


def call(content: str, *arguments: Any) -> Any:
    candidate = best(content)
    names: dict[str, Any] = {}
    exec(candidate.source, names)
    return names[candidate.target](*arguments)


SCRIPTS = '''\
import sys
input = sys.stdin.readline
# how many
n = int(input("How many? "))
a = list(map(int, input().split()))
total = 0
for x in a:  # each
    total += x * n
print(total)
---
def main():
    """Add rows."""
    print("Enter the rows")
    n, k = map(int, input().split())
    rows = [[int(c) for c in input().split()] for _ in range(n)]
    total = k
    for row in rows:
        total += sum(row)
    print(total)

main()
---
MOD = 7

def power(x):
    return x * x % MOD

if __name__ == "__main__":
    n = input()
    n = int(n)
    for i in range(n):
        word = input().strip()
        if not word:
            exit()
        print(word, power(len(word)))
---
limit = 10
step = 3
total = 0
i = 0
while i < limit:
    i += step
    total += i
print("total", total)
---
t = int(input())
graph = {}

def reach(v):
    return 1 + sum(reach(w) for w in graph[v])

for v in range(t):
    graph[v] = [int(w) for w in input().split()]
text = """two
lines"""
print(reach(0), text[:3])
'''
WANTED: list[tuple[dict[str, str], list[Any], Any]] = [
    ({"n": "int", "a": "list[int]"}, [2, [1, 2]], 6),
    ({"k": "int", "rows": "list[list[int]]"}, [1, [[1, 2], [3, 4]]], 11),
    ({"texts": "list[str]"}, [["ab", "", "c"]], ["ab 4"]),
    ({"limit": "int", "step": "int"}, [5, 2], "total 12"),
    ({"rows": "list[list[int]]"}, [[[1], []]], "2 two"),
]


@pytest.mark.parametrize(
    ("content", "wanted"), list(zip(SCRIPTS.split("---\n"), WANTED, strict=True))
)
def test_scripts(content: str, wanted: tuple[dict[str, str], list[Any], Any]) -> None:
    """Each line that is read is an argument of the right type, counts follow from the lists."""
    parameters, arguments, result = wanted
    candidate = best(content)
    assert {p.name: p.annotation for p in candidate.parameters} == parameters
    assert "input(" not in candidate.source
    assert call(content, *arguments) == result
    assert call(content, *arguments) == result


def test_comments_of_a_script_stay() -> None:
    """The author's words go along into the function."""
    first = SCRIPTS.split("---\n")[0]
    assert "# each" in best(first).source
    assert best(SCRIPTS.split("---\n")[3]).parameters[0].default == "10"


@pytest.mark.parametrize(
    ("content", "why"),
    [
        ("while True:\n    a = input()\n    print(a)\n", "until it is told to stop"),
        ("for i in range(3):\n    for j in range(3):\n        print(input())\n", "nested loops"),
        ("n = 0\ndef f():\n    global n\nfor i in range(int(input())):\n    f()\n", "from within"),
        ("total = 0\nfor i in [1]:\n    total += i\nprint(total)\n", "works on nothing given"),
        ("f = lambda: input()\nfor i in range(3):\n    f()\n", "in a function"),
    ],
)
def test_what_has_no_plain_equivalent(content: str, why: str) -> None:
    """Reading that can't be foreseen is refused with the reason."""
    found = find_candidates(content, "Python")
    assert isinstance(found, Declined)
    assert why in found.reason


STACK = """\
class Stack:
    def __init__(self, size):
        self.size = size
        self.items = []

    def push(self, item):
        if len(self.items) < self.size:
            self.items.append(item)

    def pop(self):
        return self.items.pop()

    def show(self):
        print(self.items)
"""


def test_a_class_becomes_a_list_of_operations() -> None:
    """Its methods are called in turn on a fresh object; what fails says so by its error."""
    candidate = best(STACK)
    size, operations = candidate.parameters
    assert size.name == "size"
    assert operations.annotation == "list[tuple[Literal['push', 'pop'], int]]"
    assert "`pop` does not use" in candidate.doc
    assert "show" not in candidate.source
    steps = [["push", 1], ["push", 2], ["push", 3], ["pop", 0], ["pop", 0], ["pop", 0]]
    assert call(STACK, 2, steps) == [2, 1, "IndexError"]
