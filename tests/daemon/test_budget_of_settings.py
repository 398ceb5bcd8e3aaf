"""The caps of the settings, in one currency, and what a directory has spent before."""

from __future__ import annotations

import pytest

from codeiod.config import Settings
from codeiod.errors import SettingsError
from codeiod.items import Usage
from codeiod.journal.calls import Calls
from codeiod.journal.records import Failed, Intent, Step
from codeiod.llm.budget import Caps
from codeiod.service.budget import budget_of, caps_of


def settings_of(*currencies: str, **budget: float) -> Settings:
    endpoints = [
        {
            "name": f"e{number}",
            "base_url": "http://127.0.0.1:1/v1",
            "model": "m",
            "price": {"currency": currency},
        }
        for number, currency in enumerate(currencies)
    ]
    return Settings.model_validate({"endpoint": endpoints, "budget": budget})


def calls_of(currency: str) -> Calls:
    """One answer of 2.0 for 30 tokens, one request cut off that may have cost 1.0 for 7."""
    calls = Calls()
    calls.pay(Step("i", 0, "unify/1", 1, "of", {}, Usage(10, 0, 20), 2.0, currency, at=86400))
    calls.intend(Intent("i", 0, "out/0/0/1", 1, "q", 7, 1.0, currency, 86400))
    calls.fail(Failed("i", 0, "out/0/0/1", 1, "timeout", True, 86400))
    return calls


def test_caps() -> None:
    """Caps on money are in the currency of the prices; without them currencies do not matter."""
    assert caps_of(settings_of("USD", "USD", money=5)) == Caps(money=5, currency="USD")
    assert caps_of(settings_of("USD", "", "EUR", tokens=5)) == Caps(tokens=5)
    builtin = Settings.model_validate({"teacher": {"kind": "builtin"}, "budget": {"money": 5}})
    assert caps_of(builtin) == Caps(money=5)


@pytest.mark.parametrize(
    ("currencies", "told"), [(("USD", "EUR"), "in EUR and USD"), (("USD", ""), "has no price")]
)
@pytest.mark.parametrize("key", ["money", "money_per_day"])
def test_refused(currencies: tuple[str, ...], told: str, key: str) -> None:
    """Money in several currencies, or in none, can't be held to one cap."""
    with pytest.raises(SettingsError, match=told) as refused:
        caps_of(settings_of(*currencies, **{key: 5}))
    assert f"budget.{key} is set" in str(refused.value)


def test_what_was_spent_before_counts() -> None:
    """Paid and perhaps paid count together, in money and in tokens."""
    capped = budget_of(settings_of("USD", money=4), calls_of("USD"))
    assert capped.reserve(1.1, "USD", 1) is None
    assert capped.reserve(1.0, "USD", 1)
    tokens = budget_of(settings_of("USD", tokens=40), calls_of("USD"))
    assert tokens.reserve(0.0, "USD", 4) is None
    assert tokens.reserve(0.0, "USD", 3)
    today = budget_of(settings_of("USD", money_per_day=1), calls_of("USD"))
    assert today.reserve(1.0, "USD", 1)


def test_what_was_spent_in_another_currency() -> None:
    """A directory that has spent another currency can't be held to a cap in this one."""
    with pytest.raises(SettingsError, match="has spent EUR before"):
        budget_of(settings_of("USD", money=5), calls_of("EUR"))
    assert budget_of(settings_of("USD"), calls_of("EUR")).reserve(1.0, "USD", 1)
