"""The four sections: the program runs, and its words say what goes in and what is asked."""

from __future__ import annotations

import ast
import random
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import pytest

from codeiod.teachers.builtin.analysis import find_candidates
from codeiod.teachers.builtin.candidates import Candidate, Declined, Parameter
from codeiod.teachers.builtin.composing import compose
from codeiod.teachers.builtin.composing.kinds import annotation_of
from codeiod.teachers.builtin.composing.logic import logic_of
from codeiod.teachers.builtin.composing.phrases import condition, say
from codeiod.teachers.builtin.composing.rules import rules_of
from codeiod.teachers.builtin.composing.spoken import spoken
from codeiod_prompts import UnifyParts, parse_unify
from codeiod_prompts.programs import signature


@dataclass(frozen=True)
class Numbers:
    """Lists of numbers, which the function may want otherwise."""

    conversion: str = "{0}"

    def told(self) -> str:
        return "a list of 1 to 3 integers between 0 and 9"

    def sample(self, rng: random.Random) -> Any:
        return [rng.randint(0, 9) for _ in range(rng.randint(1, 3))]


@dataclass(frozen=True)
class Argument:
    name: str
    shape: Numbers
    told: str = ""


@dataclass(frozen=True)
class Fitted:
    arguments: Sequence[Argument]
    result_conversion: str = "{0}"
    generator: str = "def input_generator():\n    return {}\n"
    result_told: str = "an integer"


def best(content: str) -> Candidate:
    found = find_candidates(content, "Python")
    assert not isinstance(found, Declined), found.reason
    return found[0]


def composed(
    content: str, conversion: str = "{0}", result: str = "{0}", seed: int = 0
) -> UnifyParts:
    candidate = best(content)
    arguments = [Argument(p.name, Numbers(conversion)) for p in candidate.parameters]
    return parse_unify(compose(candidate, Fitted(arguments, result), seed))


def run(parts: UnifyParts, **arguments: Any) -> Any:
    names: dict[str, Any] = {}
    exec(parts.refcode, names)
    return names["main_solution"](**arguments)


PLAIN = '''\
def largest_sum(rows: list[int], more: list[int]) -> int:
    """This function returns the larger of two sums.

    :param rows: the first numbers
    """
    # both sums
    if sum(rows) > sum(more):
        return sum(rows)
    return sum(more)
'''
METHOD = """\
class Solution:
    def countPairs(self, nums):
        total = 0
        for i in range(len(nums)):
            if nums[i] % 2 == 0:
                total += 1
        return total
"""


def test_a_function_is_called_as_it_is() -> None:
    """The author's text stays, the entry point is added with plain annotations."""
    parts = composed(PLAIN)
    assert "    # both sums" in parts.refcode
    told = signature(parts.refcode)
    assert told is not None
    assert told.text == "main_solution(rows: list[int], more: list[int]) -> int"
    assert run(parts, rows=[1, 2], more=[4]) == 4
    assert "`rows` (list[int]): The first numbers. A list of 1 to 3" in parts.requirements
    assert "`return` (int): The largest sum: an integer." in parts.requirements
    assert parts.problem.startswith("Return the larger of two sums.")
    assert parts.problem.endswith("what is the largest sum by these rules?")


def test_a_wrapper_becomes_the_entry_point() -> None:
    """No second function stands between the entry point and the author's method."""
    parts = composed(METHOD)
    module = ast.parse(parts.refcode)
    assert [getattr(n, "name", "") for n in module.body] == ["Solution", "main_solution"]
    assert run(parts, nums=[1, 2, 4]) == 2
    assert "For each `i` from 0 to the length of `nums` minus 1:" in parts.problem
    assert "If `nums[i]` is even, increase `total` by 1." in parts.problem
    assert parts.problem.endswith("how many pairs are there by these rules?")


@pytest.mark.parametrize("content", [PLAIN, METHOD])
def test_values_are_converted_at_the_edges(content: str) -> None:
    """What the function takes and gives may be no JSON; the entry point's values are."""
    parts = composed(content, "tuple({0})", "[{0}]")
    names = [p.name for p in best(content).parameters]
    assert isinstance(run(parts, **{name: [2, 2] for name in names}), list)
    assert "tuple(" in parts.refcode


def test_the_seed_chooses_the_words() -> None:
    """The same seed gives the same text; other seeds give other words for the same task."""
    texts = [composed(METHOD, seed=seed).problem for seed in range(8)]
    assert texts == [composed(METHOD, seed=seed).problem for seed in range(8)]
    assert len(set(texts)) > 3
    assert all("`nums`" in text and text.endswith("?") for text in texts)


def test_backticks_in_the_code_do_not_end_the_section() -> None:
    """A fence is longer than any run of backticks inside."""
    fenced = METHOD.replace("        total = 0\n", '        """`````"""\n        total = 0\n')
    assert run(composed(fenced), nums=[2]) == 1


@pytest.mark.parametrize(
    ("code", "words"),
    [
        ("x % 2 == 0", "`x` is even"),
        ("x % 2 == 1", "`x` is odd"),
        ("x % 2 != 0", "`x` is odd"),
        ("n % k != 0", "`n` is not divisible by `k`"),
        ("not x > 3", "`x` is at most 3"),
        ("len(s) == 0", "`s` is empty"),
        ("a in b and c is None", "`a` occurs in `b` and `c` is null"),
        ("s.startswith('x')", '`s` begins with `"x"`'),
        ("f(x)", "`f(x)` holds"),
        ("a < b < c", "`a < b < c`"),
    ],
)
def test_conditions(code: str, words: str) -> None:
    """Conditions read as clauses; what has no words is a formula."""
    assert condition(ast.parse(code, mode="eval").body).replace("whether ", "") == words


@pytest.mark.parametrize(
    ("code", "words"),
    [
        ("max(a, b + 1)", "the larger of `a` and `b + 1`"),
        ("sorted(set(a))", "the distinct items of `a` sorted in ascending order"),
        ("[x * 2 for x in a if x > 1]",
         "`x * 2` for each `x` from `a` for which `x` is greater than 1"),
        ("s[::-1]", "`s` reversed"),
        ("None", "null"),
        ("True", "true"),
        ("'-'.join(parts)", '`parts` joined by `"-"`'),
        ("math.sqrt(n)", "the square root of `n`"),
    ],
)  # fmt: skip
def test_values(code: str, words: str) -> None:
    """Values read as noun phrases."""
    assert say(ast.parse(code, mode="eval").body) == words


def rules(code: str, most_words: int = 200) -> list[str]:
    """Return the rules of the last function of a module."""
    target = ast.parse(code).body[-1]
    assert isinstance(target, ast.FunctionDef)
    names = [a.arg for a in target.args.args]
    parameters = tuple(Parameter(name, "", None, "") for name in names)
    candidate = Candidate(code, target.name, parameters, "", "", "f", (), False, 1.0)
    return rules_of(logic_of(candidate), most_words)


def test_rules_are_whole_or_left_out() -> None:
    """A function too long for words has none: half of its rules would read as all of them."""
    long = "def f(n):\n    if n < 1:\n        return 0\n" + "    n += 1\n" * 90 + "    return n\n"
    assert rules(long) == []
    assert rules("def f(n):\n    with n:\n        return 0\n") == []


def test_helpers_are_told() -> None:
    """What a function calls of its file is told below it, and so is that it calls itself."""
    helper = "def twice(x):\n    return x * 2\n\n"
    main = "def f(n):\n    if n == 0:\n        return 1\n    return twice(f(n - 1))\n"
    assert rules(helper + main) == [
        "- If `n` is equal to 0, the result is 1.",
        "- The result is `twice(f(n - 1))`.",
        "- Here `f(n)` is the same for other values.",
        "- Here `twice(x)` is worked out like this:",
        "  - The result is `x * 2`.",
    ]


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("a.sort(key=lambda x: -x)", "Sort `a` in ascending order of `-x`, where `x` is the item."),
        ("a.sort(reverse=True)", "Sort `a` in descending order."),
        ("a.sort(key=rank)", "Carry out `a.sort(key=rank)`."),
        ("b = sorted(a, key=len)", "Set `b` to `a` sorted in ascending order of their lengths."),
        ("a.find(3)", "Carry out `a.find(3)`."),
        ("b = find(3)", "Set `b` to `find(3)`."),
        ("a.pop(0)", "Remove the first item of `a`."),
        ("s += a", "Append `a` to `s`."),
        ("t += a", "Increase `t` by `a`."),
        ("u += a", "Add `a` to `u`."),
        ("raise ValueError('no')", "It fails with `ValueError`."),
    ],
)
def test_statements(line: str, told: str) -> None:
    """What is done is told with its order and key, and what a name holds decides the words."""
    code = "def find(n):\n    return n\n\n"
    code += f"def f(a, u):\n    s = ''\n    t = 0\n    {line}\n    return a\n"
    assert f"- {told}" in rules(code)


def test_constants_are_told_with_their_values() -> None:
    """A rule that names a constant begins with what that is; one too long leaves no rules."""
    code = "MEADOW = 120\nRATES = {'a': 1}\n\ndef f(n):\n    return min(n, MEADOW) + RATES['a']\n"
    assert rules(code)[:2] == ["- `MEADOW` is 120.", "- `RATES` is `{'a': 1}`."]
    assert rules(code.replace("120", str(list(range(99))))) == []
    filled = code.replace("\n\n", "\nfor k in 'xyz':\n    RATES[k] = 2\n\n", 1)
    assert rules(filled) == []


@pytest.mark.parametrize(
    ("made", "told"),
    [
        ("    def __init__(self, a):\n        self.a = a\n        self.b = []\n",
         "`P(a)` is a new object with the parts `a`, `b` (an empty list)."),
        ("    a: int\n    b: int = 2\n", "`P(a, b=2)` is a new object, made of these parts."),
        ("    pass\n", "`P()` is a new object."),
    ],
)  # fmt: skip
def test_objects_made_on_the_way_are_told_by_their_parts(made: str, told: str) -> None:
    """A class that only keeps what it is given needs one line; one that does more has none."""
    code = "from dataclasses import dataclass\n\n@dataclass\nclass P:\n" + made
    code += "\ndef f(n):\n    return P(n)\n"
    assert f"- {told}" in rules(code)
    assert rules(code.replace("class P:", "class P:\n    class Q:\n        pass\n")) == []


def test_a_function_that_may_end_without_a_result_says_so() -> None:
    """What comes out where no ``return`` is reached belongs to the rules."""
    code = "def f(n):\n    for i in n:\n        if i > 2:\n            return i\n"
    assert rules(code)[-1] == "- If no result was reached, it is null."
    assert "null" not in " ".join(rules(code + "    return 0\n"))


@pytest.mark.parametrize(
    ("doc", "words"),
    [
        ("This function returns the sum.", "Return the sum."),
        ("function that computes x", "Compute x."),
        ("Given a list, find the largest", "Given a list, find the largest."),
        ("Checks if this function is fast", "Check if this is fast."),
    ],
)
def test_descriptions_do_not_speak_of_code(doc: str, words: str) -> None:
    """An author's words become a task."""
    assert spoken(doc) == words


@pytest.mark.parametrize(
    ("values", "annotation"),
    [
        ([1, 2], "int"),
        ([1, 2.5], "float"),
        ([[], [1]], "list[int]"),
        ([[1, None]], "list[int | None]"),
        ([{"a": 1}, {}], "dict[str, int]"),
        ([None, "a"], "str | None"),
        ([True], "bool"),
    ],
)
def test_annotations_from_values(values: list[Any], annotation: str) -> None:
    """As narrow as the values allow."""
    assert annotation_of(values) == annotation


STACK = """\
class Stack:
    def __init__(self):
        self.items = []

    def push(self, item):
        if len(self.items) < 3:
            self.items.append(item)

    def pop(self):
        return self.items.pop()
"""
PRINTER = """\
def squares(n):
    for i in range(n):
        print(i * i, end=" ")
        if i % 2:
            print()
"""


def test_operations_are_told_one_by_one() -> None:
    """How the object starts and what each operation does, without the object's own name."""
    problem = composed(STACK).problem
    assert "- At the start:\n  - Set `items` to an empty list." in problem
    assert "- `push(item)`:\n  - If the length of `items` is less than 3, append" in problem
    assert "self" not in problem


def test_an_own_method_is_not_told_as_the_text_method() -> None:
    """``self.find`` is the author's, whatever texts have by that name."""
    code = STACK.replace("push", "find").replace("return self.items.pop()", "self.find(2)")
    code += "        return self.items.pop()\n"
    problem = composed(code).problem
    assert "Carry out `find(2)`." in problem
    assert "position" not in problem


def test_a_part_is_told_apart_from_a_variable_of_its_name() -> None:
    """Where an object's part and an argument share a name, the part keeps the object's."""
    code = STACK.replace("        if len", "        items = item\n        if len")
    code = code.replace("append(item)", "append(items)")
    assert "append `items` to `self.items`" in composed(code).problem


def test_a_method_that_is_called_as_its_wrapper_is_told_too() -> None:
    """The author's function is found though the wrapper has the same name."""
    assert "For each `i` from" in composed(METHOD.replace("countPairs", "pairs")).problem


def test_prints_are_told_as_writing() -> None:
    """The list that collects what was printed is not part of the task."""
    problem = composed(PRINTER).problem
    assert 'Write `i * i`, followed by `" "`.' in problem
    assert "If `i % 2` is true" in problem or "end the line" in problem
    assert "The result is the list of the lines written." in problem
    assert "printed" not in problem
