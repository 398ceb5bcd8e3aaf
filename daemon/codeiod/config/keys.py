"""Where the key of an endpoint is read from.

May import ``settings``, ``logs`` and ``errors``. A key that was read never shows in a log.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

from codeiod.config.settings import EndpointSettings
from codeiod.errors import SettingsError
from codeiod.logs import hide


def read_api_key(endpoint: EndpointSettings, environ: Mapping[str, str] = os.environ) -> str:
    """Read the key of an endpoint, ``""`` where it has none.

    :raises SettingsError: the variable or file that should hold it is missing or empty.
    """
    where = f"endpoint {endpoint.name!r}"
    if endpoint.api_key_env:
        key = environ.get(endpoint.api_key_env, "").strip()
        if not key:
            raise SettingsError(f"{where}: the variable {endpoint.api_key_env} is not set")
        return hide(key)
    if not endpoint.api_key_file:
        return ""
    path = Path(endpoint.api_key_file)
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
