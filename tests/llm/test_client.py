"""One request over a real connection: what is sent, and each way it can fail."""

from __future__ import annotations

import asyncio
import socket
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from email.utils import formatdate
from pathlib import Path
from typing import Any

import anyio
import orjson
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from codeiod.config import EndpointSettings
from codeiod.errors import SettingsError
from codeiod.items import Message, Usage
from codeiod.llm import client as client_module
from codeiod.llm.address import shown_url
from codeiod.llm.client import ChatRequest, Client
from codeiod.llm.faults import FaultKind, Refused, RefusedKind, TransportFault

REQUEST = ChatRequest((Message("user", "how much is 1 + 1?"),))


def wrap(content: Any, finish: str = "stop") -> dict[str, Any]:
    return {
        "model": "m-2026",
        "choices": [{"message": {"content": content}, "finish_reason": finish}],
        "usage": {"prompt_tokens": 7, "completion_tokens": 2},
    }


def reply(
    body: Any = None, status: int = 200, **headers: str
) -> Callable[[web.Request], Awaitable[web.Response]]:
    data = body if isinstance(body, bytes) else orjson.dumps(body)

    async def handle(_: web.Request) -> web.Response:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return web.Response(body=data, status=status, headers=named)

    return handle


async def reset(request: web.Request) -> web.Response:
    assert request.transport is not None
    request.transport.abort()
    return web.Response()


async def cut(request: web.Request) -> web.StreamResponse:
    response = web.StreamResponse(headers={"Content-Length": "1000"})
    await response.prepare(request)
    await response.write(b'{"choices": [')
    assert request.transport is not None
    request.transport.close()
    return response


async def hang(_: web.Request) -> web.Response:
    await anyio.sleep_forever()


async def huge(request: web.Request) -> web.StreamResponse:
    response = web.StreamResponse()
    await response.prepare(request)
    while True:
        try:
            await response.write(b" " * 65536)
        except ConnectionError:
            return response


@asynccontextmanager
async def client_of(settings: EndpointSettings, key: str = "") -> AsyncIterator[Client]:
    client = Client(settings, key)
    try:
        yield client
    finally:
        await client.close()


async def fault_of(settings: EndpointSettings) -> TransportFault:
    async with client_of(settings) as client:
        with pytest.raises(TransportFault) as caught:
            await client.complete(REQUEST)
    return caught.value


async def test_an_answer_comes_whole(server: Any) -> None:
    """Text, model, finish and usage are read; only what is set is sent, and no key unless given."""
    server.script = [reply(wrap("2"))]
    async with client_of(server.settings()) as client:
        completion = await client.complete(REQUEST)
    assert (completion.text, completion.model, completion.finish) == ("2", "m-2026", "stop")
    assert completion.usage == Usage(7, 0, 2)
    message = {"role": "user", "content": "how much is 1 + 1?"}
    assert server.requests == [{"model": "m", "messages": [message]}]
    assert "Authorization" not in server.headers[0]


async def test_everything_set_is_sent(server: Any) -> None:
    """Sampling, extra body, headers, key and the query of the address reach the server."""
    server.script = [reply(wrap("2"))]
    settings = server.settings(
        base_url=f"{server.base_url}/?api-version=3",
        headers={"X-Team": "data"},
        extra_body={"seed": 3, "stream": True},
    )
    async with client_of(settings, "secret-key") as client:
        await client.complete(ChatRequest(REQUEST.messages, 0.5, 0.9, 100))
    sent = server.requests[0]
    assert (sent["temperature"], sent["top_p"], sent["max_tokens"]) == (0.5, 0.9, 100)
    assert sent["seed"] == 3
    assert "stream" not in sent
    assert server.paths == ["/v1/chat/completions?api-version=3"]
    assert server.headers[0]["X-Team"] == "data"
    assert server.headers[0]["Authorization"] == "Bearer secret-key"


async def test_the_limit_has_the_name_that_the_operator_uses(server: Any) -> None:
    """Where the extra body speaks of ``max_completion_tokens``, the older name is not sent."""
    server.script = [reply(wrap("2"))]
    settings = server.settings(extra_body={"max_completion_tokens": 10})
    async with client_of(settings) as client:
        await client.complete(ChatRequest(REQUEST.messages, max_tokens=100))
    assert server.requests[0]["max_completion_tokens"] == 100
    assert "max_tokens" not in server.requests[0]


@pytest.mark.parametrize(
    ("handler", "kind", "maybe_paid"),
    [
        (reply(status=500), FaultKind.STATUS, False),
        (reply(status=503), FaultKind.STATUS, False),
        (reply(status=504), FaultKind.STATUS, True),
        (reply(status=408), FaultKind.STATUS, True),
        (reply(status=409), FaultKind.STATUS, False),
        (reply(status=425), FaultKind.STATUS, False),
        (reply(status=429), FaultKind.RATE, False),
        (reset, FaultKind.RESET, True),
        (cut, FaultKind.RESET, True),
        (hang, FaultKind.TIMEOUT, True),
        (reply(b"<html>bad gateway\xff\xfe</html>"), FaultKind.GARBAGE, True),
        (reply({"choices": []}), FaultKind.GARBAGE, True),
        (reply(wrap("")), FaultKind.GARBAGE, True),
        (reply(wrap(None)), FaultKind.GARBAGE, True),
        (reply(b"<html>down</html>", status=503), FaultKind.STATUS, False),
    ],
)
async def test_each_transport_fault_is_told_apart(
    server: Any, handler: Any, kind: FaultKind, maybe_paid: bool
) -> None:
    """The kind is right, and so is whether it may have been paid."""
    server.script = [handler]
    fault = await fault_of(server.settings(timeout_seconds=0.2 if handler is hang else 30))
    assert fault.kind is kind
    assert fault.maybe_paid is maybe_paid


async def test_both_forms_of_retry_after_are_read(server: Any) -> None:
    """Seconds and dates are what the server asks us to wait."""
    server.script = [
        reply(status=429, Retry_After="7"),
        reply(status=503, Retry_After=formatdate(4_000_000_000, usegmt=True)),
        reply(status=429, Retry_After="soon"),
    ]
    settings = server.settings()
    assert (await fault_of(settings)).retry_after == 7
    assert (await fault_of(settings)).retry_after == 300
    assert (await fault_of(settings)).retry_after is None


@pytest.mark.parametrize(
    ("handler", "kind"),
    [
        (reply({"error": {"message": "bad key"}}, 401), RefusedKind.KEY),
        (reply(b"not found", 404), RefusedKind.MODEL_OR_ROUTE),
        (reply(status=307, Location="https://elsewhere.test/v1"), RefusedKind.MODEL_OR_ROUTE),
        (reply({"error": {"code": "model_not_found"}}, 400), RefusedKind.MODEL_OR_ROUTE),
        (reply({"error": {"type": "exceed_context_size_error"}}, 400), RefusedKind.CONTEXT_LENGTH),
        (reply({"error": {"code": "content_filter"}}, 400), RefusedKind.CONTENT_FILTER),
        (reply(wrap("no", "content_filter")), RefusedKind.CONTENT_FILTER),
        (reply({"detail": "temperature"}, 422), RefusedKind.OTHER),
    ],
)
async def test_each_refusal_is_told_apart(server: Any, handler: Any, kind: RefusedKind) -> None:
    """The kind is right over the wire too; a redirect is not followed with our key."""
    server.script = [handler]
    async with client_of(server.settings()) as client:
        with pytest.raises(Refused) as caught:
            await client.complete(REQUEST)
    assert caught.value.kind is kind
    assert len(server.requests) == 1


async def test_a_message_never_shows_a_secret(server: Any) -> None:
    """A server that repeats the key or a header does not make us print it."""
    server.script = [reply({"error": {"message": "bad key sk-12345, bad token tok-6789"}}, 401)]
    settings = server.settings(headers={"api-key": "tok-6789"})
    async with client_of(settings, "sk-12345") as client:
        with pytest.raises(Refused) as caught:
            await client.complete(REQUEST)
    assert str(caught.value) == "401 bad key ***, bad token ***"
    assert shown_url("https://me:pass@host.test/v1?key=abc") == "https://host.test/v1"


async def test_a_huge_reply_is_not_read_to_its_end(
    server: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The bound holds however long the server goes on."""
    monkeypatch.setattr(client_module, "LARGEST_REPLY_BYTES", 1 << 20)
    server.script = [huge, reply(wrap("2"))]
    async with client_of(server.settings()) as client:
        with pytest.raises(TransportFault) as caught:
            await client.complete(REQUEST)
        assert caught.value.kind is FaultKind.TOO_LARGE
        assert caught.value.maybe_paid
        assert (await client.complete(REQUEST)).text == "2"


async def test_tls_against_a_plain_port_is_named(server: Any) -> None:
    """The operator learns that it is TLS, not the server, that fails."""
    server.script = [reply(wrap("2"))]
    fault = await fault_of(server.settings(base_url=server.base_url.replace("http:", "https:")))
    assert fault.kind is FaultKind.TLS
    assert fault.unconnected
    assert "TLS" in str(fault)
    assert not fault.maybe_paid


@pytest.mark.parametrize(
    "greeting", [b"SSH-2.0-OpenSSH_9.9\r\n", b"HTTP/1.1 200 OK\r\nX: " + b"x" * 99999]
)
async def test_what_speaks_no_http_is_garbage(greeting: bytes) -> None:
    """Another service on the port, or a broken proxy."""

    async def greet(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(greeting)
        await writer.drain()
        writer.close()

    async with await asyncio.start_server(greet, "127.0.0.1", 0) as listening:
        port = listening.sockets[0].getsockname()[1]
        settings = EndpointSettings(base_url=f"http://127.0.0.1:{port}/v1", model="m")
        fault = await fault_of(settings)
    assert fault.kind is FaultKind.GARBAGE


async def test_a_body_that_is_not_encoded_as_it_says_is_cut(server: Any) -> None:
    """A broken compression is a fault of the transport."""
    server.script = [reply(b"no gzip at all", Content_Encoding="gzip")]
    assert (await fault_of(server.settings())).kind is FaultKind.RESET


async def test_an_untrusted_certificate_is_named(tmp_path: Path) -> None:
    """A server with a certificate of its own making is a TLS failure, not a dead server."""
    pem = tmp_path / "server.pem"
    pem.write_text(SELF_SIGNED)
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(pem)
    serving = TestServer(web.Application(), scheme="https", host="127.0.0.1")
    await serving.start_server(ssl=context)
    try:
        url = str(serving.make_url("/v1"))
        fault = await fault_of(EndpointSettings(base_url=url, model="m"))
    finally:
        await serving.close()
    assert fault.kind is FaultKind.TLS
    assert "self-signed certificate" in str(fault)


async def test_a_refused_port_is_unreachable() -> None:
    """Nobody listens: nothing was sent, nothing is paid."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
        settings = EndpointSettings(base_url=f"http://127.0.0.1:{port}/v1", model="m")
        fault = await fault_of(settings)
    assert fault.kind is FaultKind.UNREACHABLE
    assert str(fault) == "no connection: Connection refused"
    assert fault.unconnected
    assert not fault.maybe_paid


async def test_an_unknown_host_is_unreachable() -> None:
    """A name that does not resolve is named as such."""
    settings = EndpointSettings(base_url="http://nobody.invalid/v1", model="m", timeout_seconds=30)
    fault = await fault_of(settings)
    assert fault.kind is FaultKind.UNREACHABLE
    assert not fault.maybe_paid


@pytest.mark.parametrize(
    "values",
    [
        {"base_url": "http://"},
        {"base_url": f"http://{'a' * 70}.test"},
        {"base_url": "http://h:port/v1"},
        {"extra_body": {"seed": 1 << 70}},
        {"headers": {"X": "a\r\nInjected: b"}},
    ],
)
async def test_what_can_never_be_sent_is_refused_at_once(values: dict[str, Any]) -> None:
    """Wrong settings are told before the first request."""
    fields = {"base_url": "http://127.0.0.1/v1", "model": "m", **values}
    with pytest.raises(SettingsError, match="endpoint 'main'"):
        Client(EndpointSettings.model_construct(**{**EndpointSettings(**FINE).__dict__, **fields}))


FINE: dict[str, Any] = {"base_url": "http://127.0.0.1/v1", "model": "m"}


def test_a_digest_names_all_that_is_asked() -> None:
    """Requests that differ in any parameter have different digests."""
    messages = REQUEST.messages
    requests = [
        REQUEST,
        ChatRequest(messages, temperature=1.0),
        ChatRequest(messages, top_p=1.0),
        ChatRequest(messages, max_tokens=1),
        ChatRequest((*messages, Message("assistant", "2"))),
    ]
    assert len({request.digest for request in requests}) == len(requests)
    assert ChatRequest(messages).digest == REQUEST.digest


SELF_SIGNED = """\
-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgO5HCR3NhbDWK5l/O
+19ldiDaQboaC2ZhdfA87wSWrQihRANCAASatZPG5osKV/c0mDmW8kTvXJOrE1aH
2KEMrLexqtWiad2oFCZga4Cjzwv0pi9PGZ8ZUqEbJ49bJrDVvoDodp4D
-----END PRIVATE KEY-----
-----BEGIN CERTIFICATE-----
MIIBfjCCASWgAwIBAgIUDGGpQ7uwZAkY0KXKzC5DP1uSGgMwCgYIKoZIzj0EAwIw
FDESMBAGA1UEAwwJbG9jYWxob3N0MCAXDTI2MTEyMjEzMTQ1NFoYDzIxMjYxMDI5
MTMxNDU0WjAUMRIwEAYDVQQDDAlsb2NhbGhvc3QwWTATBgcqhkjOPQIBBggqhkjO
PQMBBwNCAASatZPG5osKV/c0mDmW8kTvXJOrE1aH2KEMrLexqtWiad2oFCZga4Cj
zwv0pi9PGZ8ZUqEbJ49bJrDVvoDodp4Do1MwUTAdBgNVHQ4EFgQUp3/O9lHmIrG5
pMOqrkIvbk0PuSkwHwYDVR0jBBgwFoAUp3/O9lHmIrG5pMOqrkIvbk0PuSkwDwYD
VR0TAQH/BAUwAwEB/zAKBggqhkjOPQQDAgNHADBEAiAvm/q91PHFzm9CVY/l3Iaj
7BJyz3/5lfJBnz+6QPstUwIgSt2MEPwaQBIt61RVm/00JUseM8S0uLwIhxgavJot
fyc=
-----END CERTIFICATE-----
"""
"""Made for this test, trusted by no one."""
