"""What nobody has described is told by its structure, and what can't be told is refused."""

from __future__ import annotations

import pytest

from codeiod.teachers.builtin.analysis import find_candidates
from codeiod.teachers.builtin.candidates import Candidate, Declined
from codeiod.teachers.builtin.composing import untold
from codeiod.teachers.builtin.composing.gist import gist, outline
from codeiod.teachers.builtin.composing.logic import logic_of
from codeiod.teachers.builtin.composing.nouns import asked_for, known_as
from codeiod.teachers.builtin.composing.results import result_of
from codeiod.teachers.builtin.composing.subject import Result


def best(content: str) -> Candidate:
    found = find_candidates(content, "Python")
    assert not isinstance(found, Declined), found.reason
    return found[0]


def result(content: str) -> Result:
    return result_of(logic_of(best(content)))


COUNTED = """\
def evens(nums):
    total = 0
    for n in nums:
        if n % 2 == 0:
            total += 1
    return total
"""
COLLECTED = """\
def squares(nums):
    found = []
    for n in nums:
        if n > 2:
            found.append(n * n)
    return found
"""
SUMMED = """\
def dot(a, b):
    s = 0
    for i in range(len(a)):
        s += a[i] * b[i]
    return s
"""
PLACES = """\
def places(text):
    last = {}
    for i, c in enumerate(text):
        last[c] = i
    return last
"""
STOPPED = """\
def first_sum(nums):
    s = 0
    for n in nums:
        if n < 0:
            break
        s += n
    return s
"""


@pytest.mark.parametrize(
    ("code", "sentence"),
    [
        (COUNTED, "Count how often `n` is even, for each `n` from `nums`."),
        (COLLECTED, "Collect `n * n` for each `n` from `nums`, where `n` is greater than 2."),
        (SUMMED, "Add up `a[i] * b[i]` for each `i` from 0 to the length of `a` minus 1."),
        (STOPPED, "Work out the sum `s` from `nums`."),
    ],
)
def test_a_simple_structure_is_told_exactly(code: str, sentence: str) -> None:
    """One loop that counts, adds up or collects is one sentence; one with a way out is not."""
    names = [p.name for p in best(code).parameters]
    assert gist(result(code), names, "a number") == sentence


@pytest.mark.parametrize(
    ("code", "form"),
    [
        (COLLECTED, "The list `found`."),
        (COLLECTED.replace("return found", "return found, len(found)"),
         "A list of 2 members: `found`, then the length of `found`."),
        (COUNTED.replace("return total", "return {'total': total, 'all': nums}"),
         "An object with the keys `total` and `all` (`nums`)."),
        (COUNTED.replace("    total = 0\n", "    if not nums:\n        return -1\n    total = 0\n"),
         "The count `total`; in other cases -1."),
        (PLACES, "An object with `c` as a key and `i` as its value."),
    ],
)  # fmt: skip
def test_what_is_returned_is_told_by_its_members(code: str, form: str) -> None:
    """Members, keys and other cases are named, not the type alone."""
    assert result(code).form == form


def test_a_variable_is_asked_for_only_where_nothing_else_is_returned() -> None:
    """A question for ``total`` is wrong where another return gives something else."""
    other = COUNTED.replace(
        "    total = 0\n", "    if not nums:\n        return -1\n    total = 0\n"
    )
    assert (result(COUNTED).what, result(other).what) == ("the count `total`", "")


def test_an_argument_changed_in_place_is_the_result() -> None:
    """What is changed is told as it stands in the end."""
    code = "def swap_ends(items):\n    n = len(items)\n    for i in range(n // 2):\n"
    code += "        items[i], items[n - 1 - i] = items[n - 1 - i], items[i]\n"
    assert result(code).form == "`items` as it stands in the end."


def test_linked_nodes_say_how_they_are_read() -> None:
    """A tree or a linked list as the result is a list of values, which is told."""
    code = "class Node:\n    def __init__(self, val):\n        self.val = val\n"
    code += "        self.next = None\n\ndef drop(head):\n    while head and head.val > 3:\n"
    code += "        head = head.next\n    return head\n"
    assert "values of its nodes" in result(code).read_back


def test_what_can_not_be_told_is_refused() -> None:
    """No description, no rules that fit, and no variable whose making shows: no program."""
    lines = "".join(f"    if n == {i}:\n        n = weigh(n, {i})\n" for i in range(60))
    code = f"def weigh(n, by):\n    return n * by + 1\n\ndef f(n):\n{lines}    return weigh(n, 2)\n"
    assert "not described" in untold(best(code))
    described = code.replace("def f(n):\n", 'def f(n):\n    """Return the weight of n."""\n')
    assert untold(best(described)) == ""


def test_an_outline_stands_for_rules_that_are_too_long() -> None:
    """How the result is made is told where the rules are too many."""
    lines = "".join(f"    if n == {i}:\n        n = n * {i} + 1\n" for i in range(60))
    code = (
        f"def f(n):\n    out = []\n{lines}    while n > 0:\n        out.append(n)\n        n -= 1\n"
    )
    told = outline(result(code + "    return out\n"))
    assert told == [
        "`out` starts as an empty list; as long as `n` is greater than 0, append `n` to `out`.",
        "What is given back: the list `out`.",
    ]
    assert untold(best(code + "    return out\n")) == ""


def test_names_are_used_with_care() -> None:
    """A name is a question only where it is whole words, a hint only where it says something."""
    assert asked_for("get longest common prefix") == "the longest common prefix"
    assert asked_for("min cost to conneect ropes") == asked_for("unique sub str") == ""
    assert known_as("spiral order 2") == "spiral order"
    assert known_as("func 1") == known_as("recursive implementation") == ""
