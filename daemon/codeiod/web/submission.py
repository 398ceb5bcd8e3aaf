"""What is submitted: code, a name for it, and what else is known of it.

May import ``answers`` and orjson.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

import orjson

from codeiod.web.answers import Refusal

NAME = re.compile(r"[^\x00-\x1f\x7f]{1,255}")
META_FIELDS = 64
META_CHARACTERS = 4096

FORM = {
    "type": "object",
    "required": ["content"],
    "additionalProperties": False,
    "properties": {
        "content": {"type": "string", "minLength": 1, "description": "the code"},
        "name": {
            "type": "string",
            "pattern": f"^{NAME.pattern}$",
            "description": "as a file of it would be named: its ending tells the language",
        },
        "meta": {
            "type": "object",
            "maxProperties": META_FIELDS,
            "additionalProperties": {"type": "string", "maxLength": META_CHARACTERS},
        },
    },
}
"""The form of a body, as JSON Schema has it."""


@dataclass(frozen=True, slots=True)
class Submission:
    """An item that is submitted."""

    content: bytes
    name: str
    meta: Mapping[str, str]

    @classmethod
    def read(cls, body: bytes, max_bytes: int) -> Self:
        """Read a body.

        :raises Refusal: it is no submission, or too much.
        """
        try:
            fields = orjson.loads(body)
        except orjson.JSONDecodeError as error:
            raise Refusal(400, f"the body is no JSON: {error}") from error
        if not isinstance(fields, dict):
            raise Refusal(400, "the body is an object with content, name and meta")
        if unknown := fields.keys() - {"content", "name", "meta"}:
            raise Refusal(400, f"unknown: {', '.join(sorted(unknown))[:200]}")
        content = _text(fields, "content", "").encode()
        if len(content) > max_bytes:
            raise Refusal(413, f"content is at most {max_bytes} bytes (items.max_bytes)")
        if not content:
            raise Refusal(400, "content is what the item is made of: it can't be empty")
        return cls(content, _name(fields), _meta(fields))


def _name(fields: Mapping[str, Any]) -> str:
    name = _text(fields, "name", "submitted.py")
    if NAME.fullmatch(name) is None:
        raise Refusal(400, "name has 1 to 255 characters, none of control")
    return name


def _meta(fields: Mapping[str, Any]) -> dict[str, str]:
    meta = fields.get("meta", {})
    if not isinstance(meta, dict) or len(meta) > META_FIELDS:
        raise Refusal(400, f"meta is an object of at most {META_FIELDS} texts")
    for key, value in meta.items():
        if not isinstance(value, str) or max(len(key), len(value)) > META_CHARACTERS:
            raise Refusal(400, f"meta holds texts of at most {META_CHARACTERS} characters")
    return meta


def _text(fields: Mapping[str, Any], key: str, default: str) -> str:
    value = fields.get(key, default)
    if not isinstance(value, str):
        raise Refusal(400, f"{key} is a text")
    return value
