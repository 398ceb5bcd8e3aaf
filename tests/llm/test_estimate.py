"""Estimates learn from usage; costs follow the price."""

from __future__ import annotations

import pytest

from codeiod.config import Price
from codeiod.items import Usage
from codeiod.llm.estimate import Estimator, cost


def test_characters_per_token_are_learned() -> None:
    """The first guess is four; many answers outweigh it."""
    estimator = Estimator()
    assert estimator.expect("unify", 4000, None).input == 1000
    for _ in range(100):
        estimator.learn("unify", 6000, Usage(input=2000, output=10))
    assert estimator.expect("unify", 3000, None).input == pytest.approx(1000, rel=0.01)


def test_output_is_the_running_mean_of_the_stage_within_its_limit() -> None:
    """Stages differ; the first guess is left at once, and later answers weigh ever less."""
    estimator = Estimator()
    estimator.learn("predict", 100, Usage(25, 0, 300))
    estimator.learn("predict", 100, Usage(25, 0, 400))
    assert estimator.expect("predict", 100, None).output == 350
    assert estimator.expect("predict", 100, 200).output == 200
    assert estimator.expect("unify", 100, None).output == 1000


def test_cost_counts_cached_input_at_its_own_price() -> None:
    """Per million tokens; no price for cached input means the price of input."""
    usage = Usage(input=1_000_000, cached=400_000, output=2_000_000)
    assert cost(usage, Price(currency="EUR", input=1, cached_input=0.5, output=4)) == 8.8
    assert cost(usage, Price(currency="EUR", input=1, output=4)) == 9
    assert cost(usage, Price()) == 0
