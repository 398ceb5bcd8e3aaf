"""A narrated call says only what its trace shows, and ends with the answer."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio

from codeiod.stages.claims import CHECK_LIMITS, check_claims
from codeiod.teachers.builtin.narration import NARRATION_LIMITS, narrate
from codeiod_prompts import find_answer
from codeiod_sandbox import Call, Limits, Program, Returned, Sandbox, Traced
from codeiod_sandbox.traces import TraceLimits

real = pytest.mark.asyncio(loop_scope="module")

MAX_CHARS = 6000

PROGRAMS: dict[str, tuple[str, dict[str, Any]]] = {
    "loop": (
        """
def main_solution(nums):
    total = 0
    for x in nums:
        if x % 2 == 0:
            total += x
        elif x > 5:
            total -= 1
    return total
""",
        {"nums": [4, 7, 3, 10, 6, 8]},
    ),
    "while": (
        """
def main_solution(a, b):
    while b:
        a, b = b, a % b
    return a
""",
        {"a": 84, "b": 36},
    ),
    "nested": (
        """
def main_solution(rows):
    result = []
    for i, row in enumerate(rows):
        line = 0
        for j in range(len(row)):
            if i == j:
                continue
            line += row[j] * (j + 1)
        result.append(line)
    return result
""",
        {"rows": [[1, 2, 3], [4, 5, 6], [7, 8, 9]]},
    ),
    "recursion": (
        """
def fib(n):
    if n <= 1:
        return n
    return fib(n - 1) + fib(n - 2)


def main_solution(n):
    return fib(n)
""",
        {"n": 6},
    ),
    "backtracking": (
        """
class Solution:
    def subsets(self, nums):
        found = []

        def walk(start, path):
            found.append(path[:])
            for i in range(start, len(nums)):
                path.append(nums[i])
                walk(i + 1, path)
                path.pop()

        walk(0, [])
        return found


def main_solution(nums):
    return Solution().subsets(nums)
""",
        {"nums": [1, 2, 3]},
    ),
    "class": (
        """
class Stack:
    def __init__(self, limit):
        self.items = []
        self.limit = limit

    def push(self, item):
        if len(self.items) >= self.limit:
            return False
        self.items.append(item)
        return True

    def pop(self):
        return self.items.pop() if self.items else None


def main_solution(words):
    stack = Stack(2)
    done = [stack.push(word) for word in words]
    last = stack.pop()
    return {"done": done, "last": last, "left": stack.items}
""",
        {"words": ["a", "b", "c"]},
    ),
    "strings": (
        """
def main_solution(text):
    out = ""
    for ch in text:
        if ch.isdigit():
            continue
        out = ch.upper() + out
    value = "x = 3"
    return out + value
""",
        {"text": "a1b2cde"},
    ),
    "dicts": (
        """
from collections import defaultdict


def main_solution(words):
    groups = defaultdict(list)
    counts = {}
    for word in words:
        key = "".join(sorted(word))
        groups[key].append(word)
        counts[key] = counts.get(key, 0) + 1
    best = max(counts, key=counts.get)
    del counts[best]
    return [groups[best], counts]
""",
        {"words": ["tea", "eat", "tan", "ate"]},
    ),
    "sets": (
        """
def main_solution(a, b):
    seen = set()
    twice = set()
    for x in a + b:
        if x in seen:
            twice.add(x)
        seen.add(x)
    seen.discard(max(seen))
    return sorted(seen - twice)
""",
        {"a": [1, 2, 3, 3], "b": [5, 2, 9]},
    ),
    "comprehensions": (
        """
def main_solution(n):
    squares = [i * i for i in range(n)]
    even = {s for s in squares if s % 2 == 0}
    named = {str(s): s > 4 for s in squares}
    return [sum(squares), sorted(even), named, any(s > 10 for s in squares)]
""",
        {"n": 5},
    ),
    "generators": (
        """
def odd(n):
    for i in range(n):
        if i % 2:
            yield i


def main_solution(n):
    total = 0
    for value in odd(n):
        total += value
    return [total, list(odd(4))]
""",
        {"n": 7},
    ),
    "exceptions": (
        """
def part(a, b):
    if b < 0:
        raise ValueError("negative")
    return a // b


def main_solution(pairs):
    out = []
    for a, b in pairs:
        try:
            out.append(part(a, b))
        except ZeroDivisionError:
            out.append(None)
        except ValueError as error:
            out.append(str(error))
        finally:
            out.append("-")
    return out
""",
        {"pairs": [[6, 3], [1, 0], [4, -1]]},
    ),
    "early return": (
        """
def main_solution(nums, target):
    seen = {}
    for i, num in enumerate(nums):
        if target - num in seen: return [seen[target - num], i]
        seen[num] = i
    return []
""",
        {"nums": [3, 8, 4, 6, 1], "target": 10},
    ),
    "globals": (
        """
COUNT = 0
LIMIT = 3


def step(x):
    global COUNT
    COUNT += 1
    return x + COUNT


def main_solution(n):
    x = n
    while COUNT < LIMIT:
        x = step(x)
    return [x, COUNT]
""",
        {"n": 10},
    ),
    "big": (
        """
def main_solution(n):
    value = 1
    for i in range(1, n + 1):
        value *= i * i
    digits = str(value)
    return [len(digits), digits[:5], value]
""",
        {"n": 60},
    ),
    "floats": (
        """
def main_solution(values):
    mean = sum(values) / len(values)
    spread = 0.0
    for v in values:
        spread += (v - mean) ** 2
    result = round((spread / len(values)) ** 0.5, 4)
    return {"mean": mean, "result": result, "is": float("inf") > mean}
""",
        {"values": [0.1, 2.75, -3.3]},
    ),
    "search": (
        """
def main_solution(items, wanted):
    lo, hi = 0, len(items) - 1
    while lo <= hi:
        mid = (lo + hi) // 2
        if items[mid] == wanted:
            return mid
        elif items[mid] < wanted:
            lo = mid + 1
        else:
            hi = mid - 1
    return -1
""",
        {"items": [1, 3, 5, 8, 13, 21, 34], "wanted": 13},
    ),
    "sorting": (
        """
def main_solution(arr):
    n = len(arr)
    for i in range(n):
        swapped = False
        for j in range(n - 1 - i):
            if arr[j] > arr[j + 1]:
                arr[j], arr[j + 1] = arr[j + 1], arr[j]
                swapped = True
        if not swapped:
            break
    return arr
""",
        {"arr": [5, 1, 4, 2, 8]},
    ),
    "long": (
        """
def main_solution(n):
    total = 0
    for i in range(n):
        if i % 7 == 3:
            total += i
    count = 0
    while n != 1:
        n = n // 2 if n % 2 == 0 else n - 1
        count += 1
    return [total, count]
""",
        {"n": 10_000},
    ),
    "table": (
        """
def main_solution(a, b):
    rows = [[0] * (len(b) + 1) for _ in range(len(a) + 1)]
    for i in range(1, len(a) + 1):
        for j in range(1, len(b) + 1):
            if a[i - 1] == b[j - 1]:
                rows[i][j] = rows[i - 1][j - 1] + 1
            else:
                rows[i][j] = max(rows[i - 1][j], rows[i][j - 1])
    return rows[-1][-1]
""",
        {"a": "abcbdab", "b": "bdcaba"},
    ),
    "linked": (
        """
class Node:
    def __init__(self, val, next=None):
        self.val = val
        self.next = next


def main_solution(values):
    head = None
    for value in values:
        head = Node(value, head)
    out = []
    while head:
        out.append(head.val)
        head = head.next
    return out
""",
        {"values": [1, 2, 3]},
    ),
    "arrays": (
        """
import numpy as np


def main_solution(values):
    a = np.array(values)
    b = a * 2 + 1
    if (b > 4).any():
        b[0] = 9
    return [int(x) for x in b]
""",
        {"values": [1, 2, 3]},
    ),
    "endless": (
        """
def main_solution(n):
    steps = 0
    while True:
        n -= 2
        steps += 1
        if n < 3: break
        if n == 4: continue
        steps += 10
    else:
        steps = -1
    a = n; b = steps
    return a and b
""",
        {"n": 11},
    ),
    "matching": (
        """
def main_solution(commands):
    x, y = 0, 0
    for command in commands:
        match command.split():
            case ["go", n]:
                x += int(n)
            case ["up"]:
                y = y + 1
            case _:
                pass
    is_far = x > 3 and y
    return (x, y, is_far)
""",
        {"commands": ["go 2", "up", "go 3", "what"]},
    ),
    "ways": (
        """
from functools import lru_cache


@lru_cache(None)
def ways(n, k=2):
    \"\"\"Count the ways to climb the stairs.\"\"\"
    if n < 0:
        return 0
    return 1 if n == 0 else sum(ways(n - i, k) for i in range(1, k + 1))


def main_solution(n):
    return ways(n)
""",
        {"n": 7},
    ),
    "none": (
        """
def fill(cells, at):
    cells[at] = "result is 5"


def main_solution(n):
    cells = ["."] * n
    for result in range(0, n, 2):
        fill(cells, result)
    number = value = n
    return cells
""",
        {"n": 5},
    ),
}


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def sandbox() -> AsyncIterator[Sandbox]:
    async with Sandbox(workers=1, limits=Limits(call_seconds=2.0)) as sandbox:
        yield sandbox


async def traced(sandbox: Sandbox, name: str, limits: TraceLimits = NARRATION_LIMITS) -> Traced:
    source, arguments = PROGRAMS[name]
    return await sandbox.trace(Program(source), Call("main_solution", arguments), limits)


@real
@pytest.mark.parametrize("name", PROGRAMS)
async def test_what_is_told_is_true(sandbox: Sandbox, name: str) -> None:
    """The answer is the returned value, and the checker finds no claim that the trace denies."""
    source, arguments = PROGRAMS[name]
    told, whole = await traced(sandbox, name), await traced(sandbox, name, CHECK_LIMITS)
    assert isinstance(told.outcome, Returned)
    assert whole.trace is not None
    checked = 0
    for seed in range(8):
        text = narrate(source, json.dumps(arguments), told, seed)
        answer = find_answer(text, "output")
        assert answer is not None
        assert answer.value == told.outcome.value
        found = check_claims(text, whole.trace)
        assert found.true == found.checked, (found.first_divergence, text)
        checked += found.checked
        assert len(text) <= MAX_CHARS
    assert checked > 0 or name == "arrays"
