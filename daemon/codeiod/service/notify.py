"""Talk to the service manager: what ``sd_notify`` does, over its datagram socket.

May import anyio and structlog. Where no manager listens, all of it does nothing.
"""

from __future__ import annotations

import os
import socket
import time
from collections.abc import Callable, MutableMapping

import anyio
import structlog

TELL_SECONDS = 5.0
"""How long a message may wait for a manager that does not read."""
EXTENSION_SECONDS = 30.0
"""How much more time is asked for at once, while it starts or drains."""
MICROSECONDS = 1_000_000

log = structlog.get_logger()


class Manager:
    """The service manager."""

    def __init__(self, environ: MutableMapping[str, str] = os.environ) -> None:
        """Take its address out of the environment: no child is to talk to it in our place."""
        address = environ.pop("NOTIFY_SOCKET", "")
        self._address = "\0" + address[1:] if address.startswith("@") else address
        self.watchdog_seconds = _watchdog_seconds(environ)
        """Within which it wants to hear that all is well; 0: it does not."""
        self._status = ""

    async def ready(self) -> None:
        """Say that it can work from now on."""
        await self._tell("READY=1")

    async def reloading(self) -> None:
        """Say that it reads its settings; ``ready`` says that it has."""
        microseconds = time.clock_gettime_ns(time.CLOCK_MONOTONIC) // 1000
        await self._tell("RELOADING=1", f"MONOTONIC_USEC={microseconds}")

    async def stopping(self) -> None:
        """Say that it ends."""
        await self._tell("STOPPING=1")

    async def status(self, sentence: str) -> None:
        """Say how things stand, where that has changed."""
        if sentence != self._status:
            self._status = sentence
            await self._tell(f"STATUS={sentence}")

    async def keep_alive(self) -> None:
        """Say twice in its time that the event loop goes round, until cancelled."""
        while self.watchdog_seconds:
            await self._tell("WATCHDOG=1")
            await anyio.sleep(self.watchdog_seconds / 2)

    async def ask_for_time(self) -> None:
        """Ask for more time to start or to end in."""
        await self._tell(f"EXTEND_TIMEOUT_USEC={EXTENSION_SECONDS * MICROSECONDS:.0f}")

    async def keep_asking_for_time(self, needed: Callable[[], bool]) -> None:
        """Ask for more time whenever it is needed, until cancelled."""
        while self._address:
            if needed():
                await self.ask_for_time()
            await anyio.sleep(EXTENSION_SECONDS / 3)

    async def _tell(self, *lines: str) -> None:
        if not self._address:
            return
        kind = socket.SOCK_DGRAM | socket.SOCK_CLOEXEC | socket.SOCK_NONBLOCK
        try:
            with (
                anyio.fail_after(TELL_SECONDS),
                socket.socket(socket.AF_UNIX, kind) as channel,
            ):
                channel.connect(self._address)
                await _send(channel, "\n".join(lines).encode())
        except OSError as error:  # a time-out is one, too
            log.warning("manager.deaf", message=lines[0], why=str(error) or "it does not read")


async def _send(channel: socket.socket, message: bytes) -> None:
    while True:
        try:
            channel.send(message)
        except BlockingIOError:
            await anyio.wait_writable(channel)
        else:
            return


def _watchdog_seconds(environ: MutableMapping[str, str]) -> float:
    microseconds = environ.pop("WATCHDOG_USEC", "")
    ours = environ.pop("WATCHDOG_PID", str(os.getpid())) == str(os.getpid())
    return int(microseconds) / MICROSECONDS if ours and microseconds.isdigit() else 0.0
