"""The two tasks of a prediction and the prompt that asks for one.

Imports the standard library and the texts.
"""

import re
from enum import StrEnum

from codeiod_prompts.prompts import Prompts


class Task(StrEnum):
    """What a teacher is asked to predict."""

    OUTPUT = "output_prediction"
    INPUT = "input_prediction"

    @property
    def key(self) -> str:
        """Give the key that the answer's JSON object must hold."""
        return "output" if self is Task.OUTPUT else "input"

    @property
    def form(self) -> str:
        """Give the form of the final answer, as the prompt shows it."""
        return '{"output": ...}' if self is Task.OUTPUT else '{"input": {...}}'


def form_of(task: str) -> str:
    """Give the form of the final answer that a task asks for."""
    return Task(task).form


def predict_prompt(
    prompts: Prompts,
    task: str,
    *,
    problem: str,
    requirements: str,
    signature: str,
    refcode: str,
    known: str,
) -> str:
    """Compose the one user message of a prediction.

    What all instances of a program share comes first, then what those of its task share; the
    known side, as JSON text, ends the message.
    """
    shared = prompts.fill(
        "predict",
        problem=problem,
        requirements=requirements,
        signature=signature,
        refcode=fenced(refcode, "python"),
    )
    return shared + "\n\n" + prompts.fill(f"predict_{Task(task).key}", known=known)


def fenced(code: str, language: str) -> str:
    """Put a fence around code, longer than any run of backticks in it."""
    longest = max((len(run) for run in re.findall("`{3,}", code)), default=2)
    fence = "`" * (longest + 1)
    return f"{fence}{language}\n{code}\n{fence}"
