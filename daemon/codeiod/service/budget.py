"""The budget of a run: the caps of its settings, and what its directory has spent already.

May import ``config``, ``errors``, ``llm.budget`` and ``journal``. What is spent is counted in the
one currency of all prices, also where no cap is set: one may come while it runs.
"""

from __future__ import annotations

from codeiod.config import Settings
from codeiod.errors import SettingsError
from codeiod.journal.calls import Bill, Calls
from codeiod.llm.budget import Budget, Caps, Spent


def caps_of(settings: Settings) -> Caps:
    """Return the caps in force, with the one currency of all prices, if there is one.

    :raises SettingsError: a cap on money, and endpoints without prices, or in several currencies.
    """
    budget = settings.budget
    if _caps_money(settings):
        _require_one_currency(settings)
    return Caps(
        budget.money,
        budget.money_per_day,
        budget.tokens,
        budget.tokens_per_day,
        _currency(settings),
    )


def require_countable(settings: Settings, calls: Calls) -> None:
    """Refuse a cap on money that what was paid before can't be held against.

    :raises SettingsError: it was paid in another currency.
    """
    currency = _currency(settings)
    others = sorted((calls.money.keys() | calls.perhaps.money.keys()) - {currency})
    if _caps_money(settings) and others:
        raise SettingsError(
            f"{_key(settings)} is in {currency}, and this directory has spent"
            f" {', '.join(others)} before: set the prices in that currency, or cap tokens"
        )


def budget_of(settings: Settings, calls: Calls) -> Budget:
    """Return the budget of a directory, with what was paid, and perhaps paid, in all runs before.

    :raises SettingsError: what was paid before can't be held against the caps.
    """
    caps = caps_of(settings)
    require_countable(settings, calls)
    paid = calls.money.get(caps.currency, 0.0)
    spent = _spent(calls.perhaps, caps.currency)
    spent.add(paid, calls.usage.tokens)
    return Budget(
        caps, spent, {day: _spent(bill, caps.currency) for day, bill in calls.by_day.items()}
    )


def _caps_money(settings: Settings) -> bool:
    budget = settings.budget
    return settings.teacher_kind == "openai" and bool(budget.money or budget.money_per_day)


def _currency(settings: Settings) -> str:
    currencies = {endpoint.price.currency for endpoint in settings.endpoint}
    return currencies.pop() if len(currencies) == 1 else ""


def _require_one_currency(settings: Settings) -> None:
    for number, endpoint in enumerate(settings.endpoint):
        if not endpoint.price.currency:
            raise SettingsError(
                f"{_key(settings)} is set, and endpoint.{number} ({endpoint.name}) has no price:"
                f" give it endpoint.{number}.price, with a currency alone where it costs nothing"
            )
    currencies = {endpoint.price.currency for endpoint in settings.endpoint}
    if len(currencies) > 1:
        raise SettingsError(
            f"{_key(settings)} is set, and the endpoints' prices are in"
            f" {' and '.join(sorted(currencies))}: put all of them in one currency, or cap tokens"
        )


def _key(settings: Settings) -> str:
    return "budget.money" if settings.budget.money else "budget.money_per_day"


def _spent(bill: Bill, currency: str) -> Spent:
    return Spent(bill.money.get(currency, 0.0), bill.tokens)
