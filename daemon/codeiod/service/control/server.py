"""The control socket while a daemon lives.

May import aiohttp, ``orders``, ``binding`` and ``paths``.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import anyio
from aiohttp import web
from anyio import to_thread

from codeiod.service.control.binding import bind
from codeiod.service.control.orders import Controlled, app_of
from codeiod.service.control.paths import socket_path

CLOSING_SECONDS = 2.0
"""How long answers that are on their way may take at the end."""


@asynccontextmanager
async def control_socket(daemon: Controlled) -> AsyncIterator[None]:
    """Take orders for a daemon until the block is left; entered once the socket listens.

    :raises SettingsError: the socket can't be had.
    """
    mode = int(daemon.settings.service.socket_mode, 8)
    bound = await to_thread.run_sync(bind, socket_path(daemon.settings), mode)
    runner = web.AppRunner(
        app_of(daemon), handle_signals=False, access_log=None, shutdown_timeout=CLOSING_SECONDS
    )
    try:
        await runner.setup()
        await web.SockSite(runner, bound.listener).start()
        yield
    finally:
        with anyio.CancelScope(shield=True):
            with anyio.move_on_after(2 * CLOSING_SECONDS):
                await runner.cleanup()
            await to_thread.run_sync(bound.remove)
