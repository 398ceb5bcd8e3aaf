"""What can be asked over the control socket, and what becomes of it.

May import ``limits``, ``reload`` and ``wishes`` of the service, ``reports``, ``web.daemon`` and
aiohttp. Each answer is JSON: what was asked for, or ``{"error": "one line"}`` with the status 400
(it is wrong) or 409 (it can't be done now). Who can connect may do all of it.
"""

from __future__ import annotations

import struct
from collections.abc import Awaitable, Callable, Collection, Mapping
from socket import SO_PEERCRED, SOL_SOCKET
from typing import Any, Protocol

import anyio
import orjson
import structlog
from aiohttp import web

from codeiod.errors import CodeiodError, ExitStatus
from codeiod.items import Entry
from codeiod.journal.records import Change, unix_seconds
from codeiod.journal.retry import retriable_reason
from codeiod.reports.affairs import Affairs, Phase
from codeiod.reports.explaining import explained
from codeiod.service.control.wishes import in_force, wished
from codeiod.service.limits import Bounded, change
from codeiod.service.reload import Reloadable, take_anew
from codeiod.web.daemon import Submitted

EXPLAIN_SECONDS = 300.0
"""How long the story of one item may be looked for in the journal."""
ASKED_BYTES = 64 << 10
"""An order is short; code that is submitted may be as large as an item."""
BAD, CONFLICT = 400, 409

log = structlog.get_logger()

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


class Steered(Bounded, Protocol):
    """Whose life an operator can steer."""

    @property
    def phase(self) -> Phase: ...
    @property
    def why(self) -> str: ...
    def pause(self, why: str) -> None: ...
    def resume(self) -> None: ...
    def drain(self, why: str) -> None: ...
    async def retry(self, reasons: Collection[str]) -> int: ...
    async def take(self, entry: Entry) -> str | None: ...


class Controlled(Reloadable, Protocol):
    """A daemon that takes orders."""

    @property
    def life(self) -> Steered: ...
    def affairs(self) -> Affairs: ...
    async def submit(self, content: bytes, name: str, meta: Mapping[str, str]) -> Submitted: ...


def app_of(daemon: Controlled) -> web.Application:
    """Make the application that answers orders for a daemon."""
    app = web.Application(
        middlewares=[_refusals],
        client_max_size=daemon.settings.items.max_bytes + ASKED_BYTES,
    )
    orders = Orders(daemon)
    app.add_routes(
        [
            web.get("/status", orders.status),
            web.get("/limits", orders.limits),
            web.post("/limits", orders.set_limits),
            web.post("/pause", orders.pause),
            web.post("/resume", orders.resume),
            web.post("/drain", orders.drain),
            web.post("/reload", orders.reload),
            web.post("/retry", orders.retry),
            web.post("/items", orders.submit),
            web.get("/items/{item}", orders.explain),
        ]
    )
    return app


class Orders:
    """Carries out what is asked for; each change is journalled before it is made."""

    def __init__(self, daemon: Controlled) -> None:
        self._daemon = daemon
        self._explaining = anyio.CapacityLimiter(1)

    async def status(self, _: web.Request) -> web.Response:
        return _json(self._daemon.affairs())

    async def limits(self, _: web.Request) -> web.Response:
        return _json({"limits": self._in_force()})

    async def set_limits(self, request: web.Request) -> web.Response:
        wishes = (await _asked(request)).get("limits")
        changed = await change(
            self._daemon,
            lambda settings: wished(settings, wishes),
            by=_who(request),
            what="limits",
        )
        return _json({"changed": changed, "limits": self._in_force()})

    async def reload(self, request: web.Request) -> web.Response:
        changed = await take_anew(self._daemon, _who(request))
        return _json({"changed": changed, "limits": self._in_force()})

    async def pause(self, request: web.Request) -> web.Response:
        said = str((await _asked(request)).get("why", ""))
        self._note(request, "pause", {"why": said})
        self._daemon.life.pause(f"paused by {_who(request)}{said and ': '}{said}")
        return self._phase()

    async def resume(self, request: web.Request) -> web.Response:
        self._note(request, "resume")
        self._daemon.life.resume()
        return self._phase()

    async def drain(self, request: web.Request) -> web.Response:
        self._note(request, "drain")
        self._daemon.life.drain(f"drained by {_who(request)}")
        return self._phase()

    async def retry(self, request: web.Request) -> web.Response:
        asked = (await _asked(request)).get("reasons")
        reasons = [str(retriable_reason(str(name))) for name in _list_of(asked)]
        self._note(request, "retry", {"reasons": reasons})
        return _json({"items": await self._daemon.life.retry(reasons)})

    async def submit(self, request: web.Request) -> web.Response:
        content, name = await request.read(), request.query.get("name", "")
        submitted = await self._daemon.submit(content, name, {})
        self._note(request, "submit", {"name": name, "item": submitted.item_id})
        return _json(submitted)

    async def explain(self, request: web.Request) -> web.Response:
        item = request.match_info["item"]
        with anyio.fail_after(EXPLAIN_SECONDS):
            async with self._explaining:  # one child at a time
                story = await explained(self._daemon.directory, item)
        return web.Response(body=story, content_type="application/json")

    def _in_force(self) -> dict[str, Any]:
        return in_force(self._daemon.settings, self._daemon.parts.sandbox.workers)

    def _note(
        self, request: web.Request, what: str, after: Mapping[str, Any] | None = None
    ) -> None:
        by = _who(request)
        record = Change(by, what, {}, after or {}, unix_seconds())
        self._daemon.parts.journal.append(record)
        log.info("control.order", what=what, by=by, **(after or {}))

    def _phase(self) -> web.Response:
        life = self._daemon.life
        return _json({"phase": life.phase, "why": life.why})


@web.middleware
async def _refusals(request: web.Request, handler: Handler) -> web.StreamResponse:
    try:
        return await handler(request)
    except CodeiodError as error:
        status = BAD if error.exit_status is ExitStatus.SETTINGS else CONFLICT
        return _json({"error": str(error)}, status)
    except TimeoutError:
        return _json({"error": "it took too long: try again when there is less to do"}, CONFLICT)
    except web.HTTPException as error:
        return _json({"error": error.text or error.reason}, error.status)


async def _asked(request: web.Request) -> Mapping[str, Any]:
    """Read the fields of an order.

    :raises HTTPBadRequest: it is no JSON object.
    """
    text = await request.read()
    try:
        fields = orjson.loads(text or b"{}")
    except ValueError as error:
        raise web.HTTPBadRequest(text=f"not JSON: {error}") from error
    if not isinstance(fields, dict):
        raise web.HTTPBadRequest(text="a JSON object is wanted")
    return fields


def _list_of(asked: object) -> list[object]:
    if not isinstance(asked, list) or not asked:
        raise web.HTTPBadRequest(text="name one reason of a rejection at least")
    return asked


def _who(request: web.Request) -> str:
    """Name the user at the other end of the socket."""
    peer = request.transport.get_extra_info("socket") if request.transport else None
    if peer is None or peer.fileno() < 0:
        return "a user who has gone"
    _, uid, _ = struct.unpack("3i", peer.getsockopt(SOL_SOCKET, SO_PEERCRED, 12))
    return f"uid {uid}"


def _json(value: object, status: int = 200) -> web.Response:
    return web.Response(
        body=orjson.dumps(value, option=orjson.OPT_APPEND_NEWLINE),
        status=status,
        content_type="application/json",
    )
