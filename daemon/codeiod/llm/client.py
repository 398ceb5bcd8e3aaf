"""Ask one endpoint once: a chat completion over a pooled connection, each failure with its type.

May import aiohttp, orjson, ``items``, ``config``, ``errors`` and its neighbours in ``llm``.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, replace
from http import HTTPStatus
from typing import Any, Protocol

import aiohttp
import orjson
import structlog

from codeiod.config import EndpointSettings
from codeiod.items import Message, digest
from codeiod.llm.address import completions_url, models_url, must_be_sendable, secrets_of
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
from codeiod.llm.replies import Completion, completion_of, parse_json, read_completion
from codeiod.llm.stream import Stream
from codeiod.llm.transport import transport_fault

CONNECT_SECONDS = 9.0
"""Less than the 10 s after which an endpoint without a connection is refused."""
LARGEST_REPLY_BYTES = 64 << 20
LARGEST_COMPLAINT_BYTES = 1 << 20
STREAMED = "text/event-stream"

log = structlog.get_logger(__name__)


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

    async def complete(self, request: ChatRequest, *, deadline_seconds: float = 0) -> Completion:
        """Answer.

        :param deadline_seconds: how long it may take in all; 0: as long as the endpoint's settings
            say.
        :raises TransportFault: no answer came; it is worth another try.
        :raises Refused: the endpoint said no.
        """
        ...

    async def reach(self) -> None:
        """Find out, at no cost, whether it is there and takes the key.

        :raises TransportFault: there is no connection to it.
        :raises Refused: it does not take the key.
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
        self._url = completions_url(settings)
        self._secrets = secrets_of(settings, key)
        accepted = f"{STREAMED}, application/json" if settings.stream else "application/json"
        headers = {"Content-Type": "application/json", "Accept": accepted}
        headers |= {"Authorization": f"Bearer {key}"} if key else {}
        headers |= settings.headers
        must_be_sendable(settings, headers)
        self._timeouts: dict[float, aiohttp.ClientTimeout] = {}
        self._warned = False
        self._session = aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(limit=0),  # the slots are the limit
            cookie_jar=aiohttp.DummyCookieJar(),
            headers=headers,
        )

    async def close(self) -> None:
        """End all connections."""
        await self._session.close()

    async def reach(self) -> None:
        """Ask for the list of models, which costs nothing; whatever else it says, it is there.

        :raises TransportFault: there is no connection to it.
        :raises Refused: it does not take the key.
        """
        timeout = aiohttp.ClientTimeout(total=CONNECT_SECONDS)
        late = TransportFault(FaultKind.UNREACHABLE, "no answer in time")
        try:
            async with self._session.get(
                models_url(self._settings), allow_redirects=False, timeout=timeout
            ) as response:
                if response.status == HTTPStatus.UNAUTHORIZED:  # 403: may not list, may well ask
                    body = await _read(response, LARGEST_COMPLAINT_BYTES)
                    raise self._complaint(response.status, response.headers, body)
        except aiohttp.ClientError as error:
            raise transport_fault(error, late) from error
        except TimeoutError as error:
            raise late from error
        except (TransportFault, Refused) as error:
            error.args = (self._without_secrets(str(error)),)
            raise

    async def complete(self, request: ChatRequest, *, deadline_seconds: float = 0) -> Completion:
        """Ask, and read the whole answer.

        :param deadline_seconds: how long it may take in all; 0: as long as the endpoint's settings
            say. Streamed: the first word may take ``timeout_seconds``, each later one
            ``idle_seconds``, and only a deadline bounds the whole.
        :raises TransportFault: no answer came; it is worth another try.
        :raises Refused: the endpoint said no.
        """
        try:
            completion = await self._post(request, deadline_seconds)
        except aiohttp.ClientError as error:
            raise transport_fault(error, self._late(deadline_seconds)) from error
        except TimeoutError as error:
            raise self._late(deadline_seconds) from error
        except (TransportFault, Refused) as error:
            error.args = (self._without_secrets(str(error)),)
            raise
        if not self._warned and _another(completion.model, self._settings.model):
            self._warned = True
            log.warning(
                "endpoint.other_model",
                endpoint=self._settings.name,
                asked=self._settings.model,
                answers=completion.model,
            )
        return completion

    async def _post(self, request: ChatRequest, deadline_seconds: float) -> Completion:
        data, timeout = self._encode(request), self._timeout_of(deadline_seconds)
        # a redirect is an answer of its own: followed, it would become a GET, or take the key away
        async with self._session.post(
            self._url, data=data, allow_redirects=False, timeout=timeout
        ) as response:
            headers = response.headers
            if not HTTPStatus.OK <= response.status < HTTPStatus.MULTIPLE_CHOICES:
                body = await _read(response, LARGEST_COMPLAINT_BYTES)
                raise self._complaint(response.status, headers, body)
            if self._settings.stream and response.content_type == STREAMED:
                stream = await self._read_stream(response)
                completion = completion_of(stream.reply(), request.characters)
            else:
                body = await _read(response, LARGEST_REPLY_BYTES)
                completion = read_completion(body, request.characters)
        told = _limits_told(headers)
        return replace(completion, ratelimit=told) if told else completion

    async def _read_stream(self, response: aiohttp.ClientResponse) -> Stream:
        """Read events to the end; one that stands still is cut, whatever comments it sends."""
        idle_seconds, stream, read = self._settings.idle_seconds, Stream(), 0
        loop = asyncio.get_running_loop()
        try:
            async with asyncio.timeout(None) as limit:  # from the first event on
                async for chunk in response.content.iter_any():
                    read += len(chunk)
                    if read > LARGEST_REPLY_BYTES:
                        raise _too_large(response, LARGEST_REPLY_BYTES)
                    if stream.feed(chunk):
                        limit.reschedule(loop.time() + idle_seconds)
                    if stream.over:
                        break
        except TimeoutError as error:
            response.close()
            if not limit.expired():
                raise  # the deadline of the whole
            message = f"the stream stood still for {idle_seconds:g} s"
            raise TransportFault(FaultKind.TIMEOUT, message, maybe_paid=True) from error
        return stream

    def _timeout_of(self, deadline_seconds: float) -> aiohttp.ClientTimeout:
        """Return the limits of a request; there are as many as stages."""
        timeout = self._timeouts.get(deadline_seconds)
        if timeout is None:
            longest = self._longest(deadline_seconds)
            connect = min(CONNECT_SECONDS, longest or CONNECT_SECONDS)
            first = self._settings.timeout_seconds if self._settings.stream else None
            timeout = aiohttp.ClientTimeout(total=longest, connect=connect, sock_read=first)
            self._timeouts[deadline_seconds] = timeout
        return timeout

    def _longest(self, deadline_seconds: float) -> float | None:
        most = self._settings.timeout_seconds
        if self._settings.stream:
            return deadline_seconds or None
        return min(deadline_seconds or most, most)

    def _late(self, deadline_seconds: float) -> TransportFault:
        seconds = self._longest(deadline_seconds) or self._settings.timeout_seconds
        return TransportFault(FaultKind.TIMEOUT, f"no answer within {seconds:g} s", maybe_paid=True)

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
        for name in ("stream", "stream_options"):  # whether is a setting, not a matter of the body
            body.pop(name, None)
        if self._settings.stream:
            body |= {"stream": True, "stream_options": {"include_usage": True}}
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


def _limits_told(headers: Mapping[str, str]) -> Mapping[str, str]:
    """Keep the headers that announce limits; most servers send none."""
    told = {name: value for name, value in headers.items() if WORD in name.lower()}
    return told or NO_HEADERS


async def _read(response: aiohttp.ClientResponse, most_bytes: int) -> bytes:
    """Read a body; beyond the bound the connection is given up, not read to its end."""
    chunks = bytearray()
    async for chunk in response.content.iter_any():
        chunks += chunk
        if len(chunks) > most_bytes:
            raise _too_large(response, most_bytes)
    return bytes(chunks)


def _too_large(response: aiohttp.ClientResponse, most_bytes: int) -> TransportFault:
    """Give a connection up whose reply does not end."""
    response.close()
    message = f"the reply is larger than {most_bytes >> 20} MiB"
    return TransportFault(FaultKind.TOO_LARGE, message, maybe_paid=True)


def _another(answers: str, asked: str) -> bool:
    """Tell whether a model is another than was asked for, and no dated or full name of it."""
    answers, asked = (name.rpartition("/")[2].lower() for name in (answers, asked))
    return bool(answers) and answers not in asked and asked not in answers
