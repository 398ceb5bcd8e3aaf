"""An OpenAI-compatible endpoint with the ways of real ones: rates, queues, faults, an end.

    python bench/llm_parts/endpoint.py PORT

Its ways are set by POST /control (the fields of ``Ways`` as JSON), what it has done is told by
GET /stats. A protocol of asyncio's own and no task for a request: it must cost less than the client
that it measures. Imports the standard library, orjson, and its neighbours.
"""

from __future__ import annotations

import asyncio
import sys
from collections import Counter, deque
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import orjson

if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from llm_parts.bucket import Bucket
from llm_parts.faults import FAULTS, fault_of
from llm_parts.scripts import Script, script_of
from llm_parts.ways import Ways

CHARACTERS_PER_TOKEN = 4
HEAD_END = b"\r\n\r\n"
REASONS = {200: "OK", 429: "Too Many Requests", 500: "Internal Server Error", 503: "Unavailable"}


@dataclass(slots=True)
class Stats:
    """What an endpoint has done."""

    asked: int = 0
    answered: int = 0
    refused: int = 0
    faults: Counter[str] = field(default_factory=Counter)
    tokens: int = 0
    in_flight: int = 0
    peak: int = 0
    stages: Counter[str] = field(default_factory=Counter)
    bytes_read: int = 0


@dataclass(slots=True)
class Work:
    """A request that is being answered."""

    line: Connection
    body: bytes
    text: str
    tokens: int
    seconds: float


class Endpoint:
    """The state of the endpoint, shared by its connections."""

    def __init__(self) -> None:
        self.stats = Stats()
        self.prompts: Counter[bytes] = Counter()
        self.lines: set[Connection] = set()
        self._waiting: deque[Work] = deque()
        self._working = 0
        self.set(Ways())

    def set(self, ways: Ways) -> None:
        """Change its ways from now on."""
        self.ways = ways
        self.requests = Bucket(ways.requests_per_minute, ways.burst_seconds)
        self.tokens = Bucket(ways.tokens_per_minute, ways.burst_seconds)
        self._script: Script = script_of(ways.script)
        if not ways.alive:
            for line in [line for line in self.lines if line.asks]:
                line.cut()

    def take(self, line: Connection, body: bytes) -> None:
        """Take a request: refuse it, fail it, or put it in line."""
        self.stats.asked += 1
        self.stats.bytes_read += len(body)
        answer = self._script(body)
        self.stats.stages[answer.stage] += 1
        tokens = len(body) // CHARACTERS_PER_TOKEN + answer.tokens
        now = asyncio.get_running_loop().time()
        if not (self.requests.holds(now, 1) and self.tokens.holds(now, tokens)):
            self.stats.refused += 1
            line.answer(429, b'{"error":{"message":"slow down","code":"rate_limit"}}', self.told())
            return
        self.requests.take(1)
        self.tokens.take(tokens)
        seconds = self.ways.latency_seconds + self.ways.seconds_per_token * answer.tokens
        fault = fault_of(self.ways.faults, body, self.prompts)
        if fault:
            self.stats.faults[fault] += 1
            FAULTS[fault](line, answer.body, seconds)
            return
        self.stats.in_flight += 1
        self.stats.peak = max(self.stats.peak, self.stats.in_flight)
        self._waiting.append(Work(line, answer.body, answer.key, tokens, seconds))
        self._begin()

    def told(self) -> str:
        """Return the headers that announce the limits."""
        if not self.ways.announce:
            return ""
        now = asyncio.get_running_loop().time()
        return self.requests.headers("requests", now) + self.tokens.headers("tokens", now)

    def _begin(self) -> None:
        loop = asyncio.get_running_loop()
        while self._waiting and (not self.ways.capacity or self._working < self.ways.capacity):
            work = self._waiting.popleft()
            self._working += 1
            if work.seconds:
                loop.call_later(work.seconds, self._end, work)
            else:
                self._end(work)

    def _end(self, work: Work) -> None:
        self._working -= 1
        self.stats.in_flight -= 1
        if work.line.answer(200, work.body, self.told()):
            self.stats.answered += 1
            self.stats.tokens += work.tokens
            self.prompts[work.text.encode()] += 1
        self._begin()


class Connection(asyncio.Protocol):
    """One connection: requests one after the other, as aiohttp sends them."""

    def __init__(self, endpoint: Endpoint) -> None:
        self._endpoint = endpoint
        self._data = bytearray()
        self.transport: asyncio.Transport
        self.asks = False
        """Whether it brings requests, rather than orders for the bench's endpoint."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport
        self._endpoint.lines.add(self)

    def connection_lost(self, error: Exception | None) -> None:
        self._endpoint.lines.discard(self)

    def data_received(self, data: bytes) -> None:
        self._data += data
        while (end := self._data.find(HEAD_END)) >= 0:
            head = bytes(self._data[:end]).lower()
            length = int(head.partition(b"content-length:")[2].split(b"\r\n")[0] or 0)
            start = end + len(HEAD_END)
            if len(self._data) < start + length:
                return
            body = bytes(self._data[start : start + length])
            del self._data[: start + length]
            self._take(head.split(b" ")[1], body)

    def _take(self, path: bytes, body: bytes) -> None:
        if path == b"/stats":
            self.answer(200, orjson.dumps(told_of(self._endpoint)))
        elif path == b"/control":
            self._endpoint.set(Ways(**orjson.loads(body)))
            self.answer(200, b"{}")
        elif not body:  # someone who looks whether it is there
            self.answer(404, b'{"error":{"message":"nothing is here"}}')
        elif self._endpoint.ways.alive:
            self.asks = True
            self._endpoint.take(self, body)
        else:
            self.cut()

    def answer(self, status: int, body: bytes, headers: str = "") -> bool:
        """Send an answer; False where no one is there to read it."""
        if self.transport.is_closing():
            return False
        head = (
            f"HTTP/1.1 {status} {REASONS.get(status, 'Other')}\r\n"
            f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n{headers}\r\n"
        )
        self.transport.write(head.encode() + body)
        return True

    def cut(self) -> None:
        """Reset the connection."""
        self.transport.abort()


def told_of(endpoint: Endpoint) -> dict[str, Any]:
    """Return what ``/stats`` tells; the loop's time is that of the whole machine."""
    stats = endpoint.stats
    repeated = sum(count - 1 for count in endpoint.prompts.values())
    return {
        "asked": stats.asked,
        "answered": stats.answered,
        "refused": stats.refused,
        "faults": stats.faults,
        "tokens": stats.tokens,
        "in_flight": stats.in_flight,
        "peak": stats.peak,
        "stages": stats.stages,
        "bytes_read": stats.bytes_read,
        "prompts": len(endpoint.prompts),
        "repeated": repeated,
        "at": asyncio.get_running_loop().time(),
    }


async def serve(port: int) -> None:
    """Serve for ever, but for ``/control``."""
    endpoint = Endpoint()
    server = await asyncio.get_running_loop().create_server(
        lambda: Connection(endpoint), "127.0.0.1", port, backlog=16_384
    )
    print("ready", flush=True)
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(serve(int(sys.argv[1])))
