"""The door: how many connections there may be, and how long one may say nothing.

May import aiohttp. It bounds what strangers can take of the daemon's descriptors and memory.
"""

from __future__ import annotations

import asyncio
import logging
from typing import Any, cast

from aiohttp import web

MOST_CONNECTIONS = 256
IDLE_SECONDS = 15.0
"""How long a connection may take to send a whole head, and how long it is kept for the next one."""
LINGER_SECONDS = 2.0
SHUTDOWN_SECONDS = 2.0

_QUIET = logging.getLogger("codeiod.web.door")
"""What strangers send that is no request is no trouble of the daemon's; the guard logs faults."""
_QUIET.propagate = False
_QUIET.addHandler(logging.NullHandler())


class Runner(web.AppRunner):
    """Runs an application with bounds on its connections."""

    def __init__(self, app: web.Application) -> None:
        super().__init__(
            app,
            access_log=None,
            logger=_QUIET,
            keepalive_timeout=IDLE_SECONDS,
            lingering_time=LINGER_SECONDS,
            shutdown_timeout=SHUTDOWN_SECONDS,
            auto_decompress=False,
        )

    @property
    def server(self) -> web.Server | None:
        """The maker of a protocol for each connection; sites listen with it."""
        server = super().server
        return cast("web.Server", _Door(server)) if server is not None else None


class _Door:
    """Makes protocols up to a bound; what comes beyond is shut out at once."""

    def __init__(self, server: web.Server) -> None:
        self._server = server

    def __call__(self) -> asyncio.Protocol:
        if len(self._server.connections) >= MOST_CONNECTIONS:
            return _ShutOut()
        return self._server()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._server, name)


class _ShutOut(asyncio.Protocol):
    """Ends a connection as soon as it is made."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        cast("asyncio.Transport", transport).abort()
