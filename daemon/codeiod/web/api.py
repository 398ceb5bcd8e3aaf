"""The addresses under ``/api/``: each reads what is asked, and hands on what was found.

May import the modules of this package but ``app``, and aiohttp.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

import orjson
from aiohttp import web
from anyio import to_thread

from codeiod.errors import CodeiodError
from codeiod.web import asking
from codeiod.web.answers import JSON, Refusal, answer
from codeiod.web.daemon import Daemon
from codeiod.web.events import Events
from codeiod.web.index import Answer, Index
from codeiod.web.index.asks import Ask, FiltersAsk, ItemAsk, SampleAsk
from codeiod.web.openapi import document
from codeiod.web.pending import PENDING, PendingItems
from codeiod.web.series import Series
from codeiod.web.stories import Stories
from codeiod.web.submission import Submission

DEFAULT_MINUTES = 60
READ_SECONDS = 20.0
"""How long a body may take to come."""


@dataclass(frozen=True, slots=True)
class Api:
    """Answers for a daemon."""

    daemon: Daemon
    index: Index
    pending: PendingItems
    stories: Stories
    events: Events
    series: Series
    max_item_bytes: int

    def routes(self) -> list[web.RouteDef]:
        """Return its addresses."""
        return [
            web.get("/api/status", self.status),
            web.get("/api/openapi.json", self.openapi),
            web.get("/api/series", self.charts),
            web.get("/api/events", self.events.stream, allow_head=False),
            web.get("/api/filters", self.filters),
            web.get("/api/items", self.items),
            web.post("/api/items", self.submit),
            web.get(f"/api/items/{{id:{asking.ID}}}", self.item),
            web.get(f"/api/items/{{id:{asking.ID}}}/story", self.story),
            web.get("/api/samples", self.samples),
            web.get(f"/api/samples/{{id:{asking.ID}}}", self.sample),
        ]

    async def status(self, request: web.Request) -> web.Response:
        asking.checked(request.query, {})
        return answer(self.daemon.affairs())

    async def openapi(self, request: web.Request) -> web.Response:
        asking.checked(request.query, {})
        return answer(await to_thread.run_sync(document))

    async def charts(self, request: web.Request) -> web.Response:
        given = asking.checked(request.query, asking.SERIES)
        return answer(self.series.last(int(given.get("minutes", DEFAULT_MINUTES))))

    async def filters(self, request: web.Request) -> web.Response:
        asking.checked(request.query, {})
        return await self._found(FiltersAsk())

    async def items(self, request: web.Request) -> web.Response:
        ask = asking.items_ask(request.query)
        if ask.status == PENDING:
            return answer(await self.pending.page(self.daemon.state, ask))
        return await self._found(ask)

    async def item(self, request: web.Request) -> web.Response:
        asking.checked(request.query, {})
        item_id = request.match_info["id"]
        if (row := await self.pending.item(self.daemon.state, item_id)) is not None:
            return answer({"item": row, "program": {}, "pairs": [], "samples": [], "events": []})
        return await self._found(ItemAsk(item_id))

    async def story(self, request: web.Request) -> web.Response:
        asking.checked(request.query, {})
        return answer(await self.stories.tell(request.match_info["id"]))

    async def samples(self, request: web.Request) -> web.Response:
        return await self._found(asking.samples_ask(request.query))

    async def sample(self, request: web.Request) -> web.Response:
        among = asking.samples_ask(request.query)
        return await self._found(SampleAsk(request.match_info["id"], among))

    async def submit(self, request: web.Request) -> web.Response:
        if not self.daemon.takes_items:
            raise Refusal(409, "nobody is at work here: items are taken by a daemon")
        if request.content_type != JSON:
            raise Refusal(415, f"items come as {JSON}")
        try:
            async with asyncio.timeout(READ_SECONDS):
                body = await request.read()
        except TimeoutError as error:
            raise Refusal(408, f"the body did not come within {READ_SECONDS:g} s") from error
        submission = Submission.read(body, self.max_item_bytes)
        try:
            submitted = await self.daemon.submit(
                submission.content, submission.name, submission.meta
            )
        except CodeiodError as error:
            raise Refusal(503, str(error)) from error
        return answer(submitted, 201)

    async def _found(self, ask: Ask) -> web.Response:
        found: Answer = await self.index.ask(ask)
        if found.status == 200:
            return answer(found.body)
        raise Refusal(found.status, orjson.loads(found.body))
