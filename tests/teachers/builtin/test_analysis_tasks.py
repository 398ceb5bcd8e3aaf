"""Descriptions: what is a task, and whose it is."""

from __future__ import annotations

import pytest

from codeiod.teachers.builtin.analysis import find_candidates
from codeiod.teachers.builtin.analysis.tasks import is_task
from codeiod.teachers.builtin.candidates import Declined


@pytest.mark.parametrize(
    "text",
    [
        "Return the sum of the digits of n.",
        "This function finds the largest gap between two numbers.",
        "12. Count the islands of a grid.",
        "rotateBy takes a list and turns it by k places.",
        "Number of binary trees with n nodes.",
        "Given a list of numbers, find the two that add up to a target.",
        "You are given a grid of cells. Each of them may be free. How many of them can be reached?",
    ],
)
def test_what_asks_for_something_is_a_task(text: str) -> None:
    """A verb, a number of something, or a story with a request."""
    assert is_task(text)


@pytest.mark.parametrize(
    "text",
    [
        "Same idea with method1, but one pass.",
        "Dynamic programming: bottom-up.",
        "Related: palindrome number, valid palindrome",
        "Very stupid approach to the problem.",
        "What is its big O?",
        "Iterative merge sort implementation.",
        "Given input is a directed graph.",
        "No strategy here.",
        "See the page for details of https://example.org/x",
    ],
)
def test_commentary_is_no_task(text: str) -> None:
    """How it is done, links and remarks state no problem."""
    assert not is_task(text)


FILE = '''\
"""Remove as few brackets as possible so that the text is valid."""


def valid(text):
    depth = 0
    for c in text:
        depth += (c == "(") - (c == ")")
        if depth < 0:
            return False
    return depth == 0


def remove_brackets(text):
    found = []
    for i in range(len(text)):
        shorter = text[:i] + text[i + 1:]
        if valid(shorter):
            found.append(shorter)
    return found
'''


def test_the_head_of_a_file_describes_what_serves_no_other_function() -> None:
    """A helper does not get the description of the file."""
    found = find_candidates(FILE, "Python")
    assert not isinstance(found, Declined)
    docs = {candidate.title: candidate.doc for candidate in found}
    assert docs["valid"] == ""
    assert docs["remove brackets"].startswith("Remove as few brackets")
