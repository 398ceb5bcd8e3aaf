"""What strangers send is refused or bounded, and the work does not notice."""

from __future__ import annotations

import asyncio
import re
import socket
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any

import anyio
import pytest
from aiohttp import ClientError, ClientSession, ClientTimeout, TCPConnector
from hypothesis import given
from hypothesis import strategies as st

from codeiod.web import api, door, events, guard
from codeiod.web.assets import Assets

TOKEN = "a token of some length"
ASSETS = Assets()
SECRETS = ("codeiod", "root:", "import ")


@asynccontextmanager
async def connected(port: int) -> AsyncIterator[tuple[asyncio.StreamReader, asyncio.StreamWriter]]:
    """Open a bare connection."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        yield reader, writer
    finally:
        writer.close()


async def say(port: int, data: bytes) -> bytes:
    """Send bytes, and return what comes back until the other side ends."""
    async with connected(port) as (reader, writer):
        writer.write(data)
        with anyio.fail_after(30):
            try:
                return await reader.read()
            except ConnectionError:
                return b""


@pytest.mark.parametrize(
    "path",
    [
        "/static/../app.py",
        "/static/%2e%2e/app.py",
        "/static/%2e%2e%2fapp.py",
        "/static/..%5capp.py",
        "/static//etc/passwd",
        "/static/%2fetc%2fpasswd",
        "/static/js/../../guard.py",
        "/static/%00",
        "/vendor/../daemon.py",
        "/static/" + "../" * 40 + "etc/passwd",
        "/%2e%2e/%2e%2e/etc/passwd",
        "//etc/passwd",
        "/api/samples/..%2f..%2fetc%2fpasswd",
        "/api/items/../../etc/passwd",
    ],
)
async def test_no_path_leads_out_of_the_page(site: Any, path: str) -> None:
    """An address never names a file of the disk."""
    said = await say(
        site.port,
        f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n".encode(),
    )
    assert re.match(rb"HTTP/1.1 (400|404) ", said)
    assert not any(secret.encode() in said.partition(b"\r\n\r\n")[2] for secret in SECRETS)


@given(st.text(max_size=300))
def test_no_name_but_those_listed_is_served(name: str) -> None:
    """Whatever a path decodes to, it is looked up in a list of names, and in nothing else."""
    assert ASSETS._read(name) is None
    assert ASSETS._read(f"static/../{name}") is None


@pytest.mark.parametrize(
    "host",
    [
        "evil.example",
        "evil.example:8642",
        "127.0.0.1.evil.example",
        "localhost.evil.example",
        "169.254.169.254",
        "[::2]",
        "",
        "0.0.0.0",
        "localhost@evil.example",
    ],
)
async def test_a_name_that_was_bound_to_us_is_refused(site: Any, host: str) -> None:
    """A page of another site whose name leads to this machine is told nothing."""
    for path in ("/", "/api/status", "/metrics", "/static/css/base.css"):
        status, told = await site.get(path, Host=host)
        assert status in (400, 421)
        assert "error" in told


@pytest.mark.parametrize("host", ["localhost", "LOCALHOST:1", "127.0.0.1:9", "[::1]:8", "me.lan"])
async def test_our_own_names_are_known(daemon: Any, serving: Any, host: str) -> None:
    """Loopback, and the names that the settings list."""
    async with serving(daemon, hosts=["me.lan"]) as site:
        status, _ = await site.get("/api/status", Host=host)
        assert status == 200


async def test_probes_are_answered_by_any_name(site: Any) -> None:
    """Who watches over the process asks by its address; it is told no fact of the work."""
    status, told = await site.get("/healthz", Host="10.1.2.3:8642")
    assert (status, told) == (200, {"alive": True})


@pytest.mark.parametrize(
    "headers",
    [
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Origin": "http://evil.example"},
        {"Origin": "null"},
        {"Origin": "http://127.0.0.1:1"},
    ],
)
async def test_pages_of_other_origins_are_told_nothing(site: Any, headers: dict[str, str]) -> None:
    """Nothing is shared: no header of ours ever allows another origin."""
    async with site.session.get(f"{site.url}/api/status", headers=headers) as answer:
        assert answer.status == 403
        assert not [name for name in answer.headers if name.startswith("Access-Control")]
    async with site.session.options(f"{site.url}/api/items", headers=headers) as answer:
        assert answer.status in (403, 405)
        assert not [name for name in answer.headers if name.startswith("Access-Control")]


async def test_no_script_but_ours_can_run(site: Any) -> None:
    """Every answer forbids what a text with a script in it would need, errors too."""
    page = await site.found("/api/samples")
    for path in (
        "/",
        f"/sample/{page['samples'][0]['id']}",
        "/api/items?status=rejected",
        "/nothing",
        "/static/nothing.js",
    ):
        async with site.session.get(f"{site.url}{path}") as answer:
            rules = answer.headers["Content-Security-Policy"]
            assert "default-src 'none'" in rules
            assert "script-src 'self';" in rules
            assert "unsafe" not in rules
            assert "frame-ancestors 'none'" in rules
            assert answer.headers["X-Content-Type-Options"] == "nosniff"
            body = await answer.read()
            if answer.content_type == "text/html":
                assert b"alert(1)" not in body
            else:
                assert answer.content_type == "application/json"


async def test_what_is_asked_is_not_said_back_as_a_page(site: Any) -> None:
    """A link with a script in it gives JSON, whatever it asks for."""
    status, _ = await site.get("/%3Cscript%3Ealert(1)%3C/script%3E")
    assert status == 404
    status, _ = await site.get("/api/samples?%3Cscript%3E=1")
    assert status == 400


@pytest.mark.parametrize(
    "given", ["", "Bearer ", "Bearer wrong", f"Bearer {TOKEN}x", f"Basic {TOKEN}", TOKEN]
)
async def test_without_the_token_no_fact_is_told(daemon: Any, serving: Any, given: str) -> None:
    """Each address that tells or changes something wants it."""
    async with serving(daemon, token=TOKEN) as site:
        headers = {"Authorization": given} if given else {}
        for path in ("/api/status", "/api/samples", "/api/events", "/api/openapi.json", "/metrics"):
            status, _ = await site.get(path, **headers)
            assert status == 401
        async with site.session.post(f"{site.url}/api/items", json={}, headers=headers) as answer:
            assert answer.status == 401
        async with site.session.get(f"{site.url}/", headers=headers) as answer:
            assert answer.status == 200


async def test_with_the_token_all_is_told(daemon: Any, serving: Any) -> None:
    """As a bearer's; or once in the address, which is never seen again."""
    async with serving(daemon, token=TOKEN) as site:
        status, _ = await site.get("/api/status", Authorization=f"Bearer {TOKEN}")
        assert status == 200
        async with site.session.get(f"{site.url}/?token=wrong", allow_redirects=False) as answer:
            assert answer.status == 401
        address = f"{site.url}/samples?token={TOKEN.replace(' ', '%20')}"
        async with site.session.get(address, allow_redirects=False) as answer:
            assert (answer.status, answer.headers["Location"]) == (303, "/samples")
            cookie = answer.headers["Set-Cookie"]
        assert "HttpOnly" in cookie
        assert "SameSite=Strict" in cookie
        assert TOKEN not in cookie
        status, _ = await site.get("/api/status")
        assert status == 200
        status, _ = await site.get("/api/status", Host="192.0.2.7:8642")
        assert status == 401


@pytest.mark.parametrize(
    "sent",
    [
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
        b"GET / HTTP/9.9\r\n\r\n",
        b"GET /\r\n\r\n",
        b"\x00" * 1000,
        b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nHost: evil.example\r\n\r\n",
        b"GET /" + b"a" * 100_000 + b" HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n",
        b"GET / HTTP/1.1\r\n" + b"a: b\r\n" * 100_000 + b"\r\n",
        b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nX: " + b"a" * 100_000 + b"\r\n\r\n",
        b"POST /api/items HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: -1\r\n\r\n",
        (
            b"POST /api/items HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 5\r\n"
            b"Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n"
        ),
        (
            b"POST /api/items HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"
            b"Transfer-Encoding: chunked\r\nConnection: close\r\n\r\nzz\r\n"
        ),
    ],
    ids=range(11),
)
async def test_what_is_no_request_is_refused(site: Any, sent: bytes) -> None:
    """Bytes of any kind cost a connection, no more."""
    said = await say(site.port, sent)
    assert re.match(rb"HTTP/[01].[019] 4\d\d ", said) or said == b""
    status, _ = await site.get("/api/status")
    assert status == 200


async def test_a_huge_body_is_refused_before_it_has_come(site: Any) -> None:
    """What is too much is not read to its end, nor kept."""
    head = (
        "POST /api/items HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"
        f"Content-Length: {1 << 40}\r\n\r\n"
    )
    async with connected(site.port) as (reader, writer):
        writer.write(head.encode())
        with anyio.fail_after(30):
            while not writer.is_closing():
                writer.write(b"x" * (1 << 16))
                try:
                    await writer.drain()
                except ConnectionError:
                    break
                if reader._buffer:
                    break
            line = await reader.readline()
    assert b" 413 " in line
    assert site.daemon.taken == []


async def test_who_sends_slowly_is_cut_off(
    daemon: Any, serving: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Heads and bodies that trickle hold a connection for a while, not for ever."""
    monkeypatch.setattr(door, "IDLE_SECONDS", 0.3)
    monkeypatch.setattr(guard, "REQUEST_SECONDS", 0.3)
    async with serving(daemon) as site:
        for begun in (
            b"GET / HTTP/1.1\r\nHos",
            (
                b"POST /api/items HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"
                b"Content-Length: 100\r\n\r\n{"
            ),
        ):
            said = await say(site.port, begun)
            assert said == b""


async def test_a_body_that_does_not_come_is_no_fault_of_ours(
    site: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is told as what it is, and the connection is over."""
    monkeypatch.setattr(api, "READ_SECONDS", 0.1)
    said = await say(
        site.port,
        b"POST /api/items HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"
        b"Content-Length: 100\r\n\r\n{",
    )
    assert said.startswith(b"HTTP/1.1 408 ")


async def test_who_reads_slowly_is_cut_off(
    daemon: Any, serving: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A stream that nobody reads is ended, and its place is free again."""
    monkeypatch.setattr(events, "WRITE_SECONDS", 0.3)
    monkeypatch.setattr(events, "STATUS_SECONDS", 0.001)
    monkeypatch.setattr(events, "MOST_STREAMS", 1)
    async with serving(daemon) as site:
        taken = socket.socket()
        taken.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        taken.setblocking(False)
        with taken:
            await asyncio.get_running_loop().sock_connect(taken, ("127.0.0.1", site.port))
            request = b"GET /api/events HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"
            await asyncio.get_running_loop().sock_sendall(taken, request)
            with anyio.fail_after(60):
                await _until(site, 503)
                await _until(site, 200)


async def _until(site: Any, status: int) -> None:
    """Wait until a stream is answered so."""
    while True:
        async with site.session.get(f"{site.url}/api/events") as answer:
            if answer.status == status:
                return
        await anyio.sleep(0.05)


async def test_a_thousand_streams_are_bounded(site: Any) -> None:
    """Some are served; the others are told to come back, and everything else goes on."""
    asked = 1000
    answered: list[int] = []
    connector = TCPConnector(limit=0)
    async with AsyncExitStack() as stack, ClientSession(connector=connector) as session:

        async def listen() -> None:
            try:
                answer = await session.get(f"{site.url}/api/events", timeout=ClientTimeout(20))
            except ClientError:
                answered.append(0)
                return
            stack.push_async_callback(_close, answer)
            answered.append(answer.status)

        async with asyncio.TaskGroup() as group:
            for _ in range(asked):
                group.create_task(listen())
        assert answered.count(200) == events.MOST_STREAMS
        assert set(answered) <= {0, 200, 503}
        assert await _answered(site) == 200


async def _answered(site: Any) -> int:
    """Ask for the status until there is room for one more."""
    with anyio.fail_after(20):
        while True:
            try:
                status, _ = await site.get("/api/status")
            except ClientError:
                await anyio.sleep(0.05)
            else:
                return int(status)


async def _close(answer: Any) -> None:
    answer.close()


async def test_connections_beyond_a_bound_are_shut_out(
    site: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Idle connections never take the descriptors that the work needs."""
    monkeypatch.setattr(door, "MOST_CONNECTIONS", 8)
    async with AsyncExitStack() as stack:
        for _ in range(8):
            await stack.enter_async_context(connected(site.port))
        with pytest.raises(ClientError):
            await site.get("/api/status")
    assert await _answered(site) == 200
