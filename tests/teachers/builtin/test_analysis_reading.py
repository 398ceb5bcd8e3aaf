"""The small parts of the analysis: names, docstrings, examples, places in the text."""

from __future__ import annotations

import ast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from codeiod.teachers.builtin.analysis.docs import (
    annotation_of,
    comment_above,
    read_doc,
    words_of,
)
from codeiod.teachers.builtin.analysis.examples import Calls
from codeiod.teachers.builtin.analysis.scopes import free_names
from codeiod.teachers.builtin.analysis.sourcetext import Edit, SourceText, plain_text, sorted_edits
from codeiod.teachers.builtin.analysis.wrapping import free_name, snake

SCOPES = """\
def f(a):
    b = a + c
    return b
---
def f(a=d, *e, **k) -> g:
    return a, e, k
---
def f():
    def g():
        return x + y
    y = 1
    return g
---
def f():
    global n
    n = 1
---
def f():
    m = 1
    def g():
        nonlocal m
        m += 1
    return g
---
class A(B):
    x = y
    def f(self):
        return x
---
def f(a):
    return [i * z for i in a if (w := i)] + [lambda q: q + r]
---
def f(p):
    match p:
        case {'k': v, **rest} | [v, *rest]:
            pass
    return v, rest
---
def f():
    try:
        import os.path as p
    except E as e:
        return e, p
"""
FREE = ["c", "d g", "x", "n", "", "B x y", "r z", "", "E"]


@pytest.mark.parametrize(("code", "wanted"), list(zip(SCOPES.split("---\n"), FREE, strict=True)))
def test_free_names(code: str, wanted: str) -> None:
    """Only what comes from outside counts, by Python's own rules of scope."""
    assert free_names(ast.parse(code).body) == set(wanted.split())


@pytest.mark.parametrize(
    ("docstring", "told", "types"),
    [
        ("Do.\n\nArgs:\n    a (int): the first\n        of all\n    b: the other\n",
         {"a": "the first of all", "b": "the other"}, {"a": "int"}),
        ("Do.\n\n:type a: List[int]\n:param b: the other\n:rtype: bool\n",
         {"b": "the other"}, {"a": "List[int]"}),
        ("Do.\n\nParameters\n----------\na : list of ints\n    the first\n",
         {"a": "the first"}, {"a": "list[int]"}),
        ("Do.\n\n@param a: a string -- nothing else", {"a": "a string -- nothing else"}, {}),
    ],
)  # fmt: skip
def test_docstrings(docstring: str, told: dict[str, str], types: dict[str, str]) -> None:
    """The usual ways of telling arguments are read, and the summary ends before them."""
    doc = read_doc(docstring, ["a", "b"])
    assert doc.summary == "Do."
    assert (doc.told, doc.types) == (told, types)


@pytest.mark.parametrize(
    ("words", "wanted"),
    [
        ("int", "int"), ("a string", ""), ("string", "str"), ("list of ints", "list[int]"),
        ("List[List[str]]", "List[List[str]]"), ("TreeNode", "TreeNode"), ("__import__('os')", ""),
        ("", ""), ("int, optional", "int"), ("array of strings", "list[str]"),
    ],
)  # fmt: skip
def test_types_in_words(words: str, wanted: str) -> None:
    """Words and code become an annotation; anything else becomes nothing."""
    assert annotation_of(words) == wanted


@pytest.mark.parametrize(
    ("name", "words", "small"),
    [
        ("longestCommonPrefix", "longest common prefix", "longest_common_prefix"),
        ("get_max2", "get max 2", "get_max2"),
        ("HTMLParser", "HTML parser", "html_parser"),
        ("_x", "x", "x"),
    ],
)
def test_names(name: str, words: str, small: str) -> None:
    """Identifiers in words and in small letters."""
    assert words_of(name) == words
    assert snake(name) == small


def test_free_names_are_free() -> None:
    """A number is added until nothing else has the name."""
    assert free_name("a", {"a", "a_2"}) == "a_3"


def test_comments_above() -> None:
    """Prose above a function is read, commented-out code is not."""
    assert comment_above("x = 1\n# Adds two\n# numbers.\ndef f(): 0\n", 4) == "Adds two numbers."
    assert comment_above("# class A(B):\n#     x = 1\ndef f(): 0\n", 3) == ""


EXAMPLES = '''\
def f(a, b=1):
    """Add.

    >>> f([1, 2], b=3)
    4

    Input: a = [5], b = 6
    Output: 11
    """
values = [7, 8]
assert f(values, 9) == 1
print(f(g(), 2), f(1, 2, 3), f("x"))
'''


def test_examples() -> None:
    """Doctests, told inputs and calls with literals, by argument; others are left out."""
    assert Calls(ast.parse(EXAMPLES)).of("f", ["a", "b"]) == (
        {"a": "[7, 8]", "b": "9"},
        {"a": "'x'"},
        {"a": "[1, 2]", "b": "3"},
        {"a": "[5]", "b": "6"},
    )


@given(st.text(alphabet="aé\n\t😀#", max_size=40), st.data())
def test_edits_keep_the_rest(text: str, data: st.DataObject) -> None:
    """An edit changes its own place alone, whatever the characters before it."""
    source = SourceText(plain_text(text))
    at = data.draw(st.integers(0, len(source.text)))
    to = data.draw(st.integers(at, len(source.text)))
    start, end = (len(source.text[:i].encode()) for i in (at, to))
    edited = source.slice(0, len(source.text.encode()), [Edit(start, end, "NEW")])
    assert edited == source.text[:at] + "NEW" + source.text[to:]


def test_the_outermost_edit_wins() -> None:
    """What lies within a place that is replaced is gone with it."""
    source = SourceText("abcdef")
    assert source.slice(0, 6, sorted_edits([Edit(2, 3, "x"), Edit(1, 4, "-")])) == "a-ef"
