"""What the bench asks, as the daemon would, and a ledger that keeps nothing.

Imports the product's own types and its neighbours.
"""

from __future__ import annotations

from typing import Any

from codeiod.config import Settings
from codeiod.items import Answer, Message, Program, Task
from codeiod.teachers.asks import PredictAsk, Sampling

PROMPT_CHARACTERS = 6000
PROGRAM = Program("0" * 32, "def main_solution(n):\n    return n\n", "", "", "")
LINE = (
    "A line of the problem, its requirements, or the reference code, as all instances share it.\n"
)


class NoLedger:
    """A ledger that keeps nothing: what is left is the teacher's own cost."""

    truncated = 0

    async def intent(self, request: str, tokens: int, cost: float, currency: str) -> int:
        return 1

    def failed(self, attempt: int, why: str, *, paid: bool) -> None:
        """Pass over a failure."""

    async def truncated_answer(self, attempt: int, answer: Answer) -> None:
        """Pass over an answer."""


def ask_of(number: int, characters: int = PROMPT_CHARACTERS) -> PredictAsk:
    """Return a prediction to ask for; each number another one."""
    prompt = LINE * (characters // len(LINE)) + f"The arguments of the call:\n{number}"
    messages = (Message("user", prompt),)
    return PredictAsk(PROGRAM, Task.OUTPUT_PREDICTION, str(number), messages, Sampling())


def settings_of(*base_urls: str, **values: Any) -> Settings:
    """Return the settings of a teacher with these endpoints, all with the same values."""
    endpoints = [
        {"name": f"e{number}", "base_url": url, "model": "bench", **values}
        for number, url in enumerate(base_urls)
    ]
    return Settings.model_validate({"teacher": {"kind": "openai"}, "endpoint": endpoints})
