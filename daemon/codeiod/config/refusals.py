"""A wrong setting in one line: which, where it comes from, what is known there.

May import pydantic, ``section`` and ``settings``.
"""

from __future__ import annotations

import difflib
import typing
from collections.abc import Mapping, Sequence
from typing import Any

from pydantic_core import ErrorDetails

from codeiod.config.section import Section
from codeiod.config.settings import Settings


def explain(error: ErrorDetails, origins: Mapping[str, str]) -> str:
    """Say what is wrong with a setting, with the layer that it comes from."""
    path = ".".join(str(part) for part in error["loc"])
    origin = origins.get(path)
    where = f"setting {path}" + (f" ({origin})" if origin else "") if path else "settings"
    if error["type"] == "extra_forbidden":
        return f"unknown {where}: {_known(error['loc'])}"
    if error["type"] == "missing":
        return f"{where} is missing"
    message = error["msg"].removeprefix("Value error, ")
    if error["type"] in ("tuple_type", "list_type"):
        message = 'a list is wanted, written as ["...", "..."]'
    shown = "" if isinstance(error["input"], dict | Section) else f" (it is {error['input']!r})"
    return f"{where}: {message}{shown}"


def _known(location: Sequence[int | str]) -> str:
    names = sorted(type_at(location[:-1]).model_fields)
    near = difflib.get_close_matches(str(location[-1]), names, n=1)
    guess = f"did you mean {near[0]}? " if near else ""
    return f"{guess}known here: {', '.join(names)}"


def type_at(location: Sequence[int | str]) -> Any:
    """Return the type of the section or setting at a place, None where there is none."""
    kind: Any = Settings
    for part in location:
        if typing.get_origin(kind) is tuple:
            kind = typing.get_args(kind)[0]
        elif typing.get_origin(kind) is dict:
            kind = typing.get_args(kind)[1]
        else:
            field = getattr(kind, "model_fields", {}).get(part)
            kind = field.annotation if field else None
    return kind
