"""The prediction prompt: one form shown, the shared part first, the known side last."""

import re

import pytest

from codeiod_prompts import Prompts, Task, form_of, predict_prompt

PROMPTS = Prompts.load()
REFCODE = 'def main_solution(n):\n    """```\n    {{known}} {n}\n    ```"""\n    return n'


def compose(task: str, known: str = '{"n": 3}') -> str:
    return predict_prompt(
        PROMPTS,
        task,
        problem="Given `n`, what is it?",
        requirements="Input:\n  `n` (int): a number\n\nOutput:\n  `return` (int): the same",
        signature="main_solution(n)",
        refcode=REFCODE,
        known=known,
    )


@pytest.mark.parametrize("task", list(Task))
def test_only_the_asked_form_is_shown(task):
    """The prompt of one task never shows the form of the other, however it is quoted."""
    text = compose(task, known="0")
    other = "input" if task.key == "output" else "output"
    assert text.count(task.form) == 1
    assert len(re.findall(rf"""\\?\{{\s*["'`]?{task.key}\b""", text)) == 1
    assert not re.search(rf"""\{{\s*["'`]?{other}\b|["']{other}["']""", text)


@pytest.mark.parametrize("task", list(Task))
def test_a_prediction_never_speaks_of_the_generator(task):
    """A prediction is told from a unify request by this word alone."""
    assert "input_generator" not in compose(task)
    assert "input_generator" in PROMPTS.texts["unify"]


def test_code_and_known_side_are_verbatim():
    """The code stands as it is, in a fence longer than those inside it, tags unfilled."""
    text = compose(Task.OUTPUT)
    assert f"````python\n{REFCODE}\n````" in text
    assert text.endswith('\n{"n": 3}')


def test_instances_of_a_task_differ_only_in_the_known_side():
    """All before the known side is one prefix, for the provider's cache."""
    one, other = compose(Task.INPUT, "[1]"), compose(Task.INPUT, '"x"')
    assert one.removesuffix("[1]") == other.removesuffix('"x"')


def test_both_tasks_share_the_program():
    """The prompts of both tasks begin alike, up to the end of the reference code."""
    shared, _, output_tail = compose(Task.OUTPUT).partition("## Task")
    assert REFCODE in shared
    assert output_tail
    assert compose(Task.INPUT).startswith(shared)


def test_tasks_are_their_recorded_names():
    """A task may be given as plain text, and an unknown one is refused."""
    assert compose("output_prediction") == compose(Task.OUTPUT)
    assert form_of("input_prediction") == '{"input": {...}}'
    assert form_of("output_prediction") == '{"output": ...}'
    with pytest.raises(ValueError, match="guess"):
        compose("guess")
