"""Ask one endpoint once: a chat completion over a pooled connection, each failure with its type.

May import aiohttp, orjson, ``items``, ``config``, ``errors`` and its neighbours in ``llm``.
"""

from __future__ import annotations

import os
import ssl
from collections.abc import Mapping
from dataclasses import dataclass, replace
from http import HTTPStatus
from typing import Any, Protocol

import aiohttp
import orjson
from yarl import URL

from codeiod.config import EndpointSettings
from codeiod.errors import SettingsError
from codeiod.items import Message, digest
from codeiod.llm.faults import (
    NO_HEADERS,
    Complaint,
    FaultKind,
    Refused,
    TransportFault,
    classify,
    retry_after_seconds,
)
from codeiod.llm.ratelimit_headers import WORD
from codeiod.llm.replies import Completion, parse_json, read_completion

CONNECT_SECONDS = 9.0
"""Less than the 10 s after which an endpoint without a connection is refused."""
LARGEST_REPLY_BYTES = 64 << 20
LARGEST_COMPLAINT_BYTES = 1 << 20
SHORTEST_SECRET_CHARACTERS = 6
"""Header values shorter than this are no secrets, and blanking them would garble messages."""


@dataclass(frozen=True, slots=True)
class ChatRequest:
    """What is asked; parameters that are None are not sent."""

    messages: tuple[Message, ...]
    temperature: float | None = None
    top_p: float | None = None
    max_tokens: int | None = None

    @property
    def characters(self) -> int:
        """The length of all messages."""
        return sum(len(message.content) for message in self.messages)

    @property
    def digest(self) -> str:
        """Name the request, for the journal."""
        parts = [part for message in self.messages for part in (message.role, message.content)]
        return digest(f"{self.temperature} {self.top_p} {self.max_tokens}", *parts)


class Completer(Protocol):
    """The seam to an endpoint."""

    async def complete(self, request: ChatRequest) -> Completion:
        """Answer.

        :raises TransportFault: no answer came; it is worth another try.
        :raises Refused: the endpoint said no.
        """
        ...

    async def close(self) -> None:
        """End all connections."""
        ...


class Client:
    """One endpoint over HTTP, with a session of its own; made on the loop that uses it."""

    def __init__(self, settings: EndpointSettings, key: str = "") -> None:
        """Open a session.

        :param key: sent as a bearer token; ``""`` sends none.
        :raises SettingsError: the address, a header or the extra body can't be sent.
        """
        self._settings = settings
        self._url = _completions_url(settings)
        self._secrets = _secrets(settings, key)
        headers = {"Content-Type": "application/json", "Accept": "application/json"}
        headers |= {"Authorization": f"Bearer {key}"} if key else {}
        headers |= settings.headers
        _must_be_sendable(settings, headers)
        connect_seconds = min(CONNECT_SECONDS, settings.timeout_seconds)
        self._session = aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(limit=0),  # the slots are the limit
            cookie_jar=aiohttp.DummyCookieJar(),
            headers=headers,
            timeout=aiohttp.ClientTimeout(total=settings.timeout_seconds, connect=connect_seconds),
        )

    async def close(self) -> None:
        """End all connections."""
        await self._session.close()

    async def complete(self, request: ChatRequest) -> Completion:
        """Ask, and read the whole answer.

        :raises TransportFault: no answer came; it is worth another try.
        :raises Refused: the endpoint said no.
        """
        try:
            status, headers, body = await self._post(self._encode(request))
            if not 200 <= status < 300:
                raise self._complaint(status, headers, body)
            completion = read_completion(body, request.characters)
            told = _limits_told(headers)
            return replace(completion, ratelimit=told) if told else completion
        except aiohttp.ClientError as error:
            raise _transport_fault(error, self._settings) from error
        except TimeoutError as error:
            message = f"no answer within {self._settings.timeout_seconds:g} s"
            raise TransportFault(FaultKind.TIMEOUT, message, maybe_paid=True) from error
        except (TransportFault, Refused) as error:
            error.args = (self._without_secrets(str(error)),)
            raise

    async def _post(self, data: bytes) -> tuple[int, Mapping[str, str], bytes]:
        # a redirect is an answer of its own: followed, it would become a GET, or take the key away
        async with self._session.post(self._url, data=data, allow_redirects=False) as response:
            fine = response.status < HTTPStatus.MULTIPLE_CHOICES
            body = await _read(response, LARGEST_REPLY_BYTES if fine else LARGEST_COMPLAINT_BYTES)
            return response.status, response.headers, body

    def _encode(self, request: ChatRequest) -> bytes:
        body: dict[str, Any] = {
            "model": self._settings.model,
            "messages": [{"role": m.role, "content": m.content} for m in request.messages],
        }
        for name in ("temperature", "top_p"):
            value = getattr(request, name)
            if value is not None:
                body[name] = value
        body |= self._settings.extra_body
        if request.max_tokens is not None:
            newer = "max_completion_tokens"  # where the operator names it, the older is refused
            body[newer if newer in body else "max_tokens"] = request.max_tokens
        body.pop("stream", None)  # an answer is read whole
        return orjson.dumps(body)

    def _complaint(
        self, status: int, headers: Mapping[str, str], body: bytes
    ) -> TransportFault | Refused:
        try:
            complaint = Complaint.read(parse_json(body))
        except (ValueError, RecursionError):
            complaint = Complaint(frozenset(), "")
        if not complaint.message:
            shown = headers.get("Location") or body[:200].decode("utf-8", "replace")
            complaint = Complaint(complaint.codes, shown, complaint.param)
        fault = classify(status, complaint, retry_after_seconds(headers.get("Retry-After")))
        if isinstance(fault, TransportFault):
            fault.headers = _limits_told(headers)
        return fault

    def _without_secrets(self, message: str) -> str:
        for secret in self._secrets:
            message = message.replace(secret, "***")
        return message


def shown_url(base_url: str) -> str:
    """Return an address without the user and password that it may hold."""
    return str(URL(base_url).with_user(None).with_query(None))


def _limits_told(headers: Mapping[str, str]) -> Mapping[str, str]:
    """Keep the headers that announce limits; most servers send none."""
    told = {name: value for name, value in headers.items() if WORD in name.lower()}
    return told or NO_HEADERS


def _secrets(settings: EndpointSettings, key: str) -> list[str]:
    base = URL(settings.base_url)
    values = [key, base.password or "", *settings.headers.values(), *base.query.values()]
    return [value for value in values if len(value) >= SHORTEST_SECRET_CHARACTERS]


def _completions_url(settings: EndpointSettings) -> URL:
    try:
        base = URL(settings.base_url)
        (base.host or "").encode("idna")
    except (ValueError, UnicodeError) as error:
        raise SettingsError(
            f"endpoint {settings.name!r}: base_url is no address: {error}"
        ) from error
    if not base.host:
        raise SettingsError(f"endpoint {settings.name!r}: base_url names no host")
    return (base / "chat" / "completions").with_query(base.query)


def _must_be_sendable(settings: EndpointSettings, headers: Mapping[str, str]) -> None:
    try:
        orjson.dumps(settings.extra_body)
    except TypeError as error:
        raise SettingsError(f"endpoint {settings.name!r}: extra_body: {error}") from error
    for name, value in headers.items():
        if not (name.isascii() and name.isprintable() and value.isprintable()):
            raise SettingsError(
                f"endpoint {settings.name!r}: header {name!r} holds a control character"
            )


async def _read(response: aiohttp.ClientResponse, most_bytes: int) -> bytes:
    """Read a body; beyond the bound the connection is given up, not read to its end."""
    chunks = bytearray()
    async for chunk in response.content.iter_any():
        chunks += chunk
        if len(chunks) > most_bytes:
            response.close()
            message = f"the reply is larger than {most_bytes >> 20} MiB"
            raise TransportFault(FaultKind.TOO_LARGE, message, maybe_paid=True)
    return bytes(chunks)


def _transport_fault(error: aiohttp.ClientError, settings: EndpointSettings) -> TransportFault:
    match error:
        case aiohttp.ClientSSLError():
            return TransportFault(FaultKind.TLS, f"TLS failed: {_reason(error)}")
        case aiohttp.ClientConnectorDNSError():
            return TransportFault(FaultKind.UNREACHABLE, f"unknown host: {_reason(error)}")
        case aiohttp.ClientConnectorError():
            return TransportFault(FaultKind.UNREACHABLE, f"no connection: {_reason(error)}")
        case aiohttp.ConnectionTimeoutError():
            return TransportFault(FaultKind.UNREACHABLE, "no connection in time")
        case TimeoutError():
            message = f"no answer within {settings.timeout_seconds:g} s"
            return TransportFault(FaultKind.TIMEOUT, message, maybe_paid=True)
        case aiohttp.ClientConnectionError():
            return TransportFault(FaultKind.RESET, "the connection was cut", maybe_paid=True)
        case aiohttp.ClientPayloadError():
            return TransportFault(FaultKind.RESET, "the answer was cut off", maybe_paid=True)
        case _:
            message = f"no HTTP: {type(error).__name__}"
            return TransportFault(FaultKind.GARBAGE, message, maybe_paid=True)


def _reason(error: aiohttp.ClientConnectorError) -> str:
    if isinstance(error, aiohttp.ClientConnectorCertificateError):
        cause: Exception = error.certificate_error
    else:
        cause = error.os_error
    if isinstance(cause, ssl.SSLCertVerificationError):
        return cause.verify_message
    if isinstance(cause, ssl.SSLError):
        return cause.reason or str(cause)
    if isinstance(cause, OSError) and cause.errno is not None and cause.errno > 0:
        return os.strerror(cause.errno)
    return str(getattr(cause, "strerror", None) or cause) or type(cause).__name__
