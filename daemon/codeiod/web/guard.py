"""Who is let in, with what, for how long: the same for all addresses.

May import ``answers`` and aiohttp. Pages of other sites reach a loopback address too, through the
browser: so the Host must be one of ours (or names can be re-bound to us), nothing is shared across
origins, and what changes something must come as JSON, which no form of another site can send.
"""

from __future__ import annotations

import asyncio
import hmac
from collections.abc import Awaitable, Callable, Collection
from hashlib import sha256
from ipaddress import ip_address
from types import MappingProxyType

import structlog
from aiohttp import web
from aiohttp.typedefs import Middleware

from codeiod.web.answers import Refusal, refuse

REQUEST_SECONDS = 30.0
"""How long a request may take, from its head to the last byte that is read of the answer."""
LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})
FOR_PROBES = frozenset({"/healthz", "/readyz"})
"""Whoever watches over the process asks these, by any name; they tell no fact of the work."""
STREAMS = frozenset({"/api/events"})
"""What goes on for as long as it is listened to, and bounds itself."""
GUARDED = ("/api/", "/metrics")
"""What is told to those with the token alone; the page holds no fact of its own."""
LEAVE = frozenset({408, 413, 421, 503})
"""Who is refused so does not keep a connection."""
COOKIE = "codeiod"
HEADERS = MappingProxyType(
    {
        "Content-Security-Policy": (
            "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self';"
            " connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
        ),
        "Cross-Origin-Opener-Policy": "same-origin",
        "Cross-Origin-Resource-Policy": "same-origin",
        "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
        "Referrer-Policy": "no-referrer",
        "Server": "codeiod",
        "X-Content-Type-Options": "nosniff",
        "X-Frame-Options": "DENY",
    }
)

log = structlog.get_logger()

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


def guard(token: str, hosts: Collection[str]) -> list[Middleware]:
    """Return what stands before every address, the outermost first.

    :param token: asked of all that read facts or change something; ``""``: of nobody.
    :param hosts: names that the page is reached under, beside those of loopback.
    """
    known = LOOPBACK | {host.lower().strip("[]") for host in hosts}
    return [_in_time, _told_well, _asked_rightly(known, open_to_all=bool(token)), _token(token)]


async def add_headers(_: web.Request, response: web.StreamResponse) -> None:
    """Say what a browser may do with an answer; connected to ``on_response_prepare``."""
    for name, value in HEADERS.items():
        response.headers[name] = value
    response.headers.setdefault("Cache-Control", "no-store")


@web.middleware
async def _in_time(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Give nobody more than his time, while he sends and while he reads."""
    if request.path in STREAMS:
        return await handler(request)
    try:
        async with asyncio.timeout(REQUEST_SECONDS):
            response = await handler(request)
            await response.prepare(request)
            await response.write_eof()
            return response
    except TimeoutError:
        if request.transport is not None:
            request.transport.abort()  # who reads slowly would hold what is left to send
        raise


@web.middleware
async def _told_well(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Tell all that is wrong in the one form of errors."""
    try:
        return await handler(request)
    except Refusal as refusal:
        response = refuse(refusal.status, refusal.message)
        if refusal.status in LEAVE:
            response.force_close()
        return response
    except web.HTTPException as error:
        if error.status < 400:
            raise
        response = refuse(error.status, error.reason)
        if "Allow" in error.headers:
            response.headers["Allow"] = error.headers["Allow"]
        return response
    except ConnectionError:
        raise
    except Exception as error:
        log.exception("web.fault", path=request.path, error=str(error))
        return refuse(500, "a fault of ours; the log tells more")


def _asked_rightly(known: Collection[str], *, open_to_all: bool) -> Middleware:
    @web.middleware
    async def check(request: web.Request, handler: Handler) -> web.StreamResponse:
        if request.path in FOR_PROBES:
            return await handler(request)
        host = _host(request)
        if host not in known and not (open_to_all and _is_address(host)):
            raise Refusal(
                421, f"{host or 'no host'} is no name of this daemon: service.hosts lists those"
            )
        if request.path.startswith(GUARDED) and _from_elsewhere(request):
            raise Refusal(403, "pages of other sites are told nothing")
        return await handler(request)

    return check


def _from_elsewhere(request: web.Request) -> bool:
    """Tell whether a browser says that another site's page asks."""
    site = request.headers.get("Sec-Fetch-Site", "none")
    origin = request.headers.get("Origin")
    return site not in ("none", "same-origin") or (
        origin is not None and origin.partition("://")[2] != request.headers.get("Host")
    )


def _token(token: str) -> Middleware:
    """Ask for the token: as a bearer's, or as the cookie that the page was given for it."""
    proof = hmac.new(token.encode(), b"the page of codeiod", sha256).hexdigest()

    @web.middleware
    async def check(request: web.Request, handler: Handler) -> web.StreamResponse:
        if not token:
            return await handler(request)
        if "token" in request.query and request.method == "GET":
            return _with_cookie(request, token, proof)
        if request.path.startswith(GUARDED) and not _proven(request, token, proof):
            response = refuse(401, "the token of this daemon is wanted")
            response.headers["WWW-Authenticate"] = "Bearer"
            return response
        return await handler(request)

    return check


def _proven(request: web.Request, token: str, proof: str) -> bool:
    kind, _, given = request.headers.get("Authorization", "").partition(" ")
    if kind:
        return kind.lower() == "bearer" and _same(given.strip(), token)
    return _same(request.cookies.get(_cookie(request), ""), proof)


def _with_cookie(request: web.Request, token: str, proof: str) -> web.Response:
    """Take a token from an address, and send the page on to one without it."""
    if not _same(request.query["token"], token):
        raise Refusal(401, "that is not the token of this daemon")
    response = web.Response(status=303, headers={"Location": request.path})
    response.set_cookie(
        _cookie(request), proof, httponly=True, samesite="Strict", secure=request.secure, path="/"
    )
    return response


def _same(given: str, wanted: str) -> bool:
    return hmac.compare_digest(given.encode("utf-8", "surrogateescape"), wanted.encode())


def _cookie(request: web.Request) -> str:
    """Name the cookie by the port: a browser gives a cookie to all ports of a host."""
    return f"{COOKIE}-{request.headers.get('Host', '').rpartition(':')[2]}"


def _host(request: web.Request) -> str:
    """Return the name that was asked for, without its port."""
    host = request.headers.get("Host", "").lower()
    if host.startswith("["):
        return host[1:].partition("]")[0]
    return host.partition(":")[0]


def _is_address(host: str) -> bool:
    """Tell whether a host is given by number: no name can have been bound to us then."""
    try:
        ip_address(host)
    except ValueError:
        return False
    return True
