"""The application: the page, the API, health and metrics, behind one guard.

May import the modules of this package and aiohttp. What goes on in the background lives as long as
the application does; nothing of the work waits for it.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Collection, Coroutine
from contextlib import suppress
from typing import Any

import anyio
import structlog
from aiohttp import web

from codeiod.web import asking, health, metrics
from codeiod.web.api import Api
from codeiod.web.assets import PAGE, Assets
from codeiod.web.daemon import Daemon
from codeiod.web.events import Events
from codeiod.web.guard import add_headers, guard
from codeiod.web.index import Index
from codeiod.web.pending import PendingItems
from codeiod.web.series import Series
from codeiod.web.stories import Stories

BODY_BYTES = 1 << 20
"""What a body may hold beside the code that is submitted."""
END_SECONDS = 10.0
AGAIN_SECONDS = 30.0
PAGES = ("/", "/items", "/samples", f"/item/{{id:{asking.ID}}}", f"/sample/{{id:{asking.ID}}}")
"""The page's own addresses."""

log = structlog.get_logger()

Task = Callable[[], Coroutine[Any, Any, None]]


def make_app(
    daemon: Daemon,
    *,
    token: str = "",
    hosts: Collection[str] = (),
    max_item_bytes: int = 1 << 20,
) -> web.Application:
    """Build the application of a daemon.

    :param token: asked of all who want facts; ``""``: of nobody.
    :param hosts: names that it is reached under, beside those of loopback.
    :param max_item_bytes: what the code of one item may hold.
    """
    app = web.Application(
        middlewares=guard(token, hosts), client_max_size=BODY_BYTES + max_item_bytes
    )
    index = Index(daemon.directory, lambda: daemon.state.ends)
    events = Events(daemon)
    series = Series(daemon, events.tell_point)
    api = Api(
        daemon,
        index,
        PendingItems(daemon.directory),
        Stories(daemon.directory),
        events,
        series,
        max_item_bytes,
    )
    app.add_routes(api.routes())
    app.add_routes(_pages(Assets()))
    app.add_routes(health.routes(daemon))
    app.add_routes(metrics.routes(daemon))
    app.on_response_prepare.append(add_headers)
    app.cleanup_ctx.append(_in_background(index.run, events.run, series.run))
    app.on_shutdown.append(events.close)
    return app


def _pages(assets: Assets) -> list[web.RouteDef]:
    async def page(request: web.Request) -> web.Response:
        return await assets.serve(request, PAGE)

    async def asset(request: web.Request) -> web.Response:
        return await assets.serve(request, request.path.removeprefix("/"))

    return [
        *(web.get(address, page) for address in PAGES),
        web.get("/static/{name:.+}", asset),
        web.get("/vendor/{name:.+}", asset),
    ]


def _in_background(*tasks: Task) -> Callable[[web.Application], AsyncIterator[None]]:
    """Return what keeps tasks going while the application is served."""

    async def keep(_: web.Application) -> AsyncIterator[None]:
        background = asyncio.create_task(_all(tasks))
        try:
            yield
        finally:
            background.cancel()
            with suppress(asyncio.CancelledError, TimeoutError):
                await asyncio.wait_for(background, END_SECONDS)

    return keep


async def _all(tasks: Collection[Task]) -> None:
    async with anyio.create_task_group() as group:
        for task in tasks:
            group.start_soon(_again_and_again, task)


async def _again_and_again(task: Task) -> None:
    """Keep a task going that should never end: a fault in it is the page's alone."""
    while True:
        try:
            await task()
        except Exception as error:
            log.exception("web.fault", error=str(error), again_in_seconds=AGAIN_SECONDS)
        await anyio.sleep(AGAIN_SECONDS)
