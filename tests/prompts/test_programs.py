"""Signatures: read from the source, and what they bind."""

import pytest

from codeiod_prompts import Parameter, signature


@pytest.mark.parametrize(
    ("source", "text"),
    [
        (
            "def main_solution(n: int, words: list[str] = None): pass",
            "main_solution(n: int, words: list[str] = None)",
        ),
        ("def main_solution(a, /, b, *c, d, **e) -> int: pass", None),
        ("def main_solution(): pass", "main_solution()"),
        ("def main_solution(a=1, *, b: int = 2, c): pass", "main_solution(a=1, *, b: int = 2, c)"),
        ("def main_solution(a='x  y', *b: int): pass", "main_solution(a='x  y', *b: int)"),
        ("if True:\n    def main_solution(x): pass", "main_solution(x)"),
        ("@cache\ndef main_solution(x): pass", "main_solution(x)"),
        ("def main_solution(x): pass\ndef main_solution(y): pass", "main_solution(y)"),
        ("def main_solution(\n    x,\n    y,\n): pass", "main_solution(x, y)"),
    ],
)
def test_the_text_is_that_of_the_last_definition(source, text):
    """A signature reads like the head of the function that a call would reach."""
    found = signature(source)
    assert found is not None
    assert found.text == (text or "main_solution(a, /, b, *c, d, **e) -> int")


@pytest.mark.parametrize(
    "source",
    [
        "",
        "x = 1",
        "def other(): pass",
        "async def main_solution(): pass",
        "main_solution = len",
        "from m import main_solution",
        "class main_solution: pass",
        "def main_solution(): pass\nmain_solution = wrap(main_solution)",
        "def outer():\n    def main_solution(): pass",
        "class C:\n    def main_solution(self): pass",
        "def main_solution(:",
        "\0",
    ],
)
def test_what_is_no_plain_function_has_no_signature(source):
    """Only a plain ``def`` at the top level tells its arguments reliably."""
    assert signature(source) is None


def test_another_function_may_be_asked_for():
    """The name of the function is a parameter."""
    found = signature("def f(a, b=1): pass", "f")
    assert found is not None
    assert found.parameters == (Parameter("a", required=True), Parameter("b", required=False))


@pytest.mark.parametrize(
    ("head", "names", "why"),
    [
        ("a, b=1", ["a"], ""),
        ("a, b=1", ["b", "a"], ""),
        ("a, b=1", ["b"], "lacks the argument a"),
        ("a, b=1", [], "lacks the argument a"),
        ("a, b=1", ["a", "c"], "has no argument c"),
        ("a, **rest", ["a", "c"], ""),
        ("**rest", [], ""),
        ("a, /", ["a"], "lacks the argument a"),
        ("a=1, /", [], ""),
        ("a=1, /", ["a"], "has no argument a"),
        ("*, a, b=2", ["a"], ""),
        ("*, a, b=2", ["b"], "lacks the argument a"),
        ("*args", ["args"], "has no argument args"),
        ("", [], ""),
        ("", ["x"], "has no argument x"),
    ],
)
def test_binds_tells_what_python_would(head, names, why):
    """The answer agrees with a real call, and names the argument that is at fault."""
    source = f"def main_solution({head}): pass"
    found = signature(source)
    assert found is not None
    told = found.binds(names)
    assert (why in told) if why else told == ""
    scope: dict[str, object] = {}
    exec(source, scope)
    try:
        scope["main_solution"](**dict.fromkeys(names, 0))
    except TypeError:
        assert told
    else:
        assert not told
