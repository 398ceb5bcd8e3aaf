"""A scripted server on loopback, and the rule that nothing blocks the loop."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import orjson
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from blockbuster import BlockBuster, blockbuster_ctx

from codeiod.config import EndpointSettings

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


@pytest.fixture(autouse=True)
def blockbuster() -> Iterator[BlockBuster]:
    with blockbuster_ctx("codeiod") as guard:
        yield guard


@dataclass
class ScriptedServer:
    """Answers each request by the next handler of the script, the last one for ever."""

    script: list[Handler] = field(default_factory=list)
    requests: list[dict[str, Any]] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)
    paths: list[str] = field(default_factory=list)
    base_url: str = ""

    async def handle(self, request: web.Request) -> web.StreamResponse:
        self.requests.append(orjson.loads(await request.read()))
        self.headers.append(dict(request.headers))
        self.paths.append(request.path_qs)
        handler = self.script.pop(0) if len(self.script) > 1 else self.script[0]
        return await handler(request)

    def settings(self, **values: Any) -> EndpointSettings:
        return EndpointSettings(**{"base_url": self.base_url, "model": "m", **values})


@pytest.fixture
async def server() -> AsyncIterator[ScriptedServer]:
    scripted = ScriptedServer()
    app = web.Application()
    app.router.add_route("*", "/{tail:.*}", scripted.handle)
    async with TestServer(app, host="127.0.0.1") as running:
        scripted.base_url = str(running.make_url("/v1"))
        yield scripted
