"""The answer to a unify request: tolerant of form, strict in what is returned."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from codeiod_prompts import UnifyParts, Unparsable, parse_unify, signature

MAIN = "import math\n\n\ndef main_solution(n):\n    return math.isqrt(n)"
REQUIREMENTS = "Input:\n  `n` (int): a number\n\nOutput:\n  `return` (int): its root"
GENERATOR = 'import random\n\n\ndef input_generator():\n    return {"n": random.randint(0, 99)}'
PROBLEM = "Given `n`, what is the greatest integer whose square is not above `n`?"
PARTS = UnifyParts(MAIN, REQUIREMENTS, GENERATOR, PROBLEM)

TITLES = ("Main Function", "Input Output Description", "Input Generator", "Problem Statement")


def answer(
    main: str = f"```python\n{MAIN}\n```",
    requirements: str = REQUIREMENTS,
    generator: str = f"```python\n{GENERATOR}\n```",
    problem: str = PROBLEM,
    heading: str = "## {}\n\n",
) -> str:
    bodies = (main, requirements, generator, problem)
    return "\n\n".join(
        heading.format(title) + body for title, body in zip(TITLES, bodies, strict=True)
    )


def test_the_asked_form_is_read():
    """An answer as the prompt asks for it gives its four parts, verbatim."""
    assert parse_unify(answer()) == PARTS


@pytest.mark.parametrize(
    "heading",
    [
        "# {}\n",
        "### {}\n",
        "###### {} ######\n",
        "##{}\n",
        "## {}:\n",
        "## **{}**\n",
        "## 1. {}\n",
        "## Section 2: {}\n",
        "## The {} of this file\n",
        "**{}**\n",
        "**{}:**\n",
        "**{}**:\n",
        "__{}__\n",
        "2. **{}**\n",
        "- **{}**\n",
        "{}\n=====\n",
        "{}\n-----\n",
        "{}:\n",
        "3) {}\n",
        "  ## {}\n",
    ],
)
def test_headings_of_any_form(heading):
    """How a heading is marked does not matter."""
    assert parse_unify(answer(heading=heading)) == PARTS


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("Input Output Description", "INPUT/OUTPUT DESCRIPTION"),
        ("Input Output Description", "Input-Output Description"),
        ("Input Output Description", "Input and Output Description"),
        ("Input Output Description", "I/O Description"),
        ("Input Generator", "`input_generator`"),
        ("Problem Statement", "problem statement"),
        ("Main Function", "Main Function (`main_solution`)"),
        ("## Problem Statement\n\n", "## Problem Statement: "),
        ("## Problem Statement\n\n", "**Problem Statement:** "),
        ("## Problem Statement\n\n", "**Problem Statement**: "),
    ],
)
def test_titles_of_any_form(old, new):
    """Case, signs and extra words do not matter, nor does a section that starts on the line."""
    assert parse_unify(answer().replace(old, new, 1)) == PARTS


@pytest.mark.parametrize(
    "fence",
    [
        "```\n{}\n```",
        "```py\n{}\n```",
        "```Python 3\n{}\n```",
        "```{{.python .numberLines}}\n{}\n```",
        "````python\n{}\n````",
        "~~~python\n{}\n~~~",
        "~~~~\n{}\n~~~~~",
        "Here it is:\n\n```python\n{}\n```\n\nIt is **deterministic**.",
        "{}",
        "Here it is:\n\n{}",
        "\n\n```python\n\n{}\n\n```\n\n",
    ],
)
def test_fences_of_any_form(fence):
    """How code is fenced does not matter, nor whether it is, nor what is said around it."""
    text = answer(main=fence.format(MAIN), generator=fence.format(GENERATOR))
    assert parse_unify(text) == PARTS


def test_indented_fence():
    """Code in a list item is moved back to the margin."""
    main = "\n".join("   " + line for line in f"```python\n{MAIN}\n```".split("\n"))
    assert signature(parse_unify(answer(main=main)).refcode) is not None


def test_any_order_and_prose_around():
    """Sections are found by their names, wherever they stand."""
    sections = answer().split("## ")
    text = "Sure!\n\n" + "## ".join(["", *reversed([s + "\n" for s in sections[1:]])])
    assert parse_unify(text) == PARTS


def test_windows_line_ends():
    """Line ends of any kind become plain ones."""
    assert parse_unify(answer().replace("\n", "\r\n")) == PARTS


@pytest.mark.parametrize(
    "thought",
    [
        "<think>\n## Main Function\nmaybe?\n</think>\n\n",
        "## Problem Statement\nmaybe?\n</think>\n",
        "<think></think>",
    ],
)
def test_thoughts_are_no_answer(thought):
    """What the teacher thinks before it answers is left out, headings and all."""
    assert parse_unify(thought + answer()) == PARTS


@pytest.mark.parametrize(
    "code",
    [
        "## Problem Statement\n# Input Generator\n{}",
        "# Main Function\n{}",
        '"""Docs.\n\n## Input Generator\n"""\n{}',
        "{}\n\n\nTEXT = '''\n```\nx\n```\n'''",
        "{}\n\n\nTEXT = '''\n```python\nx\n```\n'''",
        "{}\n\n\nTEXT = '''\n    ```\n'''",
        "{}\n\n\nTAG = '</think>'",
    ],
)
def test_marks_inside_code_are_code(code):
    """Headings and fences in comments and strings of the code belong to it."""
    code = code.format(MAIN)
    text = answer(main=f"```python\n{code}\n```", generator=f"```python\n{GENERATOR}\n```")
    assert parse_unify(text) == UnifyParts(code, REQUIREMENTS, GENERATOR, PROBLEM)


def test_longer_outer_fence():
    """A fence inside a longer one is part of the code."""
    code = f"{MAIN}\n\n\nTEXT = '''\n```\nx\n'''"
    assert parse_unify(answer(main=f"````python\n{code}\n````")).refcode == code


def test_comment_named_like_the_section_in_code_without_a_fence():
    """A comment with the section's own name does not cut its code."""
    code = f"import re\n\n# Main function\n{MAIN}"
    assert parse_unify(answer(main=code)).refcode == code


@pytest.mark.parametrize("part", ["main", "generator", "problem"])
def test_fence_left_open(part):
    """A fence that is not closed ends with its section, or with the text."""
    open_fences = {
        "main": f"```python\n{MAIN}",
        "generator": f"```python\n{GENERATOR}",
        "problem": f"```\n{PROBLEM}",
    }
    assert parse_unify(answer(**{part: open_fences[part]})) == PARTS


def test_generator_last_and_left_open():
    """An answer that ends in an open fence is complete if its code is."""
    head, _, tail = answer().partition("## Input Generator")
    generator, _, problem = tail.partition("## Problem Statement")
    text = (
        f"{head}## Problem Statement{problem}\n\n## Input Generator{generator.rstrip().rstrip('`')}"
    )
    assert parse_unify(text) == PARTS


def test_blocks_that_define_are_joined():
    """Imports, helpers and the function in blocks of their own make one program, in order."""
    main = (
        "First the imports:\n```python\nimport math\n```\nA helper:\n```python\n"
        "def half(n):\n    return n // 2\n```\nThen:\n```python\n"
        "def main_solution(n):\n    return math.isqrt(half(n))\n```\n"
    )
    refcode = parse_unify(answer(main=main)).refcode
    scope: dict[str, object] = {}
    exec(refcode, scope)
    assert scope["main_solution"](32) == 4


@pytest.mark.parametrize(
    "example",
    [
        "print(main_solution(16))",
        "result = main_solution(16)",
        '{"n": 16}',
        "$ python main.py",
        ">>> main_solution(16)\n4",
        "half(3)",
    ],
)
def test_examples_are_left_out(example):
    """A block that shows a call, data or output is no part of the program."""
    main = f"```python\n{MAIN}\n```\n\nExample:\n\n```python\n{example}\n```"
    assert parse_unify(answer(main=main)).refcode == MAIN


def test_the_last_version_counts():
    """Of two versions in a section the later is the program; of two answers, the later."""
    draft = "def main_solution(n):\n    return n"
    main = f"```python\n{draft}\n```\nBetter:\n```python\n{MAIN}\n```"
    assert parse_unify(answer(main=main)).refcode == MAIN
    assert parse_unify(answer(main=f"```\n{draft}\n```") + "\n\nBetter:\n\n" + answer()) == PARTS


@pytest.mark.parametrize(
    "problem",
    [
        f"{PROBLEM}\n\n## Explanation\n\nIt takes the root.",
        f"{PROBLEM}\n\n# Notes\n\nNone.",
        f"{PROBLEM}\n\n---",
        f"---\n{PROBLEM}",
        f"```text\n{PROBLEM}\n```",
        f"\n\n{PROBLEM}\n\n\n",
    ],
)
def test_prose_is_cleaned(problem):
    """Rules, a fence around the whole, and foreign sections are no part of the question."""
    assert parse_unify(answer(problem=problem)).problem == PROBLEM


def test_prose_keeps_its_own_structure():
    """Subheadings, blocks and the heads of inputs and outputs stay."""
    problem = f"### Rules\n\n```\n# grid\n```\n\n{PROBLEM}"
    requirements = "## Input:\n`n` (int): a number\n\n## Output:\n`return` (int): its root"
    parts = parse_unify(answer(problem=problem, requirements=requirements))
    assert (parts.problem, parts.requirements) == (problem, requirements)


@pytest.mark.parametrize(
    "main",
    [
        "main_solution = lambda n: n",
        "from math import isqrt as main_solution",
        "main_solution: object = abs",
        "try:\n    import numpy\nexcept ImportError:\n    def main_solution(n): pass",
    ],
)
def test_the_function_may_be_bound_in_any_way(main):
    """An assignment or an import of the name is a definition too."""
    assert parse_unify(answer(main=f"```python\n{main}\n```")).refcode == main


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"main": "```python\ndef main_solution(n:\n```"}, "does not parse as Python"),
        ({"main": "```python\ndef solve(n): pass\n```"}, "defines no `main_solution`"),
        ({"main": "```python\nclass A:\n  def main_solution(n): 0\n```"}, "defines no"),
        ({"main": "```python\nasync def main_solution(n): pass\n```"}, "not `async`"),
        ({"main": "```python\nclass main_solution: pass\n```"}, "not a class"),
        ({"main": "```python\nmain_solution: int\n```"}, "defines no `main_solution`"),
        ({"main": "As above."}, "does not parse as Python"),
        ({"main": ""}, "`## Main Function` is empty"),
        ({"main": "```python\n\n```"}, "`## Main Function`"),
        ({"main": f"```python\n{MAIN}\n'\0'\n```"}, "NUL"),
        ({"main": f"```python\n{MAIN}\n'\ud800'\n```"}, "surrogate"),
        ({"main": f"```python\n{MAIN}\nx = {'(' * 300}{')' * 300}\n```"}, "parse"),
        ({"main": f"```python\n{MAIN}\nx = {'-' * 200_000}1\n```"}, "parse"),
        ({"main": f"```python\n{MAIN}\nx = {'9' * 5000}\n```"}, "parse"),
        ({"generator": "```python\ndef input_generator(seed): pass\n```"}, "without arguments"),
        ({"generator": "```python\ndef input_generator(*, k): pass\n```"}, "without arguments"),
        ({"generator": "```python\nasync def input_generator(): pass\n```"}, "not `async`"),
        ({"generator": "```python\ndef generate(): pass\n```"}, "defines no `input_generator`"),
        ({"requirements": ""}, "`## Input Output Description` is empty"),
        ({"problem": " \n\n"}, "`## Problem Statement` is empty"),
        ({"problem": "---"}, "`## Problem Statement` is empty"),
        ({"problem": "What\0?"}, "`## Problem Statement` contains a NUL"),
        ({"requirements": "\udfff"}, "`## Input Output Description` contains"),
    ],
)
def test_unusable_parts_are_refused(change, reason):
    """What can't be used is refused, in a sentence that the teacher can act on."""
    with pytest.raises(Unparsable) as caught:
        parse_unify(answer(**change))
    assert reason in caught.value.reason
    assert caught.value.reason.endswith(".")
    assert not caught.value.declined


@pytest.mark.parametrize("title", TITLES)
def test_a_missing_section_is_named(title):
    """The reason names exactly the sections that were not found."""
    with pytest.raises(Unparsable) as caught:
        parse_unify(answer().replace(f"## {title}", "## Something"))
    assert caught.value.reason == f"The section `## {title}` could not be found."


def test_an_answer_in_prose_lacks_all_sections():
    """A refusal in other words than asked for gets its turn of repair."""
    with pytest.raises(Unparsable) as caught:
        parse_unify("I am sorry, this file has no core logic.")
    assert all(title in caught.value.reason for title in TITLES)
    assert not caught.value.declined


@pytest.mark.parametrize(
    "text",
    [
        "NO PROGRAM: it only holds settings.",
        "I looked at it.\n\n**NO PROGRAM:** it only holds settings.",
        "## Main Function\nNO PROGRAM: it only holds settings.\n",
        "<think>NO PROGRAM: or is it?</think>`NO PROGRAM: it only holds settings.`",
    ],
)
def test_a_teacher_may_decline(text):
    """The agreed words end the matter, with the teacher's reason."""
    with pytest.raises(Unparsable) as caught:
        parse_unify(text)
    assert caught.value.declined
    assert caught.value.reason == "it only holds settings."


def test_words_of_declining_in_a_whole_answer_decline_nothing():
    """Four usable parts are an answer, whatever a line in them says."""
    problem = f"NO PROGRAM: is what the sign says.\n{PROBLEM}"
    assert parse_unify(answer(problem=problem)).problem == problem


def test_doubtful_escapes_do_not_warn():
    r"""Code like ``"\d"`` parses without the compiler's warning reaching anyone."""
    code = f"{MAIN}\n\n\nPATTERN = '\\d'\nODD = 1 is 1"
    assert parse_unify(answer(main=f"```python\n{code}\n```")).refcode == code


MARKS = ["```", "```python", "~~~", "## Main Function", "## Input Generator", "Problem Statement"]


@given(
    st.lists(
        st.sampled_from([*MARKS, MAIN, GENERATOR, "", "x", "<think>", "</think>", "NO PROGRAM:"])
    )
)
def test_any_text_parses_or_is_refused_with_a_reason(lines):
    """No answer makes the parser fail in another way."""
    try:
        parts = parse_unify("\n".join(lines))
    except Unparsable as error:
        told = [error.reason]
    else:
        told = [parts.refcode, parts.requirements, parts.input_generator, parts.problem]
    assert all(told)


@pytest.mark.timeout(20)  # quadratic work would take minutes
@pytest.mark.parametrize(
    "text",
    ["```\n" * 30_000, "## Main Function\n" * 8_000, "**" * 60_000, "#" * 100_000, "# " * 60_000,
     "</think>\n" * 12_000, "<think>" * 20_000, "1. " * 40_000, " " * 200_000, "*" * 150_000,
     "## Main Function\n" + "```python\nx = 1\n```\n" * 5_000, "NO PROGRAM" * 15_000,
     answer(main="```\ndef main_solution(:\n```\n" * 3_000), "_ \n" * 50_000 ],
)  # fmt: skip
def test_hostile_text_is_refused(text):
    """A hundred kilobytes of marks are refused like any other unusable answer."""
    with pytest.raises(Unparsable):
        parse_unify(text)


def test_recorded_answers(recorded):
    """What a real model wrote for real files comes back part by part."""
    with (recorded / "items.jsonl").open(encoding="utf-8") as lines:
        programs = [p for line in lines if (p := json.loads(line)["program"])]
    for program in programs:
        wanted = UnifyParts(
            program["refcode"].strip(),
            program["io_requirements"].strip(),
            GENERATOR,
            program["problem_description"].strip(),
        )
        parts = parse_unify(
            answer(f"```python\n{wanted.refcode}\n```", wanted.requirements, problem=wanted.problem)
        )
        assert parts == wanted
        found = signature(parts.refcode)
        assert found is not None
        assert not any(found.binds(pair["input"]) for pair in program["ios"])
