"""The form of all answers: JSON, and errors that say in a sentence what is wrong.

May import aiohttp and orjson.
"""

from __future__ import annotations

from typing import Any

import orjson
from aiohttp import web

JSON = "application/json"


class Refusal(Exception):
    """What was asked for is not given; the sentence says why, and the status of HTTP."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.message = message


def answer(value: Any, status: int = 200) -> web.Response:
    """Answer with a value that orjson can write, or with JSON as it stands."""
    body = value if isinstance(value, bytes) else orjson.dumps(value)
    return web.Response(body=body, status=status, content_type=JSON, charset="utf-8")


def refuse(status: int, message: str) -> web.Response:
    """Answer that something is wrong."""
    return answer({"error": {"status": status, "message": message}}, status)
