"""The files of a newcomer, small and plain, become programs whose inputs and words make sense."""

from __future__ import annotations

import random
from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio

from codeiod.items import Item, Origin
from codeiod.teachers.builtin.teacher import unify
from codeiod_prompts import UnifyParts, parse_unify
from codeiod_sandbox import Sandbox

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def sandbox() -> AsyncIterator[Sandbox]:
    async with Sandbox(workers=1) as sandbox:
        yield sandbox


async def made_of(sandbox: Sandbox, content: str) -> UnifyParts:
    origin = Origin("src", "a.py", 0, len(content), 1, 2)
    item = Item("1" * 32, 1, "recipe", origin, content, {"language": "Python"})
    return parse_unify(await unify(sandbox, item))


def draws(parts: UnifyParts, name: str) -> list[Any]:
    """Draw an argument as the sample stage does."""
    space: dict[str, Any] = {}
    exec(parts.input_generator, space)  # our own text
    random.seed(0)
    return [space["input_generator"]()[name] for _ in range(20)]


GREATEST_DIVISOR = """\
def gcd(a, b):
    while b:
        a, b = b, a % b
    return a
"""
EVENS = """\
numbers = [3, 8, 2, 9]
total = 0
for n in numbers:
    if n % 2 == 0:
        total += n
print(total)
"""
FIBONACCI = """\
def fib(n):
    if n <= 1:
        return n
    return fib(n - 1) + fib(n - 2)
"""


@pytest.mark.parametrize("content", [GREATEST_DIVISOR, EVENS, FIBONACCI])
async def test_little_code_that_repeats_something_is_enough(sandbox: Sandbox, content: str) -> None:
    """A loop or a recursion is worth a question, however few words tell it."""
    assert "main_solution" in (await made_of(sandbox, content)).refcode


ACCOUNT = """\
class Account:
    def __init__(self, owner, balance=0):
        self.owner = owner
        self.balance = balance

    def deposit(self, amount):
        if amount <= 0:
            raise ValueError("too little")
        self.balance += amount
        return self.balance

    def withdraw(self, amount):
        if amount > self.balance:
            return None
        self.balance -= amount
        return self.balance

    def __str__(self):
        return f"{self.owner}: {self.balance}"
"""


async def test_what_an_object_only_keeps_is_not_asked_for(sandbox: Sandbox) -> None:
    """The owner changes nothing; where the balance starts is told."""
    parts = await made_of(sandbox, ACCOUNT)
    assert "Account('owner')" in parts.refcode
    assert "`owner`" not in parts.problem
    assert "`balance` is `0` at the start." in parts.problem


PALINDROMES = """\
def is_palindrome(s):
    kept = ""
    for c in s:
        if c.isalnum():
            kept += c.lower()
    return kept == kept[::-1]
"""


async def test_what_is_read_character_by_character_is_a_text(sandbox: Sandbox) -> None:
    """Not a list of texts, though these have the same methods."""
    parts = await made_of(sandbox, PALINDROMES)
    assert all(isinstance(text, str) for texts in draws(parts, "texts") for text in texts)


LEAP_YEARS = """\
def is_leap(year):
    if year % 4 != 0:
        return False
    if year % 100 != 0:
        return True
    return year % 400 == 0
"""


async def test_several_of_a_kind_lie_where_one_would(sandbox: Sandbox) -> None:
    parts = await made_of(sandbox, LEAP_YEARS)
    assert all(1900 <= year <= 2100 for years in draws(parts, "years") for year in years)


PRODUCT = """\
def multiply(num1, num2):
    if num1 == "0" or num2 == "0":
        return "0"
    total = 0
    for a in num1:
        row = 0
        for b in num2:
            row = 10 * row + int(a) * int(b)
        total = 10 * total + row
    return str(total)
"""


async def test_a_text_that_is_taken_apart_is_more_than_what_it_is_compared_with(
    sandbox: Sandbox,
) -> None:
    """`"0"` is a case of its own, not one of two."""
    parts = await made_of(sandbox, PRODUCT)
    assert {len(text) for text in draws(parts, "num2")} > {1, 2}


PRINTED = """\
def fibonacci(length):
    values = [0] * (length + 2)
    values[1] = 1
    for i in range(2, length):
        values[i] = values[i - 1] + values[i - 2]
    print(values)


fibonacci(9)
"""


async def test_a_list_that_is_printed_is_not_lines_of_text(sandbox: Sandbox) -> None:
    parts = await made_of(sandbox, PRINTED)
    assert "lines" not in parts.problem


ROMAN = """\
def value_of(s):
    values = {"I": 1, "V": 5, "X": 10, "L": 50, "C": 100}
    total = 0
    before = 0
    for ch in reversed(s):
        value = values[ch]
        total += -value if value < before else value
        before = value
    return total
"""


async def test_what_is_looked_up_in_a_table_is_among_its_keys(sandbox: Sandbox) -> None:
    parts = await made_of(sandbox, ROMAN)
    drawn = draws(parts, "s")
    assert all(isinstance(text, str) and set(text) <= set("IVXLC") for text in drawn)


GRADES = """\
def summarize(scores):
    counts = {}
    for score in scores:
        grade = "A" if score >= 90 else "B" if score >= 70 else "C"
        if grade not in counts:
            counts[grade] = 0
        counts[grade] += 1
    return counts


print(summarize([88, 92, 79]))
"""


async def test_examples_that_lie_where_a_name_says_do_not_widen_that(sandbox: Sandbox) -> None:
    """A table whose values change is told by its keys alone."""
    parts = await made_of(sandbox, GRADES)
    assert all(0 <= score <= 100 for scores in draws(parts, "scores") for score in scores)
    assert "0 as its value" not in parts.requirements


STRONG = """\
def is_strong(password):
    has_letter = has_digit = False
    for c in password:
        if c.isdigit():
            has_digit = True
        else:
            has_letter = True
    return has_letter and has_digit
"""


async def test_flags_say_yes_or_no(sandbox: Sandbox) -> None:
    """So several values are tried, and those asked for that pass."""
    assert "if is_strong(" in (await made_of(sandbox, STRONG)).refcode
