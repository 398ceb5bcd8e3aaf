"""The analysis meets any text: it answers with candidates or a reason, and in bounded time."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from codeiod.teachers.builtin.analysis import find_candidates
from codeiod.teachers.builtin.candidates import Declined

EXAMPLES = sorted((Path(__file__).parents[3] / "examples").rglob("*.py"))
TEXTS = [path.read_text(encoding="utf-8", errors="replace") for path in EXAMPLES]
PIECES = st.sampled_from([
    "\0", "\ud800", "\t", "\r", "\r\n", "\f", "\ufeff", '"""', "'", "(", ")", ":", ";", "\\\n", "#",
    "def f(a):\n", "    return a\n", "class A:\n", "    def f(self, a): return self.a\n", "@x\n",
    "print(a, end=b)\n", "global a\n", "nonlocal a\n", "lambda: 0", "async ", "yield a\n", "😀",
    "for a in a: print(a)\n", "import a.b as c\n", "from . import *\n", "del a[0]\n", "*a, **b",
    "if a: pass\nelse: print(a)\n", "match a:\n case {**a}: pass\n", "a: int\n", "\n",
])  # fmt: skip


def answered(text: str) -> None:
    """Analyse a text; what comes of it has to be sound."""
    found = find_candidates(text, "Python")
    if isinstance(found, Declined):
        assert found.reason
        assert "\n" not in found.reason
        return
    for candidate in found:
        module = ast.parse(candidate.source)
        names = {n.name for n in module.body if isinstance(n, ast.FunctionDef)}
        assert candidate.target in names
        assert candidate.parameters
        assert len({p.name for p in candidate.parameters}) == len(candidate.parameters)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.data())
def test_mutated_files(data: st.DataObject) -> None:
    """Files with pieces put in, taken out and doubled never make it fail."""
    text = data.draw(st.sampled_from(TEXTS))
    for _ in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.integers(0, len(text)))
        to = min(len(text), at + data.draw(st.integers(0, 60)))
        text = text[:at] + data.draw(PIECES | st.just(text[at:to] * 2)) + text[to:]
    answered(text)


@settings(max_examples=150, deadline=None)
@given(st.lists(PIECES | st.text(max_size=8), max_size=30).map("".join))
def test_any_text(text: str) -> None:
    """Text of any kind is answered."""
    answered(text)


@pytest.mark.parametrize("text", TEXTS, ids=[path.stem for path in EXAMPLES])
def test_the_examples(text: str) -> None:
    """Whole files come out sound."""
    answered(text)


DEEP = 400


@pytest.mark.parametrize(
    "text",
    [
        "(" * DEEP + ")" * DEEP,
        "def f(a):\n    return " + "-" * 5000 + "a\n",
        "def f(a):\n    return " + "a + " * 3000 + "a\n",
        "def f(a):\n    return a" + ".b" * 3000 + "\n",
        "def f(a):\n    return a" + "[0]" * 3000 + "\n",
        "".join(f"{' ' * i}if a:\n" for i in range(90)) + " " * 90 + "a\n",
        "".join(f"{' ' * i}def f{i}(a):\n" for i in range(90)) + " " * 90 + "return a\n",
        "def f(a):\n    return " + "lambda: " * 900 + "a\n",
        "x = 1\n" * 30_000,
        "".join(f"def f{i}(a):\n    return f{i + 1}(a)\n" for i in range(3000)),
        "class A:\n" + "".join(f"  def f{i}(self, a): self.f{i + 1}(a)\n" for i in range(2500)),
        "".join(f"X{i} = X{i - 1}\n" for i in range(5000)) + "def f(a):\n    return X4999\n",
        "T = []\n" + "T.append(1)\n" * 8000 + "def f(a):\n  for b in a: b += T[b]\n  return a\n",
        "def f(a):\n" + "  print(a)\n" * 15_000,
        "# c\n" * 40_000 + "def f(a):\n  for b in a: a += b\n  return a\n",
        "def f(" + ", ".join(f"a{i}" for i in range(5000)) + "):\n  return a0\n",
        '"""' + "Input: a = [1" * 5000 + '\n"""\ndef f(a):\n  for b in a: a += b\n  return a\n',
        "é" * 60_000 + " = 1\n",
    ],
)
def test_shapes_that_grow(text: str) -> None:
    """Depth is refused in words; what grew as the square of the length would time out here."""
    answered(text)
