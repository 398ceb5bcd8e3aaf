"""The time of the running loop, read several times a call.

May import the standard library alone.
"""

from __future__ import annotations

from asyncio import get_running_loop


def now() -> float:
    """Return what ``anyio.current_time`` would: which takes twenty times as long to say so."""
    return get_running_loop().time()
