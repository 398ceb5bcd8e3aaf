"""The life of a helper process: a sandbox of its own, run for the process that started it.

Imports anyio and the package's daemon side. Started with a small environment, descriptors 0 to 2
on /dev/null and 3 the socket; what it is to do comes in frames. It ends when the other end does.
"""

import contextlib
import json
import os
import signal
import socket

import anyio
from anyio.abc import TaskGroup

from codeiod_sandbox.guest.namespaces import die_with_parent
from codeiod_sandbox.outcomes import SandboxError
from codeiod_sandbox.pool import Sandbox
from codeiod_sandbox.wire import (
    START,
    Channel,
    Frame,
    HungUp,
    Kind,
    Run,
    Settings,
    pack_outcomes,
    pack_told,
)

_CONTROL = 3
_FAREWELL_SECONDS = 5.0


def main() -> None:
    """Be a helper until the other end hangs up."""
    os.closerange(_CONTROL + 1, 1 << 20)
    for number in (signal.SIGTERM, signal.SIGINT):
        # A service's stop signal reaches each of its processes; the daemon says when this one ends.
        # A handler, as an ignored signal would be inherited by all that programs run in.
        signal.signal(number, lambda *_: None)
    anyio.run(_live, socket.socket(fileno=_CONTROL))


async def _live(control: socket.socket) -> None:
    channel = Channel(control)
    with contextlib.suppress(HungUp):
        settings = Settings.unpack((await channel.read()).body)
        die_with_parent(settings.parent)
        async with anyio.create_task_group() as group:
            group.start_soon(channel.write)
            group.start_soon(_show_life, channel, settings.alive_seconds)
            await _serve(channel, settings)
            group.cancel_scope.cancel()


async def _show_life(channel: Channel, seconds: float) -> None:
    while True:
        channel.post(Kind.ALIVE, START)
        await anyio.sleep(seconds)


async def _serve(channel: Channel, settings: Settings) -> None:
    try:
        async with settings.sandbox() as sandbox:
            told = [sandbox.level, dict(sandbox.layers), sandbox.describe()]
            channel.post(Kind.READY, START, json.dumps(told).encode())
            await _Runs(channel, sandbox).until_hung_up()
    except SandboxError as error:
        channel.post(Kind.FAILED, START, str(error).encode())
        with anyio.move_on_after(_FAREWELL_SECONDS), contextlib.suppress(HungUp):
            await channel.read()  # nothing comes: the other end has its answer, and hangs up


class _Runs:
    """What is asked for, each in a task of its own that can be cancelled by its number."""

    def __init__(self, channel: Channel, sandbox: Sandbox) -> None:
        self._channel = channel
        self._sandbox = sandbox
        self._running: dict[int, anyio.CancelScope] = {}

    async def until_hung_up(self) -> None:
        async with anyio.create_task_group() as group:
            with contextlib.suppress(HungUp):
                while True:
                    self._take(await self._channel.read(), group)
            group.cancel_scope.cancel()

    def _take(self, frame: Frame, group: TaskGroup) -> None:
        if frame.kind is Kind.RUN:
            self._running[frame.number] = anyio.CancelScope()
            group.start_soon(self._run, frame)
        elif frame.kind is Kind.WORKERS:
            group.start_soon(self._sandbox.resize, json.loads(frame.body))
        elif frame.number in self._running:  # else its answer is on the way already
            self._running[frame.number].cancel()

    async def _run(self, frame: Frame) -> None:
        kind, body = Kind.CANCELLED, b""
        try:
            with self._running[frame.number]:
                kind, body = await self._answer(frame.body)
        finally:
            del self._running[frame.number]
        self._channel.post(kind, frame.number, body)

    async def _answer(self, request: bytes) -> tuple[Kind, bytes]:
        try:
            body = await self._done(Run.unpack(request))
        except SandboxError as error:
            return Kind.FAILED, str(error).encode()
        except (ValueError, RecursionError) as error:
            return Kind.REFUSED, str(error).encode()
        except Exception as error:  # noqa: BLE001 # a fault of ours costs one run, and is told
            return Kind.FAILED, f"{type(error).__name__} in a helper: {error}".encode()
        return Kind.OUTCOMES, body

    async def _done(self, run: Run) -> bytes:
        program, calls, twin = run.program, run.calls, run.twin
        if run.traced:
            return pack_told(*await self._sandbox.tell(program, calls[0], run.traced, twin=twin))
        return pack_outcomes(await self._sandbox.run(program, calls, twin=twin, alone=run.alone))
