"""Where an endpoint is, what is secret about it, and whether its settings can be sent at all.

May import orjson, yarl, ``config`` and ``errors``.
"""

from __future__ import annotations

from collections.abc import Mapping

import orjson
from yarl import URL

from codeiod.config import EndpointSettings
from codeiod.errors import SettingsError

SHORTEST_SECRET_CHARACTERS = 6
"""Header values shorter than this are no secrets, and blanking them would garble messages."""


def shown_url(base_url: str) -> str:
    """Return an address without the user and password that it may hold."""
    return str(URL(base_url).with_user(None).with_query(None))


def secrets_of(settings: EndpointSettings, key: str) -> list[str]:
    base = URL(settings.base_url)
    values = [key, base.password or "", *settings.headers.values(), *base.query.values()]
    return [value for value in values if len(value) >= SHORTEST_SECRET_CHARACTERS]


def completions_url(settings: EndpointSettings) -> URL:
    try:
        base = URL(settings.base_url)
        (base.host or "").encode("idna")
    except (ValueError, UnicodeError) as error:
        raise SettingsError(
            f"endpoint {settings.name!r}: base_url is no address: {error}"
        ) from error
    if not base.host:
        raise SettingsError(f"endpoint {settings.name!r}: base_url names no host")
    return (base / "chat" / "completions").with_query(base.query)


def models_url(settings: EndpointSettings) -> URL:
    base = URL(settings.base_url)
    return (base / "models").with_query(base.query)


def must_be_sendable(settings: EndpointSettings, headers: Mapping[str, str]) -> None:
    try:
        orjson.dumps(settings.extra_body)
    except TypeError as error:
        raise SettingsError(f"endpoint {settings.name!r}: extra_body: {error}") from error
    for name, value in headers.items():
        if not (name.isascii() and name.isprintable() and value.isprintable()):
            raise SettingsError(
                f"endpoint {settings.name!r}: header {name!r} holds a control character"
            )
