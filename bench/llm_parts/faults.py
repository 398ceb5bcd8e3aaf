"""The faults of an endpoint, by name; which request meets one is fixed by what it asks.

Imports the standard library only.
"""

from __future__ import annotations

import asyncio
import hashlib
from collections import Counter
from collections.abc import Callable, Mapping
from typing import Any, Protocol

CUT_AFTER_BYTES = 40


class Line(Protocol):
    """What a fault needs of a connection."""

    transport: asyncio.Transport

    def answer(self, status: int, body: bytes, headers: str = "") -> bool: ...

    def cut(self) -> None: ...


def _cut_body(line: Line, body: bytes, _: float) -> None:
    head = f"HTTP/1.1 200 OK\r\nContent-Length: {len(body)}\r\n\r\n"
    line.transport.write(head.encode() + body[:CUT_AFTER_BYTES])
    line.transport.close()


def _truncated(line: Line, body: bytes, _: float) -> None:
    line.answer(200, body.replace(b'"finish_reason":"stop"', b'"finish_reason":"length"'))


Fault = Callable[[Any, bytes, float], None]

FAULTS: Mapping[str, Fault] = {
    "500": lambda line, *_: line.answer(500, b"oops"),
    "503": lambda line, *_: line.answer(503, b'{"error":{"message":"overloaded"}}'),
    "reset": lambda line, *_: line.cut(),
    "cut": _cut_body,
    "html": lambda line, *_: line.answer(200, b"<html><body>Bad gateway</body></html>"),
    "empty": lambda line, *_: line.answer(200, b'{"choices":[]}'),
    "hang": lambda *_: None,
    "truncated": _truncated,
}


def fault_of(shares: Mapping[str, float], body: bytes, met: Counter[bytes]) -> str:
    """Return the fault that a request meets, ``""`` for none.

    What is asked, and how often it was asked, decides: so a run can be repeated, and a request that
    failed does not fail for ever.
    """
    if not shares:
        return ""
    name = hashlib.blake2b(body, digest_size=8).digest()
    met[name] += 1
    draw = hashlib.blake2b(name + bytes([met[name] % 256]), digest_size=8).digest()
    left = int.from_bytes(draw, "big") / 2**64
    for fault, share in shares.items():
        left -= share
        if left < 0:
            return fault
    return ""
