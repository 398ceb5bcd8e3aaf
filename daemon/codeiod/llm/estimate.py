"""What a request will use and cost, before it is sent; learned from what came back.

May import ``items``, ``config`` and ``llm.replies``.
"""

from __future__ import annotations

from codeiod.config import Price
from codeiod.items import Usage
from codeiod.llm.replies import CHARACTERS_PER_TOKEN, estimate_tokens

FIRST_OUTPUT_TOKENS = 1000.0
PRIOR_INPUT_TOKENS = 1000.0
"""How many tokens' worth of belief the first guess of characters per token has."""
MEMORY = 0.02
"""The least weight of the newest answer in the running mean of output tokens."""


class Estimator:
    """The tokens of one endpoint's requests."""

    def __init__(self) -> None:
        self._characters = PRIOR_INPUT_TOKENS * CHARACTERS_PER_TOKEN
        self._tokens = PRIOR_INPUT_TOKENS
        self._output: dict[str, float] = {}
        self._answers: dict[str, int] = {}

    @property
    def characters_per_token(self) -> float:
        return self._characters / self._tokens

    def expect(self, stage: str, input_characters: int, max_tokens: int | None) -> Usage:
        """Guess what a request will use: the running mean of its stage, at most its limit."""
        output = round(self._output.get(stage, FIRST_OUTPUT_TOKENS))
        return Usage(
            input=estimate_tokens(input_characters, self.characters_per_token),
            output=output if max_tokens is None else min(output, max_tokens),
        )

    def learn(self, stage: str, input_characters: int, usage: Usage) -> None:
        """Take in what an endpoint counted."""
        self._characters += input_characters
        self._tokens += usage.input
        answers = self._answers[stage] = self._answers.get(stage, 0) + 1
        before = self._output.get(stage, 0.0)
        self._output[stage] = before + max(MEMORY, 1 / answers) * (usage.output - before)


def cost(usage: Usage, price: Price) -> float:
    """Return the price of a usage, in the price's currency.

    A ``cached_input`` of 0 beside an ``input`` above 0 means that no price was set for cached
    tokens: they cost as much as the others.
    """
    cached_input = price.cached_input or price.input
    return (
        (usage.input - usage.cached) * price.input
        + usage.cached * cached_input
        + usage.output * price.output
    ) / 1_000_000
