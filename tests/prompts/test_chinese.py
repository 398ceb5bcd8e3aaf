"""The Chinese texts: complete, with the same places to fill, and understood when answered."""

import ast
import re
from pathlib import Path

import pytest

import codeiod_prompts
from codeiod_prompts import Prompts, Unparsable, parse_unify
from codeiod_prompts.phrases import GAP, NAME, SIDES, say
from codeiod_prompts.sections import Part, read_heading

ENGLISH, CHINESE = Prompts.load(), Prompts.load("zh")
PHRASES = [line.split(SIDES) for line in CHINESE.texts[NAME].splitlines()]
HAN = re.compile("[一-鿿]")
HEADINGS = {
    Part.MAIN: "主函数",
    Part.REQUIREMENTS: "输入输出说明",
    Part.GENERATOR: "输入生成器",
    Part.PROBLEM: "题目",
}
ANSWER = """\
## 主函数

```python
def main_solution(n):
    return n + 1
```

## 输入输出说明

Input:
  `n` (int)：一个数。

Output:
  `return` (int)：下一个数。

## 输入生成器

```python
import random

def input_generator():
    return {"n": random.randint(0, 9)}
```

## 题目

给定 `n`，下一个数是多少？
"""


def test_there_is_a_chinese_text_for_each_english_one():
    """Both languages say the same things; Chinese has the phrases for our reasons beside them."""
    assert CHINESE.texts.keys() == ENGLISH.texts.keys() | {NAME}


@pytest.mark.parametrize("name", sorted(ENGLISH.texts))
def test_it_has_the_same_places_to_fill(name):
    """A stage fills a text without knowing its language."""
    assert CHINESE.fields(name) == ENGLISH.fields(name)


@pytest.mark.parametrize("name", sorted(ENGLISH.texts.keys() - {"success"}))
def test_it_is_chinese(name):
    """Every paragraph is, but for forms, names and values."""
    for paragraph in CHINESE.texts[name].split("\n\n"):
        prose = re.sub(r"`[^`]*`|\{\{.*?\}\}|```.*|<.*>|(?m:^(Input|Output):$)", "", paragraph)
        assert HAN.search(prose) or not re.search("[a-z]{4}", prose), paragraph


def test_a_right_answer_is_marked_alike():
    """The mark is a field of the data, not prose."""
    assert CHINESE.texts["success"] == ENGLISH.texts["success"]


@pytest.mark.parametrize("name", [n for n in ENGLISH.texts if n.startswith("feedback_")])
def test_feedback_asks_for_a_new_final_answer(name):
    """Feedback ends by saying what to do."""
    assert CHINESE.texts[name].endswith("给出新的最终答案。")


@pytest.mark.parametrize("part", list(Part))
@pytest.mark.parametrize("form", ["## {}", "**{}**", "{}：", "### 1. {}", "一、{}", "## {}："])
def test_headings_are_read(part, form):
    """The sections are found by their Chinese names, in the forms that teachers use."""
    heading = read_heading(form.format(HEADINGS[part]))
    assert heading is not None
    assert heading.part is part


def test_an_answer_in_chinese_is_read():
    """An answer as the prompt asks for it gives the four parts."""
    parts = parse_unify(ANSWER)
    assert parts.refcode == "def main_solution(n):\n    return n + 1"
    assert parts.problem == "给定 `n`，下一个数是多少？"
    assert "`return` (int)：下一个数。" in parts.requirements


def test_a_refusal_with_a_wide_colon_is_one():
    """Who writes Chinese may write its colon."""
    with pytest.raises(Unparsable, match="只有配置") as refusal:
        parse_unify("NO PROGRAM：只有配置。")
    assert refusal.value.declined


@pytest.mark.parametrize(("known", "words"), PHRASES)
def test_each_phrase_says_its_reason(known, words):
    """What fills a gap stands in the same gap; no English is left but names."""
    gaps = GAP.findall(re.escape(known))
    sentence, expected = known, words
    for number, gap in enumerate(gaps):
        sentence = sentence.replace(f"{{{gap}}}", f"<{number}>")
        expected = expected.replace(f"{{{gap}}}", f"<{number}>")
    assert say(sentence, CHINESE.texts) == expected
    assert sorted(GAP.findall(re.escape(words))) == sorted(gaps)


def test_reasons_inside_reasons_are_said_too():
    """So are lists of what is known; what is not known stays as it is."""
    missing = "The sections `## Main Function`, `## Problem Statement` could not be found."
    assert say(missing, CHINESE.texts) == "找不到这些部分：`## 主函数`、`## 题目`。"
    unusable = (
        "The code in the section `## Input Generator` is not usable:"
        " it does not parse as Python: invalid syntax (line 3 of the code)."
    )
    assert say(unusable, CHINESE.texts) == (
        "部分 `## 输入生成器` 中的代码无法使用：它不能作为 Python 代码解析："
        "invalid syntax（代码第 3 行）。"
    )
    over = "what the function returns is a container of 30 elements"
    assert say(over, CHINESE.texts) == "函数返回的是含有 30 个元素的容器"
    assert say("some words of Python's", CHINESE.texts) == "some words of Python's"
    assert say(over, ENGLISH.texts) == over


@pytest.mark.timeout(10)
@pytest.mark.parametrize(
    "inner", ["a value of type ", "a value of type x, ", "x (line 1 of the code)"]
)
@pytest.mark.parametrize("times", [40, 4000])
def test_a_reason_that_a_program_has_grown_is_said_at_once(inner, times):
    """A type may have any name, also one that is a reason in a reason in a reason."""
    text = f"what the function returns is {inner * times}x"
    assert "x" in say(text, CHINESE.texts)


def test_filling_says_the_reason():
    """A reason that a stage gives is put in the language of the text."""
    filled = CHINESE.fill("feedback_too_big", why="the function runs out of memory")
    assert "函数耗尽了内存" in filled


def test_every_complaint_about_an_answer_has_a_phrase():
    """The sentences of the parser are all known: none is forgotten when one is added."""
    folder = Path(codeiod_prompts.__file__).parent
    told = set()
    for name in ("unification.py", "programs.py"):
        for node in ast.walk(ast.parse((folder / name).read_text())):
            if isinstance(node, ast.Return | ast.Raise | ast.Assign):
                told |= {text for text in _texts(node) if re.search("[a-z] [a-z]", text)}
    told = {text for text in told if not text.startswith(("the file has no", "where"))}
    unknown = {text for text in told if say(text, CHINESE.texts) == text}
    assert len(told) > 10
    assert not unknown


def _texts(node):
    """Give the texts written in a statement, with something in the place of each value."""
    inside = {id(part) for n in ast.walk(node) if isinstance(n, ast.JoinedStr) for part in n.values}
    for part in ast.walk(node):
        if isinstance(part, ast.JoinedStr):
            yield "".join(v.value if isinstance(v, ast.Constant) else "x" for v in part.values)
        elif id(part) not in inside and isinstance(getattr(part, "value", None), str):
            yield part.value
