"""What the front and its helper processes say to each other: frames of JSON over a stream socket.

Imports anyio and the package's values. Both ends are ours, so a frame that is none is a fault of
ours and not an outcome; guests never hold a descriptor of this socket.
"""

import json
import socket
import struct
from collections.abc import Sequence
from dataclasses import asdict, astuple, dataclass
from enum import IntEnum
from math import inf
from pathlib import Path
from typing import Any

import anyio

from codeiod_sandbox.modules import Modules
from codeiod_sandbox.outcomes import (
    Call,
    Died,
    Limits,
    LoadFailed,
    NotJson,
    Outcome,
    OverMemory,
    OverOutput,
    Program,
    Raised,
    Returned,
    SandboxLevel,
    TimedOut,
)
from codeiod_sandbox.pool import Sandbox
from codeiod_sandbox.traces import TraceLimits

START = 0  # the number of the settings, of their answer, and of what is about no run
_HEAD = struct.Struct("<IBxxxQ")  # bytes that follow the head, kind, number
_CHUNK_BYTES = 1 << 18
_OUTCOMES: dict[str, Any] = {
    kind.__name__: kind
    for kind in (Returned, Raised, TimedOut, OverMemory, OverOutput, NotJson, Died, LoadFailed)
}


class Kind(IntEnum):
    """What a frame says: the first three and WORKERS go to a helper, the others come from it.

    FAILED is the sandbox's own fault, REFUSED the caller's.
    """

    SETTINGS = 1
    RUN = 2
    CANCEL = 3
    READY = 4
    OUTCOMES = 5
    FAILED = 6
    CANCELLED = 7
    ALIVE = 8
    REFUSED = 9
    WORKERS = 10


_KINDS = frozenset(Kind)


@dataclass(frozen=True, slots=True)
class Frame:
    """One message; `number` is that of the run it is about."""

    kind: Kind
    number: int
    body: bytes


class HungUp(Exception):
    """The other end is gone, or has been silent for too long."""


class Channel:
    """Whole frames in both directions: one task reads, one writes, any may post."""

    def __init__(self, ours: socket.socket) -> None:
        ours.setblocking(False)
        self._socket = ours
        self._received = bytearray()
        self._rest = bytearray()
        self._has_rest = anyio.Event()

    def post(self, kind: Kind, number: int, body: bytes = b"") -> None:
        """Have a frame sent; what the other end does not take any more is lost with it.

        What the socket takes at once needs no turn of the loop; the rest is for `write`.
        """
        frame = _HEAD.pack(len(body), kind, number) + body
        sent = 0 if self._rest else self._send(frame)
        if sent < len(frame):
            self._rest += frame[sent:]
            self._has_rest.set()

    async def write(self) -> None:
        """Send, for ever, what the socket did not take at once."""
        while True:
            await self._has_rest.wait()
            while self._rest:
                await anyio.wait_writable(self._socket)
                del self._rest[: self._send(self._rest[:_CHUNK_BYTES])]
            self._has_rest = anyio.Event()

    def _send(self, text: bytes | bytearray) -> int:
        try:
            return self._socket.send(text)
        except BlockingIOError:
            return 0
        except OSError:
            return len(text)  # the reader is told by the end of what it reads

    async def read(self, silence_seconds: float = inf) -> Frame:
        """Return the next frame. :raises HungUp: where none comes, or none comes in that time."""
        await self._fill(_HEAD.size, silence_seconds)
        length, kind, number = _HEAD.unpack_from(self._received)
        if kind not in _KINDS:
            raise HungUp(f"it sent a frame of kind {kind}")
        await self._fill(_HEAD.size + length, silence_seconds)
        body = bytes(self._received[_HEAD.size : _HEAD.size + length])
        del self._received[: _HEAD.size + length]
        return Frame(Kind(kind), number, body)

    async def _fill(self, size: int, silence_seconds: float) -> None:
        while len(self._received) < size:
            try:
                chunk = self._socket.recv(_CHUNK_BYTES)
            except BlockingIOError:
                await self._wait(silence_seconds)
                continue
            except OSError as error:
                raise HungUp(str(error)) from error
            if not chunk:
                raise HungUp("it ended")
            self._received += chunk

    async def _wait(self, silence_seconds: float) -> None:
        with anyio.move_on_after(silence_seconds) as waiting:
            await anyio.wait_readable(self._socket)
        if waiting.cancelled_caught:
            # A busy loop may see the time run out before it sees what has come meanwhile.
            try:
                self._socket.recv(1, socket.MSG_PEEK)
            except BlockingIOError:
                raise HungUp(f"it has been silent for {silence_seconds:.0f} s") from None

    def close(self) -> None:
        """Hang up."""
        self._socket.close()


@dataclass(frozen=True, slots=True)
class Settings:
    """All that a helper needs to know to open its sandbox."""

    parent: int
    workers: int
    limits: Limits
    python: Path
    modules: Modules
    at_most: SandboxLevel
    alive_seconds: float = 5.0  # between two signs of life

    def pack(self) -> bytes:
        rest = asdict(self) | {"python": str(self.python)}
        rest["modules"] |= {"heavy": sorted(self.modules.heavy)}
        return json.dumps(rest).encode()

    @classmethod
    def unpack(cls, body: bytes) -> "Settings":
        told = json.loads(body)
        modules = told.pop("modules")
        allowed = modules["allowed"]
        return cls(
            limits=Limits(**told.pop("limits")),
            python=Path(told.pop("python")),
            modules=Modules(
                preload=tuple(modules["preload"]),
                heavy=frozenset(modules["heavy"]),
                allowed=None if allowed is None else tuple(allowed),
            ),
            at_most=SandboxLevel(told.pop("at_most")),
            **told,
        )

    def sandbox(self) -> Sandbox:
        """Make the sandbox that is asked for, not yet open."""
        return Sandbox(
            self.workers,
            self.limits,
            python=self.python,
            modules=self.modules,
            at_most=self.at_most,
        )


@dataclass(frozen=True, slots=True)
class Run:
    """One request: what `Sandbox.run` takes."""

    program: Program
    calls: Sequence[Call]
    twin: bool
    alone: bool
    traced: TraceLimits | None = None
    """How, where the one call is to be traced."""

    def pack(self) -> bytes:
        """Write it.

        :raises ValueError: where arguments are not JSON. :raises TypeError: likewise.
        """
        rows = [(call.function, dict(call.arguments), call.seed) for call in self.calls]
        traced = astuple(self.traced) if self.traced else None
        fields = (self.program.source, rows, self.twin, self.alone, traced)
        try:
            return json.dumps(fields, allow_nan=False).encode()
        except RecursionError:
            raise ValueError("the arguments are nested too deep") from None

    @classmethod
    def unpack(cls, body: bytes) -> "Run":
        source, rows, twin, alone, traced = json.loads(body)
        limits = TraceLimits(*traced) if traced else None
        return cls(Program(source), [Call(*row) for row in rows], twin, alone, limits)


def pack_outcomes(outcomes: Sequence[Outcome]) -> bytes:
    """Write outcomes; the text of a returned value is JSON, and stands there as a value too."""
    return f"[{','.join(map(_outcome_text, outcomes))}]".encode("ascii")


def _outcome_text(outcome: Outcome) -> str:
    if isinstance(outcome, Returned):
        return f'["Returned",{json.dumps(outcome.json)},{outcome.json},{outcome.cpu_seconds!r}]'
    return json.dumps([type(outcome).__name__, *astuple(outcome)])


def pack_told(outcome: Outcome, story: str | None) -> bytes:
    """Write the outcome of a traced call, and on a line of its own what its tracer wrote."""
    return pack_outcomes([outcome]) + b"\n" + (story or "").encode()


def unpack_told(body: bytes) -> tuple[Outcome, str | None]:
    """Read what `pack_told` wrote."""
    first, _, story = body.partition(b"\n")
    (outcome,) = unpack_outcomes(first)
    return outcome, story.decode() or None


def unpack_outcomes(body: bytes) -> list[Outcome]:
    """Rebuild the values: the helper has parsed them strictly, so the plain parser is enough."""
    return [_OUTCOMES[name](*fields) for name, *fields in json.loads(body)]
