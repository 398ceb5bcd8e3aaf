"""Where the key of an endpoint, and the token of the page, are read from.

May import ``endpoints``, ``settings``, ``logs`` and ``errors``. What was read shows in no log.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

from codeiod.config.endpoints import EndpointSettings
from codeiod.config.settings import ServiceSettings
from codeiod.errors import SettingsError
from codeiod.logs import hide


def read_api_key(endpoint: EndpointSettings, environ: Mapping[str, str] = os.environ) -> str:
    """Read the key of an endpoint, ``""`` where it has none.

    :raises SettingsError: the variable or file that should hold it is missing or empty.
    """
    where = f"endpoint {endpoint.name!r}"
    return _read(where, endpoint.api_key_env, endpoint.api_key_file, environ)


def read_token(service: ServiceSettings, environ: Mapping[str, str] = os.environ) -> str:
    """Read the token that the page and the API ask for, ``""`` where they ask for none.

    :raises SettingsError: the variable or file that should hold it is missing or empty.
    """
    return _read("service.token", service.token_env, service.token_file, environ)


def _read(where: str, variable: str, file: str, environ: Mapping[str, str]) -> str:
    if variable:
        key = environ.get(variable, "").strip()
        if not key:
            raise SettingsError(f"{where}: the variable {variable} is not set")
        return hide(key)
    if not file:
        return ""
    path = Path(file)
    folder = environ.get("CREDENTIALS_DIRECTORY")
    if folder and not path.is_absolute() and (Path(folder) / path).is_file():
        path = Path(folder) / path
    try:
        key = path.read_text().strip()
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError(f"{where}: the key file {path} can't be read: {error}") from error
    if not key:
        raise SettingsError(f"{where}: the key file {path} is empty")
    return hide(key)
