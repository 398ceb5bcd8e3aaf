"""Objects, filters, recursion and rounds are told by their values; nothing is claimed unseen."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio

from codeiod.teachers.builtin.narration import NARRATION_LIMITS, narrate
from codeiod.teachers.builtin.narration.objects import Unknown, in_words, pictured
from codeiod.teachers.builtin.narration.values import value_of
from codeiod_sandbox import Call, Program, Sandbox
from codeiod_sandbox.traces import Shown

real = pytest.mark.asyncio(loop_scope="module")

NODES = """\
class ListNode:
    def __init__(self, val, next=None):
        self.val = val
        self.next = next


def linked_list_of(values):
    first = None
    for value in reversed(values):
        first = ListNode(value, first)
    return first


def values_of_list(node):
    values = []
    while node is not None:
        values.append(node.val)
        node = node.next
    return values


"""


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def sandbox() -> AsyncIterator[Sandbox]:
    async with Sandbox(workers=1) as opened:
        yield opened


async def told(sandbox: Sandbox, source: str, **arguments: Any) -> str:
    call = Call("main_solution", arguments)
    traced = await sandbox.trace(Program(source), call, limits=NARRATION_LIMITS)
    return narrate(source, json.dumps(arguments), traced, "seed")


@real
async def test_linked_nodes_are_told_by_what_they_hold(sandbox: Sandbox) -> None:
    """A list that is turned round is followed node by node; no change is told twice."""
    source = (
        NODES
        + """\
def turned(head):
    before = None
    while head:
        after = head.next
        head.next = before
        before = head
        head = after
    return before


def main_solution(values):
    return values_of_list(turned(linked_list_of(values)))
"""
    )
    text = await told(sandbox, source, values=[4, 7, 9])
    assert "object" not in text
    assert "`turned(list 4 → 7 → 9)`" in text
    assert "the list 7 → 4" in text
    assert "until `head` is None" in text


@real
async def test_each_member_of_a_filter_is_told(sandbox: Sandbox) -> None:
    """What a helper gave for each member, and whether the member is kept."""
    source = """\
def is_fine(word):
    seen = set()
    for letter in word:
        if letter in seen:
            return False
        seen.add(letter)
    return True


def main_solution(words):
    return [word for word in words if is_fine(word)]
"""
    text = await told(sandbox, source, words=["abc", "noon", "xy"])
    assert "- 'abc': `is_fine` returns True, so it is kept" in text
    assert "- 'noon': `is_fine` returns False, so it is left out" in text
    assert "- 'xy': `is_fine` returns True, so it is kept" in text


@real
async def test_a_recursion_tells_the_calls_that_find_something(sandbox: Sandbox) -> None:
    """The call in which the result changes is named, with the way to it."""
    source = """\
def main_solution(numbers, target):
    found = []

    def walk(start, chosen, total):
        if total == target:
            found.append(chosen)
        for place in range(start, len(numbers)):
            walk(place + 1, chosen + [numbers[place]], total + numbers[place])

    walk(0, [], 0)
    return found
"""
    text = await told(sandbox, source, numbers=[5, 3, 2], target=5)
    assert "In `walk(1, [5], 5)`" in text
    assert "In `walk(3, [3, 2], 5)`, reached through `walk(2, [3], 3)`: " in text


@real
async def test_rounds_that_are_summed_up_tell_what_each_leaves(sandbox: Sandbox) -> None:
    """So that each value follows from those before it, in an object too."""
    source = """\
class Account:
    def __init__(self, balance):
        self.balance = balance

    def book(self, amount):
        self.balance += amount


def main_solution(movements):
    account = Account(10)
    for movement in movements:
        account.book(movement)
    return account.balance
"""
    text = await told(sandbox, source, movements=[1, 2, 3, 4, 5, 6])
    assert "an `Account` (balance 10)" in text
    assert "`movement` = 5: `account.balance` = 25; " in text


@real
async def test_a_branch_that_was_not_told_is_told(sandbox: Sandbox) -> None:
    """A late round that goes another way is no round like the others."""
    source = """\
def main_solution(numbers):
    best, reset = 0, 0
    for number in numbers:
        if number > 50:
            reset = number
        best += 1
    return [best, reset]
"""
    numbers = [1, 2, 3, 4, 5, 6, 7, 8, 99, 10, 11, 12, 13, 14]
    text = await told(sandbox, source, numbers=numbers)
    assert "- `number` = 99: " in text


@real
async def test_members_of_a_set_in_a_dict_are_added(sandbox: Sandbox) -> None:
    """They are no value that the key takes."""
    source = """\
def main_solution(pairs):
    near = {}
    for one, other in pairs:
        near.setdefault(one, set())
        near[one].add(other)
    return sorted(near[1])
"""
    text = await told(sandbox, source, pairs=[[1, 2], [1, 5]])
    assert "`near[1]` is set to 5" not in text
    assert any(way in text for way in ("5 joins `near[1]`", "5 is added to `near[1]`"))


@real
async def test_nothing_is_said_to_stay_that_is_not_shown(sandbox: Sandbox) -> None:
    """Where a value is cut, a change in it is not seen, and not denied."""
    source = """\
def main_solution(n):
    grid = [[0] * 90 for _ in range(90)]
    for i in range(n):
        grid[45 + i][45] = 7
    return grid[45][45]
"""
    text = await told(sandbox, source, n=2)
    assert "nothing changes" not in text
    assert "no value changes" not in text
    assert "no change" not in text


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Node(val=3, next=None)", "the node 3"),
        ("Node(val=3, next=Node(val=4, next=None))", "the list 3 → 4"),
        ("Node(val=3, next=Node(val=4, next=...))", "the list 3 → 4 → …"),
        ("Node(val=3, ...)", "a `Node` (val 3, …)"),
        ("Tree(val=3, left=None, right=None)", "the leaf 3"),
        (
            "Tree(val=3, left=None, right=Tree(val=4, left=None, right=None))",
            "the tree [3, None, 4]",
        ),
        ("Tree(val=3, left=None, right=...)", "the node 3"),
        ("Account(owner='a', balance=3)", "an `Account` (owner 'a', balance 3)"),
        ("Solution()", ""),
    ],
)
def test_objects_are_told_by_what_is_shown_of_them(text: str, words: str) -> None:
    """Attributes that were left out are not made up."""
    assert in_words(value_of(Shown(text, None, "..." in text))) == words


def test_values_with_objects_in_them_are_short() -> None:
    """They are written as Python would write them, objects as what they hold."""
    shown = Shown("[Node(val=1, next=None), (2, Color.RED)]", None, False)
    assert pictured(value_of(shown)) == "[node 1, (2, Color.RED)]"


@pytest.mark.parametrize("text", ["[1, ..., 3]", "{1: 2, ...}", "'a...b'", "<generator>", "1...2"])
def test_what_is_cut_has_no_value(text: str) -> None:
    """Nothing is worked out from part of a value."""
    with pytest.raises(Unknown):
        value_of(Shown(text, None, True))


def test_sets_are_written_in_one_order() -> None:
    """It is the trace's order, whatever that of the interpreter is."""
    shown = Shown("{3, 10, 'a', 'b'}", None, False)
    assert pictured(value_of(shown)) == shown.text


@real
async def test_a_call_that_gives_none_is_told_as_such_where_that_goes_on(sandbox: Sandbox) -> None:
    """It "changes nothing" only where nobody takes its value."""
    source = (
        "def place(values, wanted):\n    if not values:\n        return None\n"
        "    if values[0] == wanted:\n        return 0\n    return place(values[1:], wanted)\n\n"
        "def main_solution(values, wanted):\n    return place(values, wanted)\n"
    )
    said = await told(sandbox, source, values=[3, 4], wanted=5)
    assert "changes nothing" not in said
    assert "returns None" in said
