"""Write a record's fields as JSON and read them back.

May import ``records``. Values of pairs and answers are JSON *text* inside, so the numbers that
orjson sees here are counts, sizes and prices alone.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, get_args

import orjson

from codeiod.journal.records import Record, Reopen


class BadRecord(ValueError):
    """The body of a sound line is no record of this format."""


class Unwritable(ValueError):
    """The record holds something that JSON can't carry (a lone surrogate, a huge number)."""


_KINDS: dict[str, Any] = {kind.KIND: getattr(kind, "load", None) for kind in get_args(Record)}
_PLAIN: dict[str, Any] = {kind.KIND: kind for kind in get_args(Record)}


def encode(record: Record) -> bytes:
    """Write a record's fields as one JSON object, without its kind.

    :raises Unwritable: it holds what JSON can't carry; nothing has been written then.
    """
    try:
        if isinstance(record, Reopen):
            return orjson.dumps(_reopen(record), default=_plain)
        return orjson.dumps(record, default=_plain)
    except TypeError as error:  # orjson's own error is one
        raise Unwritable(f"a {record.KIND} record can't be written: {error}") from error


def decode(kind: str, body: dict[str, Any]) -> Record:
    """Read a record back; ``body`` is used up.

    :raises BadRecord: no record of this format.
    """
    try:
        load = _KINDS[kind]
        record: Record = load(body) if load else _PLAIN[kind](**body)
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise BadRecord(f"not a {kind!r} record: {error!r}") from error
    return record


def _reopen(record: Reopen) -> dict[str, Any]:
    """Write ``since`` as ``from``, which is no name in Python."""
    body: dict[str, Any] = {"item": record.item, "epoch": record.epoch, "from": record.since}
    if record.was:
        body |= {"was": record.was, "admitted": record.admitted, "steps": dict(record.steps)}
    if record.announced:
        body["announced"] = True
    if record.recipe:
        body["recipe"] = record.recipe
    return body


def _plain(value: object) -> object:
    if isinstance(value, tuple):
        return list(value)
    if isinstance(value, Mapping):
        return dict(value)
    raise TypeError(f"{type(value).__name__} is not JSON")
