"""Limits as an operator names them over the control socket, and the settings that they mean.

May import ``config`` and ``errors``. Pure. ``max_in_flight = 32`` is for every endpoint,
``main.max_in_flight = 32`` for the one of that name; a value may be given as text.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pydantic import ValidationError

from codeiod.config import Settings
from codeiod.config.refusals import explain
from codeiod.errors import SettingsError

OF_ENDPOINTS = (
    "requests_per_minute",
    "tokens_per_minute",
    "input_tokens_per_minute",
    "output_tokens_per_minute",
    "max_in_flight",
)
OF_BUDGET = ("money", "money_per_day", "tokens", "tokens_per_day")
WORKERS = "workers"


def in_force(settings: Settings, workers: int) -> dict[str, Any]:
    """Return the limits that there are, under the names by which they can be set.

    :param workers: how many the sandbox has, where the settings leave that to the machine.
    """
    limits: dict[str, Any] = {
        f"{endpoint.name}.{name}": getattr(endpoint, name)
        for endpoint in settings.endpoint
        for name in OF_ENDPOINTS
    }
    limits |= {name: getattr(settings.budget, name) for name in OF_BUDGET}
    return limits | {WORKERS: settings.sandbox.workers or workers}


def wished(settings: Settings, wishes: object) -> Settings:
    """Return the settings with other limits.

    :raises SettingsError: there is no such limit, or a value can't be one.
    """
    if not isinstance(wishes, Mapping) or not wishes:
        raise SettingsError(f"name a limit and its value: {_known(settings)}")
    tree = settings.model_dump()
    for name, value in wishes.items():
        for section, key in _places(settings, tree, str(name)):
            section[key] = value
    try:
        return Settings.model_validate(tree)
    except ValidationError as error:
        raise SettingsError(explain(error.errors()[0], {})) from error


def _places(
    settings: Settings, tree: dict[str, Any], name: str
) -> list[tuple[dict[str, Any], str]]:
    """Return the sections that a limit stands in, with its key there."""
    if name in OF_BUDGET:
        return [(tree["budget"], name)]
    if name == WORKERS:
        return [(tree["sandbox"], name)]
    endpoint, _, key = name.rpartition(".")
    places = [
        (section, key)
        for section in tree["endpoint"]
        if key in OF_ENDPOINTS and endpoint in ("", section["name"])
    ]
    if not places:
        raise SettingsError(f"there is no limit {name}; there are: {_known(settings)}")
    return places


def _known(settings: Settings) -> str:
    names = [*(OF_ENDPOINTS if settings.endpoint else ()), *OF_BUDGET, WORKERS]
    one = [f"{endpoint.name}.max_in_flight" for endpoint in settings.endpoint[:1]]
    return ", ".join(names) + "".join(f", or for one endpoint {name}" for name in one)
