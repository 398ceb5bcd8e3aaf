"""``/healthz`` and ``/readyz``: whether the daemon is alive, and whether it can work.

May import ``web.daemon`` and aiohttp. Alive is whose event loop answers. One that waits for an
endpoint, a disk or a budget is alive and not ready; one that has nothing to do is both.
"""

from __future__ import annotations

from functools import partial
from http import HTTPStatus

from aiohttp import web

from codeiod.web.daemon import Daemon

NOT_KEPT = {"Cache-Control": "no-store"}


def routes(daemon: Daemon) -> list[web.RouteDef]:
    """Return the routes that tell a daemon's health."""
    return [web.get("/healthz", _alive), web.get("/readyz", partial(_ready, daemon))]


async def _alive(_: web.Request) -> web.Response:
    return web.json_response({"alive": True}, headers=NOT_KEPT)


async def _ready(daemon: Daemon, _: web.Request) -> web.Response:
    affairs = daemon.affairs()
    told = {"ready": affairs.ready, "phase": affairs.phase}  # why, is for those with the token
    status = HTTPStatus.OK if affairs.ready else HTTPStatus.SERVICE_UNAVAILABLE
    return web.json_response(told, status=status, headers=NOT_KEPT)
